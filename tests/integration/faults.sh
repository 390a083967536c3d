#!/usr/bin/env bash
# Every broken reply gets its class, leaves no file, and does its neighbours no harm.
. "$(dirname "${BASH_SOURCE[0]}")/../support/lib.sh"
start_fault_server

# path of the fault, expected class, expected status code of the record (- = not looked at)
cases() {
    cat <<'CASES'
/reset-before           reset               null
/reset-headers          reset               -
/reset-body             reset               -
/close-before           reset               null
/close-headers          reset               -
/short                  truncated           200
/chunked-cut            truncated           200
/chunked-bad            protocol            -
/length-negative        protocol            -
/length-huge            protocol            -
/length-double          protocol            -
/length-list            protocol            -
/length-same-double     downloaded          200
/no-length              downloaded          200
/folded-first           protocol            -
/folded-encoding        protocol            -
/encoding-gzip          protocol            -
/encoding-identity      protocol            -
/blank-before-colon     protocol            -
/second-status          not-found           404
/http09                 protocol            -
/nul-header             protocol            -
/header-200k            headers-too-large   -
/headers-endless        headers-too-large   -
/trailers-endless       headers-too-large   -
/body-endless           too-large           200
/redirect-loop          too-many-redirects  302
/redirect-file          bad-redirect        302
/redirect-ftp           bad-redirect        302
/redirect-nowhere       bad-redirect        302
/redirect-endless-body  downloaded          200
/error-endless-body     not-found           404
/partial-unasked        protocol            206
/status/204             no-content          204
/status/304             protocol            304
/status/400             client-error        400
/status/401             auth                401
/status/403             forbidden           403
/status/404             not-found           404
/status/407             auth                407
/status/410             gone                410
/status/418             client-error        418
/status/429             rate-limited        429
/status/451             forbidden           451
/status/500             server-error        500
/status/503             server-error        503
CASES
}

mkdir "$WORK/expected"
number=0
while read -r path class http; do
    number=$((number + 1))
    for neighbour in "before-$number" "after-$number"; do
        ok_body "$neighbour" 3000 >"$WORK/expected/$neighbour"
    done
    echo "$FAULT/ok/before-$number?size=3000"
    echo "$FAULT$path"
    echo "$FAULT/ok/after-$number?size=3000"
done < <(cases) >"$WORK/list.txt"
echo "http://127.0.0.1:$(free_port)/refused" >>"$WORK/list.txt"

fresh_dir out
LIMIT=120
LIMITS=(--retries 0 --retry-wait 50ms --max-retry-wait 1s --max-size 1M --timeout 60s)
run_haul 1 -d "$DIR" "${LIMITS[@]}" --sync none "$WORK/list.txt"
check_run

while read -r path class http; do
    assert_class "$FAULT$path" "$class"
    if [ "$http" != - ]; then
        assert_record "$FAULT$path" .http "$http"
    fi
    if [ "$class" != downloaded ]; then
        assert_record "$FAULT$path" '"\(.status) \(.path) \(.attempts)"' "failed null 1"
    fi
done < <(cases)
assert_class /refused refused
assert_record redirect-loop '.redirects | length' 10

# Exactly the good files, byte for byte.
mv "$DIR"/length-same-double* "$DIR"/no-length* "$DIR"/redirect-endless-body* "$WORK/"
assert_tree_equal "$DIR" "$WORK/expected"

# A server cannot make haul use memory without end, nor get more than --max-size onto the disk.
if ! is_sanitized; then
    printf '%s\n' "$FAULT/headers-endless" "$FAULT/trailers-endless" "$FAULT/body-endless" \
        "$FAULT/header-200k" "$FAULT/redirect-endless-body" \
        "$FAULT/error-endless-body" >"$WORK/endless.txt"
    fresh_dir endless
    measured "$WORK/peak" timeout 60 "$HAUL" -d "$DIR" "${LIMITS[@]}" "$WORK/endless.txt" \
        >"$OUT" 2>"$ERR" || assert_eq $? 1 "exit code"
    assert_at_most "$(cat "$WORK/peak")" $((32 * 1024 + 5 * 64)) "peak memory in KiB"
    assert_class /body-endless too-large
    assert_record /body-endless '.bytes.wire < 4 * 1024 * 1024' true
    assert_record /headers-endless '.bytes.wire < 1024 * 1024' true
    assert_record /trailers-endless '.bytes.wire < 1024 * 1024' true
    assert_record /redirect-endless-body '.bytes.wire < 1024 * 1024' true
    assert_record /error-endless-body '.bytes.wire < 1024 * 1024' true
fi
