#!/usr/bin/env bash
# haul bench: what it recommends and why, what it writes, and what it leaves behind.
. "$(dirname "${BASH_SOURCE[0]}")/../support/lib.sh"

BENCH=$WORK/bench
bench() { # EXPECTED_EXIT ARGUMENT...: files go to BENCH, which is new
    local expected=$1
    shift
    rm -rf "$BENCH"
    run_haul "$expected" bench --output-dir "$BENCH" "$@"
    assert_eq "$(find "$TMPDIR" -mindepth 1 | head -3)" "" "left in TMPDIR"
}

result() { # JQ_FILTER
    jq -r "$1" "$BENCH/bench.json"
}

# The same again, up to three times, until the condition holds: what a machine measures that is busy
# with other tests at some settings, and not at others, says little about a server.
bench_until() { # JQ_CONDITION ARGUMENT...
    local try condition=$1
    shift
    for try in 1 2 3; do
        bench 0 "$@"
        if [ "$(result "$condition")" = true ]; then
            return
        fi
        echo "try $try: $(result '[.settings[] | .mean_us] | tostring')"
    done
}

check_result() {
    validate haul.bench-1.schema.json "$BENCH/bench.json"
    assert_eq "$(find "$BENCH" -mindepth 1 -printf '%f\n' | sort | xargs)" \
        "bench.json bench.md bench.svg" "files"
    assert "bench.svg is no XML" "$PYTHON" -c \
        'import sys, xml.etree.ElementTree as e; e.parse(sys.argv[1])' "$BENCH/bench.svg"
    assert_not "the output is not plain" grep -qP '[\x00-\x08\x0b-\x1f\x7f]' "$OUT" "$ERR"
    # What is said of a setting follows from its runs.
    assert_eq "$(result '. as $all | [.settings[] | select(.runs > 0) | . as $s |
        [$all.runs[] | select(.complete and (.warmup | not) and .threads == $s.threads and
            .jobs == $s.jobs) | .elapsed_us] |
        (length == $s.runs and ((add / length - $s.mean_us) | fabs) <= 1 and min == $s.min_us and
            max == $s.max_us)] | all')" true "settings against their runs"
    assert "the table does not show the recommended setting" \
        grep -qE "^> +$(result '.recommendation | if . == null then "none" else .threads end')\b" \
        "$OUT"
}

# --- waiting -------------------------------------------------------------------------------------

# A server that is far away: twice the threads, half the time. A loaded machine may be slower.
bench_until '.recommendation.threads == 8 and .recommendation.work == "waiting" and
    ([.settings[] | .efficiency > 0.7 and .efficiency < 1.4] | all)' \
    --demo --delay 20ms --sample 48 --threads 1,2,4,8 --runs 2 --seed 1
check_result
assert_eq "$(result '.recommendation | "\(.threads) \(.jobs)"')" "8 8" recommendation
# Under a sanitizer, 8 of them at 20 ms can be as much as a busy CPU bears.
if [ "$SLOW" = 1 ]; then
    assert_eq "$(result '.recommendation | "\(.limit) \(.work)"')" "none waiting" "its reason"
    assert_eq "$(result '[.settings[] | .efficiency > 0.7 and .efficiency < 1.4] | all')" true \
        "near linear: $(result '[.settings[].efficiency] | tostring')"
fi
assert_eq "$(result '[.runs[] | select(.warmup | not)] | group_by(.round) | map(length) |
    tostring')" "[4,4]" "runs of each round"
assert_eq "$(result '[.runs[] | select(.warmup)][0].threads')" 1 "the first warm-up"
assert_eq "$(result '[.runs[].urls] | unique | tostring')" "[48]" "URLs of each run"
assert_eq "$(result '[.runs[] | .connections_opened <= .threads] | all')" true \
    "connections of each run are its own"
assert_eq "$(result '[.runs[] | .connections_opened >= 1] | all')" true \
    "connections of each run are its own"
assert_eq "$(result '[.settings[] | .concurrency <= .jobs * 1.05] | all')" true "Little's law"
assert_eq "$(result .model)" null "a model of four settings"

# A server that works on four at once.
bench_until '.recommendation | .limit == "server" and .threads <= 8' \
    --demo --delay 20ms --capacity 4 --sample 48 --threads 1,2,4,8,16 --runs 1
check_result
assert_eq "$(result .recommendation.limit)" server limit
# Four is what is right; a loaded machine may need more of them to keep four busy.
assert_at_least "$(result .recommendation.threads)" 4 "recommended threads"
assert_at_most "$(result .recommendation.threads)" 8 "recommended threads"
assert "the limit is not told" grep -q '^limit  *the server: ' "$OUT"
assert_eq "$(result '.model.law')" usl "model of five settings"

# --- computing -----------------------------------------------------------------------------------

mkdir "$WORK/www/large"
for i in {1..16}; do
    head -c 24M /dev/zero >"$WORK/www/large/$i"
done
start_nginx
(cd "$WORK/www" && printf "$SITE/%s\n" large/*) >"$WORK/large.txt"
bench 0 --hash sha512 --threads 1,2,4 --runs 1 --per-host 4 --no-slow-start "$WORK/large.txt"
check_result
assert_eq "$(result '.recommendation | "\(.limit) \(.work)"')" "cpu computing" recommendation
assert "the limit is not told" grep -q "^limit  *this machine's CPU: " "$OUT"

# --- failures that grow with concurrency -----------------------------------------------------------

start_fault_server
printf "$FAULT/crowd/4/%s?ms=10\n" {1..64} >"$WORK/crowd.txt"
bench 1 --threads 1,2,4,8,16 --runs 1 --per-host 16 --no-slow-start "$WORK/crowd.txt"
check_result
assert_eq "$(result '.recommendation | "\(.threads) \(.limit)"')" "4 failures" recommendation
assert_eq "$(result '[.settings[] | select(.threads > 4) | .failed > 0] | all')" true "failures"
assert_eq "$(result '[.settings[] | select(.threads <= 4) | .failed] | add')" 0 "failures"

# --- the list ------------------------------------------------------------------------------------

# URLs that fail in the first warm-up are dropped for all; bad lines and duplicates are told.
{
    printf "$FAULT/delay/5/%s\n" {1..20} {1..3}
    printf "$FAULT/status/404?%s\n" 1 2
    echo "no url"
    echo "$FAULT/delay/5/21"
} >"$WORK/mixed.txt"
for way in "$WORK/mixed.txt" -; do
    bench 0 --threads 1,4 --runs 1 "$way" <"$WORK/mixed.txt"
    check_result
    assert_eq "$(result '.list | "\(.listed) \(.invalid) \(.duplicates) \(.urls) \(.dropped |
        tostring)"')" '23 1 3 21 {"not-found":2}' "list from $way"
    assert_eq "$(result '[.runs[1:][].urls] | unique | tostring')" "[21]" "URLs after the drop"
    assert_eq "$(result '[.runs[1:][].failed] | add')" 0 "failures after the drop"
done
assert "what was dropped is not told" grep -q 'dropped for all: 2 URLs .*2 not-found' "$ERR"

# The same sample for all, again with the same seed.
printf "$FAULT/ok/%s\n" {1..500} >"$WORK/many.txt"
for seed in 7 7 8; do
    : >"$FAULT_LOG"
    bench 0 --threads 1,2 --runs 1 --sample 10 --seed $seed --keep-warm "$WORK/many.txt"
    assert_eq "$(result '[.list.urls, .plan.seed, .plan.sample] | tostring')" "[10,$seed,10]" plan
    assert_eq "$(awk '{ print $4 }' "$FAULT_LOG" | sort | uniq -c | awk '{ print $1 }' | sort -u)" \
        4 "requests for each URL of the sample"
    awk '{ print $4 }' "$FAULT_LOG" | sort -u | sha256sum >>"$WORK/samples"
done
assert_eq "$(uniq -c "$WORK/samples" | awk '{ print $1 }' | xargs)" "2 1" "equal and other samples"
assert_eq "$(result '[.runs[] | select(.warmup | not) | .connections_opened] | add')" 0 \
    "connections are kept with --keep-warm"

# One URL only: the list is too short, and that is said.
bench 0 --threads 1,8 --runs 2 "$FAULT/delay/20/one"
check_result
assert_eq "$(result '.recommendation | "\(.threads) \(.limit)"')" "1 list" recommendation

# Stored bodies: as haul get stores them, and nothing of it is left.
bench 0 --sink disk --threads 1,2 --runs 1 "$WORK/mixed.txt"
check_result
assert_eq "$(result .plan.sink)" disk sink

# --jobs and grids. Without a warm-up nothing is dropped, so the failures are those of the list.
bench 1 --jobs 1,4 --runs 1 --warmup 0 "$WORK/mixed.txt"
assert_eq "$(result '[.settings[].jobs] | tostring')" "[1,4]" jobs
bench 1 --threads 1,2 --jobs 1,2 --runs 1 --warmup 0 "$WORK/mixed.txt"
assert_eq "$(result '[.settings[] | [.threads, .jobs]] | tostring')" "[[1,1],[1,2],[2,2]]" grid
assert "what is left out is not told" grep -q 'left out: 1 setting' "$ERR"

# A host that cannot be reached is part of the list, and no reason to stop.
start_dead_ports
{
    printf "$FAULT/ok/%s\n" {1..20}
    printf "http://127.0.0.2:$REFUSED_PORT/%s\n" {1..6}
} >"$WORK/partly.txt"
bench 1 --threads 1,2 --runs 1 --warmup 0 --retries 0 "$WORK/partly.txt"
check_result
assert_eq "$(result '[.outcome, ([.runs[].failed] | unique)] | tostring')" '["complete",[6]]' \
    "runs with a dead host"
bench 3 --threads 1,2 --runs 1 --warmup 0 --retries 0 "http://127.0.0.2:$REFUSED_PORT/"
assert_eq "$(result .outcome)" complete "nothing but a dead host"

# --- what goes wrong -----------------------------------------------------------------------------

bench 3 --threads 1,2 --runs 1 --retries 0 "$FAULT/status/404" "$FAULT/status/500"
assert_eq "$(result '[.outcome, .recommendation, (.runs | length)] | tostring')" \
    '["failed",null,1]' "nothing succeeds"
assert "it is not told" grep -q 'no URL could be downloaded' "$ERR"
: >"$WORK/empty.txt"
bench 5 "$WORK/empty.txt"
bench 5 "$WORK/missing.txt"
echo 'no url' >"$WORK/bad.txt"
bench 5 "$WORK/bad.txt"
bench 4 --output-dir "$WORK/empty.txt/below" "$FAULT/ok/1"
# Hosts elsewhere are asked much only with consent; nobody is here to give it.
printf 'http://192.0.2.1/%s\n' {1..300} >"$WORK/elsewhere.txt"
bench 2 --threads 1,2 "$WORK/elsewhere.txt"
assert "--yes is not named" grep -q -e --yes "$ERR"
assert_not "files were written" test -e "$BENCH/bench.json"

# Interrupted in the third round: two are kept.
rm -rf "$BENCH"
start_haul bench --demo --delay 30ms --sample 24 --threads 1,4 --runs 9 --output-dir "$BENCH"
wait_until 30 grep -q 'round 3 of 9' "$ERR" || fail "no third round"
kill -INT "$HAUL_PID"
wait_haul 130 15
validate haul.bench-1.schema.json "$BENCH/bench.json"
assert_eq "$(result '[.outcome, ([.runs[] | select(.complete and .round < 3 and
    (.warmup | not))] | length)] | tostring')" '["interrupted",4]' "runs of two rounds"
assert_eq "$(result '[.settings[].runs >= 2] | all')" true "runs of each setting"
assert "no table" grep -q '^recommend ' "$OUT"

# Killed: what was written after the last round is whole.
rm -rf "$BENCH"
start_haul bench --demo --delay 20ms --sample 16 --threads 1,2 --runs 50 --output-dir "$BENCH"
wait_until 30 grep -q 'round 3 of 50' "$ERR" || fail "no third round"
kill -KILL "$HAUL_PID"
wait_haul any 5
validate haul.bench-1.schema.json "$BENCH/bench.json"
assert_at_least "$(result '[.runs[] | select(.warmup | not)] | length')" 4 "runs that were kept"

# The server dies: what was measured before counts, what came after does not.
rm -rf "$BENCH"
printf "$FAULT/delay/20/%s\n" {1..24} >"$WORK/dies.txt"
start_haul bench --threads 1,2 --runs 30 --retries 0 --output-dir "$BENCH" "$WORK/dies.txt"
wait_until 30 grep -q 'round 3 of 30' "$ERR" || fail "no third round"
kill -KILL "$FAULT_PID"
wait_haul 1 60
validate haul.bench-1.schema.json "$BENCH/bench.json"
assert_eq "$(result '[.outcome, ([.settings[].failed] | add), .recommendation.threads] |
    tostring')" '["stopped",0,2]' "after the server's end"
assert "it is not told" grep -q 'nothing can be reached any more' "$ERR"
