#!/usr/bin/env bash
# --name, --tree, dir, out, --content-disposition, --fix-extension: the same tree whatever the
# threads and the order, and again in a second run.
. "$(dirname "${BASH_SOURCE[0]}")/../support/lib.sh"
start_fault_server
base64 -d >"$WORK/www/picture" <<'PNG'
iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNgAAAAAgABSK+kcQAAAABJRU5ErkJggg==
PNG
cp "$WORK/www/picture" "$WORK/www/lies.jpg"
cp "$WORK/www/picture" "$WORK/www/true.png"
NGINX_MAIN="location ~ ^/named/([^/]+)(/.*)\$ {
    proxy_pass http://127.0.0.1:$FAULT_PORT\$2\$is_args\$args;
    add_header Content-Disposition 'attachment; filename=\"\$1\"';
}
location /encoded/ {
    proxy_pass http://127.0.0.1:$FAULT_PORT/ok/;
    add_header Content-Disposition \"attachment; filename=plain.txt; filename*=UTF-8''na%C3%AFve%20file.txt\";
}
location /evil/ {
    proxy_pass http://127.0.0.1:$FAULT_PORT/ok/;
    add_header Content-Disposition 'attachment; filename=\"../../.haul/state.db\"';
}"
start_nginx
host=127.0.0.1

# The same with 1 and 16 threads, in every order, and again. Arguments: options, then the list.
same_everywhere() { # NAME ARGUMENT...
    local name=$1 threads order
    shift
    fresh_dir "$name"
    run_haul 0 -d "$DIR" --threads 1 "$@"
    check_run
    visible_files "$DIR" >"$WORK/names"
    run_haul 0 -d "$DIR" --threads 16 "$@"
    check_run
    assert_eq "$(report '.counts.downloaded')" 0 "downloads of a second run ($name)"
    assert "a second run changed the files ($name)" diff "$WORK/names" <(visible_files "$DIR")
    for threads in 1 16; do
        for order in list reverse priority random; do
            fresh_dir "$name-$threads-$order"
            run_haul 0 -d "$DIR" --threads "$threads" --per-host 16 --order "$order" "$@"
            assert_tree_equal "$OUTER/$name" "$DIR"
        done
    done
    DIR=$OUTER/$name
}

cat >"$WORK/list.txt" <<LIST
$FAULT/delay/150/a
$FAULT/ok/a/b
$FAULT/ok/x/y/z.txt?size=10
$FAULT/ok/x/Y/Z.TXT?size=11
$FAULT/ok/x/y
$FAULT/ok/x/y/z.txt?size=12
$FAULT/ok/photo.tar.gz
LIST
same_everywhere tree --tree "$WORK/list.txt"
assert_files "$host" "$host/delay" "$host/delay/150" "$host/delay/150/a" "$host/ok" "$host/ok/a" \
    "$host/ok/a/b" "$host/ok/photo.tar.gz" "$host/ok/x" "$host/ok/x/y" "$host/ok/x/y/z.txt" \
    "$host/ok/x/y/z-2.txt" "$host/ok/x/Y-2" "$host/ok/x/Y-2/Z.TXT" "$host/ok/x/y-3"

printf '%s/ok/f1\n out=a\n%s/ok/f2\n out=a/b\n%s/ok/f3\n out=c/d\n%s/ok/f4\n out=c\n' \
    "$FAULT" "$FAULT" "$FAULT" "$FAULT" >"$WORK/out.txt"
same_everywhere out "$WORK/out.txt"
assert_files a a-2 a-2/b c c/d c-2
assert_eq "$(cat "$DIR/a-2/b")" "$(ok_body f2 1024)" "content of a-2/b"

cat >"$WORK/table.csv" <<TABLE
url,label,out
$FAULT/ok/one.jpg,"first/../label",
$FAULT/ok/two,,
$FAULT/ok/three.tar.gz,50%,
$FAULT/ok/four.jpg,é,own name.jpg
TABLE
same_everywhere template --name '{index:03}-{stem}/{column:label}{{x}}.{ext}' "$WORK/table.csv"
assert_files 001-one '001-one/first%2F..%2Flabel{x}.jpg' 002-two '002-two/{x}' 003-three \
    '003-three/50%25{x}.tar.gz' 'own name.jpg'
same_everywhere line --name '{host}/{line}_{name}' "$WORK/table.csv"
assert_files $host $host/2_one.jpg $host/3_two $host/4_three.tar.gz 'own name.jpg'

# A misspelt column would leave a folder of useless names; a list without columns warns only.
sed 's/,out$//; s/,[^,]*$//' "$WORK/table.csv" | sed '1s/.*/url,label/' >"$WORK/labels.csv"
fresh_dir misspelt
run_haul 5 -d "$DIR" --name '{column:Label}' "$WORK/labels.csv"
assert_files
assert "no word about it: $(cat "$ERR")" grep -qF \
    'labels.csv has no column "Label", which --name asks for (its columns: url, label)' "$ERR"
for command in -n doctor; do
    run_haul 5 $command -d "$DIR" --name '{column:Label}' "$WORK/labels.csv"
    assert "no word of $command: $(cat "$ERR")" grep -qF 'no column "Label"' "$ERR"
done
# What is there keeps its name, and that is said where it was to have another.
fresh_dir renamed
run_haul 0 -d "$DIR" "$WORK/labels.csv"
files=$(visible_files "$DIR")
run_haul 0 -d "$DIR" "$WORK/labels.csv"
assert_eq "$(grep -c 'stays under its name' "$ERR")" 0 "words about names that nobody has asked for"
for again in '' --force -n; do
    # shellcheck disable=SC2086
    run_haul 0 -d "$DIR" $again --name '{stem}-of-{column:label}' "$WORK/labels.csv"
    assert_eq "$(grep 'stays under its name' "$ERR")" "haul: warning: $WORK/labels.csv:2: what an\
 earlier run has stored stays under its name (one.jpg); --name is for new files" "words about names"
    assert_eq "$(visible_files "$DIR")" "$files" "files"
done
run_haul 0 -d "$DIR" --name '{stem}.jpeg' "$WORK/labels.csv"
assert_eq "$(grep -c 'stays under its name' "$ERR")" 0 "words about names that are alike"
fresh_dir without-columns
run_haul 0 -d "$DIR" --name '{column:Label}{name}' "$FAULT/ok/text.txt"
assert_files text.txt
assert "no warning: $(cat "$ERR")" grep -q "no column or key 'Label'" "$ERR"

# By content: equal ones are stored once, and each URL is kept in a second run.
printf '%s\n' "$FAULT/ok/same.txt?size=50" "$FAULT/ok/same.txt?size=50&again" \
    "$FAULT/ok/other.txt?size=50" "$FAULT/delay/100/same.txt?size=50" >"$WORK/same.txt"
digest() {
    ok_body "$1" 50 | sha256sum | cut -d' ' -f1
}
same_everywhere content --name '{sha256}.{ext}' "$WORK/same.txt"
same=$(digest same.txt) other=$(digest other.txt)
assert_files "$same.txt" "$other.txt"
run_haul 0 -d "$DIR" "$WORK/same.txt"
assert_counts '{kept: 4}'
fresh_dir content-once
run_haul 0 -d "$DIR" -j1 --name '{sha256}.{ext}' "$WORK/same.txt"
assert_eq "$(records | jq -c '[.i, .status, .duplicate_of, .sha256 == (.path | sub("\\..*"; ""))]' |
    sort | xargs)" "[1,downloaded,null,true] [2,downloaded,1,true] [3,downloaded,null,true] [4,downloaded,1,true]" \
    "records of equal content"
# A file of that name which haul did not make is no proof of its content.
fresh_dir content-foreign
mkdir -p "$DIR"
printf '%-50s' planted >"$DIR/$same.txt"
run_haul 0 -d "$DIR" -j1 --name '{sha256}.{ext}' "$WORK/same.txt"
check_run
assert_counts '{downloaded: 1, skipped: 3}'
assert_eq "$(head -c 7 "$DIR/$same.txt")" planted "foreign file"

# Digits that only content may give are not taken from a list: time would decide who is first.
printf '%s/ok/same.txt?size=50&2\n%s/ok/x\n out=%s.txt\n%s/ok/y\n dir=%s.txt\n' \
    "$FAULT" "$FAULT" "$same" "$FAULT" "${same^^}" >"$WORK/taken.txt"
fresh_dir content-taken
run_haul 1 -d "$DIR" --name '{sha256}.{ext}' "$WORK/taken.txt"
check_run
assert_counts '{downloaded: 1, failed: 2}'
assert_eq "$(records | jq -r .class | sort | xargs)" "bad-url bad-url null" classes

# Names by servers: in the order of the list, whoever answers first.
printf '%s\n' "$SITE/named/report.txt/delay/300/1?size=11" "$SITE/named/report.txt/ok/2?size=12" \
    "$SITE/named/REPORT.txt/delay/100/3?size=13" "$FAULT/ok/report-2.txt?size=14" \
    "$SITE/encoded/5" "$SITE/evil/6" "$FAULT/disposition/7" "$SITE/named/x.txt/ok/8" >"$WORK/named.txt"
printf ' out=own.txt\n' >>"$WORK/named.txt"
same_everywhere named --content-disposition "$WORK/named.txt"
assert_files report.txt report-2.txt REPORT-3.txt report-2-2.txt 'naïve file.txt' state.db evil.sh \
    own.txt
for pair in report.txt:11 report-2.txt:12 REPORT-3.txt:13 report-2-2.txt:14; do
    assert_eq "$(stat -c %s "$DIR/${pair%:*}")" "${pair#*:}" "size of ${pair%:*}"
done
fresh_dir unnamed
run_haul 0 -d "$DIR" "$WORK/named.txt"
assert_files 1 2 3 report-2.txt 5 6 7 own.txt

# Extensions that lie.
printf '%s\n' "$SITE/lies.jpg" "$SITE/true.png" "$SITE/picture" "$FAULT/ok/unknown.jpg?size=5" \
    "$SITE/lies.jpg?other" >"$WORK/lies.txt"
same_everywhere fixed --fix-extension "$WORK/lies.txt"
assert_files lies.png true.png picture.png unknown.jpg lies-2.png
fresh_dir unfixed
run_haul 0 -d "$DIR" "$WORK/lies.txt"
assert_files lies.jpg true.png picture.png unknown.jpg lies-2.jpg

# What cannot be a template.
for template in '{nothing}' '{name' 'a}b' '../{name}' '/x/{name}' 'a//{name}' '{index:3x}' \
    '{sha256}{sha256}' '{column:}' ''; do
    run_haul 2 -d "$DIR" --name "$template" "$WORK/list.txt"
done
run_haul 2 -d "$DIR" --tree --name '{name}' "$WORK/list.txt"
