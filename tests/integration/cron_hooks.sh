#!/usr/bin/env bash
# What a cron job asks for beside the files: --ping, --metrics and --on-finish tell how a run ended,
# and never change it.
. "$(dirname "${BASH_SOURCE[0]}")/../support/lib.sh"
start_fault_server
# shellcheck disable=SC2034
NGINX_MAIN='location /ping/ { return 200 "ok"; }
    location /sick/ { return 500; }
    location /moved/ { return 302 /ping/moved; }'
start_nginx
ok=$FAULT/ok/file
missing=$FAULT/status/404

# --- --ping --------------------------------------------------------------------------------------

# The targets of the requests whose URI starts with PREFIX, in order.
pinged() { # PREFIX
    jq -r --arg prefix "$1" 'select(.uri | startswith($prefix)) | .uri' "$NGINX_LOG" | paste -sd' '
}

assert_pinged() { # PREFIX URI...
    local prefix=$1
    shift
    has_pinged() {
        [ "$(pinged "$prefix")" = "$1" ]
    }
    wait_until 3 has_pinged "$*" || true
    assert_eq "$(pinged "$prefix")" "$*" "requests at the health check"
}

fresh_dir ping-success
run_haul 0 -d "$DIR" --ping "$SITE/ping/good?key=1" "$ok"
check_run
assert_pinged /ping/good '/ping/good/start?key=1' '/ping/good?key=1'

fresh_dir ping-some
run_haul 1 -d "$DIR" --retries 0 --ping "$SITE/ping/some/" "$ok" "$missing"
check_run
assert_pinged /ping/some /ping/some/start /ping/some/1

fresh_dir ping-none
run_haul 3 -d "$DIR" --retries 0 --ping "$SITE/ping/none" "$missing"
check_run
assert_pinged /ping/none /ping/none/start /ping/none/3

fresh_dir ping-signal
start_haul -d "$DIR" --ping "$SITE/ping/signal" "$FAULT/stall-headers"
wait_until 10 has_nginx_requests /ping/signal/start 1 || fail "the start is not told at once"
wait_until 10 test -e "$DIR/.haul/last" || fail "the run does not start"
kill -TERM "$HAUL_PID"
wait_haul 143 20
check_run
assert_pinged /ping/signal /ping/signal/start /ping/signal/143

# A health check that is ill or gone is a warning; the run is what it was.
fresh_dir ping-sick
run_haul 0 -d "$DIR" --ping "$SITE/sick/secret-id" "$ok"
check_run
assert "no warning about the health check" grep -q 'health check' "$ERR"
assert "the warning does not name the origin" grep -qF "$SITE" "$ERR"
assert_not "the warning shows more than the origin" grep -q secret-id "$ERR"
assert_eq "$(jq -rn '[inputs | select(.uri == "/sick/secret-id")] | length' "$NGINX_LOG")" 3 \
    "tries to tell the end"

fresh_dir ping-down
down=http://127.0.0.1:$(free_port)/secret-id
run_haul 0 -d "$DIR" --ping "$down" "$ok"
check_run
assert "no warning about the health check" grep -q 'health check' "$ERR"
assert_not "the warning shows more than the origin" grep -q secret-id "$ERR"
run_haul 1 -d "$DIR" --retries 0 --ping "$down" "$ok" "$missing"
check_run

fresh_dir ping-moved
run_haul 0 -d "$DIR" --ping "$SITE/moved/x" "$ok"
assert_nginx_requests /ping/moved 0
assert "no warning about the health check" grep -q 'health check' "$ERR"

# Credentials are sent and never shown.
fresh_dir ping-secret
run_haul 0 -d "$DIR" --ping "http://user:pa55@127.0.0.1:$NGINX_PORT/ping/auth?token=s3cret" "$ok"
check_run
assert_pinged /ping/auth '/ping/auth/start?token=s3cret' '/ping/auth?token=s3cret'
assert_eq "$(jq -r 'select(.uri | startswith("/ping/auth")) | .authorization' "$NGINX_LOG" |
    sort -u)" "Basic $(printf user:pa55 | base64)" "authorization"
assert_not "a secret is shown" grep -rqE 'pa55|s3cret' "$OUT" "$ERR" "$DIR/.haul/last/"

fresh_dir ping-refused
for url in ftp://127.0.0.1/x file:///x nonsense ''; do
    run_haul 2 -d "$DIR" --ping "$url" "$ok"
    assert "the message for --ping '$url' does not name it" grep -qe --ping "$ERR"
done
assert_not "a refused URL made a directory" test -e "$DIR"

# --- --metrics -----------------------------------------------------------------------------------

mkdir "$WORK/metrics"
PROM=$WORK/metrics/haul.prom
metric() { # NAME [LABEL="VALUE"]
    awk -v name="$1{" -v label="${2:-}" \
        'index($0, name) == 1 && index($0, label) > 0 { print $NF }' "$PROM"
}

check_metrics() { # EXIT_CODE: the file agrees with the last report
    if command -v promtool >/dev/null; then
        assert "promtool does not like the metrics" promtool check metrics <"$PROM" >&2
    fi
    assert_eq "$(metric haul_run_exit_code)" "$1" haul_run_exit_code
    local status
    for status in downloaded kept duplicate skipped failed not_tried; do
        assert_eq "$(metric haul_urls "status=\"$status\"")" "$(report ".counts.$status")" \
            "haul_urls of $status"
    done
    assert_eq "$(ls -A "$WORK/metrics")" haul.prom "files beside the metrics"
    assert_eq "$(stat -c %a "$PROM")" "$(printf %o $((0644 & ~0$(umask))))" "mode"
}

fresh_dir metrics
before=$(date +%s)
run_haul 0 -d "$DIR" --metrics "$PROM" "$ok" "$ok"
check_run
check_metrics 0
success=$(metric haul_run_success_timestamp_seconds)
assert_at_least "${success%.*}" "$before" "time of the success"
assert_eq "$(metric haul_run_complete)" 1 haul_run_complete
assert_eq "$(metric haul_bytes 'kind="files"')" "$(report .bytes.file)" "bytes of files"
assert_eq "$(metric haul_url_seconds_count)" "$(metric haul_urls 'status="downloaded"')" \
    "URLs with a time"

# Also when URLs fail; the last success is remembered.
run_haul 1 -d "$DIR" --retries 0 --metrics "$PROM" "$ok" "$missing"
check_run
check_metrics 1
assert_eq "$(metric haul_failures 'class="not-found"')" 1 "haul_failures of not-found"
assert_eq "$(metric haul_run_success_timestamp_seconds)" "$success" "time of the last success"
run_haul 3 -d "$DIR" --retries 0 --metrics "$PROM" "$missing"
check_run
check_metrics 3
assert_eq "$(metric haul_run_success_timestamp_seconds)" "$success" "time of the last success"

before=$(readlink "$DIR/.haul/last")
start_haul -d "$DIR" --metrics "$PROM" "$FAULT/stall-headers" "$ok"
wait_until 10 eval '[ "$(readlink "$DIR/.haul/last")" != "$before" ]' ||
    fail "the run does not start"
kill -INT "$HAUL_PID"
wait_haul 130 20
check_run
check_metrics 130
assert_eq "$(metric haul_run_success_timestamp_seconds)" "$success" "time of the last success"

# --- --on-finish ---------------------------------------------------------------------------------

export NOTES=$WORK/notes
cat >"$WORK/finished" <<'CODE'
#!/bin/sh
{
    printf 'arguments'
    printf ' <%s>' "$@"
    echo
    env | grep ^HAUL_RUN_ | sort
    echo "in the report: $(jq -c '[.exit_code, .counts.total]' "$HAUL_RUN_REPORT")"
} >"$NOTES"
echo printed
exit "${FINISHED_EXIT:-0}"
CODE
chmod +x "$WORK/finished"

assert_finished() { # EXIT_CODE TOTAL
    local path
    path=$(sed -n 's/^HAUL_RUN_REPORT=//p' "$NOTES")
    assert_eq "$(grep '^arguments' "$NOTES")" "arguments <$path> <a b> <--r=$path>" "arguments"
    assert "HAUL_RUN_REPORT is not the report: $path" cmp -s "$path" "$DIR/.haul/last/report.json"
    assert_eq "$(sed -n 's/^HAUL_RUN_EXIT_CODE=//p' "$NOTES")" "$1" HAUL_RUN_EXIT_CODE
    assert_eq "$(sed -n 's/^HAUL_RUN_ID=//p' "$NOTES")" "$(report .run_id)" HAUL_RUN_ID
    assert_eq "$(sed -n 's/^HAUL_RUN_DIR=//p' "$NOTES")" "$DIR" HAUL_RUN_DIR
    assert_eq "$(sed -n 's/^in the report: //p' "$NOTES")" "[$1,$2]" "the report it sees"
    rm -f "$NOTES"
}
FINISH="$WORK/finished {} 'a b' --r={}"

fresh_dir finish
run_haul 0 -d "$DIR" --on-finish "$FINISH" "$ok"
check_run
assert_finished 0 1
assert_not "its output is on stdout" grep -q printed "$OUT"
run_haul 1 -d "$DIR" --retries 0 --on-finish "$FINISH" "$ok" "$missing"
check_run
assert_finished 1 2
run_haul 3 -d "$DIR" --retries 0 --on-finish "$FINISH" "$missing"
check_run
assert_finished 3 1

before=$(readlink "$DIR/.haul/last")
start_haul -d "$DIR" --on-finish "$FINISH" "$FAULT/stall-headers"
wait_until 10 eval '[ "$(readlink "$DIR/.haul/last")" != "$before" ]' ||
    fail "the run does not start"
kill -INT "$HAUL_PID"
wait_haul 130 20
check_run
assert_finished 130 "$(report .counts.total)"

# It cannot change how the run ended.
fresh_dir finish-fails
export FINISHED_EXIT=9
run_haul 0 -d "$DIR" --on-finish "$FINISH" "$ok"
check_run
assert_finished 0 1
assert "no warning about --on-finish" grep -qe --on-finish "$ERR"
unset FINISHED_EXIT
run_haul 0 -d "$DIR" --on-finish 'no-such-program {}' "$ok"
assert "no warning about --on-finish" grep -qe --on-finish "$ERR"

fresh_dir finish-refused
for command in 'x {url}' "x 'open" '' '{}'; do
    run_haul 2 -d "$DIR" --on-finish "$command" "$ok"
    assert "the message for --on-finish '$command' does not name it" grep -qe --on-finish "$ERR"
done
assert_not "a refused command made a directory" test -e "$DIR"
