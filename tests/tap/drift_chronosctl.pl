# chronosctl drift and blame: what is other than recorded, or than migrations make it, and who did it.
use strict;
use warnings;
use File::Temp qw(tempdir);
use FindBin;
use lib $FindBin::Bin;
use command_line;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('drift');
$node->init(extra => ['--encoding=UTF8', '--locale=C']);
$node->start;
$node->safe_psql('postgres', 'CREATE ROLE alice SUPERUSER LOGIN');
$node->safe_psql('postgres', 'CREATE DATABASE shop');
$node->safe_psql('shop', 'CREATE EXTENSION chronos');
my $place = tempdir(CLEANUP => 1);

my ($made, $late) = map { $node->safe_psql('shop', $_); $node->safe_psql('shop', 'SELECT chronos.current_version()') }
    'CREATE TABLE orders (id bigint PRIMARY KEY, total numeric NOT NULL)',
    'SET SESSION AUTHORIZATION alice; ALTER TABLE orders ADD COLUMN late text';

# --- blame
{
    my $lines = ctl_json($node, 'blame', 'public.orders', '-d', 'shop');
    my %version = map { $_->{part} => $_->{version} } @$lines;
    is_deeply([@version{'table', 'column id', 'column late', 'constraint orders_pkey'}], [$made, $made, $late, $made], 'blame --json: the versions');
    my ($column) = grep { $_->{part} eq 'column late' } @$lines;
    is($column->{role}, 'alice', 'blame --json: the role');
    is_deeply($column->{statements}, ['ALTER TABLE orders ADD COLUMN late text'], 'blame --json: the statement');
    like($column->{committed_at}, qr/^\d{4}-.*Z$/, 'blame --json: the time');
}
succeeds($node, ['blame', 'public.orders', '-d', 'shop'], qr/^version  time +role +part +statement\n(.*\n)* +$late  \d{4}-\S+ \S+  alice +column late +ALTER TABLE orders ADD COLUMN late text\n/, 'blame');
unlike((ctl($node, 'blame', 'public.orders', $made, '-d', 'shop'))[1], qr/column late/, 'blame of a former version');
fails($node, ['blame', 'public.nothing', '-d', 'shop'], 5, qr/error: .*"public\.nothing"/, 'blame of what is not there');
fails($node, ['blame', 'public.orders', '999', '-d', 'shop'], 5, qr/schema version 999 does not exist/, 'blame at an unknown version');

# --- against the record
succeeds($node, ['drift', '-d', 'shop', '--exit-code'], qr/^no drift\n$/, 'no drift');
$node->safe_psql('shop', q{UPDATE pg_attribute SET attname = 'sum' WHERE attrelid = 'orders'::regclass AND attname = 'total'});
succeeds($node, ['drift', '-d', 'shop'], qr/^changed table public\.orders\nparts:  column sum renamed \(was total\)\ncause:  unobserved\ntime:   (between|after|before) /, 'drift');
is((ctl($node, 'drift', '-d', 'shop', '--exit-code'))[0], 1, 'drift --exit-code');
{
    my $document = ctl_json($node, 'drift', '-d', 'shop');
    is($document->{against}, 'recorded', 'drift --json: against what');
    my ($table) = grep { $_->{kind} eq 'table' } @{ $document->{drift} };
    is_deeply([@$table{qw(change identity cause version)}], ['changed', 'public.orders', 'unobserved', undef], 'drift --json: what and why');
    is_deeply([map { "$_->{part} $_->{change} $_->{old_name}" } @{ $table->{parts} }], ['column sum renamed total'], 'drift --json: the part');
}
$node->safe_psql('shop', q{UPDATE pg_attribute SET attname = 'total' WHERE attrelid = 'orders'::regclass AND attname = 'sum'});

# --- against migrations
sub directory {
    my ($name, %files) = @_;
    mkdir "$place/$name" or die;
    append_to_file("$place/$name/$_", $files{$_}) for keys %files;
    return "$place/$name";
}
sub drift_from {
    my ($directory) = @_;
    my $document = ctl_json($node, 'drift', '-d', 'shop', '--migrations', $directory);
    return join ', ', map { "$_->{change} $_->{kind} $_->{identity}" . join('', map { " ($_->{part} $_->{change})" } @{ $_->{parts} }) } @{ $document->{drift} };
}
sub scratch_databases { return $node->safe_psql('postgres', q{SELECT count(*) FROM pg_database WHERE datname LIKE 'chronos\_scratch%'}); }
my $table = 'CREATE TABLE orders (id bigint PRIMARY KEY, total numeric NOT NULL);';

my $pairs = directory('pairs', '0001_orders.up.sql' => $table, '0001_orders.down.sql' => 'DROP TABLE orders;',
    '0010_late.up.sql' => 'ALTER TABLE orders ADD COLUMN late text;', '0010_late.down.sql' => 'nonsense', 'notes.sql' => 'nonsense');
is(drift_from($pairs), '', 'NNNN_name.up.sql: no drift');
is((ctl($node, 'drift', '-d', 'shop', '--migrations', $pairs, '--exit-code'))[0], 0, 'exit 0');
my $behind = directory('behind', '9_orders.sql' => $table, '10_more.sql' => "ALTER TABLE orders ADD COLUMN more int;\nALTER TABLE orders DROP COLUMN more;\n");
is(drift_from($behind), 'changed table public.orders (column late added)', 'NNNN_name.sql, in the order of numbers: what only the database has');
succeeds($node, ['drift', '-d', 'shop', '--migrations', $behind], qr/^changed table public\.orders\nparts:    column late added\ncause:    ddl\nversion:  $late\nby:       alice\ntime:     \d{4}-.*\n    ALTER TABLE orders ADD COLUMN late text\n$/, 'who did it, when and how');
is((ctl($node, 'drift', '-d', 'shop', '--migrations', $behind, '--exit-code'))[0], 1, 'exit 1 with --exit-code');
my $dbmate = directory('dbmate', '20260101_a.sql' => "-- migrate:up\n$table\n\n-- migrate:down\nDROP TABLE orders;\n",
    '20260102_b.sql' => "-- migrate:up transaction:false\nALTER TABLE orders ADD COLUMN late text;\nCREATE INDEX CONCURRENTLY by_late ON orders (late);\n-- migrate:down\nnonsense;\n");
is(drift_from($dbmate), 'removed index public.by_late', 'dbmate, not in a transaction: what only the migrations make');
my $goose = directory('goose', '00001_a.sql' => "-- +goose Up\n$table\n-- +goose StatementBegin\nCREATE FUNCTION f() RETURNS integer LANGUAGE plpgsql AS \$\$\nBEGIN\n  RETURN 1;\nEND \$\$;\n-- +goose StatementEnd\nALTER TABLE orders ADD late text;\n-- +goose Down\nDROP TABLE orders;\n");
is(drift_from($goose), 'removed function public.f()', 'goose');
$node->safe_psql('shop', 'CREATE TABLE schema_migrations (version varchar(128) PRIMARY KEY)');
is(drift_from($pairs), '', "the tool's own table is no drift");
is(scratch_databases(), '0', 'no scratch database is left');

# --- settings of the database, and of a former script
$node->safe_psql('postgres', 'ALTER DATABASE shop SET search_path = app');
$node->safe_psql('shop', 'CREATE SCHEMA app');
$node->safe_psql('shop', 'CREATE TABLE app.parts (x integer)');
like(drift_from(directory('path', '1.sql' => "CREATE SCHEMA app; SET search_path = ''", '2.sql' => 'CREATE TABLE parts (x integer)')), qr/^(?!.*app\.parts)/, 'search_path as in this database, for each script');

$node->safe_psql('postgres', 'ALTER DATABASE shop RESET search_path');

# --- what reaches further than the scratch database
{
    my $wide = directory('wide', '1_roles.sql' => "/* first */ CREATE ROLE bob;\nALTER DATABASE shop RENAME TO gone;\nCREATE SUBSCRIPTION s CONNECTION 'x' PUBLICATION p;\nALTER SYSTEM SET work_mem = '1MB';\n$table\n");
    my ($status, $out, $err) = ctl($node, 'drift', '-d', 'shop', '--migrations', $wide);
    is($status, 0, 'statements about roles and the server are left out');
    is(scalar(() = $err =~ /^chronosctl: warning: 1_roles\.sql:\d+: left out, because /mg), 4, 'a warning for each');
    like($err, qr/1_roles\.sql:2: left out, because it names the database it is meant for: ALTER DATABASE shop RENAME TO gone$/m, 'with its place');
    is($node->safe_psql('postgres', q{SELECT count(*) FROM pg_roles WHERE rolname = 'bob'}), '0', 'there is no such role');
}

# --- what cannot be
fails($node, ['drift', '-d', 'shop', '--migrations', "$place/nowhere"], 2, qr/error: could not read directory "\Q$place\E\/nowhere": No such file/, 'no directory');
fails($node, ['drift', '-d', 'shop', '--migrations', directory('empty')], 2, qr/error: .*empty: there are no migrations in the directory\nHINT:  Files are called/, 'an empty directory');
fails($node, ['drift', '-d', 'shop', '--migrations', directory('twice', '01_a.sql' => '', '1_b.sql' => '')], 2, qr/two migrations have the number 1\nDETAIL:  They are "01_a\.sql" and "1_b\.sql"\./, 'a number twice');
fails($node, ['drift', '-d', 'shop', '--migrations', directory('wrong', '1_a.sql' => "$table\n\nCREATE TABLE orders ();\n")], 1, qr/error: 1_a\.sql:3: relation "orders" already exists\nDETAIL:  Line 3: CREATE TABLE orders \(\)/, 'a script that fails');
is(drift_from(directory('copy', '1_a.sql' => "$table\nCOPY orders FROM stdin;\n1\t2\n\\.\nALTER TABLE orders ADD late text;\n")), 'added schema app, added table app.parts', 'rows in a script');
$node->safe_psql('postgres', 'CREATE ROLE poor LOGIN');
fails($node, ['drift', '-d', 'shop', '-U', 'poor', '--migrations', $pairs], 1, qr/error: could not create a scratch database: permission denied to create database\nHINT:  The role needs CREATEDB/, 'a role that may not');
is(scratch_databases(), '0', 'no scratch database is left after errors');

# --- Ctrl-C, while a script runs
for my $signal ('INT', 'TERM') {
    my $slow = directory("slow$signal", '1_a.sql' => "$table\nSELECT pg_sleep(600);\n");
    my ($harness, $out, $err) = start_ctl($node, 'drift', '-d', 'shop', '--migrations', $slow);
    ok($node->poll_query_until('postgres', q{SELECT count(*) = 1 FROM pg_stat_activity WHERE datname LIKE 'chronos\_scratch%' AND query LIKE '%pg_sleep%'}), "SIG$signal: the script runs");
    $harness->signal($signal);
    $harness->finish;
    is($harness->result(0), 130, "SIG$signal: exit 130");
    is(scratch_databases(), '0', "SIG$signal: the scratch database is dropped");
    is($node->safe_psql('postgres', q{SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%pg_sleep%' AND pid <> pg_backend_pid()}), '0', "SIG$signal: nothing runs on");
}
done_testing();
