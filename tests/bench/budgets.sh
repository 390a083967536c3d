# shellcheck shell=bash disable=SC2034,SC2153
# haul alone, against budgets that no peer has. Sourced by run.

BENCH_DIR=${BENCH_DIR:-}

# haul alone, measured; every file must have come or be there.
run_alone() { # LABEL COUNT ARGUMENT...
    local label=$1 count=$2 status=0 found
    shift 2
    "$WORK/measure" "$RESULTS" "$label" timeout 900 "$HAUL" -q "$@" >"$WORK/peer.log" 2>&1 ||
        status=$?
    found=$(jq '.counts.downloaded + .counts.kept' "$OUT_DIR/.haul/last/report.json")
    note_files "$found" "$count"
    if [ "$status" != 0 ] || [ "$found" != "$count" ]; then
        echo "  $label: haul ended with $status, $found of $count files" >&2
        tail -3 "$WORK/peer.log" >&2
        STATUS=1
    fi
}

# Every line of a list far longer than any queue is read, named and recorded; nobody listens, so
# that no time is spent on downloads. The records, 800 bytes each, do not go to tmpfs.
section_lines() {
    local port status=0 total list
    note section lines "a list of $LINES lines, a host that refuses connections"
    SCRATCH=$(mktemp -d "${BENCH_DIR:-${TMPDIR:-/tmp}}/haul-bench.XXXXXX")
    if [ "$(df --output=avail "$SCRATCH" | tail -1)" -lt $((LINES * 12 / 10)) ]; then
        leave_out lines haul "needs $((LINES * 12 / 10000000)) GB in BENCH_DIR or TMPDIR"
        rm -rf "$SCRATCH"
        return
    fi
    port=$(free_port)
    list=$WORK/lines.txt
    awk -v count="$LINES" -v port="$port" 'BEGIN {
        for (i = 0; i < count; i++)
            printf "http://127.0.0.1:%d/t/%08d.bin\n", port, i
    }' >"$list"
    echo "  lines: reading $LINES lines" >&2
    "$WORK/measure" "$RESULTS" lines/haul timeout 900 "$HAUL" -q -d "$SCRATCH/out" --sync none \
        --retries 0 "$list" >"$WORK/peer.log" 2>&1 || status=$?
    # No URL succeeds: that is exit code 3, and here what is wanted.
    total=$(jq .counts.total "$SCRATCH/out/.haul/last/report.json")
    if [ "$status" = 3 ]; then
        sed -i '$s/ 3$/ 0/' "$RESULTS"
    fi
    note_files "$total" "$LINES"
    note note lines/haul "records, no files"
    if [ "$status" != 3 ] || [ "$total" != "$LINES" ]; then
        echo "  lines: haul ended with $status, $total of $LINES records" >&2
        STATUS=1
    fi
    rm -rf "$SCRATCH" "$list"
    judge_memory lines/haul 16 64 "$LINES"
}

# Programs that make bench builds: haul's own code, each against budgets of its own.
require_program() { # NAME
    if ! [ -x "$BUILDDIR/tests/bench/$1" ]; then
        echo "$BUILDDIR/tests/bench/$1 is missing: make check builds it, make bench too" >&2
        exit 1
    fi
}

section_record() {
    local ns
    require_program bench_record
    note section record "the record of one URL"
    ns=$("$BUILDDIR/tests/bench/bench_record" | sed -n 's/^record_append_json \([0-9]*\) ns.*/\1/p') ||
        true # it judges, too
    judge record "the record of a file" "$(calculate %.1f "$ns / 1000")" at-most 5 us
}

# A place on ext4: BENCH_DIR, or an image of its own beside the other temporary files.
make_disk() {
    if [ -n "$BENCH_DIR" ]; then
        SCRATCH=$(mktemp -d "$BENCH_DIR/haul-bench.XXXXXX")
        return
    fi
    IMAGE_DIR=$(mktemp -d "${TMPDIR:-/tmp}/haul-bench.XXXXXX")
    mkdir "$WORK/disk"
    truncate -s 4G "$IMAGE_DIR/image"
    if ! mkfs.ext4 -q "$IMAGE_DIR/image" || ! mount -o loop "$IMAGE_DIR/image" "$WORK/disk"; then
        echo "an ext4 image cannot be mounted here: name a place with BENCH_DIR" >&2
        exit 1
    fi
    SCRATCH=$WORK/disk/scratch
    mkdir "$SCRATCH"
}

section_state() {
    local round way full none
    note section state "$FILES files of 10 KB, on ext4, with and without state and sync"
    make_files small "$FILES" "$SMALL_BYTES"
    list_files small "$SITE"
    make_disk
    OUT_DIR=$SCRATCH/out
    declare -A ways=([default]="" [sync-none]="--sync none" [nothing]="--no-state --sync none")
    for ((round = 0; round <= ROUNDS; round++)); do # the first is to warm up
        for way in $(shuf -e "${!ways[@]}"); do
            echo "  state, round $round: $way" >&2
            rm -rf "$OUT_DIR"
            sync -f "$SCRATCH"
            # shellcheck disable=SC2086
            run_alone "$([ $round = 0 ] && echo warm-up || echo "state/$way")" "$FILES" \
                -d "$OUT_DIR" -j 16 --per-host 16 --min-free 0 ${ways[$way]} "$WORK/small.txt"
        done
    done
    sed -i '/^warm-up /d' "$RESULTS"
    rm -rf "$OUT_DIR"
    # 80 % of the throughput are 125 % of the time.
    if full=$(median state/default 1) && none=$(median state/nothing 1); then
        judge state "time with state and sync, against neither" \
            "$(calculate %.2f "$full / $none")" at-most 1.25 times
    fi
    if full=$(median state/sync-none 2) && none=$(median state/nothing 2); then
        judge state "CPU of the state of a file" "$(calculate %.1f "($full - $none) / $FILES")" \
            at-most 8 us
    fi
}

# nginx makes up these: neither its files nor its log are what is measured.
tiny_list() { # COUNT [HOSTS]: URLs of so many hosts in turn; names below localhost need no server
    awk -v count="$1" -v hosts="${2:-1}" -v port="$TINY_PORT" 'BEGIN {
        for (i = 0; i < count; i++)
            printf "http://h%d.localhost:%d/t/%07d.bin\n", i % hosts, port, i
    }'
}

section_kept() {
    local round wall
    note section kept "$KEPT files, downloaded, then kept"
    OUT_DIR=$WORK/out
    rm -rf "$OUT_DIR"
    tiny_list "$KEPT" >"$WORK/kept.txt"
    echo "  kept: downloading $KEPT files" >&2
    run_alone kept/first-run "$KEPT" -d "$OUT_DIR" -j 64 --per-host 64 --sync none "$WORK/kept.txt"
    # A request would fail: there is nobody any more.
    stop_child "$NGINX_PID"
    for ((round = 1; round <= ROUNDS; round++)); do
        echo "  kept, round $round" >&2
        run_alone kept/haul "$KEPT" -d "$OUT_DIR" --retries 0 "$WORK/kept.txt"
    done
    if [ "$(jq .counts.kept "$OUT_DIR/.haul/last/report.json")" != "$KEPT" ]; then
        echo "  kept: not all were kept" >&2
        STATUS=1
    fi
    rm -rf "$OUT_DIR"
    NGINX_ACCESS=off start_nginx
    if wall=$(median kept/haul 1); then
        judge kept "speed with $KEPT kept URLs" "$(calculate %.0f "$KEPT / $wall * 1000000")" \
            at-least 100000 URL/s
    fi
    judge_memory kept/haul 0 64 "$KEPT"
}

# The highest number of threads that a run has.
count_threads() { # LIST
    local pid now most=0
    "$HAUL" -q -d "$OUT_DIR" -j 16 --sync none "$1" >"$WORK/peer.log" 2>&1 &
    pid=$!
    CHILDREN+=("$pid")
    while now=$(sed -n 's/^Threads:[^0-9]*//p' "/proc/$pid/status" 2>/dev/null) && [ -n "$now" ]; do
        most=$((now > most ? now : most))
    done
    wait "$pid" || true
    forget_child "$pid"
    rm -rf "$OUT_DIR"
    echo "$most"
}

# The same number of URLs each time, so that hosts are the only difference. What a few hosts need for
# connections that are kept for later does not count.
section_hosts() {
    local round hosts many memory few=$((HOSTS / 10))
    note section hosts "$HOSTS files of 1 byte from so many hosts, 16 at once"
    OUT_DIR=$WORK/out
    for hosts in 1 $few "$HOSTS"; do
        tiny_list "$HOSTS" "$hosts" >"$WORK/hosts-$hosts.txt"
    done
    for ((round = 1; round <= ROUNDS; round++)); do
        for hosts in $(shuf -e 1 $few "$HOSTS"); do
            echo "  hosts, round $round: $hosts" >&2
            rm -rf "$OUT_DIR"
            run_alone "hosts/$hosts" "$HOSTS" -d "$OUT_DIR" -j 16 --per-host 16 --sync none \
                "$WORK/hosts-$hosts.txt"
        done
    done
    rm -rf "$OUT_DIR"
    if many=$(median "hosts/$HOSTS" 3) && memory=$(median "hosts/$few" 3); then
        judge hosts "memory of each host beyond the first $few" \
            "$(calculate %.0f "($many - $memory) * 1024 / ($HOSTS - $few)")" at-most 1024 bytes
    fi
    judge hosts "threads with $HOSTS hosts, beyond those with $few" \
        $(($(count_threads "$WORK/hosts-$HOSTS.txt") - $(count_threads "$WORK/hosts-$few.txt"))) \
        at-most 4 threads
}

section_source() {
    local slow
    require_program bench_source
    note section source "reading a list in each format"
    TMPDIR=$WORK "$BUILDDIR/tests/bench/bench_source" | tee "$WORK/source.out" || true
    slow=$(grep -c 'below the budget' "$WORK/source.out") || true
    if [ "$(wc -l <"$WORK/source.out")" -lt 15 ]; then
        echo "  source: bench_source broke off" >&2
        STATUS=1
    fi
    judge source "formats read below their speed" "$slow" at-most 0 formats
}

# The whole program with one setting, timed from outside: hyperfine's mean, in microseconds.
hyperfine_us() { # THREADS LIST ARGUMENT...
    local threads=$1 list=$2
    shift 2
    hyperfine --style none --warmup 1 --runs "$ROUNDS" --prepare "rm -rf $OUT_DIR" \
        --export-json "$WORK/hyperfine.json" \
        "$HAUL -q --threads $threads -j $threads --per-host 16 --no-slow-start $* -d $OUT_DIR $list" \
        >"$WORK/peer.log" 2>&1
    jq '.results[0].mean * 1e6 | floor' "$WORK/hyperfine.json"
}

# What haul bench says of a setting against what hyperfine says of plain haul with it.
agree_on() { # LIST_NAME ARGUMENT...
    local name=$1 list=$WORK/agree-$1.txt threads ours theirs
    shift
    "$HAUL" bench -q --sink disk --threads 1,4,16 --runs "$ROUNDS" --per-host 16 --no-slow-start "$@" \
        --output-dir "$WORK/agree" "$list" >"$WORK/peer.log" 2>&1
    for threads in 1 4 16; do
        echo "  agree: $name, $threads" >&2
        theirs=$(hyperfine_us "$threads" "$list" "$@")
        ours=$(jq --argjson n "$threads" '.settings[] | select(.threads == $n).mean_us' \
            "$WORK/agree/bench.json")
        judge agree "hyperfine against haul bench: $name, $threads threads" \
            "$(calculate %.3f "($theirs > $ours ? $theirs / $ours : $ours / $theirs)")" at-most 1.10 times
    done
}

section_agree() {
    local i
    command -v hyperfine >/dev/null || {
        echo "  agree: hyperfine is not installed" >&2
        return
    }
    note section agree "haul bench against hyperfine, which times the whole program"
    OUT_DIR=$WORK/out
    start_fault_server
    for ((i = 0; i < 320; i++)); do
        echo "$FAULT/delay/50/file-$i"
    done >"$WORK/agree-waiting.txt"
    agree_on waiting
    stop_child "$FAULT_PID"
    make_files agree 600 1048576
    list_files agree "$SITE"
    mv "$WORK/agree.txt" "$WORK/agree-computing.txt"
    agree_on computing --hash sha512 --sync none
    rm -rf "$WORK/www/agree" "$OUT_DIR" "$WORK/agree"
}
