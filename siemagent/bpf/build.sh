#!/bin/bash
# build.sh OUTPUT: the probes, compiled by the one compiler whose bytes are committed.
set -euo pipefail
cd "$(dirname "$0")"
clang-16 -g -O2 -target bpf -mcpu=v3 -Wall -Wextra -Werror -Wno-unused-function \
    -fdebug-compilation-dir=. -c agent.bpf.c -o "$1"
llvm-strip-16 -g "$1"
