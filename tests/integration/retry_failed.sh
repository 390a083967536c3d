#!/usr/bin/env bash
# --retry-failed and --retry-from: only what failed and may change is asked for again, under the
# names, headers and checksums of the list; what is there already is left alone.
. "$(dirname "${BASH_SOURCE[0]}")/../support/lib.sh"
mkdir -p "$WORK/www/later" "$WORK/www/good"
for name in plain named checked wrong header cred same; do
    echo "later $name" >"$WORK/www/later/$name.txt"
done
for i in 1 2 3; do
    echo "good $i" >"$WORK/www/good/file-$i.txt"
done
echo 'good same' >"$WORK/www/good/same.txt"
# Below /later there is nothing but 503 until the file `open` appears.
# shellcheck disable=SC2034
NGINX_MAIN="location /later/ { if (!-f $WORK/open) { return 503; } }"
start_nginx
at=127.0.0.1:$NGINX_PORT
sum=$(sha256sum <"$WORK/www/later/checked.txt" | cut -d' ' -f1)
cat >"$WORK/list.txt" <<LIST
$SITE/good/file-1.txt
$SITE/later/plain.txt
$SITE/good/file-2.txt
$SITE/later/named.txt
 out=by another name.txt
 dir=below
$SITE/good/same.txt
$SITE/later/same.txt
$SITE/later/checked.txt
 checksum=sha-256=$sum
$SITE/later/header.txt
 header=X-Test: of this URL
 referer=http://127.0.0.1/from-here
http://alice:s3cret@$at/later/cred.txt
$SITE/missing.txt
$SITE/good/file-3.txt
ftp://127.0.0.1/never
LIST
later='/later/checked.txt /later/cred.txt /later/header.txt /later/named.txt /later/plain.txt
    /later/same.txt'
TRIES=(--retries 0 --retry-wait 1ms --max-retry-wait 10ms)

# A request is logged when it has ended, maybe a moment after the client saw its last byte.
has_lines() { # NUMBER
    [ "$(wc -l <"$NGINX_LOG")" -ge "$1" ]
}
requested() { # NUMBER: the URIs since the last call, sorted; so many are expected
    wait_until 3 has_lines "$1" || true
    jq -r .uri "$NGINX_LOG" | sort | xargs
    : >"$NGINX_LOG"
}
files_there() { # what would change if a file were written again
    (cd "$DIR" && find . -name .haul -prune -o -type f -printf '%P %i %T@ %C@\n' | sort)
}
first_run() { # NAME
    rm -f "$WORK/open"
    fresh_dir "$1"
    run_haul 1 -d "$DIR" "${TRIES[@]}" "$WORK/list.txt"
    check_run
    assert_counts '{downloaded: 4, failed: 8}'
    requested 11 >"$WORK/requested"
    files_there >"$WORK/before"
    touch "$WORK/open"
}
assert_retried() { # what holds when all that could change has come
    check_run
    assert_counts '{downloaded: 6, skipped: 2}'
    assert_class /missing.txt not-found
    assert_class ftp: unsupported-scheme
    assert_eq "$(records | jq -c 'select(.status == "skipped") | [.source, .line, .http]' | sort |
        xargs)" "[$WORK/list.txt,15,404] [$WORK/list.txt,17,null]" "what was left out"
    assert_eq "$(cut -f7,10 "$DIR/.haul/last/failed.tsv" | tail -n +2 | sort | xargs)" \
        "not-found $WORK/list.txt:15 unsupported-scheme $WORK/list.txt:17" "for the next retry"
    assert_eq "$(requested 6)" "$(xargs <<<"$later")" "requests"
    assert_eq "$(cat "$DIR/below/by another name.txt")" "later named" "file with a name of its own"
    assert_eq "$(cat "$DIR/header.txt")" "later header" "file that needs a header"
}

first_run again
run_haul 0 -d "$DIR" --retry-failed "${TRIES[@]}"
wait_until 3 has_lines 6 || true
log=$(cat "$NGINX_LOG")
assert_retried
assert_files below 'below/by another name.txt' checked.txt cred.txt file-1.txt file-2.txt file-3.txt \
    header.txt plain.txt same.txt same-2.txt
assert_eq "$(cat "$DIR/same.txt" "$DIR/same-2.txt" | xargs)" "good same later same" \
    "files that wanted the same name"
assert_eq "$(comm -23 "$WORK/before" <(files_there))" "" "files that were there, and changed"
one() { # FIELD URI: of the request's line in nginx' log
    jq -r --arg uri "$2" "select(.uri == \$uri) | .$1" <<<"$log"
}
assert_eq "$(one x_test /later/header.txt)" "of this URL" "header"
assert_eq "$(one referer /later/header.txt)" "http://127.0.0.1/from-here" "referer"
assert_eq "$(one authorization /later/cred.txt)" "Basic $(printf alice:s3cret | base64)" "credentials"
assert_eq "$(one authorization /later/plain.txt)" "" "credentials of another URL"

# Nothing is left that could change.
run_haul 0 -d "$DIR" --retry-failed
check_run
assert_counts '{skipped: 2}'
assert "a word about it: $(cat "$ERR")" grep -q 'nothing is left' "$ERR"
assert "what is left out: $(cat "$ERR")" grep -qE \
    '^SKIP not-found +404 +.*/missing\.txt .*--retry-all.*list\.txt:15\)$' "$ERR"
assert_eq "$(jq -r .uri "$NGINX_LOG")" "" "requests"
run_haul 0 -q -d "$DIR" --retry-failed
assert_eq "$(cat "$OUT" "$ERR")" "" "output with -q"

# The list as a whole finds each file under the name that the retry gave it.
files_there >"$WORK/before"
run_haul 1 -d "$DIR" "${TRIES[@]}" "$WORK/list.txt"
check_run
assert_counts '{kept: 10, failed: 2}'
assert_eq "$(requested 1)" /missing.txt "requests"
assert_eq "$(files_there)" "$(cat "$WORK/before")" "files"

# --retry-all also tries what cannot change; here it has.
echo found >"$WORK/www/missing.txt"
run_haul 1 -d "$DIR" --retry-failed --retry-all "${TRIES[@]}"
check_run
assert_class /missing.txt downloaded
assert_class ftp: unsupported-scheme
assert_eq "$(requested 1)" /missing.txt "requests"
rm "$WORK/www/missing.txt"

# However often nothing was left: what a retry left out is not forgotten, by whatever name it was
# called.
for option in failed from; do
    first_run "remembered-$option"
    retry=(--retry-failed)
    [ $option = failed ] || retry=(--retry-from "$DIR/.haul/last/failed.tsv")
    run_haul 0 -d "$DIR" "${retry[@]}" "${TRIES[@]}"
    run_haul 0 -d "$DIR" --retry-failed
    run_haul 0 -d "$DIR" --retry-failed
    run_haul 3 -d "$DIR" --retry-failed --retry-all "${TRIES[@]}"
    check_run
    assert_counts '{failed: 2}'
    requested 7 >"$WORK/requested"
done

# A checksum is held against what comes now.
first_run checksum
echo 'something else' >"$WORK/www/later/checked.txt"
run_haul 1 -d "$DIR" --retry-failed "${TRIES[@]}"
check_run
assert_class /later/checked.txt hash-mismatch
assert_counts '{downloaded: 5, failed: 1, skipped: 2}'
echo 'later checked' >"$WORK/www/later/checked.txt"

# A failed.tsv from elsewhere, into another directory.
first_run elsewhere
cp "$DIR/.haul/last/failed.tsv" "$WORK/failed.tsv"
assert_eq "$(stat -c %a "$DIR/.haul/last/failed.tsv")" 600 "mode of failed.tsv"
fresh_dir other
run_haul 0 -d "$DIR" --retry-from "$WORK/failed.tsv" "${TRIES[@]}"
assert_retried
assert_files below 'below/by another name.txt' checked.txt cred.txt header.txt plain.txt same-2.txt

# What fails again can be tried again.
first_run twice
rm "$WORK/open"
run_haul 1 -d "$DIR" --retry-failed "${TRIES[@]}"
check_run
assert_counts '{failed: 6, skipped: 2}'
touch "$WORK/open"
requested 6 >"$WORK/requested"
run_haul 0 -d "$DIR" --retry-failed "${TRIES[@]}"
assert_retried

# A retry that was stopped has not lost what it did not try, however often.
first_run stopped
rm "$WORK/open"
for _ in 1 2; do
    run_haul 8 -d "$DIR" --retry-failed --max-failures 0 -j1 --rate 10/s "${TRIES[@]}"
    check_run
    assert_at_least "$(jq .counts.not_tried "$DIR/.haul/last/report.json")" 1 "URLs that were not tried"
done
touch "$WORK/open"
wait_until 3 has_lines 1 || true
: >"$NGINX_LOG"
run_haul 0 -n -d "$DIR" --retry-failed
assert "a dry run of what was not tried: $(cat "$OUT")" grep -q 'to download *6$' "$OUT"
run_haul 0 -d "$DIR" --retry-failed "${TRIES[@]}"
assert_retried

# What that retry left out comes with --retry-all.
echo found >"$WORK/www/missing.txt"
run_haul 1 -d "$DIR" --retry-failed --retry-all "${TRIES[@]}"
check_run
assert_class /missing.txt downloaded
assert_counts '{downloaded: 1, failed: 1}'
rm "$WORK/www/missing.txt"

# A list that was not tried to its end is not what this is for, and that is said.
fresh_dir cut
run_haul 8 -d "$DIR" --max-failures 0 -j1 --rate 10/s "${TRIES[@]}" "$WORK/list.txt"
run_haul_any() { "$HAUL" "$@" >"$OUT" 2>"$ERR" || true; }
run_haul_any -d "$DIR" --retry-failed "${TRIES[@]}"
assert "no word about it: $(cat "$ERR")" grep -q 'not tried all of its list' "$ERR"

# Where nothing was run, or the file is missing, that is said.
fresh_dir never
for arguments in "-d $DIR --retry-failed" "-d $DIR --retry-from $WORK/no-such.tsv"; do
    note_outside
    status=0
    # shellcheck disable=SC2086
    (cd "$OUTER/cwd" && exec timeout "$(scaled 10)" "$HAUL" $arguments) >"$OUT" 2>"$ERR" || status=$?
    assert "haul $arguments ends with $status" eval "[ $status = 2 ] || [ $status = 5 ]"
    assert_at_most "$(wc -l <"$ERR")" 2 "lines on stderr of haul $arguments"
    assert_at_least "$(wc -l <"$ERR")" 1 "lines on stderr of haul $arguments"
done

# However many lines are no URLs: what is left out belongs to a list.
{
    echo "$SITE/good/file-1.txt"
    seq -f 'no URL %g' 150
} >"$WORK/bad.txt"
fresh_dir bad-lines
run_haul 1 -d "$DIR" "${TRIES[@]}" "$WORK/bad.txt"
run_haul 0 -d "$DIR" --retry-failed
check_run
assert_counts '{skipped: 150}'
assert_eq "$(tail -n +2 "$DIR/.haul/last/failed.tsv" | cut -f1,7,10 | tail -1)" \
    "$(printf 'no URL 150\tbad-url\t%s' "$WORK/bad.txt:151")" "last row for the next retry"

# A table whose names come from a column, with checks: a retry gives the same names and asks the
# same of the files, without being told, and the first command then has nothing to do.
printf '<!doctype html><title>Log in</title><p>Please log in' >"$WORK/www/good/page.jpg"
printf '\x89PNG\r\n\x1a\n' >"$WORK/www/good/cut.png"
base64 -d >"$WORK/www/good/one.gif" <<<R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7
cp "$WORK/www/good/one.gif" "$WORK/www/later/two.gif"
cat >"$WORK/table.csv" <<LIST
id,title,image_url,filename
1,One,$SITE/good/one.gif,First one
2,Two,$SITE/later/two.gif,Second 100% sure.gif
3,Page,$SITE/good/page.jpg,a page.jpg
4,Gone,$SITE/good/missing.gif,gone.gif
5,Same,$SITE/later/two.gif?again,First one.gif
LIST
FIRST=(--expect image --url-column image_url --name '{column:filename}')
rm -f "$WORK/open"
fresh_dir table
run_haul 1 -d "$DIR" "${TRIES[@]}" "${FIRST[@]}" "$WORK/table.csv"
check_run
assert_counts '{downloaded: 1, failed: 4}'
assert_files 'First one.gif'
assert_eq "$(tail -n +2 "$DIR/.haul/last/failed.tsv" | cut -f11 | sort | tr '\n' '|')" \
    'First one-2.gif|Second 100%25 sure.gif|a page.jpg|gone.gif|' "names in failed.tsv"
touch "$WORK/open"
run_haul 0 -n --retry-failed --retry-all -d "$DIR"
for line in 'First one-2.gif*:6)' 'Second 100%25 sure.gif*:3)' 'a page.jpg*:4)' 'gone.gif*:5)'; do
    assert "the dry run has another name than ${line%\**}: $(cat "$OUT")" eval \
        'grep -qE "^  ${line%\**}  \(.*table.csv${line#*\*}\$" "$OUT"'
done
assert_eq "$(cat "$ERR")" "haul: as in the run that is retried: --name '{column:filename}' --expect image" \
    "warnings of the dry run"
run_haul 1 --retry-failed --retry-all -d "$DIR" "${TRIES[@]}"
check_run
assert "not said what is taken over" grep -qF \
    "as in the run that is retried: --name '{column:filename}' --expect image" "$ERR"
assert_counts '{downloaded: 2, failed: 2}'
assert_class /good/page.jpg bad-type
assert_files 'First one.gif' 'Second 100%25 sure.gif' 'First one-2.gif'
run_haul 1 -d "$DIR" "${TRIES[@]}" "${FIRST[@]}" "$WORK/table.csv"
check_run
assert_counts '{kept: 3, failed: 2}'
# What is given counts, and by the path of a list it is the same.
run_haul 3 --retry-from "$DIR/.haul/last/failed.tsv" --retry-all -d "$DIR" "${TRIES[@]}" \
    --expect video
check_run
assert_eq "$(report '"\(.settings.expect) \(.settings.name)"')" "video {column:filename}" "settings"
assert_files 'First one.gif' 'Second 100%25 sure.gif' 'First one-2.gif'
