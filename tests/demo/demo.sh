#!/bin/bash
# `make demo`: a real application's database (Zabbix) is versioned, snapshotted by a background worker,
# destroyed with its data directory, and restored from the repository alone. Exit status 0 only if
# schema and content of every table are equal afterwards. Runs inside a stage (tests/harness).
set -uo pipefail
# shellcheck disable=SC1091
. "$(dirname "$0")/../../../environment"
work=$CHRONOS_STAGE/tmp/demo
repository=$work/repository
inputs=$CHRONOS_STAGE/inputs/zabbix-server-pgsql/usr/share/zabbix-server-pgsql
mkdir -p "$work/socket" "$repository"
export PGHOST=$work/socket PGPORT=5432 PGUSER=postgres
server_pid=

say() { printf '\n\033[1m%s\033[0m\n' "$*"; }
[ -t 1 ] || say() { printf '\n%s\n' "$*"; }
die() {
    echo "demo: $*" >&2
    [ ! -s "$work/server.log" ] || tail -n 20 "$work/server.log" >&2
    exit 1
}
now() { date +%s.%N; }
since() { awk -v a="$1" -v b="$(now)" 'BEGIN { printf "%.1f", b - a }'; }
sql() { psql -XAtq -v ON_ERROR_STOP=1 "$@"; }

start_server() { # DIRECTORY
    initdb -D "$1" -U postgres --auth=trust --no-locale --encoding=UTF8 > "$work/initdb.log" 2>&1 || die "initdb: $(cat "$work/initdb.log")"
    cat >> "$1/postgresql.conf" <<TEXT
listen_addresses = ''
unix_socket_directories = '$work/socket'
shared_preload_libraries = 'chronos'
chronos.engine_path = '$CHRONOS_STAGE/usr/bin/chronosctl'
TEXT
    pg_ctl -D "$1" -w -l "$work/server.log" start > /dev/null || die "the server does not start"
    server_pid=$(head -n 1 "$1/postmaster.pid")
}
stop_server() {
    [ -z "$server_pid" ] || ! kill -0 "$server_pid" 2>/dev/null || {
        kill -QUIT "$server_pid"
        for _ in $(seq 100); do
            kill -0 "$server_pid" 2>/dev/null || break
            sleep 0.1
        done
    }
    server_pid=
}
trap stop_server EXIT
trap 'exit 130' INT TERM

# The whole content as text: one line a table (rows, order-independent sum of row hashes), sequences.
content_of() { # DATABASE
    sql -d "$1" <<'TEXT'
SET extra_float_digits = 3; SET datestyle = iso; SET timezone = utc; SET intervalstyle = postgres; SET bytea_output = hex;
BEGIN ISOLATION LEVEL REPEATABLE READ;
SELECT format('SELECT %L, count(*), coalesce(sum(hashtextextended(t::text, 0)::numeric), 0) FROM ONLY %I.%I t',
              format('%I.%I', n.nspname, c.relname), n.nspname, c.relname)
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'm') AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'chronos') AND n.nspname !~ '^pg_'
ORDER BY n.nspname, c.relname \gexec
SELECT format('SELECT %L, last_value, is_called FROM %I.%I', format('%I.%I', n.nspname, c.relname), n.nspname, c.relname)
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind = 'S' AND n.nspname NOT IN ('chronos') ORDER BY n.nspname, c.relname \gexec
COMMIT;
TEXT
}
schema_of() { # DATABASE
    pg_dump --schema-only -d "$1" | grep -vE '^(--|\\(un)?restrict|$)' | sort
}
# pg_dump of a dump: some texts only settle at the second pass, so both sides take it.
settled_schema_of() { # DATABASE
    sql -d postgres -c "CREATE DATABASE settled TEMPLATE template0" || return 1
    pg_dump --schema-only -d "$1" | psql -Xq -v ON_ERROR_STOP=1 -d settled > /dev/null || return 1
    schema_of settled
    sql -d postgres -c "DROP DATABASE settled"
}

[ -f "$inputs/schema.sql.gz" ] || die "no Zabbix schema in $inputs"
say "1. A server with a real application's database"
start_server "$work/data"
sql -d postgres -c "CREATE ROLE zabbix LOGIN" -c "CREATE DATABASE zabbix OWNER zabbix"
begin=$(now)
for part in schema images data; do
    zcat "$inputs/$part.sql.gz" | PGOPTIONS='-c synchronous_commit=off' psql -Xq -U zabbix -d zabbix -v ON_ERROR_STOP=1 > /dev/null || die "loading $part"
done
tables=$(sql -d zabbix -c "SELECT count(*) FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace")
rows=$(content_of zabbix | awk -F'|' 'NF == 3 && $3 ~ /^-?[0-9]+$/ { n += $2 } END { print n }')
echo "   Zabbix: $tables tables, $rows rows, loaded in $(since "$begin") s"

say "2. CREATE EXTENSION chronos: from now on every committed change of the schema is a version"
begin=$(now)
sql -d zabbix -c "SET client_min_messages = warning; CREATE EXTENSION chronos" || die "CREATE EXTENSION"
echo "   version $(sql -d zabbix -c 'SELECT chronos.current_version()') (the baseline), in $(since "$begin") s"
psql -XAtq -v ON_ERROR_STOP=1 -U zabbix -d zabbix <<'TEXT' || die "schema changes"
ALTER TABLE hosts ADD COLUMN site text NOT NULL DEFAULT 'main';
CREATE INDEX hosts_site ON hosts (site);
CREATE TABLE site (name text PRIMARY KEY, opened date, note text);
COMMENT ON TABLE site IS 'Where hosts stand';
BEGIN;
INSERT INTO site (name, note) VALUES ('main', 'made by the demonstration');
ALTER TABLE hosts ADD CONSTRAINT hosts_site_fkey FOREIGN KEY (site) REFERENCES site (name);
CREATE VIEW host_site AS SELECT h.hostid, h.host, s.name, s.note FROM hosts h JOIN site s ON s.name = h.site;
COMMIT;
ALTER TABLE site RENAME COLUMN note TO remark;
TEXT
sql -d zabbix -c "SELECT chronos.label('demo release')" > /dev/null || die "label"
versions=$(sql -d zabbix -c 'SELECT chronos.current_version()')
chronosctl log -d 'dbname=zabbix' --oneline | sed 's/^/   /'
sql -d zabbix -c "SELECT chronos.require_version('>=2')" > /dev/null || die "require_version"

say "3. A snapshot by the background worker"
sql -d zabbix -c "SET client_min_messages = error; SELECT chronos.add_repository('demo', 'file://$repository')" > /dev/null || die "add_repository"
begin=$(now)
snapshot=$(sql -d zabbix -c "SELECT chronos.snapshot('before the accident')") || die "snapshot"
snapshot_seconds=$(since "$begin")
chronosctl verify --data --repository "file://$repository" > "$work/verify.log" 2>&1 || die "verify: $(cat "$work/verify.log")"
stored=$(du -sb "$repository/objects" | cut -f1)
database=$(sql -d zabbix -c "SELECT pg_database_size('zabbix')")
echo "   $snapshot: $snapshot_seconds s, $stored bytes stored of a database of $database bytes; verified"
content_of zabbix > "$work/content.before" || die "content"
settled_schema_of zabbix > "$work/schema.before" || die "schema"

say "4. The accident: the server is killed and its whole data directory removed"
lost=$(now)
stop_server
rm -rf "$work/data"
echo "   gone: $work/data"

say "5. An empty server, and the repository alone"
begin=$(now)
start_server "$work/new"
started=$(since "$begin")
begin=$(now)
chronosctl restore latest --repository "file://$repository" --to 'dbname=zabbix' --create || die "restore"
restore_seconds=$(since "$begin")
recovery=$(since "$lost")

say "6. Is it the same?"
content_of zabbix > "$work/content.after" || die "content"
settled_schema_of zabbix > "$work/schema.after" || die "schema"
same=yes
diff "$work/schema.before" "$work/schema.after" > "$work/schema.diff" || { same=no; echo "   the schema differs:"; head -n 20 "$work/schema.diff"; }
diff "$work/content.before" "$work/content.after" > "$work/content.diff" || { same=no; echo "   the content differs:"; head -n 20 "$work/content.diff"; }
after=$(sql -d zabbix -c 'SELECT chronos.current_version()')
history=$(sql -d zabbix -c 'SELECT count(*) FROM chronos.version')
[ "$same" = yes ] && echo "   schema equal ($(wc -l < "$work/schema.after") lines), content of $(wc -l < "$work/content.after") tables and sequences equal"
[ "$after" -gt "$versions" ] || { same=no; echo "   the schema version went back: $versions, now $after"; }
cat <<TEXT

   versions before   $versions        schema version now   $after ($history kept in the history)
   rows              $(awk -F'|' 'NF == 3 && $3 ~ /^-?[0-9]+$/ { n += $2 } END { print n }' "$work/content.after")
   bytes stored      $stored
   snapshot          $snapshot_seconds s
   new server        $started s
   restore           $restore_seconds s
   recovery time     $recovery s, from the loss to the restored database
TEXT
[ "$same" = yes ] || die "the restored database is not what was lost"
echo "   Everything is equal."
