#!/usr/bin/env bash
# Every command of README.md and doc/guide.md works, and prints what is shown there. Run beside the
# practice server that they speak of, on port 8080 of a network of its own.
. "$(dirname "${BASH_SOURCE[0]}")/../support/lib.sh"

if [ -z "${PRIVATE_NETWORK:-}" ]; then
    private=(unshare -n)
    if [ "$(id -u)" != 0 ]; then
        private=(unshare -rn)
    fi
    "${private[@]}" ip link set lo up 2>/dev/null || skip "a network of its own cannot be had here"
    PRIVATE_NETWORK=1 "${private[@]}" bash "$0" || exit $?
    exit
fi

ip link set lo up
export SLOW

# Those that CI runs as they are, and the demo, which tests/integration/demo.sh compares.
run_document() { # FILE [EXEMPT_COMMAND]...
    local file=$1 exempt=() server place
    shift
    while [ $# -gt 0 ]; do
        exempt+=(--exempt "$1")
        shift
    done
    place=$(mktemp -d "$WORK/place.XXXX")
    ln -s "$HAUL" "$place/haul"
    ln -s "$SRCDIR/urls" "$place/urls"
    # A new one for each: it remembers which URLs are to come "later".
    "$HAUL" demo --serve --port 8080 >"$WORK/server" 2>&1 &
    server=$!
    CHILDREN+=("$server")
    wait_until 10 can_connect 8080 || fail "the practice server does not start"
    if ! (cd "$place" && "$PYTHON" "$SUPPORT/readme.py" run "$SRCDIR/$file" "${exempt[@]}") \
        >"$WORK/wrong" 2>&1; then
        fail "$file (< shown, > printed):"
        cat "$WORK/wrong" >&2
    fi
    stop_child "$server"
}

run_document README.md './bootstrap demo' './bootstrap check' './haul demo -d .'
run_document doc/guide.md

# Options that the text speaks of are there.
"$HAUL" --help all >"$WORK/help"
for file in README.md doc/guide.md; do
    # In code of their own: where another program's are meant, it is named before them.
    grep -oE '`--[a-z][a-z-]*' "$SRCDIR/$file" | tr -d '`' | sort -u | while read -r option; do
        case $option in
        --help | --version | --prefix) continue ;; # the last one is of configure
        esac
        grep -qE -- "--(\\[no-\\])?${option#--}\\b" "$WORK/help" ||
            grep -qE -- "--\\[no-\\]${option#--no-}\\b" "$WORK/help" || echo "$file: $option"
    done
done >"$WORK/unknown"
assert_eq "$(cat "$WORK/unknown")" "" "options that are not there"
