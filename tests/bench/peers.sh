# shellcheck shell=bash disable=SC2034,SC2153
# The programs that are compared: how each is called, and one run of it. Sourced by run.

# These take minutes where others take seconds.
SLOW_PEERS="xargs-n1 python"
LIMIT=600

has() { # PEER
    case $1 in
    haul) [ -x "$HAUL" ] ;;
    bare) true ;;
    python) "$PYTHON" -c 'import requests' 2>/dev/null ;;
    xargs-*) command -v xargs >/dev/null && command -v curl >/dev/null ;;
    *) command -v "${1%%-*}" >/dev/null ;;
    esac
}

is_wanted() { # PEER
    [[ " $PEERS " == *" $1 "* ]] && has "$1"
}

peer_version() { # PEER
    case $1 in
    haul)
        # Between releases the commit of the sources says more than the number.
        "$HAUL" --version | sed -n '1s/^haul //p' | tr '\n' ' '
        git -C "$SRCDIR" log -1 --format='(commit %h)' -- src 2>/dev/null || true
        ;;
    bare) echo "libcurl $(curl-config --version | sed 's/^libcurl //'), 2 threads with a multi handle each" ;;
    aria2c*) aria2c --version | sed -n '1s/^aria2 version //p' ;;
    wget2*) wget2 --version | sed -n '1s/^GNU Wget2 \([^ ]*\).*/\1/p' ;;
    curl) curl -q --version | sed -n '1s/^curl \([^ ]*\).*/\1/p' ;;
    puf) dpkg-query -W -f '${Version}' puf 2>/dev/null || echo unknown ;;
    xargs-*) xargs --version | sed -n '1s/.*) //p' ;;
    python) "$PYTHON" -c 'import platform, requests
print(f"Python {platform.python_version()}, requests {requests.__version__}")' ;;
    wrk) { wrk -v || true; } | sed -n '1s/^wrk \([^ ]*\).*/\1/p' ;;
    nginx) nginx -v 2>&1 | sed 's/.*\///' ;;
    esac
}

# Sets COMMAND: the files of LIST into OUT, JOBS at once, by all of them from the first moment on:
# no peer begins with one request to a host as haul does by itself (--no-slow-start).
set_command() { # PEER LIST OUT
    local list=$2 out=$3 ca=${CA_FILE:-}
    case $1 in
    haul)
        COMMAND=("$HAUL" -q -d "$out" -j "$JOBS" --per-host "$JOBS" --no-slow-start --sync none
            --retries 0 ${ca:+--cacert "$ca"} "$list")
        ;;
    bare)
        COMMAND=(env ${ca:+BARE_LOOP_CA="$ca"} "$WORK/bare_loop" "$list" "$out" 2 $((JOBS / 2)))
        ;;
    curl)
        sed "s|.*/\(.*\)|url = &\noutput = $out/\1|" "$list" >"$WORK/curl.conf"
        COMMAND=(curl -q -sS -Z --parallel-max "$JOBS" ${ca:+--cacert "$ca"} -K "$WORK/curl.conf")
        ;;
    wget2 | wget2-chunks)
        COMMAND=(wget2 --no-config -q --progress=none --no-hsts --max-threads="$JOBS" --tries=1
            ${ca:+--ca-certificate="$ca"} -P "$out" -i "$list")
        if [ "$1" = wget2-chunks ]; then
            COMMAND+=(--chunk-size=$((LARGE_MIB / 8))M)
        fi
        ;;
    aria2c | aria2c-x8)
        local pieces=(-x1 -s1)
        if [ "$1" = aria2c-x8 ]; then
            pieces=(-x8 -s8 -k1M)
        fi
        COMMAND=(aria2c --no-conf -q -j "$JOBS" "${pieces[@]}" --file-allocation=none
            --summary-interval=0 --deferred-input=true ${ca:+--ca-certificate="$ca"} -d "$out"
            -i "$list") # deferred: else 12 KB of memory for each line
        ;;
    puf)
        COMMAND=(puf -ns -nd -lc "$JOBS" -P "$out" -i "$list")
        ;;
    xargs-n1)
        # shellcheck disable=SC2016
        COMMAND=(sh -c 'cd "$1" && xargs -P "$2" -n1 curl -q -sS -O ${4:+--cacert "$4"} <"$3"'
            sh "$out" "$JOBS" "$list" "$ca")
        ;;
    xargs-n50)
        # A curl for 50 files, which keeps its connection.
        # shellcheck disable=SC2016
        COMMAND=(sh -c 'cd "$1" && xargs -P "$2" -n50 curl -q -sS --remote-name-all ${4:+--cacert "$4"} <"$3"'
            sh "$out" "$JOBS" "$list" "$ca")
        ;;
    python)
        COMMAND=(env ${ca:+REQUESTS_CA_BUNDLE="$ca"} "$PYTHON" "$HERE/pool.py" "$list" "$out" "$JOBS")
        ;;
    esac
}

# One run of one program into $WORK/out, which is new. A line in RESULTS.
run_peer() { # PEER SECTION LIST
    local peer=$1 section=$2 out=$WORK/out expected found status=0
    rm -rf "$out"
    mkdir "$out"
    set_command "$peer" "$3" "$out"
    "$WORK/measure" "$RESULTS" "$section/$peer" timeout "$LIMIT" "${COMMAND[@]}" \
        >"$WORK/peer.log" 2>&1 || status=$?
    expected=$(wc -l <"$3")
    found=$(find "$out" -maxdepth 1 -type f -size +0 ! -name '*.aria2' -printf . | wc -c)
    note_files "$found" "$expected"
    if [ "$status" != 0 ] || [ "$found" != "$expected" ]; then
        echo "  $section: $peer ended with $status, $found of $expected files" >&2
        tail -3 "$WORK/peer.log" >&2
        if [ "$peer" = haul ]; then
            STATUS=1
        fi
    fi
    rm -rf "$out"
}

# wrk throws bodies away and runs for a time: converted to the time that the list would take.
run_wrk() { # SECTION LIST
    cat >"$WORK/cycle.lua" <<LUA
local paths = {}
for url in io.lines("$2") do
    paths[#paths + 1] = wrk.format("GET", url:gsub("^%a+://[^/]+", ""), {Host = "bench"})
end
local i = 0
function request()
    i = i % #paths + 1
    return paths[i]
end
LUA
    local rate count
    count=$(wc -l <"$2")
    rate=$(wrk -t2 -c"$JOBS" -d2s -s "$WORK/cycle.lua" "$(head -1 "$2")" |
        sed -n 's/^Requests\/sec: *//p')
    awk -v rate="$rate" -v count="$count" -v label="$1/wrk" \
        'BEGIN { printf "%s %d 0 0 0 %d %d\n", label, count / rate * 1e6, count, count }' >>"$RESULTS"
    note note "$1/wrk" "bodies thrown away; CPU and memory not measured"
}

leave_out() { # SECTION PEER REASON
    if [[ " $PEERS " == *" $2 "* ]]; then
        note left-out "$1/$2" "$3"
    fi
}

side_by_side() { # SECTION LIST PEER...
    local section=$1 list=$2 round peer peers=()
    shift 2
    for peer in "$@"; do
        if is_wanted "$peer"; then
            peers+=("$peer")
        else
            leave_out "$section" "$peer" "not installed"
        fi
    done
    for ((round = 1; round <= ROUNDS; round++)); do
        for peer in $(shuf -e "${peers[@]}"); do
            if [ "$round" -gt "$SLOW_ROUNDS" ] && [[ " $SLOW_PEERS " == *" $peer "* ]]; then
                continue
            fi
            echo "  $section, round $round: $peer" >&2
            if [ "$peer" = wrk ]; then
                run_wrk "$section" "$list"
            else
                run_peer "$peer" "$section" "$list"
            fi
        done
    done
}
