# shellcheck shell=bash disable=SC2154
# Part of bench.sh: what it costs an application to be let in.

# throughput FILE DATABASE SETTINGS ARGUMENT...: appends the transactions per second of a pgbench run
throughput() {
    local file=$1 database=$2 settings=$3
    shift 3
    PGOPTIONS=$settings pgbench -n -M prepared -T "$seconds" "$@" "$database" 2>/dev/null | sed -n 's/^tps = \([0-9.]*\).*/\1/p' >> "$file"
}

# Every round in another order, so that none always runs on the warmer machine.
rotated() { # ROUND NAME...
    local turn=$(($1 % ($# - 1)))
    shift
    echo "${@:turn + 1}" "${@:1:turn}"
}

bench_connection_string() {
    local name settings base
    pgbench -i -q -s 10 -d gate > /dev/null 2>&1 || die "pgbench -i"
    echo "pgbench -S, 2 clients, prepared, $seconds s a run, transactions per second:"
    for round in $(seq "$rounds"); do
        for name in $(rotated "$round" none connect statement); do
            settings="-c chronos.expect=>=1 -c chronos.expect_mode=$name"
            [ "$name" != none ] || settings=
            throughput "$work/gate.$name" gate "$settings" -S -c 2 -j 2
        done
    done
    base=$(median < "$work/gate.none")
    printf '  %-46s %10s\n' 'without chronos.expect' "$base"
    for name in connect statement; do
        printf '  %-46s %10s   ratio %s\n' "chronos.expect, mode $name" "$(median < "$work/gate.$name")" "$(awk -v a="$(median < "$work/gate.$name")" -v b="$base" 'BEGIN { printf "%.3f", a / b }')"
    done
}

bench_functions() {
    local name base
    sql -d gate -c "DO \$\$ BEGIN FOR i IN 1 .. 50 LOOP
        EXECUTE format('CREATE TABLE t%s (id bigint PRIMARY KEY, name text NOT NULL, price numeric(10,2), at timestamptz, note text)', i);
    END LOOP; END \$\$"
    sql -d gate -c "SELECT 'SELECT chronos.require_contract(''' || chronos.make_contract(ARRAY(SELECT 'public.t' || i FROM generate_series(1, 50) i))::text || ''');'" > "$work/contract.sql" || die contract
    echo 'SELECT 1;' > "$work/one.sql"
    echo "SELECT chronos.require_version('>=1');" > "$work/version.sql"
    echo "one session, prepared, calls per second, and the time of SELECT 1 for comparison:"
    for round in $(seq "$rounds"); do
        for name in $(rotated "$round" one version contract); do
            throughput "$work/call.$name" gate '' -f "$work/$name.sql" -c 1
        done
    done
    base=$(median < "$work/call.one")
    printf '  %-46s %10s\n' 'SELECT 1' "$base"
    printf '  %-46s %10s   time ratio %s\n' "require_version('>=1')" "$(median < "$work/call.version")" "$(ratio "$base" "$(median < "$work/call.version")")"
    printf '  %-46s %10s   time ratio %s\n' 'require_contract() of 50 tables' "$(median < "$work/call.contract")" "$(ratio "$base" "$(median < "$work/call.contract")")"
}

bench_gate() {
    sql -d postgres -c 'CREATE DATABASE gate'
    sql -d gate -c 'CREATE EXTENSION chronos'
    bench_connection_string
    bench_functions
}
