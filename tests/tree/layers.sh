#!/bin/sh
# The folder is the architecture: a file includes only what its layer may, names the layer, and
# neither headers nor modules include each other in a circle.
#
# Files of a layer whose names start with the same word are one module: io/transfer.c,
# io/transfer_options.c. An option table (.def) is data and belongs to none.
set -eu
cd "${SRCDIR:-$(dirname "$0")/../..}"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

find src -name '*.[ch]' | LC_ALL=C sort >"$work/files"
[ -s "$work/files" ] || {
    echo "no sources found in $(pwd)"
    exit 1
}
: >"$work/headers"
: >"$work/modules"

# Prints one line for each wrong include; the edges of the two graphs go to files.
xargs awk -v headers="$work/headers" -v modules="$work/modules" '
BEGIN {
    allowed["base"] = " base "
    allowed["sync"] = " base sync "
    allowed["model"] = " base model "
    allowed["io"] = " base sync model io "
    allowed["app"] = " base sync model io app "
}
function module_of(name) {
    sub(/[_.][^\/]*$/, "", name)
    return name
}
FNR == 1 {
    split(FILENAME, part, "/")
    layer = part[2]
    file = substr(FILENAME, 5)
    if (!(layer in allowed))
        print FILENAME ": in no layer"
}
/^[ \t]*#[ \t]*include[ \t]*"/ {
    target = $0
    sub(/^[^"]*"/, "", target)
    sub(/".*/, "", target)
    if (target == "config.h")
        next
    if (target !~ /^[a-z]+\/[a-z0-9_]+\.(h|def)$/) {
        print FILENAME ":" FNR ": \"" target "\" does not name its layer"
        next
    }
    split(target, part, "/")
    if (index(allowed[layer], " " part[1] " ") == 0)
        print FILENAME ":" FNR ": " layer " may not include " target
    if (target ~ /\.def$/)
        next
    if (file ~ /\.h$/)
        print file, target >headers
    if (module_of(file) != module_of(target))
        print module_of(file), module_of(target) >modules
}
' <"$work/files" >"$work/wrong"

# tsort names the members of each circle that it finds.
for graph in headers modules; do
    if ! tsort "$work/$graph" >/dev/null 2>"$work/circle"; then
        echo "$graph include each other in a circle:"
        sed -n 's/^tsort: \([^:]*\)$/    \1/p' "$work/circle"
    fi
done >>"$work/wrong"
cat "$work/wrong"
[ ! -s "$work/wrong" ]
