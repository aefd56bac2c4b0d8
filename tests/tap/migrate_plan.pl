# chronosctl migrate plan: what a run would do, and what trying it out shows of it.
use strict;
use warnings;
use FindBin;
use lib $FindBin::Bin;
use command_line;
use migration_directory;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('migrate_plan');
$node->init(extra => ['--encoding=UTF8', '--locale=C']);
$node->start;

sub scratch_databases { return $node->safe_psql('postgres', q{SELECT count(*) FROM pg_database WHERE datname LIKE 'chronos\_scratch%'}); }
sub changes { return join ', ', map { "$_->{change} $_->{kind} $_->{identity}" } @{ $_[0]{trial}{differences} }; }

my %files = (
    '0001_orders.up.sql' => "CREATE TABLE orders (id int PRIMARY KEY, total int);\n",
    '0002_total.up.sql' => "ALTER TABLE orders ALTER total TYPE bigint;\nALTER TABLE there ADD seen boolean DEFAULT false;\n",
    '0003_index.up.sql' => "CREATE INDEX CONCURRENTLY there_a ON there (a);\n",
    'after_all.sql' => "CREATE OR REPLACE VIEW newest AS SELECT id FROM orders;\n");

# --- up, down, and when there is nothing to do
{
    my $database = new_shop($node, 'CREATE TABLE there (a int); INSERT INTO there VALUES (1)');
    my $dir = directory('plan', %files);
    my $before = $node->safe_psql($database, q{SELECT encode(chronos.fingerprint(), 'hex')});
    my ($document, $status) = ctl_json($node, 'migrate', 'plan', '-d', $database, '--dir', $dir);
    is($status, 0, 'plan: exit 0');
    is(changes($document), 'added constraint orders_pkey on public.orders, added index public.there_a, added table public.orders, changed table public.there, added view public.newest',
        'what changes is told, hooks included');
    my ($table) = grep { $_->{identity} eq 'public.there' } @{ $document->{trial}{differences} };
    is_deeply([map { "$_->{part} $_->{change}" } @{ $table->{parts} }], ['column seen added'], 'part by part');
    my @tried = @{ $document->{trial}{migrations} };
    is_deeply([map { "$_->{direction} $_->{version}" } @tried], ['up 1', 'up 2', 'up 3'], 'each migration was tried');
    ok((grep { $_ eq 'AccessExclusiveLock on table public.there' } @{ $tried[1]{locks} }), 'and the locks');
    ok((grep { $_ eq 'table public.orders' } @{ $tried[1]{rewritten} }), 'and what is written anew');
    is($node->safe_psql($database, q{SELECT encode(chronos.fingerprint(), 'hex')}), $before, 'the database is as it was');
    is(scratch_databases(), '0', 'the scratch database is gone');

    my ($exit, $out, $err) = ctl($node, 'migrate', 'plan', '2', '-d', $database, '--dir', $dir);
    like($out, qr/^-- up 2  total  \(0002_total\.up\.sql, one transaction\)\n.*^-- holds AccessExclusiveLock on table public\.there\n.*^-- rewrites table public\.orders\n/ms, 'as text: locks and rewrites');
    like($out, qr/^-- What changes in the schema:\n.*^changed table public\.there\n.*^\+    seen boolean$/ms, 'and a difference');
    unlike($out, qr/there_a/, 'up to the version that was asked for');
    ($document) = ctl_json($node, 'migrate', 'plan', '-d', $database, '--dir', $dir, '--no-trial');
    is($document->{trial}, undef, '--no-trial tries nothing');
    is(scalar @{ $document->{plan} }, 3, 'but tells the plan');

    ctl($node, 'migrate', 'up', '-d', $database, '--dir', $dir);
    ($document) = ctl_json($node, 'migrate', 'plan', '1', '-d', $database, '--dir', $dir);
    is_deeply([map { "$_->{direction} $_->{version}" } @{ $document->{trial}{migrations} }], ['down 3', 'down 2'], 'derived ways down are tried as well');
    is(changes($document), 'removed index public.there_a, changed table public.orders, changed table public.there', 'and what they change is told');
    succeeds($node, ['migrate', 'plan', '-d', $database, '--dir', $dir], qr/^-- nothing to do\n$/, 'nothing to do');
}

# --- many schemas
{
    my $database = new_shop($node, 'CREATE SCHEMA tenant_1; CREATE SCHEMA tenant_2');
    my $dir = directory('tenants', '0001_orders.up.sql' => "CREATE TABLE orders (id int);\n");
    my ($document) = ctl_json($node, 'migrate', 'plan', '-d', $database, '--dir', $dir, '--schemas', 'tenant_*');
    is(changes($document), 'added table tenant_1.orders, added table tenant_2.orders', 'in each schema');
}

# --- what belongs to the whole server is not touched
{
    my $database = new_shop($node, 'CREATE TABLE there (a int)');
    $node->safe_psql('postgres', 'CREATE ROLE chief; CREATE ROLE clerk');
    my $dir = directory('shared', '0001_shared.up.sql' => "GRANT chief TO clerk;\nREVOKE CONNECT ON DATABASE $database FROM PUBLIC;\nCOMMENT ON ROLE clerk IS 'x';\nDROP OWNED BY clerk;\n"
        . "GRANT SELECT ON there TO clerk;\nCOMMENT ON TABLE there IS 'y';\n");
    my ($document) = ctl_json($node, 'migrate', 'plan', '-d', $database, '--dir', $dir);
    is(changes($document), 'changed table public.there', 'what is of the database is tried');
    is($node->safe_psql('postgres', q{SELECT count(*) FROM pg_auth_members m WHERE m.roleid = 'chief'::regrole}), '0', 'no membership');
    is($node->safe_psql('postgres', q{SELECT shobj_description('clerk'::regrole, 'pg_authid') IS NULL}), 't', 'no comment');
    is($node->safe_psql('postgres', qq{SELECT datacl IS NULL FROM pg_database WHERE datname = '$database'}), 't', 'no privilege of the database');
    my (undef, undef, $err) = ctl($node, 'migrate', 'plan', '-d', $database, '--dir', $dir);
    is(scalar(() = $err =~ /left out, because/g), 4, 'and each is told');
}

# --- where trying it out is not possible
{
    my $database = new_shop($node, 'CREATE TABLE parent (id int PRIMARY KEY); INSERT INTO parent VALUES (1); CREATE TABLE child (id int REFERENCES parent)');
    my $dir = directory('rows', '0001_rows.up.sql' => "INSERT INTO child VALUES (1);\nCREATE TABLE more (id int);\n");
    my ($exit, $out, $err) = ctl($node, 'migrate', 'plan', '-d', $database, '--dir', $dir);
    is($exit, 0, 'a script that needs rows: the plan is told');
    like($out, qr/^-- up 1  rows.*^CREATE TABLE more/ms, 'with its statements');
    like($err, qr/warning: what changes is not known, because trying it out failed: .*0001_rows\.up\.sql:1:.*violates foreign key.*^HINT:  .*--no-trial/ms, 'and why nothing more is known') or diag($err);
    is(scratch_databases(), '0', 'the scratch database is gone');

    $node->safe_psql('postgres', 'CREATE ROLE poor LOGIN');
    $node->safe_psql($database, 'ALTER DATABASE ' . $database . ' OWNER TO poor');
    ($exit, $out, $err) = ctl($node, 'migrate', 'plan', '-d', "dbname=$database user=poor", '--dir', $dir);
    is($exit, 0, 'a role that may not create databases: the plan is told');
    like($err, qr/trying it out failed: .*permission denied to create database/, 'and why nothing more is known');
}

$node->stop;
done_testing();
