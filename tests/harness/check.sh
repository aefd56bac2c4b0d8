#!/bin/bash
# `make check`: stages what has been built, runs the suites in it as an ordinary user, takes the
# stage away. CHRONOS_KEEP=1 keeps it and says where it is.
#   tests/harness/check.sh [SUITE...]
set -uo pipefail
# A Docker engine is started by root or not at all; no server of ours runs as root there.
if [ "$*" = incident ]; then export CHRONOS_AS_ROOT=1; fi
here=$(cd "$(dirname "$0")" && pwd)
exec "$here/in_stage.sh" tests/tests/harness/run.sh . "$@"
