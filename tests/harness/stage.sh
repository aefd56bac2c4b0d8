#!/bin/bash
# Makes DIR a private installation: a copy of the server with chronos installed into it, the client,
# the test programs and the test files. Nothing outside DIR is written, so no root is needed, and
# PostgreSQL finds its files relative to its own program.
#   tests/harness/stage.sh DIR          (environment: PG_CONFIG, MAKE)
set -euo pipefail
source_dir=$(cd "$(dirname "$0")/../.." && pwd)
stage=$1
pg_config=${PG_CONFIG:-pg_config}

copy_tree() {
    mkdir -p "$stage$1"
    cp -a "$1/." "$stage$1/"
}

copy_tree "$("$pg_config" --bindir)"
copy_tree "$("$pg_config" --pkglibdir)"
copy_tree "$("$pg_config" --sharedir)"
# Debian links some share files to places outside; a relocated server does not mind.
${MAKE:-make} -s -C "$source_dir/extension" install DESTDIR="$stage" PG_CONFIG="$pg_config" >/dev/null
DESTDIR="$stage" cmake --install "$source_dir/build/client" --prefix /usr >/dev/null
if [ -f "$source_dir/tests/module/chronos_test.so" ]; then
    ${MAKE:-make} -s -C "$source_dir/tests/module" install DESTDIR="$stage" PG_CONFIG="$pg_config" >/dev/null
fi
mkdir -p "$stage/tests" "$stage/bin"
cp -a "$source_dir/sql" "$source_dir/expected" "$source_dir/tests" "$source_dir/deploy" "$stage/tests/"
for program in unit_tests cluster_tests; do
    [ ! -f "$source_dir/build/client/tests/$program" ] || cp "$source_dir/build/client/tests/$program" "$stage/bin/"
done
[ ! -d "$source_dir/build/inputs" ] || cp -a "$source_dir/build/inputs" "$stage/inputs"
if [ -e "$source_dir/build/source/regress/regress.so" ]; then
    cp -a "$source_dir/build/source" "$stage/source"
    mkdir -p "$stage/source/libraries"
    cp "$stage/source/regress/regress.so" "$("$pg_config" --pkglibdir)"/{refint,autoinc}.so "$stage/source/libraries/"
fi
cat > "$stage/environment" <<TEXT
export CHRONOS_STAGE='$stage'
export CHRONOS_PGBIN='$stage$("$pg_config" --bindir)'
export CHRONOS_PGXS='$(dirname "$("$pg_config" --pgxs)")/../..'
export PATH='$stage$("$pg_config" --bindir)':'$stage/usr/bin':"\$PATH"
unset PGHOST PGPORT PGUSER PGDATABASE PGPASSWORD PGOPTIONS PGSERVICE
TEXT
