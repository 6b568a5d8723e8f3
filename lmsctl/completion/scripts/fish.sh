# Completion of lmsctl in fish; lmsctl completion fish > ~/.config/fish/completions/lmsctl.fish
function __lmsctl_complete
    set -l -- words (commandline -opc)
    set -l -- typed (commandline -ct)
    # A quotation mark may still be open.
    set -l -- current (
        string unescape -- "$typed"
        or string unescape -- "$typed'"
        or string unescape -- "$typed\""
    )
    set -l -- program (string replace -r '^~/' "$HOME/" -- $words[1])
    type -q -- $program; or set program lmsctl
    set -l -- answer (_LMSCTL_COMPLETE=fish $program $words[2..] "$current" 2>/dev/null </dev/null)
    if test "$answer[1]" = file
        set -l -- option (string match -r -- '^--[^=]*=' "$current")
        for path in (__fish_complete_path (string replace -r -- '^--[^=]*=' '' "$current"))
            echo -- "$option$path"
        end
    else if set -q answer[2]
        printf '%s\n' $answer[2..]
    end
end
complete --command lmsctl --no-files --arguments '(__lmsctl_complete)'
