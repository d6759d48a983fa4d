#compdef siemtrigger

autoload -U is-at-least

_siemtrigger() {
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
'-s+[Only the rules of this section]:SECTION:_default' \
'--section=[Only the rules of this section]:SECTION:_default' \
'*--table=[Only the rules of this table, such as rules_auth; may be repeated]:RULES:_default' \
'*--rules=[Rules from this file, folder or archive instead of the database; may be repeated]:PATH:_files' \
'(--oneshot --explain --exec)*--set=[A reference set from a file, in place of the database'\''s; may be repeated]:NAME=FILE:_default' \
'(--rules --timeline)*--diff=[With --backtest, show what the rules of NEW add to those of OLD and what they take away]:OLD:_files:OLD:_files' \
'-S+[With --backtest and --verify, only since\: 2h, yesterday, 2026-08-01, @1700000000]:TIME:_default' \
'--since=[With --backtest and --verify, only since\: 2h, yesterday, 2026-08-01, @1700000000]:TIME:_default' \
'-U+[With --backtest and --verify, only until]:TIME:_default' \
'--until=[With --backtest and --verify, only until]:TIME:_default' \
'--explain=[Show why a rule fires on an event or does not]:EVENT:_default' \
'--rule=[The rule to explain]:NAME:_default' \
'--backfill=[With --rules, how far back rules look that are new\: 7d, all or none]:SPAN:_default' \
'(--stdin --backtest --explain)--exec=[Run a program for each new SIEM event, beside those of \[\[action\]\] in siem.toml]:CMD:_default' \
'-o+[Print SIEM events, also those that are stored]:FORM:((jsonl\:"One JSON object a line"
csv\:"Comma-separated values under a header"
table\:"A table for people"))' \
'--output=[Print SIEM events, also those that are stored]:FORM:((jsonl\:"One JSON object a line"
csv\:"Comma-separated values under a header"
table\:"A table for people"))' \
'--generate=[Print a generated page]:PAGE:((man\:"The man page, in roff"
bash\:"Completions for bash"
zsh\:"Completions for zsh"
fish\:"Completions for fish"))' \
'--oneshot[Catch up with the commits there are, then stop]' \
'(--oneshot --backtest --explain)--stdin[Read events as JSON lines from standard input; no database]' \
'--live[With --stdin, print SIEM events when they arise and again at each revision]' \
'(--oneshot --explain --live)--timeline[Keep SIEM events until the end of the input and print them by event time]' \
'(--oneshot --explain)--backtest[Show what the rules find in stored events; write nothing]' \
'(--oneshot --explain --stdin --live --timeline --exec -o --output --diff)--verify[Compare the stored SIEM events with what the same commits give again; write nothing]' \
'-q[No summary]' \
'--quiet[No summary]' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
'-V[Print version]' \
'--version[Print version]' \
&& ret=0
}

(( $+functions[_siemtrigger_commands] )) ||
_siemtrigger_commands() {
    local commands; commands=()
    _describe -t commands 'siemtrigger commands' commands "$@"
}

if [ "$funcstack[1]" = "_siemtrigger" ]; then
    _siemtrigger "$@"
else
    compdef _siemtrigger siemtrigger
fi
