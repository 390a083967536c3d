#!/bin/sh
# Nothing in the tree speaks of where and how it was made, or of work that is left to do: that
# belongs into the issue tracker.
set -eu
cd "${SRCDIR:-$(dirname "$0")/../..}"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# A release has no git, and may hold a build of itself.
if [ -e .git ] && command -v git >/dev/null; then
    git ls-files --cached --others --exclude-standard >"$work/files"
else
    find src tests doc urls .ci bootstrap configure.ac Makefile.am README.md ChangeLog CONTRIBUTING \
        -type f >"$work/files"
fi
# This file holds the patterns; binary files are no text, and the seeds of fuzzers are none of ours.
LC_ALL=C sort "$work/files" | grep -vE '^tests/(tree/words\.sh$|fuzz/corpus/)' | while read -r file; do
    if [ -f "$file" ] && grep -qI . "$file"; then
        echo "$file"
    fi
done >"$work/text"
[ -s "$work/text" ] || {
    echo "no text found in $(pwd)"
    exit 1
}

# find_words REASON PATTERN [EXCEPTION]: extended expressions; a line may match the exception.
find_words() {
    tr '\n' '\0' <"$work/text" | xargs -0 grep -nHE -e "$2" |
        grep -vE -e "${3:-^\$}" | sed "s|\$|   <- $1|" || true
}

{
    find_words 'work left to do' '(^|[^A-Za-z])(TODO|FIXME|XXX|HACK)([^A-Za-z]|$)'
    find_words 'a path of one machine' '(^|[^A-Za-z0-9_.}/-])/(work|root|home/[a-z]+)/'
    # Unit tests may have absolute names that must be refused.
    find_words 'a path of one machine' '(^|[^A-Za-z0-9_.}/-])/tmp/' \
        'mkd?s?temp|^tests/unit/[^:]*:[0-9]*:.*"/tmp/[a-z]+"'
    find_words 'the workplace' '(^|[^A-Za-z])([Ss]ub-?)?[Aa]gents?([^A-Za-z_]|$)' '[Uu]ser[-_ ][Aa]gent|USER_AGENT'
    find_words 'the workplace' '(^|[^A-Za-z])([Ss]ession [Ii][Dd]|[Ss]ession_[0-9]|LLM|[Cc]laude|[Aa]nthropic|[Cc]hat ?GPT|[Pp]rompt engineer)'
} >"$work/wrong"
cat "$work/wrong"
[ ! -s "$work/wrong" ]
