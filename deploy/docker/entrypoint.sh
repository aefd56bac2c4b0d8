#!/bin/sh
# Starts PostgreSQL with Chronos in a container; on an empty PGDATA it makes the cluster first.
# Environment: PGDATA; POSTGRES_PASSWORD_FILE (a file, never a variable: variables show in `docker
# inspect`) for the superuser postgres, needed the first time; POSTGRES_DB, a database to create.
set -eu
bin=$(ls -d /usr/lib/postgresql/*/bin | sort -V | tail -n 1)
export PATH="$bin:$PATH"
if [ ! -s "$PGDATA/PG_VERSION" ]; then
    if [ ! -r "${POSTGRES_PASSWORD_FILE:-}" ]; then
        echo "chronos: $PGDATA is empty and POSTGRES_PASSWORD_FILE names no readable file" >&2
        echo "chronos: if data was expected here, the wrong volume is mounted: nothing has been written" >&2
        exit 1
    fi
    initdb -U postgres --encoding=UTF8 --locale=C.UTF-8 --data-checksums \
        --auth-local=peer --auth-host=scram-sha-256 --pwfile="$POSTGRES_PASSWORD_FILE"
    cat >> "$PGDATA/postgresql.conf" <<TEXT
listen_addresses = '*'
shared_preload_libraries = 'chronos'
TEXT
    echo "host all all all scram-sha-256" >> "$PGDATA/pg_hba.conf"
    pg_ctl -w -o "-c listen_addresses=''" start
    database=${POSTGRES_DB:-postgres}
    [ "$database" = postgres ] || createdb -U postgres -- "$database"
    chronosctl init -d "dbname=$database user=postgres" --repository main=file:///var/lib/chronos/repository
    pg_ctl -w -m fast stop
fi
exec postgres "$@"
