#!/usr/bin/env bash
# Completions, by asking the shells themselves: each offers what the command knows, and nothing
# else. A case is a command line, with the cursor at its end, and what must be offered for it.
. "$(dirname "${BASH_SOURCE[0]}")/../support/lib.sh"

cd "$OUTER/cwd"
mkdir -p 'my files' photos/.haul/runs/20261120T120000Z-4f1c 'my runs/.haul/runs/20261121T120000Z-0a0b' \
    lists
touch list.txt 'a b.csv' photos/report.json lists/one.txt

# LINE|EXPECTED, words separated by ','; "..." in front: these among others. Of paths the last part.
CASES=(
    'haul ch|check'
    'haul --fo|--force,--format'
    'haul --order=r|random,reverse'
    'haul --order r|random,reverse'
    'haul --order=|list,priority,random,reverse'
    'haul -j 4 --sync b|batch'
    'haul --no-st|--no-state'
    'haul check --no-st|'
    'haul check --for|--format'
    'haul get --for|--force,--format'
    'haul bench --sin|--sink'
    'haul --sin|'
    'haul demo --s|--serve'
    'haul --generate f|fish'
    'haul --help c|check,checks,config,cron'
    'haul --help be|bench'
    'haul report --js|--json'
    'haul doc|doctor'
    'haul doctor --no-st|--no-state'
    'haul doctor --dry|'
    'haul report -|...--json'
    'haul report --d|'
    'haul -|...-d,--dir,-j,--jobs,-n,--dry-run,--help,--no-mtime'
    'haul li|list.txt,lists'
    'haul list.txt li|list.txt,lists'
    'haul list.txt ch|'
    'haul check list.txt --ok|--ok-status'
    'haul lists/|one.txt'
    'haul -d p|photos'
    'haul -d l|lists'
    'haul --dir=l|lists'
    'haul --dir l|lists'
    'haul --metrics li|list.txt,lists'
    'haul --per-host l|'
    'haul --exec /bin/fals|false'
    'haul demo li|'
    'haul report ph|photos'
    'haul report photos/|...20261120T120000Z-4f1c,report.json'
    'haul report li|...lists'
    'haul report my\ runs/|...20261121T120000Z-0a0b'
    'haul report "my runs/|...20261121T120000Z-0a0b'
    'haul -- --fo|'
    'haul --dir check --fo|--force,--format'
    'haul --expect im|image'
    'haul --expect=p|pdf,png'
    'haul --expect png,pd|png,pdf'
    'haul --expect=image,pd|image,pdf'
    'haul --exp|--expect'
    'haul list.txt demo --fo|--force,--format'
)

# Shells repeat more or less of what is there already: '--order=' and the folders of a path.
same_form() {
    sed -e 's|/$||' -e 's|.*/||' -e 's|^--[a-z-]*=||' | sort -u
}

check_answers() { # SHELL FILE: what it printed for all CASES
    local shell=$1 i=0 line expected answer word
    while [ $i -lt ${#CASES[@]} ]; do
        answer=
        while IFS= read -r line <&9 && [ "$line" != -- ]; do
            answer+=$line$'\n'
        done
        answer=$(printf '%s' "$answer" | same_form | paste -sd, -)
        line=${CASES[i]%%|*}
        expected=${CASES[i]#*|}
        if [[ $expected == ...* ]]; then
            while IFS= read -r word; do
                assert "$shell: '$line' does not offer $word" \
                    grep -qxF -- "$word" <<<"${answer//,/$'\n'}"
            done <<<"$(tr , '\n' <<<"${expected#...}")"
        else
            assert_eq "$answer" "$expected" "$shell: what '$line' offers"
        fi
        i=$((i + 1))
    done 9<"$2"
}

lines=("${CASES[@]%%|*}")
for shell in bash zsh fish; do
    if ! command -v "$shell" >/dev/null; then
        echo "$shell is not installed: its completion was not tested"
        continue
    fi
    mkdir "$WORK/$shell"
    status=0
    "$HAUL" --generate "$shell" >"$WORK/$shell/_haul"
    assert "$shell: the completion is no script" "$shell" -n "$WORK/$shell/_haul"
    source=$WORK/$shell/_haul
    run=("$shell" "$SUPPORT/complete.$shell" "$source")
    [ $shell != zsh ] || run=(zsh -f "$SUPPORT/complete.zsh" "$WORK/zsh")
    timeout "$(scaled 20)" "${run[@]}" "${lines[@]}" >"$WORK/answers" 2>"$WORK/complaints" || status=$?
    assert_eq "$status" 0 "exit of $shell"
    assert_eq "$(head -3 "$WORK/complaints")" "" "what $shell complains about"
    check_answers "$shell" "$WORK/answers"
done
