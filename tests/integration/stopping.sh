#!/usr/bin/env bash
# A run can be stopped wherever it waits: for the writer of a list, in a list that never yields a
# URL, for a reader of its output; and nothing from outside makes it deaf.
. "$(dirname "${BASH_SOURCE[0]}")/../support/lib.sh"
start_fault_server

has_started() {
    [ -e "$DIR/.haul/last" ]
}

# A stray signal of the kind that haul uses inside changes nothing.
fresh_dir stray
start_haul -d "$DIR" "$FAULT/stall-headers"
wait_until 20 has_started || fail "the run does not start"
kill -USR2 "$HAUL_PID"
kill -INT "$HAUL_PID"
wait_haul 130 6
check_run

# Nobody writes to the FIFO; then somebody does.
mkfifo "$WORK/fifo"
fresh_dir fifo
start_haul -d "$DIR" "$WORK/fifo"
wait_until 20 has_started || fail "the run does not start"
kill -TERM "$HAUL_PID"
wait_haul 143 6
check_run
fresh_dir fifo-read
start_haul -d "$DIR" "$WORK/fifo"
echo "$FAULT/ok/a" >"$WORK/fifo"
wait_haul 0 20
check_run
assert_files a

# A list of one hole: no line ever ends.
truncate -s 200G "$WORK/hole"
fresh_dir hole
start_haul -d "$DIR" "$WORK/hole"
wait_until 20 has_started || fail "the run does not start"
kill -INT "$HAUL_PID"
wait_haul 130 6
rm "$WORK/hole"

# The reader of the records does not read.
for i in {1..2000}; do
    echo "$FAULT/ok/many-$i?size=10"
done >"$WORK/many.txt"
mkfifo "$WORK/records"
sleep 60 <>"$WORK/records" &
CHILDREN+=($!)
fresh_dir blocked
note_outside
(cd "$OUTER/cwd" && exec env --default-signal=INT "$HAUL" --json --sync none -d "$DIR" \
    "$WORK/many.txt") >"$WORK/records" 2>"$ERR" &
HAUL_PID=$!
CHILDREN+=("$HAUL_PID")
wait_until 20 has_started || fail "the run does not start"
kill -INT "$HAUL_PID"
wait_haul any 6
check_run

# Without standard input there is no list, and without standard output no JSON; neither hangs.
fresh_dir closed
status=0
timeout "$(scaled 10)" "$HAUL" -q -d "$DIR" - <&- 2>"$ERR" || status=$?
assert_eq "$status" 5 "exit code without standard input"
status=0
timeout "$(scaled 10)" "$HAUL" -q --json -d "$DIR" "$FAULT/ok/b" >&- 2>"$ERR" || status=$?
assert_eq "$status" 0 "exit code without standard output"
assert_files b

# No URL succeeded: duplicates are no success.
fresh_dir none
run_haul 3 -d "$DIR" --retries 0 "$FAULT/status/404" "$FAULT/status/404"
check_run

# Numbers of --if-exists rename follow the list, not the order in which downloads end.
for jobs in 1 16; do
    fresh_dir "rename-$jobs"
    mkdir -p "$DIR"
    echo foreign >"$DIR/a.jpg"
    run_haul 0 -j "$jobs" -d "$DIR" --if-exists rename "$FAULT/delay/500/a.jpg" "$FAULT/ok/x/a.jpg"
    check_run
    assert_record /delay/500/a.jpg .path a-2.jpg
    assert_record /ok/x/a.jpg .path a-3.jpg
done

# Retries that wait do not make memory grow with the list.
if ! is_sanitized; then
    for ((i = 1; i <= 60000; i++)); do
        echo "$FAULT/status/503/retry-after/200?i=$i"
    done >"$WORK/later.txt"
    fresh_dir later
    measured "$WORK/peak" timeout -s INT 6 "$HAUL" -q -j64 --per-host 64 --sync none -d "$DIR" \
        "$WORK/later.txt" >"$OUT" 2>"$ERR" || true
    assert_at_most "$(cat "$WORK/peak")" $((32 * 1024 + 64 * 64 + 60000 * 40 / 1024)) \
        "peak memory in KiB"
fi
