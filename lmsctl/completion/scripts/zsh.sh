#compdef lmsctl
# Completion of lmsctl in zsh; in ~/.zshrc, after compinit: eval "$(lmsctl completion zsh)"
_lmsctl() {
    local program=${words[1]/#\~\//$HOME/} line
    local -a answer offered shown how
    whence -p -- "$program" > /dev/null || program=lmsctl
    answer=("${(@f)$(
        _LMSCTL_COMPLETE=zsh "$program" "${(@Q)words[2,CURRENT-1]}" "${(Q)PREFIX}" \
            2> /dev/null < /dev/null
    )}")
    case $answer[1] in
        file)
            compset -P '--[^=]#='
            _files
            return
            ;;
        open) how=(-S '') ;;
    esac
    for line in "${(@)answer[2,-1]}"; do
        offered+=("${line%%$'\t'*}")
        if [[ $line == *$'\t'* ]]; then
            shown+=("${(r:24:)line%%$'\t'*}  ${line#*$'\t'}")
        fi
    done
    (( $#offered )) || return 1
    if (( $#shown )); then
        compadd -l -d shown "${(@)how}" -- "${(@)offered}"
    else
        compadd "${(@)how}" -- "${(@)offered}"
    fi
}
if [[ $funcstack[1] == _lmsctl ]]; then
    _lmsctl "$@"
else
    compdef _lmsctl lmsctl
fi
