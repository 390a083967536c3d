#!/bin/sh
# The folder is the architecture: a file includes only what its layer may, and names the layer.
# Fuzz targets are held to it like a layer that nobody includes: parsers are below app.
# Modules (x.c and x.h) do not include each other in a circle, but for the parts of one:
# io/source.c and io/source_text.c, whose names start with the same word. Headers never do.
set -eu
cd "${SRCDIR:-$(dirname "$0")/../..}"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

find src tests/fuzz -name '*.[ch]' ! -path '*/corpus/*' | LC_ALL=C sort >"$work/files"
[ -s "$work/files" ] || {
    echo "no sources found in $(pwd)"
    exit 1
}

xargs awk '
BEGIN {
    allowed["base"] = " base "
    allowed["sync"] = " base sync "
    allowed["model"] = " base model "
    allowed["io"] = " base sync model io "
    allowed["app"] = " base sync model io app "
    allowed["fuzz"] = " base model io fuzz "
}
FNR == 1 {
    split(FILENAME, part, "/")
    layer = part[2]
    file = FILENAME
    sub(/^[a-z]+\//, "", file)
    module = substr(file, 1, length(file) - 2)
    modules[module]
    if (!(layer in allowed))
        print FILENAME ": in no layer"
}
/^[ \t]*#[ \t]*include[ \t]*"/ {
    target = $0
    sub(/^[^"]*"/, "", target)
    sub(/".*/, "", target)
    if (target == "config.h")
        next
    if (layer == "fuzz" && target ~ /^(\.\.\/unit\/)?[a-z_]+\.h$/) # what tests share
        next
    if (target !~ /^[a-z]+\/[a-z0-9_]+\.(h|def)$/) {
        print FILENAME ":" FNR ": \"" target "\" does not name its layer"
        next
    }
    split(target, part, "/")
    if (index(allowed[layer], " " part[1] " ") == 0)
        print FILENAME ":" FNR ": " layer " may not include " target
    if (target ~ /\.def$/) # data, part of no module
        next
    sub(/\.h$/, "", target)
    modules[target]
    reaches[module, target]
    if (file ~ /\.h$/)
        header_reaches[module, target]
}
function first_word(name) {
    sub(/_.*/, "", name)
    return name
}
# Adds every way that leads over other modules.
function close_ways(way,    a, b, over) {
    for (over in modules)
        for (a in modules)
            if ((a, over) in way)
                for (b in modules)
                    if ((over, b) in way)
                        way[a, b]
}
END {
    close_ways(reaches)
    close_ways(header_reaches)
    for (a in modules) {
        for (b in modules) {
            if (a < b && (a, b) in reaches && (b, a) in reaches && first_word(a) != first_word(b))
                print a " and " b " include each other in a circle"
            if (a < b && (a, b) in header_reaches && (b, a) in header_reaches)
                print "the headers of " a " and " b " include each other in a circle"
        }
    }
}
' <"$work/files" >"$work/wrong"

LC_ALL=C sort "$work/wrong"
[ ! -s "$work/wrong" ]
