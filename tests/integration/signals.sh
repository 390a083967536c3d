#!/usr/bin/env bash
# SIGINT and SIGTERM end a run cleanly: soon, with a report, and with nothing incomplete under a
# final name. A second signal ends it at once.
. "$(dirname "${BASH_SOURCE[0]}")/../support/lib.sh"
start_fault_server
# shellcheck disable=SC2034
NGINX_MAIN="limit_rate 300k;"
head -c 60000000 /dev/zero >"$WORK/www/large"
start_nginx
mkdir "$WORK/expected"
for i in {1..10}; do
    echo "$FAULT/ok/file-$i?size=50000"
    ok_body "file-$i" 50000 >"$WORK/expected/file-$i"
done >"$WORK/list.txt"
for i in 1 2 3; do
    echo "$FAULT/delay/60000/late-$i"
    echo "$FAULT/stall-body?$i"
    echo "$FAULT/drip?$i"
    echo "$SITE/large?$i"
done >>"$WORK/list.txt"
for i in {1..40}; do
    echo "$FAULT/delay/60000/never-$i"
done >>"$WORK/list.txt"
lines=$(wc -l <"$WORK/list.txt")
RUN=(-j 12 --per-host 12 --stall-timeout 60s)

has_first_files() {
    [ "$(visible_files "$DIR" 2>/dev/null | wc -l)" -ge 10 ]
}

assert_complete_files() {
    assert_eq "$(diff -rq --exclude=.haul "$DIR" "$WORK/expected" | grep -v "^Only in $WORK")" \
        "" "files that are not complete"
}

for signal in INT TERM; do
    code=$([ $signal = INT ] && echo 130 || echo 143)
    fresh_dir "once-$signal"
    start_haul -d "$DIR" "${RUN[@]}" "$WORK/list.txt"
    wait_until 20 has_first_files || fail "the first files do not appear"
    start=$(now_ms)
    kill "-$signal" "$HAUL_PID"
    wait_haul "$code" 10
    # Running transfers get 2 s; the rest is for the report.
    assert_at_most $(($(now_ms) - start)) "$(scaled 3000)" "time to end in ms"
    check_run
    assert_eq "$(report '"\(.outcome) \(.exit_code)"')" "interrupted $code" "outcome"
    assert_eq "$(report .counts.total)" "$lines" "records of a regular file"
    assert_eq "$(report .counts.downloaded)" 10 "downloaded"
    assert_at_least "$(report .counts.not_tried)" 40 "not tried"
    assert_eq "$(records | jq -r 'select(.status == "failed") | .class' | sort -u)" canceled \
        "class of what was cut off"
    assert_complete_files

    fresh_dir "twice-$signal"
    start_haul -d "$DIR" "${RUN[@]}" "$WORK/list.txt"
    wait_until 20 has_first_files || fail "the first files do not appear"
    kill "-$signal" "$HAUL_PID"
    sleep 0.2
    if is_gone "$HAUL_PID"; then
        fail "the first $signal ended running transfers at once"
        continue
    fi
    start=$(now_ms)
    kill "-$signal" "$HAUL_PID"
    wait_haul "$code" 10
    assert_at_most $(($(now_ms) - start)) "$(scaled 1000)" "time to end after the second signal"
    assert_complete_files
    check_outside
done

# A transfer that ends within the 2 s is kept.
fresh_dir grace
start_haul -d "$DIR" "$FAULT/ok/file-1?size=50000" "$FAULT/delay/1200/graceful"
wait_until 10 test -e "$DIR/file-1" || fail "the first file does not appear"
kill -INT "$HAUL_PID"
wait_haul 130 10
check_run
assert_class /graceful downloaded
assert_files file-1 graceful

# A list that is still being written does not hold up the end.
fresh_dir pipe
mkfifo "$WORK/pipe"
exec 8<>"$WORK/pipe"
note_outside
(cd "$OUTER/cwd" && exec env --default-signal=INT "$HAUL" -d "$DIR" - <"$WORK/pipe" 8>&-) \
    >"$OUT" 2>"$ERR" &
HAUL_PID=$!
CHILDREN+=("$HAUL_PID")
printf '%s\n' "$FAULT/ok/file-1?size=50000" "$FAULT/ok/file-2?size=50000" >&8
wait_until 10 test -e "$DIR/file-2" || fail "a file of an open list does not appear"
start=$(now_ms)
kill -INT "$HAUL_PID"
wait_haul 130 10
assert_at_most $(($(now_ms) - start)) "$(scaled 2500)" "time to end in ms"
check_run
assert_counts '{downloaded: 2}'
assert_eq "$(report .input.complete)" false "the list was read to its end"
exec 8>&-

# The same command goes on where the interrupted run stopped.
DIR=$OUTER/once-INT
head -10 "$WORK/list.txt" >"$WORK/first.txt"
run_haul 0 -d "$DIR" "$WORK/first.txt"
check_run
assert_counts '{kept: 10}'
