complete -c siemquery -s c -l config -d 'Read this configuration file instead of the default ones' -r -F
complete -c siemquery -l db -d 'Use this database: sqlite:PATH or postgres://[USER@]HOST[:PORT]/NAME' -r
complete -c siemquery -s s -l section -d 'This section; siem_NAME: its SIEM events' -r
complete -c siemquery -l table -d 'The same by table name, in the manner of siemstress' -r
complete -c siemquery -s w -l where -d 'What must hold: \'user.name = root and pid > 99\'' -r
complete -c siemquery -l sigma -d 'Events that a rule of this file matches (repeatable)' -r -F
complete -c siemquery -s S -l since -d 'From then on: 2h, yesterday, monday, 2026-08-01' -r
complete -c siemquery -s U -l until -d 'Up to, not including, this time' -r
complete -c siemquery -l last -d 'Since so long ago: 90s, 10m, 24h, 7d, 1w' -r
complete -c siemquery -l range -d 'From stamp A to stamp B, both included' -r
complete -c siemquery -l id -d 'The event or SIEM event with this id' -r
complete -c siemquery -s g -l grep -d 'The message contains this; % and _ are wildcards' -r
complete -c siemquery -l shost -d 'The peer, else the host that logged' -r
complete -c siemquery -l sport -d 'The peer\'s port' -r
complete -c siemquery -l dhost -d 'The destination' -r
complete -c siemquery -l dport -d 'The destination\'s port' -r
complete -c siemquery -l process -d 'The program that logged' -r
complete -c siemquery -l pid -d 'Its process id' -r
complete -c siemquery -l protocol -d 'The transport: tcp, udp, icmp' -r
complete -c siemquery -l rgrep -d 'The message does not contain this' -r
complete -c siemquery -l rshost -d 'Not this peer or host' -r
complete -c siemquery -l rsport -d 'Not this port of the peer' -r
complete -c siemquery -l rdhost -d 'Not this destination' -r
complete -c siemquery -l rdport -d 'Not this port of the destination' -r
complete -c siemquery -l rprocess -d 'Not this program' -r
complete -c siemquery -l rpid -d 'Not this process id' -r
complete -c siemquery -l rprotocol -d 'Not this transport' -r
complete -c siemquery -l sources -d 'The events behind this SIEM event' -r
complete -c siemquery -l coverage -d 'Which commits each version of this rule has seen' -r
complete -c siemquery -l around -d 'What happened before and after this event' -r
complete -c siemquery -l span -d 'How far --around looks to either side' -r
complete -c siemquery -l same -d 'Only events that have these fields in common with the one of --around' -r
complete -c siemquery -l count-by -d 'How many of each value, most frequent first' -r
complete -c siemquery -l top -d 'Only the N largest counts (0: all)' -r
complete -c siemquery -l histogram -d 'How many over time; SPAN is a slot\'s length' -r
complete -c siemquery -s o -l output -d 'table, json, jsonl, csv, tsv or raw' -r -f -a "table\t'Aligned columns, for people'
json\t'One JSON array'
jsonl\t'One JSON object a line'
csv\t'Comma-separated values with a header'
tsv\t'Tab-separated values with a header'
raw\t'The source\'s bytes'"
complete -c siemquery -l fields -d 'What to print: time,host,user.name,message' -r
complete -c siemquery -l json -d 'Also write a JSON array to FILE; - is standard output' -r -F
complete -c siemquery -s n -l lines -d 'The newest N (0: no limit)' -r
complete -c siemquery -l cursor-file -d 'Each event once: go on where the last run ended' -r -F
complete -c siemquery -l tz -d 'Show and read times in this zone: Europe/Berlin, +0530' -r
complete -c siemquery -l color -d 'auto, always or never' -r
complete -c siemquery -l generate -d 'Print this program\'s man page or completions' -r -f -a "man\t'The man page, in roff'
bash\t'Completions for bash'
zsh\t'Completions for zsh'
fish\t'Completions for fish'"
complete -c siemquery -l siem -d 'SIEM events: the worst first, repeats folded'
complete -c siemquery -l rule -d 'Rules and helpers'
complete -c siemquery -l count -d 'How many there are'
complete -c siemquery -l raw -d 'The source\'s bytes, in their order'
complete -c siemquery -l force -d 'Let --raw write to a terminal'
complete -c siemquery -l reverse -d 'The newest first'
complete -c siemquery -s f -l follow -d 'The newest 10 (or -n), then new ones as they come'
complete -c siemquery -l utc -d 'Show times in UTC'
complete -c siemquery -l no-pager -d 'Do not page long output ($SIEM_PAGER, $PAGER, less -R)'
complete -c siemquery -l silent -d 'Print nothing: for the exit code, or for --json FILE alone'
complete -c siemquery -l verbose -d 'Show the SQL on standard error, too'
complete -c siemquery -l explain -d 'Show the SQL instead of running it'
complete -c siemquery -s h -l help -d 'Print help (see more with \'--help\')'
complete -c siemquery -s V -l version -d 'Print version'
