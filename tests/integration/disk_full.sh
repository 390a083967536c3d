#!/usr/bin/env bash
# A full disk stops the run at once: exit 4, a complete report, a record for every line, and nothing
# incomplete under a final name. With room again the same command goes on. Few descriptors slow a
# run down, and it says so.
. "$(dirname "${BASH_SOURCE[0]}")/../support/lib.sh"
fresh_dir out

# Run again in a mount namespace, as root or as root of a user namespace: a small file system of
# its own that vanishes with the script.
if [ -z "${SMALL_DISK:-}" ]; then
    private=(unshare -m)
    if [ "$(id -u)" != 0 ]; then
        private=(unshare -rm)
    fi
    mkdir -p "$DIR"
    "${private[@]}" mount -t tmpfs -o size=1m none "$DIR" 2>/dev/null ||
        skip "a file system cannot be mounted here"
    rmdir "$DIR"
    SMALL_DISK=1 "${private[@]}" bash "$0" || exit $?
    exit
fi

start_fault_server
mkdir "$DIR" "$WORK/expected"
mount -t tmpfs -o size=8m none "$DIR"
for i in {1..150}; do
    echo "$FAULT/ok/file-$i?size=100000"
    ok_body "file-$i" 100000 >"$WORK/expected/file-$i"
done >"$WORK/list.txt"


assert_stopped() { # RECORDS: what holds after a run that stopped because the disk is full
    check_run
    assert_eq "$(report .counts.total)" "$1" "records"
    assert_eq "$(report .exit_code)" 4 "exit code in the report"
    assert_eq "$(report .input.complete)" true "the list was read to its end"
    assert_at_least "$(report .counts.downloaded)" 10 "downloaded files"
    assert_at_least "$(report .counts.not_tried)" 1 "URLs not tried"
    assert_eq "$(records | jq -r 'select(.status == "failed") | .class' |
        grep -vxE 'disk-full|canceled|server-error' | sort -u | xargs)" "" "other classes"
    assert "stderr says that the disk is full" grep -qiE 'disk|space' "$ERR"
    assert_eq "$(diff -rq --exclude=.haul "$DIR" "$WORK/expected" | grep -v "^Only in $WORK")" \
        "" "files that are not complete"
}

# What was complete when the disk got full is not thrown away: the reserve makes room for its records.
for sync in batch file none; do
    run_haul 4 -d "$DIR" --min-free 0 --sync "$sync" "$WORK/list.txt"
    assert_stopped 150
    find "$DIR" -mindepth 1 -delete
done

# At once: neither those who are slow nor those who want to try again are waited for.
for i in {1..5}; do
    echo "http://localhost:$FAULT_PORT/delay/30000/late-$i"
done >"$WORK/slow.txt"
for i in {1..20}; do
    echo "http://localhost:$FAULT_PORT/status/503?$i"
done | cat - "$WORK/list.txt" >>"$WORK/slow.txt"
start=$(now_ms)
run_haul 4 -d "$DIR" --min-free 0 -j 50 --per-host 8 --retry-wait 60s "$WORK/slow.txt"
assert_at_most $(($(now_ms) - start)) "$(scaled 5000)" "time to stop in ms"
assert_stopped 175
find "$DIR" -mindepth 1 -delete

# One file that is larger than the disk.
run_haul 4 -d "$DIR" --min-free 0 "$FAULT/ok/file-1?size=100000" "$FAULT/ok/huge?size=30000000"
check_run
assert_class /huge disk-full
assert_not "a part of the file under its final name" test -e "$DIR/huge"
find "$DIR" -mindepth 1 -delete

# With room again the same command goes on, also where the run before had stopped twice.
run_haul 4 -d "$DIR" --min-free 0 "$WORK/list.txt"
first=$(report .counts.downloaded)
run_haul 4 -d "$DIR" --min-free 0 "$WORK/list.txt"
check_run
kept=$(report '.counts.downloaded + .counts.kept')
assert_at_least "$kept" "$first" "files after the second run"
mount -o remount,size=64m "$DIR"
run_haul 0 -d "$DIR" --min-free 0 "$WORK/list.txt"
check_run
assert_counts "{kept: $kept, downloaded: $((150 - kept))}"
assert_tree_equal "$DIR" "$WORK/expected"

# Below --min-free counts as full. Free space is looked at once a second: the server's delay makes
# this a run of some seconds.
find "$DIR" -mindepth 1 -delete
for i in {1..300}; do
    echo "$FAULT/delay/100/slow-$i?size=100000"
done >"$WORK/delayed.txt"
run_haul 4 -d "$DIR" --min-free 52M "$WORK/delayed.txt"
check_run
assert_at_least "$(report .counts.downloaded)" 10 "downloaded files"
assert_at_least "$(report .counts.not_tried)" 50 "URLs not tried"
assert_at_least "$(df --output=avail -B1 "$DIR" | tail -1)" $((40 * 1024 * 1024)) "bytes left free"
umount -l "$DIR"
rmdir "$DIR"

# 40 descriptors are too few for 200 downloads at once.
few_descriptors() {
    ulimit -n 40
    run_haul 0 -d "$DIR" -j 200 --per-host 200 "$WORK/few.txt"
}
sed 's/$/\&few/' "$WORK/list.txt" >"$WORK/few.txt"
fresh_dir few
(few_descriptors)
check_run
assert_counts '{downloaded: 150}'
assert_tree_equal "$DIR" "$WORK/expected"
assert "stderr tells of the limit on descriptors" grep -q 'ulimit -n' "$ERR"
assert_eq "$(report '[.warnings[] | tostring | select(contains("ulimit"))] | length')" 1 \
    "warnings of the report about it"
peak=$(max_concurrency "$FAULT_LOG" few)
assert_at_least "$peak" 1 "downloads at once"
assert_at_most "$peak" 40 "downloads at once"
