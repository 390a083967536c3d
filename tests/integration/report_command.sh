#!/usr/bin/env bash
# haul report: a finished run again, and what changed between two.
. "$(dirname "${BASH_SOURCE[0]}")/../support/lib.sh"
for name in same.txt changed.txt resized.txt appears.txt; do
    echo "content of $name" >"$WORK/www/$name"
done
# shellcheck disable=SC2034
NGINX_MAIN='location /moved/ { return 301 /same.txt?moved; }
    location /away/ { return 302 /same.txt?away; }'
start_nginx
start_fault_server

is_plain() { # FILE: no carriage return, no escape, no control byte but line ends
    ! LC_ALL=C grep -qP '[\x00-\x08\x0b-\x1f\x7f]|\xc2[\x80-\x9f]|\xe2\x80\xae' "$1"
}
says() { # TEXT
    grep -qF -- "$1" "$OUT"
}
# The output directory and everything else stay as they are: the report only reads. (TSan itself
# makes a file in TMPDIR and removes it, so the time of that one directory says nothing.)
whole_listing() {
    (cd "$OUTER" && find . ! -path ./tmp -printf '%P %y %m %s %T@ %l\n' | sort)
}
run_report() { # EXPECTED_EXIT ARGUMENT...
    local expected=$1
    shift
    whole_listing >"$WORK/whole.before"
    run_haul "$expected" report "$@"
    assert "haul report changed something" cmp -s "$WORK/whole.before" <(whole_listing)
    assert "stdout of haul report is not plain" is_plain "$OUT"
    assert "stderr of haul report is not plain" is_plain "$ERR"
}

# The older run: files, failures, something slow, something hostile.
{
    echo "$SITE/same.txt"
    echo "$SITE/changed.txt"
    echo "$SITE/resized.txt"
    echo "$SITE/appears-later.txt"
    echo "$SITE/goes.txt?token=hidden-word"
    echo "$SITE/same.txt"
    echo "$FAULT/delay/700/slow"
    printf '%s/status/410?\302\233red\342\200\256\n' "$FAULT"
    printf '%s/ok/\033[31mred\n' "$FAULT"
    echo "$FAULT/status/500"
} >"$WORK/older.txt"
fresh_dir older
run_haul 1 -d "$DIR" --retries 0 --report "$WORK/copy.json" "$WORK/older.txt"
cp "$ERR" "$WORK/older.screen"
check_run
OLDER=$DIR
RUN=$(report .run_id)

# As text: counts, failures, slowest, hosts, and what to do next.
run_report 0 "$OLDER"
assert "the run is not named" says "run $RUN"
assert "the outcome is not told" says 'failed, exit 1'
assert "the counts are not told" grep -qE '^  downloaded +[0-9]+ +[0-9.]+%' "$OUT"
assert "the failures are not told" grep -qE '^ +2 +not-found +127\.0\.0\.1 2' "$OUT"
assert "the first line of a failure is not told" grep -qE '\(first: .*older.txt:[45]\)' "$OUT"
assert "a failed URL and its reason are not told" \
    grep -qE "^  FAIL not-found    404  127\.0\.0\.1:[0-9]+/goes\.txt\?token=\*\*\*  .*older\.txt:5\)" "$OUT"
assert_eq "$(grep -c '^  FAIL ' "$OUT")" "$(jq '[.counts.failed, 5] | min' "$OLDER/.haul/last/report.json")" \
    "failed URLs that are named"
assert "the slowest is not first" [ "$(grep -A1 '^slowest' "$OUT" | tail -1 | grep -c /delay/700/slow)" = 1 ]
assert "the hosts are not told" grep -qE '^  127\.0\.0\.1 ' "$OUT"
assert "the retry is not told" says "haul --retry-failed -d $OLDER"
# The screen that the run ended with is shown again, whole.
last_screen() { # FILE
    sed -n '/ URLs in /,/^  cpu /p' "$1"
}
assert "the screen of the run says otherwise" diff <(last_screen "$WORK/older.screen") <(last_screen "$OUT")
assert_not "a secret is shown" grep -q hidden-word "$OUT"
assert_at_most "$(grep -v http "$OUT" | grep -v / | wc -L)" 80 "longest line without a path"
cp "$OUT" "$WORK/by-directory"
run_report 0 "$OLDER/.haul/runs/$RUN"
assert "the run's folder says otherwise" diff <(grep -v -e report -e retry "$WORK/by-directory") \
    <(grep -v -e report -e retry "$OUT")
assert "the retry of a run is not told" says "--retry-from $OLDER/.haul/runs/$RUN/failed.tsv"
# Where the run was started is not where its report is read.
(cd "$WORK" && exec "$HAUL" -q -d relative --retries 0 "$FAULT/status/500") 2>"$ERR" || true
run_report 0 "$WORK/relative/.haul/last"
assert "the retry is of another directory" \
    says "--retry-from $WORK/relative/.haul/last/failed.tsv -d $(realpath "$WORK/relative")"
run_report 0 "$OLDER/.haul/last/report.json"
assert "report.json has no slowest" says /delay/700/slow

# A copy finds its records by the path that it names, where there is one.
run_report 0 "$WORK/copy.json"
assert "a copy has no slowest" says /delay/700/slow
mkdir "$WORK/elsewhere"
sed "s,$OLDER,/nowhere,g" "$WORK/copy.json" >"$WORK/elsewhere/mine.json"
run_report 0 "$WORK/elsewhere/mine.json"
assert "a report without records does not say so" says 'records are not there'

# As JSON: the report, with more.
run_report 0 "$OLDER" --json
assert_eq "$(jq -c 'del(.slowest)' "$OUT")" "$(jq -c . "$OLDER/.haul/last/report.json")" "the report"
validate haul.report-1.schema.json "$OUT"
assert_eq "$(jq -r '.slowest[0].url' "$OUT")" "$FAULT/delay/700/slow" "the slowest URL"
assert_eq "$(jq '[.slowest[].total_us] == ([.slowest[].total_us] | sort | reverse)' "$OUT")" true \
    "order of the slowest"

# The newer run: one page less, one more, one changed, one of another size, one moved.
echo 'CONTENT of changed.txt' >"$WORK/www/changed.txt"
touch -d '2020-01-01' "$WORK/www/changed.txt"
echo 'longer content of resized.txt' >"$WORK/www/resized.txt"
echo 'now it is there' >"$WORK/www/appears-later.txt"
{
    grep -v -e goes.txt -e delay "$WORK/older.txt"
    echo "$SITE/moved/for-good.txt"
    echo "$SITE/away/for-now.txt"
} >"$WORK/newer.txt"
fresh_dir newer
run_haul 1 -d "$DIR" --retries 0 "$WORK/newer.txt"
check_run
NEWER=$DIR

run_report 0 "$OLDER" "$NEWER"
assert "the new ones are not counted" grep -qE '^  new +2$' "$OUT"
assert "the gone are not counted" grep -qE '^  gone +2$' "$OUT"
assert "the changed are not counted" grep -qE '^  changed +3$' "$OUT"
assert "the moved are not counted" grep -qE '^  moved permanently +1$' "$OUT"
assert "a failure that went away is not told" says 'failed not-found -> downloaded'
assert "another size is not told" says "content, 23 B -> 30 B  $SITE/resized.txt"
assert "where it moved is not told" says "    -> $SITE/same.txt?moved"
assert "the list's line is not told" says 'newer.txt:4)'
assert_not "a secret is shown" grep -q hidden-word "$OUT"

run_report 0 --json "$OLDER" "$NEWER/.haul/last"
validate haul.report-comparison-1.schema.json "$OUT"
assert_eq "$(jq -c .counts "$OUT")" \
    '{"new":2,"gone":2,"changed":3,"moved":1,"unchanged":4,"not_tried":0}' counts
assert_eq "$(jq -c '[.new, .gone, .changed, .moved | length]' "$OUT")" '[2,2,3,1]' lengths
assert_eq "$(jq -r .a.run_id "$OUT")" "$RUN" "the older run"
assert_eq "$(jq -rS '.changed[] | select(.url | endswith("later.txt")) |
    "\(.before.status) \(.before.class) \(.before.http) \(.status) \(.differs | join(" "))"' "$OUT")" \
    'failed not-found 404 downloaded status class' "a failure that went away"
assert_eq "$(jq -r '.changed[] | select(.url | endswith("/changed.txt")) | .differs | join(" ")' \
    "$OUT")" etag "a file that changed"
assert_eq "$(jq -r '.moved[] | "\(.url) \(.leads_to) \(.moved_before)"' "$OUT")" \
    "$SITE/moved/for-good.txt $SITE/same.txt?moved false" "a URL that moved"
run_report 0 --json "$NEWER" "$NEWER"
assert_eq "$(jq -c .counts "$OUT")" \
    '{"new":0,"gone":0,"changed":0,"moved":1,"unchanged":9,"not_tried":0}' "a run against itself"
assert_eq "$(jq -r '.moved[].moved_before' "$OUT")" true "a URL that had moved before"

# A run that was killed: its last line is cut, its report an early one.
cp -a "$NEWER" "$OUTER/killed"
KILLED=$(echo "$OUTER"/killed/.haul/runs/*)
truncate -s -100 "$KILLED/results.jsonl"
jq '.outcome = "running" | .end = null | .exit_code = null' "$NEWER/.haul/last/report.json" \
    >"$KILLED/report.json"
run_report 0 "$OUTER/killed"
assert "a run that goes on is not told" says 'running, or killed'
run_report 0 "$NEWER" "$OUTER/killed" --json
assert_eq "$(jq -c '[.b.damaged_lines, .counts.gone]' "$OUT")" '[1,1]' "lines that were cut"

# Links are not followed out of a run's folder.
cp -a "$NEWER" "$OUTER/linked"
ln -sfn ../../older/.haul/runs/"$RUN" "$OUTER/linked/.haul/last"
run_report 5 "$OUTER/linked"
assert "a link that leads elsewhere is not told" grep -q 'does not lead to a run' "$ERR"
cp -a "$NEWER" "$OUTER/relinked"
ln -sf "$OLDER/.haul/last/report.json" "$(echo "$OUTER"/relinked/.haul/runs/*)/report.json"
run_report 5 "$OUTER/relinked"

# What is no report.
run_report 2
run_report 2 "$OLDER" "$OLDER" "$OLDER"
run_report 5 "$OUTER/nothing-there"
assert "the missing file is not named" grep -q nothing-there "$ERR"
run_report 5 "$OUTER/home"
run_report 5 "$WORK/older.txt"
echo '{"schema": "haul.result/1"}' >"$WORK/other.json"
run_report 5 "$WORK/other.json"
jq '.schema = "haul.report/2"' "$WORK/copy.json" >"$WORK/later.json"
run_report 5 "$WORK/later.json"
assert "another version is not told" grep -q 'another version of haul' "$ERR"
run_report 5 "$WORK/elsewhere/mine.json" "$NEWER"
if [ -w /dev/full ]; then
    actual=0
    "$HAUL" report "$OLDER" >/dev/full 2>"$ERR" || actual=$?
    assert_eq "$actual" 4 "exit when stdout is full"
fi
