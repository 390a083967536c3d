#!/usr/bin/env bash
# A power cut at any moment: what a record calls downloaded is on the disk, whole and under its name;
# nothing incomplete has a final name; and the next run goes on from there.
#
# The disk is an ext4 image on an xfs that can clone a file in an instant: a clone is what the disk
# had received at that moment. CUTS sets how many of the first run, RANDOM_SEED repeats a failed run.
. "$(dirname "${BASH_SOURCE[0]}")/../support/lib.sh"
CUTS=${CUTS:-20}
RANDOM_SEED=${RANDOM_SEED:-$$}
FILES=1200
RATE=400

# Run again in a mount namespace: whatever happens to the script, its mounts vanish with it.
if [ -z "${OWN_MOUNTS:-}" ]; then
    [ "$(id -u)" = 0 ] || skip "only root can mount images"
    for tool in mkfs.xfs mkfs.ext4 unshare; do
        command -v "$tool" >/dev/null || skip "$tool is not installed"
    done
    unshare -m true 2>/dev/null || skip "no mount namespace can be made here"
    OWN_MOUNTS=1 RANDOM_SEED=$RANDOM_SEED unshare -m bash "$0" || exit $?
    exit
fi
RANDOM=$RANDOM_SEED
echo "RANDOM_SEED=$RANDOM_SEED"

XFS=$WORK/xfs
DISK=$OUTER/disk
CUT=$OUTER/cut
OLDER=$WORK/older
NEWER=$WORK/newer
mkdir "$XFS" "$DISK" "$CUT" "$WORK/seen" "$OLDER" "$NEWER"
unmount_all() {
    local place
    for place in "$CUT" "$DISK" "$XFS"; do
        umount -l "$place"
    done 2>/dev/null
}
end() {
    local status=$?
    set +e
    unmount_all
    (exit "$status")
    finish
}
trap end EXIT
truncate -s 4G "$WORK/xfs.img"
mkfs.xfs -q -m reflink=1 "$WORK/xfs.img" || skip "mkfs.xfs makes no file system with reflink"
mount -o loop "$WORK/xfs.img" "$XFS" 2>/dev/null || skip "an xfs image cannot be mounted here"
truncate -s 1G "$XFS/disk.img"
mkfs.ext4 -q "$XFS/disk.img"
cp --reflink=always "$XFS/disk.img" "$XFS/cut.img" || skip "this xfs cannot clone files"
mount -o loop "$XFS/disk.img" "$DISK" 2>/dev/null || skip "an ext4 image cannot be mounted here"

# Two versions of each file, with different sizes.
"$PYTHON" - "$FILES" "$OLDER" "$NEWER" <<'PYTHON'
import random, sys
numbers = random.Random(1)
for i in range(int(sys.argv[1])):
    size = numbers.choice((0, 1, 100, 4095, 5000, 20000, 70000, 150000))
    if i % 300 == 0:
        size = 3000000
    for folder in sys.argv[2:]:
        with open(f"{folder}/{i:04}.bin", "wb") as out:
            out.write(numbers.randbytes(size))
        size += 1
PYTHON
# Requests that say so are served at a steady rate, so that a run has enough moments.
# shellcheck disable=SC2034
NGINX_HTTP="limit_req_zone \$http_x_test zone=slow:1m rate=${RATE}r/s;"
# shellcheck disable=SC2034
NGINX_MAIN="limit_req zone=slow burst=10000;
    if (\$http_x_test) { set \$limit_rate 1m; }"
start_nginx
serve() { # FOLDER
    rm -rf "$WORK/www"
    cp -a "$1" "$WORK/www"
}
(cd "$OLDER" && printf "$SITE/%s\n" *.bin) >"$WORK/list.txt"

# survived.py DIR SEEN VERSION...: holds what a cut left against the versions of the files, after what
# the records say, its own and those SEEN before. Prints the names that are recorded; the exit code
# is 1 when a promise is broken.
cat >"$WORK/survived.py" <<'PYTHON'
import glob, json, os, sys
root, seen, *versions = sys.argv[1:]

def downloaded(path, may_be_torn):
    for line in open(path, "rb"):
        if not line.endswith(b"\n") or (may_be_torn and b"\0" in line):
            return  # it was being written
        record = json.loads(line)
        if record["status"] == "downloaded":
            yield record["path"], record["bytes"]["file"]

def content(path):
    try:
        with open(path, "rb") as file:
            return file.read()
    except FileNotFoundError:
        return None

recorded, wrong = {}, []
logs = [(path, True) for path in sorted(glob.glob(f"{root}/.haul/runs/*/results.jsonl"))]
for log, may_be_torn in logs + ([(seen, False)] if os.path.exists(seen) else []):
    for name, size in downloaded(log, may_be_torn):
        version = [os.path.getsize(f"{folder}/{name}") for folder in versions].index(size)
        recorded[name] = max(recorded.get(name, 0), version)
present = {os.path.relpath(f"{folder}/{file}", root)
           for folder, _, files in os.walk(root) for file in files}
for name in sorted({name for name in present if not name.startswith(".haul/")} | set(recorded)):
    data = content(f"{root}/{name}")
    version = max((i for i, folder in enumerate(versions) if content(f"{folder}/{name}") == data),
                  default=None)
    if data is None:
        wrong.append(f"{name} is recorded, but not there")
    elif version is None:
        wrong.append(f"{name} ({'' if name in recorded else 'not '}recorded) has {len(data)} bytes"
                     f"{' of zeros' if not any(data) else ''} that are no version of it")
    elif version < recorded.get(name, 0):
        wrong.append(f"{name} is older than its record")
print("\n".join(recorded), end="\n" if recorded else "")
print("\n".join(wrong[:5] + [f"{len(wrong)} in all"] * (len(wrong) > 5)), file=sys.stderr)
sys.exit(len(wrong) > 0)
PYTHON

# Cuts the power at random moments of a run.
cuts=0
run_with_cuts() { # NUMBER ARGUMENT...
    local number=$1 left ms
    shift
    start_haul -d "$DIR" --header 'X-Test: slow' -j 8 --per-host 8 "$@" "$WORK/list.txt"
    for ((left = number; left > 0; left--)); do
        ms=$((RANDOM % (2000 * FILES / RATE / number)))
        sleep "$(printf '%d.%03d' $((ms / 1000)) $((ms % 1000)))"
        cuts=$((cuts + 1))
        cp "$DIR/.haul/last/results.jsonl" "$WORK/seen/$cuts" 2>/dev/null || true
        cp --reflink=always "$XFS/disk.img" "$XFS/cut-$cuts.img"
    done
    wait_haul 0 30
    check_run
}

serve "$OLDER"
DIR=$DISK/out
run_with_cuts "$CUTS"
first=$cuts
assert_tree_equal "$DIR" "$OLDER"
serve "$NEWER"
run_with_cuts $((CUTS / 4)) --force
assert_tree_equal "$DIR" "$NEWER"
batch=$cuts
serve "$OLDER"
DIR=$DISK/one-by-one
run_with_cuts $((CUTS / 4)) --sync file
assert_tree_equal "$DIR" "$OLDER"
umount "$DISK"

# What was not synced is lost with the boot that wrote it: parts of files, too.
cat /proc/sys/kernel/random/uuid >"$WORK/boot_id"
mount --bind "$WORK/boot_id" /proc/sys/kernel/random/boot_id
total=0
for ((cut = 1; cut <= cuts; cut++)); do
    DIR=$CUT/out
    if [ "$cut" -gt "$batch" ]; then
        DIR=$CUT/one-by-one
    fi
    mount -o loop "$XFS/cut-$cut.img" "$CUT"
    "$PYTHON" "$WORK/survived.py" "$DIR" "$WORK/seen/$cut" "$OLDER" "$NEWER" \
        >"$WORK/recorded" 2>"$WORK/wrong" || fail "cut $cut: $(cat "$WORK/wrong")"
    total=$((total + $(wc -l <"$WORK/recorded")))
    # The same command goes on, and asks for nothing that was recorded.
    if [ "$cut" -le "$first" ] && [ $((cut % 4)) = 1 ]; then
        : >"$NGINX_LOG"
        run_haul 0 -d "$DIR" --sync none "$WORK/list.txt"
        check_run
        assert_tree_equal "$DIR" "$OLDER"
        sort "$WORK/recorded" >"$WORK/done"
        jq -r '.uri[1:]' "$NGINX_LOG" | sort -u >"$WORK/asked"
        assert_eq "$(comm -12 "$WORK/done" "$WORK/asked" | wc -l)" 0 \
            "recorded files that were asked for again after cut $cut"
    fi
    umount "$CUT"
    rm "$XFS/cut-$cut.img"
done
echo "$cuts cuts, $total records looked at"
assert_at_least "$total" $((cuts * FILES / 10)) "records that a cut could have broken"
