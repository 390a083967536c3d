#!/usr/bin/env bash
# haul doctor sees what is wrong with a machine before a run does: names, limits, certificates,
# proxy, disk. It is polite, changes nothing, and is never held up for long.
. "$(dirname "${BASH_SOURCE[0]}")/../support/lib.sh"

# Run again with a network and mounts of its own: a name server at port 53, other certificates.
if [ -z "${PRIVATE_MACHINE:-}" ]; then
    private=(unshare -mn)
    if [ "$(id -u)" != 0 ]; then
        private=(unshare -rmn)
    fi
    "${private[@]}" sh -c 'ip link set lo up && mount -t tmpfs none /mnt' 2>/dev/null ||
        skip "a network of its own cannot be had here"
    for place in /etc/ssl/certs /etc/resolv.conf /etc/nsswitch.conf; do
        [ -e "$place" ] || skip "there is no $place to put something in the place of"
    done
    PRIVATE_MACHINE=1 "${private[@]}" bash "$0" || exit $?
    exit
fi

ip link set lo up
fresh_dir out
mkdir "$WORK/certs" "$WORK/no-certs" "$WORK/small" "$WORK/few" "$WORK/read-only"
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=test \
    -keyout "$WORK/key" -out "$WORK/certs/ca-certificates.crt" 2>/dev/null
mount --bind "$WORK/certs" /etc/ssl/certs
printf 'nameserver 127.0.0.1\noptions timeout:30 attempts:1\n' >"$WORK/resolv.conf"
printf 'hosts: files dns\n' >"$WORK/nsswitch.conf"
for file in resolv.conf nsswitch.conf; do
    mount --bind "$WORK/$file" "$(realpath "/etc/$file")"
done
QUESTIONS=$WORK/questions
"$PYTHON" "$SUPPORT/name_server.py" "$WORK/name-server" "$QUESTIONS" 2>"$WORK/name-server.err" &
CHILDREN+=($!)
wait_until 10 test -e "$WORK/name-server" || cat "$WORK/name-server.err" >&2
export RES_OPTIONS="timeout:1 attempts:1"
unset SSL_CERT_FILE SSL_CERT_DIR CURL_CA_BUNDLE
start_fault_server
start_dead_ports

says() { # WHAT REGEX: a finding, with its advice, is one line here
    sed -z 's/\n        */ /g' "$OUT" >"$WORK/lines"
    assert "$1: $(cat "$OUT" "$ERR")" grep -qE -- "$2" "$WORK/lines"
}

# These take their time, beside the rest. A name server that says nothing: given up by haul itself,
# long before the resolver would.
start_ms=$(now_ms)
(RES_OPTIONS="timeout:30 attempts:1" exec timeout 120 "$HAUL" doctor --json \
    -d "$DIR" http://silent.test/ >"$WORK/silent.json" 2>"$WORK/silent.err") &
SILENT=$!
# Many hosts.
for i in {1..60}; do
    echo "http://near-$i.example.test/"
done >"$WORK/many.txt"
("$HAUL" doctor --json -d "$DIR" "$WORK/many.txt" >"$WORK/many.json" 2>"$WORK/many.err") &
MANY=$!

# Without a list all but names is looked at.
run_haul 0 doctor
says "no list" 'note +none given'
says "the directory" 'ok +downloads can be made in \.'
says "a verdict" '^nothing here would make a run fail'
assert_at_most "$(wc -L <"$OUT")" 80 "columns"
check_outside
run_haul 0 doctor --json
validate haul.doctor-1.schema.json "$OUT"
assert_eq "$(jq -c '[.list, .exit_code, .names.lookups, .certificates.count]' "$OUT")" \
    "[null,0,[],1]" "facts without a list"
run_haul 0 doctor -q
assert_eq "$(wc -c <"$OUT")" 0 "bytes that -q prints when all is well"

# Names: each kind of trouble by its name. What cannot be said of all hosts is a warning.
cat >"$WORK/names.txt" <<'LIST'
http://near-1.test/a
http://NEAR-1.test/b
https://slow-1.test/
http://127.0.0.1/m	http://missing-1.test/
http://again-1.test/
http://away-1.test/
http://127.0.0.1/c
no url at all
LIST
run_haul 0 doctor "$WORK/names.txt"
says "the list" 'ok +7 URLs on 6 hosts'
says "bad lines" 'warn +1 line cannot be used'
says "the server" 'asked are 127\.0\.0\.1'
says "an address" '1 host need not be looked up'
says "how many were found" 'ok +3 of 5 hosts looked up, one'
says "one that is missing" 'warn +1 of 5 does not exist: missing-1\.test'
says "one that failed" 'warn +1 of 5 got no answer that helps .*again-1\.test'
says "one that is far" 'warn +1 of 5 cannot be reached from here .*: away-1\.test'
says "families" 'IPv4 for 2 hosts, IPv6 for 1'
run_haul 0 doctor --json - <"$WORK/names.txt"
validate haul.doctor-1.schema.json "$OUT"
assert_eq "$(jq -c '[.names.lookups[] | [.host, .result]] | sort' "$OUT")" \
    "$(jq -nc '[["again-1.test", "try-again"], ["away-1.test", "found"],
        ["missing-1.test", "no-such-name"], ["near-1.test", "found"], ["slow-1.test", "found"]]')" \
    "answers"
assert_eq "$(jq '.names.lookups[] | select(.host == "slow-1.test") |
    .first_us >= 150000 and .again_us >= 150000' "$OUT")" true "a slow answer, twice"
assert_eq "$(jq -c '.list | [.urls, .https, .invalid, .hosts]' "$OUT")" "[7,1,1,6]" "the list"

# When it holds for all, a run would fail.
run_haul 1 doctor http://missing-1.test/ http://missing-2.test/
says "all missing" 'FAIL +2 of 2 do not exist'
run_haul 1 doctor -q http://missing-1.test/
assert_eq "$(grep -cE '^  (ok|note)' "$OUT" || true)" 0 "lines about what is fine, with -q"
run_haul 0 doctor http://slow-1.test/ http://slow-2.test/
says "a slow resolver" 'note +2 of 2 hosts looked up.*median (1[5-9]|[2-9][0-9])[0-9] ms'
says "that remembers nothing" 'warn +asked again'

# A signal ends it at once, in the midst of a question.
RES_OPTIONS="timeout:30 attempts:1" start_haul doctor http://silent-again.test/
wait_until 10 grep -q silent-again "$QUESTIONS" || fail "nobody was asked"
stop_ms=$(now_ms)
kill -INT "$HAUL_PID"
wait_haul 130 5
assert_at_most $(($(now_ms) - stop_ms)) "$(scaled 500)" "time to stop in ms"

# A proxy looks names up itself; its password is nobody's business.
http_proxy=http://user:secret@127.0.0.1:$FAULT_PORT no_proxy=near-9.test \
    run_haul 0 doctor http://missing-9.test/ http://near-9.test/
says "a proxy that answers" 'ok +http: through .*127\.0\.0\.1:[0-9]+.*\(http_proxy\)'
says "what it looks up" '1 host is looked up by the proxy'
says "what is asked directly" 'no_proxy\): near-9\.test'
assert "the direct one was asked" grep -q near-9 "$QUESTIONS"
assert_not "the other was asked" grep -q missing-9 "$QUESTIONS"
assert_not "the password" grep -q secret "$OUT" "$ERR"
run_haul 1 doctor --proxy "http://user:secret@127.0.0.1:$REFUSED_PORT"
says "a proxy that refuses" 'FAIL +http and https: through .*\(--proxy\): Connection refused'
printf 'cacert = %s\n\nproxy = 127.0.0.1:%s\n' "$WORK/certs/ca-certificates.crt" "$REFUSED_PORT" \
    >"$WORK/haul.conf"
run_haul 1 doctor --config "$WORK/haul.conf"
says "the file of a proxy" 'http and https: through [^ ]+ \([^ ]*/haul\.conf:3\): .* -> correct [^ ]*/haul\.conf:3,'
says "the file of a certificate" 'ca-certificates\.crt \([^ ]*/haul\.conf:1\): 1 authority'
HAUL_PROXY=127.0.0.1:$REFUSED_PORT run_haul 1 doctor
says "the variable of a proxy" 'through [^ ]+ \(HAUL_PROXY\): .* -> correct HAUL_PROXY,'
assert_not "the password" grep -q secret "$OUT" "$ERR"
run_haul 1 doctor --proxy "127.0.0.1:$SILENT_PORT" --connect-timeout 200ms
says "a proxy that is silent" 'FAIL .*: no answer'
https_proxy=http://missing.test:3128 run_haul 0 doctor "$FAULT/ok/x"
says "one that no URL needs" 'warn +https: through .*no address'
HTTP_PROXY=http://x:1 run_haul 0 doctor
says "a variable in vain" 'note +HTTP_PROXY is set, but not read'
all_proxy='http://a:b@[' run_haul 1 doctor
says "a proxy that is none" 'FAIL .*no host:port'

# Descriptors, as the run itself will judge them.
(
    ulimit -n 64
    run_haul 0 doctor --json -j 200 --threads 2
    fitting=$(jq .machine.jobs_fitting "$OUT")
    assert_eq "$(jq -r '.findings[] | select(.check == "descriptors") | .level' "$OUT")" warning \
        "few descriptors"
    run_haul 0 -d "$DIR" -j 200 --threads 2 "$FAULT/ok/x"
    # One list or URL takes one descriptor.
    assert "the run agrees, $fitting: $(cat "$ERR")" \
        grep -qE "allows ($fitting|$((fitting - 1))) downloads at once, not 200" "$ERR"
    ulimit -n 22
    run_haul 1 doctor
    says "too few" 'FAIL +22 files and connections may be open: not enough'
)

# Certificate authorities: none, or old.
mount --bind "$WORK/no-certs" /etc/ssl/certs
run_haul 1 doctor https://near-1.test/
says "no certificates" 'FAIL .*ca-certificates.crt cannot be read'
says "what helps" 'apt install ca-certificates'
run_haul 0 doctor http://near-1.test/
says "no certificates, no https" 'warn .*ca-certificates.crt cannot be read'
echo "no certificate" >"$WORK/empty.pem"
run_haul 2 doctor --cacert "$WORK/empty.pem"
assert "a file without any is not refused" \
    grep -qE -e '--cacert: .*empty.pem holds no certificate' "$ERR"
umount /etc/ssl/certs
SSL_CERT_FILE=/dev/null run_haul 0 doctor
says "a variable in vain" 'note +SSL_CERT_FILE is set, but not read'

# Disk: little room, few inodes, read-only, no directory, used by another run.
mount -t tmpfs -o size=1m none "$WORK/small"
mount -t tmpfs -o size=8m,nr_inodes=40 none "$WORK/few"
mount -t tmpfs -o ro none "$WORK/read-only"
run_haul 1 doctor -d "$WORK/small/below"
says "a full disk" 'FAIL .*a run stops below 256\.0 MiB'
assert_not "made something" test -e "$WORK/small/below"
printf "$FAULT/ok/%d\n" {1..60} >"$WORK/sixty.txt"
run_haul 0 doctor --min-free 0 -d "$WORK/few" "$WORK/sixty.txt"
says "few inodes" 'warn +[0-9]+ more files .*fewer than the list has URLs'
touch "$WORK"/few/{1..30}
run_haul 1 doctor --min-free 0 -d "$WORK/few"
says "no inodes" 'FAIL .*more files'
run_haul 1 doctor --min-free 0 -d "$WORK/read-only/x"
says "read-only" 'FAIL .*mounted read-only'
run_haul 1 doctor -d "$WORK/key"
says "no directory" 'FAIL .*is no directory'
(
    flock 9
    run_haul 1 doctor -d "$DIR"
    says "another run" 'FAIL +another run is using'
    run_haul 0 doctor -d "$DIR" --lock-wait 5s
) 9<>"$DIR/.haul/lock"

# Lists that are none, and those that want to harm.
run_haul 5 doctor "$WORK/missing.txt"
run_haul 5 doctor - </dev/null
head -c 100000 /dev/urandom | tr -d '\n' | fold -w 100 >"$WORK/noise.txt"
run_haul 5 doctor "$WORK/noise.txt"
run_haul 1 doctor "file:///etc/passwd"
says "no line can be used" 'FAIL +no line can be used'
run_haul 0 doctor http://near-1.test/ -d "$(printf 'a\033[2Jb\r')"
assert_eq "$(LC_ALL=C grep -c $'[\033\r]' "$OUT" || true)" 0 "control bytes"

# Words that nobody got.
run_haul 2 doctor --runs 3
status=0
"$HAUL" doctor -d "$DIR" >/dev/full 2>"$ERR" || status=$?
assert_eq "$status" 4 "exit code with a full standard output"

umount "$WORK/small" "$WORK/few" "$WORK/read-only"

status=0
wait "$SILENT" || status=$?
assert_eq "$status" 1 "exit code when the name server is silent: $(cat "$WORK/silent.err")"
assert_at_most $(($(now_ms) - start_ms)) "$(scaled 12000)" "time of all in ms"
assert_eq "$(jq -c '[.names.lookups[] | [.host, .result]]' "$WORK/silent.json")" \
    '[["silent.test","silent"]]' "a silent name server"

# Polite: a few hosts of many, one at a time, never more than 20 lookups a second, each twice.
status=0
wait "$MANY" || status=$?
assert_eq "$status" 0 "exit code with many hosts: $(cat "$WORK/many.err")"
assert_eq "$(jq -c '.names | [.hosts, (.lookups | length)]' "$WORK/many.json")" "[60,20]" \
    "hosts that were asked"
awk '$2 == 1 && /example/ { print $1, $1, 0, $3 }' "$QUESTIONS" >"$WORK/asked"
assert_eq "$(awk '{ print $4 }' "$WORK/asked" | sort | uniq -c | awk '{ print $1 }' | sort |
    uniq -c | xargs)" "20 2" "names that were asked, and how often"
assert_at_most "$(max_in_a_second "$WORK/asked")" 20 "lookups within a second"
