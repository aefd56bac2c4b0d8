# chronosctl snapshot, snapshots, restore, verify and repository.
use strict;
use warnings;
use File::Temp qw(tempdir);
use FindBin;
use lib $FindBin::Bin;
use JSON::PP ();
use command_line;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('snapshots');
$node->init(extra => ['--encoding=UTF8', '--locale=C']);
$node->append_conf('postgresql.conf', "chronos.engine_path = '$ENV{CHRONOS_STAGE}/usr/bin/chronosctl'\nmax_worker_processes = 16\n");
$node->start;
my $server_place = tempdir(CLEANUP => 1);
my $own_place = tempdir(CLEANUP => 1);
$node->safe_psql('postgres', 'CREATE DATABASE shop');
$node->safe_psql('shop', <<'SQL');
CREATE TABLE orders (id bigint PRIMARY KEY, note text);
INSERT INTO orders SELECT g, repeat(md5(g::text), 10) FROM generate_series(1, 20000) g;
CREATE TABLE "Odd ""table""" (a int);
INSERT INTO "Odd ""table""" VALUES (7);
SQL

# --- repositories
succeeds($node, ['init', '-d', 'shop'], qr/created/, 'init');
fails($node, ['snapshot', '-d', 'shop'], 1, qr/error: .*repositor/, 'a snapshot by the server without a repository');
succeeds($node, ['repository', 'list', '-d', 'shop'], qr/^no repositories$/, 'repository list: none');
succeeds($node, ['repository', 'add', 'main', $server_place, '-d', 'shop'], qr/^repository main added: file:\/\/\Q$server_place\E$/, 'repository add, by its path');
succeeds($node, ['repository', 'add', 'main', "file://$server_place", '-d', 'shop'], qr/^repository main was there already/, 'repository add once more');
is(ctl_json($node, 'repository', 'list', '-d', 'shop')->[0]{url}, "file://$server_place", 'repository list --json');
fails($node, ['repository', 'remove', 'nothing', '-d', 'shop'], 5, qr/error: repository "nothing" does not exist\nHINT:/, 'repository remove of an unknown one');

# --- by the server
my ($taken, $status) = ctl_json($node, 'snapshot', '-d', 'shop', '--label', 'before the upgrade');
is($status, 0, 'a snapshot by the server: exit 0');
is("$taken->{state} $taken->{label}", 'complete before the upgrade', 'a snapshot by the server: complete, with its label');
cmp_ok($taken->{rows}, '>=', 20001, 'a snapshot by the server: rows');
is_deeply($taken->{repositories}, ["file://$server_place"], 'a snapshot by the server: where it is');
succeeds($node, ['snapshots', '-d', 'shop'], qr/^id +state +started.*\n$taken->{id} +complete +.* before the upgrade\n$/, 'snapshots of the server');
is(ctl_json($node, 'status', '-d', 'shop')->{last_snapshot}{id}, $taken->{id}, 'status knows the last snapshot');
succeeds($node, ['snapshot', '-d', 'shop', '--label', '--json'], qr/^snapshot \S+ complete/, 'a label that looks like an option');
{
    my ($code, $id) = ctl($node, 'snapshot', '-d', 'shop', '--no-wait');
    like($id, qr/^\d{8}T\d{6}Z-[0-9a-f]{8}\n$/, 'snapshot --no-wait prints the id');
    chomp $id;
    ok($node->poll_query_until('shop', "SELECT count(*) = 1 FROM chronos.snapshots WHERE id = '$id' AND state = 'complete'"), 'and the server completes it');
}
{
    my ($code, $out, $err) = ctl($node, 'snapshot', '-d', 'shop', '--jobs', '2');
    is($code, 2, '--jobs without --repository: exit 2');
    like($err, qr/--jobs and --no-roles need --repository/, '--jobs without --repository');
}

# --- from here
my $own = ctl_json($node, 'snapshot', '-d', 'shop', '--repository', $own_place, '--label', 'own');
is($own->{rows}, $taken->{rows}, 'a snapshot from here: as many rows');
cmp_ok($own->{stored_bytes}, '<', $own->{plain_bytes}, 'a snapshot from here: compressed');
fails($node, ['snapshot', '-d', 'shop', '--repository', "$own_place/missing"], 5, qr/error: repository "file:\/\/\Q$own_place\E\/missing" does not exist\nHINT:/, 'a repository that is not there');
succeeds($node, ['snapshots', '--repository', $own_place], qr/^id .*\n$own->{id} .* shop .* own\n$/, 'snapshots of a repository');
succeeds(undef, ['repository', 'list', $own_place], qr/^url: .*^snapshots: +1\nnewest: +$own->{id}$/ms, 'repository list of one');
is(ctl_json(undef, 'snapshots', '--repository', $server_place, '--limit', 1)->[0]{database}, 'shop', 'snapshots --limit needs no server');

# --- the engine, as the server's worker calls it
{
    local $ENV{PGDATABASE};
    my ($code, $out, $err) = (0, '', '');
    my @engine = ('snapshot', '--engine', '--id', '20260101T000000Z-0a1b2c3d', '--repository', "file://$own_place");
    my $read = sub { map { JSON::PP::decode_json($_) } split /\n/, $_[0] };
    ($code, $out) = ctl($node, @engine, '--expect-version', '99.0.0');
    my @events = $read->($out);
    is($code, 6, 'an engine of another version: exit 6');
    is("$events[-1]{event} $events[-1]{code}", 'error wrong_component', 'an engine of another version says so');
    ($code, $out) = ctl($node, 'snapshot', '--engine', '--repository', 'file:///nonexistent/place');
    @events = $read->($out);
    is($events[-1]{event}, 'error', 'an engine without a repository reports an error');
    isnt($code, 0, 'and fails');
    local %ENV = (%ENV, environment_of($node), PGDATABASE => 'shop');
    ($code, $out) = ctl(undef, @engine);
    @events = $read->($out);
    is($code, 0, 'the engine: exit 0');
    is("$events[-1]{event} $events[-1]{snapshot}", 'complete 20260101T000000Z-0a1b2c3d', 'the engine: the last line says complete');
    cmp_ok(scalar(grep { $_->{event} eq 'progress' } @events), '>', 0, 'the engine: progress before that');
}

# --- cancelled
sub cancelled {
    my ($name, @arguments) = @_;
    my ($in, $out, $err) = ("BEGIN; LOCK TABLE orders IN ACCESS EXCLUSIVE MODE; SELECT 'locked';\n", '', '');
    my $holder = IPC::Run::start(['psql', '-XAtq', '-d', $node->connstr('shop')], '<', \$in, '>', \$out, '2>', \$err,
        IPC::Run::timeout($PostgreSQL::Test::Utils::timeout_default));
    $holder->pump until $out =~ /locked/;
    my ($harness, $printed, $errors) = start_ctl($node, 'snapshot', '-d', 'shop', @arguments);
    ok($node->poll_query_until('shop', q{SELECT count(*) > 0 FROM pg_locks WHERE NOT granted AND relation = 'orders'::regclass}), "$name: it waits for a lock");
    $harness->signal('INT');
    $harness->finish;
    is($harness->result(0), 130, "$name: Ctrl-C ends it with 130");
    like($$errors, qr/^chronosctl: error: .*cancel/im, "$name: and says so");
    $in .= "ROLLBACK;\n\\q\n";
    $holder->finish;
}
my $before = scalar @{ ctl_json(undef, 'snapshots', '--repository', $own_place) };
cancelled('from here', '--repository', $own_place);
is(scalar @{ ctl_json(undef, 'snapshots', '--repository', $own_place) }, $before, 'a cancelled snapshot is not there');
cancelled('by the server');
is($node->safe_psql('shop', q{SELECT count(*) FROM chronos.snapshots WHERE state = 'running'}), '0', 'nothing runs on');
is($node->safe_psql('shop', q{SELECT state FROM chronos.snapshots ORDER BY started_at DESC LIMIT 1}), 'failed', 'the cancelled one is shown as failed');
{
    my ($code, $out) = ctl($node, 'status', '-d', 'shop');
    like($out, qr/^last failure: +\S+: /m, 'status shows the last failure');
}

# --- restore
my ($restored, $code) = ctl_json($node, 'restore', 'latest', '--of-database', 'shop', '--repository', $server_place, '--to', 'copy', '--create');
is($code, 0, 'restore --create: exit 0');
is($restored->{database}, 'copy', 'restore --create: the database');
is($node->safe_psql('copy', 'SELECT count(*), sum(id) FROM orders'), $node->safe_psql('shop', 'SELECT count(*), sum(id) FROM orders'), 'restore --create: the rows');
is($restored->{version}, $node->safe_psql('copy', 'SELECT chronos.current_version()'), 'restore --create: the version it tells');
fails($node, ['restore', 'latest', '--repository', $own_place, '--to', 'copy'], 4, qr/error: database "copy" is not empty\n.*HINT:/s, 'restore into a database that is not empty is refused');
fails($node, ['restore', 'latest', '--repository', $own_place, '--to', 'copy', '--create'], 4, qr/error: database "copy" .*exists/, 'restore --create of a database that exists is refused');
fails($node, ['restore', 'nothing', '--repository', $own_place, '--to', 'other', '--create'], 5, qr/error: snapshot "nothing" does not exist/, 'restore of an unknown snapshot');
fails($node, ['restore', '--repository', $own_place, '--to', 'other'], 2, qr/which snapshot to restore is not said/, 'restore of no snapshot');
fails($node, ['restore', 'latest', '--at', '2026-01-01', '--repository', $own_place, '--to', 'other'], 2, qr/exclude each other/, 'two selectors');
fails($node, ['restore', '--at', 'yesterday', '--repository', $own_place, '--to', 'other'], 2, qr/"yesterday" is not a point in time\nHINT:/, 'a time that is none');
fails($node, ['restore', '--at', '2001-01-01', '--repository', $own_place, '--to', 'other', '--create'], 5, qr/^chronosctl: error: /, 'a time before the first snapshot');
succeeds($node, ['restore', 'own', '--repository', $own_place, '--to', 'copy', '--replace', '--compare'], qr/restored into database copy.*every table is equal/s, 'restore --replace --compare');
$node->safe_psql('postgres', 'CREATE DATABASE part');
succeeds($node, ['restore', 'own', '--repository', $own_place, '--to', 'dbname=part', '--table', 'public.Odd "table"'], qr/restored/, 'restore --table');
is($node->safe_psql('part', q{SELECT a FROM "Odd ""table"""}), '7', 'restore --table: the table');
is($node->safe_psql('part', q{SELECT to_regclass('orders') IS NULL}), 't', 'restore --table: nothing else');

# --- verify
succeeds(undef, ['verify', '--data', '--repository', $own_place], qr/^intact: 2 snapshots, \d+ objects, .*every object read$/, 'verify --data');
ok(ctl_json(undef, 'verify', 'own', '--repository', $own_place)->{intact}, 'verify of one snapshot');
fails(undef, ['verify', 'nothing', '--repository', $own_place], 5, qr/error: snapshot "nothing" does not exist/, 'verify of an unknown snapshot');
succeeds(undef, ['repository', 'sweep', $own_place], qr/^0 forgotten snapshots and 0 objects removed/, 'repository sweep finds nothing to do');
my ($object) = sort { -s $b <=> -s $a } glob "$own_place/objects/*/*";
chmod 0600, $object;
truncate $object, 10;
{
    my ($report, $damage) = ctl_json(undef, 'verify', '--repository', $own_place);
    is($damage, 3, 'verify of a truncated object: exit 3');
    ok(!$report->{intact} && $report->{damaged_objects}[0]{problem} eq 'truncated', 'verify names it');
    my ($text_status, $text) = ctl(undef, 'repository', 'check', $own_place);
    is($text_status, 3, 'repository check: exit 3');
    like($text, qr/^truncated object [0-9a-f]{64}: .*\n    used by table public\.orders/m, 'repository check: which object, and what uses it');
}
fails($node, ['restore', 'own', '--repository', $own_place, '--to', 'broken', '--create'], 3, qr/error: .*[0-9a-f]{64}/, 'restore of a damaged snapshot');
is($node->safe_psql('postgres', q{SELECT count(*) FROM pg_database WHERE datname = 'broken'}), '0', 'and leaves no database behind');
unlink $object;
is((ctl(undef, 'verify', '--repository', $own_place))[0], 3, 'verify of a missing object: exit 3');
fails(undef, ['repository', 'init', $FindBin::Bin], 4, qr/^chronosctl: error: /, 'repository init in a directory with other things is refused');
succeeds(undef, ['repository', 'init', tempdir(CLEANUP => 1) . '/new'], qr/^repository [0-9a-f]+ at file:/, 'repository init');
done_testing();
