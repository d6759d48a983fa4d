complete -c siemparse -s c -l config -d 'Read this configuration file instead of the default ones' -r -F
complete -c siemparse -l db -d 'Use this database: sqlite:PATH or postgres://[USER@]HOST[:PORT]/NAME' -r
complete -c siemparse -s s -l section -d 'The section that the events belong to; it is made when it does not exist' -r
complete -c siemparse -s z -l zone -d 'The zone of stamps without an offset: +0200, UTC, local or Europe/Berlin' -r
complete -c siemparse -s F -l format -d 'The format of the lines, where it should not be detected' -r
complete -c siemparse -l program -d 'The program of lines that name none' -r
complete -c siemparse -l start -d 'What begins a record of several lines: a regular expression' -r
complete -c siemparse -l year -d 'The year of the first stamp that gives none' -r
complete -c siemparse -l spool -d 'Bring standard input to disk before it is read' -r -F
complete -c siemparse -s o -l output -d 'Print events instead of storing them' -r -f -a "jsonl\t'One JSON object a line'"
complete -c siemparse -l generate -d 'Print a generated page' -r -f -a "man\t'The man page, in roff'
bash\t'Completions for bash'
zsh\t'Completions for zsh'
fish\t'Completions for fish'"
complete -c siemparse -l statistics -d 'Keep statistics as well, which are left out otherwise: Suricata\'s `stats`'
complete -c siemparse -l once -d 'Stop at the end of the files'
complete -c siemparse -l from-end -d 'Begin at the end of files that are new'
complete -c siemparse -l wait-db -d 'Wait for the database when it cannot be reached or is not initialised yet'
complete -c siemparse -l journal -d 'Read the journal of systemd; FILE arguments are matches such as _SYSTEMD_UNIT=ssh.service'
complete -c siemparse -l list-formats -d 'Print the formats that lines can have, as -F takes them, in the order of detection'
complete -c siemparse -l dry-run -d 'Read and parse to the end, store nothing, print only the summary'
complete -c siemparse -l explain -d 'Show for each line how it is read: format, spans, helpers, fields with types'
complete -c siemparse -s q -l quiet -d 'No summary and no progress bar'
complete -c siemparse -s h -l help -d 'Print help (see more with \'--help\')'
complete -c siemparse -s V -l version -d 'Print version'
