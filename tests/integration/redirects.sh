#!/usr/bin/env bash
# Redirects: every hop is recorded, the listed URL gives the name, and what was meant for one
# origin is not sent to another.
. "$(dirname "${BASH_SOURCE[0]}")/../support/lib.sh"
for name in listed.txt arrived.txt; do
    echo "content of $name" >"$WORK/www/$name"
done
# shellcheck disable=SC2034
NGINX_MAIN='location /away/ { return 302 http://127.0.0.1:@OTHER@/arrived.txt; }
    location /host/ { return 307 http://localhost:@OTHER@/arrived.txt; }
    location /stay/ { return 301 ../listed.txt?stayed; }
    location /relative/ { return 308 "/listed.txt?a b"; }
    location /once/ { return 303 //127.0.0.1:@OTHER@/arrived.txt?once; }'
# shellcheck disable=SC2034
NGINX_OTHER='location /home/ { return 302 http://127.0.0.1:@SITE@/listed.txt?home; }'
start_nginx
start_fault_server

fresh_dir hops
run_haul 0 -d "$DIR" "$FAULT/redirect/3/three.txt" "$SITE/away/name-1.txt" \
    "$SITE/once/name-2.txt" "$SITE/relative/name-3.txt" "$SITE/stay/name-4.txt" "$SITE/listed.txt"
check_run
assert_record three.txt '.redirects | length' 3
assert_record three.txt '[.redirects[].http] | unique | tojson' '[302]'
assert_record three.txt '.final_url == .redirects[2].url' true
assert_record three.txt .attempts 1
assert_record three.txt .http 200
assert_record /away/ '"\(.final_url) \(.redirects | tojson)"' \
    "$OTHER/arrived.txt [{\"http\":302,\"url\":\"$OTHER/arrived.txt\"}]"
assert_record /once/ .final_url "$OTHER/arrived.txt?once"
assert_record /relative/ .final_url "$SITE/listed.txt?a%20b"
assert_record /stay/ .final_url "$SITE/listed.txt?stayed"
assert_record "$SITE/listed.txt" '.redirects | length' 0
assert_files three.txt name-1.txt name-2.txt name-3.txt name-4.txt listed.txt
assert_eq "$(cat "$DIR/name-1.txt")" "content of arrived.txt" "content after a redirect"

# The limit counts requests that follow; 0 follows none.
fresh_dir limits
run_haul 1 -d "$DIR" --retries 0 --redirects 3 "$FAULT/redirect/3/within" "$FAULT/redirect/4/beyond"
check_run
assert_class /within downloaded
assert_class /beyond too-many-redirects
run_haul 3 -d "$DIR" --retries 0 --redirects 0 "$FAULT/redirect/1/none"
check_run
assert_class /none too-many-redirects

# Headers and credentials stay with the origin they were given for: scheme, host and port.
fresh_dir headers
run_haul 0 -d "$DIR" --header 'X-Test: 42' --header 'Authorization: Bearer abc' \
    --header 'Cookie: a=b' "$SITE/away/1?h" "$SITE/host/2?h" "$SITE/stay/3?h"
check_run
sent() { # URI
    jq -r --arg uri "$1" 'select(.uri == $uri) |
        "\(.x_test)|\(.authorization)|\(.cookie)"' "$NGINX_LOG" | sort | uniq | xargs
}
: >"$WORK/empty"
wait_until 3 has_nginx_requests /arrived.txt 4 || fail "the redirects were not followed"
assert_eq "$(sent '/away/1?h')" "42|Bearer abc|a=b" "to the listed origin"
assert_eq "$(sent '/listed.txt?stayed')" "42|Bearer abc|a=b ||" "within the listed origin"
assert_eq "$(sent /arrived.txt)" "||" "to another port and another host"

# Loopback is refused with --public-only, listed or not, however it is spelled.
fresh_dir public
run_haul 3 -d "$DIR" --retries 0 --public-only "$SITE/listed.txt" \
    "http://localhost:$NGINX_PORT/listed.txt" "http://127.1:$NGINX_PORT/listed.txt?1" \
    "http://0x7f000001:$NGINX_PORT/listed.txt?2" "http://0:$NGINX_PORT/listed.txt?3" \
    "http://[::ffff:127.0.0.1]:$NGINX_PORT/listed.txt?4" "http://[::1]:$NGINX_PORT/listed.txt?5" \
    "http://169.254.169.254/latest/meta-data/" "http://10.0.0.1/x" "http://192.168.0.1/y"
check_run
assert_eq "$(records | jq -r .class | sort | uniq -c | xargs)" "10 blocked-address" "classes"
assert_files
