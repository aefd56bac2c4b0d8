# shellcheck shell=bash disable=SC2154,SC2034
# Part of bench.sh: what capture adds to DDL. The same statements on databases of one server: without
# chronos, with it, and with pgaudit where its package can be had.

# Only into the stage. Also where there is no network: then without.
fetch_pgaudit() {
    local major
    major=$(sql -d postgres -c "SELECT current_setting('server_version_num')::int / 10000")
    (cd "$work" && apt-get download "postgresql-$major-pgaudit" && dpkg-deb -x postgresql-*-pgaudit_*.deb "$CHRONOS_STAGE") > "$work/pgaudit.log" 2>&1
}

preload_pgaudit() {
    fetch_pgaudit || return 1
    echo "shared_preload_libraries = 'chronos, pgaudit'" >> "$work/data/postgresql.conf"
    pg_ctl -D "$work/data" -w -m fast -l "$work/server.log" restart > /dev/null || die "the server does not start with pgaudit"
    server_pid=$(head -n 1 "$work/data/postmaster.pid")
    sql -d postgres -c 'CREATE DATABASE ddl_pgaudit'
    sql -d ddl_pgaudit -c 'CREATE EXTENSION pgaudit'
    sql -d postgres -c "ALTER DATABASE ddl_pgaudit SET pgaudit.log = 'ddl'"
}

# latency FILE DATABASE [OPTION...]: microseconds for one run of the script
latency() {
    local script=$1 database=$2
    shift 2
    pgbench -n -c 1 "$@" -f "$script" -d "$database" 2>/dev/null | sed -n 's/^latency average = \([0-9.]*\) ms.*/\1/p' |
        awk '{ printf "%.0f\n", $1 * 1000 }'
}

# measure TITLE STATEMENTS SCRIPT DATABASES [OPTION...]: microseconds for one of its STATEMENTS, by database
measure() {
    local title=$1 statements=$2 script=$3 databases=$4 name base
    shift 4
    printf '%s\n' "$script" > "$work/ddl.sql"
    rm -f "$work"/*.latency
    for _ in $(seq "$rounds"); do
        for name in $databases; do latency "$work/ddl.sql" "$name" "$@" >> "$work/$name.latency"; done
    done
    base=$(median < "$work/${databases%% *}.latency")
    echo "  $title"
    for name in $databases; do
        median < "$work/$name.latency" | awk -v n="$name" -v s="$statements" -v b="$base" \
            '{ printf "    %-14s %8.0f   added %6.0f   ratio %.2f\n", n, $1 / s, ($1 - b) / s, $1 / b }'
    done
}

bench_ddl() {
    local databases='ddl_plain ddl_chronos' name
    sql -d postgres -c 'CREATE DATABASE ddl_plain' -c 'CREATE DATABASE ddl_chronos'
    if preload_pgaudit; then databases="$databases ddl_pgaudit"; else echo '(pgaudit cannot be fetched: without it)'; fi
    for name in $databases; do sql -d "$name" -c 'CREATE TABLE t (id int PRIMARY KEY, a text, b numeric)'; done
    sql -d ddl_chronos -c 'CREATE EXTENSION chronos'
    echo "DDL, 1 client, microseconds a statement:"
    measure 'one changed table: ALTER TABLE SET (fillfactor)' 1 $'\\set f random(10, 100)\nALTER TABLE t SET (fillfactor = :f);' "$databases" -t 1000
    measure 'no definition changed: ALTER TABLE SET to what it is' 1 'ALTER TABLE t SET (fillfactor = 70);' "$databases" -t 1000
    measure 'temporary table: CREATE, DROP' 2 $'CREATE TEMP TABLE passing (id int, a text);\nDROP TABLE passing;' "$databases" -t 500
    measure 'CREATE TABLE, CREATE INDEX, ALTER, DROP in autocommit, fsync on' 4 \
        $'CREATE TABLE made (id int, a text);\nCREATE INDEX made_a ON made (a);\nALTER TABLE made ADD b int;\nDROP TABLE made;' "$databases" -t 100
    measure 'first DDL of a session, connecting included' 1 $'\\set f random(10, 100)\nALTER TABLE t SET (fillfactor = :f);' "$databases" -C -t 20
    make_tables fifty 50
    make_tables five_thousand 5000
    sql -d fifty -c 'CREATE EXTENSION chronos'
    sql -d five_thousand -c 'CREATE EXTENSION chronos'
    measure 'one changed table among 50 and among 5,000' 1 $'\\set f random(10, 100)\nALTER TABLE t7 SET (fillfactor = :f);' 'fifty five_thousand' -t 1000
}
