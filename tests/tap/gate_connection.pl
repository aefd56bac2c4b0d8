# The gate by connection string: what psql, pgbench and PostgreSQL's own programs meet, and who is never stopped.
use strict;
use warnings;
use File::Temp qw(tempdir);
use FindBin;
use lib $FindBin::Bin;
use command_line;
use migration_directory;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('gate');
$node->init(allows_streaming => 1);
$node->append_conf('postgresql.conf', "shared_preload_libraries = 'chronos'\nautovacuum_naptime = 1s\nchronos.launcher_interval = 1s\nchronos.engine_path = '$ENV{CHRONOS_STAGE}/usr/bin/chronosctl'");
$node->start;
my $major = int($node->safe_psql('postgres', 'SHOW server_version_num') / 10000);
$node->safe_psql('postgres', 'CREATE ROLE app LOGIN; CREATE ROLE landlord LOGIN; CREATE DATABASE shop OWNER landlord; CREATE DATABASE bare OWNER landlord');
$node->safe_psql('shop', <<'SQL');
CREATE EXTENSION chronos;
CREATE TABLE orders (id bigint PRIMARY KEY, total numeric);
INSERT INTO orders SELECT i, i FROM generate_series(1, 1000) i;
GRANT ALL ON orders TO app;
SQL

sub version { return $node->safe_psql('shop', 'SELECT chronos.current_version()'); }

# psql as a role with settings in the connection string: (status, output, errors).
sub as {
    my ($role, $settings, $sql, %more) = @_;
    my ($status, $out, $err) = $node->psql($more{database} // 'shop', $sql,
        connstr => $node->connstr($more{database} // 'shop') . " user=$role options='$settings'" . ($more{connection} // ''), on_error_stop => $more{stop} // 0);
    return ($status, $out, $err);
}

# A line for a script of psql or pgbench by which somebody else does something meanwhile.
sub meanwhile {
    my ($escape, $sql) = @_;
    return "$escape psql -X -q -d '" . $node->connstr('shop') . "' -U postgres -c \"$sql\"\n";
}

# --- what a program sees
my $at = version();
{
    my ($status, $out, $err) = as('app', '-c chronos.expect=>=4000', "\\set VERBOSITY verbose\nSELECT 1");
    like($err, qr/^psql:<stdin>:2: ERROR:  CH001: schema version $at does not satisfy ">=4000"\nDETAIL:  The database is at version $at, fingerprint [0-9a-f]{16}\.\nHINT:  Migrate the database, or run a release of the program that is made for version $at\. To go on with the schema as it is, SET chronos\.expect = ''\.\n/, 'the first statement fails and says why');
    is($out, '', 'and does nothing');
    ($status, $out, $err) = as('app', "-c chronos.expect=>=$at,<" . ($at + 1), 'SELECT 1');
    is("$out$err", '1', 'a range that fits');
    ($status, $out, $err) = as('app', '-c chronos.expect=>=,', 'SELECT 1');
    is($status, 2, 'what cannot be read refuses the connection');
    like($err, qr/FATAL:  invalid value for parameter "chronos\.expect": ">=,"\nDETAIL:  What is wrong: a version was expected, but found ","\.\nHINT:  Write, for example/, 'and says why');
    ($status, $out, $err) = as('postgres', '-c chronos.expect=>=4000', "SELECT 1;\nSET chronos.expect = '';\nSELECT 2");
    like("$out|$err", qr/^2\|.*does not satisfy/s, 'a superuser overrides it');
}

# --- the extended protocol, and statements prepared before the schema moved
sub pgbench {
    my ($settings, $script, @arguments) = @_;
    my $file = tempdir(CLEANUP => 1) . '/script';
    append_to_file($file, $script);
    local $ENV{PGOPTIONS} = $settings;
    my ($out, $err) = run_command([ 'pgbench', '-n', '-U', 'app', '-h', $node->host, '-p', $node->port, '-f', $file, '-t', '1', @arguments, 'shop' ]);
    return "$out$err";
}
for my $protocol (qw(simple extended prepared)) {
    like(pgbench('-c chronos.expect=>=4000', "SELECT 1;\n", '-M', $protocol), qr/ERROR:  schema version $at does not satisfy ">=4000"/, "$protocol protocol: refused");
    like(pgbench('-c chronos.expect=>=1', "SELECT 1;\n", '-M', $protocol), qr/processed: 1\/1/, "$protocol protocol: let in");
}
{
    my $script = "SELECT count(*) FROM orders;\n" . meanwhile('\\shell', "COMMENT ON TABLE orders IS 'moved " . '`date +%N`' . "'") . "SELECT count(*) FROM orders;\n";
    my $version = version();
    like(pgbench("-c chronos.expect=$version -c chronos.expect_mode=statement", $script, '-M', 'prepared'), qr/ERROR:  schema version @{[$version + 1]} does not satisfy "$version"/, 'a prepared statement fails when the schema has moved');
    $version = version();
    like(pgbench("-c chronos.expect=$version", $script, '-M', 'prepared'), qr/processed: 1\/1/, 'at connect it is looked at once');
}

# --- the transaction is as it was: its isolation, its snapshot, its commit
$at = version();
{
    my ($status, $out, $err) = as('postgres', "-c chronos.expect=$at -c chronos.expect_mode=statement",
        "BEGIN ISOLATION LEVEL REPEATABLE READ;\nSELECT 1;\n" . meanwhile('\\!', 'COMMENT ON TABLE orders IS NULL') . "SELECT 2;\nROLLBACK;\nSHOW chronos.expect");
    is($out, "1\n$at", 'it moves inside a transaction');
    like($err, qr/ERROR:  schema version @{[$at + 1]} does not satisfy "$at"/, 'and the next statement fails');
    for my $level ('REPEATABLE READ', 'SERIALIZABLE') {
        ($status, $out, $err) = as('postgres', '-c chronos.expect=>=1 -c chronos.expect_mode=statement',
            "BEGIN;\nSET TRANSACTION ISOLATION LEVEL $level;\nLOCK TABLE pg_am IN ACCESS SHARE MODE;\n" . meanwhile('\\!', 'INSERT INTO orders SELECT max(id) + 1 FROM orders')
            . "SELECT max(id) FROM orders");
        is("$out$err", $node->safe_psql('shop', 'SELECT max(id) FROM orders'), "$level: the look takes no snapshot for the transaction");
    }
}
{
    $node->safe_psql('shop', q{CREATE FUNCTION moving() RETURNS void LANGUAGE plpgsql AS $$ BEGIN CREATE TABLE made (id int); DROP TABLE made; COMMENT ON TABLE orders IS 'moved by a function'; END $$; ALTER TABLE orders OWNER TO app; GRANT CREATE ON SCHEMA public TO app});
    my $version = version();
    like(pgbench("-c chronos.expect=$version -c chronos.expect_mode=statement", "SELECT moving();\n", '-M', 'extended'), qr/processed: 1\/1/, 'a session moves it itself');
    is(version(), $version + 1, 'and its own commit is recorded');
}

# --- whoever is no application is not asked
{
    my $repository = tempdir(CLEANUP => 1);
    chmod 0700, $repository;
    $node->safe_psql('postgres', q{ALTER DATABASE shop SET chronos.expect = '>=4000'});
    my (undef, undef, $err) = as('app', '', 'SELECT 1');
    like($err, qr/does not satisfy ">=4000"/, 'a database expects it of everybody');
    my ($status, $out);
    ($status, $out, $err) = as('postgres', '-c chronos.expect=', "SELECT chronos.add_repository('main', 'file://$repository'); SELECT chronos.snapshot('under the gate') IS NOT NULL", stop => 1);
    like($out, qr/^t$/m, 'a snapshot by the worker is taken') or diag $err;
    is((ctl($node, 'snapshot', '-d', 'dbname=shop user=postgres', '--repository', "file://$repository"))[0], 0, 'and one by chronosctl');
    is((ctl($node, 'restore', 'latest', '--repository', "file://$repository", '--to', 'dbname=copy user=postgres', '--create'))[0], 0, 'a restore');
    {
        local $ENV{PGOPTIONS} = '-c chronos.expect=>=4000';
        succeeds($node, [ 'check', '-d', 'shop', '-U', 'app', '--require', '>=1' ], qr/satisfies >=1/, 'chronosctl has a gate of its own');
        my ($dumped, $why) = run_command([ 'pg_dump', '-s', '-d', $node->connstr('copy') . ' user=app' ]);
        like($why, qr/does not satisfy ">=4000"/, 'pg_dump is stopped like any program');
    }
    my $stream = $node->connstr('shop') . ' replication=database user=postgres';
    ($out, $err) = run_command([ 'psql', '-XAt', '-d', $stream, '-c', 'IDENTIFY_SYSTEM' ]);
    like($out, qr/\|shop$/, 'replication is not stopped') or diag $err;
    $node->safe_psql('postgres', 'ALTER DATABASE shop RESET chronos.expect; ALTER DATABASE copy RESET chronos.expect');
}
{
    $node->safe_psql('postgres', q{ALTER SYSTEM SET chronos.expect = '>=4000'});
    $node->reload;
    my $offset = -s $node->logfile;
    as('app', '-c chronos.expect=', 'DELETE FROM orders WHERE id > 100');
    my ($status, $out, $err) = as('postgres', '-c chronos.expect=', 'ANALYZE orders');
    is($err, '', 'the server expects it of everybody but who says otherwise');
    sleep 3;
    my $log = slurp_file($node->logfile, $offset);
    unlike($log, qr/does not satisfy|cannot check/, 'no worker is stopped');
    $node->safe_psql('postgres', 'ALTER SYSTEM RESET chronos.expect', connstr => $node->connstr('postgres') . " options='-c chronos.expect='");
    $node->reload;
}
{
    my $force = $major >= 16 ? 'debug_parallel_query' : 'force_parallel_mode';
    my ($status, $out, $err) = as('app', "-c chronos.expect=>=1 -c chronos.expect_mode=statement -c $force=on -c parallel_setup_cost=0 -c parallel_tuple_cost=0 -c min_parallel_table_scan_size=0", 'SELECT count(*) > 0 FROM orders');
    is("$out$err", 't', 'parallel workers do their part');
}

# --- what every application expects is what the migrations are about to make
{
    my $dir = directory('expected', '0001_item.up.sql' => "CREATE TABLE item (a int);\n", '0002_index.up.sql' => "CREATE INDEX CONCURRENTLY item_a ON item (a);\n", '0002_index.down.sql' => "DROP INDEX CONCURRENTLY item_a;\n");
    $node->safe_psql('postgres', q{ALTER DATABASE shop SET chronos.expect = '>=4000'});
    for my $verb (['verify'], ['up'], ['status'], ['to', '0', '--yes']) {
        my ($status, $out, $err) = ctl($node, 'migrate', @$verb, '-d', 'shop', '--dir', $dir);
        is($status, 0, "a migration is not stopped by what applications expect: @$verb") or diag($err);
    }
    $node->safe_psql('postgres', 'ALTER DATABASE shop RESET chronos.expect');
}

# --- a gate that is broken
{
    my ($status, $out, $err) = as('app', '-c chronos.expect=>=1', 'SELECT 1', database => 'bare');
    like($err, qr/ERROR:  cannot check whether the schema satisfies ">=1"\nDETAIL:  The reason: extension "chronos" is not installed in this database\.\nHINT:  Ask the owner/, 'without the extension: an ordinary role is stopped');
    ($status, $out, $err) = as('landlord', '-c chronos.expect=>=1', "SELECT 1;\nSELECT 2", database => 'bare');
    is($out, "1\n2", 'the owner of the database is let in');
    like($err, qr/^psql:<stdin>:1: WARNING:  cannot check .*\nDETAIL:.*\nHINT:  You may go on[^\n]*$/, 'and warned, once');

    $node->safe_psql('copy', 'SET session_replication_role = replica; ALTER TABLE chronos.version RENAME TO lost');
    ($status, $out, $err) = as('app', '-c chronos.expect=>=1', 'SELECT 1', database => 'copy');
    like($err, qr/ERROR:  cannot check .*\nDETAIL:  The reason: relation "chronos.version" does not exist\./, 'a damaged store: an ordinary role is stopped');
    ($status, $out, $err) = as('postgres', '-c chronos.expect=>=1', "BEGIN;\nSELECT 1;\nSELECT 2;\nCOMMIT", database => 'copy');
    is($out, "1\n2", 'a superuser is let in, in the middle of a transaction');
    like($err, qr/WARNING:  cannot check/, 'and warned');
}

# --- loaded by the session, which learns only then what the connection string meant
$node->append_conf('postgresql.conf', "shared_preload_libraries = ''");
$node->restart;
{
    my ($status, $out, $err) = as('app', '-c chronos.expect=>=4000', 'SELECT 1');
    is($out, '1', 'without the library there is no gate');
    $node->safe_psql('postgres', 'ALTER DATABASE shop SET session_preload_libraries = chronos');
    ($status, $out, $err) = as('app', '-c chronos.expect=>=4000', 'SELECT 1');
    like($err, qr/does not satisfy ">=4000"/, 'loaded by the session, the gate is there');
    ($status, $out, $err) = as('app', '-c chronos.expect=>=,', "SELECT 1;\nSET chronos.expect = '>=1';\nSELECT 2");
    like($err, qr/^psql:<stdin>:1: ERROR:  cannot check whether the schema satisfies ">=,"\nDETAIL:  The reason: invalid version requirement ">=,". What is wrong: a version was expected/, 'what cannot be read stops the first statement');
    is($out, '2', 'until it is put right');
}
SKIP: {
    skip 'event triggers on login came with PostgreSQL 17', 2 if $major < 17;
    $node->safe_psql('shop', 'ALTER DATABASE shop RESET session_preload_libraries; CREATE EVENT TRIGGER gate ON login EXECUTE FUNCTION chronos.load_gate(); ALTER EVENT TRIGGER gate ENABLE ALWAYS');
    my ($status, $out, $err) = as('app', '-c chronos.expect=>=4000', 'SELECT 1');
    like($err, qr/does not satisfy ">=4000"/, 'loaded by an event trigger, the gate is there');
    ($status, $out, $err) = as('app', '-c chronos.expect=>=1', 'SELECT 1');
    is($out, '1', 'and lets in what fits');
}
{
    $node->safe_psql('shop', q{SELECT chronos.label('shop 2.2'); CREATE TABLE after_the_label (a int)});
    my ($status, $out, $err) = as('app', '-c chronos.expect=>=4000', 'SELECT 1');
    like($err, qr/made for version \d+; the last one before it that has a label is version \d+ \(shop 2\.2\)\./, 'which release fits, where the version has no label of its own');
}
$node->stop;
done_testing();
