# Completes mbgen in bash, from 3.2.

# What may stand after option $2 of command $1, or in the place of an argument where $2 is empty: sets
# words, and files to the extensions of files that may, `*` for any and `/` for folders.
_mbgen_values() {
    case "$1 $2" in
        @VALUES@
        *) return 1 ;;
    esac
}

_mbgen() {
    local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]}
    local command= options= words= files= word
    COMPREPLY=()
    for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
        [[ $word == -* ]] || { command=$word; break; }
    done
    case $command in
        "" | help) words="@COMMANDS@" options="-h --help -V --version" ;;
        @OPTIONS@
    esac
    # What follows an equals sign is a word of its own: a value of an option, or a limit.
    if [[ $cur == = || $prev == = ]]; then
        [[ $prev == = ]] && prev=${COMP_WORDS[COMP_CWORD - 2]} || cur=
        _mbgen_values "$command" "$prev" || return 0
    elif [[ $cur == -* ]]; then
        words=$options
    elif ! _mbgen_values "$command" "$prev" && [[ -n $command ]]; then
        _mbgen_values "$command" ""
    fi
    while IFS= read -r word; do
        COMPREPLY+=("$word")
    done < <(
        compgen -W "$words" -- "$cur"
        case $files in
            "") ;;
            \*) compgen -f -- "$cur" ;;
            /) compgen -d -- "$cur" ;;
            *)
                compgen -d -- "$cur"
                # Folders are listed above.
                compgen -f -- "$cur" | while IFS= read -r word; do
                    [[ ! -d $word && $word == *.* && "|$files|" == *"|${word##*.}|"* ]] && printf '%s\n' "$word"
                done
                ;;
        esac
    )
    [[ -z $files ]] || compopt -o filenames 2>/dev/null
    [[ ${COMPREPLY[0]-} != *= ]] || compopt -o nospace 2>/dev/null
    return 0
}

complete -F _mbgen mbgen
