#!/bin/bash
# Runs the test suites of a stage, as the user who will own the servers; see docs in CONTRIBUTING.
#   tests/harness/run.sh STAGE [SUITE...]
# Suites: unit regress preload isolation cluster tap real, and upstream and incident when they are named. TESTS chooses among the
# files of tap, real, incident and upstream. The last line is `N passed, N failed`.
set -uo pipefail
stage=$1
shift
suites=("$@")
[ ${#suites[@]} -gt 0 ] || suites=(unit regress preload isolation cluster tap real)
# shellcheck disable=SC1091
. "$stage/environment"
out=$stage/results
mkdir -p "$out" "$stage/tmp"
jobs=${CHRONOS_TEST_JOBS:-$(nproc)}

# count SUITE PASSED FAILED
count() {
    printf '== %s: %s passed, %s failed (%s s)\n' "$1" "$2" "$3" "$((SECONDS - started))"
    echo "$2 $3" > "$out/$1.count"
}

google() {
    local suite=$1 program=$stage/bin/$1_tests passed failed status
    [ -x "$program" ] || return 0
    "$program" --gtest_brief=1 2>&1 | tee "$out/$suite.log"
    status=${PIPESTATUS[0]}
    passed=$(sed -n 's/^\[  PASSED  \] \([0-9]*\) test.*/\1/p' "$out/$suite.log" | tail -n 1)
    failed=$(sed -n 's/^ *\([0-9]*\) FAILED TEST.*/\1/p' "$out/$suite.log" | tail -n 1)
    if [ "$status" != 0 ] && [ -z "$failed" ]; then failed=1; fi
    count "$suite" "${passed:-0}" "${failed:-0}"
}

# pg_regress and pg_isolation_regress: programs of the server's development package.
regress() {
    local suite=$1 program=$2 input=$3 config=$4 passed failed names status
    [ -d "$input" ] || return 0
    names=$(cd "$input" && ls sql/*.sql specs/*.spec 2>/dev/null | sed 's#.*/##; s#\.[a-z]*$##')
    [ -n "$names" ] || return 0
    mkdir -p "$out/$suite"
    # shellcheck disable=SC2086
    "$program" --bindir="$CHRONOS_PGBIN" --temp-instance="$stage/tmp/$suite" --temp-config="$config" \
        --inputdir="$input" --outputdir="$out/$suite" --dlpath="$out" --no-locale --encoding=UTF8 \
        $names > "$out/$suite.log" 2>&1
    status=$?
    grep -E '^(not )?ok|^test |FAILED|failed' "$out/$suite.log"
    passed=$(grep -cE '^ok [0-9]|\.\.\. ok' "$out/$suite.log")
    failed=$(grep -cE '^not ok [0-9]|\.\.\. FAILED' "$out/$suite.log")
    if [ $status != 0 ]; then
        tail -n 20 "$out/$suite.log"
        cat "$out/$suite/regression.diffs" 2>/dev/null
        [ "$failed" != 0 ] || failed=1
    fi
    if grep -qE 'was terminated by signal (4|6|7|8|11)' "$out/$suite/log/postmaster.log" 2>/dev/null; then
        grep -E -B5 'was terminated by signal' "$out/$suite/log/postmaster.log"
        failed=$((failed + 1))
    fi
    count "$suite" "$passed" "$failed"
}

# Perl tests by prove; each *.pl prints TAP. TESTS names some of them.
tap() {
    local suite=$1 passed failed status test
    shift
    for test in "$@"; do
        shift
        case " ${TESTS:-$(basename "$test" .pl)} " in *" $(basename "$test" .pl) "*) set -- "$@" "$test" ;; esac
    done
    [ $# -gt 0 ] && [ -e "$1" ] || return 0
    mkdir -p "$out/$suite"
    (cd "$out/$suite" && PG_REGRESS="$CHRONOS_PGXS/src/test/regress/pg_regress" TESTDATADIR="$stage/tmp/$suite" \
        TESTLOGDIR="$out/$suite/log" PG_TEST_TIMEOUT_DEFAULT="${PG_TEST_TIMEOUT_DEFAULT:-120}" \
        prove --jobs "$jobs" --timer --verbose --failures -I "$CHRONOS_PGXS/src/test/perl" -I "$stage/tests/tests/tap" "$@") > "$out/$suite.log" 2>&1
    status=$?
    passed=$(grep -cE '^ok [0-9]' "$out/$suite.log")
    failed=$(grep -cE '^not ok [0-9]' "$out/$suite.log")
    if [ $status != 0 ]; then
        grep -E -A12 '^not ok|^#|Dubious|Bailout|^Test Summary' "$out/$suite.log" | tail -n 150
        [ "$failed" != 0 ] || failed=1
    fi
    sed -n 's#.*/\([a-z_]*\.pl\) \.* skipped: #skipped \1: #p' "$out/$suite.log" | tee "$out/$suite.skipped"
    count "$suite" "$passed" "$failed"
}

run_suite() {
    local suite=$1 started=$SECONDS tests
    case $suite in
        unit | cluster) google "$suite" ;;
        regress) regress regress "$CHRONOS_PGXS/src/test/regress/pg_regress" "$stage/tests" \
            "$stage/tests/tests/harness/plain.conf" ;;
        preload) regress preload "$CHRONOS_PGXS/src/test/regress/pg_regress" "$stage/tests" \
            "$stage/tests/tests/harness/preload.conf" ;;
        isolation) regress isolation "$CHRONOS_PGXS/src/test/isolation/pg_isolation_regress" \
            "$stage/tests/tests/isolation" "$stage/tests/tests/harness/plain.conf" ;;
        tap) tap tap "$stage"/tests/tests/tap/*.pl ;;
        real)  # the slowest have names at the end of the alphabet, and start first
            mapfile -t tests < <(printf '%s\n' "$stage"/tests/tests/real/*.pl | sort -r)
            tap real "${tests[@]}" ;;
        incident) tap incident "$stage"/tests/tests/incident/*.pl ;;
        upstream) tap upstream "$stage"/tests/tests/upstream/*.pl ;;
        *) echo "no such suite: $suite" >&2; exit 2 ;;
    esac
}

# One test at a time leaves the other core idle, so the second way to run the same tests goes along
# with the first.
rm -f "$out"/*.count "$out"/*.skipped
beside=
case " ${suites[*]} " in *" regress "*"preload "*)
    [ "$jobs" = 1 ] || { run_suite preload > "$out/preload.output" 2>&1 & beside=$!; } ;;
esac
for suite in "${suites[@]}"; do
    if [ "$suite" = preload ] && [ -n "$beside" ]; then
        wait "$beside"
        cat "$out/preload.output"
    else
        run_suite "$suite"
    fi
done
cat "$out"/*.count 2>/dev/null | {
    total_passed=0
    total_failed=0
    while read -r passed failed; do
        total_passed=$((total_passed + passed))
        total_failed=$((total_failed + failed))
    done
    printf '%s passed, %s failed\n' "$total_passed" "$total_failed"
    [ "$total_failed" = 0 ] && { [ "$total_passed" -gt 0 ] || [ -n "$(cat "$out"/*.skipped 2>/dev/null)" ]; }
}
