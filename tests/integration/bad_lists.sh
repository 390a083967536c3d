#!/usr/bin/env bash
# Lists that are broken in one place: one failed record with its line number, and all that follows
# is read. What is no list at all is given up.
. "$(dirname "${BASH_SOURCE[0]}")/../support/lib.sh"
start_fault_server
long=$(head -c 71680 /dev/zero | tr '\0' l)

expect() { # LINE STATUS_AND_CLASS [PART OF THE DETAIL]
    assert_eq "$(records | jq -r --argjson line "$1" 'select(.line == $line) |
        "\(.status) \(.class)"')" "$2" "record of line $1"
    if [ $# -gt 2 ]; then
        assert_eq "$(records | jq -r --argjson line "$1" --arg part "$3" \
            'select(.line == $line) | .detail | contains($part)')" true "'$3' in line $1"
    fi
}

# Options of the text format.
{
    printf ' out=nothing above\n'                                   # 1
    printf '%s/ok/t2\n' "$FAULT"                                    # 2
    printf '  out=../../x\n'                                         # 3
    printf '%s/ok/t4\n  out=%%2e%%2e/x\n' "$FAULT"                  # 4
    printf '%s/ok/t6\n\tdir=a//b\n' "$FAULT"                        # 6
    printf '%s/ok/t8\n checksum=sha-256=abc\n' "$FAULT"             # 8
    printf '%s/ok/t10\n checksum=crc=00\n' "$FAULT"                 # 10
    printf '%s/ok/t12\n max-tries=3\n split=5\n' "$FAULT"           # 12
    printf '%s/ok/t15\n max-tries=4\n' "$FAULT"                     # 15
    printf '%s/ok/t17\n header=Range: bytes=0-1\n' "$FAULT"         # 17
    printf '%s/ok/t19\n out=nul\000byte\n' "$FAULT"                 # 19
    printf '%s/ok/t21\n out=bad\377utf8\n' "$FAULT"                 # 21
    printf '%s/ok/t23\n header=X: %s\n' "$FAULT" "$long"            # 23
    printf '%s/ok/t25\n priority=high\n' "$FAULT"                   # 25
    printf '%s/ok/t27\tno mirror\n' "$FAULT"                        # 27
    printf '%s/ok/t28\n dir=/abs/dir\n' "$FAULT"                    # 28
    printf '%s/ok/t30\n # is no comment\n' "$FAULT"                 # 30, 31
    printf '%s/ok/t32\n' "$FAULT"                                   # 32
} >"$WORK/options.txt"
fresh_dir options
run_haul 1 -d "$DIR" --retries 0 "$WORK/options.txt"
check_run
for line in 12 15 28 30 32; do
    expect "$line" 'downloaded null'
done
expect 1 'failed bad-url' 'option'
for line in 2 4 6 19 21 23 31; do
    expect "$line" 'failed bad-url'
done
expect 8 'failed bad-url' '64 hex digits'
expect 10 'failed bad-url' checksum
expect 17 'failed bad-url' "'Range'"
expect 25 'failed bad-url' priority
expect 27 'failed bad-url' mirror
assert_files abs abs/dir abs/dir/t28 t12 t15 t30 t32
assert_eq "$(records | jq -cS 'select(.line == 12) | .extra')" '{"max-tries":"3","split":"5"}' extra
assert_eq "$(report '[.warnings[] | select(contains("max-tries"))] | length')" 1 \
    "warnings about an unknown option"
assert_eq "$(report '[.warnings[] | select(contains("absolute"))] | length')" 1 \
    "warnings about an absolute dir"
assert_eq "$(report .input.lines)" "$(wc -l <"$WORK/options.txt")" lines
# Tried again, what was refused is refused again, not downloaded without what was asked.
cp "$DIR/.haul/last/failed.tsv" "$WORK/again.tsv"
refused=$(report .counts.failed)
fresh_dir again
run_haul 3 -d "$DIR" --retries 0 "$WORK/again.tsv"
assert_eq "$(report .counts.failed)" "$refused" "refused again"
assert_files

# Tables.
{
    printf '\357\273\277url,caption\r\n'                            # 1
    printf '%s/ok/c2,"a, b"\r\n' "$FAULT"                           # 2
    printf '%s/ok/c3\r\n' "$FAULT"                                  # 3
    printf '%s/ok/c4,a,b\r\n' "$FAULT"                              # 4
    printf '\r\n'                                                   # 5
    printf '%s/ok/c6,"two\nlines"\r\n' "$FAULT"                     # 6
    printf '%s/ok/c8,"%s"\n' "$FAULT" "$long"                       # 8
    printf '%s/ok/c9,nul\000byte\n' "$FAULT"                        # 9
    printf '%s/ok/c10,bad\377utf8\n' "$FAULT"                       # 10
    printf ',no url\n'                                              # 11
    printf 'no scheme,x\n'                                          # 12
    printf '%s/ok/c13,"never ends\n' "$FAULT"                       # 13
    printf '%s/ok/c14,fine\n' "$FAULT"                              # 14
    printf '%s/ok/c15,"last ""one"""' "$FAULT"                      # 15
} >"$WORK/table.csv"
fresh_dir table
run_haul 1 -d "$DIR" --retries 0 "$WORK/table.csv"
check_run
for line in 2 6 14 15; do
    expect "$line" 'downloaded null'
done
for line in 3 4 8 9 10 11 12 13; do
    expect "$line" 'failed bad-url'
done
assert_eq "$(records | jq -r 'select(.line == 15) | .extra.caption')" 'last "one"' caption
assert_eq "$(records | jq -r 'select(.line == 6) | .extra.caption')" $'two\nlines' caption

# JSON lines.
{
    printf '{"url": "%s/ok/j1", "deep": %s%s}\n' "$FAULT" "$(printf '[%.0s' {1..40})" \
        "$(printf ']%.0s' {1..40})"                                 # 1
    printf '"%s/ok/j2"\n' "$FAULT"                                  # 2
    printf '{"url": "%s/ok/j3"\n' "$FAULT"                          # 3
    printf '{"url": 4}\n'                                           # 4
    printf '{"link": "%s/ok/j5"}\n' "$FAULT"                        # 5
    printf '{"url": "%s/ok/j6", "big": 123456789012345678901234567890}\n' "$FAULT" # 6
    printf '\n'                                                     # 7
    printf '{"url": "%s/ok/j8", "out": 8}\n' "$FAULT"               # 8
    printf '{"url": "%s/ok/j9\\u0000"}\n' "$FAULT"                  # 9
    printf '{"url": "%s/ok/j10", "x": "%s"}\n' "$FAULT" "$long"     # 10
    printf '{"url": "%s/ok/j11", "out": null, "priority": 3}\n' "$FAULT" # 11
} >"$WORK/lines.jsonl"
fresh_dir lines
run_haul 1 -d "$DIR" --retries 0 "$WORK/lines.jsonl"
check_run
for line in 1 2 3 4 5 6 8 9 10; do
    expect "$line" 'failed bad-url'
done
expect 11 'downloaded null'

# Streams that are cut short or broken: what came before counts, the cut line does not.
for i in $(seq 200); do
    echo "$FAULT/ok/z$i?size=1"
done >"$WORK/long.txt"
gzip -c "$WORK/long.txt" | head -c 500 >"$WORK/cut.gz"
zstd -qc "$WORK/long.txt" | head -c 250 >"$WORK/cut.zst"
{
    gzip -c "$WORK/long.txt"
    echo "$FAULT/ok/behind"
} >"$WORK/behind.gz"
for list in cut.gz cut.zst behind.gz; do
    fresh_dir "$list"
    expected=1
    if [ $list = cut.zst ]; then # one block, of which nothing can be had
        expected=any
    fi
    if [ $expected = any ]; then
        run_haul 3 -d "$DIR" --retries 0 --per-host 16 "$WORK/$list"
    else
        run_haul 1 -d "$DIR" --retries 0 --per-host 16 "$WORK/$list"
    fi
    check_run
    assert_eq "$(report .counts.failed)" 1 "failed of $list"
    assert_eq "$(report .input.complete)" false "complete of $list"
    assert_eq "$(records | jq -r 'select(.status == "failed") | .line')" \
        "$(($(report .counts.downloaded) + 1))" "line of the break in $list"
done

# UTF-16, and files that are no lists: 100 bad lines, then an end.
iconv -f UTF-8 -t UTF-16 "$WORK/long.txt" >"$WORK/utf16.txt"
head -c 300000 /dev/urandom >"$WORK/random.bin"
tar -cf "$WORK/archive.tar" -C "$SRCDIR" src
for list in utf16.txt random.bin archive.tar; do
    fresh_dir "no-list-$list"
    run_haul 5 -d "$DIR" --retries 0 "$WORK/$list"
    check_run
    assert_eq "$(report .counts.failed)" 100 "failed of $list"
    assert "haul does not say that $list is no list" grep -q "is no list of URLs" "$ERR"
done
# A list whose every line has something wrong beside its URL is a list.
for i in $(seq 120); do
    printf '%s/ok/c%d\n checksum=adler32=00000000\n' "$FAULT" "$i"
done >"$WORK/adler.txt"
fresh_dir adler
run_haul 3 -d "$DIR" "$WORK/adler.txt"
assert_counts '{failed: 120}'
# One good line makes it a list.
{
    head -1 "$WORK/long.txt"
    seq 300
} >"$WORK/mostly.txt"
fresh_dir mostly
run_haul 1 -d "$DIR" "$WORK/mostly.txt"
check_run
assert_counts '{downloaded: 1, failed: 300}'
