# What bash would offer behind command lines: bash complete.bash SCRIPT LINE...
#
# The words of a LINE are cut as readline does it, at blanks and at '=', but not at a blank behind a
# backslash or an open quote. For each LINE: the candidates, then "--".
. "$1"
shift
complete -p haul | grep -q -- '-F _haul' || exit 1
for line in "$@"; do
    kept=${line//'\ '/$'\\\001'}
    if [[ $kept == *\"* ]]; then
        quoted=${kept#*\"}
        kept=${kept%%\"*}\"${quoted// /$'\001'}
    fi
    read -ra COMP_WORDS <<<"${kept//=/ = }"
    COMP_WORDS=("${COMP_WORDS[@]//$'\001'/ }")
    case $line in
    *[\ =]) COMP_WORDS+=('') ;;
    esac
    # What follows '=' directly is the word '=' itself, as long as nothing is typed behind it.
    if [[ $line == *= ]]; then
        unset 'COMP_WORDS[-1]'
    fi
    COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
    COMP_LINE=$line
    COMP_POINT=${#line}
    _haul haul "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"
    if [ ${#COMPREPLY[@]} -gt 0 ]; then
        printf '%s\n' "${COMPREPLY[@]}" | LC_ALL=C sort -u
    fi
    echo --
done
