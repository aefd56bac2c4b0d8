# shellcheck shell=bash disable=SC2154
# Part of bench.sh: a database of 5,000 tables, each of five columns with a key and an index.

make_tables() { # DATABASE COUNT
    sql -d postgres -c "CREATE DATABASE $1"
    sql -d "$1" -c "DO \$\$ BEGIN FOR i IN 1 .. $2 LOOP
        EXECUTE format('CREATE TABLE t%s (id bigint PRIMARY KEY, name text NOT NULL, price numeric(10,2) DEFAULT 0, at timestamptz DEFAULT now(), note text)', i);
        EXECUTE format('CREATE INDEX t%s_name ON t%s (name)', i, i);
        IF i % 200 = 0 THEN COMMIT; END IF;
    END LOOP; END \$\$" -c 'VACUUM ANALYZE'
}

dump_schema() { pg_dump --schema-only -f "$work/schema.sql" "$1"; }
first_baseline() { sql -d "$1" -c 'CREATE EXTENSION chronos'; }
compare_quickly() { sql -d "$1" -c 'SELECT chronos.reconcile()'; }
compare_fully() { sql -d "$1" -c 'SELECT chronos.reconcile(everything => true)'; }
examine() { sql -d "$1" -o "$work/doctor.out" -c 'SELECT * FROM chronos.doctor()'; }
newest_schema() { sql -d "$1" -o "$work/schema_at.sql" -c 'SELECT chronos.schema_at(chronos.current_version())'; }

bench_schema() {
    local what peer us
    echo "5,000 tables (5 columns, key, index), seconds, and the ratio to pg_dump --schema-only:"
    make_tables many 5000
    for _ in $(seq "$rounds"); do
        sql -d many -c 'DROP EXTENSION IF EXISTS chronos' 2>/dev/null
        timed "$work/schema.pg_dump" dump_schema many
        timed "$work/schema.first_baseline" first_baseline many
        timed "$work/schema.compare_quickly" compare_quickly many
        timed "$work/schema.compare_fully" compare_fully many
        timed "$work/schema.newest_schema" newest_schema many
        timed "$work/schema.examine" examine many
    done
    peer=$(median < "$work/schema.pg_dump")
    printf '  %-46s %8s\n' 'pg_dump --schema-only' "$peer"
    for what in 'first_baseline:CREATE EXTENSION chronos, first baseline' 'compare_quickly:comparison that finds nothing' \
        'compare_fully:the same, rendering everything' 'newest_schema:schema_at(latest)' 'examine:doctor(), connecting included'; do
        us=$(median < "$work/schema.${what%%:*}")
        printf '  %-46s %8s   ratio %s\n' "${what#*:}" "$us" "$(ratio "$us" "$peer")"
    done
}
