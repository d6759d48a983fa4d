complete -c siemagent -s e -l events -d 'The events to report: names, process, net, default, all, or -NAME to leave one out' -r
complete -c siemagent -l source -d 'Where events come from: bpf, proc, files, or auto for the first that works' -r -f -a "auto\t'The first of the others that works'
bpf\t'The probes'
proc\t'The process connector and /proc'
files\t'Watched files alone'"
complete -c siemagent -s n -l count -d 'Stop after so many events' -r
complete -c siemagent -s d -l duration -d 'Stop after this time: 30s, 10m' -r
complete -c siemagent -l filter -d 'Only events that this filter selects; the grammar is that of siemquery --where' -r
complete -c siemagent -l path -d 'Only files below this directory, for writes and changes; may be repeated' -r -F
complete -c siemagent -l watch-read -d 'Report each reading of this file, such as /etc/shadow; may be repeated, implies event read' -r -F
complete -c siemagent -l fim -d 'Keep the contents, owner and rights of this file, or of all below this directory, under watch; may be repeated, implies event fim' -r -F
complete -c siemagent -l baseline -d 'The file that keeps the baseline of --fim; without it siem/baseline.jsonl in the user\'s data directory' -r -F
complete -c siemagent -l policy -d 'Deny what the rules of this file name; each decision is an event of kind deny' -r -F
complete -c siemagent -l deny-by -d 'How --policy denies programs: fanotify, kill, or auto for both, where they work' -r -f -a "auto\t'Both'
fanotify\t'Questions before a program starts'
kill\t'A signal after it did'"
complete -c siemagent -l uid -d 'Only events of these users: 1000-65533' -r
complete -c siemagent -l exclude-cgroup -d 'Leave out the files and connections of this control group and of those below it; may be repeated' -r
complete -c siemagent -l user -d 'Become this user once the probes are attached; root stays root, without capabilities' -r
complete -c siemagent -l args-max -d 'Bytes of arguments that are kept, at most 4096' -r
complete -c siemagent -l record -d 'Write what the probes say to this file as well, for --replay' -r -F
complete -c siemagent -l replay -d 'Read recorded bytes in place of the kernel; needs no rights' -r -F
complete -c siemagent -l ring -d 'Size of the ring between kernel and agent: a power of two, at least 64K' -r
complete -c siemagent -l rate -d 'At most so many events of a kind a second: exec=2000,file=5000; the rest is counted' -r
complete -c siemagent -l redact -d 'Replace what this expression matches in arguments; of an expression with groups, the groups' -r
complete -c siemagent -l stats -d 'Print the counts every so many seconds; 0 for never' -r
complete -c siemagent -l generate -d 'Print a generated page' -r -f -a "man\t'The man page, in roff'
bash\t'Completions for bash'
zsh\t'Completions for zsh'
fish\t'Completions for fish'"
complete -c siemagent -l dry-run -d 'Only tell what --policy would deny'
complete -c siemagent -l include-reader -d 'Report the files and connections of the process that reads the output, too'
complete -c siemagent -l fail-on-loss -d 'Exit with 5 when events were lost or dropped'
complete -c siemagent -l check -d 'Try every probe, print a table of what this kernel accepts, and stop'
complete -c siemagent -l list-events -d 'Print the events that can be reported, and stop'
complete -c siemagent -s q -l quiet -d 'No summary on standard error'
complete -c siemagent -s h -l help -d 'Print help (see more with \'--help\')'
complete -c siemagent -s V -l version -d 'Print version'
