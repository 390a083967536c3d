#!/usr/bin/env bash
# --exec gives each downloaded file to a program: without a shell, beside the downloads, and never
# as a reason to hang.
. "$(dirname "${BASH_SOURCE[0]}")/../support/lib.sh"
start_fault_server
export NOTES=$WORK/notes

# note ARGUMENT...: a line with its arguments in <>.
cat >"$WORK/note" <<'CODE'
#!/bin/sh
line=$(printf '<%s>' "$@")
echo "$line" >>"$NOTES"
CODE
chmod +x "$WORK/note"

fresh_notes() {
    : >"$NOTES"
}

has_notes() { # NUMBER
    [ "$(wc -l <"$NOTES")" -ge "$1" ]
}

# What the program was told agrees with the records, for any name.
fresh_dir names
fresh_notes
urls=("$FAULT/ok/plain.txt" "$FAULT/ok/two%20words.txt" "$FAULT/ok/it's%20%22it%22.txt"
    "$FAULT/ok/-rf.txt" "$FAULT/ok/%2D-help" "$FAULT/ok/\$(touch%20x);y.txt" "$FAULT/ok/{url}.txt"
    "$FAULT/ok/%C3%A4.txt")
run_haul 0 -d "$DIR" --exec "$WORK/note {} {url} {name}" "${urls[@]}"
check_run
assert_counts "{downloaded: ${#urls[@]}}"
records | jq -r --arg dir "$DIR" '"<\($dir)/\(.path)><\(.url)><\(.path)>"' | sort >"$WORK/expected"
assert_eq "$(sort "$NOTES")" "$(cat "$WORK/expected")" "arguments"
assert_eq "$(records | jq -r .path | grep -c '^-')" 0 "names that begin with a dash"

# A second run downloads nothing, so there is nothing to run for.
fresh_notes
run_haul 0 -d "$DIR" --exec "$WORK/note {}" "${urls[@]}"
check_run
assert_counts "{kept: ${#urls[@]}}"
assert_eq "$(cat "$NOTES")" "" "programs for kept files"

# Placeholders inside words and quotes; no shell anywhere.
fresh_dir words
fresh_notes
run_haul 0 -d "$DIR" --exec "$WORK/note --to={}.bak 'a b' \"{name} x\" ; touch \$HOME/x > y | z \\{}" \
    "$FAULT/ok/a%20b"
check_run
path=$(records | jq -r .path)
assert_eq "$(cat "$NOTES")" \
    "<--to=$DIR/$path.bak><a b><$path x><;><touch><\$HOME/x><>><y><|><z><{}>" "arguments"

# The environment has the same and more; only there and in arguments is a URL whole.
fresh_dir environment
cat >"$WORK/list-environment" <<'CODE'
#!/bin/sh
env | grep ^HAUL_ | sort >"$NOTES"
CODE
chmod +x "$WORK/list-environment"
url="http://user:pass@127.0.0.1:$FAULT_PORT/ok/page.html?token=s3cret"
run_haul 0 -d "$DIR" --hash sha256 --exec "$WORK/list-environment" "$url"
check_run
assert_eq "$(sed -n 's/^HAUL_FILE_URL=//p' "$NOTES")" "$url" HAUL_FILE_URL
assert_eq "$(sed -n 's/^HAUL_FILE=//p' "$NOTES")" "$DIR/$(records | jq -r .path)" HAUL_FILE
assert_eq "$(sed -n 's/^HAUL_FILE_NAME=//p' "$NOTES")" "$(records | jq -r .path)" HAUL_FILE_NAME
assert_eq "$(sed -n 's/^HAUL_FILE_STATUS=//p' "$NOTES")" downloaded HAUL_FILE_STATUS
assert_eq "$(sed -n 's/^HAUL_FILE_SHA256=//p' "$NOTES")" "$(records | jq -r .sha256)" HAUL_FILE_SHA256
assert_eq "$(sed -n 's/^HAUL_FILE_TYPE=//p' "$NOTES")" "$(records | jq -r '.type.detected // ""')" \
    HAUL_FILE_TYPE
assert_not "a record shows a secret" grep -qE 's3cret|user:pass' "$DIR/.haul/last/results.jsonl"

# What a program prints is no part of haul's standard output.
fresh_dir printing
run_haul 0 -d "$DIR" --json --exec 'echo printed by {name}' "$FAULT/ok/file"
check_run
assert_not "a program's output is on stdout" grep -q 'printed by file' "$OUT"
assert "a program's output is not on stderr" grep -q 'printed by file' "$ERR"

# A program that fails changes nothing, but is told of ...
cat >"$WORK/judge" <<'CODE'
#!/bin/sh
case $1 in
*bad*) exit 3 ;;
*worse*) kill -KILL $$ ;;
esac
CODE
chmod +x "$WORK/judge"
three=("$FAULT/ok/good" "$FAULT/ok/bad" "$FAULT/ok/worse")
fresh_dir may-fail
run_haul 0 -d "$DIR" --exec "$WORK/judge {name}" "${three[@]}"
check_run
assert_counts '{downloaded: 3}'
assert "stderr does not tell of --exec" grep -qe --exec "$ERR"

# ... unless it must succeed. The file stays.
fresh_dir must-succeed
run_haul 1 -d "$DIR" --exec "$WORK/judge {name}" --exec-must-succeed "${three[@]}"
check_run
assert_counts '{downloaded: 1, failed: 2}'
assert_record /good .status downloaded
assert_record /bad '"\(.status) \(.class) \(.detail)"' 'failed io --exec ended with 3'
assert_record /worse '"\(.status) \(.class) \(.detail)"' 'failed io --exec was ended by signal 9'
assert_files good bad worse

fresh_dir no-program
run_haul 3 -d "$DIR" --exec 'no-such-program {}' --exec-must-succeed "$FAULT/ok/file"
check_run
assert_record /file .detail \
    '--exec cannot be started: no-such-program: No such file or directory'
assert_files file

# As many at once as asked for: the first two end only together.
cat >"$WORK/meet" <<'CODE'
#!/bin/sh
echo + >>"$NOTES"
case $1 in
*reader*) read -r word <"$MEETING" ;;
*writer*) echo word >"$MEETING" ;;
esac
echo - >>"$NOTES"
CODE
chmod +x "$WORK/meet"
export MEETING=$WORK/meeting
mkfifo "$MEETING"
most_at_once() {
    awk '{ n += $1 == "+" ? 1 : -1; if (n > peak) peak = n } END { print peak + 0 }' "$NOTES"
}
fresh_dir two-jobs
fresh_notes
LIMIT=20 run_haul 0 -d "$DIR" --exec-jobs 2 --exec "$WORK/meet {name}" \
    "$FAULT/ok/reader" "$FAULT/ok/writer"
assert_eq "$(most_at_once)" 2 "programs at once"

for ((i = 1; i <= 30; i++)); do
    echo "$FAULT/ok/file-$i"
done >"$WORK/list.txt"
for jobs in 1 3; do
    fresh_dir "jobs-$jobs"
    fresh_notes
    run_haul 0 -d "$DIR" --exec-jobs $jobs --exec-must-succeed --exec "$WORK/meet {name}" \
        "$WORK/list.txt"
    check_run
    assert_counts '{downloaded: 30}'
    assert_eq "$(wc -l <"$NOTES")" 60 "starts and ends of programs"
    assert_at_most "$(most_at_once)" $jobs "programs at once"
done

# A slow program holds up no download.
cat >"$WORK/wait-for-go" <<'CODE'
#!/bin/sh
until [ -e "$1" ]; do
    sleep 0.02
done
CODE
chmod +x "$WORK/wait-for-go"
fresh_dir slow
has_files() { # NUMBER
    [ "$(visible_files "$DIR" 2>/dev/null | wc -l)" = "$1" ]
}
start_haul -d "$DIR" --exec "$WORK/wait-for-go $WORK/go {}" "$WORK/list.txt"
assert "a slow program holds up downloads" wait_until 20 has_files 30
assert_not "haul did not wait for its programs" is_gone "$HAUL_PID"
touch "$WORK/go"
wait_haul 0 20
check_run
assert_counts '{downloaded: 30}'

# A program that hangs, and does not even listen to SIGTERM, ends with the run; what it would have
# been followed by does not start.
cat >"$WORK/hang" <<'CODE'
#!/bin/sh
[ "$1" = polite ] || trap '' TERM
echo $$ >>"$NOTES"
while :; do
    sleep 1000
done
CODE
chmod +x "$WORK/hang"
for manner in polite stubborn; do
    fresh_dir "hang-$manner"
    fresh_notes
    start_haul -d "$DIR" --exec-must-succeed --exec "$WORK/hang $manner {}" \
        "$FAULT/ok/one" "$FAULT/ok/two" "$FAULT/ok/three"
    wait_until 20 has_files 3 || fail "the files do not appear"
    wait_until 20 has_notes 1 || fail "the program does not start"
    start=$(now_ms)
    kill -INT "$HAUL_PID"
    wait_haul 130 20
    # Two seconds for what runs, two more before SIGKILL; the rest is for the report.
    assert_at_most $(($(now_ms) - start)) "$(scaled 6000)" "time to end in ms"
    check_run
    assert_counts '{failed: 3}'
    assert_eq "$(records | jq -r .class | sort -u)" canceled "class of what was cut off"
    assert_eq "$(records | jq -r .detail | grep -c -e '--exec did not run')" 2 \
        "programs that did not start"
    assert_eq "$(wc -l <"$NOTES")" 1 "programs that started"
    assert "the program still runs" is_gone "$(cat "$NOTES")"
done

# What cannot be meant is refused before anything is done.
fresh_dir refused
for command in 'x {foo}' "x 'open" "x \\" '' '   ' '{} x'; do
    run_haul 2 -d "$DIR" --exec "$command" "$FAULT/ok/file"
    assert_eq "$(wc -l <"$ERR")" 1 "lines on stderr for --exec '$command'"
    assert "the message for --exec '$command' does not name it" grep -qe --exec "$ERR"
done
assert_not "a refused command made a directory" test -e "$DIR"
