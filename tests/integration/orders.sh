#!/usr/bin/env bash
# --order: the server sees the URLs in the order that was asked for; names do not depend on it.
. "$(dirname "${BASH_SOURCE[0]}")/../support/lib.sh"
start_fault_server

for i in $(seq 30); do
    printf '%s/ok/%d/same.txt?size=%d\n priority=%d\n' "$FAULT" "$i" "$i" $((i * 7 % 10))
done >"$WORK/list.txt"
seen() { # the numbers in the order of the server's log, since line $1
    tail -n +"$1" "$FAULT_LOG" | awk '{ split($4, part, "/"); print part[3] }' | xargs
}

run_order() { # NAME ARGUMENT...
    local start name=$1
    shift
    start=$(($(wc -l <"$FAULT_LOG") + 1))
    fresh_dir "$name"
    run_haul 0 -d "$DIR" -j1 "$@" "$WORK/list.txt"
    check_run
    SEEN=$(seen "$start")
}

run_order list
assert_eq "$SEEN" "$(seq 30 | xargs)" "order of a list"
run_order reverse --order reverse
assert_eq "$SEEN" "$(seq 30 -1 1 | xargs)" "reversed order"
run_order priority --order priority
assert_eq "$SEEN" "$(for i in $(seq 30); do echo $((i * 7 % 10)) "$i"; done |
    sort -s -k1,1nr | cut -d' ' -f2 | xargs)" "order of priorities"
run_order random-7 --order random --seed 7
first=$SEEN
assert_eq "$(tr ' ' '\n' <<<"$SEEN" | sort -n | xargs)" "$(seq 30 | xargs)" "URLs of a random order"
assert_not "a random order is that of the list" test "$SEEN" = "$(seq 30 | xargs)"
run_order random-again --order random --seed 7
assert_eq "$SEEN" "$first" "order of the same seed"
run_order random-8 --order random --seed 8
assert_not "two seeds give one order" test "$SEEN" = "$first"
# A seed that was drawn is told, and gives the same again.
run_order random-drawn --order random
drawn=$SEEN
run_order random-told --order random --seed "$(report .settings.seed)"
assert_eq "$SEEN" "$drawn" "order of the told seed"
for name in reverse priority random-7 random-8 random-drawn; do
    assert_tree_equal "$OUTER/list" "$OUTER/$name"
done

# From a pipe that comes slowly, and with all downloads at once.
fresh_dir pipe
start=$(($(wc -l <"$FAULT_LOG") + 1))
{
    head -20 "$WORK/list.txt"
    sleep 0.3
    tail -n +21 "$WORK/list.txt"
} | run_haul 0 -d "$DIR" -j1 --order reverse -
assert_eq "$(seen "$start")" "$(seq 30 -1 1 | xargs)" "reversed order of a pipe"
for threads in 1 16; do
    for order in list reverse priority random; do
        fresh_dir "threads-$threads-$order"
        run_haul 0 -d "$DIR" --threads "$threads" --per-host 16 --order "$order" "$WORK/list.txt"
        check_run
        assert_tree_equal "$OUTER/list" "$DIR"
    done
done

# Longer than the window: a warning, and all of it is done.
for i in $(seq 10050); do
    echo "$FAULT/ok/w$i?size=1"
done >"$WORK/long.txt"
fresh_dir long
LIMIT=120 run_haul 0 -d "$DIR" --sync none --per-host 16 --order reverse "$WORK/long.txt"
assert_eq "$(report .counts.downloaded)" 10050 downloaded
assert_eq "$(report '[.warnings[] | select(contains("--order"))] | length')" 1 \
    "warnings about the window"
run_haul 2 -d "$DIR" --seed 3 "$WORK/list.txt"
