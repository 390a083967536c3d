#!/usr/bin/env bash
# haul demo: a practice run without the internet, with the result it announces.
. "$(dirname "${BASH_SOURCE[0]}")/../support/lib.sh"
export TMPDIR=$WORK/demo
mkdir "$TMPDIR"
cd "$TMPDIR"

start=$(now_ms)
status=0
timeout "$(scaled 60)" "$HAUL" demo >"$OUT" 2>"$ERR" || status=$?
took=$(($(now_ms) - start))
assert_eq "$status" 0 "exit code"
assert_at_most "$took" "$(scaled 30000)" "time in ms"
cat "$OUT" "$ERR" >"$WORK/all"
assert_not "the output is not plain" grep -qP '[\x00-\x08\x0b-\x1f\x7f]' "$WORK/all"
assert "nothing leaves this machine" grep -q '127\.0\.0\.1' "$WORK/all"

# What README.md shows is what it prints.
sed "s|$TMPDIR/|./|g" "$WORK/all" >"$WORK/shown"
assert "README.md shows another demo" \
    "$PYTHON" "$SUPPORT/readme.py" compare "$SRCDIR/README.md" './haul demo -d .' "$WORK/shown"

assert "a setting is told as if it were measured" grep -qF '200 images, 80 ms +- 40 ms away,' "$WORK/all"

# Many at a time is several times faster than one at a time.
speedup=$(grep -E '^16 at a time' "$WORK/all" | grep -oE '[0-9]+(\.[0-9]+)?x faster' | head -1)
assert "no speed-up in the output" test -n "$speedup"
speedup=${speedup%x*}
assert_at_least "${speedup%.*}" 3 "speed-up"

# The reports are where the output says, and they hold.
demo_report=$(sed -n 's/^your report *//p' "$WORK/all" | head -1)
if ! [ -f "$demo_report" ]; then
    fail "no report at '$demo_report'"
    cat "$WORK/all" >&2
else
    assert "the files are not below TMPDIR: $demo_report" test "${demo_report#"$TMPDIR"/}" != "$demo_report"
    DIR=$(cd "$(dirname "$demo_report")/../.." && pwd)
    [ -d "$DIR/.haul" ] || DIR=$(cd "$(dirname "$demo_report")/../../.." && pwd)
    note_outside
    check_run
    assert_at_least "$(report .counts.downloaded)" 150 "downloaded"
    assert_at_least "$(report '[.failures[] | select(.class == "not-found")] | length')" 1 \
        "planned 404s in the report"
    assert_at_least "$(report .retries.recovered)" 1 "recovered by a retry"
    assert_eq "$(visible_files "$DIR" | grep -c 'evil\.sh' || true)" 0 "files named by the server"
    images=$(visible_files "$DIR" | wc -l)
    assert_eq "$images" "$(report .counts.downloaded)" "files against downloads"
fi
assert_eq "$(find "$TMPDIR" -name 'evil*' | wc -l)" 0 "files that a server named"

# --- the server alone ----------------------------------------------------------------------------

"$HAUL" demo --serve >"$WORK/serve" 2>&1 &
SERVE_PID=$!
CHILDREN+=("$SERVE_PID")
wait_until 10 grep -q '^practice server on' "$WORK/serve" || fail "the server does not start"
place=$(sed -n 's/^practice server on \([0-9.:]*\).*/\1/p' "$WORK/serve" | head -1)
fresh_dir served
photos=("http://$place/photo/0001.png" "http://$place/photo/0003.jpg")
run_haul 0 -d "$DIR" "${photos[@]}"
assert_counts '{downloaded: 2}'
run_haul 0 -d "$DIR" --update "${photos[@]}" # 304 for what is there
check_run
assert_counts '{kept: 2}'
assert_eq "$(records | jq -r .http | sort -u)" 304 "status of kept photos"
stop_child "$SERVE_PID"
