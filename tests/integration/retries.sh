#!/usr/bin/env bash
# What may pass is tried again, as often and as late as the options and the server say.
. "$(dirname "${BASH_SOURCE[0]}")/../support/lib.sh"
start_fault_server

fresh_dir flaky
run_haul 0 -d "$DIR" --retries 3 --retry-wait 50ms "$FAULT/flaky/2/twice.txt" "$FAULT/ok/fine.txt"
check_run
assert_record twice.txt '"\(.status) \(.attempts) \(.http)"' 'downloaded 3 200'
assert_record fine.txt .attempts 1
assert_fault_requests "$FAULT_LOG" twice.txt 3
assert_eq "$(report '"\(.retries.attempts) \(.retries.recovered)"')" '2 1' "retries of the report"

# Each URL has its number of tries, and what cannot pass has one.
fresh_dir spent
run_haul 3 -d "$DIR" --retries 2 --retry-wait 20ms "$FAULT/status/500?a" "$FAULT/short?a" \
    "$FAULT/reset-before?a" "$FAULT/status/404?a" "$FAULT/length-double?a" \
    "$FAULT/redirect-nowhere?a"
check_run
for path in /status/500 /short /reset-before; do
    assert_record "$path" .attempts 3
done
for path in /status/404 /length-double /redirect-nowhere; do
    assert_record "$path" .attempts 1
done
assert_fault_requests "$FAULT_LOG" '^/short.a' 3
assert_fault_requests "$FAULT_LOG" '^/status/404.a' 1

fresh_dir none
run_haul 3 -d "$DIR" --retries 0 "$FAULT/flaky/1/once.txt"
check_run
assert_record once.txt '"\(.class) \(.attempts)"' 'server-error 1'
assert_fault_requests "$FAULT_LOG" once.txt 1

# Retry-After is the least that is waited; meanwhile other hosts go on.
fresh_dir patient
{
    echo "$FAULT/flaky-retry-after/1/2/later.txt"
    for i in 1 2 3 4 5; do
        echo "http://localhost:$FAULT_PORT/ok/meanwhile-$i"
    done
} >"$WORK/list.txt"
run_haul 0 -d "$DIR" --retries 3 --retry-wait 1ms "$WORK/list.txt"
check_run
assert_record later.txt '"\(.status) \(.attempts)"' 'downloaded 2'
assert_fault_requests "$FAULT_LOG" later.txt 2
read -r _ first_end <<<"$(request_times "$FAULT_LOG" later.txt | sed -n 1p)"
read -r second_start _ <<<"$(request_times "$FAULT_LOG" later.txt | sed -n 2p)"
assert_at_least $((second_start - first_end)) 1950000 "wait in microseconds"
last_meanwhile=$(request_times "$FAULT_LOG" /meanwhile- | sort -k2n | tail -1 | cut -d' ' -f2)
assert_at_most "$last_meanwhile" "$second_start" "end of the other host's last request"

# A server that asks for more patience than allowed is given up at once.
number=0
for wish in 99999999999999999999 86400 Fri,%2031%20Dec%202099%2023:59:59%20GMT; do
    for status in 503 429; do
        number=$((number + 1))
        fresh_dir "wish-$number"
        start=$(now_ms)
        run_haul 3 -d "$DIR" --retries 5 --retry-wait 10ms --max-retry-wait 1h --threads 1 \
            "$FAULT/status/$status/retry-after/$wish"
        assert_at_most $(($(now_ms) - start)) "$(scaled 2000)" "time with Retry-After $wish in ms"
        check_run
        assert_record "/status/$status" '"\(.class) \(.attempts)"' \
            "$([ $status = 503 ] && echo server-error || echo rate-limited) 1"
    done
done

# A date in the past, and a wish that makes no sense, do not hold up the ordinary retries.
fresh_dir past
run_haul 3 -d "$DIR" --retries 1 --retry-wait 10ms \
    "$FAULT/status/503/retry-after/Thu,%2001%20Jan%201970%2000:00:00%20GMT" \
    "$FAULT/status/503/retry-after/soon" "$FAULT/status/503/retry-after/-5"
check_run
assert_eq "$(records | jq -r '"\(.class) \(.attempts)"' | sort | uniq -c | xargs)" \
    "3 server-error 2" "classes and attempts"
