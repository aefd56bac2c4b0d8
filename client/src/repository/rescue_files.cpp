#include "repository/rescue_files.hpp"

namespace chronos::internal {

std::string_view format_description() {
    return R"TEXT(# What this directory is

A repository of chronos: snapshots of PostgreSQL databases, format 1. It can be restored without
chronos, by `restore.sh`, which needs sh, zstd, sha256sum and psql:

    sh restore.sh list
    sh restore.sh verify SNAPSHOT
    sh restore.sh roles SNAPSHOT
    createdb --template=template0 NAME
    sh restore.sh restore SNAPSHOT -d NAME

## Files

| file | what it is |
|---|---|
| `format.json` | the format of this repository: its version and the oldest reader that understands it |
| `snapshots/ID.json` | the manifest of one snapshot; without a manifest there is no snapshot |
| `objects/ab/NAME` | an object: one zstd frame; NAME is the SHA-256 of the plain bytes, `ab` its first two digits |
| `tmp/` | half-written files; worth nothing |
| `lock` | an empty file that readers and writers lock |

No file is ever changed once it is there. `zstd -dc objects/ab/NAME | sha256sum` must print NAME.

## Manifest

JSON, in UTF-8. Its last line holds the SHA-256 of all lines before it:
`sed '$d' snapshots/ID.json | sha256sum`. Objects are named one a line.

| member | what it is |
|---|---|
| `globals` | object: the roles, as pg_dumpall prints them; or null |
| `pre_data`, `post_data` | objects: the schema in SQL, to be run before and after the rows are loaded |
| `tables` | each with its columns and pieces; to be loaded in this order |
| `sequences` | to be set by setval(name, last_value, is_called) |
| `large_objects` | pieces with the columns loid, position, data; to be written by lo_put() |
| `matviews` | materialized views, in the order in which to refresh them |
| `encoding` | the client_encoding of the SQL and of the pieces |
| `restore_script` | object: a psql script that does all this; `restore.sh` runs it |

A piece is one complete COPY stream in the format that its table states: a plain
`COPY table (columns) FROM STDIN (FORMAT binary)` or, for text, `COPY table (columns) FROM STDIN`
loads it.
)TEXT";
}

std::string_view rescue_script() {
    return R"TEXT(#!/bin/sh
# Restores snapshots of this repository without chronos. Needs sh, zstd, sha256sum and psql.
#   sh restore.sh list                          the snapshots, oldest first
#   sh restore.sh verify SNAPSHOT               reads and checks every object
#   sh restore.sh roles SNAPSHOT                prints the roles as SQL
#   sh restore.sh restore [OPTION...] SNAPSHOT PSQL-ARGUMENT...
#       restores into the empty database that the arguments of psql name
#       --with-roles        makes the roles first; those that exist already give an error each
#       --without-chronos   leaves the history of the schema out, for a server without chronos
# SNAPSHOT is an id, or latest. See FORMAT.md.
set -eu
export LC_ALL=C
root=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd -P)

fail() {
    echo "restore.sh: $1" >&2
    exit 1
}

usage() {
    sed -n '2,10s/^# \{0,1\}//p' "$root/restore.sh" >&2
    exit 2
}

# The manifest of snapshot $1; its checksum is right.
manifest_of() {
    id=$1
    if [ "$id" = latest ]; then
        id=
        for file in "$root"/snapshots/*Z-*.json; do
            if [ -f "$file" ]; then id=$(basename "$file" .json); fi
        done
        [ -n "$id" ] || fail "there is no snapshot"
    fi
    case $id in
        *[!0-9TZa-f-]* | '') fail "not the id of a snapshot: $id" ;;
    esac
    manifest=$root/snapshots/$id.json
    [ -f "$manifest" ] || fail "there is no snapshot $id; see: sh restore.sh list"
    stated=$(sed -n '$s/^"sha256":"\([0-9a-f]*\)"}$/\1/p' "$manifest")
    found=$(sed '$d' "$manifest" | sha256sum)
    [ -n "$stated" ] && [ "$stated" = "${found%% *}" ] || fail "the manifest of $id is damaged"
}

# The object that the manifest's member $1 names.
member() {
    sed -n "s/^\"$1\":{\"object\":\"\([0-9a-f]\{64\}\)\".*/\1/p" "$manifest"
}

object_file() {
    case $1 in
        *[!0-9a-f]* | '') fail "not the name of an object: $1" ;;
    esac
    rest=${1#??}
    file=$root/objects/${1%"$rest"}/$1
}

# Writes the plain bytes of object $1 to file $2. What is checked is what lies in that file.
unpack() {
    object_file "$1"
    [ -f "$file" ] || fail "object $1 is missing"
    zstd -dcq -- "$file" > "$2" || fail "object $1 is damaged, or there is no room in $2"
    found=$(sha256sum < "$2")
    [ "${found%% *}" = "$1" ] || fail "object $1 is damaged"
}

list() {
    for manifest in "$root"/snapshots/*Z-*.json; do
        [ -f "$manifest" ] || continue
        printf '%s  %s  %s  label %s\n' "$(basename "$manifest" .json)" \
            "$(sed -n 's/^"created_at":"\(.*\)",$/\1/p' "$manifest")" \
            "$(sed -n 's/^"database":{"name":"\(.*\)","oid":.*/\1/p' "$manifest")" \
            "$(sed -n 's/^"label":\(.*\),$/\1/p' "$manifest")"
    done
}

verify() {
    manifest_of "$1"
    objects=0
    damaged=0
    for name in $(sed -n 's/^[^{]*{"object":"\([0-9a-f]\{64\}\)".*/\1/p' "$manifest" | sort -u); do
        objects=$((objects + 1))
        object_file "$name"
        if [ ! -f "$file" ]; then
            echo "missing: $name"
            damaged=$((damaged + 1))
            continue
        fi
        found=$(zstd -dcq -- "$file" 2>/dev/null | sha256sum)
        if [ "${found%% *}" != "$name" ]; then
            echo "damaged: $name"
            damaged=$((damaged + 1))
        fi
    done
    echo "snapshot $id: $objects objects, $damaged damaged or missing"
    [ "$damaged" = 0 ]
}

make_scratch() {
    umask 077
    scratch=${TMPDIR:-/tmp}/chronos-restore.$$
    mkdir "$scratch" || fail "could not make $scratch"
    trap 'rm -rf "$scratch"' EXIT
    trap 'exit 130' INT
    trap 'exit 143' TERM
}

roles() {
    manifest_of "$1"
    name=$(member globals)
    [ -n "$name" ] || fail "snapshot $id holds no roles"
    make_scratch
    unpack "$name" "$scratch/roles.sql"
    cat "$scratch/roles.sql"
}

restore() {
    with_roles=
    with_chronos=on
    while :; do
        case ${1-} in
            --with-roles) with_roles=yes ;;
            --without-chronos) with_chronos=off ;;
            *) break ;;
        esac
        shift
    done
    [ $# -ge 1 ] || usage
    manifest_of "$1"
    shift
    make_scratch
    if [ -n "$with_roles" ]; then
        unpack "$(member globals)" "$scratch/roles.sql"
        psql -X -q -f "$scratch/roles.sql" "$@" || fail "could not make the roles"
    fi
    unpack "$(member restore_script)" "$scratch/restore.sql"
    # Older versions of psql do not know the command that newer ones of pg_dump begin with.
    CHRONOS_RESTRICT=strip
    if psql -X -q -v ON_ERROR_STOP=1 -c '\restrict chronos' "$@" 2>/dev/null; then
        CHRONOS_RESTRICT=keep
    fi
    CHRONOS_SCRIPT=$root/restore.sh
    CHRONOS_PIECE=$scratch/piece
    CHRONOS_HISTORY=$with_chronos
    export CHRONOS_SCRIPT CHRONOS_PIECE CHRONOS_HISTORY CHRONOS_RESTRICT
    psql -X -q -v ON_ERROR_STOP=1 -v "with_chronos=$with_chronos" -f "$scratch/restore.sql" "$@" ||
        fail "the restore failed; make the database empty before you try again"
    echo "snapshot $id is restored"
}

# The next three are called by the psql script, which then reads the file $CHRONOS_PIECE. If
# anything goes wrong, that file is gone, and psql stops.
begin_fetch() {
    trap 'rm -f "$CHRONOS_PIECE" "$CHRONOS_PIECE.plain" "$CHRONOS_PIECE.next"' EXIT
    unpack "$1" "$CHRONOS_PIECE.plain"
}

end_fetch() {
    rm -f "$CHRONOS_PIECE.plain"
    trap - EXIT
}

# Puts SQL there.
fetch_sql() {
    rm -f "$CHRONOS_PIECE"
    begin_fetch "$1"
    if [ "$CHRONOS_HISTORY" = off ]; then
        sed -e '/^CREATE EXTENSION IF NOT EXISTS chronos /d' \
            -e '/^COMMENT ON EXTENSION chronos /d' "$CHRONOS_PIECE.plain" > "$CHRONOS_PIECE.next"
        mv "$CHRONOS_PIECE.next" "$CHRONOS_PIECE.plain"
    fi
    key=$(sed -n '1,20s/^\\restrict \([A-Za-z0-9]*\)$/\1/p' "$CHRONOS_PIECE.plain")
    if [ -n "$key" ] && [ "$CHRONOS_RESTRICT" = strip ]; then
        sed -e "/^\\\\restrict $key\$/d" -e "/^\\\\unrestrict $key\$/d" \
            "$CHRONOS_PIECE.plain" > "$CHRONOS_PIECE.next"
        mv "$CHRONOS_PIECE.next" "$CHRONOS_PIECE.plain"
    fi
    mv "$CHRONOS_PIECE.plain" "$CHRONOS_PIECE"
    end_fetch
}

# Ends the statement that psql wrote there and adds its rows.
fetch_rows() {
    begin_fetch "$1"
    printf ';\n' >> "$CHRONOS_PIECE"
    cat "$CHRONOS_PIECE.plain" >> "$CHRONOS_PIECE"
    end_fetch
}

for program in zstd sha256sum; do
    command -v "$program" > /dev/null || fail "the program $program is needed and was not found"
done
[ $# -ge 1 ] || usage
command=$1
shift
case $command in
    list) list ;;
    verify) [ $# = 1 ] || usage; verify "$1" ;;
    roles) [ $# = 1 ] || usage; roles "$1" ;;
    restore) restore "$@" ;;
    fetch-sql) fetch_sql "$1" ;;
    fetch-rows) fetch_rows "$1" ;;
    *) usage ;;
esac
)TEXT";
}

}  // namespace chronos::internal
