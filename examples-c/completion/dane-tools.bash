# Completion for bash of dane-check, dane-connect and dane-verify: what --help says of each option.

# What stands for the value of an option, such as FILE or dane|off; nothing where it has none.
_dane_tools_value() {
    sed -n "s/^  $1 \([^ ][^ ]*\).*/\1/p" <<< "$_dane_tools_help"
}

_dane_tools() {
    local tool=$1 word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]}
    local _dane_tools_help value='' at asks='' operands=0 words=''

    COMPREPLY=()
    _dane_tools_help=$("$tool" --help 2> /dev/null) || return
    # The shell takes = for a word of its own.
    if [[ $word == = ]]; then
        word=''
    elif [[ $before == = ]]; then
        before=${COMP_WORDS[COMP_CWORD - 2]}
    fi
    for ((at = 1; at < COMP_CWORD; at++)); do
        case ${COMP_WORDS[at]} in
        --) operands=9 before='' ;;
        --query) asks=1 ;;
        --* | =) ;;
        *) [[ ${COMP_WORDS[at - 1]} == = || -n $(_dane_tools_value "${COMP_WORDS[at - 1]}") ]] || ((operands++)) ;;
        esac
    done
    [[ $before == --* ]] && value=$(_dane_tools_value "$before")
    case $value in
    '')
        if [[ $word == -* && $operands -lt 9 ]]; then
            words=$(grep -o -- '--[a-z][a-z-]*' <<< "$_dane_tools_help")
        elif [[ -n $asks && $operands -eq 1 ]]; then
            words='A AAAA CNAME MX TLSA'
            [[ $word == [a-z]* ]] && words=${words,,}
        elif [[ $tool == *dane-verify ]]; then
            value=FILE
        fi
        ;;
    *=*) ;;
    *'|'*) words=${value//|/ } ;;
    esac
    if [[ $value == *FILE || $value == *.pem ]]; then
        compopt -o filenames 2> /dev/null
        mapfile -t COMPREPLY < <(compgen -f -- "$word")
    else
        mapfile -t COMPREPLY < <(compgen -W "$words" -- "$word" | sort -u)
    fi
}

complete -F _dane_tools dane-check dane-connect dane-verify
