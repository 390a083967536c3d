# What zsh would offer behind a command line: zsh -f complete.zsh FOLDER LINE...
#
# FOLDER holds the function _haul. zsh runs inside a terminal of its own, and completes with an
# addition to its builtin: what matches is printed. For each LINE: its matches, then "--".
zmodload zsh/zpty || exit 77

folder=$1
shift
zpty shell zsh -f -i
zpty -w shell "PROMPT= PS2= RPROMPT=; unsetopt zle_bracketed_paste 2>/dev/null; bindkey -e
fpath=(${(q)folder} \$fpath); autoload -Uz compinit; compinit -D -u
setopt no_list_beep; zstyle ':completion:*' list-colors; LISTMAX=0
compadd() {
    if [[ \${@[1,(i)(-|--)]} == *-(O|A|D)\ * ]]; then
        builtin compadd \"\$@\"
        return
    fi
    typeset -ga matches
    builtin compadd -A matches \"\$@\"
    local match
    for match in \$matches; do print -r -- \"<\$IPREFIX\$match>\"; done
    builtin compadd \"\$@\"
}
complete-and-clear() { zle list-choices; print -r -- '<<end>>'; BUFFER= ; }
zle -N complete-and-clear; bindkey '^T' complete-and-clear; print -r -- '<<'ready'>>'"
zpty -r shell output '*<<ready>>*'
for line in "$@"; do
    zpty -w -n shell "$line"$'\C-T'
    zpty -r shell output '*<<end>>*'
    print -r -- "$output" | tr -d '\r' | sed -n 's/^.*<\([^<>]*\)>$/\1/p' | grep -v '^end$' | sort -u
    print -r -- --
done
zpty -d shell
