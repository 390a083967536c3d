#!/usr/bin/env bash
# The size of images as haul reads it from their first bytes is what their decoders say, and no
# image that was cut short, wherever it was cut, passes for a complete one.
. "$(dirname "${BASH_SOURCE[0]}")/../support/lib.sh"
IMAGE_INFO=$BUILDDIR/tests/support/image_info

missing=0
need() { # TOOL FORMATS
    if ! command -v "$1" >/dev/null; then
        fail "$1 is not installed, so there is no $2"
        missing=1
    fi
}
need convert 'JPEG, PNG, GIF, WebP, BMP, TIFF and ICO'
need identify 'check of any size'
need vips 'animated WebP and tiled TIFF'
need vipsheader 'check of SVG and JPEG XL'
need heif-enc 'AVIF and HEIF'
need cjxl 'JPEG XL'
[ $missing = 0 ] || exit 1

mkdir "$WORK/images"
cd "$WORK/images" || exit 1
bash "$SUPPORT/image_files.sh" . 2>"$WORK/encoders.txt" || {
    fail "an encoder failed"
    tail -20 "$WORK/encoders.txt" >&2
    exit 1
}

# What decoders say: FORMAT WIDTH HEIGHT FILE as shown, that is after the orientation.
files=(*)
others=()
rasters=()
for file in "${files[@]}"; do
    case $file in
    *.jxl | *.svg) ;;
    *) rasters+=("$file") ;;
    esac
done
identify -ping -format '%m %w %h %W %H %[orientation] %i\n' "${rasters[@]}" >"$WORK/identified"
# vips takes 72 pixels for an inch, unless told otherwise, and then scales pixels too.
for file in *.jxl *.svg; do
    case $file in
    units-*) others+=("${file}[dpi=96]") ;;
    *) others+=("$file") ;;
    esac
done
vipsheader "${others[@]}" >"$WORK/headers" 2>"$WORK/vips.txt"
{
    awk '
    {
        name = $7
        sub(/\[[0-9]+\]$/, "", name)
        ending = name
        sub(/.*\./, "", ending)
        format = tolower($1)
        if (format ~ /^(tiff64|ptif)$/)
            format = "tiff"
        else if (format ~ /^bmp/)
            format = "bmp"
        else if (format == "heic")
            format = ending == "avif" ? "avif" : "heif"
        # A frame of an animation may be smaller than the whole.
        width = format == "gif" || format == "webp" ? $4 : $2
        height = format == "gif" || format == "webp" ? $5 : $3
        turned = $6 ~ /^(Left|Right)/
        area = width * height
        # The first page counts, but of an icon the largest image.
        if (name in seen && (format != "ico" || area <= areas[name]))
            next
        seen[name] = format " " (turned ? height " " width : width " " height)
        areas[name] = area
    }
    END {
        for (name in seen)
            print seen[name], name
    }' "$WORK/identified"
    sed -nE 's/^(.*)\.(jxl|svg)(\[dpi=96\])?: ([0-9]+)x([0-9]+) .*/\2 \4 \5 \1.\2/p' "$WORK/headers"
} | sort -k4 >"$WORK/expected"

status=0
timeout "$(scaled 60)" "$IMAGE_INFO" --prefixes "${files[@]}" >"$WORK/info" 2>"$WORK/complaints" || status=$?
assert_eq "$status" 0 "exit of image_info"
assert_eq "$(head -5 "$WORK/complaints")" "" "what image_info complains of"
awk '{ print $1, $2, $3, $6 }' "$WORK/info" | sort -k4 >"$WORK/actual"
if ! diff "$WORK/expected" "$WORK/actual" >"$WORK/difference"; then
    fail "sizes differ from those that decoders say"
    head -20 "$WORK/difference" | sed 's/^/    /' >&2
fi

assert_at_least "$(wc -l <"$WORK/info")" 200 "number of files"
for format in jpeg png gif webp bmp tiff avif heif ico svg jxl; do
    assert_at_least "$(grep -c "^$format " "$WORK/info" || true)" 8 "number of $format files"
done
assert_eq "$(awk '$5 != "seen" { print $6 }' "$WORK/info" | grep -v -e '-bare\.jxl$' | head -3)" "" \
    "files whose end is not known"
assert_eq "$(sed -nE 's/^[a-z]+ [0-9]+ [0-9]+ ([0-9]) .*-o\1\.(jpg|tif|webp)$/\1/p' \
    "$WORK/info" | sort | uniq -c | awk '{ printf "%s ", $1 }')" "3 3 3 3 3 3 3 3 " \
    "files of each orientation"
