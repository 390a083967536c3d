#!/usr/bin/env bash
# --expect, image sizes, checksums and digests: a file that is not what it should be is not
# published, whatever the server says.
. "$(dirname "${BASH_SOURCE[0]}")/../support/lib.sh"
start_fault_server
cd "$WORK/www"
convert -size 64x48 gradient:red-blue jpeg:whole.jpg
convert -size 64x48 gradient:red-blue png:whole.png
convert -size 64x48 gradient:red-blue gif:whole.gif
convert -size 64x48 gradient:red-blue webp:whole.webp
for type in jpg png gif webp; do
    head -c -3 "whole.$type" >"cut.$type"
    cat "whole.$type" <(echo "bytes behind the end") >"more.$type"
done
# Orientation 6 in an EXIF block of its own behind the beginning of the file.
{
    head -c 2 whole.jpg
    printf '\377\341\000\042Exif\000\000MM\000*\000\000\000\010\000\001'
    printf '\001\022\000\003\000\000\000\001\000\006\000\000\000\000\000\000'
    tail -c +3 whole.jpg
} >turned.jpg
convert -size 3000x10 xc:white wide.png
printf '<!DOCTYPE html><html><body>please log in</body></html>' >login.jpg
printf '%%PDF-1.4\n%%%%EOF\n' >paper.pdf
head -c 300000 /dev/urandom >noise.jpg
sed -i '1s/^/<html>/' noise.jpg
cd "$OLDPWD"
start_nginx

ls "$WORK/www" | sed "s|^|$SITE/|" >"$WORK/all.txt"
fresh_dir all
run_haul 0 -d "$DIR" "$WORK/all.txt"
check_run
image() { # NAME EXPECTED
    assert_record "/$1" '[.image | .format, .width, .height, .orientation, .complete] |
        map(tostring) | join(" ")' "$2"
}
image whole.jpg "jpeg 64 48 null true"
image whole.png "png 64 48 null true"
image whole.gif "gif 64 48 null true"
image whole.webp "webp 64 48 null true"
for type in jpg png gif webp; do
    assert_record "/cut.$type" '[.status, (.image.complete | tostring), (.detail != null | tostring)] |
        join(" ")' "downloaded false true"
    assert_record "/more.$type" '.image.complete' true
done
assert_record /login.jpg '[.type.declared, .type.detected, (.image | tostring)] | join(" ")' \
    "image/jpeg text/html null"
assert_eq "$(report '[.warnings[] | select(contains("cut short"))] | length')" 1 "warnings"
assert_eq "$(grep -c '^WARN image' "$ERR")" 4 "warnings on the screen"

fresh_dir images
run_haul 1 -d "$DIR" --expect image "$WORK/all.txt"
check_run
for type in jpg png gif webp; do
    assert_class "/cut.$type" bad-image
    assert_class "/whole.$type" downloaded
    assert_class "/more.$type" downloaded
done
assert_class /login.jpg bad-type
assert_class /paper.pdf bad-type
assert_class /noise.jpg bad-type
assert_record /login.jpg '.detail | contains("wanted image, got text/html")' true
assert_eq "$(convert "$WORK/www/turned.jpg" -auto-orient -format '%w %h' info:)" "48 64" \
    "size of the turned picture by another program"
assert_record /turned.jpg '[.image | .width, .height, .orientation] | join(" ")' "48 64 6"
# What cannot pass any more is not downloaded to its end.
assert_record /noise.jpg '.bytes.wire < 300000' true

fresh_dir some
run_haul 1 -d "$DIR" --expect png,pdf "$WORK/all.txt"
assert_class /whole.png downloaded
assert_class /paper.pdf downloaded
assert_class /whole.jpg bad-type
run_haul 2 -d "$DIR" --expect picture "$WORK/all.txt"

fresh_dir sizes
run_haul 1 -d "$DIR" --min-width 60 --min-height 40 --max-pixels 20000 "$WORK/all.txt"
check_run
assert_class /whole.png downloaded
assert_class /wide.png bad-image
assert_class /paper.pdf downloaded
assert_record /wide.png '.detail | contains("--")' true

# What an earlier run kept must hold what this one asks: it is looked at, and fetched again.
DIR=$OUTER/all
run_haul 1 -d "$DIR" --expect image "$WORK/all.txt"
assert_class /login.jpg bad-type
assert_class /cut.png bad-image
assert_class /whole.png kept
assert_eq "$(report .counts.kept)" "$(grep -c -e whole -e more -e turned -e wide "$WORK/all.txt")" \
    "kept images"
requests=$(wc -l <"$NGINX_LOG")
run_haul 0 -d "$DIR" "$WORK/all.txt"
assert_eq "$(report .counts.kept)" "$(wc -l <"$WORK/all.txt")" "kept when nothing is asked"
assert_eq "$(wc -l <"$NGINX_LOG")" "$requests" "requests for kept files"

# Digests.
sum() { # ALGORITHM FILE
    "$1sum" <"$WORK/www/$2" | cut -d' ' -f1
}
{
    printf '%s/whole.jpg\n checksum=md5=%s\n' "$SITE" "$(sum md5 whole.jpg)"
    printf '%s/whole.png\n checksum=sha-1=%s\n' "$SITE" "$(sum sha1 whole.png)"
    printf '%s/whole.gif\n checksum=sha-256=%s\n' "$SITE" "$(sum sha256 whole.gif | tr a-f A-F)"
    printf '%s/whole.webp\n checksum=sha-512=%s\n' "$SITE" "$(sum sha512 whole.webp)"
    printf '%s/paper.pdf\n checksum=md5=%s\n' "$SITE" "$(sum md5 whole.jpg)"
    printf '%s/noise.jpg\n checksum=sha-256=%s\n' "$SITE" "$(sum sha256 whole.jpg)"
} >"$WORK/sums.txt"
fresh_dir sums
run_haul 1 -d "$DIR" "$WORK/sums.txt"
check_run
assert_files whole.jpg whole.png whole.gif whole.webp
assert_class /paper.pdf hash-mismatch
assert_class /noise.jpg hash-mismatch
assert_record /whole.gif .sha256 "$(sum sha256 whole.gif)"
assert_record /whole.jpg '.sha256 | tostring' null
fresh_dir hashed
run_haul 0 -d "$DIR" --hash sha256 "$WORK/all.txt"
while read -r digest path; do
    assert_eq "$(sha256sum <"$DIR/$path" | cut -d' ' -f1)" "$digest" "SHA-256 of $path"
done < <(records | jq -r '"\(.sha256) \(.path)"')

# A checksum that the list gives later is verified, and a file that fails it fetched again.
cp "$WORK/www/whole.png" "$WORK/www/changing.png"
echo "$SITE/changing.png" >"$WORK/later.txt"
fresh_dir later
run_haul 0 -d "$DIR" "$WORK/later.txt"
printf ' checksum=md5=%s\n' "$(sum md5 whole.png)" >>"$WORK/later.txt"
run_haul 0 -d "$DIR" "$WORK/later.txt"
assert_class /changing.png kept
sed -i "s/md5=.*/md5=$(sum md5 whole.gif)/" "$WORK/later.txt"
run_haul 3 -d "$DIR" "$WORK/later.txt"
assert_class /changing.png hash-mismatch
cp "$WORK/www/whole.gif" "$WORK/www/changing.png"
run_haul 0 -d "$DIR" "$WORK/later.txt"
assert_class /changing.png downloaded
assert "the file was not replaced" cmp -s "$WORK/www/whole.gif" "$DIR/changing.png"
requests=$(wc -l <"$NGINX_LOG")
run_haul 0 -d "$DIR" "$WORK/later.txt"
assert_class /changing.png kept
assert_eq "$(wc -l <"$NGINX_LOG")" "$requests" "requests for a verified file"

# A user's edit is never replaced, also when it has the same size.
cp "$WORK/www/whole.png" "$WORK/www/edited.png"
size=$(stat -c %s "$WORK/www/edited.png")
echo "$SITE/edited.png" >"$WORK/edited.txt"
fresh_dir edited
run_haul 0 -d "$DIR" "$WORK/edited.txt"
head -c "$size" /dev/zero | tr '\0' u >"$DIR/edited.png"
touch -d '+1 minute' "$DIR/edited.png"
cp "$DIR/edited.png" "$WORK/users"
for option in --expect=image --min-width=1; do
    run_haul 0 -d "$DIR" $option "$WORK/edited.txt"
    assert "a user's file was replaced ($option)" cmp -s "$WORK/users" "$DIR/edited.png"
done

# A file that haul did not make is kept when it has the checksum of the list.
fresh_dir proven
mkdir -p "$DIR"
cp "$WORK/www/whole.jpg" "$WORK/www/whole.png" "$DIR"
echo changed >"$DIR/whole.gif"
run_haul 1 -d "$DIR" "$WORK/sums.txt"
check_run
assert_class /whole.jpg kept
assert_class /whole.png kept
assert_record /whole.gif '[.status, .class] | join(" ")' "skipped exists"
assert_class /whole.webp downloaded
# Also when its name is complete only with its type.
cp "$WORK/www/whole.png" "$WORK/www/bare"
printf '%s/bare\n checksum=md5=%s\n' "$SITE" "$(sum md5 whole.png)" >"$WORK/bare.txt"
fresh_dir proven-bare
mkdir -p "$DIR"
cp "$WORK/www/whole.png" "$DIR/bare.png"
run_haul 0 -d "$DIR" "$WORK/bare.txt"
check_run
assert_record /bare '[.status, .path] | join(" ")' "kept bare.png"

# A name by content is not taken over by other content.
printf '%s\n' "$SITE/changing.png" "$SITE/whole.gif" >"$WORK/both.txt"
fresh_dir by-content
run_haul 0 -d "$DIR" --name '{sha256}.{ext}' "$WORK/both.txt"
old=$(records | jq -r 'select(.i == 1) | .path')
cp "$WORK/www/whole.jpg" "$WORK/www/changing.png"
printf '%s\n checksum=md5=%s\n%s\n' "$SITE/changing.png" "$(sum md5 whole.jpg)" \
    "$SITE/whole.gif" >"$WORK/both.txt"
run_haul 0 -d "$DIR" --name '{sha256}.{ext}' "$WORK/both.txt"
check_run
assert_class /whole.gif kept
assert_eq "$(sha256sum <"$DIR/$old" | cut -d' ' -f1)" "${old%.*}" "content under its digest"
assert_record /changing.png '.path' "$(sum sha256 whole.jpg).png"
run_haul 2 -d "$DIR" --content-disposition --name '{sha256}' "$WORK/both.txt"
