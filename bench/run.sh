#!/bin/bash
# The measurements of doc/benchmarks.md. `make bench` starts it with a private PostgreSQL.
#
# LOGHUB names a checkout of logpai/loghub's 2k files (Linux/Linux_2k.log, OpenSSH/OpenSSH_2k.log).
# DATA and CORPUS: the lines of Suricata, as for make bench-parse.
# BENCH="ingest events query latency lag start" chooses parts; LINES, STORED and RATE change sizes.
set -euo pipefail
LOGHUB=${LOGHUB:-../shared/data/logs/loghub}
DATA=${DATA:-../shared/data/parserbench}
BENCH=${BENCH:-ingest events query latency lag start}
LINES=${LINES:-1000000}
STORED=${STORED:-5000000}
RATE=${RATE:-60000}
top=$PWD
export PATH="$top/target/release:$PATH"
work=$(mktemp -d "${TMPDIR:-/var/tmp}/siem-bench.XXXXXX")
trap 'rm -rf "$work"' EXIT
export HOME=$work
unset XDG_DATA_HOME SIEM_DB SIEM_CONFIG

fresh() { # sqlite|postgres: a new empty database in SIEM_DB
    number=$((${number:-0} + 1))
    if [ "$1" = sqlite ]; then
        export SIEM_DB=sqlite:$work/bench$number.db
    else
        psql -q "$SIEM_TEST_POSTGRES" -c "CREATE DATABASE bench$number"
        export SIEM_DB=${SIEM_TEST_POSTGRES%/*}/bench$number
        siemmanage init >/dev/null
    fi
}

timed() { # TITLE COUNT COMMAND…: wall, CPU, rate and memory
    local title=$1 count=$2; shift 2
    /usr/bin/time -o "$work/time" -f '%e %U %S %M' "$@" >/dev/null 2>"$work/err" ||
        [ $? -eq 1 ] || { cat "$work/err" >&2; return 1; }
    awk -v title="$title" -v count="$count" '{
        printf "%-58s %7.2f s wall %7.2f s cpu %6.0f MiB", title, $1, $2 + $3, $4 / 1024
        if (count) printf " %9.0f/s wall %9.0f/s cpu", count / $1, count / ($2 + $3)
        print "" }' "$work/time"
}

part() { case " $BENCH " in *" $1 "*) return 0 ;; *) return 1 ;; esac; }

if part ingest; then
    [ -r "$LOGHUB/Linux/Linux_2k.log" ] || { echo "run.sh: LOGHUB=$LOGHUB holds no loghub files" >&2; exit 1; }
    for _ in $(seq $((LINES / 4000))); do
        for name in OpenSSH Linux; do tr -d '\r' <"$LOGHUB/$name/${name}_2k.log"; echo; done
    done >"$work/syslog.log"
    timed "dry run, complete events" "$LINES" siemparse --once --dry-run "$work/syslog.log"
    fresh sqlite
    timed "file to last commit, SQLite" "$LINES" siemparse --once -q "$work/syslog.log"
    for round in "fresh server" "server that has run"; do # its log's files and its memory are there
        fresh postgres
        timed "file to last commit, PostgreSQL, $round" "$LINES" siemparse --once -q "$work/syslog.log"
        psql -q "$SIEM_TEST_POSTGRES" -c CHECKPOINT
    done
    fresh postgres
    siemtrigger & trigger=$!
    timed "the same with siemtrigger beside it" "$LINES" siemparse --once -q "$work/syslog.log"
    kill $trigger
fi

if part events; then # structured sources: file to last commit, events counted
    # Stamps of this hour, as live sources have: what is older than two years has no day of its own.
    repeat() { # FILE TIMES STAMP PATTERN: with STAMP where PATTERN is
        awk -v count="$2" -v stamp="$3" -v from="$4" '{ gsub(from, stamp); all = all $0 "\n" }
            END { for (i = 0; i < count; i++) printf "%s", all }' "$1"
    }
    repeat "$DATA/synthetic_suricata_eve.jsonl" $((LINES / 12)) "$(date -u +%Y-%m-%dT%H)" \
        '20[0-9][0-9]-[0-9][0-9]-[0-9][0-9]T[0-9][0-9]' >"$work/eve.log"
    repeat common/parse/tests/data/auditd.log $((LINES / 20)) "audit($(date -u +%s)." \
        'audit[(][0-9]+[.]' >"$work/auditd.log"
    for source in eve auditd; do
        count=$(siemparse --once -o jsonl "$work/$source.log" | wc -l)
        timed "$source: dry run, complete events" "$count" siemparse --once --dry-run "$work/$source.log"
        for round in 1 2 3; do # after the very first the server's log has its files
            fresh postgres
            timed "$source: file to last commit, PostgreSQL, round $round" "$count" siemparse --once -q "$work/$source.log"
            psql -q "$SIEM_TEST_POSTGRES" -c CHECKPOINT
        done
    done
fi

if part query; then
    days "$STORED" 7 >"$work/days.log"
    for kind in sqlite postgres; do
        fresh $kind
        siemparse --once -q "$work/days.log"
        for _ in 1 2; do # the first round warms
            out=$(
                timed "$kind: newest 100 of one host in a day" 0 siemquery --shost host3 -S 1d -n 100 -o jsonl
                timed "$kind: newest 100 of all hosts in a day" 0 siemquery -S 1d -n 100 -o jsonl
                timed "$kind: count by process.name over a day" 0 siemquery -S 1d --count-by process.name
                timed "$kind: grep over a day" 0 siemquery -S 1d --grep unit77 --count
            )
        done
        echo "$out"
        timed "$kind: export of a day and a half as JSON lines" $((STORED / 5)) siemquery -n $((STORED / 5)) -o jsonl
    done
fi

if part latency; then
    for kind in sqlite postgres; do
        fresh $kind
        echo "$kind:"
        latency "$work" 100
    done
fi

if part lag; then
    days $((RATE * 60)) 1 >"$work/busy.log"
    for kind in sqlite postgres; do
        fresh $kind
        echo "$kind, under load:"
        latency "$work" 100 "$RATE" "$work/busy.log"
    done
fi

if part start; then
    head -n 10 "$work/syslog.log" >"$work/ten.log" 2>/dev/null || days 10 1 >"$work/ten.log"
    fresh sqlite
    timed "siemquery --version" 0 siemquery --version
    timed "siemparse --once, 10 lines, new SQLite file" 0 siemparse --once -q "$work/ten.log"
    days 10 1 2 >"$work/more.log"
    timed "siemparse --once, 10 lines, existing SQLite file" 0 siemparse --once -q "$work/more.log"
fi
