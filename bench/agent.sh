#!/bin/bash
# What siemagent costs: `make bench-agent`, as root, on a machine that does nothing else.
#
# CPU time (user + sys) of the workload with and without the agent, of the agent itself, and of the
# probes (kernel.bpf_stats_enabled). What a workload costs unwatched is measured anew before each
# row's watcher starts. BIN names the folder of the programs; EXECS, OPENS, CONNECTS and IDLE change
# sizes. Where bpftrace and auditd are installed, they watch the same starts and write-opens;
# auditing is switched off again afterwards.
set -euo pipefail
BIN=${BIN:-target/release}
EXECS=${EXECS:-5000} OPENS=${OPENS:-500000} CONNECTS=${CONNECTS:-20000} IDLE=${IDLE:-10}
work=$(mktemp -d "${TMPDIR:-/var/tmp}/siem-agent.XXXXXX")
stats=$(cat /proc/sys/kernel/bpf_stats_enabled)
tracing=/sys/kernel/tracing mounted=
agent= beside=
cleanup() {
    [ -z "$agent" ] || kill "$agent" 2>/dev/null || true
    [ -z "$mounted" ] || umount "$tracing" || true
    echo "$stats" > /proc/sys/kernel/bpf_stats_enabled
    rm -rf "$work"
}
trap cleanup EXIT
echo 1 > /proc/sys/kernel/bpf_stats_enabled

flood() { # KIND: CPU microseconds of the workload, per operation
    /usr/bin/time -o "$work/time" -f '%U %S' "$BIN/flood" "$1" "${count[$1]}"
    awk -v n="${count[$1]}" '{ printf "%.2f", ($1 + $2) * 1e6 / n }' "$work/time"
}
ticks() { for pid in $agent $beside; do awk '{ print $14 + $15 }' "/proc/$pid/stat"; done | awk '{ all += $1 } END { print all }'; }
row() { printf '%-34s %10s %10s %10s %14s\n' "$@"; }
unwatched() { for kind; do base[$kind]=$(flood "$kind"); done; }
watched() { # WATCHER KIND EVENTS: one row; an operation is so many events
    local before with after
    before=$(ticks) with=$(flood "$2"); sleep 0.5; after=$(ticks)
    row "$1, ${count[$2]} $2" "${base[$2]}" "$with" \
        "$(awk -v a="${base[$2]}" -v b="$with" 'BEGIN { printf "%+.1f %%", (b / a - 1) * 100 }')" \
        "$(awk -v t=$((after - before)) -v n=$((count[$2] * $3)) -v hz="$(getconf CLK_TCK)" 'BEGIN { printf "%.1f", t / hz * 1e6 / n }')"
}
start() { # EVENTS: an agent that writes to nowhere through a pipe
    mkfifo "$work/pipe" 2>/dev/null || true
    cat "$work/pipe" > /dev/null &
    "$BIN/siemagent" -q --include-reader --events "$1" > "$work/pipe" & agent=$!
    sleep 3
}
stop() { kill "$agent"; wait "$agent" || true; agent= beside=; }

idle() { # what an agent costs that has little to do, and what its probes took
    local before after
    before=$(ticks); sleep "$IDLE"; after=$(ticks)
    awk -v t=$((after - before)) -v s="$IDLE" -v hz="$(getconf CLK_TCK)" \
        'BEGIN { printf "idle: %.2f %% of a core\n", t / hz / s * 100 }'
    grep VmRSS "/proc/$agent/status"
    ! command -v bpftool >/dev/null || bpftool prog show | awk '/ name / { for (i = 1; i <= NF; i++) { if ($i == "name") name = $(i + 1)
        if ($i == "run_time_ns") time = $(i + 1); if ($i == "run_cnt" && $(i + 1) > 100)
        printf "probe %-14s %9d runs %8.2f µs\n", name, $(i + 1), time / $(i + 1) / 1000 } }'
}

declare -A base count=([exec]=$EXECS [open]=$OPENS [connect]=$CONNECTS)
row "watcher, workload" "unwatched" "watched" "more" "its µs/event"
# The start of a program is three events: fork, exec, exit.
unwatched exec
start process; watched "siemagent process" exec 3; stop
for events in default all; do
    unwatched exec open connect
    start "$events"
    watched "siemagent $events" exec 3
    watched "siemagent $events" open 1
    watched "siemagent $events" connect 1
    [ "$events" = all ] || idle > "$work/idle"
    stop
done
if command -v bpftrace >/dev/null; then
    [ -d "$tracing/events/sched" ] || { mount -t tracefs tracefs "$tracing" && mounted=yes; }
    ulimit -l unlimited 2>/dev/null || true # bpftrace asks for it, newer kernels do not
    unwatched exec open
    bpftrace -e 'tracepoint:sched:sched_process_exec { printf("%d %s\n", pid, str(args->filename)); }
        tracepoint:sched:sched_process_exit { printf("%d\n", pid); }
        tracepoint:syscalls:sys_enter_openat /args->flags & 3/ { printf("%d %s\n", pid, str(args->filename)); }' > /dev/null 2>&1 & agent=$!
    sleep 5
    watched bpftrace exec 2
    watched bpftrace open 1
    stop
fi
if command -v auditd >/dev/null; then
    mkdir "$work/audit"
    printf 'log_file = %s\nlog_format = RAW\nflush = INCREMENTAL_ASYNC\nfreq = 50\nspace_left = 75\nadmin_space_left = 50\n' "$work/audit/audit.log" > "$work/audit/auditd.conf"
    chmod 640 "$work/audit/auditd.conf"
    unwatched exec open
    auditd -n -c "$work/audit" & agent=$!
    beside=$(pgrep -x kauditd || true)
    sleep 1
    { auditctl -b 8192 -e 1
        auditctl -a always,exit -F arch=b64 -S execve -S execveat
        auditctl -a always,exit -F arch=b64 -S openat -F 'a2&3'; } > "$work/auditctl"
    sleep 2
    watched auditd exec 1
    watched auditd open 1
    { auditctl -s | awk '/^lost/ { print "auditd: lost " $2 }'
        cat "$work"/audit/audit.log* | grep -c type=EXECVE | awk '{ print "auditd: " $1 " EXECVE records" }'; } >> "$work/idle"
    auditctl -D > /dev/null; auditctl -e 0 > /dev/null
    stop
fi
cat "$work/idle"
