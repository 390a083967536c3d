#!/usr/bin/env bash
# What goes to stdout and stderr when there is no terminal.
. "$(dirname "${BASH_SOURCE[0]}")/../support/lib.sh"
start_fault_server
cat >"$WORK/good.txt" <<LIST
$FAULT/ok/a
$FAULT/ok/b
$FAULT/redirect/1/c
LIST
{
    cat "$WORK/good.txt"
    echo "$FAULT/status/404"
    printf '%s/ok/\033]0;title\007\033[31mred\n' "$FAULT"
    printf '%s/status/410?\302\233red\342\200\256\n' "$FAULT"
    echo "$FAULT/redirect-to?url=http://127.0.0.1:1/%1b%5b31m%0dred"
    echo "$FAULT/ok/d"
} >"$WORK/mixed.txt"

is_plain() { # FILE: no carriage return, no escape, no control byte but line ends
    ! LC_ALL=C grep -qP '[\x00-\x09\x0b-\x1f\x7f]|\xc2[\x80-\x9f]|\xe2\x80\xae' "$1"
}

# By default: a summary on stderr, nothing on stdout, plain text.
fresh_dir plain
run_haul 1 -d "$DIR" --retries 0 "$WORK/mixed.txt"
check_run
assert_eq "$(wc -c <"$OUT")" 0 "bytes on stdout"
assert "stderr is not plain" is_plain "$ERR"
assert "stderr does not tell the class" grep -q not-found "$ERR"
assert "stderr does not tell the list's line" grep -q 'mixed.txt:4' "$ERR"
assert_at_most "$(wc -L <"$ERR")" 300 "longest line of stderr"

# The last screen, the report and the records agree; where the time went is all of it.
on_screen() { # STATUS
    sed -nE "s/^  $1 +([0-9,]+) .*/\1/p" "$ERR" | tr -d ,
}
assert_eq "$(grep -cE '^8 URLs in .* url/s ' "$ERR")" 1 "lines with the total"
for status in downloaded failed; do
    assert_eq "$(on_screen $status)" "$(report ".counts.$status")" "$status on the screen"
    assert_eq "$(records | jq -s --arg s $status 'map(select(.status == $s)) | length')" \
        "$(report ".counts.$status")" "$status in the records"
done
assert_eq "$(records | jq -s '[.[].us | (.dns, .connect, .tls, .ttfb, .receive, .write) // 0] | add > 0')" \
    true "some time went somewhere"
assert_eq "$(report '.phases_share | add | (. > 0.999 and . < 1.001)')" true "shares add up"
assert_eq "$(records | jq -s '[.[] | (.us | .dns + .connect + .tls + .ttfb + .receive + .write) <= .us.total + 1000] | all')" \
    true "the phases of a URL are within its time"
assert_eq "$(records | jq -s '[.[] | (.status == "downloaded") == (.us.write != null)] | all')" true \
    "what was stored has a time of writing"
assert_eq "$(sed -n 's/^  where it went//p' "$ERR" | tr -dc '0-9 ' |
    awk '{ for (i = 1; i <= NF; i++) sum += $i } END { print sum }')" 100 "per cents on the screen"
assert "the retry is not offered" grep -qF "  retry failures: haul --retry-failed -d $DIR" "$ERR"
look=$(sed -n 's/^  look: *//p' "$ERR")
assert "there is nothing to look at: $look" test -s "$look"
assert_at_most "$(grep -v -e FAIL -e WARN -e / "$ERR" | wc -L)" 80 "longest line without a name"

# Hosts that ask for less are a reason to go slower, and nothing else is.
for i in 1 2 3 4 5 6; do echo "$FAULT/status/429?$i"; done >"$WORK/busy.txt"
fresh_dir busy
run_haul 3 -d "$DIR" --retries 0 --retry-wait 10ms "$WORK/busy.txt"
check_run
assert_eq "$(report '.hints | length')" 1 "hints"
assert_eq "$(report '.hints[0]')" \
    '6 URLs were told to come later (429, 503): lower --per-host (6) or set --host-rate' hint
assert "the hint is not on the screen" grep -qF '  hint: 6 URLs were told to come later' "$ERR"
fresh_dir verbose
run_haul 1 -d "$DIR" --retries 0 -v "$WORK/mixed.txt"
assert "stderr of -v is not plain" is_plain "$ERR"
fresh_dir progress
run_haul 1 -d "$DIR" --retries 0 --progress plain "$WORK/mixed.txt"
assert "stderr of --progress plain is not plain" is_plain "$ERR"

# What servers say in headers and bodies, and what a table holds.
fresh_dir hostile
printf 'url,out\n%s,"a\tb\033[31m.png"\n%s,c\n%s,d\n' "$FAULT/ok/x" \
    "$FAULT/type?ct=text/%1b%5b31m%09html&body=%1b%5b2Jhello" "$FAULT/disposition/e" >"$WORK/hostile.csv"
for form in auto plain bar; do
    run_haul 3 -d "$DIR-$form" --retries 0 -v --expect image --progress $form \
        --progress-interval 100ms "$WORK/hostile.csv"
    assert "stderr of --progress $form is not plain" is_plain "$ERR"
    assert "no failure is told" grep -q 'FAIL bad-type ' "$ERR"
done

# Quiet: nothing on success, something on failure.
fresh_dir quiet
run_haul 0 -q -d "$DIR" "$WORK/good.txt"
check_run
assert_eq "$(cat "$OUT" "$ERR")" "" "output of -q on success"
run_haul 0 -q -d "$DIR" "$WORK/good.txt"
assert_eq "$(cat "$OUT" "$ERR")" "" "output of -q when all is kept"
run_haul 1 -q -d "$DIR" --retries 0 "$WORK/mixed.txt"
assert_eq "$(wc -c <"$OUT")" 0 "bytes on stdout"
assert "-q does not tell of failures" grep -q not-found "$ERR"
assert "stderr of -q is not plain" is_plain "$ERR"

# Events: one JSON object a line, on stdout alone; every URL's end is among them.
fresh_dir json
run_haul 1 -d "$DIR" --retries 0 --json "$WORK/mixed.txt"
check_run
assert "stdout of --json is not plain" is_plain "$OUT"
if jq -ncr '[inputs | type] | unique | .[]' "$OUT" >"$WORK/types"; then
    assert_eq "$(cat "$WORK/types")" object "types of the lines"
else
    fail "a line of --json does not parse"
fi
assert_eq "$(jq -c . "$OUT" | wc -l)" "$(wc -l <"$OUT")" "objects against lines"
while IFS= read -r url; do
    assert "no event of $url" jq -en --arg url "$url" \
        'any(inputs | .. | strings; . == $url)' "$OUT" >"$WORK/found"
done < <(records | jq -r .url | grep -v title)
assert_not "stderr holds events too" grep -q '^{' "$ERR"

# The report, elsewhere too.
fresh_dir report
run_haul 1 -d "$DIR" --retries 0 --report - "$WORK/mixed.txt"
check_run
cp "$OUT" "$WORK/stdout.json"
validate haul.report-1.schema.json "$WORK/stdout.json"
assert_eq "$(jq -c .counts "$WORK/stdout.json")" "$(report '.counts | tojson')" "counts on stdout"
run_haul 1 -d "$DIR" --retries 0 --report="$WORK/report.json" "$WORK/mixed.txt"
validate haul.report-1.schema.json "$WORK/report.json"
assert_eq "$(wc -c <"$OUT")" 0 "bytes on stdout"

# Old runs are removed.
run_haul 1 -d "$DIR" --retries 0 --keep-runs 2 "$WORK/mixed.txt"
assert_eq "$(find "$DIR/.haul/runs" -mindepth 1 -maxdepth 1 | wc -l)" 2 "kept runs"
assert "last leads to a run that is there" test -s "$DIR/.haul/last/report.json"

# Nobody reads: no death by SIGPIPE, no endless run.
fresh_dir closed
status=0
{ timeout "$(scaled 20)" "$HAUL" --json -d "$DIR" --retries 0 "$WORK/mixed.txt" 2>"$ERR" ||
    echo $? >"$WORK/status"; } | head -c 1 >"$WORK/head"
assert_eq "$(grep -cxE '124|137|141' "$WORK/status" || true)" 0 "ended by SIGPIPE or too late"

# Help and version.
run_haul 0 --version
assert "--version" grep -qE '^haul [0-9]+\.[0-9]+\.[0-9]+' "$OUT"
assert_eq "$(wc -c <"$ERR")" 0 "bytes on stderr"
run_haul 0 --help
assert_at_most "$(wc -l <"$OUT")" 24 "lines of --help"
assert_at_most "$(wc -L <"$OUT")" 80 "columns of --help"
assert "--help tells the usage" grep -qi '^usage: haul' "$OUT"
assert_eq "$(wc -c <"$ERR")" 0 "bytes on stderr"
run_haul 0 --help all
assert_at_most "$(wc -L <"$OUT")" 80 "columns of --help all"
for option in input allow-empty dir if-exists sync no-mtime keep-runs min-free jobs threads \
    per-host retries retry-wait max-retry-wait connect-timeout stall-timeout timeout max-size \
    redirects header user-agent referer proxy cacert insecure-host public-only report json \
    redact progress quiet verbose serve; do
    assert "--help all does not list --$option" grep -qE -- "--(\[no-\])?${option#no-}\b" "$OUT"
done
