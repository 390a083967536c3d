#!/usr/bin/env bash
# haul check: the status of every URL, by HEAD or by a GET of one byte; nothing is saved.
. "$(dirname "${BASH_SOURCE[0]}")/../support/lib.sh"
start_fault_server
start_dead_ports
cat >"$WORK/list.txt" <<LIST
$FAULT/ok/fine?size=100000
$FAULT/redirect-to?status=301&url=$FAULT/ok/moved
$FAULT/status/404
$FAULT/head-405/refused
$FAULT/head-501/unknown
$FAULT/head-closes/hung-up
$FAULT/flaky/1/later
$FAULT/status/405
$FAULT/status/410
$FAULT/stall-headers
http://127.0.0.1:$REFUSED_PORT/nobody
LIST
TOTAL=$(wc -l <"$WORK/list.txt")
FINE=6
options=(--retries 1 --retry-wait 10ms --timeout "$(scaled 1)s" --report "$WORK/report.json")

# The columns of a URL's line: statuses and class, blanks squeezed.
line_of() { # URL_SUBSTRING
    grep -F -- "$1" "$OUT" | sed 's|  *[^ ]* *[a-z]*  *http://.*||' | xargs
}

# What is the same for both kinds of output.
check_requests() { # LINES_OF_THE_LOG_BEFORE
    tail -n +$(($1 + 1)) "$FAULT_LOG" >"$WORK/log"
    assert_eq "$(awk '$3 != "HEAD" && $7 != "bytes=0-0" { print $3, $4 }' "$WORK/log")" "" \
        "requests that are neither HEAD nor for one byte"
    assert_eq "$(awk '$4 ~ "^/(ok|redirect|flaky|status/4[01][40])" && $3 != "HEAD"' "$WORK/log")" \
        "" "other requests where HEAD is answered"
    for path in /head-405/ /head-501/ /head-closes/; do
        assert_eq "$(awk -v path=$path 'index($4, path) == 1 { print $3, $5 }' "$WORK/log" |
            tail -1)" 'GET 206' "last request for $path"
    done
    assert_eq "$(jq -c '.counts | [.ok, .failed, .total]' "$WORK/report.json")" \
        "[$FINE,$((TOTAL - FINE)),$TOTAL]" "counts of the report"
    validate haul.report-1.schema.json "$WORK/report.json"
    rm "$WORK/report.json"
    check_outside
    assert_not "$DIR was made" test -e "$DIR"
    assert_eq "$(ls -A "$OUTER/cwd")" "" "files in the current directory"
}

fresh_dir none
before=$(wc -l <"$FAULT_LOG")
run_haul 1 check "${options[@]}" "$WORK/list.txt"
check_requests "$before"
assert_eq "$(grep -c "http://" "$OUT")" "$TOTAL" "lines of the table"
assert_not "the table has control bytes" grep -qP '[\x00-\x09\x0b-\x1f\x7f]' "$OUT"
assert_eq "$(line_of /ok/fine)" '200 ok' "line of a 200"
assert_eq "$(line_of /redirect-to)" '301 200 ok' "line of a 301"
assert "the target of a 301 is not shown" grep -qF -- "-> $FAULT/ok/moved" "$OUT"
assert_eq "$(line_of /status/404)" '404 not-found' "line of a 404"
assert_eq "$(line_of /status/405)" '405 client-error' "line of a 405 to both"
assert_eq "$(line_of /status/410)" '410 gone' "line of a 410"
assert_eq "$(line_of /stall-headers)" '-- timeout' "line of a timeout"
assert_eq "$(line_of /nobody)" '-- refused' "line of a refused connection"
for path in /head-405/ /head-501/ /head-closes/ /flaky/; do
    assert_eq "$(line_of $path | sed 's/^20[06] //')" ok "line of $path"
done

# As JSON lines: records like those of a run.
restart_counters() { # /flaky/ fails once for each server
    stop_child "$FAULT_PID"
    local old=$FAULT
    start_fault_server
    sed -i "s|$old|$FAULT|g" "$WORK/list.txt"
}
restart_counters
run_haul 1 check --json "${options[@]}" "$WORK/list.txt"
check_requests 0
jq -c 'select(.schema == "haul.result/1")' "$OUT" >"$WORK/records.jsonl"
assert_eq "$(wc -l <"$WORK/records.jsonl")" "$TOTAL" "records on standard output"
validate haul.result-1.schema.json "$WORK/records.jsonl"
assert_eq "$(jq -r '.class // .status' "$WORK/records.jsonl" | sort | uniq -c | xargs)" \
    "1 client-error 1 gone 1 not-found 6 ok 1 refused 1 timeout" "classes"
assert_eq "$(jq -r 'select(.url | contains("/redirect-to")) |
    "\(.http) \(.redirects | length) \(.final_url)"' "$WORK/records.jsonl")" "200 1 $FAULT/ok/moved" \
    "record of a 301"
assert_eq "$(jq -r 'select(.url | contains("/flaky/")) | .attempts' "$WORK/records.jsonl")" 2 \
    "attempts of what failed once"
assert_eq "$(jq -r 'select(.path != null) | .path' "$WORK/records.jsonl")" "" "paths of records"
assert_eq "$(jq -r 'select(.url | contains("/ok/fine")) | .bytes.expected' "$WORK/records.jsonl")" \
    100000 "announced size of a file"

# On a terminal the table is what moves: no other line is drawn between its rows.
if command -v script >/dev/null; then
    TERM=xterm timeout "$(scaled 20)" script -qec \
        "'$HAUL' check -j1 '$FAULT/delay/700/a' '$FAULT/delay/700/b'" "$WORK/terminal" \
        </dev/null >/dev/null
    assert_eq "$(grep -c '^200 ' "$WORK/terminal")" 2 "rows of a table on a terminal"
    assert_not "a line was drawn over the table" grep -qF "$(printf '\033')" "$WORK/terminal"
fi

# Exit codes are those of a download.
run_haul 0 check "$FAULT/ok/a" "$FAULT/head-405/b"
run_haul 3 check --retries 0 "$FAULT/status/404" "$FAULT/status/410"
run_haul 0 check --ok-status 404 "$FAULT/ok/a" "$FAULT/status/404"
run_haul 2 check
check_outside
assert_not "$DIR was made" test -e "$DIR"
