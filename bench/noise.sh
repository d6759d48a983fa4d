#!/bin/bash
# Which rules the build of a Debian package sets off: `make noise RULES=folder`, as root.
#
# BIN names the folder of the programs, PACKAGE the source package. The build runs in a control
# group of its own, so that nothing but its events is looked at. Fails when a rule of level medium
# or above fires.
set -euo pipefail
rules=${1:?usage: noise.sh RULES} bin=$(realpath "${BIN:-target/debug}") package=${PACKAGE:-tree}
# Not below /tmp or /var/tmp: rules take scripts there for suspicious.
work=$(mktemp -d /usr/src/siem-noise.XXXXXX)
root=$(awk '$3 == "cgroup2" { print $2; exit }' /proc/mounts) group=/siem-noise-$$
agent=
cleanup() { [ -z "$agent" ] || kill "$agent" 2>/dev/null || true; rmdir "$root$group" 2>/dev/null || true; rm -rf "$work"; }
trap cleanup EXIT
chmod 755 "$work"
mkdir "$root$group" "$work/lists" "$work/build"

release=$(. /etc/os-release && echo "$VERSION_CODENAME")
printf '%s http://deb.debian.org/debian '"$release"' main\n' deb deb-src > "$work/source.list"
apt="apt-get -qq -y -o Dir::Etc::SourceList=$work/source.list -o Dir::Etc::SourceParts=/dev/null -o Dir::State::Lists=$work/lists"
{ $apt update && $apt build-dep "$package" && cd "$work/build" && $apt source "$package"; } > "$work/log" 2>&1 ||
    { tail "$work/log"; exit 1; }

"$bin/siemagent" -q --filter "CgroupPath = $group" > "$work/agent.jsonl" & agent=$!
until [ -s "$work/agent.jsonl" ]; do sleep 0.1; done
(echo $BASHPID > "$root$group/cgroup.procs"; cd "$work/build/$package"-*/; dpkg-buildpackage -us -uc -b > "$work/log" 2>&1) || { tail "$work/log"; exit 1; }
sleep 1
kill "$agent"; wait "$agent" || true; agent=

sed -n '$s/.*"seen":\([0-9]*\),"written":\([0-9]*\),"lost":\([0-9]*\).*/\2 events of the build of '"$package"', \3 lost/p' "$work/agent.jsonl"
"$bin/siemparse" -q -s agent -o jsonl - < "$work/agent.jsonl" |
    "$bin/siemtrigger" --stdin -q -o jsonl --rules "$rules" > "$work/found.jsonl"
[ -z "${KEEP:-}" ] || cp "$work/agent.jsonl" "$work/found.jsonl" "$KEEP"
jq -r '[.level, ."rule.name"] | @tsv' "$work/found.jsonl" | sort | uniq -c | sort -rn
! grep -Eq '"level":"(medium|high|critical)"' "$work/found.jsonl"
