#!/usr/bin/env bash
# The exit code says how a run ended; what a person did wrong is told in one line.
. "$(dirname "${BASH_SOURCE[0]}")/../support/lib.sh"
start_fault_server
ok=$FAULT/ok/file

fresh_dir zero
run_haul 0 -d "$DIR" "$ok" "$ok"
check_run
assert_eq "$(report '"\(.exit_code) \(.outcome)"')" '0 complete' "exit code and outcome"

fresh_dir one
run_haul 1 -d "$DIR" --retries 0 "$ok" "$FAULT/status/404"
check_run
assert_eq "$(report .exit_code)" 1 "exit code in the report"

fresh_dir three
run_haul 3 -d "$DIR" --retries 0 "$FAULT/status/404" "$FAULT/status/410"
check_run
assert_eq "$(report .exit_code)" 3 "exit code in the report"

# Wrong usage: nothing is done, one line says what is wrong.
usage() { # TEXT_IN_THE_MESSAGE ARGUMENT...
    local text=$1
    shift
    run_haul 2 "$@"
    assert_eq "$(wc -l <"$ERR")" 1 "lines on stderr of: haul $*"
    assert "stderr of 'haul $*' does not say '$text': $(cat "$ERR")" grep -qFe "$text" "$ERR"
    assert "stderr of 'haul $*' does not start with the program" grep -q '^haul: ' "$ERR"
    assert_eq "$(wc -c <"$OUT")" 0 "bytes on stdout"
    assert_not "haul $* made a directory" test -e "$DIR"
    check_outside
}
fresh_dir two
usage --jobs -d "$DIR" --jbos 3 "$ok"
usage --jobs -d "$DIR" --jobs 0 "$ok"
usage --jobs -d "$DIR" --jobs 65536 "$ok"
usage many -d "$DIR" -j many "$ok"
usage --threads -d "$DIR" --threads 1,2 "$ok"
usage --timeout -d "$DIR" --timeout 5x "$ok"
usage --max-size -d "$DIR" --max-size -1 "$ok"
usage --if-exists -d "$DIR" --if-exists maybe "$ok"
usage --sync -d "$DIR" --sync=always "$ok"
usage --header -d "$DIR" --header 'no colon' "$ok"
usage --header -d "$DIR" --header $'X-A: 1\r\nX-B: 2' "$ok"
usage --serve -d "$DIR" --serve "$ok"
usage --dir --dir
usage ''
usage '' -d "$DIR"
usage --jobs -d "$DIR" --jobs 0 "$WORK/missing.txt"

# This machine cannot store files.
echo 'a file' >"$OUTER/plain-file"
fresh_dir plain-file/below
run_haul 4 -d "$DIR" "$ok"
assert "the message names the directory" grep -qF "$DIR" "$ERR"
run_haul 4 -d "$OUTER/plain-file" "$ok"
if [ "$(id -u)" != 0 ]; then
    fresh_dir unwritable
    mkdir -m 555 "$DIR"
    run_haul 4 -d "$DIR" "$ok"
fi

# Less free than asked for counts as full: nothing is tried, every line has its record.
fresh_dir full
for i in 1 2 3 4 5; do
    echo "$ok-$i"
done >"$WORK/five.txt"
run_haul 4 -d "$DIR" --min-free 500000G "$WORK/five.txt"
if [ -e "$DIR/.haul/last/report.json" ]; then
    check_run
    assert_eq "$(report .counts.total)" 5 "records"
    assert_eq "$(report .counts.downloaded)" 0 "downloaded"
fi
assert_files

# One run at a time in a directory; that comes before an unreadable list.
fresh_dir held
start_haul -d "$DIR" "$FAULT/delay/3000/slow"
wait_until 10 test -e "$DIR/.haul/last" || fail "the first run does not start"
first=$HAUL_PID
timeout "$(scaled 10)" "$HAUL" -d "$DIR" "$ok" >"$OUT.2" 2>"$ERR.2" || status=$?
assert_eq "${status:-0}" 7 "exit code of a second run"
assert "the message names the directory" grep -qF "$DIR" "$ERR.2"
status=0
timeout "$(scaled 10)" "$HAUL" -d "$DIR" "$WORK/missing.txt" >"$OUT.2" 2>"$ERR.2" || status=$?
assert_eq "$status" 7 "exit code of a second run with a missing list"
HAUL_PID=$first
wait_haul 0 10
check_run
assert_files slow
run_haul 0 -d "$DIR" "$ok"
check_run

# Ended by a signal: 128 + its number.
for signal in INT TERM; do
    fresh_dir "ended-$signal"
    start_haul -d "$DIR" "$FAULT/stall-headers"
    wait_until 10 test -e "$DIR/.haul/last" || fail "the run does not start"
    kill "-$signal" "$HAUL_PID"
    wait_haul "$([ $signal = INT ] && echo 130 || echo 143)" 8
    check_run
done
