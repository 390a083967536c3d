#!/usr/bin/env bash
# A server that asks for a rest gets it: the whole host pauses, and nobody else.
. "$(dirname "${BASH_SOURCE[0]}")/../support/lib.sh"
start_fault_server --address 0.0.0.0

# The moments, in microseconds, at which a host's 429 was sent and the next request after it came
# that is more than GRACE later: requests that were on their way may still arrive.
rest_of() { # ADDRESS REGEX GRACE
    awk -v address="$1" -v regex="$2" '$6 == address && $4 ~ regex { print $1, $2, $5 }' \
        "$FAULT_LOG" | sort -n | awk -v grace="$3" '
        $3 == 429 { end = $2 }
        end && $1 > end + grace { print end, $1; exit }'
}

# 429 with Retry-After: 2 on one of three hosts. One at a time, no request may follow; with six,
# those that were sent before the 429 was read.
for per_host in 1 6; do
    for host in 1 2 3; do
        for i in {1..40}; do
            if [ "$host" = 2 ]; then
                echo "$(host_url $((512 + per_host)))/busy-host/2/busy-$per_host-$i"
            else
                echo "$(host_url $((256 * host + per_host)))/ok/calm-$per_host-$host-$i"
            fi
        done
    done >"$WORK/busy.txt"
    fresh_dir "busy-$per_host"
    run_haul 0 -d "$DIR" --per-host "$per_host" --retry-wait 10ms --sync none "$WORK/busy.txt"
    check_run
    assert_counts '{downloaded: 120}'
    assert_fault_requests "$FAULT_LOG" "-$per_host-" 121
    assert_eq "$(records | jq -r .attempts | sort | uniq -c | xargs)" "119 1 1 2" "attempts"
    read -r refused resumed <<<"$(rest_of "127.0.2.$per_host" . \
        $((per_host == 1 ? 0 : SLOW * 200000)))"
    assert_at_least $((resumed - refused)) 1990000 "rest of the busy host in microseconds"
    assert_at_most $((resumed - refused)) "$(scaled 3000000)" "rest of the busy host"
    calm_end=$(request_times "$FAULT_LOG" "/calm-$per_host-" | sort -k2n | tail -1 | cut -d' ' -f2)
    assert_at_most "$calm_end" "$resumed" "end of the last request to the other hosts"
done

# Without Retry-After the host rests by backoff, and what may pass is tried again.
fresh_dir overloaded
run_haul 0 -d "$DIR" --retry-wait 20ms "$(host_url 769)/overloaded/2/late.txt" \
    "$(host_url 770)/ok/other.txt"
check_run
assert_record late.txt '"\(.status) \(.attempts) \(.http)"' 'downloaded 3 200'
assert_record other.txt .attempts 1
assert_fault_requests "$FAULT_LOG" /late.txt 3

# Wishes beyond --max-retry-wait end each URL at once, and its host rests for that time only.
far=Thu,%2031%20Dec%202099%2023:59:59%20GMT
huge=99999999999999999999
for i in 1 2 3; do
    echo "$(host_url 1025)/status/503/retry-after/$far?$i"
    echo "$(host_url 1026)/status/429/retry-after/$huge?$i"
    echo "$(host_url 1027)/status/503/retry-after/$huge?$i"
    echo "$(host_url 1028)/status/429/retry-after/$far?$i"
done >"$WORK/wishes.txt"
fresh_dir wishes
start=$(now_ms)
run_haul 3 -d "$DIR" --per-host 1 --retries 5 --retry-wait 10ms --max-retry-wait 1s \
    "$WORK/wishes.txt"
took=$(($(now_ms) - start))
check_run
assert_at_least "$took" 1990 "time of two rests in ms"
assert_at_most "$took" "$(scaled 3000)" "time of two rests in ms"
assert_eq "$(records | jq -r '"\(.class) \(.attempts)"' | sort | uniq -c | xargs)" \
    "6 rate-limited 1 6 server-error 1" "classes and attempts"
for host in 1 2 3 4; do
    host_request_times "$FAULT_LOG" "127.0.4.$host" >"$WORK/times"
    assert_eq "$(wc -l <"$WORK/times")" 3 "requests to host $host"
    assert_eq "$(awk 'NR > 1 && $1 - end < 990000 { print $1 - end } { end = $2 }' \
        "$WORK/times")" "" "rests of host $host that were too short, in microseconds"
done

# --retry-on adds statuses; without it they are final.
fresh_dir final
run_haul 3 -d "$DIR" --retries 2 --retry-wait 10ms "$(host_url 1281)/status/403?final"
check_run
assert_record final '"\(.class) \(.attempts)"' 'forbidden 1'
fresh_dir again
run_haul 3 -d "$DIR" --retries 2 --retry-wait 10ms --retry-on 403,418-420 \
    "$(host_url 1281)/status/403?again" "$(host_url 1281)/status/419?again" \
    "$(host_url 1281)/status/417?again"
check_run
assert_record /403 '"\(.class) \(.attempts)"' 'forbidden 3'
assert_record /419 '"\(.class) \(.attempts)"' 'client-error 3'
assert_record /417 '"\(.class) \(.attempts)"' 'client-error 1'
assert_fault_requests "$FAULT_LOG" '/403.again' 3
