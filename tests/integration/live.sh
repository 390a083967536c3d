#!/usr/bin/env bash
# What is seen on a terminal: frames whose numbers are those of the records, windows of several
# sizes, and a screen that is clean afterwards.
. "$(dirname "${BASH_SOURCE[0]}")/../support/lib.sh"
unset CI ACCESSIBLE NO_COLOR CLICOLOR
export TERM=xterm LC_ALL=C.UTF-8
start_fault_server --address 0.0.0.0
port=${FAULT##*:}
{
    echo "http://127.0.0.3:$port/range/slow.tif?slow=20000&size=400000&cut=0"
    echo "http://127.0.0.3:$port/stall-body?silent"
    echo "http://127.0.0.4:$port/busy-host/60/later"
    echo "http://127.0.0.4:$port/ok/parked"
    for i in {1..300}; do
        case $i in
        *7) echo "http://127.0.0.2:$port/status/404/$i" ;;
        *) echo "http://127.0.0.$((5 + i % 8)):$port/delay/$((40 + i % 7 * 15))/$i" ;;
        esac
    done
    printf 'http://127.0.0.1:%s/status/410/\xc3\xa9\xe6\x97\xa5\033[31m\n' "$port"
} >"$WORK/list.txt"
RUN=(-j 16 --per-host 4 --stall-timeout 60s --retries 1 --max-retry-wait 90s --sync none
    "$WORK/list.txt")

on_terminal() { # EXPECTED_EXIT ARGUMENT...: of terminal.py, then of haul
    local expected=$1 status=0
    shift
    DIRECTORY=$DIR
    note_outside
    (cd "$OUTER/cwd" && timeout "$(scaled 60)" "$PYTHON" "$SUPPORT/terminal.py" \
        --results "$DIR/.haul/runs/*/results.jsonl" --frames "$WORK/frames" "$@") || status=$?
    assert_eq "$status" "$expected" "exit code on a terminal"
}
shown() { # all that was drawn
    jq -j .text "$WORK/frames"
}
compare() { # LEAST: so many frames at least
    local compared
    if ! compared=$("$PYTHON" "$SUPPORT/frames.py" "$WORK/frames" "$DIR/.haul/last/results.jsonl" \
        "$DIR/.haul/last/report.json"); then
        fail "screen and records differ: $compared"
        return
    fi
    assert_at_least "$compared" "$1" "frames that were compared"
}

# A terminal that wraps its lines anew when its window changes: what is on the screen.
in_tmux() {
    tmux -S "$WORK/tmux" -f /dev/null "$@"
}
screen_is() { # NAME CHECK ARGUMENT...: takes a picture that passes the check
    in_tmux capture-pane -p >"$WORK/screen-$1"
    "${@:2}" "$WORK/screen-$1"
}
is_whole() { # SCREEN: the frame is there once, and nothing is below it
    [ "$(grep -cE '^ (\[|[0-9,]+ done)' "$1")" = 1 ] && [ "$(grep -c ' url/s   ' "$1")" = 1 ] &&
        [ "$(grep -c '^ 16 jobs:' "$1")" = 1 ] &&
        ! sed -n '/^ 16 jobs:/,$p' "$1" | grep -qvE '^( (16 jobs:|slow   |held   )|        |$)'
}
is_one_line() { # SCREEN: one line of progress, and nothing of larger frames
    [ "$(grep -cE '^[0-9,]+(/305 [0-9]+%| done, list open) ' "$1")" = 1 ] &&
        ! grep -qE 'url/s   |jobs:|slow   |held   ' "$1"
}
is_left() { # WORDS SCREEN: the words are there, and nothing of a frame
    grep -qF -- "$1" "$2" && ! grep -qE '^ (\[|[0-9]+ jobs:|slow   |held   |[0-9.]+ url/s   )' "$2"
}
shows() { # PATTERN SCREEN
    is_whole "$2" && grep -qE -- "$1" "$2"
}
expect_screen() { # NAME CHECK ARGUMENT...
    wait_until 10 screen_is "$@" || echo "$*" >>"$WORK/screens.wrong"
}
screens() { # in the background: the run in DIR, under a shell that knows of jobs
    local size
    : >"$WORK/screens.wrong"
    # A host of its own to be held back.
    sed 's/0\.0\.4:/0.0.14:/' "$WORK/list.txt" >"$WORK/list2.txt"
    in_tmux new-session -d -x 120 -y 40 "env PS1='> ' bash --norc --noprofile"
    in_tmux send-keys "'$HAUL' -d '$DIR' ${RUN[*]/list/list2}; echo \"exit \$?\"" Enter
    expect_screen start shows '^ slow   127'
    for size in 120x40 80x24 61x24 40x8 120x24; do
        in_tmux resize-window -x "${size%x*}" -y "${size#*x}"
        if [ $size = 40x8 ]; then
            expect_screen $size is_one_line
        else
            expect_screen $size is_whole
        fi
    done
    in_tmux send-keys C-z
    expect_screen suspended is_left Stopped
    in_tmux send-keys fg Enter
    expect_screen resumed is_whole
    in_tmux send-keys C-c
    expect_screen stopping shows 'stopping, 2 still run'
    expect_screen end is_left 'failed URLs: '
    in_tmux kill-server
}

# A frame at the top-left corner, where tmux might save what is erased.
in_corner() {
    tmux -S "$WORK/tmux-corner" -f /dev/null "$@"
}
corner_shows() { # PATTERN
    in_corner capture-pane -p | grep -qE -- "$1"
}
corner() { # in the background
    in_corner new-session -d -x 100 -y 30 "'$HAUL' -d '$WORK/corner' '$FAULT/stall-body?silent'"
    wait_until 10 corner_shows '^ slow   127' || echo "no frame" >"$WORK/corner-history"
    in_corner display-message -p '#{history_size}' >>"$WORK/corner-history"
    in_corner capture-pane -p >"$WORK/corner-screen"
    in_corner kill-server
}
corner &
CORNER_PID=$!
fresh_dir screens
screens &
SCREENS_PID=$!

# A window that changes; SIGUSR1 asks; Ctrl-C says what is happening, and nothing is left then.
fresh_dir whole
end=5.2
! is_sanitized || end=10
on_terminal 130 --size 120x40 --at 1.5=80x24 --at 3.5=SIGUSR1 --at 3.8=40x8 --at 4.3=100x30 \
    --at $end=SIGINT -- "$HAUL" -d "$DIR" "${RUN[@]}"
compare 15
shown | sed -E 's/\x1b\[[0-9;?]*[A-Za-z]//g' >"$WORK/plain"
for words in '16 jobs:' ' waiting' ' elapsed 0:0' ' slow   127.0.0.3' 'stalled ' '% of 390.6 KiB' \
    ' held   127.0.0.4 ' 'asked to wait, next request in' ' url/s' ' / 305 ' \
    'FAIL not-found    404  127.0.0.2' '127.0.0.2  and 25 more' \
    'finishing 2 downloads, Ctrl-C again to stop at once' 'stopping, 2 still run'; do
    assert "not to be seen: $words" grep -qF "$words" "$WORK/plain"
done
assert_eq "$(grep -c 'FAIL not-found    404' "$WORK/plain")" 5 "lines of one class and host"
assert_eq "$(grep -cE '[0-9]Z haul: [0-9]+/305 ' "$WORK/plain")" 1 "lines that SIGUSR1 asked for"
assert_eq "$(tail -1 "$WORK/frames" | jq -r '.text | contains("jobs:")')" false "a frame is left"
# Each frame is drawn by one write that ends where it began; wrapping is switched on again.
assert_eq "$(jq -r 'select(.text | contains("[?7l")) |
    .text | test("\u001b\\[\\?7h\r(\u001b\\[[0-9]A)?$")' "$WORK/frames" | sort -u)" true \
    "frames are whole"

wait "$SCREENS_PID" "$CORNER_PID"
assert_eq "$(cat "$WORK/corner-history")" 0 "lines that scrolled out of a screen with one frame"
assert_eq "$(grep -cE '^ (\[|0\.0 url/s   |16 jobs:|slow   )' "$WORK/corner-screen")" 4 \
    "lines of the only frame"
while read -r name wanted; do
    fail "the screen '$name' is not so: $wanted"
    sed 's/^/    /' "$WORK/screen-$name" >&2
done <"$WORK/screens.wrong"

# Where nothing can be drawn again, nothing is.
head -124 "$WORK/list.txt" | tail -120 >"$WORK/short.txt"
for setting in CI=true ACCESSIBLE=1 NO_COLOR=1; do
    fresh_dir "as-$setting-"$'\xc3\xa9'
    term=xterm
    done_lines=0
    [ $setting != CI=true ] || done_lines=1
    [ $setting != ACCESSIBLE=1 ] || term=dumb
    on_terminal 1 --size 80x24 -- env LC_ALL=C TERM=$term "$setting" "$HAUL" -d "$DIR" -j 16 --retries 0 \
        --sync none --progress-interval 200ms "$WORK/short.txt"
    shown | tr -d '\r' >"$WORK/shown"
    assert_not "other than ASCII on a terminal without it" grep -qP '[\x80-\xff]' "$WORK/shown"
    assert "no files: with escapes" grep -qE '^  files: .*/as-.*-\\xc3\\xa9$' "$WORK/shown"
    assert_eq "$(grep -cE '^[0-9T:-]+Z haul: done 120 ' "$WORK/shown")" $done_lines \
        "lines that end a log with $setting"
    case $setting in
    NO_COLOR=1)
        assert_not "colours in spite of it" grep -qP '\x1b\[[0-9;]*m' "$WORK/shown"
        assert "no frame with it" grep -qF "16 jobs:" "$WORK/shown"
        ;;
    *)
        assert_not "escapes in spite of $setting" grep -qP '[\x00-\x09\x0b-\x1f]' "$WORK/shown"
        pattern='Z haul: [0-9]+/120 [0-9]+% downloaded [0-9]+ kept 0 failed [0-9]+ [0-9.]+ url/s'
        [ $setting != ACCESSIBLE=1 ] || pattern='^[0-9]+ of 120 URLs done, [0-9]+ percent\. [0-9]+ '
        assert "no line of progress with $setting" grep -qE "$pattern" "$WORK/shown"
        ;;
    esac
done

# What is printed on the same terminal does not stand in the middle of a frame.
is_printed() {
    in_tmux capture-pane -t printed -p -S - >"$WORK/printed" && grep -q '^  look: ' "$WORK/printed"
}
fresh_dir printed
in_tmux start-server \; set -g history-limit 20000 \; new-session -d -s printed -x 400 -y 40 \
    "'$HAUL' -d '$DIR' -j4 --per-host 4 --sync none --retries 0 --report - '$WORK/short.txt'; sleep 60"
wait_until 20 is_printed || fail "the report is not to be seen"
assert_eq "$(sed -n '/^{$/,/^}$/p' "$WORK/printed" | jq .counts.total)" 120 \
    "report with a frame in it: $(grep -m1 -B1 -A1 '"schema"' "$WORK/printed")"
in_tmux kill-session -t printed

# Where nothing ends any more, nobody knows when all will have.
{
    seq -f "$FAULT/ok/%g" 60
    echo "$FAULT/stall-body"
} >"$WORK/stalled.txt"
fresh_dir stalled
start_haul -d "$DIR" --progress plain --progress-interval 1s -j 8 --sync none "$WORK/stalled.txt"
has_lines() {
    [ "$(grep -c 'Z haul: 60/61 ' "$ERR")" -ge "$1" ]
}
wait_until 30 has_lines 9 || fail "the lines do not come"
kill -INT "$HAUL_PID"
wait_haul 130 10
assert_eq "$(grep 'Z haul: 60/61 ' "$ERR" | sed 1,6d | grep -c ' eta ')" 0 \
    "lines with an ETA: $(grep 'Z haul' "$ERR")"

# Without a terminal: lines, a line at the end, and what SIGUSR1 asks for even when all is quiet.
fresh_dir quiet
start_haul -q -d "$DIR" "${RUN[@]}"
wait_until 10 test -s "$DIR/.haul/last/results.jsonl" || fail "no record comes"
kill -USR1 "$HAUL_PID"
wait_until 10 grep -qE 'Z haul: [0-9]+(/305 [0-9]+%| done, list still open,) downloaded ' "$ERR" ||
    fail "SIGUSR1 is not answered"
kill -INT "$HAUL_PID"
wait_haul 130 10
