#!/bin/bash
# need.sh PROGRAM PACKAGE…: installs Debian packages when PROGRAM is missing.
# As root or with sudo; otherwise it says the command and fails.
set -euo pipefail
program=$1; shift
export PATH="$PATH:$(echo /usr/lib/postgresql/*/bin | tr ' ' ':')"
command -v "$program" >/dev/null && exit 0
install="apt-get install -y --no-install-recommends $*"
if ! command -v apt-get >/dev/null; then
    echo "need.sh: $program is missing; install the packages that hold it ($*)" >&2
    exit 1
fi
as_root=()
if [ "$(id -u)" -ne 0 ]; then
    if ! sudo -n true 2>/dev/null; then
        echo "need.sh: $program is missing and this is neither root nor sudo; run: sudo $install" >&2
        exit 1
    fi
    as_root=(sudo -n)
fi
echo "installing $* ($program is needed)" >&2
# The package would start a server of its own; the tests and the demo start theirs privately.
policy=/usr/sbin/policy-rc.d
if [ ! -e $policy ]; then
    printf '#!/bin/sh\nexit 101\n' | "${as_root[@]}" tee $policy >/dev/null
    "${as_root[@]}" chmod 755 $policy
    trap '"${as_root[@]}" rm -f $policy' EXIT
fi
"${as_root[@]}" apt-get update -qq
"${as_root[@]}" env DEBIAN_FRONTEND=noninteractive $install >/dev/null
