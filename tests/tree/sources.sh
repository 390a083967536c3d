#!/bin/sh
# Every source and test is in a local.mk, so that nothing is left unbuilt, untested or out of the
# release; every option table and schema too. And what a local.mk names is there.
set -eu
cd "${SRCDIR:-$(dirname "$0")/../..}"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# Unit tests and benchmarks are listed as programs, without the .c.
sed 's/#.*//' src/local.mk tests/local.mk doc/local.mk | tr -s ' \t\\' '\n\n\n' |
    LC_ALL=C sort -u >"$work/listed"
find src tests doc -type f ! -name local.mk ! -path '*/__pycache__/*' ! -name '*.md' |
    LC_ALL=C sort >"$work/there"
[ -s "$work/there" ] || {
    echo "no sources found in $(pwd)"
    exit 1
}

while read -r file; do
    case $file in
    *[!A-Za-z0-9/._-]*) echo "$file: letters, digits and . _ - only" ;;
    esac
    grep -qxF -e "$file" -e "${file%.c}" "$work/listed" || echo "$file: in no local.mk"
done <"$work/there" >"$work/wrong"

grep -E '^(src|tests|doc)/[^$]*$' "$work/listed" | while read -r name; do
    [ -f "$name" ] || [ -f "$name.c" ] || echo "$name: listed, but not there"
done >>"$work/wrong"

cat "$work/wrong"
[ ! -s "$work/wrong" ]
