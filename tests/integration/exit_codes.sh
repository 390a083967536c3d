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

# A misspelt command looks like a list that is not there.
(cd "$OUTER/cwd" && echo "$ok" >list.txt && mkdir doctr)
mistaken() { # WORD [ARGUMENT...]
    actual=0
    (cd "$OUTER/cwd" && exec "$HAUL" "$@") >"$OUT" 2>"$ERR" || actual=$?
    assert_eq "$actual" 5 "exit of haul $*"
    assert_eq "$(wc -l <"$ERR")" 1 "lines on stderr of: haul $*"
}
for words in 'docter list.txt' '-n chek list.txt' 'be -d there list.txt' 'demoo'; do
    # shellcheck disable=SC2086
    mistaken $words
    assert "haul $words suggests nothing: $(cat "$ERR")" \
        grep -qE "No such file or directory; did you mean 'haul (doctor|check|bench|demo)'\?$" "$ERR"
done
for word in help hlep version vers; do
    mistaken $word
    assert "haul $word does not lead to the option: $(cat "$ERR")" \
        grep -qE "directory; did you mean 'haul --(help|version)'\?$" "$ERR"
done
for word in www.example.com WWW.example.com example.com/x; do
    mistaken $word
    assert "haul $word does not say what a URL is: $(cat "$ERR")" \
        grep -qF "$word (a URL begins with http:// or https://): No such file" "$ERR"
done
mistaken docter list.txt
assert "the wrong command: $(cat "$ERR")" grep -qF "list docter: No such file or directory; did you mean 'haul doctor'?" "$ERR"
for words in 'urls.txt' 'get docter' '-- docter' 'list.txt docter' 'doctr' 'a/docter'; do
    # shellcheck disable=SC2086
    mistaken $words
    assert_not "haul $words suggests a command: $(cat "$ERR")" grep -qF 'did you mean' "$ERR"
done

# Output that nobody gets is a failure, and its reason is said.
if [ -w /dev/full ]; then
    for words in --help '--help all' --version '--generate man' --show-config "check $ok" \
        'bench --demo --sample 8 --threads 1,2 --runs 2 --delay 1ms --yes'; do
        actual=0
        # shellcheck disable=SC2086
        (cd "$OUTER/cwd" && exec "$HAUL" $words) >/dev/full 2>"$ERR" || actual=$?
        assert_eq "$actual" 4 "exit of haul $words >/dev/full"
        assert_eq "$(grep -c 'cannot write to standard output: No space left' "$ERR")" 1 \
            "words about it: $(cat "$ERR")"
    done
fi
for i in {1..200}; do
    echo "$FAULT/delay/10/$i"
done >"$WORK/checked.txt"
actual=0
"$HAUL" check -j2 "$WORK/checked.txt" 2>"$ERR" | head -1 >"$OUT" || actual=${PIPESTATUS[0]}
assert_eq "$actual" 4 "exit of haul check | head -1"
assert "no word about it: $(cat "$ERR")" grep -q 'cannot write to standard output: Broken pipe' "$ERR"
assert "no reason for the rest: $(cat "$ERR")" grep -q 'not_tried .*standard output cannot be written$' "$ERR"

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
usage --deadline -d "$DIR" --deadline 25:00 "$ok"
usage --deadline -d "$DIR" --deadline soon "$ok"
usage --jitter -d "$DIR" --jitter 5x "$ok"
usage --max-failures -d "$DIR" --max-failures many "$ok"
usage --ok-status -d "$DIR" --ok-status 4040 "$ok"
usage --retry-on -d "$DIR" --retry-on often "$ok"
usage --max-total-size -d "$DIR" --max-total-size -1 "$ok"
usage --lock-wait -d "$DIR" --lock-wait forever "$ok"
usage --rate -d "$DIR" --rate fast "$ok"

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

# Some failures are expected.
for i in 1 2 3 4; do
    echo "$FAULT/status/404?$i"
    echo "$ok-$i"
done >"$WORK/half.txt"
allowed() { # EXPECTED_EXIT ARGUMENT...
    local expected=$1
    shift
    fresh_dir "allowed-$expected-${*//[^0-9a-z]/}"
    run_haul "$expected" -d "$DIR" "$@" "$WORK/half.txt"
    assert_eq "$(report .exit_code)" "$expected" "exit code in the report of $*"
}
allowed 1
allowed 0 --max-failures 4
allowed 0 --max-failures 50%
allowed 8 --max-failures 3
allowed 8 --max-failures 49%
allowed 8 --max-failures 0
allowed 0 --ok-status 404
allowed 0 --ok-status 300-499
allowed 1 --ok-status 403,405-410
allowed 0 --ok-status 404 --max-failures 0
assert_counts '{downloaded: 4, failed: 4}'
fresh_dir nothing-but
run_haul 0 -d "$DIR" --max-failures 100% "$FAULT/status/404" # comes before 3
check_run
fresh_dir nothing-else
run_haul 0 -d "$DIR" --ok-status 404,410 "$FAULT/status/404" "$FAULT/status/410"
check_run
fresh_dir nothing-fine
run_haul 3 -d "$DIR" --ok-status 404 --retries 0 "$FAULT/status/500" "$FAULT/status/403"
check_run

# More than allowed stops the run: what was not started is not tried.
{
    for i in {1..5}; do
        echo "$FAULT/status/404?$i"
    done
    for i in {1..300}; do
        echo "$FAULT/delay/50/late-$i"
    done
} >"$WORK/worse.txt"
fresh_dir eight
run_haul 8 -d "$DIR" --max-failures 3 -j 2 --threads 1 "$WORK/worse.txt"
check_run
assert_eq "$(report .counts.total)" 305 "records"
assert_at_least "$(report .counts.failed)" 4 "failed"
assert_at_least "$(report .counts.not_tried)" 290 "not tried"
# An unreadable list comes before that, and both before a deadline.
fresh_dir five-before-eight
run_haul 5 -d "$DIR" --max-failures 0 "$WORK/missing.txt" "$WORK/worse.txt"
fresh_dir eight-before-six
run_haul 8 -d "$DIR" --max-failures 0 --deadline 500ms --max-total-size 1 -j 2 "$FAULT/status/404" \
    "$WORK/worse.txt"

# A deadline or a quota.
fresh_dir six
run_haul 6 -d "$DIR" --deadline 700ms -j 2 --max-failures 100% "$WORK/worse.txt"
check_run
assert_eq "$(report .exit_code)" 6 "exit code in the report"
assert_eq "$(report .counts.total)" 305 "records"
assert_at_least "$(report .counts.downloaded)" 2 "downloaded"
assert_at_least "$(report .counts.not_tried)" 100 "not tried"
run_haul 1 -d "$DIR" -j 20 --per-host 20 "$WORK/worse.txt" # goes on
check_run
assert_counts "{failed: 5, kept: $(report .counts.kept), downloaded: $(report .counts.downloaded)}"
fresh_dir six-before-three
run_haul 6 -d "$DIR" --deadline 500ms -j 1 --retries 0 --timeout 1200ms "$FAULT/status/404" \
    "$FAULT/drip" "$ok"
check_run
assert_counts '{failed: 2, not_tried: 1}'
fresh_dir quota
for i in {1..100}; do
    echo "$FAULT/ok/part-$i?size=100000"
done >"$WORK/parts.txt"
run_haul 6 -d "$DIR" --max-total-size 1M -j 4 "$WORK/parts.txt"
check_run
assert_eq "$(report .counts.failed)" 0 "failed"
assert_at_least "$(report .counts.downloaded)" 10 "downloaded"
assert_at_most "$(report .counts.downloaded)" 30 "downloaded"
# Also when every permit goes from one URL of a host to the next.
{
    echo "$FAULT/flaky-retry-after/1/1/first"
    for i in {1..300}; do
        echo "$FAULT/ok/waiting-$i?size=10000"
    done
} >"$WORK/waiting.txt"
fresh_dir six-by-quota-at-a-busy-host
run_haul 6 -d "$DIR" --max-total-size 200K -j 2 --per-host 2 "$WORK/waiting.txt"
check_run
assert_at_most "$(report .counts.downloaded)" 40 "downloaded"
# Headers count as well: the live view, the summary and the report speak of the same bytes.
sed 's/size=10000$/size=1/' "$WORK/waiting.txt" >"$WORK/heads.txt"
fresh_dir six-by-headers
run_haul 6 -d "$DIR" --max-total-size 5K -j 2 --per-host 2 "$WORK/heads.txt"
check_run
assert_at_least "$(report .bytes.wire)" 5120 "bytes received"
assert_at_most "$(report .bytes.wire)" 20480 "bytes received"
fresh_dir quota-not-reached
run_haul 0 -d "$DIR" --max-total-size 1G -j 4 "$WORK/parts.txt"
check_run

# One run at a time in a directory; that comes before an unreadable list, and after wrong usage.
second() { # EXPECTED_EXIT ARGUMENT...: a run beside the one that start_haul has started
    local expected=$1 status=0
    shift
    timeout "$(scaled 10)" "$HAUL" -d "$DIR" "$@" >"$OUT.2" 2>"$ERR.2" || status=$?
    assert_eq "$status" "$expected" "exit code of a second run: haul $*"
}
fresh_dir held
start_haul -d "$DIR" "$FAULT/delay/3000/slow"
wait_until 10 test -e "$DIR/.haul/last" || fail "the first run does not start"
second 7 "$ok"
assert "the message names the directory" grep -qF "$DIR" "$ERR.2"
second 7 "$WORK/missing.txt"
second 2 --jobs 0 "$ok"
start=$(now_ms)
second 7 --lock-wait 600ms "$ok"
waited=$(($(now_ms) - start))
assert_at_least "$waited" 600 "time that was waited for the lock in ms"
assert_at_most "$waited" "$(scaled 1800)" "time that was waited for the lock in ms"
# SIGTERM ends the waiting, too.
status=0
timeout --preserve-status -k 5 -s TERM 0.5 "$HAUL" -d "$DIR" --lock-wait 60s "$ok" >"$OUT.2" 2>"$ERR.2" || status=$?
assert_eq "$status" 143 "exit code of a run that was stopped while it waited"
# Who waits long enough goes on when the first has ended.
second 0 --lock-wait 60s "$ok"
wait_haul 0 10
check_run
assert_files file slow
run_haul 0 -d "$DIR" "$ok"
check_run
assert_counts '{kept: 1}'

# Ended by a signal: 128 + its number.
for signal in INT TERM; do
    fresh_dir "ended-$signal"
    start_haul -d "$DIR" "$FAULT/stall-headers"
    wait_until 10 test -e "$DIR/.haul/last" || fail "the run does not start"
    kill "-$signal" "$HAUL_PID"
    wait_haul "$([ $signal = INT ] && echo 130 || echo 143)" 8
    check_run
done

# A signal comes before a deadline that has passed: running transfers would have had 30 s.
fresh_dir signal-before-six
start_haul -d "$DIR" --deadline 200ms -j 1 "$FAULT/delay/20000/slow" "$ok"
wait_until 10 test -e "$DIR/.haul/last" || fail "the run does not start"
sleep 0.6
kill -INT "$HAUL_PID"
wait_haul 130 8
check_run
assert_class /slow canceled
assert_class /ok/file not_tried

# -q on success prints nothing at all, whatever success is.
quiet() { # ARGUMENT...
    run_haul 0 -q -d "$DIR" "$@"
    assert_eq "$(cat "$OUT" "$ERR")" "" "output of haul -q $*"
}
fresh_dir quiet
quiet "$ok" "$ok"
quiet "$ok" "$FAULT/flaky/1/again" --retry-wait 20ms
quiet --ok-status 404 "$ok" "$FAULT/status/404"
quiet --max-failures 1 "$ok" "$FAULT/status/404"
: >"$WORK/empty.txt"
quiet --allow-empty "$WORK/empty.txt"
printf '%s\n dir=/absolute\n' "$ok" >"$WORK/warned.txt"
quiet "$WORK/warned.txt"
run_haul 5 -q -d "$DIR" "$WORK/empty.txt"
assert_eq "$(wc -l <"$ERR")" 1 "lines on stderr for an empty list"
