#!/bin/sh
# Each link of a document to a file beside it leads somewhere. tests/package asks the same of what
# it has installed: tests/tree/links.sh FOLDER.
set -eu
cd "${1:-${SRCDIR:-$(dirname "$0")/../..}}"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

find . \( -name 'build*' -o -name '.git' \) -prune -o -name '*.md' -print |
    while read -r document; do
        grep -oE '\]\([^)# ]+' "$document" | sed 's/^](//' | grep -vE '^[a-z]+:' |
            while read -r link; do
                echo "$document $link"
            done
    done >"$work/links"
[ "$(wc -l <"$work/links")" -ge 10 ] || {
    echo "hardly any links found in $(pwd)"
    exit 1
}
while read -r document link; do
    [ -e "$(dirname "$document")/$link" ] || echo "$document: $link leads nowhere"
done <"$work/links" >"$work/wrong"
cat "$work/wrong"
[ ! -s "$work/wrong" ]
