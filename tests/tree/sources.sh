#!/bin/sh
# Every source and test is in a local.mk, so that nothing is left unbuilt, untested or out of the
# release; every option table and schema too. And what a local.mk names is there. The seeds of
# fuzzers are released by folder, one folder with something in it for each target.
set -eu
cd "${SRCDIR:-$(dirname "$0")/../..}"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# Unit tests, fuzz targets and benchmarks are listed as programs, without the .c.
sed 's/#.*//' src/local.mk tests/local.mk doc/local.mk | tr -s ' \t\\' '\n\n\n' |
    LC_ALL=C sort -u >"$work/listed"
find src tests doc -type f ! -name local.mk ! -path '*/__pycache__/*' ! -name '*.md' \
    ! -path 'tests/fuzz/corpus/*' |
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
    [ -e "$name" ] || [ -f "$name.c" ] || echo "$name: listed, but not there"
done >>"$work/wrong"

find tests/fuzz/corpus | LC_ALL=C sort >"$work/seeds"
{
    grep '[^A-Za-z0-9/._-]' "$work/seeds" | sed 's/$/: letters, digits and . _ - only/'
    find tests/fuzz/corpus -mindepth 1 -maxdepth 1 | while read -r folder; do
        [ -f "tests/fuzz/fuzz_${folder##*/}.c" ] || echo "$folder: seeds of no target"
    done
    for target in tests/fuzz/fuzz_*.c; do
        name=${target#tests/fuzz/fuzz_}
        grep -q "^tests/fuzz/corpus/${name%.c}/" "$work/seeds" || echo "$target: has no seeds"
    done
} >>"$work/wrong"

cat "$work/wrong"
[ ! -s "$work/wrong" ]
