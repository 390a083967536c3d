#!/usr/bin/env bash
# The same list gives the same files under the same names, whatever the threads and the order in
# which downloads end; a second run asks for nothing that is there.
. "$(dirname "${BASH_SOURCE[0]}")/../support/lib.sh"
start_fault_server
base64 -d >"$WORK/www/picture" <<'PNG'
iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNgAAAAAgABSK+kcQAAAABJRU5ErkJggg==
PNG
cp "$WORK/www/picture" "$WORK/www/icon"
start_nginx

# URL below the server, final name (- = none); F is the fault server, N is nginx.
cases() {
    cat <<'CASES'
F /delay/400/late.txt           late.txt
F /ok/late.txt?size=100         late-2.txt
F /ok/a.jpg?size=100            a.jpg
F /ok/a.jpg?size=200            a-2.jpg
F /ok/a.jpg?size=300            a-3.jpg
F /ok/a.png?size=100            a.png
F /ok/photo.tar.gz?size=100     photo.tar.gz
F /ok/photo.tar.gz?size=200     photo-2.tar.gz
F /delay/200/note               note
F /ok/note.jpg?size=100         note-2.jpg
F /ok/bare.jpg?size=100         bare.jpg
F /ok/bare?size=100             bare-2
F /redirect/3/hop.txt           hop.txt
F /ok/hop.txt?size=50           hop-2.txt
F /ok/dup.txt?size=10           dup.txt
F /ok/dup.txt?size=10           -
N /picture                      picture.png
N /icon                         icon.png
F /ok/icon.png?size=10          icon-2.png
N /missing/gone.txt             -
F /ok/gone.txt?size=10          gone-2.txt
F /status/404                   -
F /short                        -
F /ok/%C3%A9t%C3%A9%20.txt      été .txt
F /ok/two%20words?size=10       two words
CASES
}
while read -r server path _; do
    if [ "$server" = F ]; then
        echo "$FAULT$path"
    else
        echo "$SITE$path"
    fi
done < <(cases) >"$WORK/list.txt"
cases | sed 's/^. [^ ]* *//' | grep -vx -e - >"$WORK/names"
mapfile -t names <"$WORK/names"
mapfile -t urls <"$WORK/list.txt"

for threads in 1 2 4 16; do
    fresh_dir "threads-$threads"
    run_haul 1 -d "$DIR" --threads "$threads" --per-host 16 --retries 0 "$WORK/list.txt"
    check_run
    assert_files "${names[@]}"
    records | jq -r '[.i, .line, .url, .status, .class, .path] | @tsv' | sort -n \
        >"$WORK/records-$threads"
    assert_eq "$(cat "$WORK/records-$threads")" "$(cat "$WORK/records-1")" "records"
    assert_tree_equal "$DIR" "$OUTER/threads-1"
done

# Which URL got which name.
row=0
while read -r server path name; do
    actual=$(awk -F'\t' -v i=$((row + 1)) '$1 == i { print $6 }' "$WORK/records-1")
    assert_eq "${actual:--}" "$name" "name of line $((row + 1)), ${urls[$row]}"
    row=$((row + 1))
done < <(cases)
assert_eq "$(awk -F'\t' '$4 == "duplicate"' "$WORK/records-1" | cut -f1)" 16 "duplicate lines"
assert_eq "$(cat "$DIR/late-2.txt")" "$(ok_body late.txt 100)" "content of late-2.txt"
assert_eq "$(cat "$DIR/a-3.jpg")" "$(ok_body a.jpg 300)" "content of a-3.jpg"

# Again, also in another order: kept under the same names, without a request.
(cd "$DIR" && find . -name .haul -prune -o -type f -printf '%P %T@ %i\n' | sort) >"$WORK/before"
tac "$WORK/list.txt" >"$WORK/reversed.txt"
for list in list reversed; do
    requests=$(wc -l <"$FAULT_LOG")
    run_haul 1 -d "$DIR" --threads 4 --retries 0 "$WORK/$list.txt"
    check_run
    assert_counts "{kept: ${#names[@]}, duplicate: 1, failed: 3}"
    # Only what failed was asked for again: a 404 and a body that is cut short.
    wait_until 3 eval "[ \$(wc -l <'$FAULT_LOG') -ge $((requests + 2)) ]" || true
    assert_eq "$(tail -n +$((requests + 1)) "$FAULT_LOG" | cut -d' ' -f4 | sort | xargs)" \
        "/short /status/404" "requests of a second run"
    (cd "$DIR" && find . -name .haul -prune -o -type f -printf '%P %T@ %i\n' | sort) \
        >"$WORK/after"
    assert "the kept files were touched" cmp -s "$WORK/before" "$WORK/after"
done

# A kept file that went missing is fetched again, under its name; one of another size is not kept.
rm "$DIR/a-2.jpg"
truncate -s 10 "$DIR/a-3.jpg"
run_haul 1 -d "$DIR" --retries 0 "$WORK/list.txt"
check_run
assert_record 'a.jpg?size=200' '"\(.status) \(.path)"' 'downloaded a-2.jpg'
assert_eq "$(cat "$DIR/a-2.jpg")" "$(ok_body a.jpg 200)" "content of a-2.jpg"
assert_record 'a.jpg?size=300' '.status != "kept"' true
