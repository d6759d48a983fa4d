#compdef siemmanage

autoload -U is-at-least

_siemmanage() {
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
'--importrules=[Same as\: rules import FILE]:FILE:_files' \
'--exportrules=[Same as\: rules export -O FILE; --table selects sections]:FILE:_files' \
'--importhelpers=[Same as\: helpers import FILE]:FILE:_files' \
'--exporthelpers=[Same as\: helpers export -O FILE; --table selects sections]:FILE:_files' \
'*--table=[The tables that --clear or an export means]:TABLE:_default' \
'--generate=[Print a man page or shell completion]:PAGE:((man\:"The man page, in roff"
bash\:"Completions for bash"
zsh\:"Completions for zsh"
fish\:"Completions for fish"))' \
'--clear[Same as\: clear]' \
'--force[Do what --clear says]' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
'-V[Print version]' \
'--version[Print version]' \
":: :_siemmanage_commands" \
"*::: :->siemmanage" \
&& ret=0
    case $state in
    (siemmanage)
        words=($line[1] "${words[@]}")
        (( CURRENT += 1 ))
        curcontext="${curcontext%:*:*}:siemmanage-command-$line[1]:"
        case $line[1] in
            (init)
_arguments "${_arguments_options[@]}" : \
'-c+[Read this configuration file instead of the default ones]:FILE:_files' \
'--config=[Read this configuration file instead of the default ones]:FILE:_files' \
'--db=[Use this database\: sqlite\:PATH or postgres\://\[USER@\]HOST\[\:PORT\]/NAME]:URL:_default' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
&& ret=0
;;
(migrate)
_arguments "${_arguments_options[@]}" : \
'-c+[Read this configuration file instead of the default ones]:FILE:_files' \
'--config=[Read this configuration file instead of the default ones]:FILE:_files' \
'--db=[Use this database\: sqlite\:PATH or postgres\://\[USER@\]HOST\[\:PORT\]/NAME]:URL:_default' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
&& ret=0
;;
(rules)
_arguments "${_arguments_options[@]}" : \
'-c+[Read this configuration file instead of the default ones]:FILE:_files' \
'--config=[Read this configuration file instead of the default ones]:FILE:_files' \
'--db=[Use this database\: sqlite\:PATH or postgres\://\[USER@\]HOST\[\:PORT\]/NAME]:URL:_default' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
":: :_siemmanage__subcmd__rules_commands" \
"*::: :->rules" \
&& ret=0

    case $state in
    (rules)
        words=($line[1] "${words[@]}")
        (( CURRENT += 1 ))
        curcontext="${curcontext%:*:*}:siemmanage-rules-command-$line[1]:"
        case $line[1] in
            (import)
_arguments "${_arguments_options[@]}" : \
'--backfill=[How far back a rule that is new looks\: a span such as 7d, all, or none]:SPAN:_default' \
'-s+[Sigma rules look at the events of this section; of all sections without it]:SECTION:_default' \
'--section=[Sigma rules look at the events of this section; of all sections without it]:SECTION:_default' \
'--preview=[Show what the rules would leave of the stored events of so long until now; import nothing]:SPAN:_default' \
'(--shipped)--verify=[Import only what is signed by one of these\: OpenSSH'\''s allowed signers, or a minisign key]:ALLOWED_SIGNERS:_files' \
'--level=[Only rules of this level or a worse one]:LEVEL:((informational\:"Severity 6 and 7"
low\:"Severity 5"
medium\:"Severity 4"
high\:"Severity 2 and 3"
critical\:"Severity 0 and 1"))' \
'*--status=[Only Sigma rules of this status\: stable, test, experimental, …; may be repeated]:STATUS:_default' \
'*--tag=[Only rules with this tag, or with one below it\: attack.t1059 means attack.t1059.001 too; may be repeated]:TAG:_default' \
'--logsource=[Only rules about this product/category/service; parts may be left empty\: windows/process_creation, linux//auditd]:LOGSOURCE:_default' \
'-c+[Read this configuration file instead of the default ones]:FILE:_files' \
'--config=[Read this configuration file instead of the default ones]:FILE:_files' \
'--db=[Use this database\: sqlite\:PATH or postgres\://\[USER@\]HOST\[\:PORT\]/NAME]:URL:_default' \
'()--shipped[Import what this version of the programs brings along; a new database has it from the start]' \
'--dry-run[Show what would change, and change nothing]' \
'--keep-going[Import what can be, although other rules are refused; exit status 5 if any was]' \
'--forget-filters[Import the rules without the Sigma filters that stored rules have]' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
'*::files -- Files, folders of files, archives of files, or - for standard input:_files' \
&& ret=0
;;
(list)
_arguments "${_arguments_options[@]}" : \
'-s+[Of this section]:SECTION:_default' \
'--section=[Of this section]:SECTION:_default' \
'--level=[Only rules of this level or a worse one]:LEVEL:((informational\:"Severity 6 and 7"
low\:"Severity 5"
medium\:"Severity 4"
high\:"Severity 2 and 3"
critical\:"Severity 0 and 1"))' \
'*--status=[Only Sigma rules of this status\: stable, test, experimental, …; may be repeated]:STATUS:_default' \
'*--tag=[Only rules with this tag, or with one below it\: attack.t1059 means attack.t1059.001 too; may be repeated]:TAG:_default' \
'--logsource=[Only rules about this product/category/service; parts may be left empty\: windows/process_creation, linux//auditd]:LOGSOURCE:_default' \
'-o+[How to print]:FORMAT:((table\:"Columns for people"
json\:"One JSON document"))' \
'--output=[How to print]:FORMAT:((table\:"Columns for people"
json\:"One JSON document"))' \
'-c+[Read this configuration file instead of the default ones]:FILE:_files' \
'--config=[Read this configuration file instead of the default ones]:FILE:_files' \
'--db=[Use this database\: sqlite\:PATH or postgres\://\[USER@\]HOST\[\:PORT\]/NAME]:URL:_default' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
&& ret=0
;;
(test)
_arguments "${_arguments_options[@]}" : \
'-o+[How to print]:FORMAT:((text\:"Failures and a count"
tap\:"The Test Anything Protocol, version 14"
junit\:"JUnit'\''s XML"))' \
'--output=[How to print]:FORMAT:((text\:"Failures and a count"
tap\:"The Test Anything Protocol, version 14"
junit\:"JUnit'\''s XML"))' \
'-c+[Read this configuration file instead of the default ones]:FILE:_files' \
'--config=[Read this configuration file instead of the default ones]:FILE:_files' \
'--db=[Use this database\: sqlite\:PATH or postgres\://\[USER@\]HOST\[\:PORT\]/NAME]:URL:_default' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
'*::files -- Files, folders or archives; without them what is stored is checked:_files' \
&& ret=0
;;
(attack)
_arguments "${_arguments_options[@]}" : \
'-S+[Only events since then\: -7d, yesterday, 2026-08-01]:TIME:_default' \
'--since=[Only events since then\: -7d, yesterday, 2026-08-01]:TIME:_default' \
'-o+[How to print]:FORMAT:((table\:"One line a technique"
navigator\:"A layer of ATT&CK Navigator, as JSON"))' \
'--output=[How to print]:FORMAT:((table\:"One line a technique"
navigator\:"A layer of ATT&CK Navigator, as JSON"))' \
'-c+[Read this configuration file instead of the default ones]:FILE:_files' \
'--config=[Read this configuration file instead of the default ones]:FILE:_files' \
'--db=[Use this database\: sqlite\:PATH or postgres\://\[USER@\]HOST\[\:PORT\]/NAME]:URL:_default' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
&& ret=0
;;
(export)
_arguments "${_arguments_options[@]}" : \
'*-s+[Of this section]:SECTION:_default' \
'*--section=[Of this section]:SECTION:_default' \
'-O+[Write to a file instead of standard output]:FILE:_files' \
'--output=[Write to a file instead of standard output]:FILE:_files' \
'-c+[Read this configuration file instead of the default ones]:FILE:_files' \
'--config=[Read this configuration file instead of the default ones]:FILE:_files' \
'--db=[Use this database\: sqlite\:PATH or postgres\://\[USER@\]HOST\[\:PORT\]/NAME]:URL:_default' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
'*::names -- Only these:_default' \
&& ret=0
;;
(show)
_arguments "${_arguments_options[@]}" : \
'-s+[Of this section; needed where two sections have one of the name]:SECTION:_default' \
'--section=[Of this section; needed where two sections have one of the name]:SECTION:_default' \
'-c+[Read this configuration file instead of the default ones]:FILE:_files' \
'--config=[Read this configuration file instead of the default ones]:FILE:_files' \
'--db=[Use this database\: sqlite\:PATH or postgres\://\[USER@\]HOST\[\:PORT\]/NAME]:URL:_default' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
'*::names -- Their names:_default' \
&& ret=0
;;
(enable)
_arguments "${_arguments_options[@]}" : \
'-s+[Of this section; needed where two sections have one of the name]:SECTION:_default' \
'--section=[Of this section; needed where two sections have one of the name]:SECTION:_default' \
'-c+[Read this configuration file instead of the default ones]:FILE:_files' \
'--config=[Read this configuration file instead of the default ones]:FILE:_files' \
'--db=[Use this database\: sqlite\:PATH or postgres\://\[USER@\]HOST\[\:PORT\]/NAME]:URL:_default' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
'*::names -- Their names:_default' \
&& ret=0
;;
(disable)
_arguments "${_arguments_options[@]}" : \
'-s+[Of this section; needed where two sections have one of the name]:SECTION:_default' \
'--section=[Of this section; needed where two sections have one of the name]:SECTION:_default' \
'-c+[Read this configuration file instead of the default ones]:FILE:_files' \
'--config=[Read this configuration file instead of the default ones]:FILE:_files' \
'--db=[Use this database\: sqlite\:PATH or postgres\://\[USER@\]HOST\[\:PORT\]/NAME]:URL:_default' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
'*::names -- Their names:_default' \
&& ret=0
;;
(delete)
_arguments "${_arguments_options[@]}" : \
'-s+[Of this section; needed where two sections have one of the name]:SECTION:_default' \
'--section=[Of this section; needed where two sections have one of the name]:SECTION:_default' \
'-c+[Read this configuration file instead of the default ones]:FILE:_files' \
'--config=[Read this configuration file instead of the default ones]:FILE:_files' \
'--db=[Use this database\: sqlite\:PATH or postgres\://\[USER@\]HOST\[\:PORT\]/NAME]:URL:_default' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
'*::names -- Their names:_default' \
&& ret=0
;;
(help)
_arguments "${_arguments_options[@]}" : \
":: :_siemmanage__subcmd__rules__subcmd__help_commands" \
"*::: :->help" \
&& ret=0

    case $state in
    (help)
        words=($line[1] "${words[@]}")
        (( CURRENT += 1 ))
        curcontext="${curcontext%:*:*}:siemmanage-rules-help-command-$line[1]:"
        case $line[1] in
            (import)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(list)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(test)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(attack)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(export)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(show)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(enable)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(disable)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(delete)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(help)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
        esac
    ;;
esac
;;
        esac
    ;;
esac
;;
(helpers)
_arguments "${_arguments_options[@]}" : \
'-c+[Read this configuration file instead of the default ones]:FILE:_files' \
'--config=[Read this configuration file instead of the default ones]:FILE:_files' \
'--db=[Use this database\: sqlite\:PATH or postgres\://\[USER@\]HOST\[\:PORT\]/NAME]:URL:_default' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
":: :_siemmanage__subcmd__helpers_commands" \
"*::: :->helpers" \
&& ret=0

    case $state in
    (helpers)
        words=($line[1] "${words[@]}")
        (( CURRENT += 1 ))
        curcontext="${curcontext%:*:*}:siemmanage-helpers-command-$line[1]:"
        case $line[1] in
            (import)
_arguments "${_arguments_options[@]}" : \
'-s+[The section of helpers that name none; without it they apply to all sections]:SECTION:_default' \
'--section=[The section of helpers that name none; without it they apply to all sections]:SECTION:_default' \
'-c+[Read this configuration file instead of the default ones]:FILE:_files' \
'--config=[Read this configuration file instead of the default ones]:FILE:_files' \
'--db=[Use this database\: sqlite\:PATH or postgres\://\[USER@\]HOST\[\:PORT\]/NAME]:URL:_default' \
'()--shipped[Import what this version of the programs brings along; a new database has it from the start]' \
'--dry-run[Show what would change, and change nothing]' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
'*::files -- Files, folders of files, archives of files, or - for standard input:_files' \
&& ret=0
;;
(list)
_arguments "${_arguments_options[@]}" : \
'-s+[Of this section]:SECTION:_default' \
'--section=[Of this section]:SECTION:_default' \
'-o+[How to print]:FORMAT:((table\:"Columns for people"
json\:"One JSON document"))' \
'--output=[How to print]:FORMAT:((table\:"Columns for people"
json\:"One JSON document"))' \
'-c+[Read this configuration file instead of the default ones]:FILE:_files' \
'--config=[Read this configuration file instead of the default ones]:FILE:_files' \
'--db=[Use this database\: sqlite\:PATH or postgres\://\[USER@\]HOST\[\:PORT\]/NAME]:URL:_default' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
&& ret=0
;;
(test)
_arguments "${_arguments_options[@]}" : \
'-c+[Read this configuration file instead of the default ones]:FILE:_files' \
'--config=[Read this configuration file instead of the default ones]:FILE:_files' \
'--db=[Use this database\: sqlite\:PATH or postgres\://\[USER@\]HOST\[\:PORT\]/NAME]:URL:_default' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
'*::files -- Files or directories of files; without them what is stored is tested:_files' \
&& ret=0
;;
(export)
_arguments "${_arguments_options[@]}" : \
'*-s+[Of this section]:SECTION:_default' \
'*--section=[Of this section]:SECTION:_default' \
'-O+[Write to a file instead of standard output]:FILE:_files' \
'--output=[Write to a file instead of standard output]:FILE:_files' \
'-c+[Read this configuration file instead of the default ones]:FILE:_files' \
'--config=[Read this configuration file instead of the default ones]:FILE:_files' \
'--db=[Use this database\: sqlite\:PATH or postgres\://\[USER@\]HOST\[\:PORT\]/NAME]:URL:_default' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
'*::names -- Only these:_default' \
&& ret=0
;;
(show)
_arguments "${_arguments_options[@]}" : \
'-s+[Of this section; needed where two sections have one of the name]:SECTION:_default' \
'--section=[Of this section; needed where two sections have one of the name]:SECTION:_default' \
'-c+[Read this configuration file instead of the default ones]:FILE:_files' \
'--config=[Read this configuration file instead of the default ones]:FILE:_files' \
'--db=[Use this database\: sqlite\:PATH or postgres\://\[USER@\]HOST\[\:PORT\]/NAME]:URL:_default' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
'*::names -- Their names:_default' \
&& ret=0
;;
(enable)
_arguments "${_arguments_options[@]}" : \
'-s+[Of this section; needed where two sections have one of the name]:SECTION:_default' \
'--section=[Of this section; needed where two sections have one of the name]:SECTION:_default' \
'-c+[Read this configuration file instead of the default ones]:FILE:_files' \
'--config=[Read this configuration file instead of the default ones]:FILE:_files' \
'--db=[Use this database\: sqlite\:PATH or postgres\://\[USER@\]HOST\[\:PORT\]/NAME]:URL:_default' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
'*::names -- Their names:_default' \
&& ret=0
;;
(disable)
_arguments "${_arguments_options[@]}" : \
'-s+[Of this section; needed where two sections have one of the name]:SECTION:_default' \
'--section=[Of this section; needed where two sections have one of the name]:SECTION:_default' \
'-c+[Read this configuration file instead of the default ones]:FILE:_files' \
'--config=[Read this configuration file instead of the default ones]:FILE:_files' \
'--db=[Use this database\: sqlite\:PATH or postgres\://\[USER@\]HOST\[\:PORT\]/NAME]:URL:_default' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
'*::names -- Their names:_default' \
&& ret=0
;;
(delete)
_arguments "${_arguments_options[@]}" : \
'-s+[Of this section; needed where two sections have one of the name]:SECTION:_default' \
'--section=[Of this section; needed where two sections have one of the name]:SECTION:_default' \
'-c+[Read this configuration file instead of the default ones]:FILE:_files' \
'--config=[Read this configuration file instead of the default ones]:FILE:_files' \
'--db=[Use this database\: sqlite\:PATH or postgres\://\[USER@\]HOST\[\:PORT\]/NAME]:URL:_default' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
'*::names -- Their names:_default' \
&& ret=0
;;
(help)
_arguments "${_arguments_options[@]}" : \
":: :_siemmanage__subcmd__helpers__subcmd__help_commands" \
"*::: :->help" \
&& ret=0

    case $state in
    (help)
        words=($line[1] "${words[@]}")
        (( CURRENT += 1 ))
        curcontext="${curcontext%:*:*}:siemmanage-helpers-help-command-$line[1]:"
        case $line[1] in
            (import)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(list)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(test)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(export)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(show)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(enable)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(disable)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(delete)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(help)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
        esac
    ;;
esac
;;
        esac
    ;;
esac
;;
(set)
_arguments "${_arguments_options[@]}" : \
'-c+[Read this configuration file instead of the default ones]:FILE:_files' \
'--config=[Read this configuration file instead of the default ones]:FILE:_files' \
'--db=[Use this database\: sqlite\:PATH or postgres\://\[USER@\]HOST\[\:PORT\]/NAME]:URL:_default' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
":: :_siemmanage__subcmd__set_commands" \
"*::: :->set" \
&& ret=0

    case $state in
    (set)
        words=($line[1] "${words[@]}")
        (( CURRENT += 1 ))
        curcontext="${curcontext%:*:*}:siemmanage-set-command-$line[1]:"
        case $line[1] in
            (import)
_arguments "${_arguments_options[@]}" : \
'--column=[Of a CSV file, take the column with this heading; the first one otherwise]:HEADING:_default' \
'-c+[Read this configuration file instead of the default ones]:FILE:_files' \
'--config=[Read this configuration file instead of the default ones]:FILE:_files' \
'--db=[Use this database\: sqlite\:PATH or postgres\://\[USER@\]HOST\[\:PORT\]/NAME]:URL:_default' \
'--dry-run[Show what would change, and change nothing]' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
':name -- Its name\: letters, digits, _ . and -, at most 64:_default' \
':file -- A file, or - for standard input:_files' \
&& ret=0
;;
(list)
_arguments "${_arguments_options[@]}" : \
'-o+[How to print]:FORMAT:((table\:"Columns for people"
json\:"One JSON document"))' \
'--output=[How to print]:FORMAT:((table\:"Columns for people"
json\:"One JSON document"))' \
'-c+[Read this configuration file instead of the default ones]:FILE:_files' \
'--config=[Read this configuration file instead of the default ones]:FILE:_files' \
'--db=[Use this database\: sqlite\:PATH or postgres\://\[USER@\]HOST\[\:PORT\]/NAME]:URL:_default' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
&& ret=0
;;
(show)
_arguments "${_arguments_options[@]}" : \
'-o+[How to print]:FORMAT:((table\:"Columns for people"
json\:"One JSON document"))' \
'--output=[How to print]:FORMAT:((table\:"Columns for people"
json\:"One JSON document"))' \
'-c+[Read this configuration file instead of the default ones]:FILE:_files' \
'--config=[Read this configuration file instead of the default ones]:FILE:_files' \
'--db=[Use this database\: sqlite\:PATH or postgres\://\[USER@\]HOST\[\:PORT\]/NAME]:URL:_default' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
':name -- Its name:_default' \
&& ret=0
;;
(export)
_arguments "${_arguments_options[@]}" : \
'-O+[Write to a file instead of standard output]:FILE:_files' \
'--output=[Write to a file instead of standard output]:FILE:_files' \
'-c+[Read this configuration file instead of the default ones]:FILE:_files' \
'--config=[Read this configuration file instead of the default ones]:FILE:_files' \
'--db=[Use this database\: sqlite\:PATH or postgres\://\[USER@\]HOST\[\:PORT\]/NAME]:URL:_default' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
':name -- Its name:_default' \
&& ret=0
;;
(delete)
_arguments "${_arguments_options[@]}" : \
'-c+[Read this configuration file instead of the default ones]:FILE:_files' \
'--config=[Read this configuration file instead of the default ones]:FILE:_files' \
'--db=[Use this database\: sqlite\:PATH or postgres\://\[USER@\]HOST\[\:PORT\]/NAME]:URL:_default' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
'*::names -- Their names:_default' \
&& ret=0
;;
(help)
_arguments "${_arguments_options[@]}" : \
":: :_siemmanage__subcmd__set__subcmd__help_commands" \
"*::: :->help" \
&& ret=0

    case $state in
    (help)
        words=($line[1] "${words[@]}")
        (( CURRENT += 1 ))
        curcontext="${curcontext%:*:*}:siemmanage-set-help-command-$line[1]:"
        case $line[1] in
            (import)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(list)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(show)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(export)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(delete)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(help)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
        esac
    ;;
esac
;;
        esac
    ;;
esac
;;
(section)
_arguments "${_arguments_options[@]}" : \
'-c+[Read this configuration file instead of the default ones]:FILE:_files' \
'--config=[Read this configuration file instead of the default ones]:FILE:_files' \
'--db=[Use this database\: sqlite\:PATH or postgres\://\[USER@\]HOST\[\:PORT\]/NAME]:URL:_default' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
":: :_siemmanage__subcmd__section_commands" \
"*::: :->section" \
&& ret=0

    case $state in
    (section)
        words=($line[1] "${words[@]}")
        (( CURRENT += 1 ))
        curcontext="${curcontext%:*:*}:siemmanage-section-command-$line[1]:"
        case $line[1] in
            (list)
_arguments "${_arguments_options[@]}" : \
'-o+[How to print]:FORMAT:((table\:"Columns for people"
json\:"One JSON document"))' \
'--output=[How to print]:FORMAT:((table\:"Columns for people"
json\:"One JSON document"))' \
'-c+[Read this configuration file instead of the default ones]:FILE:_files' \
'--config=[Read this configuration file instead of the default ones]:FILE:_files' \
'--db=[Use this database\: sqlite\:PATH or postgres\://\[USER@\]HOST\[\:PORT\]/NAME]:URL:_default' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
&& ret=0
;;
(set)
_arguments "${_arguments_options[@]}" : \
'-F+[The format of its sources; an empty text lets siemparse detect it]:FORMAT:_default' \
'--format=[The format of its sources; an empty text lets siemparse detect it]:FORMAT:_default' \
'-z+[The zone of stamps without an offset; an empty text means the default]:TZONE:_default' \
'--zone=[The zone of stamps without an offset; an empty text means the default]:TZONE:_default' \
'--display=[The fields that siemquery shows in a table, comma-separated; an empty text\: the default]:FIELDS:_default' \
'-c+[Read this configuration file instead of the default ones]:FILE:_files' \
'--config=[Read this configuration file instead of the default ones]:FILE:_files' \
'--db=[Use this database\: sqlite\:PATH or postgres\://\[USER@\]HOST\[\:PORT\]/NAME]:URL:_default' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
':name -- Its name\: a lower-case letter, then letters, digits and _:_default' \
&& ret=0
;;
(clear)
_arguments "${_arguments_options[@]}" : \
'-c+[Read this configuration file instead of the default ones]:FILE:_files' \
'--config=[Read this configuration file instead of the default ones]:FILE:_files' \
'--db=[Use this database\: sqlite\:PATH or postgres\://\[USER@\]HOST\[\:PORT\]/NAME]:URL:_default' \
'--force[Do it; nothing is removed without]' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
':name -- The section:_default' \
&& ret=0
;;
(help)
_arguments "${_arguments_options[@]}" : \
":: :_siemmanage__subcmd__section__subcmd__help_commands" \
"*::: :->help" \
&& ret=0

    case $state in
    (help)
        words=($line[1] "${words[@]}")
        (( CURRENT += 1 ))
        curcontext="${curcontext%:*:*}:siemmanage-section-help-command-$line[1]:"
        case $line[1] in
            (list)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(set)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(clear)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(help)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
        esac
    ;;
esac
;;
        esac
    ;;
esac
;;
(clear)
_arguments "${_arguments_options[@]}" : \
'*--table=[What to remove, by siemstress'\''s names\: auth (events), \`siem_auth\`, \`rules_auth\`, \`helpers_auth\`; without it all events and SIEM events]:TABLE:_default' \
'(--table)-s+[The events and SIEM events of this section]:SECTION:_default' \
'(--table)--section=[The events and SIEM events of this section]:SECTION:_default' \
'-c+[Read this configuration file instead of the default ones]:FILE:_files' \
'--config=[Read this configuration file instead of the default ones]:FILE:_files' \
'--db=[Use this database\: sqlite\:PATH or postgres\://\[USER@\]HOST\[\:PORT\]/NAME]:URL:_default' \
'--positions[Also forget how far sources were read, so that siemparse reads them again]' \
'--force[Do it; nothing is removed without]' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
&& ret=0
;;
(status)
_arguments "${_arguments_options[@]}" : \
'-o+[How to print]:FORMAT:((table\:"Columns for people"
json\:"One JSON document"))' \
'--output=[How to print]:FORMAT:((table\:"Columns for people"
json\:"One JSON document"))' \
'-c+[Read this configuration file instead of the default ones]:FILE:_files' \
'--config=[Read this configuration file instead of the default ones]:FILE:_files' \
'--db=[Use this database\: sqlite\:PATH or postgres\://\[USER@\]HOST\[\:PORT\]/NAME]:URL:_default' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
&& ret=0
;;
(config)
_arguments "${_arguments_options[@]}" : \
'-o+[How to print]:FORMAT:((table\:"Columns for people"
json\:"One JSON document"))' \
'--output=[How to print]:FORMAT:((table\:"Columns for people"
json\:"One JSON document"))' \
'-c+[Read this configuration file instead of the default ones]:FILE:_files' \
'--config=[Read this configuration file instead of the default ones]:FILE:_files' \
'--db=[Use this database\: sqlite\:PATH or postgres\://\[USER@\]HOST\[\:PORT\]/NAME]:URL:_default' \
'--show-origin[Show where each value comes from\: a line of a file, a variable, a flag, or the default]' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
&& ret=0
;;
(retain)
_arguments "${_arguments_options[@]}" : \
'--older-than=[Remove events older than this\: 90d, 12w]:SPAN:_default' \
'--siem-older-than=[Remove SIEM events older than this; they are kept without it]:SPAN:_default' \
'-s+[Of this section only]:SECTION:_default' \
'--section=[Of this section only]:SECTION:_default' \
'--archive=[Write events into files in this folder before they are removed]:DIR:_files' \
'-c+[Read this configuration file instead of the default ones]:FILE:_files' \
'--config=[Read this configuration file instead of the default ones]:FILE:_files' \
'--db=[Use this database\: sqlite\:PATH or postgres\://\[USER@\]HOST\[\:PORT\]/NAME]:URL:_default' \
'--dry-run[Count what would go, and remove nothing]' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
&& ret=0
;;
(relabel)
_arguments "${_arguments_options[@]}" : \
'-S+[Events from this time on\: -90d, yesterday, 2026-08-01]:TIME:_default' \
'--since=[Events from this time on\: -90d, yesterday, 2026-08-01]:TIME:_default' \
'-U+[Events before this time]:TIME:_default' \
'--until=[Events before this time]:TIME:_default' \
'-s+[Of this section only]:SECTION:_default' \
'--section=[Of this section only]:SECTION:_default' \
'-o+[How to print]:FORMAT:((table\:"Columns for people"
json\:"One JSON document"))' \
'--output=[How to print]:FORMAT:((table\:"Columns for people"
json\:"One JSON document"))' \
'-c+[Read this configuration file instead of the default ones]:FILE:_files' \
'--config=[Read this configuration file instead of the default ones]:FILE:_files' \
'--db=[Use this database\: sqlite\:PATH or postgres\://\[USER@\]HOST\[\:PORT\]/NAME]:URL:_default' \
'--dry-run[Count what would change, and change nothing]' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
&& ret=0
;;
(forget)
_arguments "${_arguments_options[@]}" : \
'--older-than=[Those of which nothing was stored for this long\: 30d, 12w]:SPAN:_default' \
'-c+[Read this configuration file instead of the default ones]:FILE:_files' \
'--config=[Read this configuration file instead of the default ones]:FILE:_files' \
'--db=[Use this database\: sqlite\:PATH or postgres\://\[USER@\]HOST\[\:PORT\]/NAME]:URL:_default' \
'--dry-run[Count what would be forgotten, and forget nothing]' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
&& ret=0
;;
(doctor)
_arguments "${_arguments_options[@]}" : \
'-o+[How to print]:FORMAT:((table\:"Columns for people"
json\:"One JSON document"))' \
'--output=[How to print]:FORMAT:((table\:"Columns for people"
json\:"One JSON document"))' \
'-c+[Read this configuration file instead of the default ones]:FILE:_files' \
'--config=[Read this configuration file instead of the default ones]:FILE:_files' \
'--db=[Use this database\: sqlite\:PATH or postgres\://\[USER@\]HOST\[\:PORT\]/NAME]:URL:_default' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
&& ret=0
;;
(metrics)
_arguments "${_arguments_options[@]}" : \
'-c+[Read this configuration file instead of the default ones]:FILE:_files' \
'--config=[Read this configuration file instead of the default ones]:FILE:_files' \
'--db=[Use this database\: sqlite\:PATH or postgres\://\[USER@\]HOST\[\:PORT\]/NAME]:URL:_default' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
&& ret=0
;;
(seal)
_arguments "${_arguments_options[@]}" : \
'-c+[Read this configuration file instead of the default ones]:FILE:_files' \
'--config=[Read this configuration file instead of the default ones]:FILE:_files' \
'--db=[Use this database\: sqlite\:PATH or postgres\://\[USER@\]HOST\[\:PORT\]/NAME]:URL:_default' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
&& ret=0
;;
(verify)
_arguments "${_arguments_options[@]}" : \
'*--head=[What \`seal\` printed; - for standard input; may be repeated]:FILE:_files' \
'(--head)*--archive=[Check files that \`retain --archive\` wrote, instead of what is in the database]:PATH:_files' \
'-o+[How to print]:FORMAT:((table\:"Columns for people"
json\:"One JSON document"))' \
'--output=[How to print]:FORMAT:((table\:"Columns for people"
json\:"One JSON document"))' \
'-c+[Read this configuration file instead of the default ones]:FILE:_files' \
'--config=[Read this configuration file instead of the default ones]:FILE:_files' \
'--db=[Use this database\: sqlite\:PATH or postgres\://\[USER@\]HOST\[\:PORT\]/NAME]:URL:_default' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
&& ret=0
;;
(help)
_arguments "${_arguments_options[@]}" : \
":: :_siemmanage__subcmd__help_commands" \
"*::: :->help" \
&& ret=0

    case $state in
    (help)
        words=($line[1] "${words[@]}")
        (( CURRENT += 1 ))
        curcontext="${curcontext%:*:*}:siemmanage-help-command-$line[1]:"
        case $line[1] in
            (init)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(rules)
_arguments "${_arguments_options[@]}" : \
":: :_siemmanage__subcmd__help__subcmd__rules_commands" \
"*::: :->rules" \
&& ret=0

    case $state in
    (rules)
        words=($line[1] "${words[@]}")
        (( CURRENT += 1 ))
        curcontext="${curcontext%:*:*}:siemmanage-help-rules-command-$line[1]:"
        case $line[1] in
            (import)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(list)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(test)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(attack)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(export)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(show)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(enable)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(disable)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(delete)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
        esac
    ;;
esac
;;
(helpers)
_arguments "${_arguments_options[@]}" : \
":: :_siemmanage__subcmd__help__subcmd__helpers_commands" \
"*::: :->helpers" \
&& ret=0

    case $state in
    (helpers)
        words=($line[1] "${words[@]}")
        (( CURRENT += 1 ))
        curcontext="${curcontext%:*:*}:siemmanage-help-helpers-command-$line[1]:"
        case $line[1] in
            (import)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(list)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(test)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(export)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(show)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(enable)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(disable)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(delete)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
        esac
    ;;
esac
;;
(set)
_arguments "${_arguments_options[@]}" : \
":: :_siemmanage__subcmd__help__subcmd__set_commands" \
"*::: :->set" \
&& ret=0

    case $state in
    (set)
        words=($line[1] "${words[@]}")
        (( CURRENT += 1 ))
        curcontext="${curcontext%:*:*}:siemmanage-help-set-command-$line[1]:"
        case $line[1] in
            (import)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(list)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(show)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(export)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(delete)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
        esac
    ;;
esac
;;
(section)
_arguments "${_arguments_options[@]}" : \
":: :_siemmanage__subcmd__help__subcmd__section_commands" \
"*::: :->section" \
&& ret=0

    case $state in
    (section)
        words=($line[1] "${words[@]}")
        (( CURRENT += 1 ))
        curcontext="${curcontext%:*:*}:siemmanage-help-section-command-$line[1]:"
        case $line[1] in
            (list)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(set)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(clear)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
        esac
    ;;
esac
;;
(clear)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(status)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(config)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(retain)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(relabel)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(forget)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(doctor)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(metrics)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(seal)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(verify)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(help)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
        esac
    ;;
esac
;;
        esac
    ;;
esac
}

(( $+functions[_siemmanage_commands] )) ||
_siemmanage_commands() {
    local commands; commands=(
'init:Make the schema, or bring it up to date' \
'migrate:Make the schema, or bring it up to date' \
'rules:Import, export, list and switch rules' \
'helpers:Import, export, list and test helpers' \
'set:Import, export, list and delete reference sets' \
'section:List and change sections' \
'clear:Remove events, SIEM events, rules or helpers' \
'status:Show what was read and stored, how far rules have come, and how large the database is' \
'config:Show the settings that hold' \
'retain:Remove old events' \
'relabel:Compute the logsource labels of stored events anew' \
'forget:Forget files that are gone for good' \
'doctor:Look for what is wrong\: unaccounted lines, stale sources, wrong clocks, rules that cannot fire' \
'metrics:Print metrics for Prometheus, as node_exporter'\''s textfile collector reads them' \
'seal:Print the heads of all sources'\'' digests, to be signed and kept elsewhere' \
'verify:Compute all digests again and say what is changed, missing or added' \
'help:Print this message or the help of the given subcommand(s)' \
    )
    _describe -t commands 'siemmanage commands' commands "$@"
}
(( $+functions[_siemmanage__subcmd__clear_commands] )) ||
_siemmanage__subcmd__clear_commands() {
    local commands; commands=()
    _describe -t commands 'siemmanage clear commands' commands "$@"
}
(( $+functions[_siemmanage__subcmd__config_commands] )) ||
_siemmanage__subcmd__config_commands() {
    local commands; commands=()
    _describe -t commands 'siemmanage config commands' commands "$@"
}
(( $+functions[_siemmanage__subcmd__doctor_commands] )) ||
_siemmanage__subcmd__doctor_commands() {
    local commands; commands=()
    _describe -t commands 'siemmanage doctor commands' commands "$@"
}
(( $+functions[_siemmanage__subcmd__forget_commands] )) ||
_siemmanage__subcmd__forget_commands() {
    local commands; commands=()
    _describe -t commands 'siemmanage forget commands' commands "$@"
}
(( $+functions[_siemmanage__subcmd__help_commands] )) ||
_siemmanage__subcmd__help_commands() {
    local commands; commands=(
'init:Make the schema, or bring it up to date' \
'rules:Import, export, list and switch rules' \
'helpers:Import, export, list and test helpers' \
'set:Import, export, list and delete reference sets' \
'section:List and change sections' \
'clear:Remove events, SIEM events, rules or helpers' \
'status:Show what was read and stored, how far rules have come, and how large the database is' \
'config:Show the settings that hold' \
'retain:Remove old events' \
'relabel:Compute the logsource labels of stored events anew' \
'forget:Forget files that are gone for good' \
'doctor:Look for what is wrong\: unaccounted lines, stale sources, wrong clocks, rules that cannot fire' \
'metrics:Print metrics for Prometheus, as node_exporter'\''s textfile collector reads them' \
'seal:Print the heads of all sources'\'' digests, to be signed and kept elsewhere' \
'verify:Compute all digests again and say what is changed, missing or added' \
'help:Print this message or the help of the given subcommand(s)' \
    )
    _describe -t commands 'siemmanage help commands' commands "$@"
}
(( $+functions[_siemmanage__subcmd__help__subcmd__clear_commands] )) ||
_siemmanage__subcmd__help__subcmd__clear_commands() {
    local commands; commands=()
    _describe -t commands 'siemmanage help clear commands' commands "$@"
}
(( $+functions[_siemmanage__subcmd__help__subcmd__config_commands] )) ||
_siemmanage__subcmd__help__subcmd__config_commands() {
    local commands; commands=()
    _describe -t commands 'siemmanage help config commands' commands "$@"
}
(( $+functions[_siemmanage__subcmd__help__subcmd__doctor_commands] )) ||
_siemmanage__subcmd__help__subcmd__doctor_commands() {
    local commands; commands=()
    _describe -t commands 'siemmanage help doctor commands' commands "$@"
}
(( $+functions[_siemmanage__subcmd__help__subcmd__forget_commands] )) ||
_siemmanage__subcmd__help__subcmd__forget_commands() {
    local commands; commands=()
    _describe -t commands 'siemmanage help forget commands' commands "$@"
}
(( $+functions[_siemmanage__subcmd__help__subcmd__help_commands] )) ||
_siemmanage__subcmd__help__subcmd__help_commands() {
    local commands; commands=()
    _describe -t commands 'siemmanage help help commands' commands "$@"
}
(( $+functions[_siemmanage__subcmd__help__subcmd__helpers_commands] )) ||
_siemmanage__subcmd__help__subcmd__helpers_commands() {
    local commands; commands=(
'import:Add helpers from files, or change those with the same section and name' \
'list:List them' \
'test:Check files, or what is stored, and run the tests they carry' \
'export:Write them in the form that import reads' \
'show:Show some as they are stored; rules also by title, and Sigma filters' \
'enable:Switch on' \
'disable:Switch off' \
'delete:Delete; of rules also their Sigma filters' \
    )
    _describe -t commands 'siemmanage help helpers commands' commands "$@"
}
(( $+functions[_siemmanage__subcmd__help__subcmd__helpers__subcmd__delete_commands] )) ||
_siemmanage__subcmd__help__subcmd__helpers__subcmd__delete_commands() {
    local commands; commands=()
    _describe -t commands 'siemmanage help helpers delete commands' commands "$@"
}
(( $+functions[_siemmanage__subcmd__help__subcmd__helpers__subcmd__disable_commands] )) ||
_siemmanage__subcmd__help__subcmd__helpers__subcmd__disable_commands() {
    local commands; commands=()
    _describe -t commands 'siemmanage help helpers disable commands' commands "$@"
}
(( $+functions[_siemmanage__subcmd__help__subcmd__helpers__subcmd__enable_commands] )) ||
_siemmanage__subcmd__help__subcmd__helpers__subcmd__enable_commands() {
    local commands; commands=()
    _describe -t commands 'siemmanage help helpers enable commands' commands "$@"
}
(( $+functions[_siemmanage__subcmd__help__subcmd__helpers__subcmd__export_commands] )) ||
_siemmanage__subcmd__help__subcmd__helpers__subcmd__export_commands() {
    local commands; commands=()
    _describe -t commands 'siemmanage help helpers export commands' commands "$@"
}
(( $+functions[_siemmanage__subcmd__help__subcmd__helpers__subcmd__import_commands] )) ||
_siemmanage__subcmd__help__subcmd__helpers__subcmd__import_commands() {
    local commands; commands=()
    _describe -t commands 'siemmanage help helpers import commands' commands "$@"
}
(( $+functions[_siemmanage__subcmd__help__subcmd__helpers__subcmd__list_commands] )) ||
_siemmanage__subcmd__help__subcmd__helpers__subcmd__list_commands() {
    local commands; commands=()
    _describe -t commands 'siemmanage help helpers list commands' commands "$@"
}
(( $+functions[_siemmanage__subcmd__help__subcmd__helpers__subcmd__show_commands] )) ||
_siemmanage__subcmd__help__subcmd__helpers__subcmd__show_commands() {
    local commands; commands=()
    _describe -t commands 'siemmanage help helpers show commands' commands "$@"
}
(( $+functions[_siemmanage__subcmd__help__subcmd__helpers__subcmd__test_commands] )) ||
_siemmanage__subcmd__help__subcmd__helpers__subcmd__test_commands() {
    local commands; commands=()
    _describe -t commands 'siemmanage help helpers test commands' commands "$@"
}
(( $+functions[_siemmanage__subcmd__help__subcmd__init_commands] )) ||
_siemmanage__subcmd__help__subcmd__init_commands() {
    local commands; commands=()
    _describe -t commands 'siemmanage help init commands' commands "$@"
}
(( $+functions[_siemmanage__subcmd__help__subcmd__metrics_commands] )) ||
_siemmanage__subcmd__help__subcmd__metrics_commands() {
    local commands; commands=()
    _describe -t commands 'siemmanage help metrics commands' commands "$@"
}
(( $+functions[_siemmanage__subcmd__help__subcmd__relabel_commands] )) ||
_siemmanage__subcmd__help__subcmd__relabel_commands() {
    local commands; commands=()
    _describe -t commands 'siemmanage help relabel commands' commands "$@"
}
(( $+functions[_siemmanage__subcmd__help__subcmd__retain_commands] )) ||
_siemmanage__subcmd__help__subcmd__retain_commands() {
    local commands; commands=()
    _describe -t commands 'siemmanage help retain commands' commands "$@"
}
(( $+functions[_siemmanage__subcmd__help__subcmd__rules_commands] )) ||
_siemmanage__subcmd__help__subcmd__rules_commands() {
    local commands; commands=(
'import:Add rules from files, or change those with the same section and name' \
'list:List them' \
'test:Check files, or what is stored, and run the cases kept beside rules' \
'attack:Show which of ATT&CK'\''s techniques the enabled rules look for' \
'export:Write them in the form that import reads' \
'show:Show some as they are stored; rules also by title, and Sigma filters' \
'enable:Switch on' \
'disable:Switch off' \
'delete:Delete; of rules also their Sigma filters' \
    )
    _describe -t commands 'siemmanage help rules commands' commands "$@"
}
(( $+functions[_siemmanage__subcmd__help__subcmd__rules__subcmd__attack_commands] )) ||
_siemmanage__subcmd__help__subcmd__rules__subcmd__attack_commands() {
    local commands; commands=()
    _describe -t commands 'siemmanage help rules attack commands' commands "$@"
}
(( $+functions[_siemmanage__subcmd__help__subcmd__rules__subcmd__delete_commands] )) ||
_siemmanage__subcmd__help__subcmd__rules__subcmd__delete_commands() {
    local commands; commands=()
    _describe -t commands 'siemmanage help rules delete commands' commands "$@"
}
(( $+functions[_siemmanage__subcmd__help__subcmd__rules__subcmd__disable_commands] )) ||
_siemmanage__subcmd__help__subcmd__rules__subcmd__disable_commands() {
    local commands; commands=()
    _describe -t commands 'siemmanage help rules disable commands' commands "$@"
}
(( $+functions[_siemmanage__subcmd__help__subcmd__rules__subcmd__enable_commands] )) ||
_siemmanage__subcmd__help__subcmd__rules__subcmd__enable_commands() {
    local commands; commands=()
    _describe -t commands 'siemmanage help rules enable commands' commands "$@"
}
(( $+functions[_siemmanage__subcmd__help__subcmd__rules__subcmd__export_commands] )) ||
_siemmanage__subcmd__help__subcmd__rules__subcmd__export_commands() {
    local commands; commands=()
    _describe -t commands 'siemmanage help rules export commands' commands "$@"
}
(( $+functions[_siemmanage__subcmd__help__subcmd__rules__subcmd__import_commands] )) ||
_siemmanage__subcmd__help__subcmd__rules__subcmd__import_commands() {
    local commands; commands=()
    _describe -t commands 'siemmanage help rules import commands' commands "$@"
}
(( $+functions[_siemmanage__subcmd__help__subcmd__rules__subcmd__list_commands] )) ||
_siemmanage__subcmd__help__subcmd__rules__subcmd__list_commands() {
    local commands; commands=()
    _describe -t commands 'siemmanage help rules list commands' commands "$@"
}
(( $+functions[_siemmanage__subcmd__help__subcmd__rules__subcmd__show_commands] )) ||
_siemmanage__subcmd__help__subcmd__rules__subcmd__show_commands() {
    local commands; commands=()
    _describe -t commands 'siemmanage help rules show commands' commands "$@"
}
(( $+functions[_siemmanage__subcmd__help__subcmd__rules__subcmd__test_commands] )) ||
_siemmanage__subcmd__help__subcmd__rules__subcmd__test_commands() {
    local commands; commands=()
    _describe -t commands 'siemmanage help rules test commands' commands "$@"
}
(( $+functions[_siemmanage__subcmd__help__subcmd__seal_commands] )) ||
_siemmanage__subcmd__help__subcmd__seal_commands() {
    local commands; commands=()
    _describe -t commands 'siemmanage help seal commands' commands "$@"
}
(( $+functions[_siemmanage__subcmd__help__subcmd__section_commands] )) ||
_siemmanage__subcmd__help__subcmd__section_commands() {
    local commands; commands=(
'list:List them' \
'set:Make a section, or change how its sources are read' \
'clear:Remove the events, rejected lines and hits of a section' \
    )
    _describe -t commands 'siemmanage help section commands' commands "$@"
}
(( $+functions[_siemmanage__subcmd__help__subcmd__section__subcmd__clear_commands] )) ||
_siemmanage__subcmd__help__subcmd__section__subcmd__clear_commands() {
    local commands; commands=()
    _describe -t commands 'siemmanage help section clear commands' commands "$@"
}
(( $+functions[_siemmanage__subcmd__help__subcmd__section__subcmd__list_commands] )) ||
_siemmanage__subcmd__help__subcmd__section__subcmd__list_commands() {
    local commands; commands=()
    _describe -t commands 'siemmanage help section list commands' commands "$@"
}
(( $+functions[_siemmanage__subcmd__help__subcmd__section__subcmd__set_commands] )) ||
_siemmanage__subcmd__help__subcmd__section__subcmd__set_commands() {
    local commands; commands=()
    _describe -t commands 'siemmanage help section set commands' commands "$@"
}
(( $+functions[_siemmanage__subcmd__help__subcmd__set_commands] )) ||
_siemmanage__subcmd__help__subcmd__set_commands() {
    local commands; commands=(
'import:Make a set of the values in a file, or put them in place of what it holds' \
'list:List them' \
'show:Show what is known of a set\: its values'\'' number, earlier contents, the rules that name it' \
'export:Write the values, one a line' \
'delete:Delete sets that no rule names' \
    )
    _describe -t commands 'siemmanage help set commands' commands "$@"
}
(( $+functions[_siemmanage__subcmd__help__subcmd__set__subcmd__delete_commands] )) ||
_siemmanage__subcmd__help__subcmd__set__subcmd__delete_commands() {
    local commands; commands=()
    _describe -t commands 'siemmanage help set delete commands' commands "$@"
}
(( $+functions[_siemmanage__subcmd__help__subcmd__set__subcmd__export_commands] )) ||
_siemmanage__subcmd__help__subcmd__set__subcmd__export_commands() {
    local commands; commands=()
    _describe -t commands 'siemmanage help set export commands' commands "$@"
}
(( $+functions[_siemmanage__subcmd__help__subcmd__set__subcmd__import_commands] )) ||
_siemmanage__subcmd__help__subcmd__set__subcmd__import_commands() {
    local commands; commands=()
    _describe -t commands 'siemmanage help set import commands' commands "$@"
}
(( $+functions[_siemmanage__subcmd__help__subcmd__set__subcmd__list_commands] )) ||
_siemmanage__subcmd__help__subcmd__set__subcmd__list_commands() {
    local commands; commands=()
    _describe -t commands 'siemmanage help set list commands' commands "$@"
}
(( $+functions[_siemmanage__subcmd__help__subcmd__set__subcmd__show_commands] )) ||
_siemmanage__subcmd__help__subcmd__set__subcmd__show_commands() {
    local commands; commands=()
    _describe -t commands 'siemmanage help set show commands' commands "$@"
}
(( $+functions[_siemmanage__subcmd__help__subcmd__status_commands] )) ||
_siemmanage__subcmd__help__subcmd__status_commands() {
    local commands; commands=()
    _describe -t commands 'siemmanage help status commands' commands "$@"
}
(( $+functions[_siemmanage__subcmd__help__subcmd__verify_commands] )) ||
_siemmanage__subcmd__help__subcmd__verify_commands() {
    local commands; commands=()
    _describe -t commands 'siemmanage help verify commands' commands "$@"
}
(( $+functions[_siemmanage__subcmd__helpers_commands] )) ||
_siemmanage__subcmd__helpers_commands() {
    local commands; commands=(
'import:Add helpers from files, or change those with the same section and name' \
'list:List them' \
'test:Check files, or what is stored, and run the tests they carry' \
'export:Write them in the form that import reads' \
'show:Show some as they are stored; rules also by title, and Sigma filters' \
'enable:Switch on' \
'disable:Switch off' \
'delete:Delete; of rules also their Sigma filters' \
'help:Print this message or the help of the given subcommand(s)' \
    )
    _describe -t commands 'siemmanage helpers commands' commands "$@"
}
(( $+functions[_siemmanage__subcmd__helpers__subcmd__delete_commands] )) ||
_siemmanage__subcmd__helpers__subcmd__delete_commands() {
    local commands; commands=()
    _describe -t commands 'siemmanage helpers delete commands' commands "$@"
}
(( $+functions[_siemmanage__subcmd__helpers__subcmd__disable_commands] )) ||
_siemmanage__subcmd__helpers__subcmd__disable_commands() {
    local commands; commands=()
    _describe -t commands 'siemmanage helpers disable commands' commands "$@"
}
(( $+functions[_siemmanage__subcmd__helpers__subcmd__enable_commands] )) ||
_siemmanage__subcmd__helpers__subcmd__enable_commands() {
    local commands; commands=()
    _describe -t commands 'siemmanage helpers enable commands' commands "$@"
}
(( $+functions[_siemmanage__subcmd__helpers__subcmd__export_commands] )) ||
_siemmanage__subcmd__helpers__subcmd__export_commands() {
    local commands; commands=()
    _describe -t commands 'siemmanage helpers export commands' commands "$@"
}
(( $+functions[_siemmanage__subcmd__helpers__subcmd__help_commands] )) ||
_siemmanage__subcmd__helpers__subcmd__help_commands() {
    local commands; commands=(
'import:Add helpers from files, or change those with the same section and name' \
'list:List them' \
'test:Check files, or what is stored, and run the tests they carry' \
'export:Write them in the form that import reads' \
'show:Show some as they are stored; rules also by title, and Sigma filters' \
'enable:Switch on' \
'disable:Switch off' \
'delete:Delete; of rules also their Sigma filters' \
'help:Print this message or the help of the given subcommand(s)' \
    )
    _describe -t commands 'siemmanage helpers help commands' commands "$@"
}
(( $+functions[_siemmanage__subcmd__helpers__subcmd__help__subcmd__delete_commands] )) ||
_siemmanage__subcmd__helpers__subcmd__help__subcmd__delete_commands() {
    local commands; commands=()
    _describe -t commands 'siemmanage helpers help delete commands' commands "$@"
}
(( $+functions[_siemmanage__subcmd__helpers__subcmd__help__subcmd__disable_commands] )) ||
_siemmanage__subcmd__helpers__subcmd__help__subcmd__disable_commands() {
    local commands; commands=()
    _describe -t commands 'siemmanage helpers help disable commands' commands "$@"
}
(( $+functions[_siemmanage__subcmd__helpers__subcmd__help__subcmd__enable_commands] )) ||
_siemmanage__subcmd__helpers__subcmd__help__subcmd__enable_commands() {
    local commands; commands=()
    _describe -t commands 'siemmanage helpers help enable commands' commands "$@"
}
(( $+functions[_siemmanage__subcmd__helpers__subcmd__help__subcmd__export_commands] )) ||
_siemmanage__subcmd__helpers__subcmd__help__subcmd__export_commands() {
    local commands; commands=()
    _describe -t commands 'siemmanage helpers help export commands' commands "$@"
}
(( $+functions[_siemmanage__subcmd__helpers__subcmd__help__subcmd__help_commands] )) ||
_siemmanage__subcmd__helpers__subcmd__help__subcmd__help_commands() {
    local commands; commands=()
    _describe -t commands 'siemmanage helpers help help commands' commands "$@"
}
(( $+functions[_siemmanage__subcmd__helpers__subcmd__help__subcmd__import_commands] )) ||
_siemmanage__subcmd__helpers__subcmd__help__subcmd__import_commands() {
    local commands; commands=()
    _describe -t commands 'siemmanage helpers help import commands' commands "$@"
}
(( $+functions[_siemmanage__subcmd__helpers__subcmd__help__subcmd__list_commands] )) ||
_siemmanage__subcmd__helpers__subcmd__help__subcmd__list_commands() {
    local commands; commands=()
    _describe -t commands 'siemmanage helpers help list commands' commands "$@"
}
(( $+functions[_siemmanage__subcmd__helpers__subcmd__help__subcmd__show_commands] )) ||
_siemmanage__subcmd__helpers__subcmd__help__subcmd__show_commands() {
    local commands; commands=()
    _describe -t commands 'siemmanage helpers help show commands' commands "$@"
}
(( $+functions[_siemmanage__subcmd__helpers__subcmd__help__subcmd__test_commands] )) ||
_siemmanage__subcmd__helpers__subcmd__help__subcmd__test_commands() {
    local commands; commands=()
    _describe -t commands 'siemmanage helpers help test commands' commands "$@"
}
(( $+functions[_siemmanage__subcmd__helpers__subcmd__import_commands] )) ||
_siemmanage__subcmd__helpers__subcmd__import_commands() {
    local commands; commands=()
    _describe -t commands 'siemmanage helpers import commands' commands "$@"
}
(( $+functions[_siemmanage__subcmd__helpers__subcmd__list_commands] )) ||
_siemmanage__subcmd__helpers__subcmd__list_commands() {
    local commands; commands=()
    _describe -t commands 'siemmanage helpers list commands' commands "$@"
}
(( $+functions[_siemmanage__subcmd__helpers__subcmd__show_commands] )) ||
_siemmanage__subcmd__helpers__subcmd__show_commands() {
    local commands; commands=()
    _describe -t commands 'siemmanage helpers show commands' commands "$@"
}
(( $+functions[_siemmanage__subcmd__helpers__subcmd__test_commands] )) ||
_siemmanage__subcmd__helpers__subcmd__test_commands() {
    local commands; commands=()
    _describe -t commands 'siemmanage helpers test commands' commands "$@"
}
(( $+functions[_siemmanage__subcmd__init_commands] )) ||
_siemmanage__subcmd__init_commands() {
    local commands; commands=()
    _describe -t commands 'siemmanage init commands' commands "$@"
}
(( $+functions[_siemmanage__subcmd__metrics_commands] )) ||
_siemmanage__subcmd__metrics_commands() {
    local commands; commands=()
    _describe -t commands 'siemmanage metrics commands' commands "$@"
}
(( $+functions[_siemmanage__subcmd__relabel_commands] )) ||
_siemmanage__subcmd__relabel_commands() {
    local commands; commands=()
    _describe -t commands 'siemmanage relabel commands' commands "$@"
}
(( $+functions[_siemmanage__subcmd__retain_commands] )) ||
_siemmanage__subcmd__retain_commands() {
    local commands; commands=()
    _describe -t commands 'siemmanage retain commands' commands "$@"
}
(( $+functions[_siemmanage__subcmd__rules_commands] )) ||
_siemmanage__subcmd__rules_commands() {
    local commands; commands=(
'import:Add rules from files, or change those with the same section and name' \
'list:List them' \
'test:Check files, or what is stored, and run the cases kept beside rules' \
'attack:Show which of ATT&CK'\''s techniques the enabled rules look for' \
'export:Write them in the form that import reads' \
'show:Show some as they are stored; rules also by title, and Sigma filters' \
'enable:Switch on' \
'disable:Switch off' \
'delete:Delete; of rules also their Sigma filters' \
'help:Print this message or the help of the given subcommand(s)' \
    )
    _describe -t commands 'siemmanage rules commands' commands "$@"
}
(( $+functions[_siemmanage__subcmd__rules__subcmd__attack_commands] )) ||
_siemmanage__subcmd__rules__subcmd__attack_commands() {
    local commands; commands=()
    _describe -t commands 'siemmanage rules attack commands' commands "$@"
}
(( $+functions[_siemmanage__subcmd__rules__subcmd__delete_commands] )) ||
_siemmanage__subcmd__rules__subcmd__delete_commands() {
    local commands; commands=()
    _describe -t commands 'siemmanage rules delete commands' commands "$@"
}
(( $+functions[_siemmanage__subcmd__rules__subcmd__disable_commands] )) ||
_siemmanage__subcmd__rules__subcmd__disable_commands() {
    local commands; commands=()
    _describe -t commands 'siemmanage rules disable commands' commands "$@"
}
(( $+functions[_siemmanage__subcmd__rules__subcmd__enable_commands] )) ||
_siemmanage__subcmd__rules__subcmd__enable_commands() {
    local commands; commands=()
    _describe -t commands 'siemmanage rules enable commands' commands "$@"
}
(( $+functions[_siemmanage__subcmd__rules__subcmd__export_commands] )) ||
_siemmanage__subcmd__rules__subcmd__export_commands() {
    local commands; commands=()
    _describe -t commands 'siemmanage rules export commands' commands "$@"
}
(( $+functions[_siemmanage__subcmd__rules__subcmd__help_commands] )) ||
_siemmanage__subcmd__rules__subcmd__help_commands() {
    local commands; commands=(
'import:Add rules from files, or change those with the same section and name' \
'list:List them' \
'test:Check files, or what is stored, and run the cases kept beside rules' \
'attack:Show which of ATT&CK'\''s techniques the enabled rules look for' \
'export:Write them in the form that import reads' \
'show:Show some as they are stored; rules also by title, and Sigma filters' \
'enable:Switch on' \
'disable:Switch off' \
'delete:Delete; of rules also their Sigma filters' \
'help:Print this message or the help of the given subcommand(s)' \
    )
    _describe -t commands 'siemmanage rules help commands' commands "$@"
}
(( $+functions[_siemmanage__subcmd__rules__subcmd__help__subcmd__attack_commands] )) ||
_siemmanage__subcmd__rules__subcmd__help__subcmd__attack_commands() {
    local commands; commands=()
    _describe -t commands 'siemmanage rules help attack commands' commands "$@"
}
(( $+functions[_siemmanage__subcmd__rules__subcmd__help__subcmd__delete_commands] )) ||
_siemmanage__subcmd__rules__subcmd__help__subcmd__delete_commands() {
    local commands; commands=()
    _describe -t commands 'siemmanage rules help delete commands' commands "$@"
}
(( $+functions[_siemmanage__subcmd__rules__subcmd__help__subcmd__disable_commands] )) ||
_siemmanage__subcmd__rules__subcmd__help__subcmd__disable_commands() {
    local commands; commands=()
    _describe -t commands 'siemmanage rules help disable commands' commands "$@"
}
(( $+functions[_siemmanage__subcmd__rules__subcmd__help__subcmd__enable_commands] )) ||
_siemmanage__subcmd__rules__subcmd__help__subcmd__enable_commands() {
    local commands; commands=()
    _describe -t commands 'siemmanage rules help enable commands' commands "$@"
}
(( $+functions[_siemmanage__subcmd__rules__subcmd__help__subcmd__export_commands] )) ||
_siemmanage__subcmd__rules__subcmd__help__subcmd__export_commands() {
    local commands; commands=()
    _describe -t commands 'siemmanage rules help export commands' commands "$@"
}
(( $+functions[_siemmanage__subcmd__rules__subcmd__help__subcmd__help_commands] )) ||
_siemmanage__subcmd__rules__subcmd__help__subcmd__help_commands() {
    local commands; commands=()
    _describe -t commands 'siemmanage rules help help commands' commands "$@"
}
(( $+functions[_siemmanage__subcmd__rules__subcmd__help__subcmd__import_commands] )) ||
_siemmanage__subcmd__rules__subcmd__help__subcmd__import_commands() {
    local commands; commands=()
    _describe -t commands 'siemmanage rules help import commands' commands "$@"
}
(( $+functions[_siemmanage__subcmd__rules__subcmd__help__subcmd__list_commands] )) ||
_siemmanage__subcmd__rules__subcmd__help__subcmd__list_commands() {
    local commands; commands=()
    _describe -t commands 'siemmanage rules help list commands' commands "$@"
}
(( $+functions[_siemmanage__subcmd__rules__subcmd__help__subcmd__show_commands] )) ||
_siemmanage__subcmd__rules__subcmd__help__subcmd__show_commands() {
    local commands; commands=()
    _describe -t commands 'siemmanage rules help show commands' commands "$@"
}
(( $+functions[_siemmanage__subcmd__rules__subcmd__help__subcmd__test_commands] )) ||
_siemmanage__subcmd__rules__subcmd__help__subcmd__test_commands() {
    local commands; commands=()
    _describe -t commands 'siemmanage rules help test commands' commands "$@"
}
(( $+functions[_siemmanage__subcmd__rules__subcmd__import_commands] )) ||
_siemmanage__subcmd__rules__subcmd__import_commands() {
    local commands; commands=()
    _describe -t commands 'siemmanage rules import commands' commands "$@"
}
(( $+functions[_siemmanage__subcmd__rules__subcmd__list_commands] )) ||
_siemmanage__subcmd__rules__subcmd__list_commands() {
    local commands; commands=()
    _describe -t commands 'siemmanage rules list commands' commands "$@"
}
(( $+functions[_siemmanage__subcmd__rules__subcmd__show_commands] )) ||
_siemmanage__subcmd__rules__subcmd__show_commands() {
    local commands; commands=()
    _describe -t commands 'siemmanage rules show commands' commands "$@"
}
(( $+functions[_siemmanage__subcmd__rules__subcmd__test_commands] )) ||
_siemmanage__subcmd__rules__subcmd__test_commands() {
    local commands; commands=()
    _describe -t commands 'siemmanage rules test commands' commands "$@"
}
(( $+functions[_siemmanage__subcmd__seal_commands] )) ||
_siemmanage__subcmd__seal_commands() {
    local commands; commands=()
    _describe -t commands 'siemmanage seal commands' commands "$@"
}
(( $+functions[_siemmanage__subcmd__section_commands] )) ||
_siemmanage__subcmd__section_commands() {
    local commands; commands=(
'list:List them' \
'set:Make a section, or change how its sources are read' \
'clear:Remove the events, rejected lines and hits of a section' \
'help:Print this message or the help of the given subcommand(s)' \
    )
    _describe -t commands 'siemmanage section commands' commands "$@"
}
(( $+functions[_siemmanage__subcmd__section__subcmd__clear_commands] )) ||
_siemmanage__subcmd__section__subcmd__clear_commands() {
    local commands; commands=()
    _describe -t commands 'siemmanage section clear commands' commands "$@"
}
(( $+functions[_siemmanage__subcmd__section__subcmd__help_commands] )) ||
_siemmanage__subcmd__section__subcmd__help_commands() {
    local commands; commands=(
'list:List them' \
'set:Make a section, or change how its sources are read' \
'clear:Remove the events, rejected lines and hits of a section' \
'help:Print this message or the help of the given subcommand(s)' \
    )
    _describe -t commands 'siemmanage section help commands' commands "$@"
}
(( $+functions[_siemmanage__subcmd__section__subcmd__help__subcmd__clear_commands] )) ||
_siemmanage__subcmd__section__subcmd__help__subcmd__clear_commands() {
    local commands; commands=()
    _describe -t commands 'siemmanage section help clear commands' commands "$@"
}
(( $+functions[_siemmanage__subcmd__section__subcmd__help__subcmd__help_commands] )) ||
_siemmanage__subcmd__section__subcmd__help__subcmd__help_commands() {
    local commands; commands=()
    _describe -t commands 'siemmanage section help help commands' commands "$@"
}
(( $+functions[_siemmanage__subcmd__section__subcmd__help__subcmd__list_commands] )) ||
_siemmanage__subcmd__section__subcmd__help__subcmd__list_commands() {
    local commands; commands=()
    _describe -t commands 'siemmanage section help list commands' commands "$@"
}
(( $+functions[_siemmanage__subcmd__section__subcmd__help__subcmd__set_commands] )) ||
_siemmanage__subcmd__section__subcmd__help__subcmd__set_commands() {
    local commands; commands=()
    _describe -t commands 'siemmanage section help set commands' commands "$@"
}
(( $+functions[_siemmanage__subcmd__section__subcmd__list_commands] )) ||
_siemmanage__subcmd__section__subcmd__list_commands() {
    local commands; commands=()
    _describe -t commands 'siemmanage section list commands' commands "$@"
}
(( $+functions[_siemmanage__subcmd__section__subcmd__set_commands] )) ||
_siemmanage__subcmd__section__subcmd__set_commands() {
    local commands; commands=()
    _describe -t commands 'siemmanage section set commands' commands "$@"
}
(( $+functions[_siemmanage__subcmd__set_commands] )) ||
_siemmanage__subcmd__set_commands() {
    local commands; commands=(
'import:Make a set of the values in a file, or put them in place of what it holds' \
'list:List them' \
'show:Show what is known of a set\: its values'\'' number, earlier contents, the rules that name it' \
'export:Write the values, one a line' \
'delete:Delete sets that no rule names' \
'help:Print this message or the help of the given subcommand(s)' \
    )
    _describe -t commands 'siemmanage set commands' commands "$@"
}
(( $+functions[_siemmanage__subcmd__set__subcmd__delete_commands] )) ||
_siemmanage__subcmd__set__subcmd__delete_commands() {
    local commands; commands=()
    _describe -t commands 'siemmanage set delete commands' commands "$@"
}
(( $+functions[_siemmanage__subcmd__set__subcmd__export_commands] )) ||
_siemmanage__subcmd__set__subcmd__export_commands() {
    local commands; commands=()
    _describe -t commands 'siemmanage set export commands' commands "$@"
}
(( $+functions[_siemmanage__subcmd__set__subcmd__help_commands] )) ||
_siemmanage__subcmd__set__subcmd__help_commands() {
    local commands; commands=(
'import:Make a set of the values in a file, or put them in place of what it holds' \
'list:List them' \
'show:Show what is known of a set\: its values'\'' number, earlier contents, the rules that name it' \
'export:Write the values, one a line' \
'delete:Delete sets that no rule names' \
'help:Print this message or the help of the given subcommand(s)' \
    )
    _describe -t commands 'siemmanage set help commands' commands "$@"
}
(( $+functions[_siemmanage__subcmd__set__subcmd__help__subcmd__delete_commands] )) ||
_siemmanage__subcmd__set__subcmd__help__subcmd__delete_commands() {
    local commands; commands=()
    _describe -t commands 'siemmanage set help delete commands' commands "$@"
}
(( $+functions[_siemmanage__subcmd__set__subcmd__help__subcmd__export_commands] )) ||
_siemmanage__subcmd__set__subcmd__help__subcmd__export_commands() {
    local commands; commands=()
    _describe -t commands 'siemmanage set help export commands' commands "$@"
}
(( $+functions[_siemmanage__subcmd__set__subcmd__help__subcmd__help_commands] )) ||
_siemmanage__subcmd__set__subcmd__help__subcmd__help_commands() {
    local commands; commands=()
    _describe -t commands 'siemmanage set help help commands' commands "$@"
}
(( $+functions[_siemmanage__subcmd__set__subcmd__help__subcmd__import_commands] )) ||
_siemmanage__subcmd__set__subcmd__help__subcmd__import_commands() {
    local commands; commands=()
    _describe -t commands 'siemmanage set help import commands' commands "$@"
}
(( $+functions[_siemmanage__subcmd__set__subcmd__help__subcmd__list_commands] )) ||
_siemmanage__subcmd__set__subcmd__help__subcmd__list_commands() {
    local commands; commands=()
    _describe -t commands 'siemmanage set help list commands' commands "$@"
}
(( $+functions[_siemmanage__subcmd__set__subcmd__help__subcmd__show_commands] )) ||
_siemmanage__subcmd__set__subcmd__help__subcmd__show_commands() {
    local commands; commands=()
    _describe -t commands 'siemmanage set help show commands' commands "$@"
}
(( $+functions[_siemmanage__subcmd__set__subcmd__import_commands] )) ||
_siemmanage__subcmd__set__subcmd__import_commands() {
    local commands; commands=()
    _describe -t commands 'siemmanage set import commands' commands "$@"
}
(( $+functions[_siemmanage__subcmd__set__subcmd__list_commands] )) ||
_siemmanage__subcmd__set__subcmd__list_commands() {
    local commands; commands=()
    _describe -t commands 'siemmanage set list commands' commands "$@"
}
(( $+functions[_siemmanage__subcmd__set__subcmd__show_commands] )) ||
_siemmanage__subcmd__set__subcmd__show_commands() {
    local commands; commands=()
    _describe -t commands 'siemmanage set show commands' commands "$@"
}
(( $+functions[_siemmanage__subcmd__status_commands] )) ||
_siemmanage__subcmd__status_commands() {
    local commands; commands=()
    _describe -t commands 'siemmanage status commands' commands "$@"
}
(( $+functions[_siemmanage__subcmd__verify_commands] )) ||
_siemmanage__subcmd__verify_commands() {
    local commands; commands=()
    _describe -t commands 'siemmanage verify commands' commands "$@"
}

if [ "$funcstack[1]" = "_siemmanage" ]; then
    _siemmanage "$@"
else
    compdef _siemmanage siemmanage
fi
