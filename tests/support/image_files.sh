#!/usr/bin/env bash
# image_files.sh DIRECTORY: writes some 250 small images, in every format that haul reads the size
# of, with the encoders that people use. A file whose name ends in -oN was turned by its EXIF or
# TIFF orientation N; one that ends in -bare is a codestream that does not say where it ends.
#
# Needs convert, vips, heif-enc and cjxl. Sizes are such that sides differ, are odd, or not a
# multiple of a block.
set -euo pipefail

SUPPORT=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
cd "$1"
SIZES=(16x16 33x17 64x48 97x61 5x120)
ORIENTATIONS=(TopLeft TopRight BottomRight BottomLeft LeftTop RightTop RightBottom LeftBottom)
sources=$(mktemp -d)
trap 'rm -rf "$sources"' EXIT

# Everything that convert writes of one size, in one call.
convert_size() { # SIZE
    local size=$1 arguments=()
    write() { # FILE OPTION...
        arguments+=('(' +clone "${@:2}" -write "$1" +delete ')')
    }
    write "$sources/$size.png"
    write "base-$size.jpg" -quality 80
    write "progressive-$size.jpg" -interlace JPEG
    write "gray-$size.jpg" -colorspace Gray
    write "full-$size.jpg" -sampling-factor 1x1
    write "PNG8:palette-$size.png" -colors 16
    write "PNG24:rgb-$size.png"
    write "PNG32:alpha-$size.png" -alpha set -channel A -evaluate set 50%
    write "PNG48:deep-$size.png" -depth 16
    write "gray-$size.png" -colorspace Gray
    write "bits-$size.png" -monochrome
    write "PNG24:interlaced-$size.png" -interlace PNG
    write "plain-$size.gif"
    write "interlaced-$size.gif" -interlace GIF
    write "lossy-$size.webp" -quality 60
    write "lossless-$size.webp" -define webp:lossless=true
    write "alpha-$size.webp" -alpha set -channel A -evaluate set 50%
    write "BMP2:old-$size.bmp"
    write "BMP3:rgb-$size.bmp"
    write "BMP3:palette-$size.bmp" -colors 16 -type Palette
    write "BMP3:bits-$size.bmp" -monochrome -type Bilevel
    write "alpha-$size.bmp" -alpha set -channel A -evaluate set 50%
    write "none-$size.tif" -compress none
    write "lzw-$size.tif" -compress lzw
    write "zip-$size.tif" -compress zip
    write "jpeg-$size.tif" -compress jpeg
    write "fax-$size.tif" -monochrome -compress group4
    write "motorola-$size.tif" -endian MSB
    write "strips-$size.tif" -compress none -define tiff:rows-per-strip=3
    write "TIFF64:big-$size.tif"
    write "PTIF:pyramid-$size.tif"
    write "one-$size.ico"
    convert -size "$size" plasma:red-blue -depth 8 "${arguments[@]}" null:
}

# Files of several images.
convert_many() {
    local size
    for size in 33x17 64x48 97x61; do
        convert -delay 5 "$sources/$size.png" \( "$sources/$size.png" -flip \) \
            \( "$sources/$size.png" -negate \) \
            -write "animated-$size.gif" -write "pages-$size.tif" null:
        vips copy "animated-$size.gif[n=-1]" "animated-$size.webp"
        convert "$sources/16x16.png" "$sources/$size.png" "$sources/33x17.png" "three-$size.ico"
    done
    convert "$sources/64x48.png" -resize '256x200!' "$sources/16x16.png" "large-256x200.ico"
}

vips_tiff() {
    local size
    for size in "${SIZES[@]}"; do
        vips copy "$sources/$size.png" "tiles-$size.tif[tile,tile-width=16,tile-height=16]"
        vips copy "$sources/$size.png" \
            "layers-$size.tif[tile,tile-width=16,tile-height=16,pyramid,bigtiff]"
        vips copy "$sources/$size.png" \
            "below-$size.tif[tile,tile-width=16,tile-height=16,pyramid,subifd,compression=deflate]"
    done
}

orientations() {
    local i arguments=()
    for i in "${!ORIENTATIONS[@]}"; do
        arguments+=(-orient "${ORIENTATIONS[$i]}" -write "turned-o$((i + 1)).tif")
    done
    convert "$sources/97x61.png" "${arguments[@]}" null:
    for i in {1..8}; do
        vips copy "turned-o$i.tif" "turned-o$i.jpg"
        vips copy "turned-o$i.tif" "turned-o$i.webp"
        cjxl --quiet --lossless_jpeg=1 "turned-o$i.jpg" "turned-o$i.jxl"
    done
}

heif() {
    local size
    for size in "${SIZES[@]:1}"; do
        heif-enc -q 40 "$sources/$size.png" -o "low-$size.heic"
        heif-enc -q 90 "$sources/$size.png" -o "high-$size.heic"
        heif-enc -A -q 40 "$sources/$size.png" -o "low-$size.avif"
        heif-enc -A -q 90 "$sources/$size.png" -o "high-$size.avif"
        heif-enc -A "alpha-$size.png" -o "alpha-$size.avif"
    done >/dev/null
    heif-enc -t 48 "$sources/64x48.png" "$sources/97x61.png" -o two-64x48.heic >/dev/null
    local turn i=0
    for turn in irot=1 irot=2 irot=3 imir=0 imir=1 'irot=1 imir=0' 'irot=3 imir=0'; do
        i=$((i + 1))
        # shellcheck disable=SC2086
        python3 "$SUPPORT/image_turn.py" low-97x61.avif "turn$i.avif" $turn
    done
}

jxl() {
    local size
    for size in "${SIZES[@]}"; do
        cjxl --quiet "$sources/$size.png" "$size-bare.jxl"
        cjxl --quiet --container=1 "$sources/$size.png" "boxed-$size.jxl"
        cjxl --quiet --container=1 -d 0 "$sources/$size.png" "lossless-$size.jxl"
        cjxl --quiet --lossless_jpeg=1 "base-$size.jpg" "again-$size.jxl"
    done
}

svg() { # NAME ATTRIBUTES [BEFORE]
    printf '%s<svg xmlns="http://www.w3.org/2000/svg" %s>\n<svg width="3" height="3"><path d="M0 0h9"/></svg>\n</svg>\n' \
        "${3:-}" "$2" >"$1.svg"
}

svgs() {
    svg plain 'width="97" height="61"'
    svg pixels "width='97px' height='61px'"
    svg units-points 'width="72pt" height="144pt"'
    svg units-inches 'width="1.5in" height="6pc"'
    svg units-metric 'width="2.54cm" height="50.8mm"'
    svg box 'viewBox="0 0 97 61"'
    svg percent 'width="100%" height="100%" viewBox="-10 -10 97 61"'
    svg wide 'width="97" viewBox="0 0 10 20"'
    svg both 'width="97" height="61" viewBox="0 0 10 20"'
    svg fraction 'width="97.4" height="60.6"'
    svg declared 'width="97" height="61"' '<?xml version="1.0" encoding="UTF-8"?>
<!-- <svg width="1" height="1"></svg> -->
'
    svg doctype 'width="97" height="61"' '<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN"
  "http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd">
'
    svg entities 'width="97" height="61"' '<?xml version="1.0"?>
<!DOCTYPE svg [ <!ENTITY a "<svg width=&#39;1&#39;>"> <!-- ]> --> ]>
'
}

for size in "${SIZES[@]}"; do
    convert_size "$size"
done
convert_many
vips_tiff
orientations
heif
jxl
svgs
