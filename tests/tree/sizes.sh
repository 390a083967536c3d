#!/bin/sh
# Budgets: a .c file has at most 400 lines, a header 150, a function 60 from its signature to its
# last brace, and nothing at file scope can change but the log level and the lock checker's mask.
# A seed of a fuzzer has at most 4 KiB.
set -eu
cd "${SRCDIR:-$(dirname "$0")/../..}"
archive=${BUILDDIR:-build}/libhaul.a
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

find src tests/support tests/fuzz -name '*.[ch]' ! -path '*/corpus/*' | LC_ALL=C sort >"$work/files"
[ -s "$work/files" ] || {
    echo "no sources found in $(pwd)"
    exit 1
}

# clang-format puts the braces of a function, and of nothing else, alone at the start of a line.
xargs awk '
function check_file() {
    if (file != "" && lines > (file ~ /\.h$/ ? 150 : 400))
        print file ": " lines " lines"
}
FNR == 1 {
    check_file()
    file = FILENAME
    signature = 0
}
{
    lines = FNR
}
/^[A-Za-z_]/ && !signature {
    signature = FNR
    name = $0
}
/^$|^}|^#|;[ \t]*$/ && !in_body {
    signature = 0
}
/^\{$/ {
    in_body = 1
}
/^\}/ && in_body {
    in_body = 0
    if (FNR - signature + 1 > 60)
        print file ":" signature ": " FNR - signature + 1 " lines: " name
    signature = 0
}
END {
    check_file()
}
' <"$work/files" >"$work/wrong"

find tests/fuzz/corpus -type f -size +4096c -printf '%p: %s bytes\n' >>"$work/wrong"

if [ ! -e "$archive" ]; then
    echo "$archive is missing" >>"$work/wrong"
else
    # Writable sections are .data, .bss and their thread-local kin; .data.rel.ro is constant after
    # relocation. Names that start with __ are made by compilers and sanitizers.
    objdump -t "$archive" | awk '
    /^[^ ].*:[ \t]+file format/ {
        object = $1
        sub(/:$/, "", object)
    }
    /^[0-9a-f]+ / {
        section = ""
        for (i = 2; i < NF; i++)
            if ($i ~ /^(\.t?data|\.t?bss|\*COM\*)/)
                section = $i
        if (section == "" || section ~ /^\.data\.rel\.ro/ || $NF ~ /^(\.|__|_GLOBAL_)/)
            next
        if (object == "log.o" || object == "thread.o") {
            exceptions[object]++
            next
        }
        print object ": " $NF " can change (" section ")"
    }
    END {
        for (object in exceptions)
            if (exceptions[object] > 1)
                print object ": has " exceptions[object] " variables, one is allowed"
    }' >>"$work/wrong"
fi

cat "$work/wrong"
[ ! -s "$work/wrong" ]
