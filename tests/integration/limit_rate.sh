#!/usr/bin/env bash
# --limit-rate: the bandwidth of the whole run, met closely, shared fairly, and no cause of stalls.
. "$(dirname "${BASH_SOURCE[0]}")/../support/lib.sh"
mkdir "$WORK/www/large" "$WORK/www/small" "$WORK/www/rare"
truncate -s 10M "$WORK"/www/large/large-{1..4}
truncate -s 10K "$WORK"/www/small/small-{1..3000}
truncate -s 32K "$WORK"/www/rare/rare-{1..8}
start_nginx

urls_of() { # FOLDER
    (cd "$WORK/www/$1" && printf "$SITE/$1/%s\n" *)
}

# Within 5 % of the time that so many bytes take; a slow build may only be slower.
check_time() { # BYTES BYTES_PER_SECOND
    local ideal=$(($1 * 1000 / $2)) took
    took=$(report '.elapsed_us / 1000 | floor')
    assert_at_least "$took" $((ideal * 95 / 100)) "time for $1 bytes in ms"
    assert_at_most "$took" "$(scaled $((ideal * 105 / 100)))" "time for $1 bytes in ms"
}

for kind in large small; do
    urls_of $kind >"$WORK/$kind.txt"
    fresh_dir $kind
    run_haul 0 -d "$DIR" --limit-rate 10M --per-host 16 --stall-timeout 1s --sync none \
        "$WORK/$kind.txt"
    check_run
    assert_tree_equal "$DIR" "$WORK/www/$kind"
    check_time "$(report .bytes.file)" $((10 << 20))
done

# Two transfers that run side by side get the same share.
fresh_dir fair
run_haul 0 -d "$DIR" -j 2 --limit-rate 10M --sync none "$SITE/large/large-1" "$SITE/large/large-2"
check_run
assert_eq "$(records | jq -nr '[inputs | .us.total] | (max - min) * 100 / max < 15')" true \
    "both take about as long: $(records | jq -r .us.total | xargs)"

# At so low a rate each transfer gets its next bytes rarely. That is our doing, and no stall.
urls_of rare >"$WORK/rare.txt"
fresh_dir rare
run_haul 0 -d "$DIR" --limit-rate 64K --per-host 8 --stall-timeout 1s --sync none "$WORK/rare.txt"
check_run
assert_counts '{downloaded: 8}'
assert_eq "$(records | jq -r .attempts | sort -u)" 1 "attempts"
assert_at_least "$(report '.elapsed_us / 1000 | floor')" 3800 "time for 256 KiB in ms"
assert_at_most "$(report '.elapsed_us / 1000 | floor')" "$(scaled 4400)" "time for 256 KiB in ms"
