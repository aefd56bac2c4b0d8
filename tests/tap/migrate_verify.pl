# chronosctl migrate verify, placeholders, hooks and repeatable scripts.
use strict;
use warnings;
use FindBin;
use lib $FindBin::Bin;
use command_line;
use JSON::PP ();
use migration_directory;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('migrate_verify');
$node->init(extra => ['--encoding=UTF8', '--locale=C']);
$node->start;

sub shop { return new_shop($node); }
sub scratch_databases { return $node->safe_psql('postgres', q{SELECT count(*) FROM pg_database WHERE datname LIKE 'chronos\_scratch%'}); }
sub roles { return $node->safe_psql('postgres', q{SELECT string_agg(rolname, ' ') FROM pg_roles WHERE rolname LIKE 'only%'}); }

# --- what holds and what does not
{
    my $database = shop();
    $node->safe_psql($database, 'CREATE TABLE there (a int); INSERT INTO there VALUES (1); CREATE VIEW seen AS SELECT a FROM there');
    my $dir = directory('verify',
        '0001_add.up.sql' => "ALTER TABLE there ADD b int DEFAULT 7;\nCREATE INDEX there_b ON there (b);\n",
        '0002_rewrite.up.sql' => "DROP VIEW IF EXISTS seen;\nALTER TABLE there ALTER b TYPE bigint;\n",
        '0002_rewrite.down.sql' => "ALTER TABLE there ALTER b TYPE int;\n",
        '0003_alone.up.sql' => "CREATE INDEX CONCURRENTLY there_a ON there (a);\n",
        '0004_role.up.sql' => "CREATE ROLE only_here;\nCREATE TABLE late (a int);\n");
    my $before = $node->safe_psql($database, q{SELECT encode(chronos.fingerprint(), 'hex')});
    my ($document, $status) = ctl_json($node, 'migrate', 'verify', '-d', $database, '--dir', $dir);
    is($status, 1, 'verify: exit 1 if a way down does not lead back');
    is($document->{holds} // 'none', JSON::PP::false, 'verify --json: says so');
    my %of = map { $_->{version} => $_ } @{ $document->{migrations} };
    is_deeply([map { $of{$_}{holds} ? 1 : 0 } 1 .. 4], [1, 0, 1, 1], 'one of four does not hold');
    is_deeply([map { "$_->{change} $_->{kind} $_->{identity}" } @{ $of{2}{after_down} }], ['removed view public.seen'], 'what it leaves is named');
    is_deeply($of{2}{rewritten}, ['table public.there'], 'what is written anew is named');
    is_deeply($of{1}{rewritten}, [], 'a column with a constant default rewrites nothing');
    ok((grep { $_ eq 'AccessExclusiveLock on table public.there' } @{ $of{1}{locks} }), 'locks are named');
    is_deeply([map { $of{$_}{down} } 1 .. 3], ['derived', 'script', 'derived'], 'where the way down came from');
    is($node->safe_psql($database, q{SELECT encode(chronos.fingerprint(), 'hex')}), $before, 'the database itself is as it was');
    is($node->safe_psql($database, q{SELECT count(*) FROM chronos.migration}), '0', 'nothing is recorded');
    is(scratch_databases(), '0', 'the scratch database is gone');
    is(roles(), '', 'no role was made');
    my ($exit, $out, $err) = ctl($node, 'migrate', 'verify', '-d', $database, '--dir', $dir);
    like($out, qr/^ok      1  add  up .*, down .* \(derived\)\n +AccessExclusiveLock on table public\.there\n.*^differs  2  rewrite .*^ +rewrites table public\.there\n +after up and down: removed view public\.seen/ms, 'verify, as text');
    like($err, qr/0004_role\.up\.sql:1: left out, because roles belong to all databases: CREATE ROLE only_here/, 'what is left out is told');

    ctl($node, 'migrate', 'to', '1', '-d', $database, '--dir', $dir);
    ($document) = ctl_json($node, 'migrate', 'verify', '-d', $database, '--dir', $dir);
    is_deeply([map { $_->{version} } @{ $document->{migrations} }], [2, 3, 4], 'only what is pending is tried');
    ctl($node, 'migrate', 'up', '-d', $database, '--dir', $dir);
    succeeds($node, ['migrate', 'verify', '-d', $database, '--dir', $dir], qr/^nothing to do\n$/, 'nothing is pending');
    $node->safe_psql('postgres', 'DROP ROLE only_here');
}

# --- a script that fails, and a program that was killed
{
    my $database = shop();
    my $dir = directory('failing', '0001_bad.up.sql' => "CREATE TABLE t (a int);\nSELECT wrong;\n");
    fails($node, ['migrate', 'verify', '-d', $database, '--dir', $dir], 1, qr/error: 0001_bad\.up\.sql:2: column "wrong" does not exist/, 'a failing script');
    is(scratch_databases(), '0', 'the scratch database is gone after an error');
    my $once = directory('once', '0001_a.up.sql' => "CREATE TABLE a (a int);\n", '0001_a.down.sql' => "ALTER TABLE a ADD b int;\n", '0002_b.up.sql' => "CREATE TABLE b (a int);\n");
    my ($exit, $out, $err) = ctl($node, 'migrate', 'verify', '-d', $database, '--dir', $once);
    is($exit, 1, 'a way down that leaves everything: exit 1');
    like($out, qr/^differs  1  a  .*\n +after up and down: added table public\.a\n +after that it cannot be applied again: 0001_a\.up\.sql:1: relation "a" already exists\n$/, 'and what follows is not tried');
    my $oid = $node->safe_psql($database, 'SELECT oid FROM pg_database WHERE datname = current_database()');
    $node->safe_psql('postgres', "CREATE DATABASE chronos_scratch_${oid}_0badcafe");
    $node->safe_psql('postgres', "CREATE DATABASE chronos_scratch_${oid}_00000002");
    $node->safe_psql('postgres', 'CREATE DATABASE chronos_scratch_1_00000003');
    my $user = $node->background_psql($database);
    $user->query_safe('SELECT pg_advisory_lock(x\'43485343\'::int, 2)');
    ctl($node, 'migrate', 'verify', '-d', $database, '--dir', $dir);
    is($node->safe_psql('postgres', q{SELECT string_agg(substr(datname, length(datname) - 7), ' ' ORDER BY substr(datname, length(datname) - 7)) FROM pg_database WHERE datname LIKE 'chronos\_scratch%'}),
        '00000002 00000003', 'what a killed run has left is dropped, what another one uses is not');
    $user->quit;
    $node->safe_psql('postgres', "DROP DATABASE chronos_scratch_${oid}_00000002");
    $node->safe_psql('postgres', 'DROP DATABASE chronos_scratch_1_00000003');
}

# --- scripts of sqitch that look whether the way up has done its work; runs that verify cannot make
{
    my $database = shop();
    my %change = ('sqitch.plan' => "%syntax-version=1.0.0\n%project=shop\n\nt 2026-01-01T00:00:00Z A <a\@b> # t\n", 'deploy/t.sql' => "BEGIN;\nCREATE TABLE t (a int);\nCOMMIT;\n", 'revert/t.sql' => "DROP TABLE t;\n");
    my $dir = directory('looks', %change, 'verify/t.sql' => "BEGIN;\nSELECT a FROM t WHERE false;\nROLLBACK;\n");
    succeeds($node, ['migrate', 'verify', '-d', $database, '--dir', $dir], qr/^ok      t  t  up /, 'a script of sqitch that is content');
    $dir = directory('complains', %change, 'verify/t.sql' => "BEGIN;\nSELECT b FROM t WHERE false;\nROLLBACK;\n");
    fails($node, ['migrate', 'verify', '-d', $database, '--dir', $dir], 1, qr{error: verify/t\.sql:2: column "b" does not exist}, 'and one that is not');
    my ($exit) = ctl($node, 'migrate', 'verify', '-d', $database, '--dir', $dir, '--schemas', 'public');
    is($exit, 2, 'schemas are not for verify');
    is(scratch_databases(), '0', 'nothing is left of either');
}

# --- placeholders, hooks and repeatable scripts, as Flyway has them
{
    my $database = shop();
    $node->safe_psql($database, 'CREATE TABLE hooks (at serial, what text)');
    my $dir = directory('flyway',
        'V1__tenant.sql' => "CREATE SCHEMA \${tenant};\nCREATE TABLE \${tenant}.log (line text);\n",
        'V2__more.sql' => "INSERT INTO \${tenant}.log VALUES ('v2 \${flyway:user} \${flyway:filename}');\n",
        'R__view.sql' => "INSERT INTO \${tenant}.log VALUES ('repeatable');\nCREATE OR REPLACE VIEW \${tenant}.v AS SELECT line FROM \${tenant}.log;\n",
        'beforeEachMigrate.sql' => "INSERT INTO public.hooks (what) VALUES ('before each');\n",
        'afterMigrate.sql' => "INSERT INTO public.hooks (what) VALUES ('after all');\n");
    fails($node, ['migrate', 'up', '-d', $database, '--dir', $dir], 2, qr/error: V1__tenant\.sql:1: no value for the placeholder \$\{tenant\}\nHINT:  Add --placeholder tenant=VALUE/, 'a placeholder without a value');
    my @given = ('--placeholder', 'tenant=acme');
    succeeds($node, ['migrate', 'up', '-d', $database, '--dir', $dir, '--steps', '1', @given], qr/^up    1  tenant [^\n]*\n$/, 'up --steps 1');
    succeeds($node, ['migrate', 'up', '-d', $database, '--dir', $dir, @given], qr/^up    2  more .*^up    view  view /ms, 'up, with a repeatable script at the end');
    is($node->safe_psql($database, q{SELECT string_agg(line, '; ') FROM acme.log}), 'v2 ' . $node->safe_psql($database, 'SELECT current_user') . ' V2__more.sql; repeatable', 'values are filled in');
    is($node->safe_psql($database, q{SELECT string_agg(what, ', ' ORDER BY at) FROM hooks}), 'before each, after all, before each, before each, after all', 'hooks run around them');
    is($node->safe_psql($database, q{SELECT count(*) FROM chronos.migration WHERE up LIKE '%acme%'}), '0', 'values are not stored');
    succeeds($node, ['migrate', 'up', '-d', $database, '--dir', $dir, '--placeholder', 'tenant=other'], qr/^nothing to do\n$/, 'another value is no change of the script');
    append_to_file("$dir/R__view.sql", "-- a remark\n");
    succeeds($node, ['migrate', 'up', '-d', $database, '--dir', $dir, @given], qr/^nothing to do\n$/, 'a remark is none either');
    append_to_file("$dir/R__view.sql", "COMMENT ON VIEW \${tenant}.v IS 'changed';\n");
    succeeds($node, ['migrate', 'up', '-d', $database, '--dir', $dir, @given], qr/^up    view  view [^\n]*\n$/, 'a repeatable script that has changed runs again');
    is($node->safe_psql($database, q{SELECT obj_description('acme.v'::regclass)}), 'changed', 'and does its work');
    fails($node, ['migrate', 'up', '-d', $database, '--dir', $dir, '--placeholder', 'tenant'], 2, qr/error: "tenant" is no placeholder/, 'a placeholder without a sign of equality');
    is_deeply([grep { !/hooks/ } map { $_->{identity} } @{ ctl_json($node, 'drift', '-d', $database, '--migrations', $dir, @given)->{drift} }], [], 'drift from migrations fills in values as well');
}
{
    my $database = shop();
    my $dir = directory('pairs', '0001_f.up.sql' => "CREATE FUNCTION f() RETURNS text LANGUAGE sql AS \$\$SELECT '\${kept} \${given}'::text\$\$;\n");
    ctl($node, 'migrate', 'up', '-d', $database, '--dir', $dir, '--placeholder', 'given=a');
    is($node->safe_psql($database, 'SELECT f()'), '${kept} a', 'elsewhere unknown names stay as they are');
    $dir = directory('environment', '0001_g.sql' => "-- +goose ENVSUB ON\n-- +goose Up\nCREATE TABLE \${CHRONOS_TEST_NAME:-plain} (a int);\n-- +goose Down\nDROP TABLE \${CHRONOS_TEST_NAME:-plain};\n");
    $database = shop();
    local $ENV{CHRONOS_TEST_NAME} = 'of_environment';
    ctl($node, 'migrate', 'up', '-d', $database, '--dir', $dir);
    is($node->safe_psql($database, q{SELECT count(*) FROM pg_class WHERE relname = 'of_environment'}), '1', 'goose: variables of the environment');
    my ($exit) = ctl($node, 'migrate', 'down', '-d', $database, '--dir', $dir, '--yes');
    is($exit . $node->safe_psql($database, q{SELECT count(*) FROM pg_class WHERE relname = 'of_environment'}), '00', 'goose: on the way down too');
}

$node->stop;
done_testing();
