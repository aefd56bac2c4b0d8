#!/bin/bash
# Runs a command in a stage as an ordinary user, since PostgreSQL refuses to run as root: as root the
# stage is handed to the user postgres first.
#   tests/harness/as_user.sh STAGE COMMAND [ARGUMENT...]
set -euo pipefail
stage=$1
shift
if [ "$(id -u)" = 0 ]; then
    chown -R postgres: "$stage"
    chmod 755 "$stage"
    cd "$stage"
    exec setpriv --reuid=postgres --regid=postgres --init-groups --inh-caps=-all \
        env HOME="$stage" USER=postgres LOGNAME=postgres TMPDIR="$stage/tmp" "$@"
fi
cd "$stage"
exec env TMPDIR="$stage/tmp" "$@"
