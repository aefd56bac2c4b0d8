# A run of migrations that ends at any moment leaves something that the next one finishes or undoes: the
# runner is killed, the server is killed, the connection is cut, at every statement.
use strict;
use warnings;
use FindBin;
use lib $FindBin::Bin;
use command_line;
use migration_directory;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('interrupted');
$node->init(extra => ['--encoding=UTF8', '--locale=C']);
$node->start;

sub shop {
    # Waits while the test holds the lock of that number.
    return new_shop($node, q{CREATE FUNCTION public.gate(n int) RETURNS void LANGUAGE sql AS 'SELECT pg_advisory_lock_shared(7, n); SELECT pg_advisory_unlock_shared(7, n)'});
}
sub fingerprint { my ($database) = @_; return $node->safe_psql($database, "SELECT encode(chronos.fingerprint(), 'hex')"); }
sub wait_for { my ($sql, $name) = @_; return ok($node->poll_query_until('postgres', $sql), $name); }
# Its first transaction has committed, so that the index is there and invalid.
sub building { my ($database) = @_; return "SELECT count(*) > 0 FROM pg_stat_activity WHERE datname = '$database' AND query LIKE 'CREATE INDEX%' AND wait_event = 'virtualxid'"; }
sub nobody_in { my ($database) = @_; return "SELECT count(*) = 0 FROM pg_stat_activity WHERE datname = '$database'"; }

# Scripts with a gate before, between and after their statements, and how many gates there are.
my %chain = (
    'one transaction each' => [4, {
        '1_a.up.sql' => 'SELECT gate(1); CREATE TABLE a (x int); SELECT gate(2); INSERT INTO a VALUES (1);',
        '2_b.up.sql' => 'CREATE TABLE b (x int); SELECT gate(3); CREATE VIEW v AS SELECT * FROM a; SELECT gate(4);'}],
    'statement by statement' => [5, {
        '1_a.up.sql' => "-- chronos: no-transaction\nSELECT gate(1); CREATE TABLE a (x int); SELECT gate(2); INSERT INTO a VALUES (1); CREATE INDEX CONCURRENTLY i ON a (x); SELECT gate(3);",
        '2_b.up.sql' => "BEGIN; CREATE TABLE b (x int); SELECT gate(4); COMMIT; VACUUM a; CREATE VIEW v AS SELECT * FROM a; SELECT gate(5);"}],
);

# What an interruption does, once the runner stands at a gate.
my %interruption = (
    'the runner is killed' => sub { my ($runner, $holder, $database) = @_; $runner->signal('KILL'); eval { $runner->finish }; $holder->quit; wait_for(nobody_in($database), 'nobody is left'); },
    'the connection is cut' => sub {
        my ($runner, $holder, $database) = @_;
        $node->safe_psql('postgres', "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '$database' AND query LIKE 'SELECT gate(%'");
        $runner->finish;
        isnt($runner->result(0), 0, 'the runner fails');
        $holder->quit;
    },
    'Ctrl-C' => sub { my ($runner, $holder) = @_; $runner->signal('INT'); $runner->finish; is($runner->result(0), 130, 'Ctrl-C: exit 130'); $holder->quit; },
    'the server is killed' => sub { my ($runner, $holder) = @_; $node->stop('immediate'); eval { $runner->finish }; eval { $holder->quit }; $node->start; },
);

for my $kind (sort keys %chain) {
    my ($gates, $files) = @{ $chain{$kind} };
    my $dir = directory($kind =~ s/ /_/gr, %$files);
    my $expected = shop();
    is((ctl($node, 'migrate', 'up', '-d', $expected, '--dir', $dir))[0], 0, "$kind: without an interruption");
    for my $how (sort keys %interruption) {
        # A server that starts anew takes its time: once for each kind is enough.
        for my $gate ($how eq 'the server is killed' ? $gates - 1 : 1 .. $gates) {
            my $database = shop();
            my $name = "$kind, $how at gate $gate";
            my $holder = $node->background_psql($database);
            $holder->query_safe("SELECT pg_advisory_lock(7, $gate)");
            my ($runner, $out, $err) = start_ctl($node, 'migrate', 'up', '-d', $database, '--dir', $dir);
            wait_for("SELECT count(*) > 0 FROM pg_locks l JOIN pg_database d ON d.oid = l.database WHERE datname = '$database' AND locktype = 'advisory' AND NOT granted", "$name: it stands there");
            $interruption{$how}->($runner, $holder, $database);
            my ($exit, $again, $errors) = ctl($node, 'migrate', 'up', '-d', $database, '--dir', $dir, '--wait', '30');
            is($exit, 0, "$name: the next run ends well") or diag($errors);
            is(fingerprint($database), fingerprint($expected), "$name: the schema is what it should be");
            is($node->safe_psql($database, 'SELECT count(*) FROM a'), '1', "$name: nothing was done twice");
            is($node->safe_psql($database, q{SELECT string_agg(version || state, ' ' ORDER BY sequence) FROM chronos.migration}), '1applied 2applied', "$name: the record");
        }
    }
}

# --- the way down, at every gate
my %way_down = (
    'one transaction each' => [4, {
        '1_a.up.sql' => 'CREATE TABLE a (x int);', '1_a.down.sql' => 'SELECT gate(3); DROP TABLE a; SELECT gate(4);',
        '2_b.up.sql' => 'CREATE TABLE b (x int); CREATE INDEX i ON b (x);', '2_b.down.sql' => 'SELECT gate(1); DROP INDEX i; SELECT gate(2); DROP TABLE b;'}],
    'statement by statement' => [4, {
        '1_a.up.sql' => 'CREATE TABLE a (x int); CREATE INDEX i ON a (x);', '1_a.down.sql' => "-- chronos: no-transaction\nSELECT gate(3); DROP INDEX CONCURRENTLY i; SELECT gate(4); DROP TABLE a;",
        '2_b.up.sql' => 'CREATE TABLE b (x int); CREATE VIEW v AS SELECT * FROM b;', '2_b.down.sql' => "-- chronos: no-transaction\nSELECT gate(1); DROP VIEW v; SELECT gate(2); DROP TABLE b;"}],
);
for my $kind (sort keys %way_down) {
    my ($gates, $files) = @{ $way_down{$kind} };
    my $dir = directory("down_$kind" =~ s/ /_/gr, %$files);
    for my $how (sort keys %interruption) {
        for my $gate ($how eq 'the server is killed' ? $gates : 1 .. $gates) {
            my $database = shop();
            my $before = fingerprint($database);
            my $name = "down, $kind, $how at gate $gate";
            is((ctl($node, 'migrate', 'up', '-d', $database, '--dir', $dir))[0], 0, "$name: up");
            my $holder = $node->background_psql($database);
            $holder->query_safe("SELECT pg_advisory_lock(7, $gate)");
            my ($runner, $out, $err) = start_ctl($node, 'migrate', 'to', '0', '-d', $database, '--dir', $dir, '--yes');
            wait_for("SELECT count(*) > 0 FROM pg_locks l JOIN pg_database d ON d.oid = l.database WHERE datname = '$database' AND locktype = 'advisory' AND NOT granted", "$name: it stands there");
            $interruption{$how}->($runner, $holder, $database);
            my ($exit, $again, $errors) = ctl($node, 'migrate', 'to', '0', '-d', $database, '--dir', $dir, '--yes', '--wait', '30');
            is($exit, 0, "$name: the next run ends well") or diag($errors);
            is(fingerprint($database), $before, "$name: the schema is what it was");
            is($node->safe_psql($database, q{SELECT count(*) FROM chronos.migration WHERE state <> 'stored'}), '0', "$name: the record");
        }
    }
}

# --- an index that was being built is found broken, dropped and built again
for my $index ('i', '') {
    my $database = shop();
    $node->safe_psql($database, 'CREATE TABLE a (x int); CREATE TABLE other (y int)');
    my $dir = directory("index$index", '1_i.up.sql' => "CREATE INDEX CONCURRENTLY $index ON a (x);\nCREATE TABLE done ();\n");
    my $snapshot = $node->background_psql($database);
    $snapshot->query_safe('BEGIN ISOLATION LEVEL REPEATABLE READ; INSERT INTO a VALUES (1); SELECT 1');
    my ($runner, $out, $err) = start_ctl($node, 'migrate', 'up', '-d', $database, '--dir', $dir);
    wait_for(building($database), 'the index is being built');
    $runner->signal('KILL');
    eval { $runner->finish };
    fails($node, ['migrate', 'up', '-d', $database, '--dir', $dir, '--wait', '1'], 1, qr/error: another runner is migrating this database/, 'while it is being built, the next run leaves it alone');
    $node->safe_psql($database, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'CREATE INDEX%'");
    wait_for("SELECT count(*) = 0 FROM pg_stat_activity WHERE datname = '$database' AND query LIKE 'CREATE INDEX%'", 'its builder is gone');
    is($node->safe_psql($database, "SELECT count(*) FROM pg_index WHERE indrelid = 'a'::regclass AND NOT indisvalid"), '1', 'it is left invalid');
    is($node->safe_psql($database, 'SELECT string_agg(version || state, NULL) FROM chronos.migration'), '1applying', 'it is known that it was begun');
    is((ctl_json($node, 'migrate', 'status', '-d', $database, '--dir', $dir))->[0]{state}, 'unfinished', 'status tells so');
    $snapshot->query_safe('COMMIT');
    $snapshot->quit;
    is((ctl($node, 'migrate', 'up', '-d', $database, '--dir', $dir))[0], 0, 'the next run ends well');
    is($node->safe_psql($database, "SELECT string_agg(indexrelid::regclass || ' ' || indisvalid, ', ') FROM pg_index WHERE indrelid = 'a'::regclass"), ($index || 'a_x_idx') . ' true', 'one index, and it is valid');
}

# --- Ctrl-C while an index is being built: it does not wait for what the index waits for
{
    my $database = shop();
    $node->safe_psql($database, 'CREATE TABLE a (x int)');
    my $dir = directory('stopped', '1_i.up.sql' => "CREATE INDEX CONCURRENTLY i ON a (x);\n");
    my $snapshot = $node->background_psql($database);
    $snapshot->query_safe('BEGIN ISOLATION LEVEL REPEATABLE READ; INSERT INTO a VALUES (1); SELECT 1');
    my ($runner) = start_ctl($node, 'migrate', 'up', '-d', $database, '--dir', $dir);
    wait_for(building($database), 'the index is being built');
    $runner->signal('INT');
    $runner->finish;
    is($runner->result(0), 130, 'Ctrl-C ends it');
    $snapshot->query_safe('COMMIT');
    $snapshot->quit;
    is((ctl($node, 'migrate', 'up', '-d', $database, '--dir', $dir))[0], 0, 'the next run ends well');
    is($node->safe_psql($database, "SELECT indisvalid FROM pg_index WHERE indexrelid = 'i'::regclass"), 't', 'the index is valid');
}

# --- an index that cannot be built leaves no ruins, and IF NOT EXISTS does not take an invalid one for it
{
    my $database = shop();
    $node->safe_psql($database, 'CREATE TABLE a (x int); INSERT INTO a VALUES (1), (1)');
    my $dir = directory('unique', '1_i.up.sql' => "CREATE TABLE first ();\nCREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS i ON a (x);\n");
    fails($node, ['migrate', 'up', '-d', $database, '--dir', $dir], 1, qr/1_i\.up\.sql:2: could not create unique index "i"\n(.*\n)*Step 2 of 2 failed; what was done before it is committed/, 'an index that cannot be built');
    is($node->safe_psql($database, q{SELECT count(*) FROM pg_class WHERE relname = 'i'}), '0', 'nothing of it is left');
    is($node->safe_psql($database, q{SELECT string_agg(step || state || coalesce(' ' || error, ''), ', ' ORDER BY step) FROM chronos.migration_step}), '1done, 2failed 1_i.up.sql:2: could not create unique index "i"', "each statement's outcome");
    # Whoever made this one: it is no index.
    $node->psql($database, 'CREATE UNIQUE INDEX CONCURRENTLY i ON a (x)');
    $node->safe_psql($database, 'DELETE FROM a');
    my ($document) = ctl_json($node, 'migrate', 'up', '-d', $database, '--dir', $dir);
    is($document->{migrations}[0]{resumed_after}, 1, 'it goes on after the first step');
    is($node->safe_psql($database, "SELECT indisvalid FROM pg_index WHERE indexrelid = 'i'::regclass"), 't', 'the index is valid');
}

# --- a step that cannot be done can be mended in the script, or the migration undone
{
    my $database = shop();
    my $before = fingerprint($database);
    my $start = "-- chronos: no-transaction\nCREATE TABLE a (x int);\nCREATE TABLE b (x int);\n";
    my $dir = directory('mended', '1_a.up.sql' => $start . "CREATE TABLE c (x wrong);\n");
    is((ctl($node, 'migrate', 'up', '-d', $database, '--dir', $dir))[0], 1, 'a step fails');
    fails($node, ['migrate', 'up', '-d', $database, '--dir', directory('other', '1_a.up.sql' => "-- chronos: no-transaction\nCREATE TABLE z (x int);\n")], 4, qr/step 1 of "1_a\.up\.sql" is not what it was when it was done/, 'what is done is not to be changed');
    is((ctl($node, 'migrate', 'up', '-d', $database, '--dir', directory('right', '1_a.up.sql' => $start . "CREATE TABLE c (x int);\n")))[0], 0, 'the step is mended');
    is((ctl($node, 'migrate', 'down', '-d', $database, '--dir', $dir, '--yes'))[0], 0, 'and all of it undone');
    is(fingerprint($database), $before, 'the schema is as before');
    is((ctl($node, 'migrate', 'up', '-d', $database, '--dir', $dir))[0], 1, 'it fails again');
    is((ctl($node, 'migrate', 'down', '-d', $database, '--dir', $dir, '--yes'))[0], 0, 'what is half done can be undone');
    is(fingerprint($database), $before, 'the schema is as before');
}
done_testing();
