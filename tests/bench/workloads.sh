# shellcheck shell=bash disable=SC2153
# What haul and its peers do side by side: servers, files, lists, and the budgets that compare.
# Sourced by run.

SITES=500
SMALL_BYTES=10240

start_servers() {
    local i listens='' tls="ssl_certificate $WORK/tls.pem; ssl_certificate_key $WORK/tls.key;"
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 \
        -subj /CN=localhost -addext subjectAltName=DNS:localhost \
        -keyout "$WORK/tls.key" -out "$WORK/tls.pem" 2>/dev/null
    TLS_PORT=$(free_port)
    HTTP2_PORT=$(free_port)
    TINY_PORT=$(free_port)
    SITES_PORT=$(free_port)
    SPLIT_PORT=$(free_port)
    for ((i = 0; i < SITES; i++)); do
        listens+="listen $(site_address "$i"):$SITES_PORT; "
    done
    # shellcheck disable=SC2034
    NGINX_HTTP="log_format protocol '\$server_protocol \$connection';
    server {
        listen 127.0.0.1:$TLS_PORT ssl;
        root $WORK/www;
        $tls
    }
    server {
        listen 127.0.0.1:$HTTP2_PORT ssl http2;
        root $WORK/www;
        $tls
        access_log $WORK/http2.log protocol;
    }
    server {
        listen 127.0.0.1:$TINY_PORT;
        location / { return 200 x; }
    }
    server {
        $listens
        root $WORK/www;
    }
    server {
        listen 127.0.0.1:$SPLIT_PORT;
        root $WORK/www;
        limit_rate $((LARGE_MIB / 4))m;
    }"
    NGINX_ACCESS=off start_nginx
}

site_address() { # NUMBER
    echo "127.0.$((1 + $1 / 250)).$((1 + $1 % 250))"
}

make_files() { # PREFIX COUNT BYTES
    [ ! -d "$WORK/www/$1" ] || return 0
    "$PYTHON" - "$WORK/www" "$@" <<'PYTHON'
import os, sys
folder, prefix, count, size = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
os.makedirs(f"{folder}/{prefix}")
block = os.urandom(min(size, 1 << 20))
for i in range(count):
    with open(f"{folder}/{prefix}/{i:05}.bin", "wb") as out:
        for _ in range(size // len(block)):
            out.write(block)
        out.write(block[:size % len(block)])
PYTHON
}

list_files() { # PREFIX BASE_URL
    find "$WORK/www/$1" -type f -printf "$2/$1/%f\n" | sort >"$WORK/$1.txt"
}

section_small() {
    note section small "$FILES files of 10 KB, 16 at once"
    make_files small "$FILES" "$SMALL_BYTES"
    list_files small "$SITE"
    JOBS=16 side_by_side small "$WORK/small.txt" \
        haul bare curl wget2 aria2c puf xargs-n50 xargs-n1 python wrk
    judge_small
}

judge_small() {
    local haul bare peer other
    judge_time small bare at-most 1.25
    for peer in curl "$(fastest small wget2 aria2c puf xargs-n50 xargs-n1 python)"; do
        if haul=$(median small/haul 1) && other=$(median "small/$peer" 1); then
            judge small "speed of haul, against $peer" "$(calculate %.2f "$other / $haul")" \
                at-least 1.5 times
        fi
    done
    if haul=$(median small/haul 2) && bare=$(median small/bare 2); then
        judge small "CPU of a file beyond the bare loop's" \
            "$(calculate %.1f "($haul - $bare) / $FILES")" at-most 20 us
    fi
    judge_memory small/haul 16 64 "$FILES"
}

section_images() {
    note section images "$((FILES / 10)) files of 200 KB, 16 at once"
    make_files images $((FILES / 10)) 204800
    list_files images "$SITE"
    JOBS=16 side_by_side images "$WORK/images.txt" \
        haul bare curl wget2 aria2c puf xargs-n50 xargs-n1 python wrk
    rm -rf "$WORK/www/images"
    judge_not_slower images curl wget2 aria2c puf
    judge_memory images/haul 16 64 $((FILES / 10))
}

section_large() {
    note section large "4 files of $LARGE_MIB MiB"
    make_files large 4 $((LARGE_MIB * 1024 * 1024))
    list_files large "$SITE"
    leave_out large xargs-n50 "would give all files to one curl"
    JOBS=16 side_by_side large "$WORK/large.txt" haul bare curl wget2 aria2c puf xargs-n1 python
    rm -rf "$WORK/www/large"
    judge_not_slower large curl wget2 aria2c puf
    judge_memory large/haul 4 64 4
}

section_tls() {
    note section tls "$((FILES / 4)) files of 10 KB over TLS, HTTP/1.1, 16 at once"
    make_files tls $((FILES / 4)) "$SMALL_BYTES"
    list_files tls "https://localhost:$TLS_PORT"
    leave_out tls puf "no TLS"
    JOBS=16 CA_FILE=$WORK/tls.pem side_by_side tls "$WORK/tls.txt" \
        haul bare curl wget2 aria2c xargs-n50 xargs-n1 python
    judge_not_slower tls curl wget2 aria2c puf
    judge_memory tls/haul 16 160 $((FILES / 4))
}

# The server's log tells which version each program spoke, and over how many connections.
section_http2() {
    local peer
    note section http2 "$((FILES / 4)) files of 10 KB over TLS, HTTP/2 offered, 16 at once"
    make_files tls $((FILES / 4)) "$SMALL_BYTES"
    list_files tls "https://localhost:$HTTP2_PORT"
    leave_out http2 puf "no TLS"
    for peer in haul bare curl wget2 aria2c xargs-n50 xargs-n1 python; do
        if is_wanted "$peer"; then
            head -500 "$WORK/tls.txt" >"$WORK/http2-first.txt"
            : >"$WORK/http2.log"
            JOBS=16 CA_FILE=$WORK/tls.pem run_peer "$peer" protocol "$WORK/http2-first.txt"
            note note "http2/$peer" "$(protocol_used)"
        fi
    done
    sed -i '/^protocol\//d' "$RESULTS"
    JOBS=16 CA_FILE=$WORK/tls.pem side_by_side http2 "$WORK/tls.txt" \
        haul bare curl wget2 aria2c xargs-n50 xargs-n1 python
    judge_memory http2/haul 16 160 $((FILES / 4))
}

protocol_used() {
    awk '{ versions[$1]; connections[$2]; n++ }
        END {
            for (version in versions)
                text = text (text == "" ? "" : " and ") version
            for (connection in connections)
                count++
            printf "%s, %d connections for %d files", text, count, n
        }' "$WORK/http2.log"
}

# 1,000 at once need 50 ms for each 1,000 files, and no less.
section_delay() {
    local i haul rounds=$(((FILES + 999) / 1000))
    note section delay "$FILES files of 1 KB, 50 ms away, 1,000 at once: ideal $(calculate %.2f "$rounds * 0.05") s"
    start_fault_server
    for ((i = 0; i < FILES; i++)); do
        echo "$FAULT/delay/50/file-$i"
    done >"$WORK/delay.txt"
    leave_out delay xargs-n50 "would need 1,000 processes"
    leave_out delay xargs-n1 "would need 1,000 processes"
    JOBS=1000 side_by_side delay "$WORK/delay.txt" haul bare curl wget2 aria2c puf python
    stop_child "$FAULT_PID"
    if haul=$(median delay/haul 1); then
        judge delay "time, against the ideal" "$(calculate %.2f "$haul / ($rounds * 50000)")" \
            at-most 1.35 times
    fi
    judge_memory delay/haul 1000 64 "$FILES"
}

# Addresses, each a host of its own, in turn: no host is asked twice in a row.
section_hosts500() {
    local i addresses=()
    note section hosts500 "$((FILES / 4)) files of 10 KB from $SITES hosts, 64 at once"
    make_files small "$FILES" "$SMALL_BYTES"
    for ((i = 0; i < SITES; i++)); do
        addresses+=("$(site_address "$i")")
    done
    for ((i = 0; i < FILES / 4; i++)); do
        printf 'http://%s:%d/small/%05d.bin\n' "${addresses[i % SITES]}" "$SITES_PORT" "$i"
    done >"$WORK/hosts500.txt"
    JOBS=64 side_by_side hosts500 "$WORK/hosts500.txt" \
        haul bare curl wget2 aria2c puf xargs-n50 xargs-n1 python
    judge_memory hosts500/haul 64 64 $((FILES / 4))
}

# nginx makes up these bodies: neither its files nor its log are what is measured. haul and the
# bare loop run to the end, the others as long as they may.
section_million() {
    note section million "a list of $MILLION lines, 1 byte each, 64 at once; others stopped after $MILLION_SECONDS s"
    awk -v count="$MILLION" -v port="$TINY_PORT" 'BEGIN {
        for (i = 0; i < count; i++)
            printf "http://127.0.0.1:%d/t/%08d.bin\n", port, i
    }' >"$WORK/million.txt"
    leave_out million xargs-n1 "a process for each line"
    leave_out million python "see its time for $FILES files"
    JOBS=64 ROUNDS=$MILLION_ROUNDS side_by_side million "$WORK/million.txt" haul bare
    JOBS=64 ROUNDS=$MILLION_ROUNDS LIMIT=$MILLION_SECONDS side_by_side million "$WORK/million.txt" \
        curl wget2 aria2c puf xargs-n50
    rm "$WORK/million.txt"
    judge_memory million/haul 64 64 "$MILLION"
}

# What haul does not do: to get one file in several pieces at once.
section_split() {
    note section split "one file of $LARGE_MIB MiB, a quarter of it per second and connection"
    make_files split 1 $((LARGE_MIB * 1024 * 1024))
    list_files split "http://127.0.0.1:$SPLIT_PORT"
    JOBS=16 side_by_side split "$WORK/split.txt" haul curl wget2 wget2-chunks aria2c aria2c-x8
    rm -rf "$WORK/www/split"
}

# The time until a first request comes, with a list far longer than what it needs for it; the
# others, which read all of it first, get a tenth.
section_first() {
    local round peer part=$((LINES / 10)) port list=$WORK/first.txt haul
    note section first "first request to a server, list of $part lines"
    note note first/haul-full "a list of $LINES lines"
    port=$(free_port)
    awk -v count="$LINES" -v port="$port" 'BEGIN {
        for (i = 0; i < count; i++)
            printf "http://127.0.0.1:%d/t/%08d.bin\n", port, i
    }' >"$list"
    head -n "$part" "$list" >"$list.part"
    for ((round = 1; round <= ROUNDS; round++)); do
        for peer in $(shuf -e haul-full haul curl wget2 aria2c puf); do
            if is_wanted "${peer%-full}"; then
                echo "  first, round $round: $peer" >&2
                rm -rf "$WORK/out"
                mkdir "$WORK/out"
                if [ "$peer" = haul-full ]; then
                    JOBS=16 set_command haul "$list" "$WORK/out"
                else
                    JOBS=16 set_command "$peer" "$list.part" "$WORK/out"
                fi
                "$PYTHON" "$HERE/first_request.py" "$RESULTS" "first/$peer" "$port" 60 "${COMMAND[@]}"
            fi
        done
    done
    rm -rf "$list" "$list.part" "$WORK/out" "$WORK/curl.conf"
    if haul=$(median first/haul-full 1); then
        judge first "first request, list of $LINES lines" "$(calculate %.1f "$haul / 1000")" \
            at-most 100 ms
    fi
}

# What a start costs: 50 in a row are one run.
section_start() {
    local round program out=$WORK/out url
    note section start "50 starts in a row"
    echo small >"$WORK/www/one.txt"
    url=$SITE/one.txt
    declare -A commands=(
        [version-haul]="$HAUL --version"
        [version-curl]="curl -q --version"
        [one-file-haul]="$HAUL -q -d $out/\$i $url"
        [one-file-nosync]="$HAUL -q --sync none -d $out/\$i $url"
        [one-file-curl]="curl -q -s -o $out/\$i $url"
    )
    for ((round = 1; round <= ROUNDS; round++)); do
        for program in $(shuf -e "${!commands[@]}"); do
            rm -rf "$out"
            mkdir "$out"
            "$WORK/measure" "$RESULTS" "start/$program" sh -c \
                "for i in \$(seq 50); do ${commands[$program]} || exit 1; done" >"$WORK/peer.log"
        done
    done
    judge_start "haul --version" version-haul version-curl
    judge_start "one small file" one-file-haul one-file-curl
}

judge_start() { # WHAT OURS THEIRS
    local ours theirs
    if ours=$(median "start/$2" 1) && theirs=$(median "start/$3" 1); then
        judge start "$1, against curl (3 % are a tie)" "$(calculate %.2f "$ours / $theirs")" \
            at-most 1.03 times
    fi
}
