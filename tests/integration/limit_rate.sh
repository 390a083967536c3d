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

# Within 5 % of the time that so many bytes take; a slow build may only be slower. Never faster: that
# must hold of each try. That it is not slower either is seen when nothing else keeps this machine
# busy, which may need up to three of them.
run_in_time() { # NAME
    local ideal took try limit
    for try in 1 2 3; do
        fresh_dir "$1-$try"
        run_haul 0 -d "$DIR" --limit-rate 10M --per-host 16 --stall-timeout 1s --sync none \
            "$WORK/$1.txt"
        check_run
        assert_tree_equal "$DIR" "$WORK/www/$1"
        ideal=$(($(report .bytes.file) * 1000 / (10 << 20)))
        limit=$(scaled $((ideal * 105 / 100)))
        took=$(report '.elapsed_us / 1000 | floor')
        assert_at_least "$took" $((ideal * 95 / 100)) "time for the $1 files in ms"
        if [ "$took" -le "$limit" ]; then
            return
        fi
        echo "try $try of the $1 files: $took ms"
    done
    fail "time for the $1 files in ms is above $limit in each of three tries"
}

for kind in large small; do
    urls_of $kind >"$WORK/$kind.txt"
    run_in_time $kind
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
