#!/bin/bash
# What siemagent costs: `make bench-agent`, as root, on a machine that does nothing else.
#
# CPU time (user + sys) of the workload with and without the agent, of the agent itself, and of the
# probes (kernel.bpf_stats_enabled). BIN names the folder of the programs; EXECS, OPENS, CONNECTS
# and IDLE change sizes. Where bpftrace and auditd are installed, they watch the same programs for
# comparison; auditing is switched off again afterwards.
set -euo pipefail
BIN=${BIN:-target/release}
EXECS=${EXECS:-5000} OPENS=${OPENS:-500000} CONNECTS=${CONNECTS:-20000} IDLE=${IDLE:-10}
work=$(mktemp -d "${TMPDIR:-/var/tmp}/siem-agent.XXXXXX")
stats=$(cat /proc/sys/kernel/bpf_stats_enabled)
agent=
cleanup() { [ -z "$agent" ] || kill "$agent" 2>/dev/null || true; echo "$stats" > /proc/sys/kernel/bpf_stats_enabled; rm -rf "$work"; }
trap cleanup EXIT
echo 1 > /proc/sys/kernel/bpf_stats_enabled

flood() { # KIND COUNT: CPU microseconds of the workload, per operation
    /usr/bin/time -o "$work/time" -f '%U %S' "$BIN/flood" "$1" "$2"
    awk -v n="$2" '{ printf "%.2f", ($1 + $2) * 1e6 / n }' "$work/time"
}
ticks() { awk '{ print $14 + $15 }' "/proc/$agent/stat"; }
start() { # EVENTS: an agent that writes to nowhere through a pipe
    mkfifo "$work/pipe" 2>/dev/null || true
    cat "$work/pipe" > /dev/null & 
    "$BIN/siemagent" -q --include-reader --events "$1" > "$work/pipe" & agent=$!
    sleep 3
}
stop() { kill "$agent"; wait "$agent" || true; agent=; }
row() { printf '%-46s %10s %10s %10s %14s\n' "$@"; }

declare -A base
for kind in exec:$EXECS open:$OPENS connect:$CONNECTS; do base[${kind%:*}]=$(flood "${kind%:*}" "${kind#*:}"); done
row "events, workload" "without" "with" "more" "agent µs/event"
for events in process default all; do
    start "$events"
    for kind in exec:$EXECS open:$OPENS connect:$CONNECTS; do
        name=${kind%:*} count=${kind#*:}
        [ "$events" = process ] && [ "$name" != exec ] && continue
        before=$(ticks) with=$(flood "$name" "$count"); sleep 0.5; after=$(ticks)
        # An exec is three events: fork, exec, exit.
        per=$count; [ "$name" = exec ] && per=$((count * 3))
        row "$events, $count $name" "${base[$name]}" "$with" \
            "$(awk -v a="${base[$name]}" -v b="$with" 'BEGIN { printf "%+.1f %%", (b / a - 1) * 100 }')" \
            "$(awk -v t=$((after - before)) -v n="$per" -v hz="$(getconf CLK_TCK)" 'BEGIN { printf "%.1f", t / hz * 1e6 / n }')"
    done
    if [ "$events" = default ]; then
        before=$(ticks); sleep "$IDLE"; after=$(ticks)
        awk -v t=$((after - before)) -v s="$IDLE" -v hz="$(getconf CLK_TCK)" \
            'BEGIN { printf "idle: %.2f %% of a core\n", t / hz / s * 100 }' > "$work/idle"
        grep VmRSS "/proc/$agent/status" >> "$work/idle"
        if command -v bpftool >/dev/null; then
            bpftool prog show | awk '/ name / { for (i = 1; i <= NF; i++) { if ($i == "name") name = $(i + 1)
                if ($i == "run_time_ns") time = $(i + 1); if ($i == "run_cnt" && $(i + 1) > 100)
                printf "probe %-14s %9d runs %8.2f µs\n", name, $(i + 1), time / $(i + 1) / 1000 } }' >> "$work/idle"
        fi
    fi
    stop
done
cat "$work/idle"
peer() { # NAME: what a peer that runs as $agent costs
    sleep 3
    before=$(ticks) with=$(flood exec "$EXECS"); sleep 0.5; after=$(ticks)
    row "$1, $EXECS exec" "${base[exec]}" "$with" \
        "$(awk -v a="${base[exec]}" -v b="$with" 'BEGIN { printf "%+.1f %%", (b / a - 1) * 100 }')" \
        "$(awk -v t=$((after - before)) -v n="$EXECS" -v hz="$(getconf CLK_TCK)" 'BEGIN { printf "%.1f", t / hz * 1e6 / n }')"
}
if command -v bpftrace >/dev/null && [ -d /sys/kernel/tracing/events/sched ]; then
    bpftrace -e 'tracepoint:sched:sched_process_exec { printf("%d %s\n", pid, str(args->filename)); }' > /dev/null 2>&1 & agent=$!
    peer bpftrace
    stop
fi
if command -v auditd >/dev/null; then
    mkdir "$work/audit"
    printf 'log_file = %s\nlog_format = RAW\nflush = INCREMENTAL_ASYNC\nfreq = 50\nspace_left = 75\nadmin_space_left = 50\n' "$work/audit/audit.log" > "$work/audit/auditd.conf"
    chmod 640 "$work/audit/auditd.conf"
    auditd -n -c "$work/audit" & agent=$!
    sleep 1
    auditctl -q -b 8192 -e 1 > /dev/null
    auditctl -q -a always,exit -F arch=b64 -S execve -S execveat
    peer auditd
    auditctl -s | awk '/^lost/ { print "auditd: lost " $2 }'
    auditctl -q -D; auditctl -q -e 0 > /dev/null
    grep -c type=EXECVE "$work/audit/audit.log" | awk '{ print "auditd: " $1 " EXECVE records" }'
    stop
fi
