#!/bin/bash
# `make check`: stages what has been built, runs the suites in it as an ordinary user, takes the
# stage away. CHRONOS_KEEP=1 keeps it and says where it is.
#   tests/harness/check.sh [SUITE...]
set -uo pipefail
here=$(cd "$(dirname "$0")" && pwd)
exec "$here/in_stage.sh" tests/tests/harness/run.sh . "$@"
