#!/bin/bash
# Fetches the regression tests of PostgreSQL itself for the suite `upstream`: out of Debian's source package
# of the server, into build/source, with a list of sources of our own. A mirror that does not have the source of
# the newest version serves for an older one of the same major version: results are compared with each other.
# Works as root and as an ordinary user.
set -euo pipefail
cd "$(dirname "$0")/../.."
pg_config=${PG_CONFIG:-pg_config}
major=$("$pg_config" --version | sed 's/^PostgreSQL \([0-9]*\).*/\1/')
package=postgresql-$major
source=$PWD/build/source
[ ! -e "$source/regress/regress.so" ] || exit 0

own=$PWD/build/apt-source
mkdir -p "$own/lists/partial" "$own/cache" "$source"
suite=$(sed -n 's/^VERSION_CODENAME=//p' /etc/os-release)
keys=/usr/share/keyrings/debian-archive-keyring.gpg
mapfile -t mirrors < <(apt-get indextargets --format '$(REPO_URI) $(RELEASE)' 'Created-By: Packages' | grep -F "$suite" | sort -u)
[ ${#mirrors[@]} -gt 0 ] || mirrors=("http://deb.debian.org/debian/ $suite")
printf "deb-src [signed-by=$keys] %s main\n" "${mirrors[@]}" > "$own/sources.list"
apt=(-q -o APT::Sandbox::User="$(id -un)" -o Dir::Etc::sourcelist="$own/sources.list" -o Dir::Etc::sourceparts=-
    -o Dir::State::lists="$own/lists" -o Dir::Cache="$own/cache")
apt-get "${apt[@]}" update > "$own/log" 2>&1 || { tail -n 5 "$own/log" >&2; exit 1; }

place=$(mktemp -d "$own/fetch.XXXXXX")
trap 'rm -rf "$place"' EXIT
mapfile -t versions < <(apt-cache "${apt[@]:1}" showsrc "$package" | sed -n 's/^Version: //p' | sort -rVu)
for version in "${versions[@]}"; do
    ! (cd "$place" && apt-get "${apt[@]}" source --download-only "$package=$version") >> "$own/log" 2>&1 || break
    rm -f "$place"/*
done
archive=$(compgen -G "$place/*.orig.tar.*" || true)
if [ -z "$archive" ]; then
    echo "cannot fetch the source of $package, whose regression tests are run:" >&2
    tail -n 5 "$own/log" >&2
    echo "hint: \`apt-get source $package\` has to work with the lines of $own/sources.list" >&2
    exit 1
fi
tar -x -f "$archive" -C "$place" --wildcards '*/src/test/regress' '*/contrib'
rm -rf "$source/regress" "$source/contrib"
mv "$place"/*/contrib "$source/contrib"
(cd "$place"/*/src/test/regress && ${CC:-cc} -O1 -w -fPIC -shared -I"$("$pg_config" --includedir-server)" -o regress.so regress.c)
mv "$place"/*/src/test/regress "$source/regress"
