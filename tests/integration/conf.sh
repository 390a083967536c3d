#!/usr/bin/env bash
# What is in conf/ works as it is: the sample configuration, the systemd units, the crontab line.
. "$(dirname "${BASH_SOURCE[0]}")/../support/lib.sh"
start_fault_server
unset "${!HAUL_@}" 2>/dev/null || true
export HAUL_SYSTEM_CONFIG=
CONF=$SRCDIR/conf
printf '%s\n' "$FAULT/ok/1" "$FAULT/ok/2" >"$WORK/list.txt"

# The sample is what haul prints, says nothing by itself, and every line of it is true.
run_haul 0 --generate config
assert "conf/haul.conf is not what 'haul --generate config' prints" cmp "$CONF/haul.conf" "$OUT"
assert_eq "$(grep -cv '^\(#.*\)\?$' "$CONF/haul.conf" || true)" 0 "lines that are switched on"
sed -n 's/^#\([a-z[]\)/\1/p' "$CONF/haul.conf" >"$WORK/all.conf"
assert_at_least "$(wc -l <"$WORK/all.conf")" 50 "settings in conf/haul.conf"
run_haul 0 --show-config
grep -v ' # command line$' "$OUT" | sed 's/ *# .*//' >"$WORK/without"
run_haul 0 --config "$WORK/all.conf" --show-config
assert_eq "$(grep -c " # $WORK/all.conf:" "$OUT")" \
    "$(sed '/^\[profile/,$d' "$WORK/all.conf" | grep -vc '^\[')" \
    "settings with this origin"
sed '/^$/,$d; s/ *# .*//' "$OUT" | grep -v '^config =' >"$WORK/with"
assert "the sample's values are not the defaults" \
    diff <(grep -v '^config =' "$WORK/without") "$WORK/with"
run_haul 0 --config "$WORK/all.conf" --profile nightly --show-config
assert "the sample's profile is not used" grep -q "^quiet = yes .*all.conf:" "$OUT"
while IFS= read -r line; do
    echo "$line" >"$WORK/one.conf"
    run_haul 0 --config "$WORK/one.conf" --show-config
done <"$WORK/all.conf"

# Runs a command line of conf/ with this haul, list and directory; no time is waited away.
run_sample() { # COMMAND
    local command=$1
    assert "the sample does not start haul: $command" \
        grep -q '^/usr/local/bin/haul ' <<<"$command"
    command=${command#/usr/local/bin/haul }
    command=$(sed -E 's/--jitter [^ ]+/--jitter 1ms/' <<<"$command")
    eval "set -- $command"
    run_haul 0 "$@"
    assert_eq "$(wc -c <"$OUT") $(wc -c <"$ERR")" '0 0' "bytes on stdout and stderr"
    check_run
    assert_files 1 2
}

# The line of the crontab, in the home that cron would give it.
mapfile -t lines < <(grep -v -e '^#' -e '^[A-Z]*=' -e '^$' "$CONF/haul.cron")
assert_eq "${#lines[@]}" 1 "lines of the crontab"
assert "the line is no crontab line" \
    grep -qE '^[0-9]+( \*){4} /[^%]*$' <<<"${lines[0]}"
assert_eq "$(grep -oE -e '--lock-wait [^ ]+' <<<"${lines[0]}")" \
    "$(grep -oE -m1 -e '--lock-wait [^ ]+' "$SRCDIR/README.md")" "the wait for another run, as in README.md"
cp "$WORK/list.txt" "$HOME/urls.txt"
DIR=$HOME/downloads
run_sample "$(cut -d ' ' -f 6- <<<"${lines[0]}")"

# The service: its command, then its units as systemd sees them.
fresh_dir service
command=$(sed -n 's/^ExecStart=//p' "$CONF/haul.service")
state=$(sed -n 's/^StateDirectory=//p' "$CONF/haul.service")
assert "files go beside the directory that systemd makes" grep -qF " -d /var/lib/$state/" <<<"$command"
run_sample "$(sed -e "s|/var/lib/$state/[^ ]*|$DIR|" -e "s|/etc/[^ ]*|$WORK/list.txt|" <<<"$command")"
if ! command -v systemd-analyze >/dev/null; then
    echo "systemd-analyze is not installed: the units were not verified"
    exit 0
fi
mkdir "$WORK/units"
cp "$CONF/haul.service" "$CONF/haul.timer" "$WORK/units"
sed -i "s|^ExecStart=/usr/local/bin/haul|ExecStart=$HAUL|" "$WORK/units/haul.service"
assert "the units do not verify" timeout "$(scaled 30)" systemd-analyze verify --man=no \
    "$WORK/units/haul.service" "$WORK/units/haul.timer" >"$WORK/verified" 2>&1
# Warnings about units that are not ours come from the machine.
assert_eq "$(grep -E 'haul\.(service|timer)' "$WORK/verified" || true)" "" "what systemd-analyze says"
# Older ones cannot judge a file that is not installed.
if systemd-analyze --help 2>/dev/null | grep -q -- '--offline'; then
    assert "the service is open to more than it needs" timeout "$(scaled 30)" \
        systemd-analyze security --offline=true --threshold=20 --no-pager \
        "$WORK/units/haul.service" >"$WORK/security" 2>&1
fi
