complete -c siemtrigger -s c -l config -d 'Read this configuration file instead of the default ones' -r -F
complete -c siemtrigger -l db -d 'Use this database: sqlite:PATH or postgres://[USER@]HOST[:PORT]/NAME' -r
complete -c siemtrigger -s s -l section -d 'Only the rules of this section' -r
complete -c siemtrigger -l table -d 'Only the rules of this table, such as rules_auth; may be repeated' -r
complete -c siemtrigger -l rules -d 'Rules from this file, folder or archive instead of the database; may be repeated' -r -F
complete -c siemtrigger -l set -d 'A reference set from a file, in place of the database\'s; may be repeated' -r
complete -c siemtrigger -l diff -d 'With --backtest, show what the rules of NEW add to those of OLD and what they take away' -r -F
complete -c siemtrigger -s S -l since -d 'With --backtest and --verify, only since: 2h, yesterday, 2026-08-01, @1700000000' -r
complete -c siemtrigger -s U -l until -d 'With --backtest and --verify, only until' -r
complete -c siemtrigger -l explain -d 'Show why a rule fires on an event or does not' -r
complete -c siemtrigger -l rule -d 'The rule to explain' -r
complete -c siemtrigger -l backfill -d 'With --rules, how far back rules look that are new: 7d, all or none' -r
complete -c siemtrigger -l exec -d 'Run a program for each new SIEM event, beside those of [[action]] in siem.toml' -r
complete -c siemtrigger -s o -l output -d 'Print SIEM events, also those that are stored' -r -f -a "jsonl\t'One JSON object a line'
csv\t'Comma-separated values under a header'
table\t'A table for people'"
complete -c siemtrigger -l generate -d 'Print a generated page' -r -f -a "man\t'The man page, in roff'
bash\t'Completions for bash'
zsh\t'Completions for zsh'
fish\t'Completions for fish'"
complete -c siemtrigger -l oneshot -d 'Catch up with the commits there are, then stop'
complete -c siemtrigger -l stdin -d 'Read events as JSON lines from standard input; no database'
complete -c siemtrigger -l live -d 'With --stdin, print SIEM events when they arise and again at each revision'
complete -c siemtrigger -l timeline -d 'Keep SIEM events until the end of the input and print them by event time'
complete -c siemtrigger -l backtest -d 'Show what the rules find in stored events; write nothing'
complete -c siemtrigger -l verify -d 'Compare the stored SIEM events with what the same commits give again; write nothing'
complete -c siemtrigger -s q -l quiet -d 'No summary'
complete -c siemtrigger -s h -l help -d 'Print help (see more with \'--help\')'
complete -c siemtrigger -s V -l version -d 'Print version'
