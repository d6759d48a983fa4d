#!/bin/bash
# The Sigma engine beside rsigma 0.23.0, as doc/benchmarks.md has it. `make bench-sigma` starts it.
#
# CORPUS holds the rules and events (sigma/sigmahq-rules.tar.zst, sigma/otrf-windows.ndjson.zst).
# ROUNDS alternating runs; REPEAT times the events (160,004 of otrf-windows by default).
# SIGMA="compare stages rules raw tool start" chooses parts.
set -euo pipefail
CORPUS=${CORPUS:-../shared/data}
ROUNDS=${ROUNDS:-5}
REPEAT=${REPEAT:-4}
SIGMA=${SIGMA:-compare stages rules raw tool start}
sigma=$PWD/target/release/sigma
peer=$PWD/target/peers/release/rsigma-peer
export PATH="$PWD/target/release:$PATH"
work=$(mktemp -d "${TMPDIR:-/var/tmp}/siem-sigma.XXXXXX")
trap 'rm -rf "$work"' EXIT
export HOME=$work
unset XDG_DATA_HOME SIEM_DB SIEM_CONFIG

part() { case " $SIGMA " in *" $1 "*) return 0 ;; *) return 1 ;; esac; }

cpu() { # COMMAND…: seconds of user and system time, and MiB
    /usr/bin/time -o "$work/time" -f '%U %S %M' "$@" >"$work/out" 2>"$work/err" ||
        [ $? -eq 1 ] || { cat "$work/err" >&2; return 1; }
    awk '{ printf "%.2f %.0f\n", $1 + $2, $3 / 1024 }' "$work/time"
}

# The rules, but those for placeholders and compliance, as in the measured prototype.
mkdir "$work/rules"
zstd -dcq --long=27 "$CORPUS/sigma/sigmahq-rules.tar.zst" | tar -x -C "$work/rules" \
    rules rules-emerging-threats rules-threat-hunting

# Events without their labels, and the labels apart: [["windows", null, "security"]] as windows//security.
zstd -dcq --long=27 "$CORPUS/sigma/otrf-windows.ndjson.zst" >"$work/labelled"
sed -E 's/, "_(ls|exp)": .*$/}/' "$work/labelled" >"$work/once.ndjson"
sed -E 's/^.*"_ls": \[(.*)\]\}$/\1/; s/\], \[/\n/g; s/null//g; s/[]["]//g; s/, /\//g; s/\n/ /g' \
    "$work/labelled" >"$work/otrf.labels"
paste -d '\t' "$work/otrf.labels" "$work/once.ndjson" | grep -P '^[^\t]*/process_creation/' >"$work/pc"
cut -f 1 "$work/pc" >"$work/pc.labels"
cut -f 2- "$work/pc" >"$work/pc.once"
for _ in $(seq "$REPEAT"); do cat "$work/once.ndjson"; done >"$work/otrf.ndjson"
for _ in $(seq $((REPEAT * 16))); do cat "$work/pc.once"; done >"$work/pc.ndjson"

if part compare; then
    for set in otrf pc; do
        echo "$set: $(wc -l <"$work/$set.ndjson") events of $(($(wc -c <"$work/$set.ndjson") / $(wc -l <"$work/$set.ndjson"))) bytes, SigmaHQ, library"
        "$sigma" compare "$peer" "$work/$set.ndjson" "$work/$set.labels" "$work/rules" "$ROUNDS" "$work"
    done
fi

if part stages; then
    for set in otrf pc; do
        echo "$set: stages, lines in memory"
        "$sigma" stages "$work/$set.ndjson" "$work/rules"
    done
fi

if part rules; then
    "$sigma" copies "$work/rules" "$work/copies" 10000 1
    for set in otrf pc; do
        echo "$set: SigmaHQ, then 10,000 rules"
        for _ in $(seq "$ROUNDS"); do
            "$sigma" run "$work/$set.ndjson" "$work/rules" "$work/pairs" 2>&1 | awk '{ print "few", $2 - $1 }'
            "$sigma" run "$work/$set.ndjson" "$work/rules" "$work/copies" "$work/pairs" 2>&1 | awk '{ print "many", $2 - $1 }'
        done | sort -k 1,1 -k 2,2n | awk -v count="$(wc -l <"$work/$set.ndjson")" '
            { times[$1, ++n[$1]] = $2 }
            END { few = times["few", int((n["few"] + 1) / 2)]; many = times["many", int((n["many"] + 1) / 2)]
                  printf "  %.2f µs, %.2f µs an event, factor %.2f\n", few / 1e3 / count, many / 1e3 / count, many / few }'
    done
fi

# Programs that start, as auditd logs them with names (log_format = ENRICHED): seven records each.
starts() { # COUNT
    awk -v count="$1" 'BEGIN {
        programs = split("/usr/bin/ls ls -la /etc|/usr/bin/cat cat /etc/passwd|/usr/bin/sudo sudo systemctl restart nginx|" \
            "/usr/bin/python3.11 python3 -m http.server 8080|/usr/bin/grep grep -r password /var/www|" \
            "/usr/sbin/useradd useradd -m bob|/usr/bin/chmod chmod +x /tmp/run.sh|/usr/bin/date date +%s", program, "|")
        path = "inode=917 dev=fd:00 mode=0100755 ouid=0 ogid=0 rdev=00:00 nametype=NORMAL cap_fp=0 cap_fi=0 cap_fe=0 cap_fver=0 cap_frootid=0\035OUID=\"root\" OGID=\"root\""
        for (n = 0; n < count; n++) {
            words = split(program[n % programs + 1], word, " ")
            msg = sprintf("msg=audit(%d.%03d:%d):", 1767990000 + n / 50, n % 50 * 20, 1000 + n)
            printf "type=SYSCALL %s arch=c000003e syscall=59 success=yes exit=0 a0=55d0c8 a1=55d0c8a4 a2=55d0c8b1 a3=8 items=2 ppid=%d pid=%d auid=1000 uid=0 gid=0 euid=0 suid=0 fsuid=0 egid=0 sgid=0 fsgid=0 tty=pts0 ses=3 comm=\"%s\" exe=\"%s\" subj=unconfined key=\"exec\"\035ARCH=x86_64 SYSCALL=execve AUID=\"alice\" UID=\"root\" GID=\"root\" EUID=\"root\" SUID=\"root\" FSUID=\"root\" EGID=\"root\" SGID=\"root\" FSGID=\"root\"\n", msg, 4000 + n % 50, 5000 + n % 9000, word[2], word[1]
            printf "type=EXECVE %s argc=%d", msg, words - 1
            for (w = 2; w <= words; w++) printf " a%d=\"%s\"", w - 2, word[w]
            printf "\ntype=CWD %s cwd=\"/home/alice/src\"\n", msg
            printf "type=PATH %s item=0 name=\"%s\" %s\n", msg, word[1], path
            printf "type=PATH %s item=1 name=\"/lib64/ld-linux-x86-64.so.2\" %s\n", msg, path
            printf "type=PROCTITLE %s proctitle=\"%s\"\ntype=EOE %s \n", msg, word[2], msg
        }
    }'
}

if part raw; then
    starts 60000 >"$work/starts.log"
    for _ in $(seq 5000); do cat common/parse/tests/data/auditd.log; done >"$work/fixture.log"
    for log in starts fixture; do
        echo "auditd, $log: raw lines, library"
        "$sigma" raw "$work/$log.log" "$work/rules" "$ROUNDS"
    done
fi

if part tool; then
    : >"$work/none"
    for set in otrf pc; do
        echo "$set: siemtrigger --stdin -o jsonl, whole program"
        for _ in $(seq "$ROUNDS"); do
            read -r empty memory < <(cpu siemtrigger --stdin --rules "$work/rules" -o jsonl <"$work/none")
            read -r full peak < <(cpu siemtrigger --stdin --rules "$work/rules" -o jsonl <"$work/$set.ndjson")
            echo "$empty $memory $full $peak"
        done | awk -v count="$(wc -l <"$work/$set.ndjson")" '
            { load += $1; run += $3 - $1; memory = $2; peak = $4 }
            END { printf "  loading %.2f s, %.2f µs an event (%.0f events/s a core), %.0f MiB after loading, %.0f MiB at most\n",
                load / NR, run / NR * 1e6 / count, count * NR / run, memory, peak }'
    done
fi

if part start; then
    export SIEM_DB=sqlite:$work/siem.db
    siemmanage rules import --keep-going "$work/rules" >/dev/null 2>&1 || true
    siemtrigger --oneshot -q
    echo "start from a database with unchanged rules: $(cpu siemtrigger --oneshot -q) (seconds of CPU, MiB)"
fi
