#!/usr/bin/env bash
# A thousand hosts, half of them dead: the living lose nothing, the dead are left alone soon, and
# every URL has its record.
. "$(dirname "${BASH_SOURCE[0]}")/../support/lib.sh"
start_fault_server --address 0.0.0.0
start_dead_ports

LIVING=500
REFUSED=440
SILENT=60
JOBS=128
# What a dead host may cost: five failures in a row, those that were under way by then, one probe.
ATTEMPTS=11

# Interleaved: URL number 1 of every host, then number 2 ... The dead have eight each.
awk -v living="$LIVING" -v refused="$REFUSED" -v silent="$SILENT" -v port="$FAULT_PORT" \
    -v refused_port="$REFUSED_PORT" -v silent_port="$SILENT_PORT" '
    function address(net, i) {
        return "http://127." net "." int(i / 256) "." i % 256 ":"
    }
    BEGIN {
        for (u = 1; u <= 8; u++)
            for (i = 1; i <= living; i++) {
                if (i <= refused)
                    print address(2, i) refused_port "/refused-" i "-" u
                if (i <= silent)
                    print address(3, i) silent_port "/silent-" i "-" u
                if (u <= 3)
                    print address(1, i) port "/ok/living-" i "-" u "?size=100"
            }
    }' >"$WORK/hosts.txt"
fresh_dir hosts
start=$(now_ms)
LIMIT=120 run_haul 1 -d "$DIR" -j $JOBS --connect-timeout 1s --retries 1 --retry-wait 10ms \
    --sync none "$WORK/hosts.txt"
took=$(($(now_ms) - start))
check_run

assert_fault_requests "$FAULT_LOG" /living- $((3 * LIVING))
assert_eq "$(records | jq -r 'select(.url | contains("/living-")) | .status' | sort | uniq -c |
    xargs)" "$((3 * LIVING)) downloaded" "records of living hosts"
records | jq -nr '[inputs | select(.url | test("/(refused|silent)-")) |
    {host: (.url | capture("//(?<h>[^:/]*)").h), kind: (.url | capture("/(?<k>[a-z]+)-").k),
        class, attempts}] | group_by(.host) | .[] | [.[0].kind, length,
        (map(select(.class == "host-down")) | length), (map(.attempts) | add),
        (map(.class) | unique | join("+"))] | @tsv' >"$WORK/dead"
assert_eq "$(cut -f1,2 "$WORK/dead" | sort | uniq -c | xargs)" \
    "$REFUSED refused 8 $SILENT silent 8" "dead hosts and their records"
assert_eq "$(awk '$3 == 0' "$WORK/dead" | head -3)" "" "dead hosts without a host-down record"
assert_eq "$(awk -v most=$ATTEMPTS '$4 > most' "$WORK/dead" | head -3)" "" \
    "dead hosts that were tried too often"
assert_eq "$(cut -f1,5 "$WORK/dead" | sed 's/+*host-down+*//' | sort -u | xargs)" \
    "refused refused silent connect" "other classes of dead hosts"
# Silence costs a slot for --connect-timeout; the probe comes soon after such short waits.
bound=$((SILENT * ATTEMPTS * 1000 / JOBS + 2000))
assert_at_most "$took" "$(scaled $bound)" "time of the run in ms"

# One dead host, first in the list and with more URLs than jobs: the others do not wait for it.
for i in {1..50}; do
    echo "http://127.4.0.1:$SILENT_PORT/dead-$i"
done >"$WORK/first.txt"
for i in {1..200}; do
    echo "$(host_url $((1024 + i % 20)))/ok/behind-$i?size=100"
done >>"$WORK/first.txt"
fresh_dir first
run_haul 1 -d "$DIR" -j 8 --connect-timeout "$(scaled 2)s" --retries 0 --sync none \
    "$WORK/first.txt"
check_run
assert_counts '{downloaded: 200, failed: 50}'
assert_fault_requests "$FAULT_LOG" /behind- 200
assert_at_most "$(request_span_ms "$FAULT_LOG" /behind-)" "$(scaled 1900)" \
    "time of the living behind a dead host in ms"
assert_at_most "$(records_of_host 127.4.0.1 | jq -r 'select(.class != "host-down") | .i' |
    wc -l)" $ATTEMPTS "URLs of the dead host that were tried"

# More URLs of a host that rests than may be parked: the list waits, but another host's retry goes on.
{
    echo "$(host_url 1281)/flaky-retry-after/1/2/again"
    echo "$(host_url 1282)/status/429/retry-after/120"
    for i in {1..10300}; do
        echo "$(host_url 1282)/ok/resting-$i"
    done
} >"$WORK/resting.txt"
fresh_dir resting
start_haul -d "$DIR" --sync none "$WORK/resting.txt"
assert "the retry waits for the other host" \
    wait_until 15 has_fault_requests "$FAULT_LOG" /again 2
kill -TERM "$HAUL_PID"
wait_haul 143 6
check_run

# A new host is asked gently when its limit is high: 1, 2, 4 ... at once, up to the limit.
delay=$(scaled 100)
for i in {1..150}; do
    echo "$(host_url 1280)/delay/$delay/gentle-$i?size=100"
done >"$WORK/gentle.txt"
fresh_dir gentle
run_haul 0 -d "$DIR" -j 32 --per-host 32 --sync none "$WORK/gentle.txt"
check_run
assert_fault_requests "$FAULT_LOG" /gentle- 150
for first in 1 3 7; do
    awk '$4 ~ "/gentle-"' "$FAULT_LOG" | sort -n | awk "NR <= $first" >"$WORK/first"
    assert_eq "$(max_concurrency "$WORK/first")" $(((first + 1) / 2)) \
        "at once among the first $first requests"
done
assert_eq "$(max_concurrency "$FAULT_LOG" /gentle-)" 32 "requests at once"
