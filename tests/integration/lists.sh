#!/usr/bin/env bash
# Lists as people have them: every line is read as the contract says, and what cannot be used
# becomes a failed record with its line number while the run goes on.
. "$(dirname "${BASH_SOURCE[0]}")/../support/lib.sh"
start_fault_server
LOCAL=http://LOCALHOST:$FAULT_PORT

# The number at the start of each case is its line.
{
    printf '\357\273\277# a comment after a byte order mark\n'      # 1
    printf '%s/ok/crlf\r\n' "$FAULT"                                # 2
    printf '\n'                                                     # 3
    printf '   \t \n'                                               # 4
    printf '\r\n'                                                   # 5
    printf '  %s/ok/blanks  \n' "$FAULT"                            # 6
    printf '%s/ok/dup\n' "$FAULT"                                   # 7
    printf '%s/ok/dup\n' "$FAULT"                                   # 8
    printf '%s/ok/x/../dup#fragment\n' "$FAULT"                     # 9
    printf 'ftp://127.0.0.1/file\n'                                 # 10
    printf 'file:///etc/passwd\n'                                   # 11
    printf 'not a url\n'                                            # 12
    printf '%s/ok/control\001byte\n' "$FAULT"                       # 13
    printf '%s/ok/utf8\377\376\n' "$FAULT"                          # 14
    printf '%s/ok/%s\n' "$FAULT" "$(head -c 71680 /dev/zero | tr '\0' l)" # 15
    printf '%s/ok/nul\000byte\n' "$FAULT"                           # 16
    printf '# %s/ok/comment\n' "$FAULT"                             # 17
    printf 'http://\n'                                              # 18
    printf 'http://127.0.0.1:99999/port\n'                          # 19
    printf 'HTTP://127.0.0.1:%s/ok/scheme\n' "$FAULT_PORT"          # 20
    printf '%s/ok/with space\n' "$FAULT"                            # 21
    printf '%s/ok/\303\251\n' "$FAULT"                              # 22
    printf '%s/ok/case\n' "$LOCAL"                                  # 23
    printf '%s/ok/case\n' "${LOCAL,,}"                              # 24
    printf 'javascript:alert(1)\n'                                  # 25
    printf '%s/ok/last' "$FAULT"                                    # 26, no line end
} >"$WORK/list.txt"
mkdir "$WORK/lists"
cp "$WORK/list.txt" "$WORK/lists/mixed.txt"

expect() { # LINE STATUS_AND_CLASS
    assert_eq "$(records | jq -r --argjson line "$1" 'select(.line == $line) |
        "\(.status) \(.class)"')" "$2" "record of line $1"
}

fresh_dir mixed
run_haul 1 -d "$DIR" --retries 0 "$WORK/lists/mixed.txt"
check_run
for line in 2 6 7 20 21 22 23 26; do
    expect "$line" 'downloaded null'
done
for line in 8 9 24; do
    expect "$line" 'duplicate null'
done
for line in 10 11; do
    expect "$line" 'failed unsupported-scheme'
done
for line in 12 13 14 15 16 18 19; do
    expect "$line" 'failed bad-url'
done
expect 25 "failed $(records | jq -r 'select(.line == 25) | .class')"
assert_eq "$(records | jq -r 'select(.line == 25) | .class' |
    grep -cxE 'bad-url|unsupported-scheme')" 1 "javascript: is refused"
for line in 1 3 4 5 17; do
    expect "$line" ''
done
assert_eq "$(records | jq -r .source | sort -u)" "$WORK/lists/mixed.txt" source
assert_eq "$(report '.input | "\(.files) \(.lines) \(.comments) \(.blank) \(.duplicates)
    \(.complete)"' | xargs)" "1 26 2 3 3 true" "input files, lines, comments, blank, duplicates"
assert_files crlf blanks dup scheme 'with space' $'\303\251' case last
assert_fault_requests "$FAULT_LOG" '^/ok/dup' 1
assert_fault_requests "$FAULT_LOG" '^/ok/with%20space' 1
assert_fault_requests "$FAULT_LOG" '^/ok/%[Cc]3%[Aa]9' 1
assert_eq "$(cut -f10 "$DIR/.haul/last/failed.tsv" | sed 1d | sed 's/.*://' | sort -n |
    xargs)" "10 11 12 13 14 15 16 18 19 25" "lines in failed.tsv"

# Several lists and URLs, in the order given; duplicates across them.
echo "$FAULT/ok/one" >"$WORK/lists/a.txt"
printf '%s\n' "$FAULT/ok/two" "$FAULT/ok/one" >"$WORK/lists/b.txt"
echo "$FAULT/ok/three" >"$WORK/lists/c.txt"
fresh_dir several
run_haul 0 "$WORK/lists/a.txt" -d "$DIR" "$FAULT/ok/argument" -i "$WORK/lists/b.txt" \
    --input="$WORK/lists/c.txt"
check_run
assert_eq "$(records | jq -sr 'sort_by(.i) | .[] | "\(.source | split("/") | last) \(.line)" +
    " \(.url | split("/") | last) \(.status)"')" "a.txt 1 one downloaded
$(record /ok/argument | jq -r '.source | split("/") | last') null argument downloaded
b.txt 1 two downloaded
b.txt 2 one duplicate
c.txt 1 three downloaded" "records of several lists"
assert_files one two three argument
assert_eq "$(records | jq -sr '(map(select(.url | endswith("/one"))) | sort_by(.i)) as [$a, $b] |
    $b.duplicate_of == $a.i')" true "duplicate_of"

# Standard input.
fresh_dir stdin
printf '%s\n# comment\n%s' "$FAULT/ok/one" "$FAULT/ok/two" | run_haul 0 -d "$DIR" -
check_run
assert_eq "$(records | jq -sr 'sort_by(.i) | .[] | "\(.source) \(.line)"' | xargs)" "- 1 - 3" \
    "source and line"
assert_files one two

# A file that is no list at all.
fresh_dir binary
printf '\177ELF\002\001\000\000\n\200\201\202\nMZ\220\000\003\n\000\n' >"$WORK/binary"
run_haul 3 -d "$DIR" "$WORK/binary"
check_run
assert_counts '{failed: 4}'
assert_eq "$(records | jq -r .class | sort -u)" bad-url classes
head -c 300000 "$(command -v nginx)" >"$WORK/binary"
run_haul 5 -d "$DIR" "$WORK/binary"
check_run
assert_files

# Nothing to do is an error, unless it was allowed; so is a list that cannot be read.
fresh_dir empty
: >"$WORK/empty.txt"
printf '# only\n\n   \n' >"$WORK/comments.txt"
for list in empty comments; do
    run_haul 5 -d "$DIR" "$WORK/$list.txt"
    assert "no message" grep -q '^haul: ' "$ERR"
    run_haul 0 -d "$DIR" --allow-empty "$WORK/$list.txt"
    check_run
    assert_counts '{}'
done
printf '' | run_haul 5 -d "$DIR" -
printf '' | run_haul 0 -d "$DIR" --allow-empty -

run_haul 5 -d "$DIR" "$WORK/lists"
assert "the message names the directory" grep -q "$WORK/lists" "$ERR"
run_haul 5 -d "$DIR" "$WORK/missing.txt"
assert "the message names the list" grep -q missing.txt "$ERR"
run_haul 5 -d "$DIR" --allow-empty "$WORK/missing.txt"
run_haul 5 -d "$DIR" "$WORK/lists/a.txt" "$WORK/missing.txt"
if [ "$(id -u)" != 0 ]; then
    chmod 000 "$WORK/empty.txt"
    run_haul 5 -d "$DIR" "$WORK/empty.txt"
fi
