# shellcheck shell=bash disable=SC2154
# Part of bench.sh: what a long history costs those who ask.

bench_history() {
    local versions=10000
    sql -d postgres -c 'CREATE DATABASE history'
    sql -d history -c 'CREATE EXTENSION chronos' -c 'CREATE TABLE t (id int PRIMARY KEY, a text, b numeric)'
    # In pieces: a procedure remembers something of every transaction.
    for _ in $(seq 10); do
        sql -d history -c "DO \$\$ BEGIN FOR i IN 1 .. $((versions / 10)) LOOP
            EXECUTE format('ALTER TABLE t SET (fillfactor = %s)', 10 + chronos.current_version() % 91);
            COMMIT;
        END LOOP; END \$\$"
    done
    sql -d history -c 'VACUUM ANALYZE'
    sql -d history -c "SELECT format('history of %s versions, %s bytes stored for each; prepared, microseconds a call:', max(number),
        (pg_total_relation_size('chronos.version') + pg_total_relation_size('chronos.fact') + pg_total_relation_size('chronos.definition')) / max(number)) FROM chronos.version"
    local name
    printf '%s\n' 'SELECT 1;' > "$work/select_1.sql"
    printf '%s\n' 'SELECT chronos.current_version();' > "$work/current_version.sql"
    printf '%s\n' "SELECT chronos.require_version('>=42');" > "$work/require_version.sql"
    printf '%s\n' '\set n random(2, 9999)' 'SELECT count(*) FROM chronos.diff(:n, :n + 1);' > "$work/diff.sql"
    for _ in $(seq "$rounds"); do
        for name in select_1 current_version require_version; do
            pgbench -n -M prepared -c 1 -T 2 -f "$work/$name.sql" -d history 2>/dev/null | sed -n 's/^tps = \([0-9.]*\).*/\1/p' |
                awk '{ printf "%.2f\n", 1000000 / $1 }' >> "$work/$name.micros"
        done
        latency "$work/diff.sql" history -M prepared -t 200 >> "$work/diff.micros"
    done
    local base
    base=$(median < "$work/select_1.micros")
    for name in select_1 current_version require_version diff; do
        median < "$work/$name.micros" | awk -v n="$name" -v b="$base" '{ printf "  %-16s %8.1f   ratio %.2f\n", n, $1, $1 / b }'
    done
}
