# shellcheck shell=bash disable=SC2034
# The file of raw figures, $RESULTS, and what is computed from it. Sourced by run.
#
# A line is one run of one program,
#
#     SECTION/PROGRAM WALL_US CPU_US RSS_KIB STATUS [DONE EXPECTED]     (files)
#
# or a fact, with TABs between its fields:
#
#     #fact NAME VALUE                       of the machine
#     #version PROGRAM TEXT
#     #section NAME TITLE
#     #note SECTION/PROGRAM TEXT
#     #left-out SECTION/PROGRAM REASON
#     #budget SECTION WHAT FIGURE UNIT at-most|at-least BUDGET met|MISSED

note() { # KIND FIELD...
    local IFS=$'\t'
    printf '#%s\n' "$*" >>"$RESULTS"
}

# What must be known to compare figures with those of another day.
note_machine() { # SECTIONS
    local peer
    note fact date "$(date -u +%Y-%m-%dT%H:%M:%SZ)"
    note fact command "$(bench_command "$1")"
    note fact cpus "$(nproc)"
    note fact cpu "$(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -1)"
    note fact memory_kib "$(sed -n 's/^MemTotal: *\([0-9]*\).*/\1/p' /proc/meminfo)"
    note fact kernel "$(uname -sr)"
    note fact system "$(sed -n 's/^PRETTY_NAME="\(.*\)"/\1/p' /etc/os-release)"
    note fact load "$(cut -d' ' -f1 /proc/loadavg)"
    for peer in $PEERS nginx; do
        if has "$peer"; then
            note version "$peer" "$(peer_version "$peer")"
        fi
    done
}

# The command that does the same again: without what is only where results go.
bench_command() { # SECTIONS
    local name settings=
    for name in $(printf '%s\n' "${!DEFAULTS[@]}" | sort); do
        if [ "${!name}" != "${DEFAULTS[$name]}" ]; then
            settings+="$name=$(printf %q "${!name}") "
        fi
    done
    if [ "$1" = "${SIDE_BY_SIDE[*]} ${ALONE[*]}" ]; then
        echo "$settings./bootstrap bench"
    else
        echo "$settings./bootstrap bench $1"
    fi
}

# How many files a run had in the end, and should have; appended to its line.
note_files() { # DONE EXPECTED
    sed -i "\$s|\$| $1 $2|" "$RESULTS"
}

# Of the runs that had all their files; fails when there is none.
median() { # LABEL COLUMN (1 wall, 2 CPU, both in microseconds, 3 memory in KiB)
    awk -v label="$1" -v column=$(($2 + 1)) '
        $1 == label && $5 == 0 && $6 == $7 { print $column }' "$RESULTS" | sort -n |
        awk '{ all[NR] = $1 }
            END {
                if (NR == 0)
                    exit 1
                print (all[int((NR + 1) / 2)] + all[int(NR / 2) + 1]) / 2
            }'
}

calculate() { # FORMAT EXPRESSION
    awk "BEGIN { printf \"$1\", $2 }"
}

# Says whether a figure meets its budget.
judge() { # SECTION WHAT FIGURE at-most|at-least BUDGET UNIT
    local verdict=met
    if ! awk -v figure="$3" -v budget="$5" -v side="$4" \
        'BEGIN { exit !(side == "at-most" ? figure <= budget : figure >= budget) }'; then
        verdict=MISSED
        STATUS=1
    fi
    note budget "$1" "$2" "$3" "$6" "$4" "$5" "$verdict"
}

# How many times as long as another program haul took.
judge_time() { # SECTION PEER at-most BUDGET
    local haul other
    if haul=$(median "$1/haul" 1) && other=$(median "$1/$2" 1); then
        judge "$1" "time of haul, against $2" "$(calculate %.2f "$haul / $other")" "$3" "$4" times
    fi
}

# Prints the fastest of some programs.
fastest() { # SECTION PEER...
    local section=$1 peer wall
    shift
    for peer in "$@"; do
        if wall=$(median "$section/$peer" 1); then
            echo "$wall $peer"
        fi
    done | sort -n | sed -n '1s/.* //p'
}

# Not slower: what differs by less than the noise of such a measurement is a tie.
judge_not_slower() { # SECTION PEER...
    local section=$1 peer haul other
    peer=$(fastest "$@")
    if [ -n "$peer" ] && haul=$(median "$section/haul" 1) && other=$(median "$section/$peer" 1); then
        judge "$section" "time of haul, against the fastest, $peer (3 % are a tie)" \
            "$(calculate %.3f "$haul / $other")" at-most 1.03 times
    fi
}

judge_memory() { # LABEL DOWNLOADS_AT_ONCE KIB_EACH URLS
    local memory budget
    budget=$(calculate %.1f "32 + $2 * $3 / 1024 + $4 * 40 / 1048576")
    if memory=$(median "$1" 3); then
        judge "${1%%/*}" "peak memory: $2 at once, $4 distinct URLs" \
            "$(calculate %.1f "$memory / 1024")" at-most "$budget" MiB
    fi
}
