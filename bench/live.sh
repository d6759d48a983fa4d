#!/bin/bash
# A followed file of Windows events into PostgreSQL, with all of SigmaHQ's rules live: siemparse,
# siemtrigger and the server on one machine, as doc/benchmarks.md has it. `make bench-live` starts
# it with a private PostgreSQL.
#
# CORPUS holds the rules and events, which are given today's date. RATE events a second are appended for SPAN seconds; what is
# printed is how long after the last one all are stored and looked at, and the CPU time of each.
set -euo pipefail
CORPUS=${CORPUS:-../shared/data}
RATE=${RATE:-30000}
SPAN=${SPAN:-60}
top=$PWD
export PATH="$top/target/release:$PATH"
work=$(mktemp -d "${TMPDIR:-/var/tmp}/siem-live.XXXXXX")
stop() { kill "${parse:-}" "${trigger:-}" 2>/dev/null || true; rm -rf "$work"; }
trap stop EXIT
export HOME=$work
unset XDG_DATA_HOME SIEM_DB SIEM_CONFIG

mkdir "$work/rules"
zstd -dcq --long=27 "$CORPUS/sigma/sigmahq-rules.tar.zst" | tar -x -C "$work/rules" \
    rules rules-emerging-threats rules-threat-hunting
zstd -dcq --long=27 "$CORPUS/sigma/otrf-windows.ndjson.zst" |
    sed -E 's/, "_(ls|exp)": .*$/}/; s/("@timestamp": ")[-0-9]{10}/\1'"$(date -u +%F)"'/' >"$work/events"

psql -q "$SIEM_TEST_POSTGRES" -c "CREATE DATABASE live"
export SIEM_DB=${SIEM_TEST_POSTGRES%/*}/live
siemmanage init >/dev/null
siemmanage rules import --keep-going "$work/rules" >/dev/null 2>&1 || true
: >"$work/live.json"
siemparse -q "$work/live.json" 2>"$work/parse.err" & parse=$!
siemtrigger -q 2>"$work/trigger.err" & trigger=$!
sleep 3

ask() { psql -qAt "$SIEM_DB" -c "$1"; }
seconds() { # PID…: user and system time so far, of children that ended too
    awk -v tick="$(getconf CLK_TCK)" '{ sub(/^.*\) /, ""); sum += $12 + $13 + $14 + $15 }
        END { printf "%.1f", sum / tick }' $(printf '/proc/%s/stat ' "$@")
}
server=$(head -n 1 "$(ask "SHOW data_directory")/postmaster.pid")
busy() { seconds "$server" $(pgrep -P "$server"); }

before=("$(seconds "$parse")" "$(seconds "$trigger")" "$(busy)")
pour "$work/events" "$work/live.json" "$RATE" "$SPAN" >"$work/count" & writer=$!
while kill -0 "$writer" 2>/dev/null; do sleep 0.1; done
ended=$(date +%s.%N)
count=$(cat "$work/count")
[ "$count" -gt 0 ]
behind="SELECT $count - coalesce(sum(event_count), 0) FROM batch"
caught="SELECT (SELECT min(coalesce(s.position, a.position))
        FROM activation a LEFT JOIN stand s USING (stand) WHERE to_commit IS NULL) >=
    (SELECT max(commit_no) FROM batch WHERE event_count > 0)"
at_end=$(ask "$behind")
alive() { kill -0 "$parse" && kill -0 "$trigger" || { cat "$work"/*.err >&2; exit 1; }; }
until [ "$(ask "$behind")" -le 0 ]; do alive; sleep 0.05; done
stored=$(date +%s.%N)
until [ "$(ask "$caught")" = t ]; do alive; sleep 0.05; done
looked=$(date +%s.%N)
after=("$(seconds "$parse")" "$(seconds "$trigger")" "$(busy)")
bytes=$(($(wc -c <"$work/live.json") / count))
echo "$count events of $bytes bytes in $SPAN s; $at_end not stored when the last was written"
awk -v e="$ended" -v s="$stored" -v l="$looked" \
    'BEGIN { printf "all stored %.2f s later, all looked at %.2f s later\n", s - e, l - e }'
for place in 0 1 2; do
    name=(siemparse siemtrigger PostgreSQL)
    awk -v name="${name[place]}" -v a="${before[place]}" -v b="${after[place]}" -v n="$count" \
        'BEGIN { printf "%-12s %7.1f s of CPU, %5.1f µs an event\n", name, b - a, (b - a) * 1e6 / n }'
done
echo "SIEM events: $(ask "SELECT count(*) FROM siem_event")"
cat "$work/parse.err" "$work/trigger.err" >&2
