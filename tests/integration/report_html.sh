#!/usr/bin/env bash
# report.html: the page of each run, and the same page again from haul report --html.
. "$(dirname "${BASH_SOURCE[0]}")/../support/lib.sh"
for tool in convert chromium; do
    command -v "$tool" >/dev/null || skip "$tool is not installed"
done
convert -size 90x60 gradient:red-blue "$WORK/www/a.png"
convert "$WORK/www/a.png" \( +clone -write "$WORK/www/a.jpg" -write "$WORK/www/a.gif" \
    -write "$WORK/www/a.webp" -write "$WORK/www/a.bmp" -write "$WORK/www/a.tiff" \) \
    -resize 32x32! "$WORK/www/a.ico"
echo '<svg xmlns="http://www.w3.org/2000/svg" width="40" height="30"><circle r="20"/></svg>' \
    >"$WORK/www/a.svg"
echo 'a text' >"$WORK/www/a.txt"
start_nginx
start_fault_server

PAGES=()
EVIL='"><img src=x onerror=alert(1)><script>document.title=1</script>'
page() { # the page of the last run
    echo "$DIR/.haul/last/report.html"
}
has() { # TEXT
    grep -qF -- "$1" "$PAGE"
}
remake() { # FILE: the page of DIR again
    run_haul 0 report "$DIR" --html "$1"
    assert_eq "$(cat "$OUT" "$ERR")" "" "what haul report --html prints"
}

# --- a run full of hostile text -------------------------------------------------------------------

fresh_dir "o'ut <b>&#%25é"
LIST=$WORK/"urls<script>alert(1)<!-- "
jq -nc --arg site "$SITE" --arg fault "$FAULT" --arg evil "$EVIL" '
    ({url: "\($site)/a.png", out: "\($evil).png", title: $evil},
    {url: "\($site)/a.png?2", out: "d i r/100% #1?.png", title: {b: [$evil]}},
    {url: "\($site)/a.png?3", out: "page.html"},
    {url: "\($site)/a.jpg?\($evil)"},
    {url: "\($fault)/status/404?\($evil)"}, {url: "\($fault)/status/410/\($evil)/\($evil)"},
    {url: "\($fault)/status/503"}, {url: "\($evil)"}, {url: "\($site)/a.png"},
    {url: "\($fault)/delay/150/\u202egpj.exe", referer: $evil, out: "\u05d0\u05d1.txt"},
    (("gif", "webp", "bmp", "tiff", "ico", "svg", "txt") | {url: "\($site)/a.\(.)"}))' >"$LIST"
run_haul 1 -d "$DIR" --format jsonl --retries 1 --retry-wait 10ms --user-agent "$EVIL" \
    --referer "</style>$EVIL" --header "X-Evil: $EVIL" "$LIST"
check_run
PAGE=$(page)
images=$(records | jq -c 'select(.status == "downloaded" and .image != null)' | wc -l)
assert_eq "$images" 11 "images"
failed=$(report .counts.failed)
assert_eq "$(stat -c %a "$PAGE")" 600 "mode of the page"
assert_eq "$(report .files.html)" "$DIR/.haul/runs/$(report .run_id)/report.html" "files.html"
assert_not "a file of another type is linked" grep -q '<a href="[^"]*html"' "$PAGE"
assert_eq "$(grep -c '<li><div class="none">TIFF' "$PAGE")" 1 "what browsers cannot show"
PAGES+=(--files "$DIR" --title "haul: $failed of 17 URLs failed" --images 10
    "$DIR/.haul/runs/$(report .run_id)/report.html")

# Its command retries what may pass, and nothing else.
"$PYTHON" -c 'import html, re, sys
print(html.unescape(re.search("<pre><code>(.*?)</code>", sys.stdin.read())[1]), "--retries 0")' \
    <"$PAGE" >"$WORK/retry"
mkdir "$WORK/bin" && ln -s "$HAUL" "$WORK/bin/haul"
(cd "$OUTER/cwd" && PATH=$WORK/bin:$PATH bash "$WORK/retry" >"$OUT" 2>&1) || true
assert_eq "$(records | jq -r 'select(.status != "skipped").url')" "$FAULT/status/503" "retried"

# --- the same page again ----------------------------------------------------------------------------

fresh_dir plain
run_haul 1 -d "$DIR" --retries 0 "$SITE/a.png" "$SITE/a.jpg" "$SITE/a.txt" "$FAULT/status/404"
check_run
remake "$DIR/.haul/last/again.html"
assert "a page made again is another" cmp "$(page)" "$DIR/.haul/last/again.html"
rm "$DIR/.haul/last/again.html"
remake "$WORK/elsewhere.html"
assert "a page for elsewhere is another" cmp "$(page)" "$WORK/elsewhere.html"
for run in "$DIR/.haul/last" "$DIR/.haul/last/report.json" "$DIR/.haul/runs/$(report .run_id)"; do
    run_haul 0 report "$run" --html -
    assert "the page of $run is another" cmp "$(page)" "$OUT"
done
mkdir "$DIR/below"
remake "$DIR/index.html"
remake "$DIR/below/index.html"
assert "pictures beside the page are not linked so" grep -q 'href="./a.png"' "$DIR/index.html"
assert "pictures above the page are not linked so" \
    grep -q 'href="./../a.png"' "$DIR/below/index.html"
PAGES+=(--files "$DIR" --images 2 "$(page)" --files "$DIR" --images 2 "$DIR/below/index.html")
run_haul 0 report "$DIR" --html "$WORK/both.html" --json
assert_eq "$(jq .counts.total "$OUT")" 4 "JSON beside the page"

# A report alone knows neither slowest nor pictures; one that was killed is still running.
jq '.outcome = "running" | .exit_code = null | .end = null | .files.results = null' \
    "$DIR/.haul/last/report.json" >"$WORK/killed.json"
run_haul 0 report "$WORK/killed.json" --html "$WORK/killed.html"
assert_not "pictures without records" grep -q '<img' "$WORK/killed.html"
PAGES+=(--title 'haul: Still running, or killed' "$WORK/killed.html")

# What makes no sense is refused, and nothing is lost.
cp "$WORK/killed.json" "$WORK/before.json"
run_haul 2 report "$WORK/killed.json" --html "$WORK/killed.json"
run_haul 2 report "$DIR" --html "$DIR/.haul/last/results.jsonl"
assert "a report was replaced by its page" cmp "$WORK/killed.json" "$WORK/before.json"
check_run
keeps() { # FILE: it is not replaced by a page
    cp "$1" "$WORK/kept"
    run_haul 2 report "$DIR" --html "$1"
    assert "$1 was replaced" cmp "$1" "$WORK/kept"
}
for file in last/failed.tsv lock state.db; do
    keeps "$DIR/.haul/$file"
done
keeps "$DIR/a.txt"
ln -s "$DIR/a.txt" "$WORK/link.html"
keeps "$WORK/link.html"
run_haul 2 report "$DIR" --html "$DIR/.haul/new"
assert_not "a file below .haul" test -e "$DIR/.haul/new"
mkfifo "$WORK/pipe"
run_haul 4 report "$DIR" --html "$WORK/pipe"
cat "$WORK/pipe" >"$WORK/piped" &
reader=$!
CHILDREN+=($reader)
wait_until 10 eval '"$HAUL" report "$DIR" --html "$WORK/pipe" 2>"$ERR"'
wait "$reader"
assert "the page by a pipe is another" cmp "$(page)" "$WORK/piped"
# A page is replaced whole, and a link to one itself.
echo old >>"$WORK/elsewhere.html"
ln -s elsewhere.html "$WORK/linked.html"
remake "$WORK/linked.html"
assert_not "a link is followed" test -L "$WORK/linked.html"
assert_eq "$(tail -1 "$WORK/elsewhere.html")" old "the page that the link led to"
remake "$WORK/elsewhere.html"
assert "an old page was not replaced" cmp "$(page)" "$WORK/elsewhere.html"
run_haul 4 report "$DIR" --html "$WORK/nowhere/x.html"
run_haul 4 report "$DIR" --html /dev/full

# --- other ends ---------------------------------------------------------------------------------------

run_haul 0 check --report "$WORK/check.json" "$SITE/a.png" "$SITE/a.txt"
run_haul 0 report "$WORK/check.json" --html "$WORK/check.html"
PAGES+=(--title 'haul: 2 URLs, all fine' "$WORK/check.html")

fresh_dir empty
: >"$WORK/empty.txt"
run_haul 0 -d "$DIR" --allow-empty "$WORK/empty.txt"
PAGES+=(--title 'haul: There was no URL' "$(page)")

fresh_dir interrupted
start_haul -d "$DIR" "$FAULT/delay/30000/slow" "$SITE/a.txt"
wait_until 10 test -d "$DIR/.haul/last/" || fail "the run does not start"
wait_until 10 test -e "$DIR/a.txt" || fail "the file does not come"
kill -INT "$HAUL_PID"
sleep 0.1
kill -INT "$HAUL_PID"
wait_haul 130 10
PAGE=$(page)
assert "an interrupted run does not say so" has 'interrupted, exit 130'

# What another try would not change is told, and no command offered.
fresh_dir final
run_haul 1 -d "$DIR" "$FAULT/status/404" "$SITE/a.txt"
PAGE=$(page)
assert "the page says nothing of a retry" has 'No retry: another try gives the same (--retry-all tries them anyway).'
assert_not "the page offers a retry in vain" has '<code>'

# A page that cannot be written is only left out.
fresh_dir blocked
run_haul 0 -d "$DIR" --exec "mkdir -p $DIR/.haul/last/report.html.new" "$SITE/a.txt"
assert "no word of the missing page" grep -q 'warning: cannot write .*report.html' "$ERR"
assert_not "there is a page" test -e "$(page)"
check_run
fresh_dir quiet
run_haul 0 -q -d "$DIR" --exec "mkdir -p $DIR/.haul/last/report.html.new" "$SITE/a.txt"
assert_eq "$(cat "$ERR")" "" "what --quiet says"

# Old pages go with their runs.
fresh_dir pruned
for _ in 1 2 3; do
    run_haul 0 -q -d "$DIR" --keep-runs 1 "$SITE/a.txt"
done
assert_eq "$(find "$DIR/.haul/runs" -name report.html | wc -l)" 1 "pages kept"
assert_eq "$(find "$DIR/.haul/runs" -mindepth 1 -maxdepth 1 | wc -l)" 1 "runs kept"

# --- in a browser ---------------------------------------------------------------------------------------

# What haul wrote is the same in every build, and Chromium is none of haul.
if is_sanitized; then
    echo "$TEST: pages are opened in a browser with the plain build only"
else
    timeout 120 python3 "$SUPPORT/page_check.py" "${PAGES[@]}" >"$OUT" 2>&1 ||
        fail "in Chromium: $(cat "$OUT")"
fi
