#!/usr/bin/env bash
# --jobs and --per-host are never exceeded, are reached, and one host never holds up another.
# Proven by the times in the server's own log.
. "$(dirname "${BASH_SOURCE[0]}")/../support/lib.sh"

many() { # COUNT URL: URL with a number at its end
    local i
    for ((i = 1; i <= $1; i++)); do
        echo "$2$i"
    done
}

# --jobs is the limit, whatever the number of threads.
for jobs in 1 3 16 64; do
    start_fault_server
    fresh_dir "jobs-$jobs"
    delay=$(scaled 100)
    many $((jobs * 3 + 4)) "$FAULT/delay/$delay/file-" |
        run_haul 0 -d "$DIR" -j "$jobs" --per-host "$jobs" --threads 2 --sync none -
    check_run
    assert_fault_requests "$FAULT_LOG" /delay/ $((jobs * 3 + 4))
    assert_eq "$(max_concurrency "$FAULT_LOG")" "$jobs" "requests at once with -j $jobs"
    assert_eq "$(report .workers.peak_jobs)" "$jobs" "peak_jobs with -j $jobs"
    stop_child "$FAULT_PID"
done

# Three hosts, sorted by host in the list: each at its limit, all at the same time.
start_fault_server
PROXY_PORT=$(free_port)
# shellcheck disable=SC2034
NGINX_HTTP="server { listen 127.0.0.2:$PROXY_PORT; location / { proxy_pass $FAULT; } }"
start_nginx
delay=$(scaled 200)
{
    many 8 "http://127.0.0.1:$FAULT_PORT/delay/$delay/one-"
    many 8 "http://127.0.0.2:$PROXY_PORT/delay/$delay/two-"
    many 8 "http://localhost:$FAULT_PORT/delay/$delay/three-"
} >"$WORK/hosts.txt"
fresh_dir hosts
run_haul 0 -d "$DIR" -j 16 --per-host 2 --threads 2 --sync none "$WORK/hosts.txt"
check_run
assert_fault_requests "$FAULT_LOG" /delay/ 24
for host in one two three; do
    assert_eq "$(max_concurrency "$FAULT_LOG" "/$host-")" 2 "requests at once of host $host"
done
assert_eq "$(max_concurrency "$FAULT_LOG")" 6 "requests at once of all hosts"
assert_eq "$(report .workers.peak_per_host)" 2 peak_per_host

# Slow host first in the list, more of its URLs than jobs: the others do not wait for it.
{
    many 6 "http://localhost:$FAULT_PORT/delay/1000/slow-"
    many 20 "$FAULT/delay/10/fast-"
} >"$WORK/slow.txt"
fresh_dir slow
run_haul 0 -d "$DIR" -j 4 --per-host 2 --threads 2 --sync none "$WORK/slow.txt"
check_run
assert_fault_requests "$FAULT_LOG" /fast- 20
last_fast=$(request_times "$FAULT_LOG" /fast- | sort -k2n | tail -1 | cut -d' ' -f2)
fifth_slow=$(request_times "$FAULT_LOG" /slow- | sed -n '5s/ .*//p')
assert_at_most "$last_fast" "$fifth_slow" "end of the last fast request"
assert_eq "$(max_concurrency "$FAULT_LOG" /slow-)" 2 "requests at once of the slow host"
