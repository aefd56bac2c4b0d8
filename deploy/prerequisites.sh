#!/bin/sh
# Sees to it that the packages of the given sections of deploy/packages are installed.
#   deploy/prerequisites.sh [--list] SECTION...
# --list prints the names only. Otherwise what is missing is installed by apt, as root or by sudo
# without a password; if neither is possible it prints the one line that would do it and exits 1.
set -eu
here=$(cd "$(dirname "$0")" && pwd)

server_major() {
    if version=$("${PG_CONFIG:-pg_config}" --version 2>/dev/null); then
        echo "$version" | sed 's/^PostgreSQL \([0-9]*\).*/\1/'
    else
        apt-cache show postgresql 2>/dev/null | sed -n 's/^Version: \([0-9]*\)+.*/\1/p' | head -n 1
    fi
}

names() {
    for section in "$@"; do
        sed -n "s/^$section  *//p" "$here/packages"
    done | sed "s/@PG@/$major/"
}

missing() {
    for name in $(names "$@"); do
        status=$(dpkg-query -W -f '${db:Status-Status}' "$name" 2>/dev/null || true)
        [ "$status" = installed ] || printf '%s ' "$name"
    done
}

list=no
if [ "${1:-}" = --list ]; then
    list=yes
    shift
fi
if ! command -v dpkg-query >/dev/null; then
    echo "chronos: this is no Debian system; deploy/packages names what has to be installed" >&2
    exit 0
fi
major=$(server_major)
as_root=
[ "$(id -u)" = 0 ] || as_root='sudo -n'
if [ -z "$major" ]; then
    $as_root apt-get update -qq >&2 || true
    major=$(server_major)
fi
[ -n "$major" ] || { echo "chronos: cannot tell which PostgreSQL this system packages; set PG_CONFIG" >&2; exit 1; }
if [ $list = yes ]; then
    names "$@"
    exit 0
fi
wanted=$(missing "$@")
[ -n "$wanted" ] || exit 0
if [ "$(id -u)" != 0 ] && ! sudo -n true 2>/dev/null; then
    echo "chronos: packages are missing; install them with:" >&2
    echo "    sudo apt-get install -y --no-install-recommends $wanted" >&2
    exit 1
fi
echo "chronos: installing $wanted"
# Debian would start a server of its own on port 5432; the tests bring theirs.
$as_root mkdir -p /etc/postgresql-common/createcluster.d
printf 'create_main_cluster = false\n' | $as_root tee /etc/postgresql-common/createcluster.d/chronos.conf >/dev/null
$as_root apt-get update -qq
# shellcheck disable=SC2086
$as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $wanted >/dev/null
