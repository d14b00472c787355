# bash completion for sluice and nbdkit: options, plugins, filters, and the parameters of what stands on the line.
# Source it, or put it into a directory of completions under the program's name. What the program says is asked once.

declare -gA _sluice_said
_sluice_answer=

# Sets _sluice_answer to what the program prints for these arguments.
_sluice_ask() {
    local key="$*"
    if [[ -z ${_sluice_said[$key]+x} ]]; then
        _sluice_said[$key]=$("$@" 2>/dev/null </dev/null)
    fi
    _sluice_answer=${_sluice_said[$key]}
}

# Sets choices to the names of plugins or filters: the second word of the files in a directory of the distribution.
_sluice_kinds() {
    local directory file
    _sluice_ask "$1" --dump-config
    directory=$(sed -n "s/^$2dir=//p" <<<"$_sluice_answer")
    choices=
    for file in "$directory"/dev.sluice."$2".*.jar; do
        file=${file##*/dev.sluice."$2".}
        [[ $file == '*.jar' ]] || choices+=" ${file%%-[0-9]*}"
    done
}

# Sets choices to the keys of a plugin and of filters, with their =.
_sluice_keys() {
    _sluice_ask "$@" --help
    choices=$(sed -n '/^\(plugin\|filter\): /,$ s/^  \[\{0,1\}\([A-Za-z][A-Za-z0-9._-]*=\).*/\1/p' <<<"$_sluice_answer")
}

_sluice() {
    local program=${COMP_WORDS[0]/#\~/$HOME} line=${COMP_LINE:0:COMP_POINT}
    local words=() word plugin='' filters=() value=''
    # bash cuts words at =, this wants them whole
    read -ra words <<<"$line"
    local current=${words[-1]}
    [[ $line == *[[:space:]] ]] && current=
    local i last=${#words[@]}
    [[ -n $current ]] && last=$((last - 1))
    local previous=${words[last - 1]}
    for ((i = 1; i < last; i++)); do
        word=${words[i]}
        case $word in
            --filter) value=filter ;;
            --filter=*) filters+=("$word") ;;
            --run | --log | --tls | --tls-certificates | --tls-psk | --port | --unix | --user | --group | --pidfile | --pid-file | --threads | --timeout \
                | --export* | --ip* | --mask-handshake | --debug | --dir | -[DegiPptUu]) value=other ;;
            -*) ;;
            *)
                if [[ $value == filter ]]; then
                    filters+=("--filter=$word")
                elif [[ -z $value && -z $plugin ]]; then
                    plugin=$word
                fi
                value=
                ;;
        esac
    done

    local choices='' prefix=''
    case $current in
        --filter=*) prefix=--filter= && _sluice_kinds "$program" filter ;;
        --tls=*) prefix=--tls= choices='off on require' ;;
        --log=*) prefix=--log= choices='stderr syslog null default' ;;
        --*) _sluice_ask "$program" --long-options && choices=$_sluice_answer ;;
        -*)
            _sluice_ask "$program" --short-options && choices=$_sluice_answer
            _sluice_ask "$program" --long-options && choices+=" $_sluice_answer"
            ;;
        *=*) return ;;
        *)
            case $previous in
                --filter) _sluice_kinds "$program" filter ;;
                --tls) choices='off on require' ;;
                --log) choices='stderr syslog null default' ;;
                -u | --user) COMPREPLY=($(compgen -u -- "$current")); return ;;
                -g | --group) COMPREPLY=($(compgen -g -- "$current")); return ;;
                -[DeiPptU] | --run | --unix | --pidfile | --tls-psk | --tls-certificates) return ;;
                *)
                    if [[ -z $plugin ]]; then
                        _sluice_kinds "$program" plugin
                        [[ $program == *nbdkit ]] || choices+=' server shell new'
                    else
                        _sluice_keys "$program" "${filters[@]}" "$plugin"
                    fi
                    ;;
            esac
            ;;
    esac
    COMPREPLY=($(compgen -W "$choices" -- "${current#"$prefix"}"))
    [[ ${COMPREPLY[0]} == *= && ${#COMPREPLY[@]} -eq 1 ]] && compopt -o nospace 2>/dev/null
}

complete -o default -F _sluice sluice nbdkit ./sluice ./nbdkit
