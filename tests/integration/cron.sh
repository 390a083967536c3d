#!/usr/bin/env bash
# A run that nobody watches: silent unless something failed, and then brief; it starts at a random
# moment, ends by its deadline, and takes no list for an answer where that is allowed.
. "$(dirname "${BASH_SOURCE[0]}")/../support/lib.sh"
start_fault_server
ok=$FAULT/ok/file

# As many classes as a local server can produce, and hosts that stand out.
{
    for i in {1..60}; do
        echo "$FAULT/status/404?$i"
        echo "$ok-$i"
    done
    for i in 1 2 3; do
        echo "http://localhost:$FAULT_PORT/status/404?$i"
        echo "http://127.0.0.$((i + 1)):$(free_port)/refused"
    done
    for status in 204 304 401 402 403 410 429 500; do
        echo "$FAULT/status/$status"
    done
    for path in short reset-before reset-body length-negative redirect-loop redirect-nowhere \
        redirect-file headers-endless http09; do
        echo "$FAULT/$path"
    done
    printf '%s\n checksum=sha-256=%064d\n' "$FAULT/ok/digest" 0
    echo "ftp://127.0.0.1/file"
    echo "http://"
    echo "$FAULT/ok/taken"
} >"$WORK/list.txt"
fresh_dir brief
mkdir -p "$DIR/taken"
run_haul 1 -q -d "$DIR" -j 4 --retries 0 --retry-wait 1ms --max-retry-wait 1ms "$WORK/list.txt"
check_run
assert_eq "$(wc -c <"$OUT")" 0 "bytes on stdout"
assert_at_most "$(wc -l <"$ERR")" 20 "lines on stderr"
assert_at_least "$(report '.failures | length')" 12 "classes that failed"
failed=$(report .counts.failed)
assert "the first line counts: $(head -1 "$ERR")" \
    eval "head -1 '$ERR' | grep -qE '^haul: $failed of $(report .counts.total) URLs failed'"
assert "the first line names the run" eval "head -1 '$ERR' | grep -qF '$(report .run_id)'"
assert "a line for the class with the most failures: $(cat "$ERR")" \
    grep -qE '^ +63 not-found .*127\.0\.0\.1' "$ERR"
assert "the hosts behind a class" grep -qE 'not-found .*60.*(localhost|other host)' "$ERR"
assert "what retries" grep -qF -- "haul --retry-failed -d $DIR" "$ERR"
assert "where the report is" grep -qE "^look: $DIR/\.haul/runs/[^/]+/report\.html$" "$ERR"
assert_eq "$(grep -cE '^FAIL [a-z-]+ +([0-9]{3}|--)  .*list\.txt:[0-9]+\)$' "$ERR")" 3 "URLs that are named"
assert_eq "$(grep -c $'\033' "$ERR" || true)" 0 "lines with escape codes"
assert_eq "$(awk 'length > 200' "$ERR" | head -1)" "" "long line"

# One kind of failure needs few lines.
fresh_dir few
run_haul 1 -q -d "$DIR" "$ok" "$FAULT/status/404"
assert_at_most "$(wc -l <"$ERR")" 5 "lines on stderr"
assert "the URL" grep -qE '^FAIL not-found    404  127\.0\.0\.1:[0-9]+/status/404' "$ERR"
assert "the class" grep -qE '^ +1 not-found' "$ERR"

# What cron gives: hardly an environment, another directory, nobody at stdin.
fresh_dir bare
status=0
(cd / && exec env -i PATH=/usr/bin:/bin timeout "$(scaled 20)" "$HAUL" -q -d "$DIR" "$ok") \
    >"$OUT" 2>"$ERR" || status=$?
assert_eq "$status" 0 "exit code with an empty environment"
assert_eq "$(cat "$OUT" "$ERR")" "" "output"
assert_files file

# --jitter: a random part of the time passes before anything else.
fresh_dir jitter
start=$(now_ms)
run_haul 0 -q -d "$DIR" --jitter 300ms "$ok"
assert_at_most $(($(now_ms) - start)) "$(scaled 1800)" "time of a run with --jitter 300ms"
for signal in TERM INT; do
    fresh_dir "waiting-$signal"
    start_haul -d "$DIR" --jitter 24h "$ok?jitter"
    sleep 0.3
    assert_not "the run did not wait" is_gone "$HAUL_PID"
    assert_not "a directory before the time" test -e "$DIR"
    start=$(now_ms)
    kill "-$signal" "$HAUL_PID"
    wait_haul "$([ $signal = INT ] && echo 130 || echo 143)" 5
    assert_at_most $(($(now_ms) - start)) "$(scaled 1000)" "time to end while waiting"
    assert_not "a directory of a run that never began" test -e "$DIR"
done
assert_fault_requests "$FAULT_LOG" jitter 0

# --deadline: nothing starts any more, what runs gets to its end, and the rest is recorded.
{
    echo "$FAULT/delay/1500/running"
    for i in {01..50}; do
        echo "$FAULT/delay/400/next-$i"
    done
} >"$WORK/slow.txt"
fresh_dir deadline
start=$(now_ms)
run_haul 6 -d "$DIR" -j 2 --deadline 600ms "$WORK/slow.txt"
elapsed=$(($(now_ms) - start))
assert_at_least "$elapsed" 1500 "time with a running transfer in ms"
assert_at_most "$elapsed" "$(scaled 3500)" "time with a running transfer in ms"
check_run
assert_class /running downloaded
assert_class /next-01 downloaded
assert_class /next-50 not_tried
assert_counts "{downloaded: $(report .counts.downloaded), not_tried: $((51 - $(report .counts.downloaded)))}"
assert_at_most "$(report .counts.downloaded)" 5 "downloaded"
assert_eq "$(report .input.complete)" true "the list was read to its end"
run_haul 6 -q -d "$DIR" -j 2 --deadline 600ms "$WORK/slow.txt"
assert_at_most "$(wc -l <"$ERR")" 20 "lines on stderr with -q"
assert "-q says that URLs were not tried: $(cat "$ERR")" grep -qiE 'not.tried|deadline' "$ERR"
# A URL that waits for its next try is not waited for.
fresh_dir waiting
start=$(now_ms)
run_haul 6 -d "$DIR" --deadline 500ms --retries 9 --retry-wait 60s --max-retry-wait 60s \
    "$FAULT/status/503/retry-after/50" "$ok"
assert_at_most $(($(now_ms) - start)) "$(scaled 2500)" "time with a waiting URL in ms"
check_run
if [ -n "${LONG:-}" ]; then # takes 30 s
    fresh_dir hung
    start=$(now_ms)
    run_haul 6 -d "$DIR" --deadline 500ms --stall-timeout 10m "$FAULT/stall-headers" "$ok"
    elapsed=$(($(now_ms) - start))
    assert_at_least "$elapsed" 29000 "time with a hung transfer in ms"
    assert_at_most "$elapsed" 35000 "time with a hung transfer in ms"
    check_run
    assert_class /stall-headers canceled
    assert_class /ok/file downloaded
fi

# As a time of the clock; one that has passed means tomorrow.
for minutes in 2 -2; do
    fresh_dir "clock$minutes"
    run_haul 0 -q -d "$DIR" --deadline "$(date -d "$minutes min" +%H:%M)" "$ok"
    check_run
    assert_counts '{downloaded: 1}'
done

# A list without a URL.
printf '# nothing today\n\n' >"$WORK/empty.txt"
fresh_dir empty
run_haul 5 -d "$DIR" "$WORK/empty.txt"
run_haul 0 -q -d "$DIR" --allow-empty "$WORK/empty.txt"
check_run
assert_counts '{}'
assert_eq "$(cat "$OUT" "$ERR")" "" "output with --allow-empty"
run_haul 0 -q -d "$DIR" --allow-empty - <"$WORK/empty.txt"
run_haul 5 -d "$DIR" --allow-empty "$WORK/missing.txt"

# --no-state: neither read nor written. A file that is there is then a stranger's.
fresh_dir forgetful
run_haul 0 -d "$DIR" --no-state "$ok"
check_run
assert_eq "$(find "$DIR/.haul" -name 'state.db*')" "" "state"
run_haul 0 -d "$DIR" --no-state "$ok"
check_run
assert_class /ok/file exists
fresh_dir remembered
run_haul 0 -d "$DIR" "$ok"
sum=$(sha256sum <"$DIR/.haul/state.db")
run_haul 0 -d "$DIR" --no-state "$ok" "$ok-more"
check_run
assert_eq "$(sha256sum <"$DIR/.haul/state.db")" "$sum" "digest of the state"
assert_class /ok/file-more downloaded
run_haul 0 -d "$DIR" "$ok"
check_run
assert_counts '{kept: 1}'
