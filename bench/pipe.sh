#!/bin/bash
# From the start of a program to its row, on both databases: `make bench-agent`, as root.
# BIN names the folder of the programs, COUNT how many programs are started.
set -euo pipefail
bin=$(realpath "${BIN:-target/release}")
work=$(mktemp -d "${TMPDIR:-/var/tmp}/siem-pipe.XXXXXX")
trap 'rm -rf "$work"' EXIT
export HOME=$work PATH="$bin:$PATH"
unset XDG_DATA_HOME SIEM_CONFIG
for SIEM_DB in "sqlite:$work/rows.db" "$SIEM_TEST_POSTGRES"; do
    export SIEM_DB
    siemmanage init >/dev/null
    echo -n "${SIEM_DB%%:*}: "
    pipe "${COUNT:-300}"
done
