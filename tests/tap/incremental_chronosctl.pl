# chronosctl snapshot that builds on the one before: what it says, when it copies everything, and that
# what it makes can be restored by itself.
use strict;
use warnings;
use File::Temp qw(tempdir);
use FindBin;
use lib $FindBin::Bin;
use command_line;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('incremental');
$node->init(allows_streaming => 1, extra => ['--encoding=UTF8', '--locale=C']);
$node->append_conf('postgresql.conf', "fsync = on\nautovacuum = off\nchronos.engine_path = '$ENV{CHRONOS_STAGE}/usr/bin/chronosctl'\nmax_worker_processes = 16\n");
$node->start;
$node->safe_psql('postgres', 'CREATE DATABASE shop');
$node->safe_psql('shop', <<'SQL');
CREATE EXTENSION chronos;
CREATE TABLE orders (id bigint PRIMARY KEY, note text);
INSERT INTO orders SELECT g, repeat(md5(g::text), 10) FROM generate_series(1, 100000) g;
CREATE TABLE names (id regclass, name text);
INSERT INTO names VALUES ('orders', 'o');
SQL
$node->safe_psql('shop', 'VACUUM FREEZE');
my $place = tempdir(CLEANUP => 1);
my @take = ('snapshot', '-d', 'shop', '--repository', $place);

sub table_of {
    my ($document, $name) = @_;
    return (grep { $_->{name} eq $name } @{ $document->{explanation} })[0];
}

# --- the first, the second
my $first = ctl_json($node, @take, '--explain');
is($first->{base}, undef, 'the first builds on none');
is($first->{full_reason}, 'the repository holds no snapshot of this database to build on', 'and says why');
cmp_ok(table_of($first, 'orders')->{ranges}, '>=', 2, 'a big table has several ranges');
$node->safe_psql('shop', 'INSERT INTO orders SELECT g, repeat(md5(g::text), 10) FROM generate_series(100001, 101000) g');
my $second = ctl_json($node, @take, '--explain');
is($second->{base}, $first->{id}, 'the second builds on the first');
is($second->{full_reason}, undef, 'and has nothing to excuse');
my $orders = table_of($second, 'orders');
is($orders->{reused}, table_of($first, 'orders')->{ranges} - 1, 'all but the end of a table that grew is reused');
cmp_ok($second->{reused_bytes}, '>', 0.8 * $second->{plain_bytes}, 'most of the bytes');
is(table_of($second, 'names')->{reason}, 'the text of type regclass depends on other catalogues', 'why a table was not');
{
    my ($status, $out) = ctl($node, @take, '--explain');
    like($out, qr/^snapshot \S+ complete: .* reused, .*\nbuilt on snapshot $second->{id}\ntable +ranges +reused +why not all\n.*^public\.orders +(\d+) +\1\n/ms, '--explain for people');
    like($out, qr/^public\.names .* depends on other catalogues$/m, 'with the reason');
}
succeeds(undef, ['snapshots', '--repository', $place], qr/^id .* reused +stored +label\n\S+ .* 9\d %.*\n\S+ .* \d+ %.*\n\S+ .* - /, 'snapshots shows how much was reused');
cmp_ok(ctl_json(undef, 'snapshots', '--repository', $place, '--limit', 1)->[0]{reused_bytes}, '>', 0, 'and as JSON');

# --- what it made
succeeds(undef, ['verify', '--data', '--repository', $place], qr/^intact: 3 snapshots/, 'verify --data');
succeeds($node, ['restore', $second->{id}, '--repository', $place, '--to', 'copy', '--create', '--compare'], qr/every table is equal/, 'an incremental snapshot is restored and compared');
is($node->safe_psql('copy', 'SELECT count(*), sum(id), md5(string_agg(note, id::text ORDER BY id)) FROM orders'),
    $node->safe_psql('shop', 'SELECT count(*), sum(id), md5(string_agg(note, id::text ORDER BY id)) FROM orders'), 'it holds the rows of the source');
is($node->safe_psql('copy', 'SELECT count(*) FROM chronos.snapshot_marker'), '0', 'a restored database has no markers');
{
    my $copy = ctl_json($node, 'snapshot', '-d', 'copy', '--repository', $place);
    is($copy->{base}, undef, 'a restored database builds on no snapshot of the other');
}

# --- everything
my $full = ctl_json($node, @take, '--full');
is("$full->{reused_bytes} $full->{full_reason}", '0 --full was asked for', '--full reuses nothing');
cmp_ok($full->{stored_bytes}, '<', 0.2 * $first->{stored_bytes}, 'but stores nothing twice');
is(ctl_json($node, @take)->{base}, $full->{id}, 'the next builds on it');
my $portable = ctl_json($node, @take, '--portable', '--label', 'portable');
is("$portable->{reused_bytes} $portable->{full_reason}", '0 --portable asks nothing of the extension', '--portable reuses nothing');
isnt(ctl_json($node, @take)->{base}, $portable->{id}, 'nothing builds on a portable one');
fails($node, [@take, '--full', '--portable'], 2, qr/excludes/, '--full and --portable exclude each other');
fails($node, ['snapshot', '-d', 'shop', '--full'], 2, qr/--full, --portable and --explain need --repository/, '--full without --repository');

# --- by the server
$node->safe_psql('shop', "SELECT chronos.add_repository('main', 'file://$place')");
my $by_server = ctl_json($node, 'snapshot', '-d', 'shop');
cmp_ok($by_server->{reused_bytes}, '>', 0.9 * $by_server->{plain_bytes}, 'the server builds on what is there');
is($node->safe_psql('shop', "SELECT base IS NOT NULL, full_reason IS NULL, reused_bytes > 0 FROM chronos.snapshots WHERE id = '$by_server->{id}'"), 't|t|t', 'and shows it');
succeeds($node, ['snapshots', '-d', 'shop'], qr/^id .* reused .*\n\S+ +complete .* 9\d %/, 'snapshots of the server shows how much was reused');

# --- who may
$node->safe_psql('shop', 'CREATE ROLE backup LOGIN IN ROLE pg_read_all_data; GRANT SELECT ON ALL TABLES IN SCHEMA chronos TO backup');
my @as_backup = ('snapshot', '-d', 'dbname=shop user=backup', '--repository', $place, '--no-roles', '--explain');
is(ctl_json($node, @as_backup)->{full_reason}, 'the role may not execute chronos.write_snapshot_marker(uuid)', 'a role that may not mark takes a full one');
$node->safe_psql('shop', 'GRANT EXECUTE ON FUNCTION chronos.write_snapshot_marker(uuid) TO backup');
cmp_ok(ctl_json($node, @as_backup)->{reused_bytes}, '>', 0, 'one that may builds on others');

# --- where pages prove nothing
$node->safe_psql('shop', 'DELETE FROM chronos.snapshot_marker');
like(ctl_json($node, @take)->{full_reason}, qr/^snapshot \S+ cannot be built on: the database does not have its marker/, 'no marker, no base');
$node->append_conf('postgresql.conf', "fsync = off\n");
$node->reload;
ok($node->poll_query_until('shop', "SELECT current_setting('fsync') = 'off'"), 'fsync is off');
is(ctl_json($node, @take)->{full_reason}, 'fsync is off', 'a server that does not flush proves nothing');
$node->append_conf('postgresql.conf', "fsync = on\n");
$node->reload;
$node->backup('base');
my $standby = PostgreSQL::Test::Cluster->new('standby');
$standby->init_from_backup($node, 'base', has_streaming => 1);
$standby->start;
is(ctl_json($standby, @take)->{full_reason}, 'the server is a standby', 'a standby proves nothing');
like(($standby->psql('shop', "SELECT chronos.settled_range('orders', 0, NULL)"))[2], qr/pages prove nothing on a standby/, 'and its functions say so');
my $before = ctl_json($node, @take);
$node->wait_for_catchup($standby);
$node->stop('immediate');
$standby->promote;
my $after = ctl_json($standby, @take);
is($after->{base}, $before->{id}, 'after a failover the next builds on what the old primary took');
cmp_ok($after->{reused_bytes}, '>', 0.9 * $after->{plain_bytes}, 'and reuses as much');
succeeds($standby, ['restore', $after->{id}, '--repository', $place, '--to', 'moved', '--create', '--compare'], qr/every table is equal/, 'it is right');
$standby->stop;

done_testing();
