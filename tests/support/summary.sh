#!/usr/bin/env bash
# summary.sh MAKE_STATUS BUILD_FOLDER...: what make check found in these folders. Prints the logs
# of failed tests, the reasons of skipped ones, and alone on the last line
#
#   N passed, N failed[, N skipped]
#
# Fails when a test failed, when none ran, or when make did (a test that does not compile has no
# result). Sanitizer reports count as one failure of the folder, even if no test noticed.
set -euo pipefail

made=$1
shift
passed=0
failed=0
skipped=0

show() { # TITLE FILE
    echo "=== $1"
    tail -n 200 "$2"
}

for folder in "$@"; do
    while IFS= read -r -d '' result; do
        log=${result%.trs}.log
        while IFS= read -r word; do
            case $word in
            PASS | XFAIL) passed=$((passed + 1)) ;;
            SKIP)
                skipped=$((skipped + 1))
                echo "skipped $log: $(tail -n 1 "$log" 2>/dev/null || true)"
                ;;
            *)
                failed=$((failed + 1))
                show "$word $log" "$log"
                ;;
            esac
        done < <(sed -n 's/^:test-result: *\([A-Z]*\).*/\1/p' "$result")
    done < <(find "$folder" -name '*.trs' -print0 | sort -z)
    # One fault is often seen by many processes: the first reports tell enough.
    mapfile -d '' -t reports < <(
        find "$folder" -path '*/sanitizer/*' -type f -print0 | sort -z
        grep -rlZE --include='*.log' --exclude=config.log --exclude=test-suite.log \
            'ERROR: (Address|Leak)Sanitizer|WARNING: ThreadSanitizer|: runtime error: ' "$folder"
    )
    if [ ${#reports[@]} -gt 0 ]; then
        failed=$((failed + 1))
        for report in "${reports[@]:0:3}"; do
            show "one of ${#reports[@]} sanitizer reports in $folder" "$report"
        done
    fi
done

if [ "$failed" = 0 ] && { [ "$made" != 0 ] || [ "$passed" = 0 ]; }; then
    echo "make ended with status $made, and $passed tests passed: something could not be built or run"
    failed=1
fi
if [ "$skipped" = 0 ]; then
    echo "$passed passed, $failed failed"
else
    echo "$passed passed, $failed failed, $skipped skipped"
fi
[ "$failed" = 0 ]
