# Print an optspec for argparse to handle cmd's options that are independent of any subcommand.
function __fish_siemmanage_global_optspecs
    string join \n c/config= db= importrules= exportrules= importhelpers= exporthelpers= clear force table= generate= h/help V/version
end

function __fish_siemmanage_needs_command
    # Figure out if the current invocation already has a command.
    set -l cmd (commandline -opc)
    set -e cmd[1]
    argparse -s (__fish_siemmanage_global_optspecs) -- $cmd 2>/dev/null
    or return
    if set -q argv[1]
        # Also print the command, so this can be used to figure out what it is.
        echo $argv[1]
        return 1
    end
    return 0
end

function __fish_siemmanage_using_subcommand
    set -l cmd (__fish_siemmanage_needs_command)
    test -z "$cmd"
    and return 1
    contains -- $cmd[1] $argv
end

complete -c siemmanage -n "__fish_siemmanage_needs_command" -s c -l config -d 'Read this configuration file instead of the default ones' -r -F
complete -c siemmanage -n "__fish_siemmanage_needs_command" -l db -d 'Use this database: sqlite:PATH or postgres://[USER@]HOST[:PORT]/NAME' -r
complete -c siemmanage -n "__fish_siemmanage_needs_command" -l importrules -d 'Same as: rules import FILE' -r -F
complete -c siemmanage -n "__fish_siemmanage_needs_command" -l exportrules -d 'Same as: rules export -O FILE; --table selects sections' -r -F
complete -c siemmanage -n "__fish_siemmanage_needs_command" -l importhelpers -d 'Same as: helpers import FILE' -r -F
complete -c siemmanage -n "__fish_siemmanage_needs_command" -l exporthelpers -d 'Same as: helpers export -O FILE; --table selects sections' -r -F
complete -c siemmanage -n "__fish_siemmanage_needs_command" -l table -d 'The tables that --clear or an export means' -r
complete -c siemmanage -n "__fish_siemmanage_needs_command" -l generate -d 'Print a man page or shell completion' -r -f -a "man\t'The man page, in roff'
bash\t'Completions for bash'
zsh\t'Completions for zsh'
fish\t'Completions for fish'"
complete -c siemmanage -n "__fish_siemmanage_needs_command" -l clear -d 'Same as: clear'
complete -c siemmanage -n "__fish_siemmanage_needs_command" -l force -d 'Do what --clear says'
complete -c siemmanage -n "__fish_siemmanage_needs_command" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c siemmanage -n "__fish_siemmanage_needs_command" -s V -l version -d 'Print version'
complete -c siemmanage -n "__fish_siemmanage_needs_command" -f -a "init" -d 'Make the schema, or bring it up to date'
complete -c siemmanage -n "__fish_siemmanage_needs_command" -f -a "migrate" -d 'Make the schema, or bring it up to date'
complete -c siemmanage -n "__fish_siemmanage_needs_command" -f -a "rules" -d 'Import, export, list and switch rules'
complete -c siemmanage -n "__fish_siemmanage_needs_command" -f -a "helpers" -d 'Import, export, list and test helpers'
complete -c siemmanage -n "__fish_siemmanage_needs_command" -f -a "set" -d 'Import, export, list and delete reference sets'
complete -c siemmanage -n "__fish_siemmanage_needs_command" -f -a "section" -d 'List and change sections'
complete -c siemmanage -n "__fish_siemmanage_needs_command" -f -a "clear" -d 'Remove events, SIEM events, rules or helpers'
complete -c siemmanage -n "__fish_siemmanage_needs_command" -f -a "status" -d 'Show what was read and stored, how far rules have come, and how large the database is'
complete -c siemmanage -n "__fish_siemmanage_needs_command" -f -a "config" -d 'Show the settings that hold'
complete -c siemmanage -n "__fish_siemmanage_needs_command" -f -a "retain" -d 'Remove old events'
complete -c siemmanage -n "__fish_siemmanage_needs_command" -f -a "relabel" -d 'Compute the logsource labels of stored events anew'
complete -c siemmanage -n "__fish_siemmanage_needs_command" -f -a "forget" -d 'Forget files that are gone for good'
complete -c siemmanage -n "__fish_siemmanage_needs_command" -f -a "doctor" -d 'Look for what is wrong: unaccounted lines, stale sources, wrong clocks, rules that cannot fire'
complete -c siemmanage -n "__fish_siemmanage_needs_command" -f -a "metrics" -d 'Print metrics for Prometheus, as node_exporter\'s textfile collector reads them'
complete -c siemmanage -n "__fish_siemmanage_needs_command" -f -a "seal" -d 'Print the heads of all sources\' digests, to be signed and kept elsewhere'
complete -c siemmanage -n "__fish_siemmanage_needs_command" -f -a "verify" -d 'Compute all digests again and say what is changed, missing or added'
complete -c siemmanage -n "__fish_siemmanage_needs_command" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c siemmanage -n "__fish_siemmanage_using_subcommand init" -s c -l config -d 'Read this configuration file instead of the default ones' -r -F
complete -c siemmanage -n "__fish_siemmanage_using_subcommand init" -l db -d 'Use this database: sqlite:PATH or postgres://[USER@]HOST[:PORT]/NAME' -r
complete -c siemmanage -n "__fish_siemmanage_using_subcommand init" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c siemmanage -n "__fish_siemmanage_using_subcommand migrate" -s c -l config -d 'Read this configuration file instead of the default ones' -r -F
complete -c siemmanage -n "__fish_siemmanage_using_subcommand migrate" -l db -d 'Use this database: sqlite:PATH or postgres://[USER@]HOST[:PORT]/NAME' -r
complete -c siemmanage -n "__fish_siemmanage_using_subcommand migrate" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c siemmanage -n "__fish_siemmanage_using_subcommand rules; and not __fish_seen_subcommand_from import list test attack export show enable disable delete help" -s c -l config -d 'Read this configuration file instead of the default ones' -r -F
complete -c siemmanage -n "__fish_siemmanage_using_subcommand rules; and not __fish_seen_subcommand_from import list test attack export show enable disable delete help" -l db -d 'Use this database: sqlite:PATH or postgres://[USER@]HOST[:PORT]/NAME' -r
complete -c siemmanage -n "__fish_siemmanage_using_subcommand rules; and not __fish_seen_subcommand_from import list test attack export show enable disable delete help" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c siemmanage -n "__fish_siemmanage_using_subcommand rules; and not __fish_seen_subcommand_from import list test attack export show enable disable delete help" -f -a "import" -d 'Add rules from files, or change those with the same section and name'
complete -c siemmanage -n "__fish_siemmanage_using_subcommand rules; and not __fish_seen_subcommand_from import list test attack export show enable disable delete help" -f -a "list" -d 'List them'
complete -c siemmanage -n "__fish_siemmanage_using_subcommand rules; and not __fish_seen_subcommand_from import list test attack export show enable disable delete help" -f -a "test" -d 'Check files, or what is stored, and run the cases kept beside rules'
complete -c siemmanage -n "__fish_siemmanage_using_subcommand rules; and not __fish_seen_subcommand_from import list test attack export show enable disable delete help" -f -a "attack" -d 'Show which of ATT&CK\'s techniques the enabled rules look for'
complete -c siemmanage -n "__fish_siemmanage_using_subcommand rules; and not __fish_seen_subcommand_from import list test attack export show enable disable delete help" -f -a "export" -d 'Write them in the form that import reads'
complete -c siemmanage -n "__fish_siemmanage_using_subcommand rules; and not __fish_seen_subcommand_from import list test attack export show enable disable delete help" -f -a "show" -d 'Show some as they are stored; rules also by title, and Sigma filters'
complete -c siemmanage -n "__fish_siemmanage_using_subcommand rules; and not __fish_seen_subcommand_from import list test attack export show enable disable delete help" -f -a "enable" -d 'Switch on'
complete -c siemmanage -n "__fish_siemmanage_using_subcommand rules; and not __fish_seen_subcommand_from import list test attack export show enable disable delete help" -f -a "disable" -d 'Switch off'
complete -c siemmanage -n "__fish_siemmanage_using_subcommand rules; and not __fish_seen_subcommand_from import list test attack export show enable disable delete help" -f -a "delete" -d 'Delete; of rules also their Sigma filters'
complete -c siemmanage -n "__fish_siemmanage_using_subcommand rules; and not __fish_seen_subcommand_from import list test attack export show enable disable delete help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c siemmanage -n "__fish_siemmanage_using_subcommand rules; and __fish_seen_subcommand_from import" -l backfill -d 'How far back a rule that is new looks: a span such as 7d, all, or none' -r
complete -c siemmanage -n "__fish_siemmanage_using_subcommand rules; and __fish_seen_subcommand_from import" -s s -l section -d 'Sigma rules look at the events of this section; of all sections without it' -r
complete -c siemmanage -n "__fish_siemmanage_using_subcommand rules; and __fish_seen_subcommand_from import" -l preview -d 'Show what the rules would leave of the stored events of so long until now; import nothing' -r
complete -c siemmanage -n "__fish_siemmanage_using_subcommand rules; and __fish_seen_subcommand_from import" -l verify -d 'Import only what is signed by one of these: OpenSSH\'s allowed signers, or a minisign key' -r -F
complete -c siemmanage -n "__fish_siemmanage_using_subcommand rules; and __fish_seen_subcommand_from import" -l level -d 'Only rules of this level or a worse one' -r -f -a "informational\t'Severity 6 and 7'
low\t'Severity 5'
medium\t'Severity 4'
high\t'Severity 2 and 3'
critical\t'Severity 0 and 1'"
complete -c siemmanage -n "__fish_siemmanage_using_subcommand rules; and __fish_seen_subcommand_from import" -l status -d 'Only Sigma rules of this status: stable, test, experimental, …; may be repeated' -r
complete -c siemmanage -n "__fish_siemmanage_using_subcommand rules; and __fish_seen_subcommand_from import" -l tag -d 'Only rules with this tag, or with one below it: attack.t1059 means attack.t1059.001 too; may be repeated' -r
complete -c siemmanage -n "__fish_siemmanage_using_subcommand rules; and __fish_seen_subcommand_from import" -l logsource -d 'Only rules about this product/category/service; parts may be left empty: windows/process_creation, linux//auditd' -r
complete -c siemmanage -n "__fish_siemmanage_using_subcommand rules; and __fish_seen_subcommand_from import" -s c -l config -d 'Read this configuration file instead of the default ones' -r -F
complete -c siemmanage -n "__fish_siemmanage_using_subcommand rules; and __fish_seen_subcommand_from import" -l db -d 'Use this database: sqlite:PATH or postgres://[USER@]HOST[:PORT]/NAME' -r
complete -c siemmanage -n "__fish_siemmanage_using_subcommand rules; and __fish_seen_subcommand_from import" -l shipped -d 'Import what this version of the programs brings along; a new database has it from the start'
complete -c siemmanage -n "__fish_siemmanage_using_subcommand rules; and __fish_seen_subcommand_from import" -l dry-run -d 'Show what would change, and change nothing'
complete -c siemmanage -n "__fish_siemmanage_using_subcommand rules; and __fish_seen_subcommand_from import" -l keep-going -d 'Import what can be, although other rules are refused; exit status 5 if any was'
complete -c siemmanage -n "__fish_siemmanage_using_subcommand rules; and __fish_seen_subcommand_from import" -l forget-filters -d 'Import the rules without the Sigma filters that stored rules have'
complete -c siemmanage -n "__fish_siemmanage_using_subcommand rules; and __fish_seen_subcommand_from import" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c siemmanage -n "__fish_siemmanage_using_subcommand rules; and __fish_seen_subcommand_from list" -s s -l section -d 'Of this section' -r
complete -c siemmanage -n "__fish_siemmanage_using_subcommand rules; and __fish_seen_subcommand_from list" -l level -d 'Only rules of this level or a worse one' -r -f -a "informational\t'Severity 6 and 7'
low\t'Severity 5'
medium\t'Severity 4'
high\t'Severity 2 and 3'
critical\t'Severity 0 and 1'"
complete -c siemmanage -n "__fish_siemmanage_using_subcommand rules; and __fish_seen_subcommand_from list" -l status -d 'Only Sigma rules of this status: stable, test, experimental, …; may be repeated' -r
complete -c siemmanage -n "__fish_siemmanage_using_subcommand rules; and __fish_seen_subcommand_from list" -l tag -d 'Only rules with this tag, or with one below it: attack.t1059 means attack.t1059.001 too; may be repeated' -r
complete -c siemmanage -n "__fish_siemmanage_using_subcommand rules; and __fish_seen_subcommand_from list" -l logsource -d 'Only rules about this product/category/service; parts may be left empty: windows/process_creation, linux//auditd' -r
complete -c siemmanage -n "__fish_siemmanage_using_subcommand rules; and __fish_seen_subcommand_from list" -s o -l output -d 'How to print' -r -f -a "table\t'Columns for people'
json\t'One JSON document'"
complete -c siemmanage -n "__fish_siemmanage_using_subcommand rules; and __fish_seen_subcommand_from list" -s c -l config -d 'Read this configuration file instead of the default ones' -r -F
complete -c siemmanage -n "__fish_siemmanage_using_subcommand rules; and __fish_seen_subcommand_from list" -l db -d 'Use this database: sqlite:PATH or postgres://[USER@]HOST[:PORT]/NAME' -r
complete -c siemmanage -n "__fish_siemmanage_using_subcommand rules; and __fish_seen_subcommand_from list" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c siemmanage -n "__fish_siemmanage_using_subcommand rules; and __fish_seen_subcommand_from test" -s o -l output -d 'How to print' -r -f -a "text\t'Failures and a count'
tap\t'The Test Anything Protocol, version 14'
junit\t'JUnit\'s XML'"
complete -c siemmanage -n "__fish_siemmanage_using_subcommand rules; and __fish_seen_subcommand_from test" -s c -l config -d 'Read this configuration file instead of the default ones' -r -F
complete -c siemmanage -n "__fish_siemmanage_using_subcommand rules; and __fish_seen_subcommand_from test" -l db -d 'Use this database: sqlite:PATH or postgres://[USER@]HOST[:PORT]/NAME' -r
complete -c siemmanage -n "__fish_siemmanage_using_subcommand rules; and __fish_seen_subcommand_from test" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c siemmanage -n "__fish_siemmanage_using_subcommand rules; and __fish_seen_subcommand_from attack" -s S -l since -d 'Only events since then: -7d, yesterday, 2026-08-01' -r
complete -c siemmanage -n "__fish_siemmanage_using_subcommand rules; and __fish_seen_subcommand_from attack" -s o -l output -d 'How to print' -r -f -a "table\t'One line a technique'
navigator\t'A layer of ATT&CK Navigator, as JSON'"
complete -c siemmanage -n "__fish_siemmanage_using_subcommand rules; and __fish_seen_subcommand_from attack" -s c -l config -d 'Read this configuration file instead of the default ones' -r -F
complete -c siemmanage -n "__fish_siemmanage_using_subcommand rules; and __fish_seen_subcommand_from attack" -l db -d 'Use this database: sqlite:PATH or postgres://[USER@]HOST[:PORT]/NAME' -r
complete -c siemmanage -n "__fish_siemmanage_using_subcommand rules; and __fish_seen_subcommand_from attack" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c siemmanage -n "__fish_siemmanage_using_subcommand rules; and __fish_seen_subcommand_from export" -s s -l section -d 'Of this section' -r
complete -c siemmanage -n "__fish_siemmanage_using_subcommand rules; and __fish_seen_subcommand_from export" -s O -l output -d 'Write to a file instead of standard output' -r -F
complete -c siemmanage -n "__fish_siemmanage_using_subcommand rules; and __fish_seen_subcommand_from export" -s c -l config -d 'Read this configuration file instead of the default ones' -r -F
complete -c siemmanage -n "__fish_siemmanage_using_subcommand rules; and __fish_seen_subcommand_from export" -l db -d 'Use this database: sqlite:PATH or postgres://[USER@]HOST[:PORT]/NAME' -r
complete -c siemmanage -n "__fish_siemmanage_using_subcommand rules; and __fish_seen_subcommand_from export" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c siemmanage -n "__fish_siemmanage_using_subcommand rules; and __fish_seen_subcommand_from show" -s s -l section -d 'Of this section; needed where two sections have one of the name' -r
complete -c siemmanage -n "__fish_siemmanage_using_subcommand rules; and __fish_seen_subcommand_from show" -s c -l config -d 'Read this configuration file instead of the default ones' -r -F
complete -c siemmanage -n "__fish_siemmanage_using_subcommand rules; and __fish_seen_subcommand_from show" -l db -d 'Use this database: sqlite:PATH or postgres://[USER@]HOST[:PORT]/NAME' -r
complete -c siemmanage -n "__fish_siemmanage_using_subcommand rules; and __fish_seen_subcommand_from show" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c siemmanage -n "__fish_siemmanage_using_subcommand rules; and __fish_seen_subcommand_from enable" -s s -l section -d 'Of this section; needed where two sections have one of the name' -r
complete -c siemmanage -n "__fish_siemmanage_using_subcommand rules; and __fish_seen_subcommand_from enable" -s c -l config -d 'Read this configuration file instead of the default ones' -r -F
complete -c siemmanage -n "__fish_siemmanage_using_subcommand rules; and __fish_seen_subcommand_from enable" -l db -d 'Use this database: sqlite:PATH or postgres://[USER@]HOST[:PORT]/NAME' -r
complete -c siemmanage -n "__fish_siemmanage_using_subcommand rules; and __fish_seen_subcommand_from enable" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c siemmanage -n "__fish_siemmanage_using_subcommand rules; and __fish_seen_subcommand_from disable" -s s -l section -d 'Of this section; needed where two sections have one of the name' -r
complete -c siemmanage -n "__fish_siemmanage_using_subcommand rules; and __fish_seen_subcommand_from disable" -s c -l config -d 'Read this configuration file instead of the default ones' -r -F
complete -c siemmanage -n "__fish_siemmanage_using_subcommand rules; and __fish_seen_subcommand_from disable" -l db -d 'Use this database: sqlite:PATH or postgres://[USER@]HOST[:PORT]/NAME' -r
complete -c siemmanage -n "__fish_siemmanage_using_subcommand rules; and __fish_seen_subcommand_from disable" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c siemmanage -n "__fish_siemmanage_using_subcommand rules; and __fish_seen_subcommand_from delete" -s s -l section -d 'Of this section; needed where two sections have one of the name' -r
complete -c siemmanage -n "__fish_siemmanage_using_subcommand rules; and __fish_seen_subcommand_from delete" -s c -l config -d 'Read this configuration file instead of the default ones' -r -F
complete -c siemmanage -n "__fish_siemmanage_using_subcommand rules; and __fish_seen_subcommand_from delete" -l db -d 'Use this database: sqlite:PATH or postgres://[USER@]HOST[:PORT]/NAME' -r
complete -c siemmanage -n "__fish_siemmanage_using_subcommand rules; and __fish_seen_subcommand_from delete" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c siemmanage -n "__fish_siemmanage_using_subcommand rules; and __fish_seen_subcommand_from help" -f -a "import" -d 'Add rules from files, or change those with the same section and name'
complete -c siemmanage -n "__fish_siemmanage_using_subcommand rules; and __fish_seen_subcommand_from help" -f -a "list" -d 'List them'
complete -c siemmanage -n "__fish_siemmanage_using_subcommand rules; and __fish_seen_subcommand_from help" -f -a "test" -d 'Check files, or what is stored, and run the cases kept beside rules'
complete -c siemmanage -n "__fish_siemmanage_using_subcommand rules; and __fish_seen_subcommand_from help" -f -a "attack" -d 'Show which of ATT&CK\'s techniques the enabled rules look for'
complete -c siemmanage -n "__fish_siemmanage_using_subcommand rules; and __fish_seen_subcommand_from help" -f -a "export" -d 'Write them in the form that import reads'
complete -c siemmanage -n "__fish_siemmanage_using_subcommand rules; and __fish_seen_subcommand_from help" -f -a "show" -d 'Show some as they are stored; rules also by title, and Sigma filters'
complete -c siemmanage -n "__fish_siemmanage_using_subcommand rules; and __fish_seen_subcommand_from help" -f -a "enable" -d 'Switch on'
complete -c siemmanage -n "__fish_siemmanage_using_subcommand rules; and __fish_seen_subcommand_from help" -f -a "disable" -d 'Switch off'
complete -c siemmanage -n "__fish_siemmanage_using_subcommand rules; and __fish_seen_subcommand_from help" -f -a "delete" -d 'Delete; of rules also their Sigma filters'
complete -c siemmanage -n "__fish_siemmanage_using_subcommand rules; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c siemmanage -n "__fish_siemmanage_using_subcommand helpers; and not __fish_seen_subcommand_from import list test export show enable disable delete help" -s c -l config -d 'Read this configuration file instead of the default ones' -r -F
complete -c siemmanage -n "__fish_siemmanage_using_subcommand helpers; and not __fish_seen_subcommand_from import list test export show enable disable delete help" -l db -d 'Use this database: sqlite:PATH or postgres://[USER@]HOST[:PORT]/NAME' -r
complete -c siemmanage -n "__fish_siemmanage_using_subcommand helpers; and not __fish_seen_subcommand_from import list test export show enable disable delete help" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c siemmanage -n "__fish_siemmanage_using_subcommand helpers; and not __fish_seen_subcommand_from import list test export show enable disable delete help" -f -a "import" -d 'Add helpers from files, or change those with the same section and name'
complete -c siemmanage -n "__fish_siemmanage_using_subcommand helpers; and not __fish_seen_subcommand_from import list test export show enable disable delete help" -f -a "list" -d 'List them'
complete -c siemmanage -n "__fish_siemmanage_using_subcommand helpers; and not __fish_seen_subcommand_from import list test export show enable disable delete help" -f -a "test" -d 'Check files, or what is stored, and run the tests they carry'
complete -c siemmanage -n "__fish_siemmanage_using_subcommand helpers; and not __fish_seen_subcommand_from import list test export show enable disable delete help" -f -a "export" -d 'Write them in the form that import reads'
complete -c siemmanage -n "__fish_siemmanage_using_subcommand helpers; and not __fish_seen_subcommand_from import list test export show enable disable delete help" -f -a "show" -d 'Show some as they are stored; rules also by title, and Sigma filters'
complete -c siemmanage -n "__fish_siemmanage_using_subcommand helpers; and not __fish_seen_subcommand_from import list test export show enable disable delete help" -f -a "enable" -d 'Switch on'
complete -c siemmanage -n "__fish_siemmanage_using_subcommand helpers; and not __fish_seen_subcommand_from import list test export show enable disable delete help" -f -a "disable" -d 'Switch off'
complete -c siemmanage -n "__fish_siemmanage_using_subcommand helpers; and not __fish_seen_subcommand_from import list test export show enable disable delete help" -f -a "delete" -d 'Delete; of rules also their Sigma filters'
complete -c siemmanage -n "__fish_siemmanage_using_subcommand helpers; and not __fish_seen_subcommand_from import list test export show enable disable delete help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c siemmanage -n "__fish_siemmanage_using_subcommand helpers; and __fish_seen_subcommand_from import" -s s -l section -d 'The section of helpers that name none; without it they apply to all sections' -r
complete -c siemmanage -n "__fish_siemmanage_using_subcommand helpers; and __fish_seen_subcommand_from import" -s c -l config -d 'Read this configuration file instead of the default ones' -r -F
complete -c siemmanage -n "__fish_siemmanage_using_subcommand helpers; and __fish_seen_subcommand_from import" -l db -d 'Use this database: sqlite:PATH or postgres://[USER@]HOST[:PORT]/NAME' -r
complete -c siemmanage -n "__fish_siemmanage_using_subcommand helpers; and __fish_seen_subcommand_from import" -l shipped -d 'Import what this version of the programs brings along; a new database has it from the start'
complete -c siemmanage -n "__fish_siemmanage_using_subcommand helpers; and __fish_seen_subcommand_from import" -l dry-run -d 'Show what would change, and change nothing'
complete -c siemmanage -n "__fish_siemmanage_using_subcommand helpers; and __fish_seen_subcommand_from import" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c siemmanage -n "__fish_siemmanage_using_subcommand helpers; and __fish_seen_subcommand_from list" -s s -l section -d 'Of this section' -r
complete -c siemmanage -n "__fish_siemmanage_using_subcommand helpers; and __fish_seen_subcommand_from list" -s o -l output -d 'How to print' -r -f -a "table\t'Columns for people'
json\t'One JSON document'"
complete -c siemmanage -n "__fish_siemmanage_using_subcommand helpers; and __fish_seen_subcommand_from list" -s c -l config -d 'Read this configuration file instead of the default ones' -r -F
complete -c siemmanage -n "__fish_siemmanage_using_subcommand helpers; and __fish_seen_subcommand_from list" -l db -d 'Use this database: sqlite:PATH or postgres://[USER@]HOST[:PORT]/NAME' -r
complete -c siemmanage -n "__fish_siemmanage_using_subcommand helpers; and __fish_seen_subcommand_from list" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c siemmanage -n "__fish_siemmanage_using_subcommand helpers; and __fish_seen_subcommand_from test" -s c -l config -d 'Read this configuration file instead of the default ones' -r -F
complete -c siemmanage -n "__fish_siemmanage_using_subcommand helpers; and __fish_seen_subcommand_from test" -l db -d 'Use this database: sqlite:PATH or postgres://[USER@]HOST[:PORT]/NAME' -r
complete -c siemmanage -n "__fish_siemmanage_using_subcommand helpers; and __fish_seen_subcommand_from test" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c siemmanage -n "__fish_siemmanage_using_subcommand helpers; and __fish_seen_subcommand_from export" -s s -l section -d 'Of this section' -r
complete -c siemmanage -n "__fish_siemmanage_using_subcommand helpers; and __fish_seen_subcommand_from export" -s O -l output -d 'Write to a file instead of standard output' -r -F
complete -c siemmanage -n "__fish_siemmanage_using_subcommand helpers; and __fish_seen_subcommand_from export" -s c -l config -d 'Read this configuration file instead of the default ones' -r -F
complete -c siemmanage -n "__fish_siemmanage_using_subcommand helpers; and __fish_seen_subcommand_from export" -l db -d 'Use this database: sqlite:PATH or postgres://[USER@]HOST[:PORT]/NAME' -r
complete -c siemmanage -n "__fish_siemmanage_using_subcommand helpers; and __fish_seen_subcommand_from export" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c siemmanage -n "__fish_siemmanage_using_subcommand helpers; and __fish_seen_subcommand_from show" -s s -l section -d 'Of this section; needed where two sections have one of the name' -r
complete -c siemmanage -n "__fish_siemmanage_using_subcommand helpers; and __fish_seen_subcommand_from show" -s c -l config -d 'Read this configuration file instead of the default ones' -r -F
complete -c siemmanage -n "__fish_siemmanage_using_subcommand helpers; and __fish_seen_subcommand_from show" -l db -d 'Use this database: sqlite:PATH or postgres://[USER@]HOST[:PORT]/NAME' -r
complete -c siemmanage -n "__fish_siemmanage_using_subcommand helpers; and __fish_seen_subcommand_from show" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c siemmanage -n "__fish_siemmanage_using_subcommand helpers; and __fish_seen_subcommand_from enable" -s s -l section -d 'Of this section; needed where two sections have one of the name' -r
complete -c siemmanage -n "__fish_siemmanage_using_subcommand helpers; and __fish_seen_subcommand_from enable" -s c -l config -d 'Read this configuration file instead of the default ones' -r -F
complete -c siemmanage -n "__fish_siemmanage_using_subcommand helpers; and __fish_seen_subcommand_from enable" -l db -d 'Use this database: sqlite:PATH or postgres://[USER@]HOST[:PORT]/NAME' -r
complete -c siemmanage -n "__fish_siemmanage_using_subcommand helpers; and __fish_seen_subcommand_from enable" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c siemmanage -n "__fish_siemmanage_using_subcommand helpers; and __fish_seen_subcommand_from disable" -s s -l section -d 'Of this section; needed where two sections have one of the name' -r
complete -c siemmanage -n "__fish_siemmanage_using_subcommand helpers; and __fish_seen_subcommand_from disable" -s c -l config -d 'Read this configuration file instead of the default ones' -r -F
complete -c siemmanage -n "__fish_siemmanage_using_subcommand helpers; and __fish_seen_subcommand_from disable" -l db -d 'Use this database: sqlite:PATH or postgres://[USER@]HOST[:PORT]/NAME' -r
complete -c siemmanage -n "__fish_siemmanage_using_subcommand helpers; and __fish_seen_subcommand_from disable" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c siemmanage -n "__fish_siemmanage_using_subcommand helpers; and __fish_seen_subcommand_from delete" -s s -l section -d 'Of this section; needed where two sections have one of the name' -r
complete -c siemmanage -n "__fish_siemmanage_using_subcommand helpers; and __fish_seen_subcommand_from delete" -s c -l config -d 'Read this configuration file instead of the default ones' -r -F
complete -c siemmanage -n "__fish_siemmanage_using_subcommand helpers; and __fish_seen_subcommand_from delete" -l db -d 'Use this database: sqlite:PATH or postgres://[USER@]HOST[:PORT]/NAME' -r
complete -c siemmanage -n "__fish_siemmanage_using_subcommand helpers; and __fish_seen_subcommand_from delete" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c siemmanage -n "__fish_siemmanage_using_subcommand helpers; and __fish_seen_subcommand_from help" -f -a "import" -d 'Add helpers from files, or change those with the same section and name'
complete -c siemmanage -n "__fish_siemmanage_using_subcommand helpers; and __fish_seen_subcommand_from help" -f -a "list" -d 'List them'
complete -c siemmanage -n "__fish_siemmanage_using_subcommand helpers; and __fish_seen_subcommand_from help" -f -a "test" -d 'Check files, or what is stored, and run the tests they carry'
complete -c siemmanage -n "__fish_siemmanage_using_subcommand helpers; and __fish_seen_subcommand_from help" -f -a "export" -d 'Write them in the form that import reads'
complete -c siemmanage -n "__fish_siemmanage_using_subcommand helpers; and __fish_seen_subcommand_from help" -f -a "show" -d 'Show some as they are stored; rules also by title, and Sigma filters'
complete -c siemmanage -n "__fish_siemmanage_using_subcommand helpers; and __fish_seen_subcommand_from help" -f -a "enable" -d 'Switch on'
complete -c siemmanage -n "__fish_siemmanage_using_subcommand helpers; and __fish_seen_subcommand_from help" -f -a "disable" -d 'Switch off'
complete -c siemmanage -n "__fish_siemmanage_using_subcommand helpers; and __fish_seen_subcommand_from help" -f -a "delete" -d 'Delete; of rules also their Sigma filters'
complete -c siemmanage -n "__fish_siemmanage_using_subcommand helpers; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c siemmanage -n "__fish_siemmanage_using_subcommand set; and not __fish_seen_subcommand_from import list show export delete help" -s c -l config -d 'Read this configuration file instead of the default ones' -r -F
complete -c siemmanage -n "__fish_siemmanage_using_subcommand set; and not __fish_seen_subcommand_from import list show export delete help" -l db -d 'Use this database: sqlite:PATH or postgres://[USER@]HOST[:PORT]/NAME' -r
complete -c siemmanage -n "__fish_siemmanage_using_subcommand set; and not __fish_seen_subcommand_from import list show export delete help" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c siemmanage -n "__fish_siemmanage_using_subcommand set; and not __fish_seen_subcommand_from import list show export delete help" -f -a "import" -d 'Make a set of the values in a file, or put them in place of what it holds'
complete -c siemmanage -n "__fish_siemmanage_using_subcommand set; and not __fish_seen_subcommand_from import list show export delete help" -f -a "list" -d 'List them'
complete -c siemmanage -n "__fish_siemmanage_using_subcommand set; and not __fish_seen_subcommand_from import list show export delete help" -f -a "show" -d 'Show what is known of a set: its values\' number, earlier contents, the rules that name it'
complete -c siemmanage -n "__fish_siemmanage_using_subcommand set; and not __fish_seen_subcommand_from import list show export delete help" -f -a "export" -d 'Write the values, one a line'
complete -c siemmanage -n "__fish_siemmanage_using_subcommand set; and not __fish_seen_subcommand_from import list show export delete help" -f -a "delete" -d 'Delete sets that no rule names'
complete -c siemmanage -n "__fish_siemmanage_using_subcommand set; and not __fish_seen_subcommand_from import list show export delete help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c siemmanage -n "__fish_siemmanage_using_subcommand set; and __fish_seen_subcommand_from import" -l column -d 'Of a CSV file, take the column with this heading; the first one otherwise' -r
complete -c siemmanage -n "__fish_siemmanage_using_subcommand set; and __fish_seen_subcommand_from import" -s c -l config -d 'Read this configuration file instead of the default ones' -r -F
complete -c siemmanage -n "__fish_siemmanage_using_subcommand set; and __fish_seen_subcommand_from import" -l db -d 'Use this database: sqlite:PATH or postgres://[USER@]HOST[:PORT]/NAME' -r
complete -c siemmanage -n "__fish_siemmanage_using_subcommand set; and __fish_seen_subcommand_from import" -l dry-run -d 'Show what would change, and change nothing'
complete -c siemmanage -n "__fish_siemmanage_using_subcommand set; and __fish_seen_subcommand_from import" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c siemmanage -n "__fish_siemmanage_using_subcommand set; and __fish_seen_subcommand_from list" -s o -l output -d 'How to print' -r -f -a "table\t'Columns for people'
json\t'One JSON document'"
complete -c siemmanage -n "__fish_siemmanage_using_subcommand set; and __fish_seen_subcommand_from list" -s c -l config -d 'Read this configuration file instead of the default ones' -r -F
complete -c siemmanage -n "__fish_siemmanage_using_subcommand set; and __fish_seen_subcommand_from list" -l db -d 'Use this database: sqlite:PATH or postgres://[USER@]HOST[:PORT]/NAME' -r
complete -c siemmanage -n "__fish_siemmanage_using_subcommand set; and __fish_seen_subcommand_from list" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c siemmanage -n "__fish_siemmanage_using_subcommand set; and __fish_seen_subcommand_from show" -s o -l output -d 'How to print' -r -f -a "table\t'Columns for people'
json\t'One JSON document'"
complete -c siemmanage -n "__fish_siemmanage_using_subcommand set; and __fish_seen_subcommand_from show" -s c -l config -d 'Read this configuration file instead of the default ones' -r -F
complete -c siemmanage -n "__fish_siemmanage_using_subcommand set; and __fish_seen_subcommand_from show" -l db -d 'Use this database: sqlite:PATH or postgres://[USER@]HOST[:PORT]/NAME' -r
complete -c siemmanage -n "__fish_siemmanage_using_subcommand set; and __fish_seen_subcommand_from show" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c siemmanage -n "__fish_siemmanage_using_subcommand set; and __fish_seen_subcommand_from export" -s O -l output -d 'Write to a file instead of standard output' -r -F
complete -c siemmanage -n "__fish_siemmanage_using_subcommand set; and __fish_seen_subcommand_from export" -s c -l config -d 'Read this configuration file instead of the default ones' -r -F
complete -c siemmanage -n "__fish_siemmanage_using_subcommand set; and __fish_seen_subcommand_from export" -l db -d 'Use this database: sqlite:PATH or postgres://[USER@]HOST[:PORT]/NAME' -r
complete -c siemmanage -n "__fish_siemmanage_using_subcommand set; and __fish_seen_subcommand_from export" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c siemmanage -n "__fish_siemmanage_using_subcommand set; and __fish_seen_subcommand_from delete" -s c -l config -d 'Read this configuration file instead of the default ones' -r -F
complete -c siemmanage -n "__fish_siemmanage_using_subcommand set; and __fish_seen_subcommand_from delete" -l db -d 'Use this database: sqlite:PATH or postgres://[USER@]HOST[:PORT]/NAME' -r
complete -c siemmanage -n "__fish_siemmanage_using_subcommand set; and __fish_seen_subcommand_from delete" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c siemmanage -n "__fish_siemmanage_using_subcommand set; and __fish_seen_subcommand_from help" -f -a "import" -d 'Make a set of the values in a file, or put them in place of what it holds'
complete -c siemmanage -n "__fish_siemmanage_using_subcommand set; and __fish_seen_subcommand_from help" -f -a "list" -d 'List them'
complete -c siemmanage -n "__fish_siemmanage_using_subcommand set; and __fish_seen_subcommand_from help" -f -a "show" -d 'Show what is known of a set: its values\' number, earlier contents, the rules that name it'
complete -c siemmanage -n "__fish_siemmanage_using_subcommand set; and __fish_seen_subcommand_from help" -f -a "export" -d 'Write the values, one a line'
complete -c siemmanage -n "__fish_siemmanage_using_subcommand set; and __fish_seen_subcommand_from help" -f -a "delete" -d 'Delete sets that no rule names'
complete -c siemmanage -n "__fish_siemmanage_using_subcommand set; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c siemmanage -n "__fish_siemmanage_using_subcommand section; and not __fish_seen_subcommand_from list set clear help" -s c -l config -d 'Read this configuration file instead of the default ones' -r -F
complete -c siemmanage -n "__fish_siemmanage_using_subcommand section; and not __fish_seen_subcommand_from list set clear help" -l db -d 'Use this database: sqlite:PATH or postgres://[USER@]HOST[:PORT]/NAME' -r
complete -c siemmanage -n "__fish_siemmanage_using_subcommand section; and not __fish_seen_subcommand_from list set clear help" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c siemmanage -n "__fish_siemmanage_using_subcommand section; and not __fish_seen_subcommand_from list set clear help" -f -a "list" -d 'List them'
complete -c siemmanage -n "__fish_siemmanage_using_subcommand section; and not __fish_seen_subcommand_from list set clear help" -f -a "set" -d 'Make a section, or change how its sources are read'
complete -c siemmanage -n "__fish_siemmanage_using_subcommand section; and not __fish_seen_subcommand_from list set clear help" -f -a "clear" -d 'Remove the events, rejected lines and hits of a section'
complete -c siemmanage -n "__fish_siemmanage_using_subcommand section; and not __fish_seen_subcommand_from list set clear help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c siemmanage -n "__fish_siemmanage_using_subcommand section; and __fish_seen_subcommand_from list" -s o -l output -d 'How to print' -r -f -a "table\t'Columns for people'
json\t'One JSON document'"
complete -c siemmanage -n "__fish_siemmanage_using_subcommand section; and __fish_seen_subcommand_from list" -s c -l config -d 'Read this configuration file instead of the default ones' -r -F
complete -c siemmanage -n "__fish_siemmanage_using_subcommand section; and __fish_seen_subcommand_from list" -l db -d 'Use this database: sqlite:PATH or postgres://[USER@]HOST[:PORT]/NAME' -r
complete -c siemmanage -n "__fish_siemmanage_using_subcommand section; and __fish_seen_subcommand_from list" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c siemmanage -n "__fish_siemmanage_using_subcommand section; and __fish_seen_subcommand_from set" -s F -l format -d 'The format of its sources; an empty text lets siemparse detect it' -r
complete -c siemmanage -n "__fish_siemmanage_using_subcommand section; and __fish_seen_subcommand_from set" -s z -l zone -d 'The zone of stamps without an offset; an empty text means the default' -r
complete -c siemmanage -n "__fish_siemmanage_using_subcommand section; and __fish_seen_subcommand_from set" -l display -d 'The fields that siemquery shows in a table, comma-separated; an empty text: the default' -r
complete -c siemmanage -n "__fish_siemmanage_using_subcommand section; and __fish_seen_subcommand_from set" -s c -l config -d 'Read this configuration file instead of the default ones' -r -F
complete -c siemmanage -n "__fish_siemmanage_using_subcommand section; and __fish_seen_subcommand_from set" -l db -d 'Use this database: sqlite:PATH or postgres://[USER@]HOST[:PORT]/NAME' -r
complete -c siemmanage -n "__fish_siemmanage_using_subcommand section; and __fish_seen_subcommand_from set" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c siemmanage -n "__fish_siemmanage_using_subcommand section; and __fish_seen_subcommand_from clear" -s c -l config -d 'Read this configuration file instead of the default ones' -r -F
complete -c siemmanage -n "__fish_siemmanage_using_subcommand section; and __fish_seen_subcommand_from clear" -l db -d 'Use this database: sqlite:PATH or postgres://[USER@]HOST[:PORT]/NAME' -r
complete -c siemmanage -n "__fish_siemmanage_using_subcommand section; and __fish_seen_subcommand_from clear" -l force -d 'Do it; nothing is removed without'
complete -c siemmanage -n "__fish_siemmanage_using_subcommand section; and __fish_seen_subcommand_from clear" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c siemmanage -n "__fish_siemmanage_using_subcommand section; and __fish_seen_subcommand_from help" -f -a "list" -d 'List them'
complete -c siemmanage -n "__fish_siemmanage_using_subcommand section; and __fish_seen_subcommand_from help" -f -a "set" -d 'Make a section, or change how its sources are read'
complete -c siemmanage -n "__fish_siemmanage_using_subcommand section; and __fish_seen_subcommand_from help" -f -a "clear" -d 'Remove the events, rejected lines and hits of a section'
complete -c siemmanage -n "__fish_siemmanage_using_subcommand section; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c siemmanage -n "__fish_siemmanage_using_subcommand clear" -l table -d 'What to remove, by siemstress\'s names: auth (events), `siem_auth`, `rules_auth`, `helpers_auth`; without it all events and SIEM events' -r
complete -c siemmanage -n "__fish_siemmanage_using_subcommand clear" -s s -l section -d 'The events and SIEM events of this section' -r
complete -c siemmanage -n "__fish_siemmanage_using_subcommand clear" -s c -l config -d 'Read this configuration file instead of the default ones' -r -F
complete -c siemmanage -n "__fish_siemmanage_using_subcommand clear" -l db -d 'Use this database: sqlite:PATH or postgres://[USER@]HOST[:PORT]/NAME' -r
complete -c siemmanage -n "__fish_siemmanage_using_subcommand clear" -l positions -d 'Also forget how far sources were read, so that siemparse reads them again'
complete -c siemmanage -n "__fish_siemmanage_using_subcommand clear" -l force -d 'Do it; nothing is removed without'
complete -c siemmanage -n "__fish_siemmanage_using_subcommand clear" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c siemmanage -n "__fish_siemmanage_using_subcommand status" -s o -l output -d 'How to print' -r -f -a "table\t'Columns for people'
json\t'One JSON document'"
complete -c siemmanage -n "__fish_siemmanage_using_subcommand status" -s c -l config -d 'Read this configuration file instead of the default ones' -r -F
complete -c siemmanage -n "__fish_siemmanage_using_subcommand status" -l db -d 'Use this database: sqlite:PATH or postgres://[USER@]HOST[:PORT]/NAME' -r
complete -c siemmanage -n "__fish_siemmanage_using_subcommand status" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c siemmanage -n "__fish_siemmanage_using_subcommand config" -s o -l output -d 'How to print' -r -f -a "table\t'Columns for people'
json\t'One JSON document'"
complete -c siemmanage -n "__fish_siemmanage_using_subcommand config" -s c -l config -d 'Read this configuration file instead of the default ones' -r -F
complete -c siemmanage -n "__fish_siemmanage_using_subcommand config" -l db -d 'Use this database: sqlite:PATH or postgres://[USER@]HOST[:PORT]/NAME' -r
complete -c siemmanage -n "__fish_siemmanage_using_subcommand config" -l show-origin -d 'Show where each value comes from: a line of a file, a variable, a flag, or the default'
complete -c siemmanage -n "__fish_siemmanage_using_subcommand config" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c siemmanage -n "__fish_siemmanage_using_subcommand retain" -l older-than -d 'Remove events older than this: 90d, 12w' -r
complete -c siemmanage -n "__fish_siemmanage_using_subcommand retain" -l siem-older-than -d 'Remove SIEM events older than this; they are kept without it' -r
complete -c siemmanage -n "__fish_siemmanage_using_subcommand retain" -s s -l section -d 'Of this section only' -r
complete -c siemmanage -n "__fish_siemmanage_using_subcommand retain" -l archive -d 'Write events into files in this folder before they are removed' -r -F
complete -c siemmanage -n "__fish_siemmanage_using_subcommand retain" -s c -l config -d 'Read this configuration file instead of the default ones' -r -F
complete -c siemmanage -n "__fish_siemmanage_using_subcommand retain" -l db -d 'Use this database: sqlite:PATH or postgres://[USER@]HOST[:PORT]/NAME' -r
complete -c siemmanage -n "__fish_siemmanage_using_subcommand retain" -l dry-run -d 'Count what would go, and remove nothing'
complete -c siemmanage -n "__fish_siemmanage_using_subcommand retain" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c siemmanage -n "__fish_siemmanage_using_subcommand relabel" -s S -l since -d 'Events from this time on: -90d, yesterday, 2026-08-01' -r
complete -c siemmanage -n "__fish_siemmanage_using_subcommand relabel" -s U -l until -d 'Events before this time' -r
complete -c siemmanage -n "__fish_siemmanage_using_subcommand relabel" -s s -l section -d 'Of this section only' -r
complete -c siemmanage -n "__fish_siemmanage_using_subcommand relabel" -s o -l output -d 'How to print' -r -f -a "table\t'Columns for people'
json\t'One JSON document'"
complete -c siemmanage -n "__fish_siemmanage_using_subcommand relabel" -s c -l config -d 'Read this configuration file instead of the default ones' -r -F
complete -c siemmanage -n "__fish_siemmanage_using_subcommand relabel" -l db -d 'Use this database: sqlite:PATH or postgres://[USER@]HOST[:PORT]/NAME' -r
complete -c siemmanage -n "__fish_siemmanage_using_subcommand relabel" -l dry-run -d 'Count what would change, and change nothing'
complete -c siemmanage -n "__fish_siemmanage_using_subcommand relabel" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c siemmanage -n "__fish_siemmanage_using_subcommand forget" -l older-than -d 'Those of which nothing was stored for this long: 30d, 12w' -r
complete -c siemmanage -n "__fish_siemmanage_using_subcommand forget" -s c -l config -d 'Read this configuration file instead of the default ones' -r -F
complete -c siemmanage -n "__fish_siemmanage_using_subcommand forget" -l db -d 'Use this database: sqlite:PATH or postgres://[USER@]HOST[:PORT]/NAME' -r
complete -c siemmanage -n "__fish_siemmanage_using_subcommand forget" -l dry-run -d 'Count what would be forgotten, and forget nothing'
complete -c siemmanage -n "__fish_siemmanage_using_subcommand forget" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c siemmanage -n "__fish_siemmanage_using_subcommand doctor" -s o -l output -d 'How to print' -r -f -a "table\t'Columns for people'
json\t'One JSON document'"
complete -c siemmanage -n "__fish_siemmanage_using_subcommand doctor" -s c -l config -d 'Read this configuration file instead of the default ones' -r -F
complete -c siemmanage -n "__fish_siemmanage_using_subcommand doctor" -l db -d 'Use this database: sqlite:PATH or postgres://[USER@]HOST[:PORT]/NAME' -r
complete -c siemmanage -n "__fish_siemmanage_using_subcommand doctor" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c siemmanage -n "__fish_siemmanage_using_subcommand metrics" -s c -l config -d 'Read this configuration file instead of the default ones' -r -F
complete -c siemmanage -n "__fish_siemmanage_using_subcommand metrics" -l db -d 'Use this database: sqlite:PATH or postgres://[USER@]HOST[:PORT]/NAME' -r
complete -c siemmanage -n "__fish_siemmanage_using_subcommand metrics" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c siemmanage -n "__fish_siemmanage_using_subcommand seal" -s c -l config -d 'Read this configuration file instead of the default ones' -r -F
complete -c siemmanage -n "__fish_siemmanage_using_subcommand seal" -l db -d 'Use this database: sqlite:PATH or postgres://[USER@]HOST[:PORT]/NAME' -r
complete -c siemmanage -n "__fish_siemmanage_using_subcommand seal" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c siemmanage -n "__fish_siemmanage_using_subcommand verify" -l head -d 'What `seal` printed; - for standard input; may be repeated' -r -F
complete -c siemmanage -n "__fish_siemmanage_using_subcommand verify" -l archive -d 'Check files that `retain --archive` wrote, instead of what is in the database' -r -F
complete -c siemmanage -n "__fish_siemmanage_using_subcommand verify" -s o -l output -d 'How to print' -r -f -a "table\t'Columns for people'
json\t'One JSON document'"
complete -c siemmanage -n "__fish_siemmanage_using_subcommand verify" -s c -l config -d 'Read this configuration file instead of the default ones' -r -F
complete -c siemmanage -n "__fish_siemmanage_using_subcommand verify" -l db -d 'Use this database: sqlite:PATH or postgres://[USER@]HOST[:PORT]/NAME' -r
complete -c siemmanage -n "__fish_siemmanage_using_subcommand verify" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c siemmanage -n "__fish_siemmanage_using_subcommand help; and not __fish_seen_subcommand_from init rules helpers set section clear status config retain relabel forget doctor metrics seal verify help" -f -a "init" -d 'Make the schema, or bring it up to date'
complete -c siemmanage -n "__fish_siemmanage_using_subcommand help; and not __fish_seen_subcommand_from init rules helpers set section clear status config retain relabel forget doctor metrics seal verify help" -f -a "rules" -d 'Import, export, list and switch rules'
complete -c siemmanage -n "__fish_siemmanage_using_subcommand help; and not __fish_seen_subcommand_from init rules helpers set section clear status config retain relabel forget doctor metrics seal verify help" -f -a "helpers" -d 'Import, export, list and test helpers'
complete -c siemmanage -n "__fish_siemmanage_using_subcommand help; and not __fish_seen_subcommand_from init rules helpers set section clear status config retain relabel forget doctor metrics seal verify help" -f -a "set" -d 'Import, export, list and delete reference sets'
complete -c siemmanage -n "__fish_siemmanage_using_subcommand help; and not __fish_seen_subcommand_from init rules helpers set section clear status config retain relabel forget doctor metrics seal verify help" -f -a "section" -d 'List and change sections'
complete -c siemmanage -n "__fish_siemmanage_using_subcommand help; and not __fish_seen_subcommand_from init rules helpers set section clear status config retain relabel forget doctor metrics seal verify help" -f -a "clear" -d 'Remove events, SIEM events, rules or helpers'
complete -c siemmanage -n "__fish_siemmanage_using_subcommand help; and not __fish_seen_subcommand_from init rules helpers set section clear status config retain relabel forget doctor metrics seal verify help" -f -a "status" -d 'Show what was read and stored, how far rules have come, and how large the database is'
complete -c siemmanage -n "__fish_siemmanage_using_subcommand help; and not __fish_seen_subcommand_from init rules helpers set section clear status config retain relabel forget doctor metrics seal verify help" -f -a "config" -d 'Show the settings that hold'
complete -c siemmanage -n "__fish_siemmanage_using_subcommand help; and not __fish_seen_subcommand_from init rules helpers set section clear status config retain relabel forget doctor metrics seal verify help" -f -a "retain" -d 'Remove old events'
complete -c siemmanage -n "__fish_siemmanage_using_subcommand help; and not __fish_seen_subcommand_from init rules helpers set section clear status config retain relabel forget doctor metrics seal verify help" -f -a "relabel" -d 'Compute the logsource labels of stored events anew'
complete -c siemmanage -n "__fish_siemmanage_using_subcommand help; and not __fish_seen_subcommand_from init rules helpers set section clear status config retain relabel forget doctor metrics seal verify help" -f -a "forget" -d 'Forget files that are gone for good'
complete -c siemmanage -n "__fish_siemmanage_using_subcommand help; and not __fish_seen_subcommand_from init rules helpers set section clear status config retain relabel forget doctor metrics seal verify help" -f -a "doctor" -d 'Look for what is wrong: unaccounted lines, stale sources, wrong clocks, rules that cannot fire'
complete -c siemmanage -n "__fish_siemmanage_using_subcommand help; and not __fish_seen_subcommand_from init rules helpers set section clear status config retain relabel forget doctor metrics seal verify help" -f -a "metrics" -d 'Print metrics for Prometheus, as node_exporter\'s textfile collector reads them'
complete -c siemmanage -n "__fish_siemmanage_using_subcommand help; and not __fish_seen_subcommand_from init rules helpers set section clear status config retain relabel forget doctor metrics seal verify help" -f -a "seal" -d 'Print the heads of all sources\' digests, to be signed and kept elsewhere'
complete -c siemmanage -n "__fish_siemmanage_using_subcommand help; and not __fish_seen_subcommand_from init rules helpers set section clear status config retain relabel forget doctor metrics seal verify help" -f -a "verify" -d 'Compute all digests again and say what is changed, missing or added'
complete -c siemmanage -n "__fish_siemmanage_using_subcommand help; and not __fish_seen_subcommand_from init rules helpers set section clear status config retain relabel forget doctor metrics seal verify help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c siemmanage -n "__fish_siemmanage_using_subcommand help; and __fish_seen_subcommand_from rules" -f -a "import" -d 'Add rules from files, or change those with the same section and name'
complete -c siemmanage -n "__fish_siemmanage_using_subcommand help; and __fish_seen_subcommand_from rules" -f -a "list" -d 'List them'
complete -c siemmanage -n "__fish_siemmanage_using_subcommand help; and __fish_seen_subcommand_from rules" -f -a "test" -d 'Check files, or what is stored, and run the cases kept beside rules'
complete -c siemmanage -n "__fish_siemmanage_using_subcommand help; and __fish_seen_subcommand_from rules" -f -a "attack" -d 'Show which of ATT&CK\'s techniques the enabled rules look for'
complete -c siemmanage -n "__fish_siemmanage_using_subcommand help; and __fish_seen_subcommand_from rules" -f -a "export" -d 'Write them in the form that import reads'
complete -c siemmanage -n "__fish_siemmanage_using_subcommand help; and __fish_seen_subcommand_from rules" -f -a "show" -d 'Show some as they are stored; rules also by title, and Sigma filters'
complete -c siemmanage -n "__fish_siemmanage_using_subcommand help; and __fish_seen_subcommand_from rules" -f -a "enable" -d 'Switch on'
complete -c siemmanage -n "__fish_siemmanage_using_subcommand help; and __fish_seen_subcommand_from rules" -f -a "disable" -d 'Switch off'
complete -c siemmanage -n "__fish_siemmanage_using_subcommand help; and __fish_seen_subcommand_from rules" -f -a "delete" -d 'Delete; of rules also their Sigma filters'
complete -c siemmanage -n "__fish_siemmanage_using_subcommand help; and __fish_seen_subcommand_from helpers" -f -a "import" -d 'Add helpers from files, or change those with the same section and name'
complete -c siemmanage -n "__fish_siemmanage_using_subcommand help; and __fish_seen_subcommand_from helpers" -f -a "list" -d 'List them'
complete -c siemmanage -n "__fish_siemmanage_using_subcommand help; and __fish_seen_subcommand_from helpers" -f -a "test" -d 'Check files, or what is stored, and run the tests they carry'
complete -c siemmanage -n "__fish_siemmanage_using_subcommand help; and __fish_seen_subcommand_from helpers" -f -a "export" -d 'Write them in the form that import reads'
complete -c siemmanage -n "__fish_siemmanage_using_subcommand help; and __fish_seen_subcommand_from helpers" -f -a "show" -d 'Show some as they are stored; rules also by title, and Sigma filters'
complete -c siemmanage -n "__fish_siemmanage_using_subcommand help; and __fish_seen_subcommand_from helpers" -f -a "enable" -d 'Switch on'
complete -c siemmanage -n "__fish_siemmanage_using_subcommand help; and __fish_seen_subcommand_from helpers" -f -a "disable" -d 'Switch off'
complete -c siemmanage -n "__fish_siemmanage_using_subcommand help; and __fish_seen_subcommand_from helpers" -f -a "delete" -d 'Delete; of rules also their Sigma filters'
complete -c siemmanage -n "__fish_siemmanage_using_subcommand help; and __fish_seen_subcommand_from set" -f -a "import" -d 'Make a set of the values in a file, or put them in place of what it holds'
complete -c siemmanage -n "__fish_siemmanage_using_subcommand help; and __fish_seen_subcommand_from set" -f -a "list" -d 'List them'
complete -c siemmanage -n "__fish_siemmanage_using_subcommand help; and __fish_seen_subcommand_from set" -f -a "show" -d 'Show what is known of a set: its values\' number, earlier contents, the rules that name it'
complete -c siemmanage -n "__fish_siemmanage_using_subcommand help; and __fish_seen_subcommand_from set" -f -a "export" -d 'Write the values, one a line'
complete -c siemmanage -n "__fish_siemmanage_using_subcommand help; and __fish_seen_subcommand_from set" -f -a "delete" -d 'Delete sets that no rule names'
complete -c siemmanage -n "__fish_siemmanage_using_subcommand help; and __fish_seen_subcommand_from section" -f -a "list" -d 'List them'
complete -c siemmanage -n "__fish_siemmanage_using_subcommand help; and __fish_seen_subcommand_from section" -f -a "set" -d 'Make a section, or change how its sources are read'
complete -c siemmanage -n "__fish_siemmanage_using_subcommand help; and __fish_seen_subcommand_from section" -f -a "clear" -d 'Remove the events, rejected lines and hits of a section'
