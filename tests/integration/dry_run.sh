#!/usr/bin/env bash
# --dry-run: what would be done, without a request and without a trace.
. "$(dirname "${BASH_SOURCE[0]}")/../support/lib.sh"
start_fault_server

{
    echo "# a comment"
    echo
    for i in $(seq 79); do
        echo "$FAULT/ok/$i/same.txt"
    done
    for i in $(seq 20); do
        echo "http://host-$i.example/other.txt"
    done
    echo "$FAULT/ok/1/same.txt"
    echo "not a url"
    echo "ftp://127.0.0.1/x"
    printf 'http://u:%s@secret.example/\033[31mred\n' hunter2
} >"$WORK/list.txt"
fresh_dir dry
run_haul 1 -n -d "$DIR" "$WORK/list.txt"
check_outside
assert_not "a dry run makes the directory" test -e "$DIR"
assert_fault_requests "$FAULT_LOG" . 0
sed 's/^/    /' "$OUT" >&2
for words in '^103 URLs in 105 lines (1 comments, 1 blank)' '^  to download *99$' \
    '^  duplicate *1 ' '^  failed *3 ' 'list.txt:103  bad-url' 'list.txt:104  unsupported-scheme' \
    '^21 hosts to ask' '^79 of 99 URLs are on one host: at most 6 of your 16 downloads' \
    '^  same-2.txt' 'list.txt:105  bad-url' '^  same.txt  (' ' free for files in .*inodes'; do
    assert "the output lacks '$words'" grep -q "$words" "$OUT"
done
assert_not "a password is shown" grep -q hunter2 "$OUT" "$ERR"
assert_not "a control byte is shown" grep -q $'\033' "$OUT" "$ERR"

# After a run: what is kept, and the state is as it was.
head -40 "$WORK/list.txt" >"$WORK/part.txt"
run_haul 0 -d "$DIR" "$WORK/part.txt"
find "$DIR" -printf '%P %s %T@\n' | sort >"$WORK/before"
requests=$(wc -l <"$FAULT_LOG")
run_haul 1 --dry-run -d "$DIR" "$WORK/list.txt"
assert "kept files are not told" grep -q '^  kept *38 ' "$OUT"
assert "names of new files do not follow the old ones" grep -q '^  same-39.txt' "$OUT"
assert_eq "$(wc -l <"$FAULT_LOG")" "$requests" "requests of a dry run"
find "$DIR" -printf '%P %s %T@\n' | sort >"$WORK/after"
assert "a dry run changed the output directory" diff <(grep -v '^.haul\(/state.db.*\)\? ' "$WORK/before") \
    <(grep -v '^.haul\(/state.db.*\)\? ' "$WORK/after")

status=0
"$HAUL" -n -d "$DIR" "$WORK/list.txt" >&- 2>"$ERR" || status=$?
assert_eq "$status" 4 "exit without standard output"
status=0
"$HAUL" -n -d "$DIR" "$WORK/list.txt" >/dev/full 2>"$ERR" || status=$?
assert_eq "$status" 4 "exit with a full standard output"
assert "haul does not say why" grep -q "standard output" "$ERR"
run_haul 5 -n -d "$DIR" "$WORK/missing.txt"
run_haul 5 -n -d "$DIR" /dev/null
assert_eq "$(cat "$ERR")" "haul: the lists hold no URL" "the reason of 5 for an empty list"
assert_eq "$(grep -c '^$' "$OUT")" 1 "blank lines about an empty list"
run_haul 0 -n --allow-empty -d "$DIR" /dev/null
assert_eq "$(cat "$ERR")" "" "words about an empty list that is allowed"
run_haul 3 -n -d "$DIR" ftp://x/y
run_haul 2 -n --json -d "$DIR" "$WORK/list.txt"
run_haul 0 -n -d "$DIR" --name '{sha256}' "$FAULT/x"
assert "digits are not explained" grep -q 'SHA-256' "$OUT"
