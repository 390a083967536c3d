#!/usr/bin/env bash
# A public server cannot lead haul to this machine or its network. Needs a network namespace, where
# an address of the documentation range stands for the public internet.
. "$(dirname "${BASH_SOURCE[0]}")/../support/lib.sh"
PUBLIC=192.0.2.1
if [ -z "${OWN_NETWORK:-}" ]; then
    private=(unshare -n)
    if [ "$(id -u)" != 0 ]; then
        private=(unshare -rn)
    fi
    command -v ip >/dev/null || skip "ip is not installed"
    "${private[@]}" sh -c "ip link set lo up && ip address add $PUBLIC/32 dev lo" 2>/dev/null ||
        skip "network namespaces are not permitted here"
    OWN_NETWORK=1 "${private[@]}" bash "$0"
    exit
fi
ip link set lo up
ip address add $PUBLIC/32 dev lo

echo secret >"$WORK/www/secret.txt"
ADDRESS=$PUBLIC
# $arg_to is the target that the client's query names.
# shellcheck disable=SC2016,SC2034
NGINX_MAIN='location /lead/ { return 302 http://$arg_to:@OTHER@/secret.txt; }
    location /stay/ { return 302 /secret.txt?stayed; }
    location /twice/ { return 302 /lead/again?to=127.0.0.1; }'
# shellcheck disable=SC2016,SC2034
NGINX_OTHER='location /out/ { return 302 http://192.0.2.1:@SITE@/secret.txt?out; }
    location /out-and-in/ { return 302 http://192.0.2.1:@SITE@/lead/in?to=127.0.0.1; }'
start_nginx

targets=(127.0.0.1 localhost 127.1 0x7f.1 0 2130706433 '[::1]' '[::ffff:127.0.0.1]'
    '[64:ff9b::7f00:1]' 10.0.0.1 169.254.169.254 192.168.1.1 100.64.0.1 224.0.0.1)
for target in "${targets[@]}"; do
    echo "$SITE/lead/${target//[^0-9a-z.]/-}.txt?to=$target"
done >"$WORK/list.txt"
printf '%s\n' "$SITE/twice/twice.txt" "$OTHER/out-and-in/rebound.txt" >>"$WORK/list.txt"
lines=$(wc -l <"$WORK/list.txt")
printf '%s\n' "$SITE/stay/stay.txt" "$OTHER/out/out.txt" "$OTHER/secret.txt?direct" \
    >>"$WORK/list.txt"

fresh_dir out
run_haul 1 -d "$DIR" --retries 0 "$WORK/list.txt"
check_run
assert_counts "{downloaded: 3, failed: $lines}"
assert_eq "$(records | jq -r 'select(.status == "failed") | .class' | sort -u)" blocked-address \
    "class of what led to private addresses"
assert_files stay.txt out.txt secret.txt
assert_eq "$(jq -r --arg port "$OTHER_PORT" 'select((.host | endswith($port)) and
    .uri == "/secret.txt") | .host' "$NGINX_LOG" | wc -l)" 0 "requests that reached the private server"

# --public-only lets the public through.
fresh_dir public
run_haul 1 -d "$DIR" --retries 0 --public-only "$SITE/secret.txt" "$OTHER/secret.txt?private"
check_run
assert_class "$SITE/secret.txt" downloaded
assert_class "?private" blocked-address
