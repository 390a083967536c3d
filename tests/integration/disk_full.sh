#!/usr/bin/env bash
# A full disk stops the run once: exit 4, a complete report, a record for every line, and nothing
# incomplete under a final name.
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
    SMALL_DISK=1 "${private[@]}" bash "$0"
    exit
fi

start_fault_server
mkdir "$DIR" "$WORK/expected"
mount -t tmpfs -o size=6m none "$DIR"
for i in {1..150}; do
    echo "$FAULT/ok/file-$i?size=100000"
    ok_body "file-$i" 100000 >"$WORK/expected/file-$i"
done >"$WORK/list.txt"

# What was complete when the disk got full is not thrown away: the reserve makes room for its records.
for sync in batch file none; do
    run_haul 4 -d "$DIR" --min-free 0 --sync "$sync" "$WORK/list.txt"
    check_run
    assert_eq "$(report .counts.total)" 150 "records with --sync $sync"
    assert_eq "$(report .exit_code)" 4 "exit code in the report"
    assert_at_least "$(report .counts.downloaded)" 10 "downloaded files with --sync $sync"
    assert_at_least "$(report .counts.not_tried)" 1 "URLs not tried"
    assert_eq "$(records | jq -r 'select(.status == "failed") | .class' |
        grep -vxE 'disk-full|canceled' | sort -u | xargs)" "" "other classes"
    assert "stderr says that the disk is full" grep -qiE 'disk|space' "$ERR"
    assert_eq "$(diff -rq --exclude=.haul "$DIR" "$WORK/expected" | grep -v "^Only in $WORK")" \
        "" "files that are not complete"
    find "$DIR" -mindepth 1 -delete
done

# With room again (the directory moved to a larger disk) the same command goes on.
run_haul 4 -d "$DIR" --min-free 0 "$WORK/list.txt"
kept=$(report .counts.downloaded)
cp -a "$DIR" "$WORK/moved"
umount "$DIR"
mount -t tmpfs -o size=64m none "$DIR"
cp -a "$WORK/moved/." "$DIR"
run_haul 0 -d "$DIR" --min-free 0 "$WORK/list.txt"
check_run
assert_counts "{kept: $kept, downloaded: $((150 - kept))}"
assert_tree_equal "$DIR" "$WORK/expected"

# Below --min-free counts as full. Free space is looked at once a second: the server's delay makes
# this a run of some seconds.
find "$DIR" -mindepth 1 -delete
for i in {1..300}; do
    echo "$FAULT/delay/100/slow-$i?size=100000"
done >"$WORK/slow.txt"
run_haul 4 -d "$DIR" --min-free 52M "$WORK/slow.txt"
check_run
assert_at_least "$(report .counts.downloaded)" 10 "downloaded files"
assert_at_least "$(report .counts.not_tried)" 50 "URLs not tried"
assert_at_least "$(df --output=avail -B1 "$DIR" | tail -1)" $((40 * 1024 * 1024)) "bytes left free"
umount -l "$DIR"
