#!/bin/bash
# Makes config/sigma/rarity.tsv from the events of CORPUS: all of Sigma's regression events, each
# twentieth of otrf-windows, and the lines of siemagent that the tests have.
set -euo pipefail
CORPUS=${CORPUS:-../shared/data}
work=$(mktemp -d "${TMPDIR:-/var/tmp}/siem-rarity.XXXXXX")
trap 'rm -rf "$work"' EXIT
for set in regression otrf-windows; do
    zstd -dcq --long=27 "$CORPUS/sigma/$set.ndjson.zst" >"$work/$set.ndjson"
done
target/release/sigma rarity 1 "$work/regression.ndjson" 20 "$work/otrf-windows.ndjson" \
    1 common/parse/tests/data/agent.log >config/sigma/rarity.tsv.new
mv config/sigma/rarity.tsv.new config/sigma/rarity.tsv
wc -l config/sigma/rarity.tsv
