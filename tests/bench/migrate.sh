# shellcheck shell=bash disable=SC2154
# Part of bench.sh: 500 migrations of one statement each, by us and by those of the peers that are installed
# (Debian: python3-alembic and python3-psycopg2, sqitch), and a run that has nothing to do.

migrations=500

make_directories() {
    local i before=None number
    mkdir -p "$work/ours" "$work/alembic/scripts/versions" "$work/sqitch/deploy" "$work/sqitch/revert"
    printf '[alembic]\nscript_location = scripts\n' > "$work/alembic/alembic.ini"
    cat > "$work/alembic/scripts/env.py" <<'PYTHON'
import os
import sqlalchemy
from alembic import context
with sqlalchemy.create_engine("postgresql+psycopg2:///" + os.environ["PGDATABASE"]).connect() as connection:
    context.configure(connection=connection, transaction_per_migration=True)
    with context.begin_transaction():
        context.run_migrations()
PYTHON
    printf '%%syntax-version=1.0.0\n%%project=bench\n\n' > "$work/sqitch/sqitch.plan"
    printf '[core]\n\tengine = pg\n' > "$work/sqitch/sqitch.conf"
    for i in $(seq "$migrations"); do
        number=$(printf '%04d' "$i")
        echo "CREATE TABLE t$i (id bigint PRIMARY KEY, note text);" > "$work/ours/${number}_t$i.up.sql"
        echo "DROP TABLE t$i;" > "$work/ours/${number}_t$i.down.sql"
        printf 'from alembic import op\nrevision = "r%s"\ndown_revision = %s\ndef upgrade(): op.execute("CREATE TABLE t%s (id bigint PRIMARY KEY, note text)")\ndef downgrade(): op.execute("DROP TABLE t%s")\n' \
            "$number" "$before" "$i" "$i" > "$work/alembic/scripts/versions/r$number.py"
        before="\"r$number\""
        echo "t$i 2026-01-01T00:00:00Z A <a@example.com> # t$i" >> "$work/sqitch/sqitch.plan"
        printf 'BEGIN;\nCREATE TABLE t%s (id bigint PRIMARY KEY, note text);\nCOMMIT;\n' "$i" > "$work/sqitch/deploy/t$i.sql"
        printf 'BEGIN;\nDROP TABLE t%s;\nCOMMIT;\n' "$i" > "$work/sqitch/revert/t$i.sql"
    done
}

run_ours() { chronosctl migrate up -d dbname=migrated_ours --dir "$work/ours"; }
run_alembic() { (cd "$work/alembic" && PGDATABASE=migrated_alembic /usr/bin/python3 -m alembic upgrade head); }
run_sqitch() { (cd "$work/sqitch" && SQITCH_FULLNAME=A SQITCH_EMAIL=a@example.com sqitch deploy "db:pg:migrated_sqitch"); }
nothing_to_do() { chronosctl migrate up -d dbname=migrated_many --dir "$work/ours"; }

# Peers work on a database without Chronos.
peers() {
    /usr/bin/python3 -c 'import alembic, psycopg2' 2> /dev/null && echo alembic
    command -v sqitch > /dev/null && echo sqitch
}

bench_migrate() {
    local name ours
    make_directories
    echo "$migrations migrations of one statement, seconds:"
    for _ in $(seq "$rounds"); do
        for name in ours $(peers); do
            sql -d postgres -c "DROP DATABASE IF EXISTS migrated_$name" -c "CREATE DATABASE migrated_$name" 2> /dev/null
            [ "$name" != ours ] || sql -d migrated_ours -c 'CREATE EXTENSION chronos'
            timed "$work/migrate.$name" "run_$name"
        done
    done
    ours=$(median < "$work/migrate.ours")
    printf '  %-46s %8s\n' 'chronosctl migrate up' "$ours"
    for name in $(peers); do
        printf '  %-46s %8s   ratio %s\n' "$name" "$(median < "$work/migrate.$name")" "$(ratio "$(median < "$work/migrate.$name")" "$ours")"
    done
    make_tables migrated_many 5000
    sql -d migrated_many -c 'CREATE EXTENSION chronos'
    chronosctl migrate baseline "$migrations" -d dbname=migrated_many --dir "$work/ours" > /dev/null || die baseline
    for _ in $(seq "$rounds"); do timed "$work/migrate.nothing" nothing_to_do; done
    printf '  %-46s %8s\n' 'up with nothing to do, 5,000 tables' "$(median < "$work/migrate.nothing")"
}
