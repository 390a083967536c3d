#!/usr/bin/env bash
# Certificates and host names are verified, and https never leads to http.
. "$(dirname "${BASH_SOURCE[0]}")/../support/lib.sh"
command -v openssl >/dev/null || skip "openssl is not installed"

make_authority() { # NAME
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 \
        -subj "/CN=test authority $1" -keyout "$WORK/$1.key" -out "$WORK/$1.pem" 2>/dev/null
}

make_certificate() { # NAME SUBJECT_ALTERNATIVE_NAMES
    openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj "/CN=$1" \
        -keyout "$WORK/$1.key" -out "$WORK/$1.csr" 2>/dev/null
    openssl x509 -req -in "$WORK/$1.csr" -CA "$WORK/authority.pem" -CAkey "$WORK/authority.key" \
        -CAcreateserial -days 2 -extfile <(echo "subjectAltName=$2") -out "$WORK/$1.pem" 2>/dev/null
}

make_authority authority
make_authority stranger
make_certificate good DNS:localhost,IP:127.0.0.1
make_certificate wrong DNS:other.example
start_fault_server --tls "$WORK/good.pem" "$WORK/good.key"
GOOD=https://localhost:$FAULT_PORT
GOOD_BY_ADDRESS=https://127.0.0.1:$FAULT_PORT
start_fault_server --tls "$WORK/wrong.pem" "$WORK/wrong.key"
WRONG=https://localhost:$FAULT_PORT
WRONG_BY_ADDRESS=https://127.0.0.1:$FAULT_PORT
start_fault_server
PLAIN=$FAULT

fresh_dir unknown
run_haul 3 -d "$DIR" --retries 0 "$GOOD/ok/a" "$WRONG/ok/b"
check_run
assert_class /ok/a tls
assert_class /ok/b tls
assert_files

# The right authority, and the right name: only then.
fresh_dir known
run_haul 1 -d "$DIR" --retries 0 --cacert "$WORK/authority.pem" "$GOOD/ok/a?size=100" \
    "$GOOD_BY_ADDRESS/ok/c?size=70000" "$WRONG/ok/b"
check_run
assert_class /ok/a downloaded
assert_class /ok/c downloaded
assert_class /ok/b tls
assert_record /ok/a '.us.tls > 0' true
assert_files a c
assert_eq "$(cat "$DIR/a")" "$(ok_body a 100)" "content over TLS"

# A body that ends with its connection is complete only when the peer said so.
fresh_dir unended
run_haul 1 -d "$DIR" --retries 0 --cacert "$WORK/authority.pem" "$GOOD/no-length" \
    "$GOOD/no-length-cut" "$GOOD/ok/a"
check_run
assert_class /no-length-cut truncated
assert_eq "$(report .counts.downloaded)" 2 "bodies that were complete"

fresh_dir stranger
run_haul 3 -d "$DIR" --retries 0 --cacert "$WORK/stranger.pem" "$GOOD/ok/a"
check_run
assert_class /ok/a tls

# The exception holds for the host that was named, and the report says that it was made.
fresh_dir insecure
run_haul 1 -d "$DIR" --retries 0 --insecure-host localhost "$WRONG/ok/b" \
    "$WRONG_BY_ADDRESS/ok/d"
check_run
assert_class "$WRONG/ok/b" downloaded
assert_class "$WRONG_BY_ADDRESS/ok/d" tls
assert_files b
assert_eq "$(report '[.settings, .warnings] | tojson | contains("localhost")')" true \
    "insecure host in the report"

# A redirect may not leave TLS, and a redirect into TLS is verified.
fresh_dir downgrade
run_haul 1 -d "$DIR" --retries 0 --cacert "$WORK/authority.pem" \
    "$GOOD/redirect-to?url=$PLAIN/ok/plain" "$GOOD/redirect/2/up.txt" \
    "$PLAIN/redirect-to?url=$WRONG/ok/wrong"
check_run
assert_class "$GOOD/redirect-to" bad-redirect
assert_class /redirect/2/up.txt downloaded
assert_class "$PLAIN/redirect-to" tls
assert_files up.txt
assert_fault_requests "$FAULT_LOG" /ok/plain 0

# A body cut off under TLS is no complete file; plain HTTP on a TLS port is no success.
fresh_dir cut
run_haul 3 -d "$DIR" --retries 0 --cacert "$WORK/authority.pem" "$GOOD/short" \
    "$GOOD/chunked-cut" "http://localhost:${GOOD##*:}/ok/plain"
check_run
assert_class /short truncated
assert_class /chunked-cut truncated
assert_files

# Where HTTP/2 is agreed, all downloads of a worker share one connection from the first on.
HTTP2_PORT=$(free_port)
NGINX_HTTP="server {
    listen 127.0.0.1:$HTTP2_PORT ssl http2;
    root $WORK/www;
    ssl_certificate $WORK/good.pem;
    ssl_certificate_key $WORK/good.key;
}"
for i in {1..40}; do
    head -c 20000 /dev/urandom >"$WORK/www/$i.bin"
done
start_nginx
printf "https://localhost:$HTTP2_PORT/%s.bin\n" {1..40} >"$WORK/http2.txt"
fresh_dir http2
run_haul 0 -d "$DIR" --threads 1 -j 8 --per-host 8 --cacert "$WORK/authority.pem" "$WORK/http2.txt"
check_run
assert_tree_equal "$DIR" "$WORK/www"
assert_eq "$(records | jq -r .http_version | sort | uniq -c | xargs)" "40 2" "HTTP versions"
assert_eq "$(report .connections.opened)" 1 "connections for 40 files"
