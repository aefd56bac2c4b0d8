#!/bin/bash
# Fetches the real schemas that `make demo`, `make bench` and the suite `real` work on: they come out of
# Debian packages, which are unpacked into build/inputs/PACKAGE and never installed. What is there
# already is not fetched again. Works as root and as an ordinary user.
set -euo pipefail
cd "$(dirname "$0")/../.."
inputs=$PWD/build/inputs
apt=(-q -o APT::Sandbox::User="$(id -un)")

# PACKAGE and what is wanted of it
wanted() {
    cat <<'LIST'
zabbix-server-pgsql ./usr/share/zabbix-server-pgsql
kea-admin ./usr/share/kea/scripts/pgsql
icingadb ./usr/share/icingadb/schema
kamailio-postgres-modules ./usr/share/kamailio/postgres
davical ./usr/share/davical/dba
libawl-php ./usr/share/awl/dba
openqa ./usr/share/openqa/dbicdh/PostgreSQL
LIST
}

# A user may not renew the system's list of packages, but may keep one of his own.
update() {
    if [ "$(id -u)" != 0 ]; then
        mkdir -p build/apt/lists/partial build/apt/cache
        apt+=(-o Dir::State::lists="$PWD/build/apt/lists" -o Dir::Cache="$PWD/build/apt/cache")
    fi
    apt-get "${apt[@]}" update >> build/fetch.log 2>&1
    updated=yes
}

download() {
    (cd "$place" && apt-get "${apt[@]}" download "$1") >> build/fetch.log 2>&1
}

mkdir -p "$inputs"
place=$(mktemp -d build/fetch.XXXXXX)
place=$PWD/$place
trap 'rm -rf "$place"' EXIT
updated=
while read -r package path; do
    [ ! -d "$inputs/$package" ] || continue
    : > build/fetch.log
    if ! download "$package"; then
        if [ -n "$updated" ] || ! update || ! download "$package"; then
            echo "cannot fetch the Debian package $package, whose schema the tests use:" >&2
            tail -n 5 build/fetch.log >&2
            echo "hint: it is in Debian 12; \`apt-get download $package\` has to work" >&2
            exit 1
        fi
    fi
    mkdir "$place/$package"
    dpkg-deb --fsys-tarfile "$place/$package"_*.deb | tar -x -C "$place/$package" "$path"
    mv "$place/$package" "$inputs/$package"
    rm -f "$place"/*.deb
done < <(wanted)
