#compdef siemagent

autoload -U is-at-least

_siemagent() {
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
'-e+[The events to report\: names, process, net, default, all, or -NAME to leave one out]:LIST:_default' \
'--events=[The events to report\: names, process, net, default, all, or -NAME to leave one out]:LIST:_default' \
'--source=[Where events come from\: bpf, proc, files, or auto for the first that works]:SOURCE:((auto\:"The first of the others that works"
bpf\:"The probes"
proc\:"The process connector and /proc"
files\:"Watched files alone"))' \
'-n+[Stop after so many events]:N:_default' \
'--count=[Stop after so many events]:N:_default' \
'-d+[Stop after this time\: 30s, 10m]:SPAN:_default' \
'--duration=[Stop after this time\: 30s, 10m]:SPAN:_default' \
'--filter=[Only events that this filter selects; the grammar is that of siemquery --where]:FILTER:_default' \
'*--path=[Only files below this directory, for writes and changes; may be repeated]:DIR:_files' \
'*--watch-read=[Report each reading of this file, such as /etc/shadow; may be repeated, implies event read]:FILE:_files' \
'*--fim=[Keep the contents, owner and rights of this file, or of all below this directory, under watch; may be repeated, implies event fim]:PATH:_files' \
'--baseline=[The file that keeps the baseline of --fim; without it siem/baseline.jsonl in the user'\''s data directory]:FILE:_files' \
'(--replay)--policy=[Deny what the rules of this file name; each decision is an event of kind deny]:FILE:_files' \
'--deny-by=[How --policy denies programs\: fanotify, kill, or auto for both, where they work]:WAY:((auto\:"Both"
fanotify\:"Questions before a program starts"
kill\:"A signal after it did"))' \
'--uid=[Only events of these users\: 1000-65533]:FROM-TO:_default' \
'*--exclude-cgroup=[Leave out the files and connections of this control group and of those below it; may be repeated]:GROUP:_default' \
'--user=[Become this user once the probes are attached; root stays root, without capabilities]:NAME:_default' \
'--args-max=[Bytes of arguments that are kept, at most 4096]:N:_default' \
'--record=[Write what the probes say to this file as well, for --replay]:FILE:_files' \
'(--record)--replay=[Read recorded bytes in place of the kernel; needs no rights]:FILE:_files' \
'--ring=[Size of the ring between kernel and agent\: a power of two, at least 64K]:SIZE:_default' \
'--rate=[At most so many events of a kind a second\: exec=2000,file=5000; the rest is counted]:LIST:_default' \
'*--redact=[Replace what this expression matches in arguments; of an expression with groups, the groups]:REGEX:_default' \
'--stats=[Print the counts every so many seconds; 0 for never]:S:_default' \
'--generate=[Print a generated page]:PAGE:((man\:"The man page, in roff"
bash\:"Completions for bash"
zsh\:"Completions for zsh"
fish\:"Completions for fish"))' \
'--dry-run[Only tell what --policy would deny]' \
'--include-reader[Report the files and connections of the process that reads the output, too]' \
'--fail-on-loss[Exit with 5 when events were lost or dropped]' \
'(--list-events)--check[Try every probe, print a table of what this kernel accepts, and stop]' \
'--list-events[Print the events that can be reported, and stop]' \
'-q[No summary on standard error]' \
'--quiet[No summary on standard error]' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
'-V[Print version]' \
'--version[Print version]' \
&& ret=0
}

(( $+functions[_siemagent_commands] )) ||
_siemagent_commands() {
    local commands; commands=()
    _describe -t commands 'siemagent commands' commands "$@"
}

if [ "$funcstack[1]" = "_siemagent" ]; then
    _siemagent "$@"
else
    compdef _siemagent siemagent
fi
