#!/usr/bin/env bash
# A password in a listed URL goes to that origin as Basic authentication, and nowhere else: no
# other origin, no record, no report, no message.
. "$(dirname "${BASH_SOURCE[0]}")/../support/lib.sh"
SECRET=s3cr3tpassw0rd
ENCODED=$(printf 'alice:%s' "$SECRET" | base64)
echo content >"$WORK/www/file.txt"
echo content >"$WORK/www/plain.txt"
echo content >"$WORK/www/arrived.txt"
# shellcheck disable=SC2034
NGINX_MAIN="location /away/ { return 302 http://127.0.0.1:@OTHER@/arrived.txt; }
    location /back/ { return 302 /file.txt?came=back; }
    location /tempt/ { return 302 http://mallory:$SECRET@127.0.0.1:@OTHER@/arrived.txt?tempted; }"
start_nginx
start_fault_server
at=127.0.0.1:$NGINX_PORT

cat >"$WORK/list.txt" <<LIST
http://alice:$SECRET@$at/file.txt
http://alice:$SECRET@$at/away/file.txt
http://alice:$SECRET@$at/back/file.txt
http://alice:$SECRET@$at/missing.txt
http://$at/tempt/file.txt
http://$at/plain.txt
http://$at/missing.txt?token=$SECRET&x=1
http://$at/missing.txt?y=2&private=$SECRET
http://bob:$SECRET@127.0.0.1:99999/bad
http://bob:$SECRET@
http:/\\bob:$SECRET@$at/odd
ftp://bob:$SECRET@127.0.0.1/file
bob:$SECRET@127.0.0.1
http://bob:$SECRET@127.0.0.1:$(free_port)/refused
http://bob:$SECRET@127.0.0.1:$FAULT_PORT/redirect-loop
http://bob:$SECRET@127.0.0.1:$FAULT_PORT/stall-headers
LIST

leaks() { # where the secret is, but for the two places that are made for it
    {
        grep -rlFe "$SECRET" -e "$ENCODED" "$DIR" "$OUT" "$ERR" "$WORK/report.json" |
            grep -vE '/failed\.tsv$|/state\.db(-wal|-shm)?$'
    } || true
}

fresh_dir out
run_haul 1 -d "$DIR" --retries 0 --stall-timeout 1s --redact private -v --json \
    --report "$WORK/report.json" "$WORK/list.txt"
check_run
assert_eq "$(leaks)" "" "files with the password"
assert_eq "$(report .counts.total)" 16 "records"
for name in file.txt away/file.txt back/file.txt; do
    assert_eq "$(records | jq -r --arg url "http://$at/$name" 'select(.url == $url) | .status')" \
        downloaded "/$name, masked"
done

authorization() { # URI: what the server was sent
    jq -r --arg uri "$1" 'select(.uri == $uri) | .authorization' "$NGINX_LOG" | sort -u | xargs
}
wait_until 3 has_nginx_requests /arrived.txt 2 || fail "the redirects were not followed"
assert_eq "$(authorization /file.txt)" "Basic $ENCODED" "to the origin"
assert_eq "$(authorization /away/file.txt)" "Basic $ENCODED" "to the origin"
assert_eq "$(authorization '/file.txt?came=back')" "Basic $ENCODED" "after a redirect within it"
assert_eq "$(authorization /plain.txt)" "" "to a URL without credentials"
assert_eq "$(authorization /arrived.txt)" "" "to another origin after a redirect"
assert_eq "$(authorization '/arrived.txt?tempted')" "" "from a redirect's own credentials"

# failed.tsv is for trying again: it holds the URLs whole, and is nobody else's.
assert "failed.tsv has the URL" grep -qF "http://alice:$SECRET@$at/missing.txt" \
    "$DIR/.haul/last/failed.tsv"
for file in last/failed.tsv last/results.jsonl last/report.json state.db; do
    assert_eq "$(stat -Lc %a "$DIR/.haul/$file")" 600 "mode of $file"
done
assert_eq "$(stat -c %a "$DIR/.haul")" 700 "mode of .haul"

# The same through the quiet, plain way, with the URL as an argument, and for a proxy.
fresh_dir arguments
run_haul 3 -d "$DIR" --retries 0 -q "http://alice:$SECRET@$at/missing.txt"
check_run
assert_eq "$(leaks)" "" "files with the password"
fresh_dir proxy
run_haul 3 -d "$DIR" --retries 0 --proxy "http://alice:$SECRET@127.0.0.1:$(free_port)" \
    --report "$WORK/report.json" "http://$at/file.txt"
check_run
assert_eq "$(leaks)" "" "files with the proxy's password"
fresh_dir usage
run_haul 2 -d "$DIR" --jobs 0 "http://alice:$SECRET@$at/missing.txt"
assert_eq "$(grep -cF "$SECRET" "$OUT" "$ERR" | sed 's/.*://' | xargs)" "0 0" "usage error"
