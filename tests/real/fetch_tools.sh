#!/bin/bash
# Fetches migration tools for tests/real/migration_tools.pl. Nothing depends on them: a tool that cannot
# be had is named, and its part of the test is skipped.
set -uo pipefail
cd "$(dirname "$0")/../.." || exit 1
mkdir -p build/inputs
"${PWD}/deploy/prerequisites.sh" tools || echo "hint: the tests of the tools that are not installed are skipped" >&2

# Unpacked, not installed: Debian would start its service.
fetch_pgbouncer() {
    local packages
    packages=$(apt-cache depends --important pgbouncer 2>/dev/null | sed -n 's/^  Depends: \(lib[^ ]*\)$/\1/p')
    mkdir -p build/inputs/pgbouncer.part
    # shellcheck disable=SC2086
    (cd build/inputs/pgbouncer.part && apt-get download -qq pgbouncer ${packages/libc6/} > ../../fetch.log 2>&1 &&
        for package in *.deb; do dpkg -x "$package" . && rm "$package"; done) || return
    mv build/inputs/pgbouncer.part build/inputs/pgbouncer
}
if [ ! -d build/inputs/pgbouncer ] && ! fetch_pgbouncer; then
    rm -rf build/inputs/pgbouncer.part
    echo "chronos: apt-get cannot download pgbouncer; its test is skipped" >&2
fi

[ ! -d build/inputs/node/node_modules/node-pg-migrate ] || exit 0
if ! command -v npm > /dev/null; then
    echo "chronos: there is no npm; the test of node-pg-migrate is skipped" >&2
elif ! npm install --prefix build/inputs/node --no-audit --no-fund --silent node-pg-migrate@7 pg@8 > build/fetch.log 2>&1; then
    rm -rf build/inputs/node
    echo "chronos: npm cannot install node-pg-migrate; its test is skipped" >&2
fi
exit 0
