# Completion of lmsctl in bash; in ~/.bashrc: eval "$(lmsctl completion bash)"
_lmsctl() {
    local program=${1/#\~\//$HOME/} answer
    type -P -- "$program" > /dev/null || program=lmsctl
    COMPREPLY=()
    mapfile -t answer < <(
        _LMSCTL_COMPLETE=bash "$program" "$1" "${COMP_LINE:0:COMP_POINT}" "$COMP_WORDBREAKS" \
            2> /dev/null < /dev/null
    )
    case ${answer[0]-} in
        file) compopt -o default ;;
        open) compopt -o nospace ;;
    esac
    COMPREPLY=("${answer[@]:1}")
}
complete -F _lmsctl lmsctl
