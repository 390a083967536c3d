#!/usr/bin/env bash
# --rate and --host-rate: evenly spaced requests, no bursts, no time lost. Retries and hops count.
. "$(dirname "${BASH_SOURCE[0]}")/../support/lib.sh"
start_fault_server --address 0.0.0.0
SLACK=$((SLOW - 1)) # of slow builds: what is late by a moment falls into the next second

# --rate is for all hosts together.
for i in {1..50}; do
    for host in 1 2 3 4; do
        echo "$(host_url $host)/ok/all-$host-$i"
    done
done >"$WORK/all.txt"
fresh_dir all
run_haul 0 -d "$DIR" --rate 50/s --sync none "$WORK/all.txt"
check_run
assert_counts '{downloaded: 200}'
assert_fault_requests "$FAULT_LOG" /all- 200
assert_at_most "$(max_in_a_second "$FAULT_LOG" /all-)" $((55 + 5 * SLACK)) "requests in a second"
span=$(request_span_ms "$FAULT_LOG" /all-)
assert_at_least "$span" 3900 "time of 200 requests in ms"
assert_at_most "$span" "$(scaled 4600)" "time of 200 requests in ms"
assert_at_most "$(report '.elapsed_us / 1000 | floor')" "$(scaled 4600)" "time of the run in ms"

# Every request counts: 30 URLs with a hop each, 20 that fail the first time.
for i in {1..30}; do
    echo "$(host_url $((i % 2 + 1)))/redirect/1/more-hop-$i"
done >"$WORK/more.txt"
for i in {1..20}; do
    echo "$(host_url $((i % 2 + 3)))/flaky/1/more-flaky-$i"
done >>"$WORK/more.txt"
fresh_dir more
run_haul 0 -d "$DIR" --rate 50/s --retry-wait 10ms --max-retry-wait 50ms --sync none \
    "$WORK/more.txt"
check_run
assert_counts '{downloaded: 50}'
assert_fault_requests "$FAULT_LOG" /more- 100
assert_at_most "$(max_in_a_second "$FAULT_LOG" /more-)" $((55 + 5 * SLACK)) "requests in a second"
assert_at_least "$(request_span_ms "$FAULT_LOG" /more-)" 1950 "time of 100 requests in ms"

# --host-rate is for each host by itself.
for i in {1..40}; do
    echo "$(host_url 5)/ok/each-$i"
    echo "$(host_url 6)/ok/each-$((i + 40))"
done >"$WORK/each.txt"
fresh_dir each
run_haul 0 -d "$DIR" --host-rate 20/s --sync none "$WORK/each.txt"
check_run
assert_counts '{downloaded: 80}'
assert_fault_requests "$FAULT_LOG" /each- 80
for host in 5 6; do
    assert_at_most "$(max_in_a_second "$FAULT_LOG" /each- 127.0.0.$host)" $((22 + 2 * SLACK)) \
        "requests to one host in a second"
done
span=$(request_span_ms "$FAULT_LOG" /each-)
assert_at_least "$span" 1900 "time of 40 requests to each host in ms"
assert_at_most "$span" "$(scaled 2400)" "time of 40 requests to each host in ms"

# Less than one a second.
fresh_dir slow
run_haul 0 -d "$DIR" --rate 20/m --sync none "$(host_url 7)/ok/slow-1" "$(host_url 8)/ok/slow-2"
check_run
assert_fault_requests "$FAULT_LOG" /slow- 2
span=$(request_span_ms "$FAULT_LOG" /slow-)
assert_at_least "$span" 2950 "time between two requests in ms"
assert_at_most "$span" "$(scaled 3300)" "time between two requests in ms"
