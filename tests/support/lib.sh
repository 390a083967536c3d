# shellcheck shell=bash
# What every integration test stands on: a private directory, servers of its own, and checks of
# what a run left behind. Sourced first by each script:
#
#   . "$(dirname "${BASH_SOURCE[0]}")/../support/lib.sh"
#
# Environment: HAUL (the program), SRCDIR, BUILDDIR (where tests/support/fault_server is built),
# KEEP=1 leaves the private directory, SLOW=N multiplies every time limit (5 for sanitizer builds).
#
# A failed check is noted and the script goes on, so that one run shows all that is wrong; a
# command that fails without being expected to ends the script. Exit: 0 passed, 1 failed,
# 77 skipped, with the reason.
set -euo pipefail
exec </dev/null
export LC_ALL=C
unset http_proxy https_proxy all_proxy no_proxy HTTP_PROXY HTTPS_PROXY ALL_PROXY NO_PROXY
unset XDG_CONFIG_HOME XDG_STATE_HOME "${!HAUL_@}"
export HAUL_SYSTEM_CONFIG= # no file of this machine has a say

SUPPORT=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
SRCDIR=$(cd "${SRCDIR:-$SUPPORT/../..}" && pwd)
BUILDDIR=${BUILDDIR:-$SRCDIR/build}
HAUL=${HAUL:-$BUILDDIR/haul}
TEST=$(basename "$0" .sh)

# More tests run at once than there are CPUs. Those that compare times with narrow limits go first
# there; all others step back for them.
case $TEST in
bench | concurrency | cron | demo | exit_codes | hosts | limit_rate | live | rates | retries | \
    retry_after | signals | timeouts) ;;
*) [ "$(nice)" -ge 5 ] || renice -n 5 -p $$ >/dev/null ;;
esac

skip() {
    echo "SKIP $TEST: $*"
    exit 77
}

if ! [ -x "$HAUL" ]; then
    echo "$TEST: no program at $HAUL" >&2
    exit 1
fi
for tool in jq python3 nginx timeout; do
    command -v "$tool" >/dev/null || PATH=$PATH:/usr/sbin:/sbin command -v "$tool" >/dev/null ||
        skip "$tool is not installed"
done
PATH=$PATH:/usr/sbin:/sbin

# The distribution's Python is the one that has the distribution's jsonschema.
PYTHON=python3
if /usr/bin/python3 -c 'import jsonschema' 2>/dev/null; then
    PYTHON=/usr/bin/python3
fi

is_sanitized() {
    grep -qaE '__(asan|tsan)_init' "$HAUL"
}
if [ -z "${SLOW:-}" ]; then
    SLOW=1
    if is_sanitized; then
        SLOW=5
    fi
fi

# Everything below OUTER but the output directory of the moment must be as it was after each run.
WORK=$(mktemp -d)
chmod 755 "$WORK"
OUTER=$WORK/outer
mkdir -p "$OUTER/cwd" "$OUTER/home" "$OUTER/tmp" "$OUTER/sentinel/below" "$WORK/www"
echo 'must not change' >"$OUTER/sentinel/victim"
echo 'must not change either' >"$OUTER/sentinel/below/victim"
export HOME=$OUTER/home TMPDIR=$OUTER/tmp
DIR=$OUTER/out
OUT=$WORK/stdout
ERR=$WORK/stderr
FAILURES=$WORK/failures
CHILDREN=()
: >"$FAILURES"

# shellcheck source-path=SCRIPTDIR
. "$SUPPORT/servers.sh"

finish() {
    local status=$?
    trap - EXIT
    set +e
    local pid children=()
    for pid in "${CHILDREN[@]}"; do
        is_child "$pid" && kill -TERM "$pid" && children+=("$pid")
    done 2>/dev/null
    for pid in "${children[@]}"; do
        wait_until 3 is_gone "$pid" || kill -KILL "$pid" 2>/dev/null
        wait "$pid" 2>/dev/null
    done
    if [ -s "$FAILURES" ]; then
        echo "FAIL $TEST: $(wc -l <"$FAILURES") checks failed:"
        cat "$FAILURES"
        [ "$status" = 77 ] || status=1
    fi
    [ "$status" = 0 ] && echo "PASS $TEST ($SECONDS s)"
    if [ -n "${KEEP:-}" ]; then
        echo "kept: $WORK"
    else
        rm -rf "$WORK"
    fi
    exit "$status"
}
trap finish EXIT
trap 'echo "$TEST: line $LINENO ended with $?: $BASH_COMMAND" >&2' ERR

# --- checks ------------------------------------------------------------------------------------

fail() {
    local frame=1
    while [[ ${BASH_SOURCE[$frame]:-} == */support/* ]]; do
        frame=$((frame + 1))
    done
    echo "  $TEST:${BASH_LINENO[$((frame - 1))]:-?}: $*" | tee -a "$FAILURES" >&2
}

assert_eq() { # ACTUAL EXPECTED WHAT
    if [ "$1" != "$2" ]; then
        fail "${3:-value} is '$1', not '$2'"
    fi
}

assert() { # WHAT COMMAND...: the command succeeds
    local what=$1
    shift
    if ! "$@"; then
        fail "$what"
    fi
}

assert_not() { # WHAT COMMAND...: the command fails
    local what=$1
    shift
    if "$@"; then
        fail "$what"
    fi
}

assert_at_most() { # ACTUAL LIMIT WHAT
    if ! [ "$1" -le "$2" ]; then
        fail "$3 is $1, above $2"
    fi
}

assert_at_least() { # ACTUAL LIMIT WHAT
    if ! [ "$1" -ge "$2" ]; then
        fail "$3 is $1, below $2"
    fi
}

# --- time --------------------------------------------------------------------------------------

scaled() { # NUMBER: times SLOW
    echo $(($1 * SLOW))
}

now_ms() {
    local us=${EPOCHREALTIME/./}
    echo $((us / 1000))
}

wait_until() { # SECONDS COMMAND...: until the command succeeds; false when time is up
    local end=$((${EPOCHREALTIME/./} + $1 * SLOW * 1000000))
    shift
    until "$@"; do
        if [ "${EPOCHREALTIME/./}" -gt "$end" ]; then
            return 1
        fi
        sleep 0.02
    done
}

is_gone() { # PID
    local line
    { read -r line <"/proc/$1/stat"; } 2>/dev/null || return 0
    line=${line##*) }
    [ "${line%% *}" = Z ]
}

# Of one that has ended and was waited for, the number may be somebody else's by now.
is_child() { # PID
    local line
    { read -r line <"/proc/$1/stat"; } 2>/dev/null || return 1
    line=${line##*) ? }
    [ "${line%% *}" = $$ ]
}

# --- running -----------------------------------------------------------------------------------

fresh_dir() { # NAME: the output directory of the next runs, not there yet
    DIR=$OUTER/$1
}

outside_listing() {
    (cd "$OUTER" && find . -mindepth 1 -path "./${DIR#"$OUTER"/}" -prune -o \
        -type f -printf '%P %y %m %s %T@ %l\n' -o -printf '%P %y %m %l\n' | sort)
}

note_outside() { # before a run that run_haul and start_haul do not start
    outside_listing >"$WORK/outside.before"
}

# Runs haul in an empty directory, with the time limit LIMIT (60) seconds. Input may be piped in.
run_haul() { # EXPECTED_EXIT ARGUMENT...
    local expected=$1 actual=0
    shift
    note_outside
    (cd "$OUTER/cwd" && exec timeout -k 5 "$(scaled "${LIMIT:-60}")" "$HAUL" "$@") \
        >"$OUT" 2>"$ERR" || actual=$?
    if [ "$actual" != "$expected" ]; then
        fail "exit $actual, not $expected: haul $(printf '%.200s' "$*")"
        head -c 1500 "$OUT" | sed 's/^/    stdout: /' >&2
        head -c 3000 "$ERR" | sed 's/^/    stderr: /' >&2
    fi
}

# Starts haul in the background: HAUL_PID. A shell without job control ignores SIGINT in
# background commands, and this must not reach haul.
start_haul() { # ARGUMENT...
    note_outside
    (cd "$OUTER/cwd" && exec env --default-signal=INT "$HAUL" "$@") >"$OUT" 2>"$ERR" &
    HAUL_PID=$!
    CHILDREN+=("$HAUL_PID")
}

wait_haul() { # EXPECTED_EXIT SECONDS
    local actual=0 ended=yes
    { # quietly: the shell would tell of a command that was killed
        wait_until "$2" is_gone "$HAUL_PID" || ended=no
        [ $ended = yes ] || kill -KILL "$HAUL_PID" || true
        wait "$HAUL_PID" || actual=$?
    } 2>/dev/null
    forget_child "$HAUL_PID"
    if [ $ended = no ]; then
        fail "haul still runs after $(scaled "$2") s"
    fi
    if [ "$1" != any ] && [ "$actual" != "$1" ]; then
        fail "exit $actual, not $1"
        head -c 3000 "$ERR" | sed 's/^/    stderr: /' >&2
    fi
}

forget_child() { # PID
    local pid left=()
    for pid in "${CHILDREN[@]}"; do
        if [ "$pid" != "$1" ]; then
            left+=("$pid")
        fi
    done
    CHILDREN=("${left[@]}")
}

# Runs a command and writes its highest resident memory in KiB to FILE.
measured() { # FILE COMMAND...
    "$PYTHON" -c '
import resource, subprocess, sys
code = subprocess.call(sys.argv[2:])
with open(sys.argv[1], "w") as out:
    print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss, file=out)
sys.exit(code if code >= 0 else 128 - code)' "$@"
}

# --- records, reports, files -------------------------------------------------------------------

records() { # the records of the last run
    cat "$DIR/.haul/last/results.jsonl"
}

records_of_host() { # HOST[:PORT]: the records of the last run whose listed URL is there
    records | jq -c --arg host "$1" \
        'select((.url | capture("^[a-z]+://(?<at>[^/]*)").at) as $at |
            $at == $host or ($at | startswith($host + ":")))'
}

record() { # URL_SUBSTRING
    records | jq -c --arg part "$1" 'select(.url | contains($part))'
}

report() { # JQ_FILTER
    jq -r "$1" "$DIR/.haul/last/report.json"
}

assert_record() { # URL_SUBSTRING JQ_FILTER EXPECTED
    local found actual
    # In one call: jq takes longer to start than for the records of a test.
    found=$(records | jq -nr --arg part "$1" "[inputs | select(.url | contains(\$part))] |
        length, (if length == 1 then .[0] | $2 else empty end)")
    case ${found%%$'\n'*} in
    0) fail "no record of $1" ;;
    1)
        actual=${found:2}
        if [ "$actual" != "$3" ]; then
            fail "$1: $2 is '$actual', not '$3'"
            echo "    $(record "$1")" >&2
        fi
        ;;
    *) fail "more than one record of $1" ;;
    esac
}

# CLASS is a failure class, or a status for a record without one.
assert_class() { # URL_SUBSTRING CLASS
    assert_record "$1" '.class // .status' "$2"
}

assert_counts() { # JQ_OBJECT, such as '{downloaded: 3, failed: 1}'; what is not named is 0
    local counts
    counts=$(jq -Sc "(.counts | del(.total)), ($1) | with_entries(select(.value != 0))" \
        "$DIR/.haul/last/report.json")
    assert_eq "${counts%%$'\n'*}" "${counts#*$'\n'}" counts
}

visible_files() { # DIR: names of all but haul's own files, sorted
    (cd "$1" && find . -mindepth 1 -name .haul -prune -o -printf '%P\n' | sort)
}

assert_files() { # NAME...: exactly these are in DIR, beside .haul
    if ! diff <(if [ $# -gt 0 ]; then printf '%s\n' "$@" | sort; fi) <(visible_files "$DIR") \
        >"$WORK/difference"; then
        fail "the files are not those expected (< expected, > found)"
        sed 's/^/    /' "$WORK/difference" >&2
    fi
}

assert_tree_equal() { # DIR1 DIR2
    if ! diff -r --exclude=.haul "$1" "$2" >"$WORK/difference" 2>&1; then
        fail "$1 and $2 differ"
        head -20 "$WORK/difference" | sed 's/^/    /' >&2
    fi
}

validate() { # SCHEMA FILE
    if ! timeout "$(scaled 30)" "$PYTHON" "$SUPPORT/validate.py" "$SRCDIR/doc/$1" "$2" \
        >"$WORK/violations" 2>&1; then
        fail "$(basename "$2") violates $1"
        head -20 "$WORK/violations" | sed 's/^/    /' >&2
    fi
}

check_outside() {
    if ! diff "$WORK/outside.before" <(outside_listing) >"$WORK/difference"; then
        fail "something outside the output directory changed"
        sed 's/^/    /' "$WORK/difference" >&2
    fi
}

# What must hold after every run, whatever happened in it.
check_run() {
    local last=$DIR/.haul/last
    if ! [ -f "$last/results.jsonl" ] || ! [ -f "$last/report.json" ]; then
        fail "the run left no records or no report"
        return
    fi
    if ! timeout "$(scaled 60)" "$PYTHON" "$SUPPORT/run_check.py" "$SRCDIR/doc" "$DIR" \
        >"$WORK/violations" 2>&1; then
        fail "records, report and files of the run contradict each other"
        head -20 "$WORK/violations" | sed 's/^/    /' >&2
    fi
    check_outside
}
