#compdef siemquery

autoload -U is-at-least

_siemquery() {
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
'*-s+[This section; siem_NAME\: its SIEM events]:SECTION:_default' \
'*--section=[This section; siem_NAME\: its SIEM events]:SECTION:_default' \
'*--table=[The same by table name, in the manner of siemstress]:TABLE:_default' \
'*-w+[What must hold\: '\''user.name = root and pid > 99'\'']:FILTER:_default' \
'*--where=[What must hold\: '\''user.name = root and pid > 99'\'']:FILTER:_default' \
'*--sigma=[Events that a rule of this file matches (repeatable)]:FILE:_files' \
'-S+[From then on\: 2h, yesterday, monday, 2026-08-01]:TIME:_default' \
'--since=[From then on\: 2h, yesterday, monday, 2026-08-01]:TIME:_default' \
'-U+[Up to, not including, this time]:TIME:_default' \
'--until=[Up to, not including, this time]:TIME:_default' \
'(-S --since --range)--last=[Since so long ago\: 90s, 10m, 24h, 7d, 1w]:SPAN:_default' \
'(-S --since -U --until)--range=[From stamp A to stamp B, both included]:A-B:_default' \
'*--id=[The event or SIEM event with this id]:ID:_default' \
'*-g+[The message contains this; % and _ are wildcards]:TEXT:_default' \
'*--grep=[The message contains this; % and _ are wildcards]:TEXT:_default' \
'*--shost=[The peer, else the host that logged]:HOST:_default' \
'*--sport=[The peer'\''s port]:PORT:_default' \
'*--dhost=[The destination]:HOST:_default' \
'*--dport=[The destination'\''s port]:PORT:_default' \
'*--process=[The program that logged]:NAME:_default' \
'*--pid=[Its process id]:PID:_default' \
'*--protocol=[The transport\: tcp, udp, icmp]:NAME:_default' \
'*--rgrep=[The message does not contain this]:TEXT:_default' \
'*--rshost=[Not this peer or host]:HOST:_default' \
'*--rsport=[Not this port of the peer]:PORT:_default' \
'*--rdhost=[Not this destination]:HOST:_default' \
'*--rdport=[Not this port of the destination]:PORT:_default' \
'*--rprocess=[Not this program]:NAME:_default' \
'*--rpid=[Not this process id]:PID:_default' \
'*--rprotocol=[Not this transport]:NAME:_default' \
'(--siem --around --rule --count --count-by --histogram --reverse --id)--sources=[The events behind this SIEM event]:ID:_default' \
'(--sources --siem --around --rule --count --count-by --histogram --reverse --id --raw -f --follow --cursor-file)--coverage=[Which commits each version of this rule has seen]:RULE:_default' \
'(--siem --rule --count --count-by --histogram --reverse --id)--around=[What happened before and after this event]:ID:_default' \
'--span=[How far --around looks to either side]:SPAN:_default' \
'*--same=[Only events that have these fields in common with the one of --around]:FIELD,…:_default' \
'*--count-by=[How many of each value, most frequent first]:FIELD,…:_default' \
'--top=[Only the N largest counts (0\: all)]:N:_default' \
'--histogram=[How many over time; SPAN is a slot'\''s length]::SPAN:_default' \
'-o+[table, json, jsonl, csv, tsv or raw]:FORMAT:((table\:"Aligned columns, for people"
json\:"One JSON array"
jsonl\:"One JSON object a line"
csv\:"Comma-separated values with a header"
tsv\:"Tab-separated values with a header"
raw\:"The source'\''s bytes"))' \
'--output=[table, json, jsonl, csv, tsv or raw]:FORMAT:((table\:"Aligned columns, for people"
json\:"One JSON array"
jsonl\:"One JSON object a line"
csv\:"Comma-separated values with a header"
tsv\:"Tab-separated values with a header"
raw\:"The source'\''s bytes"))' \
'*--fields=[What to print\: time,host,user.name,message]:FIELD,…:_default' \
'(--count --count-by --histogram)--json=[Also write a JSON array to FILE; - is standard output]:FILE:_files' \
'-n+[The newest N (0\: no limit)]:N:_default' \
'--lines=[The newest N (0\: no limit)]:N:_default' \
'(-n --lines --reverse --raw --count --count-by --histogram --sources --around --rule --id)--cursor-file=[Each event once\: go on where the last run ended]:FILE:_files' \
'--tz=[Show and read times in this zone\: Europe/Berlin, +0530]:ZONE:_default' \
'--color=[auto, always or never]:WHEN:_default' \
'--generate=[Print this program'\''s man page or completions]:GENERATE:((man\:"The man page, in roff"
bash\:"Completions for bash"
zsh\:"Completions for zsh"
fish\:"Completions for fish"))' \
'--siem[SIEM events\: the worst first, repeats folded]' \
'(--siem --count --count-by --histogram --reverse --id)--rule[Rules and helpers]' \
'--count[How many there are]' \
'(-o --output --json --fields --siem --rule --around --count --count-by --histogram --reverse)--raw[The source'\''s bytes, in their order]' \
'--force[Let --raw write to a terminal]' \
'--reverse[The newest first]' \
'(--reverse --raw --count --count-by --histogram --sources --around --rule -U --until)-f[The newest 10 (or -n), then new ones as they come]' \
'(--reverse --raw --count --count-by --histogram --sources --around --rule -U --until)--follow[The newest 10 (or -n), then new ones as they come]' \
'(--tz)--utc[Show times in UTC]' \
'--no-pager[Do not page long output (\$SIEM_PAGER, \$PAGER, less -R)]' \
'--silent[Print nothing\: for the exit code, or for --json FILE alone]' \
'--verbose[Show the SQL on standard error, too]' \
'--explain[Show the SQL instead of running it]' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
'-V[Print version]' \
'--version[Print version]' \
&& ret=0
}

(( $+functions[_siemquery_commands] )) ||
_siemquery_commands() {
    local commands; commands=()
    _describe -t commands 'siemquery commands' commands "$@"
}

if [ "$funcstack[1]" = "_siemquery" ]; then
    _siemquery "$@"
else
    compdef _siemquery siemquery
fi
