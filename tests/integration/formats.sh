#!/usr/bin/env bash
# The same list as text, csv, tsv and JSON lines; plain, gzipped and zstd; from a file and from
# standard input: the same records and the same files.
. "$(dirname "${BASH_SOURCE[0]}")/../support/lib.sh"
start_fault_server
sum=$(printf '%s' "$(ok_body sum.txt 100)" | sha256sum | cut -d' ' -f1)

# The columns of the table are url, out, dir, checksum, priority, header, referer, caption.
cat >"$WORK/table" <<TABLE
$FAULT/ok/plain.txt?size=10|||||||
$FAULT/ok/named.txt?size=20|other name.txt||||||a caption
$FAULT/ok/placed.txt?size=30||below/here|||||says "quoted", and é
$FAULT/ok/both.txt?size=40|o/p.txt|d|||||
$FAULT/ok/sum.txt?size=100|||sha-256=$sum|5|||
$FAULT/echo/headers.txt||||-3|X-Test: from the list|http://ref.example/|
$FAULT/ok/plain.txt?size=10|||||||again
$FAULT/ok/plain.txt?size=10|copy.txt||||||
$FAULT/status/404|gone.txt||||||lost
TABLE
"$PYTHON" - "$WORK" <<'MAKE'
import csv, json, sys
work = sys.argv[1]
names = "url out dir checksum priority header referer caption".split()
rows = [line.rstrip("\n").split("|") for line in open(work + "/table", encoding="utf-8")]
for extension, delimiter in (("csv", ","), ("tsv", "\t")):
    with open(f"{work}/list.{extension}", "w", encoding="utf-8", newline="") as out:
        table = csv.writer(out, delimiter=delimiter, lineterminator="\r\n")
        table.writerow(names)
        table.writerows(rows)
with open(work + "/list.jsonl", "w", encoding="utf-8") as out:
    for row in rows:
        item = {name: value for name, value in zip(names, row) if value != "" or name == "caption"}
        if "priority" in item:
            item["priority"] = int(item["priority"])
        print(json.dumps(item, ensure_ascii=False), file=out)
with open(work + "/list.txt", "w", encoding="utf-8") as out:
    for row in rows:
        print(row[0], file=out)
        for name, value in zip(names[1:], row[1:]):
            if value != "" or name == "caption":
                print(f" {name}={value}", file=out)
MAKE
for format in txt csv tsv jsonl; do
    gzip -k "$WORK/list.$format"
    zstd -q -k "$WORK/list.$format"
    gzip -c "$WORK/list.$format" >"$WORK/hidden.$format" # recognised by content alone
done

# What must be equal: all but times, places in the list, and what differs by nature.
comparable() {
    records | jq -cS '[.i, .url, .status, .class, .http, .attempts, .path, .bytes.file, .key,
        .duplicate_of, .extra]' | sort
}

number=0
compare() { # WHAT COMMAND...
    local what=$1
    shift
    number=$((number + 1))
    fresh_dir "out-$number"
    "$@" run_haul 1 --retries 0 --per-host 16 -d "$DIR" "${LIST[@]}"
    check_run
    comparable >"$WORK/records-$number"
    if [ "$number" -gt 1 ]; then
        assert "the records of $what differ" diff "$WORK/records-1" "$WORK/records-$number"
        assert_tree_equal "$OUTER/out-1" "$DIR"
    fi
}
from_file() { "$@"; }
from_input() { "$@" <"$INPUT"; }

for format in txt csv tsv jsonl; do
    for suffix in "" .gz .zst; do
        LIST=("$WORK/list.$format$suffix")
        compare "list.$format$suffix" from_file
        INPUT=$WORK/list.$format$suffix
        LIST=(--format "${format/txt/text}" -)
        compare "list.$format$suffix on standard input" from_input
    done
    LIST=("$WORK/hidden.$format")
    compare "hidden.$format" from_file
done

assert_files below below/here below/here/placed.txt copy.txt d d/o d/o/p.txt headers.txt \
    "other name.txt" plain.txt sum.txt
assert "the list's header was not sent" grep -q "^X-Test: from the list" "$DIR/headers.txt"
assert "the list's referer was not sent" grep -q "^Referer: http://ref.example/" \
    "$DIR/headers.txt"
assert_record /ok/named.txt '.extra | tojson' '{"caption":"a caption"}'
assert_record /ok/placed.txt .extra.caption 'says "quoted", and é'
assert_record /ok/sum.txt .sha256 "$sum"
assert_eq "$(records | jq -r 'select(.status == "duplicate") | .extra.caption')" again \
    "caption of the duplicate"

# What failed is a list again, with all that the first one said.
mv "$DIR" "$OUTER/first"
sed 's/^/    /' "$OUTER/first/.haul/last/failed.tsv" >&2
fresh_dir retried
run_haul 3 --retries 0 -d "$DIR" "$OUTER/first/.haul/last/failed.tsv"
assert_record /status/404 '[.line, .extra.class, .extra.http] | join(" ")' "2 not-found 404"
cp "$OUTER/first/.haul/last/failed.tsv" "$WORK/failed.tsv"
# Also in place, where the new run has a failed.tsv of its own.
run_haul 3 --retries 0 -d "$DIR" "$DIR/.haul/last/failed.tsv"
assert_record /status/404 .class not-found

# Columns by another name, numbers and objects in extra, names of columns in other case.
cat >"$WORK/other.jsonl" <<LINES
{"image_url": "$FAULT/ok/x1", "n": 1, "f": 0.1, "o": {"a": [true, null]}, "URL": "not this"}
{"image_url": ["$FAULT/status/500", "$FAULT/ok/x2"], "header": ["A: 1", "B: 2"]}
LINES
printf 'URL,"cap\ntion"\n%s,"two\nlines"\n' "$FAULT/ok/x3" >"$WORK/other.csv"
fresh_dir other
run_haul 0 -d "$DIR" --url-column image_url "$WORK/other.jsonl"
check_run
assert_record /ok/x1 '.extra | tojson' \
    '{"n":1,"f":0.1,"o":{"a":[true,null]},"URL":"not this"}'
assert_record /status/500 '[.status, (.final_url | sub(".*/"; "")), .attempts] | join(" ")' \
    "downloaded x2 2"
fresh_dir other-csv
run_haul 0 -d "$DIR" "$WORK/other.csv"
check_run
assert_record /ok/x3 '.extra | tojson' '{"cap\ntion":"two\nlines"}'
assert_record /ok/x3 .line 3

# A table without such a column is no list of URLs.
fresh_dir no-column
run_haul 5 -d "$DIR" --url-column nothing "$WORK/other.csv"
assert "the columns are not named" grep -q 'no column "nothing"' "$ERR"
run_haul 2 -d "$DIR" --url-column url "$WORK/list.txt"
