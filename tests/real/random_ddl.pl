# Random changes of all kinds of objects: after each of them capture has missed nothing, versions are rebuilt as they
# were, and plans lead along all of them there and back. What is not valid where it comes up is skipped.
# Environment: CHRONOS_SEED repeats a run, CHRONOS_STEPS is the number of versions that are made, CHRONOS_EVERY
# says how many versions lie between those that are rebuilt; of each fifth of these pg_dump is asked as well.
use strict;
use warnings;
use File::Basename qw(dirname);
use lib dirname(__FILE__);
use PostgreSQL::Test::Utils;
use Test::More;
use random_changes;
use random_parts;
use real_schema;
use plan_walk;

my $seed = $ENV{CHRONOS_SEED} // 602;
my $steps = $ENV{CHRONOS_STEPS} // 100;
my $every = $ENV{CHRONOS_EVERY} // 10;
my $dumps = PostgreSQL::Test::Utils::tempdir();
my $name = 'random_ddl';
my $again = "CHRONOS_SEED=$seed CHRONOS_STEPS=$steps repeats this";
srand($seed);
note("CHRONOS_SEED=$seed CHRONOS_STEPS=$steps");

my $node = new_server($name, 'max_prepared_transactions = 3', 'synchronous_commit = off', 'jit = off');
$node->safe_psql('postgres', "CREATE DATABASE $name TEMPLATE template0; CREATE ROLE regress_random_a; CREATE ROLE regress_random_b");

my $number = 0;
sub resolved { return 'SELECT pg_temp.resolve($template$' . random_change() . "\$template\$, '$seed " . ++$number . "') AS statement" }

# One transaction: most of one statement, some of more, with savepoints, of another role, undone or prepared.
sub transaction {
    my $way = rand;
    return resolved() . " \\gexec\n" if $way < 0.6;
    my @statements = map { resolved() } 1 .. 1 + rand 5;
    if ($way < 0.66) {
        return join '', (map { "$statements[$_] \\gset\n\\set statement$_ :statement\n" } 0 .. $#statements), "BEGIN;\n",
            (map { "SELECT :'statement$_' \\gexec\n" } 0 .. $#statements), "PREPARE TRANSACTION 'random'; " . one('COMMIT', 'COMMIT', 'ROLLBACK') . " PREPARED 'random';\n";
    }
    @statements = map { "$_ \\gexec\n" } @statements;
    splice @statements, rand @statements, 0, 'SET ROLE ' . role() . ";\n" if rand() < 0.3;
    splice @statements, rand @statements, 0, "SAVEPOINT a;\n", resolved() . " \\gexec\n", one("ROLLBACK TO a;\n", "RELEASE a;\n") if rand() < 0.5;
    return join '', "BEGIN;\n", @statements, one('COMMIT', 'COMMIT', 'COMMIT', 'ROLLBACK'), "; RESET ROLE;\n";
}

my $script = "CREATE EXTENSION chronos;\n" . slurp_file(dirname(__FILE__) . '/random_pick.sql')
    . "\\set ON_ERROR_ROLLBACK on\n\\set VERBOSITY verbose\n\\set dumped 0\n" . join '', map { "$_;\n" } first_changes();
for my $step (1 .. 12 * $steps) {
    $script .= "\\if :more\n" if $step > 1;
    $script .= transaction() . qq{\\if :ERROR
\\else
SELECT chronos.reconcile(everything => true) \\g /dev/null
\\endif
SELECT chronos.current_version() AS version, chronos.current_version() < $steps AS more, chronos.current_version() >= :dumped + @{[5 * $every]} AS dump \\gset
\\if :dump
\\set dumped :version
\\setenv VERSION :version
\\! pg_dump --schema-only --exclude-schema=chronos -d '@{[$node->connstr($name)]}' -f $dumps/\$VERSION
\\endif
} . ($step > 1 ? "\\endif\n" : '');
}
my $out = run_sql($node, $name, $script);
note('changed after ', time - $^T, ' s');
append_to_file("$PostgreSQL::Test::Utils::log_path/random_ddl_$seed.out", $out);
is($node->safe_psql($name, "SELECT number, added, changed, removed FROM chronos.history WHERE cause = 'unobserved' ORDER BY number"), '', 'capture missed nothing');
is(join("\n", $out =~ /^.*(?:XX000|internal error|server closed|pg_dump: |WARNING:  .*chronos).*/mg), '', 'nothing failed inside');
is($node->safe_psql($name, 'SELECT class, identity FROM chronos.uncovered'), '', 'nothing is uncovered');
my $last = $node->safe_psql($name, 'SELECT chronos.current_version()');
cmp_ok($last, '>=', $steps, "there are $last versions");
note($node->safe_psql($name, "SELECT substring(o from '^[a-z -]+(?= )') AS kind, count(*) FROM chronos.history, unnest(added || changed || removed) o GROUP BY 1 ORDER BY 2 DESC"));
for my $version (grep { $_ == $last || $_ % $every == 0 } 1 .. $last) {
    rebuilt_equals($node, $name, $version);
}
for my $version (sort { $a <=> $b } map { m{/(\d+)$} } glob "$dumps/*") {
    fresh_database($node, 'rebuilt');
    unlike(load_text($node, 'rebuilt', $node->safe_psql($name, "SELECT chronos.schema_at($version)")), qr/ERROR/, "version $version loads");
    same_schema($node, dump_text("$dumps/$version"), dump_of($node, 'rebuilt'), "version $version dumps as it did");
    drop_database($node, $_) for 'rebuilt', 'second_pass_original', 'second_pass_rebuilt';
}
note('rebuilt after ', time - $^T, ' s');
walk($node, $name, 1 .. $last);
diag($again) if !Test::More->builder->is_passing;
$node->stop;
done_testing();
