#!/usr/bin/env bash
# A server that stalls, drips or never answers costs a bounded time and nobody else's download.
. "$(dirname "${BASH_SOURCE[0]}")/../support/lib.sh"
start_fault_server

# A listening socket whose queue is full: the kernel drops what comes, connecting never ends. At
# another the kernel takes what comes, and nobody reads it.
"$PYTHON" -c '
import socket, sys, time
listener = socket.socket()
listener.bind(("127.0.0.1", 0))
listener.listen(0)
fillers = [socket.socket() for _ in range(4)]
for filler in fillers:
    filler.setblocking(False)
    filler.connect_ex(listener.getsockname())
mute = socket.socket()
mute.bind(("127.0.0.1", 0))
mute.listen(5)
with open(sys.argv[1], "w") as out:
    print(listener.getsockname()[1], mute.getsockname()[1], file=out)
time.sleep(120)' "$WORK/full.port" &
CHILDREN+=($!)
wait_until 10 test -s "$WORK/full.port"
read -r full_port mute_port <"$WORK/full.port"
SILENT=http://localhost:$full_port/silent
MUTE=https://localhost:$mute_port/mute

fresh_dir stalled
cat >"$WORK/stalled.txt" <<LIST
$FAULT/ok/first
$FAULT/stall-headers
$FAULT/stall-body
$FAULT/drip
$SILENT
$MUTE
$FAULT/ok/last
LIST
start=$(now_ms)
run_haul 1 -d "$DIR" --retries 0 --stall-timeout 1s --connect-timeout 1s --timeout 30s \
    "$WORK/stalled.txt"
took=$(($(now_ms) - start))
check_run
assert_class /stall-headers stalled
assert_class /stall-body stalled
assert_class /drip stalled
assert_class /silent connect
assert_class /mute connect
assert_class /ok/first downloaded
assert_class /ok/last downloaded
assert_files first last
# The time went where each of them stopped; what comes after that was not reached.
stopped_in() { # PATH
    records | jq -r --arg path "$1" 'select(.url | endswith($path)) |
        [.us | .dns, .connect, .tls, .ttfb, .receive] | index(map(select((. // 0) > 5e5))) as $i |
        if .[$i + 1:] | all(. == null) then ["dns", "connect", "tls", "ttfb", "receive"][$i]
        else "\(.)" end'
}
assert_eq "$(stopped_in /silent)" connect "the phase without a connection"
assert_eq "$(stopped_in /mute)" tls "the phase without a handshake"
assert_eq "$(stopped_in /stall-headers)" ttfb "the phase without an answer"
assert_eq "$(stopped_in /drip)" receive "the phase of a slow body"
assert_at_least "$took" 900 "run time in ms"
assert_at_most "$took" "$(scaled 8000)" "run time in ms"

# The time limit holds for all attempts of a URL together.
fresh_dir timeout
start=$(now_ms)
run_haul 1 -d "$DIR" --retries 5 --retry-wait 10ms --stall-timeout 30s --timeout 3s \
    "$FAULT/drip" "$FAULT/ok/neighbour"
took=$(($(now_ms) - start))
check_run
assert_class /drip timeout
assert_class /ok/neighbour downloaded
assert_files neighbour
assert_at_least "$took" 2900 "run time in ms"
assert_at_most "$took" "$(scaled 6000)" "run time in ms"

# A stalled transfer is tried again.
fresh_dir again
run_haul 3 -d "$DIR" --retries 1 --retry-wait 10ms --stall-timeout 1s "$FAULT/stall-headers?again"
check_run
assert_record /stall-headers .attempts 2
assert_files
