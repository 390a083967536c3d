#!/usr/bin/env bash
# Mirrors are tried in order within one record, which says who served.
. "$(dirname "${BASH_SOURCE[0]}")/../support/lib.sh"
start_fault_server
mkdir -p "$WORK/www"
echo from nginx >"$WORK/www/file.txt"
echo wrong >"$WORK/www/wrong.txt"
NGINX_MAIN='location /once/ { return 404; }'
start_nginx
dead=http://127.0.0.1:$(free_port)
sum=$(sha256sum <"$WORK/www/file.txt" | cut -d' ' -f1)
{
    printf '%s/file.txt?1\t%s/ok/never\n' "$SITE" "$FAULT"
    printf '%s/status/404?2\t%s/file.txt\n out=second.txt\n' "$FAULT" "$SITE"
    printf '%s/x?3\t%s/status/500?3\t%s/file.txt\n out=third.txt\n' "$dead" "$FAULT" "$SITE"
    printf '%s/wrong.txt?4\t%s/file.txt\n out=fourth.txt\n checksum=sha-256=%s\n' \
        "$SITE" "$OTHER" "$sum"
    printf '%s/status/404?5\t%s/status/410?5\n' "$FAULT" "$FAULT"
    printf '%s/flaky/1/six.txt\t%s/status/404?6\n' "$FAULT" "$FAULT"
    printf '%s/status/404?7\t%s/status/404?7\t%s/echo/seven.txt\n header=X-Test: 7\n out=seven.txt\n' \
        "$FAULT" "$FAULT" "$FAULT"
} >"$WORK/list.txt"
fresh_dir mirrors
run_haul 1 -d "$DIR" --retries 1 --retry-wait 50ms --header 'X-Test: all' "$WORK/list.txt"
check_run
expect() { # LINE STATUS ATTEMPTS FINAL_URL
    assert_eq "$(records | jq -r --argjson line "$1" 'select(.line == $line) |
        [.status, .attempts, .final_url] | join(" ")')" "$2 $3 $4" "record of line $1"
}
expect 1 downloaded 1 "$SITE/file.txt?1"
expect 2 downloaded 2 "$SITE/file.txt"
expect 4 downloaded 3 "$SITE/file.txt"
expect 6 downloaded 2 "$OTHER/file.txt"
expect 9 failed 2 "$FAULT/status/410?5"
expect 10 downloaded 3 "$FAULT/flaky/1/six.txt"
expect 11 downloaded 2 "$FAULT/echo/seven.txt"
assert_fault_requests "$FAULT_LOG" '^/ok/never' 0
for name in second third fourth; do
    assert "$name.txt differs" cmp -s "$WORK/www/file.txt" "$DIR/$name.txt"
done
assert_eq "$(grep -c '^X-Test: 7' "$DIR/seven.txt")" 1 "header of the list"
assert_eq "$(grep -c '^X-Test: all' "$DIR/seven.txt")" 0 "header that the list replaces"
# Each mirror once, then --retries in all.
for count in 1 2 3 5; do
    urls=$FAULT/status/503?$count-1
    for i in $(seq 2 $count); do
        urls+=$'\t'$FAULT/status/503?$count-$i
    done
    fresh_dir "rounds-$count"
    printf '%s\n' "$urls" >"$WORK/rounds.txt"
    run_haul 3 -d "$DIR" --retries 2 --retry-wait 1ms "$WORK/rounds.txt"
    assert_eq "$(records | jq .attempts)" $((count + 2)) "attempts at $count mirrors"
done
# A mirror that is too slow does not cost the next one its time; ftp is left out.
printf '%s/delay/4000/slow\t%s/ok/quick\n' "$FAULT" "$FAULT" >"$WORK/slow.txt"
printf '%s/file.txt?ftp\tftp://127.0.0.1/file.txt\n' "$SITE" >>"$WORK/slow.txt"
printf 'ftp://127.0.0.1/file.txt\t%s/file.txt?first\n' "$SITE" >>"$WORK/slow.txt"
fresh_dir slow
run_haul 0 -d "$DIR" --timeout "$(scaled 1)" --retries 1 --retry-wait 1ms "$WORK/slow.txt"
check_run
assert_eq "$(report '[.warnings[] | select(contains("neither http"))] | length')" 1 "warnings"
# What is left out is no attempt, and the time of one mirror is not forgotten.
printf '%s/status/503?ftp\tftp://x/1\tftp://x/2\tftp://x/3\n' "$FAULT" >"$WORK/left.txt"
fresh_dir left
run_haul 3 -d "$DIR" --retries 1 --retry-wait 1ms "$WORK/left.txt"
assert_eq "$(records | jq .attempts)" 2 "attempts beside mirrors that are left out"
printf '%s/delay/9000/a\t%s/delay/9000/b\n' "$FAULT" "$FAULT" >"$WORK/both.txt"
fresh_dir both
run_haul 3 -d "$DIR" --retries 5 --retry-wait 1ms --timeout "$(scaled 1)" "$WORK/both.txt"
assert_eq "$(records | jq .attempts)" 2 "attempts at two mirrors that are too slow"
# Nothing of a mirror's reply stays in the record of another one.
printf '%s/type?ct=text/html&body=%%3Chtml%%3E\t%s/x\n' "$FAULT" "$dead" >"$WORK/rest.txt"
fresh_dir rest
run_haul 3 -d "$DIR" --expect image --retries 0 "$WORK/rest.txt"
assert_eq "$(records | jq -c '[.class, .type.declared, .type.detected, .etag]')" \
    '["refused",null,null,null]' "record of a mirror that does not answer"

# failed.tsv keeps the mirrors.
DIR=$OUTER/mirrors
cp "$DIR/.haul/last/failed.tsv" "$WORK/failed.tsv"
run_haul 3 -d "$DIR" --retries 0 "$WORK/failed.tsv"
assert_eq "$(records | jq -r '[.attempts, .final_url] | join(" ")')" "2 $FAULT/status/410?5" \
    "mirrors of failed.tsv"
