#!/bin/bash
# Other programs that read logs, those that are installed, and siemparse on the same files: lines a
# second of CPU time of the whole program, best of three rounds in turn. `make bench-parse` starts it.
#
# CORPUS/logs/loghub holds loghub's 2k files, DATA the EVE alert. COUNT is how many lines each file
# gets. What a program prints goes to /dev/null; what each does is in doc/benchmarks.md.
set -euo pipefail
CORPUS=${CORPUS:-../shared/data}
DATA=${DATA:-$CORPUS/parserbench}
COUNT=${COUNT:-200000}
ROUNDS=${ROUNDS:-3}
top=$PWD
work=$(mktemp -d "${TMPDIR:-/var/tmp}/siem-peers.XXXXXX")
trap 'rm -rf "$work"' EXIT
export HOME=$work PATH="$top/target/release:$PATH"

for _ in $(seq $((COUNT / 4000))); do
    for name in OpenSSH Linux; do tr -d '\r' <"$CORPUS/logs/loghub/$name/${name}_2k.log"; echo; done
done >"$work/syslog.log"
yes "$(head -1 "$DATA/synthetic_suricata_eve_alert.jsonl")" | head -n "$COUNT" >"$work/eve.jsonl" || true
cat >"$work/syslog.rb" <<'RULES'
version=2
rule=:%date:date-rfc3164% %host:word% %program:char-to:[%[%pid:number%]: Failed password for %user:word% from %ip:ipv4% port %port:number% %protocol:word%
rule=:%date:date-rfc3164% %host:word% %program:char-to:[%[%pid:number%]: Failed password for invalid user %user:word% from %ip:ipv4% port %port:number% %protocol:word%
rule=:%date:date-rfc3164% %host:word% %program:char-to:[%[%pid:number%]: %message:rest%
rule=:%date:date-rfc3164% %host:word% %program:char-to::%: %message:rest%
RULES

row() { # TITLE PROGRAM FILE COMMAND…: the command reads the file on standard input
    local title=$1 program=$2 file=$3 best='' spent; shift 3
    command -v "$program" >/dev/null || { printf '%-52s not installed\n' "$title"; return; }
    for _ in $(seq "$ROUNDS"); do
        /usr/bin/time -o "$work/time" -f '%U %S' "$@" <"$file" >/dev/null 2>"$work/err" ||
            { cat "$work/err" >&2; return 1; }
        spent=$(awk 'END { print $1 + $2 }' "$work/time")
        best=$(printf '%s\n' $best "$spent" | sort -n | head -1)
    done
    awk -v title="$title" -v lines="$COUNT" -v size="$(stat -c %s "$file")" -v spent="$best" 'BEGIN {
        if (spent <= 0) spent = 0.01
        printf "%-52s %12.0f lines/s %8.0f MB/s\n", title, lines / spent, size / spent / 1e6 }'
}

echo "whole programs, $COUNT lines of loghub's syslog"
row "siemparse --dry-run, all helpers" siemparse "$work/syslog.log" siemparse --once --dry-run -q -
row "siemparse -o jsonl, all helpers" siemparse "$work/syslog.log" siemparse --once -o jsonl -
row "lognormalizer, 4 rules, JSON" lognormalizer "$work/syslog.log" lognormalizer -r "$work/syslog.rb" -e json
row "lnav, index and count" lnav "$work/syslog.log" \
    lnav -n -c ';SELECT count(*), count(log_procname) FROM syslog_log' "$work/syslog.log"
row "agrind, 8 fields and count" agrind "$work/syslog.log" \
    agrind '* | parse "* * * * *[*]: *" as mon, day, time, host, prog, pid, msg | count by prog'
echo "whole programs, $COUNT EVE alerts"
row "siemparse --dry-run" siemparse "$work/eve.jsonl" siemparse --once --dry-run -q -
row "siemparse -o jsonl" siemparse "$work/eve.jsonl" siemparse --once -o jsonl -
row "jq -c ." jq "$work/eve.jsonl" jq -c .
row "agrind, json and count" agrind "$work/eve.jsonl" agrind '* | json | count by event_type'
