#!/bin/bash
# The demo: a day with three attacks, told by the tools. Each command is printed before it runs.
# Usage: demo.sh sqlite|postgres (from the top of the checkout, after a release build).
set -euo pipefail
kind=${1:-sqlite}
if [ "$kind" = postgres ] && [ -z "${SIEM_TEST_POSTGRES:-}" ]; then
    config/need.sh postgres postgresql postgresql-client
    exec config/with-postgres.sh "$0" postgres
fi
directory=$(mktemp -d "${TMPDIR:-/tmp}/siem-demo.XXXXXX")
trap 'rm -rf "$directory"' EXIT
export PATH="$PWD/${BUILD:-target/release}:$PATH"
cd "$directory"
export HOME=$directory
unset XDG_DATA_HOME XDG_CONFIG_HOME SIEM_CONFIG SIEM_DB

bold=$(tput bold 2>/dev/null || true); plain=$(tput sgr0 2>/dev/null || true)
say() { printf '\n%s# %s%s\n' "$bold" "$1" "$plain"; }
run() { printf '%s$ %s%s\n' "$bold" "$1" "$plain"; bash -c "$1"; }

story . 1 8000
if [ "$kind" = postgres ]; then
    export SIEM_DB=$SIEM_TEST_POSTGRES
    say "A PostgreSQL server: SIEM_DB names it; the schema is made once."
    run 'siemmanage init'
fi
say "Two log files of the last day: authentication on four hosts, and a web server."
run 'wc -l *.log'
run 'siemparse --once -s auth auth.log'
run 'siemparse --once -s web access.log'
say "The shipped rules look at what was stored."
run 'siemtrigger --oneshot'
say "What they found, worst first."
run 'siemquery --siem -o table -n 20'
say "Failed logins an hour: the brute force stands out."
run "siemquery -s auth --where 'event.action = ssh_login and event.outcome = failure' --histogram 1h -o table"
say "Who failed most?"
run "siemquery -s auth --where 'event.outcome = failure' --count-by source.ip --top 5 -o table"
say "The events behind one SIEM event."
worst=$(siemquery --siem -o tsv --fields magnitude,id | sort -rn | sed -n 1p | cut -f2)
run "siemquery --sources $worst -o table -n 8"
say "The same data for a notebook or a script: JSON lines, the raw bytes, a count."
run "siemquery -s auth --where 'source.ip = 203.0.113.77 and event.outcome = success' -o jsonl"
run 'siemquery -s auth --raw | cmp - auth.log && echo "raw bytes are equal to the file"'
say "That was it. Next: siemparse --help, man doc/siemquery.1, config/siem.toml."
