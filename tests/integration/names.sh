#!/usr/bin/env bash
# Hostile names in URLs become safe names in the output directory, and what somebody planted there
# is never followed, opened or replaced.
. "$(dirname "${BASH_SOURCE[0]}")/../support/lib.sh"
start_fault_server
long=$(printf 'n%.0s' {1..4000})

# Path below /ok/, final name where the rules leave no choice (- = only what holds for all).
cases() {
    cat <<'CASES'
../../evil-1                       evil-1
..%2f..%2fevil-2                   -
%2e%2e%2f%2e%2e%2fevil-3           -
..%5c..%5cevil-4                   -
..\..\evil-5                       -
%252e%252e%252fevil-6              -
%c0%ae%c0%ae%c0%afevil-7           -
%2fetc%2fpasswd                    -
..                                 -
.                                  -
%2e%2e                             -
%2E%2e%2f                          -
...                                -
.bashrc                            -
%2ebashrc                          -
-rf                                -
%2drf                              -
.haul                              -
.haul%2fstate.db                   -
%1b[31mred%1b[0m                   -
nul%00byte.txt                     -
line%0aend                         -
%e2%80%aegpj.exe                   -
c1%c2%9b31m                        -
bad%ff%feutf8                      -
trailing...                        trailing
trailing%20%20.                    -
CON                                -
nul.txt                            -
a%2Fb.txt                          a%2Fb.txt
colon%3Astar%2A.txt                colon%3Astar%2A.txt
percent%25.txt                     percent%25.txt
caf%C3%A9.txt                      café.txt
two%20words.txt                    two words.txt
query.txt?x=../../../evil-8        query.txt
%24(touch%20owned)%60id%60.txt     -
CASES
}

{
    cases | while read -r path _; do
        echo "$FAULT/ok/$path"
    done
    echo "$FAULT/ok/$long.jpg?n=1"
    echo "$FAULT/ok/$long.jpg?n=2"
    echo "$FAULT/ok/${long}x.jpg"
    echo "$FAULT/ok/"
    echo "$FAULT"
    echo "$FAULT/disposition/photo.jpg"
    printf '%s/ok/raw\033[2Jescape\n' "$FAULT"
} >"$WORK/list.txt"
lines=$(wc -l <"$WORK/list.txt")

is_safe() { # NAME
    [ "${#1}" -le 200 ] && [[ $1 != [.-]* && $1 != *[.\ ] && $1 != */* ]] &&
        ! grep -qP '[\x00-\x1f\x7f\\:*?"<>|]|\xc2[\x80-\x9f]|\xe2\x80[\x8e\x8f\xaa-\xae]|\xe2\x81[\xa6-\xa9]' \
            <<<"$1" &&
        ! grep -qiE '^(con|prn|aux|nul|com[1-9]|lpt[1-9])(\.|$)' <<<"$1" &&
        iconv -f UTF-8 -t UTF-8 <<<"$1" >/dev/null 2>&1
}

fresh_dir hostile
run_haul 1 -d "$DIR" --retries 0 --per-host 16 "$WORK/list.txt"
check_run
# All but the raw escape byte are downloaded, each to a file of its own; without dot segments
# three are the same as another.
assert_record "escape" '"\(.status) \(.class)"' 'failed bad-url'
assert_counts "{downloaded: $((lines - 4)), duplicate: 3, failed: 1}"
assert_eq "$(visible_files "$DIR" | wc -l)" $((lines - 4)) "files in the directory"
find "$DIR" -mindepth 1 -maxdepth 1 ! -name .haul -printf '%f\0' |
    while IFS= read -r -d '' name; do
        is_safe "$name" || fail "unsafe name $(printf %q "$name")"
        if ! [ -f "$DIR/$name" ] || [ -x "$DIR/$name" ]; then
            fail "not a plain file: $(printf %q "$name")"
        fi
    done
index=0
while read -r path name; do
    index=$((index + 1))
    if [ "$name" != - ]; then
        actual=$(records | jq -r --argjson i "$index" 'select(.i == $i) | .path')
        assert_eq "$actual" "$name" "name for $path"
    fi
done < <(cases)
assert_record /disposition/ .path photo.jpg
assert_eq "$(find "$DIR" -name '*.jpg' -name 'nnnn*' | wc -l)" 3 "long names"
assert_not "records hold a raw control byte" grep -qP '[\x00-\x08\x0b-\x1f\x7f]' \
    "$DIR/.haul/last/results.jsonl"

# What is planted under the names of the list. A link's target is outside the directory.
plant() {
    mkdir -p "$DIR/directory.txt"
    echo precious >"$DIR/directory.txt/inside"
    ln -s ../sentinel/victim "$DIR/link.txt"
    ln -s ../sentinel/created "$DIR/dangling.txt"
    ln -s ../sentinel "$DIR/linked-directory.txt"
    mkfifo "$DIR/fifo.txt"
    echo foreign >"$DIR/file.txt"
}
planted=(directory.txt link.txt dangling.txt linked-directory.txt fifo.txt)
for name in "${planted[@]}" file.txt fresh.txt; do
    echo "$FAULT/ok/$name?size=30"
done >"$WORK/planted.txt"

for policy in skip overwrite rename error; do
    fresh_dir "planted-$policy"
    mkdir "$DIR"
    plant
    run_haul 1 -d "$DIR" --retries 0 --if-exists "$policy" "$WORK/planted.txt"
    check_run
    for name in "${planted[@]}"; do
        assert_record "/ok/$name" '"\(.status) \(.class)"' 'failed exists'
    done
    assert "the FIFO is gone" test -p "$DIR/fifo.txt"
    assert_eq "$(readlink "$DIR/link.txt")" ../sentinel/victim "link"
    assert_eq "$(readlink "$DIR/dangling.txt")" ../sentinel/created "dangling link"
    assert_eq "$(readlink "$DIR/linked-directory.txt")" ../sentinel "link to a directory"
    assert_eq "$(ls -A "$DIR/directory.txt")" inside "files in the planted directory"
    assert_eq "$(cat "$DIR/fresh.txt")" "$(ok_body fresh.txt 30)" "content of fresh.txt"
    foreign=$(cat "$DIR/file.txt")
    new=$(ok_body file.txt 30)
    case $policy in
    skip)
        assert_record /ok/file.txt '"\(.status) \(.class)"' 'skipped exists'
        assert_eq "$foreign" foreign "content of file.txt"
        ;;
    overwrite)
        assert_record /ok/file.txt '"\(.status) \(.path)"' 'downloaded file.txt'
        assert_eq "$foreign" "$new" "content of file.txt"
        ;;
    rename)
        assert_record /ok/file.txt '"\(.status) \(.path)"' 'downloaded file-2.txt'
        assert_eq "$foreign" foreign "content of file.txt"
        assert_eq "$(cat "$DIR/file-2.txt")" "$new" "content of file-2.txt"
        ;;
    error)
        assert_record /ok/file.txt '"\(.status) \(.class)"' 'failed exists'
        assert_eq "$foreign" foreign "content of file.txt"
        ;;
    esac
done

# Skipped by policy is no failure.
fresh_dir skipped
mkdir "$DIR"
echo foreign >"$DIR/file.txt"
run_haul 0 -d "$DIR" "$FAULT/ok/file.txt" "$FAULT/ok/other.txt"
check_run
assert_counts '{skipped: 1, downloaded: 1}'

# haul's own folder may not be led elsewhere.
for inner in .haul .haul/tmp .haul/runs; do
    fresh_dir "led-${inner//\//-}"
    mkdir -p "$DIR/$(dirname "$inner")"
    ln -s "$OUTER/sentinel" "$DIR/$inner"
    run_haul 4 -d "$DIR" "$FAULT/ok/a.txt"
    check_outside
    assert_files
done
for inner in .haul/state.db .haul/lock .haul/reserve; do
    fresh_dir "led-${inner//\//-}"
    mkdir -p "$DIR/.haul"
    ln -s "$OUTER/sentinel/victim" "$DIR/$inner"
    status=0
    note_outside
    timeout "$(scaled 20)" "$HAUL" -d "$DIR" "$FAULT/ok/a.txt" >"$OUT" 2>"$ERR" || status=$?
    check_outside
    if [ "$status" = 4 ]; then
        assert_files
    else
        assert_eq "$status" 0 "exit code with a planted $inner"
        assert_not "$inner is still a link" test -L "$DIR/$inner"
    fi
done
