#!/bin/sh
# clang-format decides white space. Other versions decide otherwise: only 14 counts.
set -eu
cd "${SRCDIR:-$(dirname "$0")/../..}"

if ! command -v clang-format-14 >/dev/null; then
    echo "clang-format-14 is not installed"
    exit 77
fi
files=$(find src tests -name '*.[ch]' ! -path '*/fuzz/corpus/*' | LC_ALL=C sort)
[ -n "$files" ] || {
    echo "no sources found in $(pwd)"
    exit 1
}
# File names have no blanks: tests/tree/sources.sh.
# shellcheck disable=SC2086
exec clang-format-14 --style=file --dry-run -Werror $files
