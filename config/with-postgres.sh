#!/bin/bash
# with-postgres.sh COMMAND…: runs COMMAND with a private PostgreSQL cluster.
# The cluster lives in a temporary directory, listens on a Unix socket only and is gone afterwards.
# COMMAND finds it in SIEM_TEST_POSTGRES=postgres://siem@%2Fsocket%2Fdirectory/postgres.
set -euo pipefail
export PATH="$PATH:$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -n 1)"
directory=$(mktemp -d "${TMPDIR:-/tmp}/siem-postgres.XXXXXX")
chmod 755 "$directory"
as_user=()
if [ "$(id -u)" -eq 0 ]; then
    # The server refuses to run as root.
    chown nobody "$directory"
    as_user=(setpriv --reuid=nobody --regid=nogroup --clear-groups)
fi
stop() { "${as_user[@]}" pg_ctl -D "$directory/data" -m immediate stop >/dev/null 2>&1 || true; rm -rf "$directory"; }
trap stop EXIT
cd "$directory"
"${as_user[@]}" initdb -D "$directory/data" -U siem -A trust -E UTF8 --locale=C.UTF-8 --no-sync >"$directory/initdb.log" 2>&1 ||
    { cat "$directory/initdb.log" >&2; exit 1; }
settings="-k $directory -c listen_addresses= -c fsync=${SIEM_POSTGRES_FSYNC:-off} -c shared_buffers=256MB -c min_wal_size=2GB -c max_wal_size=4GB -c max_connections=200"
"${as_user[@]}" pg_ctl -D "$directory/data" -w -l "$directory/log" -o "$settings" start >/dev/null ||
    { cat "$directory/log" >&2; exit 1; }
cd - >/dev/null
export SIEM_TEST_POSTGRES="postgres://siem@${directory//\//%2F}/postgres"
"$@"
