#!/usr/bin/env bash
# A partial file is continued when it can be proven that the rest belongs to it, else fetched anew:
# never a mixture of two versions, whatever the server does.
. "$(dirname "${BASH_SOURCE[0]}")/../support/lib.sh"
start_fault_server
HALF=$((1 << 20))
FULL=$((2 << 20))

# VARIANT VERSION HOW: the version that the whole file must have, and what the next request asks
# for: by tag, by date, or the whole file.
variants() {
    cat <<'CASES'
range a tag
range-changed b tag
range-liar b tag
range-wrong-start a tag
range-other-total a tag
range-no-header a tag
range-ignored a tag
range-416 a tag
range-multipart a tag
range-weak b whole
range-none b whole
range-date a date
range-fresh-date b whole
CASES
}

parts() { # the sizes of the partial files
    { find "$DIR/.haul/tmp" -name '*.part' -printf '%s\n' 2>/dev/null || true; } | sort -n
}

check_variants() { # PREFIX
    local variant version how
    while read -r variant version how; do
        assert_record "/$variant/" .status downloaded
        if ! content_body "$1-$variant" $FULL "$version" | cmp -s - "$DIR/$1-$variant"; then
            fail "$1-$variant is not version $version"
        fi
        request_conditions "$FAULT_LOG" "^/$variant/$1-" >"$WORK/conditions"
        assert_eq "$(sed -n 1p "$WORK/conditions")" "- - - -" "first request of $1-$variant"
        case $how in
        tag) assert_eq "$(sed -n 2p "$WORK/conditions")" "bytes=$HALF- \"a-$FULL\" - -" \
            "second request of $1-$variant" ;;
        date) assert_eq "$(sed -n 2p "$WORK/conditions")" \
            "bytes=$HALF- Fri,_08_Apr_2022_00:00:00_GMT - -" "second request of $1-$variant" ;;
        whole) assert_eq "$(sort -u "$WORK/conditions")" "- - - -" "requests of $1-$variant" ;;
        esac
        assert_at_most "$(wc -l <"$WORK/conditions")" 3 "requests of $1-$variant"
    done < <(variants)
    assert_fault_requests "$FAULT_LOG" "^/range/$1-" 2
    assert_fault_requests "$FAULT_LOG" "^/range-changed/$1-" 2
}

# In the next run.
variants | while read -r variant _; do
    echo "$FAULT/$variant/next-$variant"
done >"$WORK/next.txt"
fresh_dir next
run_haul 3 -d "$DIR" --retries 0 "$WORK/next.txt"
check_run
assert_eq "$(records | jq -r .class | sort -u)" truncated "classes"
assert_files
assert_eq "$(parts | sort -u)" $HALF "sizes of the parts"
run_haul 0 -d "$DIR" --retries 1 --retry-wait 10ms "$WORK/next.txt"
check_run
check_variants next
assert_eq "$(parts)" "" "parts that are left"

# By a retry of the same run.
sed 's/next-/same-/' "$WORK/next.txt" >"$WORK/same.txt"
fresh_dir same
run_haul 0 -d "$DIR" --retries 2 --retry-wait 10ms "$WORK/same.txt"
check_run
check_variants same
assert_eq "$(parts)" "" "parts that are left"

# Behind a redirect: continued at the same place, never at another one, whose ETags say nothing
# about this file although they look the same.
HERE=$FAULT
HERE_LOG=$FAULT_LOG
start_fault_server
THERE=$FAULT
FAULT=$HERE
{
    echo "$HERE/redirect-turns/stays?first=$HERE/range/here&then=$HERE/range/here"
    echo "$HERE/redirect-turns/moves?first=$HERE/range/left&then=$THERE/range/right%3Fcut=0"
    echo "$HERE/redirect-turns/turns?first=$HERE/range/left-2&then=$HERE/range/right-2%3Fcut=0"
} | sed "s|/range/left[-2]*|&%3Fetag=a-$FULL|" >"$WORK/behind.txt"
fresh_dir behind
run_haul 3 -d "$DIR" --retries 0 "$WORK/behind.txt"
check_run
assert_eq "$(parts | xargs)" "$HALF $HALF $HALF" "parts"
run_haul 0 -d "$DIR" "$WORK/behind.txt"
check_run
assert "stays differs" cmp -s <(content_body here $FULL a) "$DIR/stays"
assert "moves differs" cmp -s <(content_body right $FULL a) "$DIR/moves"
assert "turns differs" cmp -s <(content_body right-2 $FULL a) "$DIR/turns"
assert_eq "$(request_conditions "$HERE_LOG" '^/range/here' | sed -n 2p)" \
    "bytes=$HALF- \"a-$FULL\" - -" "second request behind a redirect"
assert_eq "$(request_conditions "$FAULT_LOG" '^/range/right')" "- - - -" \
    "request to another origin"
FAULT_LOG=$HERE_LOG
assert_eq "$(request_conditions "$FAULT_LOG" '^/range/right-2')" "- - - -" \
    "request to another path"

# A description that somebody has damaged proves nothing.
fresh_dir damaged
run_haul 3 -d "$DIR" --retries 0 "$FAULT/range/damaged"
for info in "$DIR"/.haul/tmp/*.info; do
    truncate -s -4 "$info"
done
run_haul 0 -d "$DIR" "$FAULT/range/damaged"
check_run
assert "damaged differs" cmp -s <(content_body damaged $FULL a) "$DIR/damaged"
assert_eq "$(request_conditions "$FAULT_LOG" /damaged | sort -u)" "- - - -" "requests for damaged"

has_part_of() { # BYTES
    [ "$(parts | tail -1)" -ge "$1" ] 2>/dev/null
}

# Stopped in the middle of a body, by either signal: what is on the disk is not fetched again.
for signal in KILL INT; do
    size=$((3 << 20))
    # After SIGINT transfers have two more seconds: at 700,000 B/s not enough to end.
    url="$FAULT/range/$signal?size=$size&cut=0&slow=700000"
    fresh_dir "stopped-$signal"
    ASAN_OPTIONS=${ASAN_OPTIONS:-}:detect_leaks=0 start_haul -d "$DIR" "$url"
    assert "no part of 1 MiB" wait_until 20 has_part_of $HALF
    kill -$signal "$HAUL_PID"
    wait_haul "$([ $signal = KILL ] && echo any || echo 130)" 10
    assert_files
    there=$(parts)
    assert_at_least "${there:-0}" $HALF "part after $signal"
    assert_at_most "${there:-0}" $((size - 1)) "part after $signal"
    run_haul 0 -d "$DIR" "$url"
    check_run
    assert "$signal differs" cmp -s <(content_body $signal $size a) "$DIR/$signal"
    assert_fault_requests "$FAULT_LOG" "/$signal.size" 2
    assert_eq "$(request_conditions "$FAULT_LOG" "/$signal.size" | sed -n 2p)" \
        "bytes=$there- \"a-$size\" - -" "second request after $signal"
    assert_eq "$(records | jq -r '"\(.bytes.resumed) \(.bytes.file)"')" "$there $size" \
        "bytes that were left, and of the file"
done

# Several files side by side: each goes on where it was.
for i in 1 2 3 4; do
    echo "$FAULT/range/side-$i?cut=0"
done >"$WORK/side.txt"
fresh_dir side
ASAN_OPTIONS=${ASAN_OPTIONS:-}:detect_leaks=0 start_haul -d "$DIR" --limit-rate 4M "$WORK/side.txt"
has_four_parts() {
    [ "$(parts | awk '$1 >= 300000' | wc -l)" = 4 ]
}
assert "no four parts" wait_until 20 has_four_parts
kill -KILL "$HAUL_PID"
wait_haul any 10
assert_files
parts | sed 's/.*/bytes=&-/' >"$WORK/expected"
run_haul 0 -d "$DIR" "$WORK/side.txt"
check_run
for i in 1 2 3 4; do
    assert "side-$i differs" cmp -s <(content_body "side-$i" $FULL a) "$DIR/side-$i"
done
assert_fault_requests "$FAULT_LOG" /side- 8
assert_eq "$(request_conditions "$FAULT_LOG" /side- | tail -4 | cut -d' ' -f1 | sort | xargs)" \
    "$(sort "$WORK/expected" | xargs)" "ranges of the second run"
