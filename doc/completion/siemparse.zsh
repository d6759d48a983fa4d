#compdef siemparse

autoload -U is-at-least

_siemparse() {
    typeset -A opt_args
    typeset -a _arguments_options
    local ret=1

    if is-at-least 5.2; then
        _arguments_options=(-s -S -C)
    else
        _arguments_options=(-s -C)
    fi

    local context curcontext="$curcontext" state line
    _arguments "${_arguments_options[@]}" : \
'-c+[Read this configuration file instead of the default ones]:FILE:_files' \
'--config=[Read this configuration file instead of the default ones]:FILE:_files' \
'--db=[Use this database\: sqlite\:PATH or postgres\://\[USER@\]HOST\[\:PORT\]/NAME]:URL:_default' \
'-s+[The section that the events belong to; it is made when it does not exist]:SECTION:_default' \
'--section=[The section that the events belong to; it is made when it does not exist]:SECTION:_default' \
'-z+[The zone of stamps without an offset\: +0200, UTC, local or Europe/Berlin]:TZONE:_default' \
'--zone=[The zone of stamps without an offset\: +0200, UTC, local or Europe/Berlin]:TZONE:_default' \
'-F+[The format of the lines, where it should not be detected]:FORMAT:_default' \
'--format=[The format of the lines, where it should not be detected]:FORMAT:_default' \
'--program=[The program of lines that name none]:NAME:_default' \
'--start=[What begins a record of several lines\: a regular expression]:REGEX:_default' \
'--year=[The year of the first stamp that gives none]:YEAR:_default' \
'(--journal --once --from-end -o --output --explain --dry-run)--spool=[Bring standard input to disk before it is read]:DIR:_files' \
'-o+[Print events instead of storing them]:FORM:((jsonl\:"One JSON object a line"))' \
'--output=[Print events instead of storing them]:FORM:((jsonl\:"One JSON object a line"))' \
'--generate=[Print a generated page]:PAGE:((man\:"The man page, in roff"
bash\:"Completions for bash"
zsh\:"Completions for zsh"
fish\:"Completions for fish"))' \
'--statistics[Keep statistics as well, which are left out otherwise\: Suricata'\''s \`stats\`]' \
'--once[Stop at the end of the files]' \
'--from-end[Begin at the end of files that are new]' \
'--wait-db[Wait for the database when it cannot be reached or is not initialised yet]' \
'--journal[Read the journal of systemd; FILE arguments are matches such as _SYSTEMD_UNIT=ssh.service]' \
'--list-formats[Print the formats that lines can have, as -F takes them, in the order of detection]' \
'(-o --output --explain)--dry-run[Read and parse to the end, store nothing, print only the summary]' \
'(-o --output)--explain[Show for each line how it is read\: format, spans, helpers, fields with types]' \
'-q[No summary and no progress bar]' \
'--quiet[No summary and no progress bar]' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
'-V[Print version]' \
'--version[Print version]' \
'*::files -- The files to read\: paths, globs in quotes, or - for standard input:_default' \
&& ret=0
}

(( $+functions[_siemparse_commands] )) ||
_siemparse_commands() {
    local commands; commands=()
    _describe -t commands 'siemparse commands' commands "$@"
}

if [ "$funcstack[1]" = "_siemparse" ]; then
    _siemparse "$@"
else
    compdef _siemparse siemparse
fi
