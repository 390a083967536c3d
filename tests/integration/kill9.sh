#!/usr/bin/env bash
# kill -9 at any moment, and a restart after each: every file under a final name is complete, every
# whole line of the records parses, what was recorded is never asked for again, and in the end the
# tree is that of a run that nobody disturbed. KILLS sets how many, RANDOM_SEED repeats a failed run.
. "$(dirname "${BASH_SOURCE[0]}")/../support/lib.sh"
FILES=2000
if is_sanitized; then
    KILLS=${KILLS:-20}
fi
KILLS=${KILLS:-40}
RANDOM_SEED=${RANDOM_SEED:-$$}
RANDOM=$RANDOM_SEED
echo "RANDOM_SEED=$RANDOM_SEED"
"$PYTHON" - "$WORK/www" "$FILES" <<'PYTHON'
import random, sys
folder, count = sys.argv[1], int(sys.argv[2])
numbers = random.Random(1)
for i in range(count):
    size = 4000000 if i % 500 == 100 else numbers.choice((0, 100, 3000, 5000, 20000))
    with open(f"{folder}/{i:04}.bin", "wb") as out:
        out.write(numbers.randbytes(size))
PYTHON
# The large files come slowly, and the small ones not at once: a run is killed some times.
# shellcheck disable=SC2034
NGINX_HTTP="limit_req_zone \$server_port zone=steady:1m rate=2500r/s;"
# shellcheck disable=SC2034
NGINX_MAIN="limit_req zone=steady burst=10000; limit_rate 3m;"
start_nginx
(cd "$WORK/www" && printf "$SITE/%s\n" *.bin) >"$WORK/list.txt"

fresh_dir whole
run_haul 0 -d "$DIR" "$WORK/list.txt"
check_run
assert_tree_equal "$DIR" "$WORK/www"
rm -rf "$DIR"

# What must hold although the run was killed.
check_killed() {
    local file
    if [ -d "$DIR" ] && ! diff -rq --exclude=.haul "$DIR" "$WORK/www" >"$WORK/difference"; then
        if grep -v "^Only in $WORK/www" "$WORK/difference" >&2; then
            fail "a file is not complete after kill $kill"
        fi
    fi
    for file in "$DIR"/.haul/runs/*/results.jsonl; do
        [ -e "$file" ] || continue
        if [ -n "$(tail -c1 "$file")" ]; then
            sed '$d' "$file" # the last line was being written
        else
            cat "$file"
        fi | jq -ncr '[inputs | select(.schema != "haul.result/1")] | length' >"$WORK/parsed" ||
            fail "a line does not parse after kill $kill: $file"
        assert_eq "$(cat "$WORK/parsed")" 0 "lines that are no record"
    done
    for file in "$DIR"/.haul/runs/*/report.json; do
        [ -e "$file" ] || continue
        jq -e .run_id "$file" >"$WORK/parsed" || fail "a report does not parse: $file"
    done
    check_outside
}

# Each run sends its number. Prints the requests for what an earlier run in DIR had recorded.
cat >"$WORK/again.py" <<'PYTHON'
import collections, json, sys
log, *runs = sys.argv[1:]
asked = collections.defaultdict(set)
for line in open(log):
    request = json.loads(line)
    asked[request["x_test"]].add(request["uri"])
recorded = {}
for run in runs:
    number = run.rsplit("-", 1)[1]
    for uri in sorted(asked[number] & recorded.keys()):
        print(f"run {number} asked for {uri}, which run {recorded[uri]} had recorded")
    for line in open(run, "rb"):
        if line.endswith(b"\n"):
            record = json.loads(line)
            if record["status"] in ("downloaded", "kept"):
                recorded.setdefault("/" + record["path"], number)
PYTHON

# Runs until one gets to its end, the last of them undisturbed.
runs=0
run_killed() { # SYNC NUMBER_OF_KILLS
    local sync=$1 left=$2 last=none logs=() ms
    while :; do
        runs=$((runs + 1))
        # The kill may hit the search for leaks at the end of a run, which then reports itself.
        ASAN_OPTIONS=${ASAN_OPTIONS:-}:detect_leaks=0 \
            start_haul -d "$DIR" --sync "$sync" --threads $((runs % 3 + 1)) \
            --header "X-Test: $runs" "$WORK/list.txt"
        if [ "$left" -gt 0 ]; then
            ms=$((RANDOM % (220 * SLOW)))
            sleep "$(printf '%d.%03d' $((ms / 1000)) $((ms % 1000)))"
            if ! is_gone "$HAUL_PID"; then
                kill -KILL "$HAUL_PID" 2>/dev/null || true
                kill=$((kill + 1))
                left=$((left - 1))
            fi
        fi
        wait_haul any 60
        check_killed
        if [ -e "$DIR/.haul/last/results.jsonl" ] &&
            [ "$(readlink "$DIR/.haul/last")" != "$last" ]; then
            last=$(readlink "$DIR/.haul/last")
            logs+=("$WORK/results-$runs")
            cp "$DIR/.haul/last/results.jsonl" "$WORK/results-$runs"
            if [ "$(jq -r .outcome "$DIR/.haul/last/report.json" 2>/dev/null)" = complete ]; then
                break
            fi
        fi
    done
    check_run
    assert_eq "$(report .exit_code)" 0 "exit code in the end"
    assert_eq "$(report '.counts.downloaded + .counts.kept')" "$FILES" "files in the end"
    assert_tree_equal "$DIR" "$WORK/www"
    assert_eq "$("$PYTHON" "$WORK/again.py" "$NGINX_LOG" "${logs[@]}" | head -3)" "" \
        "fetched twice with --sync $sync"
    rm -rf "$DIR" "${logs[@]}"
}

kill=0
tree=0
while [ "$kill" -lt "$KILLS" ]; do
    tree=$((tree + 1))
    fresh_dir "killed-$tree"
    run_killed "$([ $((tree % 2)) = 0 ] && echo none || echo batch)" \
        $((KILLS - kill < 10 ? KILLS - kill : 10))
done
echo "$kill kills in $runs runs"

# A part of at least 1 MiB goes on from where it was, and not from the beginning.
has_large_part() {
    [ -n "$(find "$DIR/.haul/tmp" -type f -size +1500k 2>/dev/null)" ]
}
for sync in batch none; do
    fresh_dir "part-$sync"
    : >"$NGINX_LOG"
    start_haul -d "$DIR" --sync "$sync" "$SITE/0100.bin"
    wait_until 10 has_large_part || fail "no part of a large file appears"
    kill -KILL "$HAUL_PID"
    wait_haul any 5
    run_haul 0 -d "$DIR" --sync "$sync" "$SITE/0100.bin"
    check_run
    assert "the file differs" cmp "$DIR/0100.bin" "$WORK/www/0100.bin"
    assert_at_most "$(records | jq .bytes.wire)" 2600000 "bytes that were sent again"
    assert_eq "$(jq -r .status "$NGINX_LOG" | tail -1)" 206 "status of the last request"
done
