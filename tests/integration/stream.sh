#!/usr/bin/env bash
# A list is a stream: the first download starts while the list is still being written, and memory
# does not grow with the length of the list.
. "$(dirname "${BASH_SOURCE[0]}")/../support/lib.sh"
LINES_IN_ALL=1000000
if is_sanitized; then
    LINES_IN_ALL=50000
fi
JOBS=16
DISTINCT=2000
for ((i = 1; i <= DISTINCT; i++)); do
    echo "content $i" >"$WORK/www/file-$i.txt"
done
start_nginx

# 1,000 lines; the rest when the file GO is there. Of ten further lines one is a new URL (while
# there are), four repeat one, one is no URL, four are comments and empty lines.
generate() {
    "$PYTHON" -c '
import os, sys, time
site, total, distinct, go, done = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), *sys.argv[4:]
def lines():
    listed = 0
    for number in range(total):
        kind = number % 10
        if kind == 0 and listed < distinct:
            listed += 1
            yield f"{site}/file-{listed}.txt\n"
        elif kind < 5:
            yield f"{site}/file-{number % listed + 1}.txt\n"
        elif kind == 5:
            yield f"not a url {number}\n"
        elif kind < 8:
            yield f"# comment {number}\n"
        else:
            yield "\n"
source = lines()
out = sys.stdout
out.writelines(next(source) for _ in range(1000))
out.flush()
deadline = time.monotonic() + 60
while not os.path.exists(go) and time.monotonic() < deadline:
    time.sleep(0.01)
for line in source:
    out.write(line)
out.flush()
open(done, "w").close()' "$SITE" "$LINES_IN_ALL" "$DISTINCT" "$WORK/go" "$WORK/written"
}

fresh_dir out
note_outside
# shellcheck disable=SC2094
generate | (cd "$OUTER/cwd" && measured "$WORK/peak" timeout "$(scaled 60)" "$HAUL" -d "$DIR" \
    -j "$JOBS" --per-host "$JOBS" --sync none -) >"$OUT" 2>"$ERR" &
RUN_PID=$!
CHILDREN+=("$RUN_PID")
if ! wait_until 20 test -e "$DIR/file-1.txt"; then
    fail "nothing is downloaded while the list is being written"
fi
assert_not "the list was already written" test -e "$WORK/written"
touch "$WORK/go"
wait_until 70 is_gone "$RUN_PID" || fail "the run does not end"
status=0
wait "$RUN_PID" || status=$?
forget_child "$RUN_PID"
assert_eq "$status" 1 "exit code"

# As check_run, but counted by grep: the records are hundreds of megabytes.
results=$DIR/.haul/last/results.jsonl
duplicates=$((LINES_IN_ALL / 2 - DISTINCT))
bad=$((LINES_IN_ALL / 10))
assert_counts "{downloaded: $DISTINCT, duplicate: $duplicates, failed: $bad}"
assert_eq "$(wc -l <"$results")" $((DISTINCT + duplicates + bad)) "records"
assert_eq "$(grep -c '"class":"bad-url"' "$results")" "$bad" "bad lines"
assert_eq "$(report '.input | "\(.lines) \(.comments) \(.blank) \(.complete)"')" \
    "$LINES_IN_ALL $((LINES_IN_ALL / 5)) $((LINES_IN_ALL / 5)) true" "input"
{ head -300 "$results" && tail -300 "$results"; } >"$WORK/results.jsonl"
validate haul.result-1.schema.json "$WORK/results.jsonl"
validate haul.report-1.schema.json "$DIR/.haul/last/report.json"
assert_tree_equal "$DIR" "$WORK/www"
check_outside

# Each URL was asked for once.
wait_until 3 has_nginx_requests /file- "$DISTINCT" || true
assert_eq "$(jq -r .uri "$NGINX_LOG" | sort | uniq -d | wc -l)" 0 "URLs that were fetched twice"
assert_nginx_requests /file- "$DISTINCT"

if ! is_sanitized; then
    assert_at_most "$(cat "$WORK/peak")" $((32 * 1024 + 64 * JOBS + 40 * DISTINCT / 1024)) \
        "peak memory in KiB"
fi
