#!/bin/bash
# `make bench`: we and the peers on the same data in one run, interleaved, everything fsynced; medians
# of BENCH_ROUNDS (5) rounds, printed as ratios. Runs inside a stage (tests/harness).
#   bench.sh [snapshot] [restore] [incremental] [tpcb] [schema] [ddl] [history] [gate] [migrate]         default: all
# Environment: BENCH_ROUNDS, BENCH_GB (size of the data set, default 1.2), BENCH_SECONDS (of a pgbench run, 20).
set -uo pipefail
# shellcheck disable=SC1091
. "$(dirname "$0")/../../../environment"
rounds=${BENCH_ROUNDS:-5}
gigabytes=${BENCH_GB:-1.2}
seconds=${BENCH_SECONDS:-20}
work=$CHRONOS_STAGE/tmp/bench
mkdir -p "$work/socket"
export PGHOST=$work/socket PGPORT=5432 PGUSER=postgres

die() {
    echo "bench: $*" >&2
    exit 1
}
sql() { psql -XAtq -v ON_ERROR_STOP=1 "$@"; }
median() { sort -n | awk '{ v[NR] = $1 } END { print (NR % 2) ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2 }'; }
ratio() { awk -v a="$1" -v b="$2" 'BEGIN { printf "%.2f", a / b }'; }
# timed FILE COMMAND...: appends the wall seconds of the command to FILE
timed() {
    local file=$1 begin end
    shift
    begin=$(date +%s.%N)
    "$@" > "$work/command.log" 2>&1 || die "$*: $(tail -n 5 "$work/command.log")"
    end=$(date +%s.%N)
    awk -v a="$begin" -v b="$end" 'BEGIN { printf "%.3f\n", b - a }' >> "$file"
}

initdb -D "$work/data" -U postgres --auth=trust --no-locale --encoding=UTF8 > "$work/initdb.log" 2>&1 || die initdb
cat >> "$work/data/postgresql.conf" <<TEXT
listen_addresses = ''
unix_socket_directories = '$work/socket'
shared_preload_libraries = 'chronos'
shared_buffers = 2GB
max_wal_size = 8GB
checkpoint_timeout = 1h
autovacuum = off
TEXT
pg_ctl -D "$work/data" -w -l "$work/server.log" start > /dev/null || die "the server does not start"
server_pid=$(head -n 1 "$work/data/postmaster.pid")
trap 'kill -INT "$server_pid" 2>/dev/null; while kill -0 "$server_pid" 2>/dev/null; do sleep 0.1; done' EXIT
trap 'exit 130' INT TERM
echo "$(sql -d postgres -c 'SHOW server_version'), $(nproc) cores, $rounds rounds"

# Half pgbench's accounts, half a time series of text, jsonb, timestamptz and numeric.
load_data() {
    local accounts series
    accounts=$(awk -v g="$gigabytes" 'BEGIN { printf "%d", g * 1024 / 2 / 13 }')
    series=$(awk -v g="$gigabytes" 'BEGIN { printf "%d", g * 2400000 }')
    sql -d postgres -c 'CREATE DATABASE bench'
    pgbench -i -q -s "$accounts" -I dtg -d bench > "$work/pgbench.log" 2>&1 || die "pgbench -i"
    sql -d bench <<TEXT || die "load"
SELECT setseed(0.42);
CREATE TABLE series AS
SELECT i AS id, timestamptz '2026-01-01' + i * interval '1 second' AS at, 'sensor-' || (i % 977) AS source,
       round((random() * 1000)::numeric, 3) AS value,
       jsonb_build_object('host', i % 613, 'state', (ARRAY['ok', 'warn', 'down'])[1 + i % 3], 'load', round(random()::numeric, 4)) AS tags,
       md5(i::text) || ' ' || md5(random()::text) AS note
FROM generate_series(1, $series) i;
ALTER TABLE series ADD PRIMARY KEY (id);
TEXT
    pgbench -i -q -I p -d bench > /dev/null 2>&1
    sql -d bench -c 'VACUUM ANALYZE' -c 'CHECKPOINT'
    sql -d bench -c 'CREATE EXTENSION chronos'
}

dump_directory() {
    rm -rf "$work/out"
    pg_dump -Fd -j2 -f "$work/out" bench
}
dump_zstd() {
    rm -rf "$work/out"
    pg_dump -Fc -Z0 bench | zstd -q -1 -T2 -o "$work/out"
    sync "$work/out"
}
take_snapshot() { chronosctl snapshot -d dbname=bench --repository "file://$work/repository" --jobs 2; }

bench_snapshot() {
    [ "$(sql -d postgres -c "SELECT count(*) FROM pg_database WHERE datname = 'bench'")" = 1 ] || load_data
    local bytes us directory zstd
    bytes=$(sql -d bench -c "SELECT sum(pg_table_size(oid)) FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace")
    echo "full snapshot of $((bytes / 1000000)) MB of tables, both sides fsynced, seconds:"
    for _ in $(seq "$rounds"); do
        rm -rf "$work/repository"
        mkdir "$work/repository"
        timed "$work/chronos.times" take_snapshot
        timed "$work/directory.times" dump_directory
        size_directory=$(du -sb "$work/out" | cut -f1)
        timed "$work/zstd.times" dump_zstd
        size_zstd=$(stat -c %s "$work/out")
        rm -rf "$work/out"
    done
    us=$(median < "$work/chronos.times")
    directory=$(median < "$work/directory.times")
    zstd=$(median < "$work/zstd.times")
    printf '  %-34s %8s %10s MB\n' "chronosctl snapshot --jobs 2" "$us" "$(($(du -sb "$work/repository" | cut -f1) / 1000000))"
    printf '  %-34s %8s %10s MB   ratio %s\n' "pg_dump -Fd -j2" "$directory" "$((size_directory / 1000000))" "$(ratio "$directory" "$us")"
    printf '  %-34s %8s %10s MB   ratio %s\n' "pg_dump -Fc -Z0 | zstd -1 -T2" "$zstd" "$((size_zstd / 1000000))" "$(ratio "$zstd" "$us")"
}

append_rows() {
    sql -d bench <<TEXT || die "append"
INSERT INTO pgbench_accounts SELECT m + g, 1, 0, '' FROM generate_series(1, $1) g, (SELECT max(aid) AS m FROM pgbench_accounts) x;
INSERT INTO series SELECT m + g, now(), 'sensor', random()::numeric, '{"state": "ok"}', md5(g::text) || ' ' || md5(random()::text)
FROM generate_series(1, $1 / 4) g, (SELECT max(id) AS m FROM series) x;
TEXT
}

# After bench_snapshot: its data and its last repository.
bench_incremental() {
    local us nothing random directory few
    [ -d "$work/repository" ] || rounds=1 bench_snapshot
    few=$(awk -v g="$gigabytes" 'BEGIN { printf "%d", g * 40000 }')
    echo "incremental snapshot, warm, seconds:"
    for _ in $(seq "$rounds"); do
        append_rows "$few"
        timed "$work/appended.times" take_snapshot
        timed "$work/nothing.times" take_snapshot
        timed "$work/dumped.times" dump_directory
        rm -rf "$work/out"
        sql -d bench -c "UPDATE pgbench_accounts SET abalance = 1 WHERE aid IN (SELECT (random() * (SELECT max(aid) FROM pgbench_accounts))::int FROM generate_series(1, $few))" \
            -c "UPDATE series SET value = 1 WHERE id IN (SELECT (random() * (SELECT max(id) FROM series))::int FROM generate_series(1, $few / 2))"
        timed "$work/random.times" take_snapshot
    done
    us=$(median < "$work/appended.times")
    nothing=$(median < "$work/nothing.times")
    random=$(median < "$work/random.times")
    directory=$(median < "$work/dumped.times")
    printf '  %-34s %8s\n' "pg_dump -Fd -j2" "$directory"
    printf '  %-34s %8s   ratio %s\n' "1 % appended" "$us" "$(ratio "$directory" "$us")"
    printf '  %-34s %8s   ratio %s\n' "nothing changed" "$nothing" "$(ratio "$directory" "$nothing")"
    printf '  %-34s %8s   ratio %s\n' "1 % updated at random" "$random" "$(ratio "$directory" "$random")"
}

# Each makes a database of its own, which is on disk when it counts as done.
restore_snapshot() { chronosctl restore latest --repository "file://$work/repository" --to dbname=again --create --jobs 2 && sql -d postgres -c CHECKPOINT; }
restore_dump() {
    sql -d postgres -c 'CREATE DATABASE again TEMPLATE template0' && pg_restore -j2 -d again "$work/out" && sql -d postgres -c CHECKPOINT
}

# After bench_snapshot: its data and its last repository.
bench_restore() {
    local us dump
    [ -d "$work/repository" ] || rounds=1 bench_snapshot
    dump_directory
    echo "restore with indexes, on disk at the end, seconds:"
    for _ in $(seq "$rounds"); do
        timed "$work/restored.times" restore_snapshot
        sql -d postgres -c 'SET chronos.guard = off' -c 'DROP DATABASE again'
        timed "$work/pg_restored.times" restore_dump
        sql -d postgres -c 'SET chronos.guard = off' -c 'DROP DATABASE again'
    done
    us=$(median < "$work/restored.times")
    dump=$(median < "$work/pg_restored.times")
    printf '  %-34s %8s\n' "chronosctl restore --jobs 2" "$us"
    printf '  %-34s %8s   ratio %s\n' "pg_restore -j2 of -Fd" "$dump" "$(ratio "$dump" "$us")"
}

# The same load on two databases of one server, one with the extension.
bench_tpcb() {
    local base with name
    for name in without with; do
        sql -d postgres -c "CREATE DATABASE tpcb_$name"
        pgbench -i -q -s 20 -d "tpcb_$name" > /dev/null 2>&1 || die "pgbench -i"
    done
    sql -d tpcb_with -c 'CREATE EXTENSION chronos'
    echo "pgbench TPC-B, 2 clients, $seconds s a run, transactions per second:"
    for round in $(seq "$rounds"); do
        # The order changes, so that neither side always runs on the warmer machine.
        order='without with'
        [ $((round % 2)) = 0 ] || order='with without'
        for name in $order; do
            sql -d postgres -c CHECKPOINT
            pgbench -n -M prepared -c 2 -j 2 -T "$seconds" -d "tpcb_$name" 2>/dev/null | sed -n 's/^tps = \([0-9.]*\).*/\1/p' >> "$work/$name.tps"
        done
    done
    base=$(median < "$work/without.tps")
    with=$(median < "$work/with.tps")
    printf '  without chronos %10s\n  with chronos    %10s   ratio %s\n' "$base" "$with" "$(ratio "$with" "$base")"
}

here=$(dirname "$0")
# shellcheck disable=SC1091
. "$here/schema.sh"
# shellcheck disable=SC1091
. "$here/ddl.sh"
# shellcheck disable=SC1091
. "$here/history.sh"
# shellcheck disable=SC1091
. "$here/gate.sh"

# shellcheck disable=SC1091
. "$here/migrate.sh"

parts=("$@")
[ ${#parts[@]} -gt 0 ] || parts=(snapshot restore incremental tpcb schema ddl history gate migrate)
for part in "${parts[@]}"; do
    case $part in
        snapshot | restore | incremental | tpcb | schema | ddl | history | gate | migrate) "bench_$part" ;;
        *) die "no such part: $part" ;;
    esac
done
