#!/bin/bash
# Makes a stage, runs a script of it there as an ordinary user and takes the stage away again.
# CHRONOS_KEEP=1 keeps the stage and says where it is.
#   tests/harness/in_stage.sh SCRIPT [ARGUMENT...]        (SCRIPT relative to the stage)
set -uo pipefail
here=$(cd "$(dirname "$0")" && pwd)
stage=$(mktemp -d "${TMPDIR:-/tmp}/chronos.XXXXXX") || exit 1
finish() {
    if [ -n "${CHRONOS_KEEP:-}" ]; then
        echo "kept: $stage" >&2
    else
        rm -rf "$stage"
    fi
}
trap finish EXIT
trap 'exit 130' INT TERM
# Suites that were named and have no use for real schemas do not wait for the network.
case "$*" in
    *harness/run.sh\ .\ *real* | *harness/run.sh\ . | *demo.sh* | *bench.sh*) "$here/../real/fetch.sh" || exit 1 ;;
esac
case "$*" in
    *harness/run.sh\ .\ *real* | *harness/run.sh\ .) "$here/../real/fetch_tools.sh" ;;
esac
case "$*" in
    *harness/run.sh\ .\ *upstream*) "$here/../upstream/fetch_source.sh" || exit 1 ;;
esac
"$here/stage.sh" "$stage" || exit 1
script=$1
shift
[ "${1:-}" != . ] || { shift; set -- "$stage" "$@"; }
mkdir -p "$stage/tmp"
if [ -n "${CHRONOS_AS_ROOT:-}" ]; then
    cd "$stage" && TMPDIR="$stage/tmp" "$stage/$script" "$@"
else
    "$here/as_user.sh" "$stage" "$stage/$script" "$@"
fi
