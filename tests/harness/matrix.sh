#!/bin/bash
# `make matrix`: builds the committed tree and runs the SQL tests on other servers, each in a Debian
# chroot made from nothing. As root only (debootstrap, mount).
#   tests/harness/matrix.sh [SERVER...]       SERVER: 15 (here), 17 (Debian 13), 18 (Debian forky)
# Environment: MATRIX_DIR keeps the chroots between runs (default: a directory removed at the end),
# MATRIX_SUITES the suites (default: unit regress preload isolation), MATRIX_MIRROR the package mirror.
set -uo pipefail
source_dir=$(cd "$(dirname "$0")/../.." && pwd)
servers=("$@")
[ ${#servers[@]} -gt 0 ] || servers=(15 17 18)
suites=${MATRIX_SUITES:-unit regress preload isolation}
mirror=${MATRIX_MIRROR:-$(apt-get indextargets --format '$(REPO_URI)' 2>/dev/null | grep -v security | head -n 1)}
mirror=${mirror:-http://deb.debian.org/debian/}

if [ "$(id -u)" != 0 ]; then
    echo "matrix: needs root for debootstrap and mount; run: sudo make matrix" >&2
    exit 1
fi
work=${MATRIX_DIR:-$(mktemp -d "${TMPDIR:-/tmp}/chronos-matrix.XXXXXX")}
mkdir -p "$work"
mounted=()

finish() {
    for point in "${mounted[@]}"; do umount "$point" 2>/dev/null || umount -l "$point"; done
    [ -n "${MATRIX_DIR:-}" ] || rm -rf --one-file-system "$work"
}
trap finish EXIT
trap 'exit 130' INT TERM

suite_of() {
    case $1 in
        17) echo trixie ;;
        18) echo forky ;;
        *) return 1 ;;
    esac
}

# A minimal Debian of the given suite, and nothing of this project in it.
make_chroot() {
    local suite=$1 root=$2 scripts=/usr/share/debootstrap/scripts
    [ ! -e "$root/.complete" ] || return 0
    rm -rf --one-file-system "$root"
    if [ ! -e "$scripts/$suite" ]; then
        ln -s sid "$scripts/$suite"
    fi
    if ! debootstrap --variant=minbase --include=make,git "$suite" "$root" "$mirror" > "$root.log" 2>&1; then
        tail -n 5 "$root.log"
        return 1
    fi
    # A testing suite's Release file can be past its date on a mirror; its signature is checked all the same.
    echo 'Acquire::Check-Valid-Until "false";' > "$root/etc/apt/apt.conf.d/90chronos"
    printf '#!/bin/sh\nexit 101\n' > "$root/usr/sbin/policy-rc.d"
    chmod 755 "$root/usr/sbin/policy-rc.d"
    touch "$root/.complete"
}

mount_in() {
    mkdir -p "$2"
    mount "${@:3}" "$1" "$2" && mounted+=("$2")
}

run_in_chroot() {
    local suite=$1 server=$2 root=$work/$1
    make_chroot "$suite" "$root" || return 1
    mount_in proc "$root/proc" -t proc
    mount_in tmpfs "$root/dev/shm" -t tmpfs
    rm -rf "$root/root/chronos"
    git -C "$source_dir" archive --format=tar --prefix=root/chronos/ HEAD | tar -x -C "$root"
    # shellcheck disable=SC2086
    chroot "$root" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8 \
        make -s -C /root/chronos check SUITES="$suites"
}

failed=0
passed=0
for server in "${servers[@]}"; do
    echo "== PostgreSQL $server"
    if [ "$server" = 15 ]; then
        (cd "$source_dir" && make -s check SUITES="$suites" PG_CONFIG="${PG_CONFIG:-pg_config}")
    else
        run_in_chroot "$(suite_of "$server")" "$server"
    fi
    if [ $? = 0 ]; then
        passed=$((passed + 1))
        echo "== PostgreSQL $server: ok"
    else
        failed=$((failed + 1))
        echo "== PostgreSQL $server: FAILED"
    fi
done
printf 'servers: %s passed, %s failed\n' $passed $failed
[ $failed = 0 ]
