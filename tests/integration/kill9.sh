#!/usr/bin/env bash
# kill -9 at any moment: every file under a final name is complete, every whole line of the records
# parses, and the next run goes on. KILLS sets how many, RANDOM_SEED repeats a failed run.
. "$(dirname "${BASH_SOURCE[0]}")/../support/lib.sh"
KILLS=${KILLS:-50}
RANDOM_SEED=${RANDOM_SEED:-$$}
RANDOM=$RANDOM_SEED
echo "RANDOM_SEED=$RANDOM_SEED"
"$PYTHON" - "$WORK/www" 300 <<'PYTHON'
import random, sys
folder, count = sys.argv[1], int(sys.argv[2])
numbers = random.Random(1)
for i in range(count):
    size = numbers.choice((0, 100, 5000, 20000, 70000, 300000))
    with open(f"{folder}/file-{i:03}.bin", "wb") as out:
        out.write(numbers.randbytes(size))
PYTHON
start_nginx
(cd "$WORK/www" && printf "$SITE/%s\n" *.bin) >"$WORK/list.txt"

fresh_dir whole
start=$(now_ms)
run_haul 0 -d "$DIR" "$WORK/list.txt"
duration=$(($(now_ms) - start))
check_run
assert_tree_equal "$DIR" "$WORK/www"

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

for ((kill = 1; kill <= KILLS; kill++)); do
    if [ $((kill % 5)) = 1 ]; then
        fresh_dir "killed-$kill"
    fi
    sync=$([ $((kill % 2)) = 0 ] && echo batch || echo none)
    # The kill may hit the search for leaks at the end of a run, which then reports itself.
    ASAN_OPTIONS=${ASAN_OPTIONS:-}:detect_leaks=0 \
        start_haul -d "$DIR" --sync "$sync" --threads $((kill % 3 + 1)) "$WORK/list.txt"
    sleep "$(printf '0.%03d' $((RANDOM % (duration < 900 ? duration + 50 : 950))))"
    kill -KILL "$HAUL_PID" 2>/dev/null || true
    wait_haul any 5
    check_killed
    if [ $((kill % 5)) = 0 ] || [ "$kill" = "$KILLS" ]; then
        run_haul 0 -d "$DIR" --sync none "$WORK/list.txt"
        check_run
        assert_eq "$(report '.counts.downloaded + .counts.kept')" 300 "files in the end"
        assert_tree_equal "$DIR" "$WORK/www"
        rm -rf "$DIR"
    fi
done
