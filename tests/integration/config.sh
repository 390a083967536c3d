#!/usr/bin/env bash
# Configuration: who wins, what is refused and where, and that --show-config tells the truth.
. "$(dirname "${BASH_SOURCE[0]}")/../support/lib.sh"
start_fault_server
unset "${!HAUL_@}" 2>/dev/null || true
export HAUL_SYSTEM_CONFIG=$WORK/system.conf
USER_CONFIG=$HOME/.config/haul/haul.conf
mkdir -p "$(dirname "$USER_CONFIG")"
echo "$FAULT/ok/1" >"$WORK/list.txt"

shown() { # NAME: "value # origin" of the last --show-config
    sed -n "s/^$1 = *//p" "$OUT" | sed 's/ \{2,\}# / # /'
}

assert_says() { # WORDS: on stderr
    if ! grep -qF -- "$1" "$ERR"; then
        fail "stderr does not say '$1'"
        sed 's/^/    /' "$ERR" >&2
    fi
}

# Each source beats the ones before it.
run_haul 0 --show-config
assert_eq "$(shown retries)" '3 # default' retries
printf 'retries = 1\nredirects = 1\n[profile p]\nretries = 4\n' >"$WORK/system.conf"
run_haul 0 --show-config
assert_eq "$(shown retries)" "1 # $WORK/system.conf:1" retries
printf '# mine\n\nretries = 2\n' >"$USER_CONFIG"
run_haul 0 --show-config
assert_eq "$(shown retries)" "2 # $USER_CONFIG:3" retries
assert_eq "$(shown redirects)" "1 # $WORK/system.conf:2" redirects
printf '\xef\xbb\xbfretries = 5\r\n[profile q]\r\nretries = 6\r\n' >"$WORK/named.conf"
run_haul 0 --config "$WORK/named.conf" --show-config
assert_eq "$(shown retries)" "5 # $WORK/named.conf:1" retries
HAUL_CONFIG=$WORK/named.conf run_haul 0 --show-config
assert_eq "$(shown retries)" "5 # $WORK/named.conf:1" retries
run_haul 0 --config "$WORK/named.conf" --profile p --show-config
assert_eq "$(shown retries)" "4 # $WORK/system.conf:4" retries
run_haul 0 --config "$WORK/named.conf" --profile q --show-config
assert_eq "$(shown retries)" "6 # $WORK/named.conf:3" retries
HAUL_RETRIES=7 run_haul 0 --config "$WORK/named.conf" --profile q --show-config
assert_eq "$(shown retries)" '7 # environment HAUL_RETRIES' retries
HAUL_RETRIES=7 HAUL_PROFILE=p run_haul 0 --retries 8 --show-config
assert_eq "$(shown retries)" '8 # command line' retries
HAUL_MTIME=no run_haul 0 --show-config
assert_eq "$(shown mtime)" 'no # environment HAUL_MTIME' mtime
XDG_CONFIG_HOME=$WORK/nowhere run_haul 0 --show-config
assert_eq "$(shown retries)" "1 # $WORK/system.conf:1" retries
rm "$WORK/system.conf" "$USER_CONFIG"

# A file in the current directory is never read by itself, and --config takes a pipe.
echo 'retries = 9' >"$OUTER/cwd/haul.conf"
run_haul 0 --show-config
assert_eq "$(shown retries)" '3 # default' retries
rm "$OUTER/cwd/haul.conf"
echo 'retries = 9' | run_haul 0 --config /dev/stdin --show-config
assert_eq "$(shown retries)" '9 # /dev/stdin:1' retries

# What is set is what happens.
fresh_dir obeyed
printf 'dir = %s\nheader = X-Own: from-file\n' "$DIR" >"$USER_CONFIG"
run_haul 0 "$WORK/list.txt"
check_run
assert_files 1
assert_eq "$(report '.settings.header')" 'X-Own: ***' "headers in the report"
rm "$USER_CONFIG"

# Mistakes: file and line, exit 2, nothing done.
refused() { # WORDS CONTENT
    fresh_dir refused
    printf '%b' "$2" >"$USER_CONFIG"
    run_haul 2 -d "$DIR" "$WORK/list.txt"
    assert_says "$1"
    assert_not "a refused run made its directory" test -e "$DIR"
    rm "$USER_CONFIG"
}
refused "$USER_CONFIG:2: unknown option 'per-hots', did you mean 'per-host'?" '\nper-hots = 4\n'
refused "$USER_CONFIG:1: jobs: 0 is not between 1 and 65535" 'jobs = 0\n'
refused "$USER_CONFIG:1: expect: 'picture' is no type" 'expect = picture\n'
refused "$USER_CONFIG:2: name: {nome} is none of" '\nname = {nome}\n'
refused "$USER_CONFIG:2: unknown option 'jbos', did you mean 'jobs'?" '[profile other]\njbos = 4\n'
refused "$USER_CONFIG:2: per-host: 0 is not between" '[host example.org]\nper-host = 0\n'
refused "$USER_CONFIG:1: json: 'perhaps' is neither yes nor no" 'json = perhaps\n'
refused "$USER_CONFIG:1: 'dry-run' is for the command line alone" 'dry-run = yes\n'
refused "$USER_CONFIG:3: neither 'name = value' nor a [section]" '#\n\nhunter2\n'
refused "$USER_CONFIG:1: a NUL byte" '# a\0b\n'
refused "$USER_CONFIG:2: 'jobs' cannot be set for a host" '[host example.org]\njobs = 1\n'
refused "$USER_CONFIG:1: [hosts a]: sections are" '[hosts a]\n'
assert_not "a line that may be a password is shown" grep -q hunter2 "$ERR"
head -c 2000000 /dev/zero | tr '\0' '#' >"$USER_CONFIG"
run_haul 2 "$WORK/list.txt"
assert_says 'is larger than 1048576 bytes'
echo 'jobs = 4' >"$USER_CONFIG"
chmod 666 "$USER_CONFIG"
run_haul 2 "$WORK/list.txt"
assert_says "$USER_CONFIG is refused: everybody may write to it"
rm "$USER_CONFIG"
mkfifo "$USER_CONFIG"
run_haul 2 "$WORK/list.txt"
assert_says 'is not a regular file'
rm "$USER_CONFIG"
run_haul 2 --config "$WORK/missing.conf" "$WORK/list.txt"
assert_says "cannot read $WORK/missing.conf: No such file or directory"
run_haul 2 --profile nightly "$WORK/list.txt"
assert_says 'there is no [profile nightly]'
printf '[profile nightly]\n\nretry-wait = soon\n' >"$WORK/named.conf"
run_haul 2 --config "$WORK/named.conf" --profile nightly "$WORK/list.txt"
assert_says "$WORK/named.conf:3: retry-wait: 'soon' is not a time"
HAUL_NAME={nome} run_haul 2 "$WORK/list.txt"
assert_says "HAUL_NAME: {nome} is none of"
HAUL_JOBS=many run_haul 2 "$WORK/list.txt"
assert_says "HAUL_JOBS: 'many' is not a number"
HAUL_PER_HOTS=4 run_haul 0 --show-config
assert_says 'HAUL_PER_HOTS is no option, did you mean HAUL_PER_HOST?'

# A broken file keeps nobody from help, nor from a fresh file.
echo 'broken' >"$USER_CONFIG"
run_haul 0 --help
run_haul 0 --version
run_haul 0 --generate config
run_haul 2 "$WORK/list.txt"
run_haul 2 check "$WORK/list.txt"

# Secrets: none in --show-config, whatever it shows.
cat >"$USER_CONFIG" <<'EOF'
header = Authorization: Bearer hunter2
proxy = http://user:hunter2@127.0.0.1:9
ping = http://127.0.0.1:9/hunter2
referer = http://127.0.0.1/?token=hunter2
exec = /bin/true --password hunter2 {}
dir = red\033[31m
[host *.example.org]
per-host = 2
header = Cookie: hunter2
EOF
sed -i 's/\\033/\x1b/' "$USER_CONFIG"
run_haul 0 --show-config
assert_not "a secret is shown" grep -q hunter2 "$OUT" "$ERR"
assert_not "a control byte is shown" grep -q $'\033' "$OUT" "$ERR"
assert_eq "$(grep -A3 '^\[host' "$OUT" | tr -s ' ')" "[host *.example.org]
per-host = 2 # $USER_CONFIG:8
header = Cookie # $USER_CONFIG:9" hosts
assert_eq "$(shown header)" "Authorization # $USER_CONFIG:1
Cookie # $USER_CONFIG:9" headers
rm "$USER_CONFIG"

# A full or closed standard output is a failure here, too.
status=0
"$HAUL" --show-config >/dev/full 2>"$ERR" || status=$?
assert_eq "$status" 4 "exit with a full standard output"
status=0
"$HAUL" --generate config >&- 2>"$ERR" || status=$?
assert_eq "$status" 4 "exit without standard output"
