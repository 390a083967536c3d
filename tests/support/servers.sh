# shellcheck shell=bash disable=SC2034
# The servers that integration tests talk to, and what their logs prove. Sourced by lib.sh.

# Below the range that the kernel takes for outgoing connections.
free_port() {
    local port
    while :; do
        port=$((10000 + (RANDOM * 32768 + RANDOM) % 20000))
        if ! (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then
            echo "$port"
            return
        fi
    done
}

can_connect() { # PORT [ADDRESS]
    (exec 3<>"/dev/tcp/${2:-127.0.0.1}/$1") 2>/dev/null
}

NGINX_MAIN=
NGINX_OTHER=
NGINX_HTTP=
ADDRESS=127.0.0.1

# nginx serves $WORK/www at $SITE; $OTHER is a second origin of the same files. NGINX_MAIN and
# NGINX_OTHER may hold more directives for the two (@OTHER@ and @SITE@ there are their ports),
# NGINX_HTTP more servers; ADDRESS an address other than 127.0.0.1 for the first. A line of JSON per request goes to $NGINX_LOG.
start_nginx() {
    local home=$WORK/nginx attempt module
    NGINX_LOG=$WORK/nginx.log
    mkdir -p "$home"
    for attempt in 1 2 3 4 5; do
        NGINX_PORT=$(free_port)
        OTHER_PORT=$(free_port)
        {
            if [ "$(id -u)" = 0 ]; then
                echo "user root;" # its workers must reach a directory below TMPDIR
            fi
            if grep -qs deny /proc/self/setgroups; then
                echo "master_process off;" # workers cannot change user in a user namespace
            fi
            cat <<CONF
daemon off;
worker_processes 2;
pid $home/pid;
error_log $home/error.log;
events { worker_connections 4096; }
http {
    log_format tests escape=json '{"end":\$msec,"took":\$request_time,"status":\$status,'
        '"method":"\$request_method","uri":"\$request_uri","connection":\$connection,'
        '"host":"\$http_host","authorization":"\$http_authorization","x_test":"\$http_x_test",'
        '"cookie":"\$http_cookie","agent":"\$http_user_agent","referer":"\$http_referer"}';
    access_log ${NGINX_ACCESS:-$NGINX_LOG tests};
    default_type application/octet-stream;
    types { text/html html; image/png png; image/jpeg jpg; text/plain txt; }
    keepalive_requests 10000000;
    tcp_nodelay on;
    absolute_redirect off;
    client_body_temp_path $home/body;
    proxy_temp_path $home/proxy;
    large_client_header_buffers 8 128k;
CONF
            for module in fastcgi uwsgi scgi; do
                if ! nginx -V 2>&1 | grep -q "without-http_${module}_module"; then
                    echo "    ${module}_temp_path $home/$module;"
                fi
            done
            cat <<CONF
    server {
        listen $ADDRESS:$NGINX_PORT;
        root $WORK/www;
        ${NGINX_MAIN//@OTHER@/$OTHER_PORT}
    }
    server {
        listen 127.0.0.1:$OTHER_PORT;
        root $WORK/www;
        ${NGINX_OTHER//@SITE@/$NGINX_PORT}
    }
    $NGINX_HTTP
}
CONF
        } >"$home/nginx.conf"
        : >"$NGINX_LOG"
        nginx -p "$home" -c "$home/nginx.conf" 2>"$home/start.log" &
        NGINX_PID=$!
        CHILDREN+=("$NGINX_PID")
        # The pid file is written after the ports are bound.
        wait_until 10 eval "[ -s $home/pid ] || is_gone $NGINX_PID"
        if ! is_gone "$NGINX_PID" && wait_until 5 can_connect "$NGINX_PORT" "$ADDRESS"; then
            SITE=http://$ADDRESS:$NGINX_PORT
            OTHER=http://127.0.0.1:$OTHER_PORT
            return
        fi
        forget_child "$NGINX_PID"
    done
    cat "$home/start.log" "$home/error.log" >&2
    echo "$TEST: nginx does not start" >&2
    exit 1
}

# The newest fault server: FAULT (its URL), FAULT_PORT, FAULT_PID, FAULT_LOG. With --address 0.0.0.0
# it is asked at every address 127.*, each a host of its own: host_url.
start_fault_server() { # [--address A] [--tls CERT KEY]
    local program=$BUILDDIR/tests/support/fault_server home
    home=$(mktemp -d "$WORK/fault.XXXX")
    if ! [ -x "$program" ]; then
        echo "$TEST: no program at $program" >&2
        exit 1
    fi
    FAULT_LOG=$home/log
    : >"$FAULT_LOG"
    "$program" "$@" --port-file "$home/port" --log "$FAULT_LOG" 2>"$home/stderr" &
    FAULT_PID=$!
    CHILDREN+=("$FAULT_PID")
    if ! wait_until 10 test -s "$home/port"; then
        cat "$home/stderr" >&2
        echo "$TEST: the fault server does not start" >&2
        exit 1
    fi
    FAULT_PORT=$(cat "$home/port")
    FAULT=http://127.0.0.1:$FAULT_PORT
    if [[ " $* " == *" --tls "* ]]; then
        FAULT=https://127.0.0.1:$FAULT_PORT
    fi
}

host_url() { # NUMBER: the fault server as the host 127.0.NUMBER/256.NUMBER%256
    echo "http://127.0.$(($1 / 256)).$(($1 % 256)):$FAULT_PORT"
}

# Two ports, at every address 127.*, that lead nowhere: connections to REFUSED_PORT are refused,
# those to SILENT_PORT are never answered.
start_dead_ports() {
    local ports=$WORK/dead.ports
    # A listening socket whose queue is full: the kernel drops what comes.
    "$PYTHON" -c '
import os, socket, sys, time
refused, silent = socket.socket(), socket.socket()
refused.bind(("0.0.0.0", 0))
silent.bind(("0.0.0.0", 0))
silent.listen(0)
fillers = [socket.socket() for _ in range(4)]
for filler in fillers:
    filler.setblocking(False)
    filler.connect_ex(("127.0.0.1", silent.getsockname()[1]))
with open(sys.argv[1] + ".new", "w") as out:
    print(refused.getsockname()[1], silent.getsockname()[1], file=out)
os.rename(sys.argv[1] + ".new", sys.argv[1])
time.sleep(600)' "$ports" &
    CHILDREN+=($!)
    wait_until 10 test -s "$ports"
    read -r REFUSED_PORT SILENT_PORT <"$ports"
}

stop_child() { # PID
    kill -TERM "$1" 2>/dev/null || true
    wait_until 5 is_gone "$1" || kill -KILL "$1"
    wait "$1" 2>/dev/null || true
    forget_child "$1"
}

# The body that the fault server makes for /ok/NAME?size=N.
ok_body() { # NAME SIZE
    awk -v body="$1" -v size="$2" 'BEGIN {
        while (length(body) < size)
            body = body body
        printf "%s", substr(body, 1, size)
    }'
}

# A file of the fault server's versioned paths and ranges: tests/support/fault_content.h.
content_body() { # NAME SIZE VERSION
    awk -v label="$3/$1" -v size="$2" 'BEGIN {
        for (offset = 0; offset + 32 <= size; offset += 32)
            printf "%011d %-19.19s\n", offset, label
        printf "%s", substr(sprintf("%011d %-19.19s\n", offset, label), 1, size - offset)
    }'
}

# How many requests of the fault server's log have a path that matches. A request is logged when
# it has ended, maybe a moment after the client saw its last byte: with a NUMBER, waits for it.
fault_requests() { # LOG REGEX
    awk -v regex="$2" '$4 ~ regex { n++ } END { print n + 0 }' "$1"
}

has_fault_requests() { # LOG REGEX NUMBER
    [ "$(fault_requests "$1" "$2")" -ge "$3" ]
}

assert_fault_requests() { # LOG REGEX NUMBER
    wait_until 3 has_fault_requests "$1" "$2" "$3" || true
    assert_eq "$(fault_requests "$1" "$2")" "$3" "number of requests for $2"
}

nginx_requests() { # URI_SUBSTRING
    jq -nr --arg part "$1" '[inputs | select(.uri | contains($part))] | length' "$NGINX_LOG"
}

has_nginx_requests() { # URI_SUBSTRING NUMBER
    [ "$(nginx_requests "$1")" -ge "$2" ]
}

assert_nginx_requests() { # URI_SUBSTRING NUMBER
    wait_until 3 has_nginx_requests "$1" "$2" || true
    assert_eq "$(nginx_requests "$1")" "$2" "number of requests for $1"
}

# The most requests of a fault server's log (all, or those whose path matches) that were in
# progress at the same moment. An end is noted before the last bytes are sent, so that a request
# that follows cannot seem to overlap.
max_concurrency() { # LOG [REGEX]
    awk -v regex="${2:-.}" '$4 ~ regex { print $1, 1; print $2, -1 }' "$1" | sort -k1,1n -k2,2n |
        awk '{ n += $2; if (n > peak) peak = n } END { print peak + 0 }'
}

# Times of the requests whose path matches: start and end in microseconds, one per line, by start.
request_times() { # LOG REGEX
    awk -v regex="$2" '$4 ~ regex { print $1, $2 }' "$1" | sort -n
}

# The same, for one address that was asked.
host_request_times() { # LOG ADDRESS [REGEX]
    awk -v address="$2" -v regex="${3:-.}" '$6 == address && $4 ~ regex { print $1, $2 }' "$1" |
        sort -n
}

# The most requests that came within one second, whichever second that is.
max_in_a_second() { # LOG [REGEX] [ADDRESS]
    awk -v regex="${2:-.}" -v address="${3:-}" \
        '$4 ~ regex && (address == "" || $6 == address) { print $1 }' "$1" | sort -n | awk '
        BEGIN { first = 1 }
        {
            time[NR] = $1
            while (time[NR] - time[first] >= 1000000)
                first++
            if (NR - first + 1 > peak)
                peak = NR - first + 1
        }
        END { print peak + 0 }'
}

# Milliseconds from the first request to the start of the last one.
request_span_ms() { # LOG [REGEX]
    request_times "$1" "${2:-.}" | awk 'NR == 1 { first = $1 } { last = $1 }
        END { printf "%d\n", (last - first) / 1000 }'
}

# What a request asked for, one line per request: RANGE IF-RANGE IF-NONE-MATCH IF-MODIFIED-SINCE.
request_conditions() { # LOG REGEX
    awk -v regex="$2" '$4 ~ regex { print $1, $7, $8, $9, $10 }' "$1" | sort -n | cut -d' ' -f2-
}
