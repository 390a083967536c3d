#!/usr/bin/env bash
# A state that is damaged, newer than this program, or somebody else's is never trusted and never
# deleted: it is set aside with a warning, and made again from the records of the runs, so that
# nothing is downloaded twice. An older one is brought up to date.
. "$(dirname "${BASH_SOURCE[0]}")/../support/lib.sh"
FILES=300
for ((i = 1; i <= FILES; i++)); do
    printf '%0*d' $((i * 7 % 900 + 1)) "$i" >"$WORK/www/file-$i.txt"
done
start_nginx
(cd "$WORK/www" && printf "$SITE/%s\n" *.txt) >"$WORK/list.txt"
ORIGINAL=$OUTER/original
DIR=$ORIGINAL
run_haul 0 -d "$DIR" "$WORK/list.txt"
check_run

fresh_copy() { # NAME: of the directory as that run has left it
    fresh_dir "$1"
    rm -rf "$DIR"
    cp -a "$ORIGINAL" "$DIR"
    : >"$NGINX_LOG"
}
state() { # SQL
    "$PYTHON" -c '
import sqlite3, sys
database = sqlite3.connect(sys.argv[1])
for row in database.executescript(sys.argv[2]) if ";" in sys.argv[2] else \
        database.execute(sys.argv[2]):
    print(*row)
database.commit()' "$DIR/.haul/state.db" "$1"
}
assert_all_kept() {
    run_haul 0 -d "$DIR" "$WORK/list.txt"
    check_run
    assert_counts "{kept: $FILES}"
    assert_nginx_requests / 0
    assert_tree_equal "$DIR" "$WORK/www"
    assert_eq "$(state 'SELECT count(*) FROM downloads')" "$FILES" "rows of the state"
}
set_aside() { # the names of states that were set aside
    (cd "$DIR/.haul" && find . -name 'state.db.*' ! -name '*-wal' ! -name '*-shm' -printf '%P\n')
}

# The run after the damage.
assert_survived() { # WHAT
    local digest aside
    digest=$(sha256sum <"$DIR/.haul/state.db")
    assert_all_kept
    aside=$(set_aside)
    assert_eq "$(wc -w <<<"$aside")" 1 "states set aside when $1"
    assert_eq "$(sha256sum <"$DIR/.haul/$aside")" "$digest" "digest of the state that was set aside ($1)"
    assert "a warning names what was set aside ($1): $(cat "$ERR")" grep -qF "$aside" "$ERR"
    assert_eq "$(report '[.warnings[] | tostring | select(contains("set-aside"))] | length')" 1 \
        "warnings of the report ($1)"
    # It is told once: the new state is sound.
    run_haul 0 -d "$DIR" "$WORK/list.txt"
    check_run
    assert_counts "{kept: $FILES}"
    assert_eq "$(set_aside)" "$aside" "states set aside by the run after that ($1)"
    assert_not "the run after that warns again ($1)" grep -qF "set-aside" "$ERR"
    assert_nginx_requests / 0
}
size=$(stat -c %s "$ORIGINAL/.haul/state.db")
assert_at_least "$size" 40000 "size of the state"

fresh_copy truncated
truncate -s $((size / 2)) "$DIR/.haul/state.db"
assert_survived "half of it is missing"

fresh_copy stump
truncate -s 100 "$DIR/.haul/state.db"
assert_survived "only its header is left"

for page in 1 3 6; do
    fresh_copy "zeroed-$page"
    dd if=/dev/zero of="$DIR/.haul/state.db" bs=4096 seek=$((page - 1)) count=1 conv=notrunc status=none
    assert_survived "page $page is zero"
done

fresh_copy garbage
head -c "$size" /dev/urandom >"$DIR/.haul/state.db"
assert_survived "it is garbage"

fresh_copy text
echo 'this is no database' >"$DIR/.haul/state.db"
assert_survived "it is a text"

fresh_copy newer
state 'PRAGMA user_version = 1000;'
assert_survived "its schema is newer"

fresh_copy stranger
state 'PRAGMA application_id = 4711;'
assert_survived "it belongs to another program"

# Missing or empty, it is made again without a word.
fresh_copy missing
rm "$DIR/.haul/state.db"
assert_all_kept
fresh_copy empty
: >"$DIR/.haul/state.db"
assert_all_kept

# The first schema; nothing but the state tells of these files.
fresh_copy older
"$PYTHON" - "$DIR/.haul" <<'PYTHON'
import os, sqlite3, sys
os.chdir(sys.argv[1])
os.rename("state.db", "newer.db")
columns = ("key_high INTEGER NOT NULL, key_low INTEGER NOT NULL, stem INTEGER NOT NULL,"
           " fold INTEGER NOT NULL, url TEXT NOT NULL, name TEXT NOT NULL, size INTEGER NOT NULL,"
           " modified INTEGER, etag TEXT, last_modified INTEGER, type TEXT,"
           " downloaded INTEGER NOT NULL, checks INTEGER")
values = ", ".join(column.split()[0] for column in columns.split(","))
values = values.replace(" modified,", " modified_ns / 1000000000,") # in seconds
database = sqlite3.connect("state.db")
database.executescript(f"""
    ATTACH 'newer.db' AS newer;
    CREATE TABLE downloads({columns});
    CREATE INDEX downloads_key ON downloads(key_high);
    CREATE INDEX downloads_stem ON downloads(stem, fold);
    CREATE TABLE directories(fold INTEGER PRIMARY KEY, path TEXT NOT NULL);
    INSERT INTO downloads SELECT {values} FROM newer.downloads;
    PRAGMA application_id = {0x6861756c};
    PRAGMA user_version = 1;
    DETACH newer;""")
database.close()
os.remove("newer.db")
PYTHON
chmod 600 "$DIR/.haul/state.db"
rm -r "$DIR/.haul/runs" "$DIR/.haul/last"
assert_all_kept
assert_eq "$(set_aside)" "" "an older state was set aside"

# Without records there is nothing to make it from. The files are a stranger's then, and stay.
fresh_copy forgotten
rm -r "$DIR/.haul/runs" "$DIR/.haul/last"
head -c "$size" /dev/urandom >"$DIR/.haul/state.db"
run_haul 0 -d "$DIR" "$WORK/list.txt"
check_run
assert_counts "{skipped: $FILES}"
assert_tree_equal "$DIR" "$WORK/www"
assert_eq "$(set_aside | wc -w)" 1 "states set aside"

# Files that were changed or removed after they were recorded are not kept on the word of a record.
fresh_copy changed
rm "$DIR/.haul/state.db" "$DIR/file-1.txt"
echo 'by hand' >"$DIR/file-2.txt"
run_haul 0 -d "$DIR" "$WORK/list.txt"
check_run
assert_class /file-1.txt downloaded
assert_class /file-2.txt exists
assert_counts "{kept: $((FILES - 2)), downloaded: 1, skipped: 1}"
assert_eq "$(cat "$DIR/file-2.txt")" 'by hand' "a file that was changed by hand"

# A run that was killed, whose state is lost too: what it has recorded is not fetched again.
has_records() {
    [ "$(records 2>/dev/null | wc -l)" -ge 50 ]
}
has_logged() { # LINES
    [ "$(wc -l <"$FAULT_LOG")" -ge "$1" ]
}
start_fault_server
for ((i = 1; i <= FILES - 2; i++)); do
    echo "$FAULT/ok/fast-$i"
done >"$WORK/fast.txt"
for damage in none missing garbage log; do
    fresh_dir "killed-$damage"
    # Two that take long, but only the first time, keep the run from ending.
    { cat "$WORK/fast.txt" && echo "$FAULT/slow-first/$damage-"{1,2}"?ms=20000" | xargs -n1; } \
        >"$WORK/damage.txt"
    start_haul -d "$DIR" --sync batch "$WORK/damage.txt"
    wait_until 10 has_records || fail "a run writes no records"
    kill -KILL "$HAUL_PID"
    wait_haul any 5
    head -c -1 "$DIR/.haul/last/results.jsonl" >"$WORK/whole" # the last line may be a part
    sed '$d' "$WORK/whole" | jq -r 'select(.status == "downloaded") | .path' | sort >"$WORK/recorded"
    recorded=$(wc -l <"$WORK/recorded")
    assert_at_least "$recorded" 40 "recorded files"
    case $damage in
    missing) rm "$DIR/.haul"/state.db* ;;
    garbage) head -c "$size" /dev/urandom >"$DIR/.haul/state.db" ;;
    log) head -c 50000 /dev/urandom >"$DIR/.haul/state.db-wal" ;;
    esac
    requests=$(wc -l <"$FAULT_LOG")
    run_haul 0 -d "$DIR" "$WORK/damage.txt"
    check_run
    assert_eq "$(report '.counts.kept + .counts.downloaded')" "$FILES" "files in the end ($damage)"
    assert_at_least "$(report .counts.kept)" "$recorded" "kept files ($damage)"
    wait_until 3 has_logged $((requests + $(report .counts.downloaded))) ||
        fail "the log of the server does not come to an end"
    tail -n +$((requests + 1)) "$FAULT_LOG" | awk '{ sub(".*/", "", $4); print $4 }' | sort -u >"$WORK/asked"
    assert_eq "$(comm -12 "$WORK/recorded" "$WORK/asked" | head -3)" "" \
        "recorded files that were asked for again ($damage)"
    rm -rf "$DIR"
done
