#!/usr/bin/env bash
# --update asks the server about each kept file and replaces what has changed, at once and whole;
# --force downloads all again; neither touches what the user made of a file.
. "$(dirname "${BASH_SOURCE[0]}")/../support/lib.sh"
start_fault_server
NAMES=(same changed lost dated redated mine ours gone)
path_of() { # NAME
    case $1 in
    lost) echo "/lost-etag/$1" ;;
    dated | redated) echo "/dateonly/$1" ;;
    *) echo "/versioned/$1" ;;
    esac
}
for name in "${NAMES[@]}"; do
    echo "$FAULT$(path_of "$name")?size=70000"
done >"$WORK/list.txt"

set_version() { # NAME VERSION
    "$PYTHON" -c 'import sys, urllib.request; urllib.request.urlopen(sys.argv[1]).read()' \
        "$FAULT/set-version/$1/$2"
}

assert_content() { # NAME VERSION
    if ! content_body "$1" 70000 "$2" | cmp -s - "$DIR/$1"; then
        fail "$1 is not version $2"
    fi
}

# What the requests since the last call of next_run were: METHOD STATUS IF-NONE-MATCH
# IF-MODIFIED-SINCE.
next_run() {
    SEEN=$(wc -l <"$FAULT_LOG")
}
requests_for() { # NAME
    tail -n +$((SEEN + 1)) "$FAULT_LOG" | awk -v path="$(path_of "$1")" \
        'index($4, path "?") == 1 { print $3, $5, $9, $10 }'
}
assert_requests() { # NAME LINE
    assert_eq "$(requests_for "$1")" "$2" "requests for $1"
}

inode() { # NAME
    stat -c %i "$DIR/$1"
}

fresh_dir out
run_haul 0 -d "$DIR" "$WORK/list.txt"
check_run
assert_counts "{downloaded: ${#NAMES[@]}}"
for name in "${NAMES[@]}"; do
    assert_content "$name" 1
done
assert_eq "$(stat -c %Y "$DIR/same")" $((1640995200 + 86400)) "modification time"

# Without --update nobody is asked.
next_run
run_haul 0 -d "$DIR" "$WORK/list.txt"
check_run
assert_counts "{kept: ${#NAMES[@]}}"
assert_eq "$(wc -l <"$FAULT_LOG")" "$SEEN" "requests for kept files"

# Nothing has changed.
first_day=Sun,_02_Jan_2022_00:00:00_GMT
before=$(inode same)
next_run
run_haul 0 -d "$DIR" --update "$WORK/list.txt"
check_run
for name in same changed dated redated mine ours gone; do
    assert_record "/$name?" .status kept
    assert_content "$name" 1
done
assert_eq "$(requests_for same | cut -d' ' -f1-3)" 'GET 304 "version-1"' "requests for same"
assert_requests dated "GET 304 - $first_day"
assert_eq "$(inode same)" "$before" "inode of a file that has not changed"
# The server has lost its ETags: it sends the file again, which is the same.
assert_eq "$(requests_for lost | cut -d' ' -f1-3)" 'GET 200 "version-1"' "requests for lost"
assert_content lost 1

# It did not have them the last time either: there is nothing to ask with.
next_run
run_haul 0 -d "$DIR" --update "$WORK/list.txt"
check_run
assert_eq "$(requests_for lost | cut -d' ' -f1-2)" 'GET 200' "requests for lost"
assert_content lost 1

# Changed on the server; gone there; changed here, with another size and with the same.
for name in changed redated mine ours; do
    set_version $name 2
done
set_version gone 0
echo 'my own words' >>"$DIR/mine"
printf 'my own' | dd of="$DIR/ours" conv=notrunc status=none
cp "$DIR/mine" "$WORK/mine"
cp "$DIR/ours" "$WORK/ours"
before=$(inode changed)
ln "$DIR/changed" "$WORK/old" # keeps the old inode, and shows whether it is written to
next_run
run_haul 1 -d "$DIR" --update "$WORK/list.txt"
check_run
assert_record '/changed?' .status downloaded
assert_record '/redated?' .status downloaded
assert_record '/same?' .status kept
assert_content changed 2
assert_content redated 2
assert_content same 1
assert_not "the file was not replaced by another" test "$(inode changed)" = "$before"
assert "the old file was written to" cmp -s <(content_body changed 70000 1) "$WORK/old"
assert_eq "$(stat -c %Y "$DIR/changed")" $((1640995200 + 2 * 86400)) "modification time"
assert_eq "$(requests_for changed | cut -d' ' -f1-3)" 'GET 200 "version-1"' "requests for changed"
assert_requests redated "GET 200 - $first_day"
assert "mine was replaced" cmp -s "$DIR/mine" "$WORK/mine"
assert "ours was replaced" cmp -s "$DIR/ours" "$WORK/ours"
for name in mine ours; do
    assert_record "/$name?" '"\(.status) \(.class)"' 'skipped exists'
done
assert_record '/gone?' '"\(.status) \(.class) \(.http)"' 'failed not-found 404'
assert_content gone 1

# --force asks without conditions, and replaces what haul made.
set_version gone 1
next_run
run_haul 0 -d "$DIR" --force "$WORK/list.txt"
check_run
for name in same changed lost dated redated gone; do
    assert_record "/$name?" .status downloaded
    assert_eq "$(requests_for $name)" "GET 200 - -" "requests for $name with --force"
done
assert_content changed 2
assert "mine was replaced" cmp -s "$DIR/mine" "$WORK/mine"
assert "ours was replaced" cmp -s "$DIR/ours" "$WORK/ours"

# A clock that is a day ahead or behind: only what the server says counts. Files keep their times
# when a clock jumps.
# Without its wrapper, whose semaphores outlive it when it is killed and then are in the way.
library=$(find /usr/lib /usr/local/lib -name libfaketimeMT.so.1 2>/dev/null | head -n 1)
if [ -z "$library" ] || is_sanitized; then
    echo "without libfaketime, or in a sanitizer build: no test of wrong clocks"
    exit 0
fi
REAL=$HAUL
HAUL=$WORK/haul-at-another-time
cat >"$HAUL" <<SCRIPT
#!/bin/sh
export DONT_FAKE_MONOTONIC=1 NO_FAKE_STAT=1 FAKETIME_DISABLE_SHM=1 FAKETIME="\$SHIFT"
LD_PRELOAD=$library exec '$REAL' "\$@"
SCRIPT
chmod +x "$HAUL"
head -2 "$WORK/list.txt" >"$WORK/two.txt"
echo "$FAULT/dateonly/dated?size=70000" >>"$WORK/two.txt"
version=2
for shift in +1d -1d +400d +0d; do
    export SHIFT=$shift
    version=$((version + 1))
    set_version changed $version
    start=$(now_ms)
    next_run
    run_haul 0 -d "$DIR" --update "$WORK/two.txt"
    check_run
    assert_at_most $(($(now_ms) - start)) "$(scaled 3000)" "time of the run at $shift in ms"
    assert_record '/same?' .status kept
    assert_record '/dated?' .status kept
    assert_record '/changed?' .status downloaded
    assert_content changed $version
    assert_eq "$(requests_for changed | cut -d' ' -f2,3)" "200 \"version-$((version - 1))\"" \
        "request at $shift"
    next_run
    run_haul 0 -d "$DIR" "$WORK/two.txt"
    assert_eq "$(wc -l <"$FAULT_LOG")" "$SEEN" "requests for kept files at $shift"
done
