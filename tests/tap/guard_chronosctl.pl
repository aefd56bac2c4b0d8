# chronosctl guard and rescue: a real cluster in the volume of an engine that is played by fake_docker.
use strict;
use warnings;
use Cwd qw(abs_path);
use File::Temp qw(tempdir);
use FindBin;
use lib $FindBin::Bin;
use command_line;
use JSON::PP ();
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('guarded');
$node->init(extra => ['--encoding=UTF8', '--locale=C']);
$node->start;
$node->safe_psql('postgres', 'CREATE DATABASE shop');
$node->safe_psql('shop', 'CREATE TABLE orders AS SELECT i FROM generate_series(1, 1000) i');
my $data = abs_path($node->data_dir);
my $identifier = $node->safe_psql('postgres', 'SELECT system_identifier FROM pg_control_system()');

my $place = tempdir(CLEANUP => 1);
my $engine = "$place/engine";
mkdir $_ for $engine, "$place/bin";
symlink "$FindBin::Bin/fake_docker", "$place/bin/docker";
$ENV{FAKE_DOCKER} = $engine;
$ENV{PATH} = "$place/bin:$ENV{PATH}";
delete $ENV{DOCKER_HOST};

sub write_file {
    my ($path, $text) = @_;
    open my $out, '>', $path or die "$path: $!";
    print $out $text;
    close $out;
}
sub done { return -e "$engine/done" ? slurp_file("$engine/done") : ''; }

my $anonymous = 'f' x 64;
mkdir "$place/cache";
write_file("$engine/version.json", '{"Client":{"Version":"20.10.24"},"Server":{"Version":"20.10.24","ApiVersion":"1.41"}}');
write_file("$engine/endpoint", "unix:///var/run/docker.sock\n");
write_file("$engine/containers", "c1\n");
write_file("$engine/containers.json", JSON::PP::encode_json([{
    Id => 'c1', Name => '/shop_db_1', State => { Running => JSON::PP::true },
    Config => { Image => 'postgres:15', Env => ["PGDATA=$data"], Labels => { 'com.docker.compose.project' => 'shop', 'com.docker.compose.service' => 'db' } },
    HostConfig => { AutoRemove => JSON::PP::false, Binds => undef },
    GraphDriver => { Data => { UpperDir => "$place/cache" } },
    Mounts => [{ Type => 'volume', Name => $anonymous, Source => $data, Destination => $data }] }]));
write_file("$engine/volumes", "$anonymous\nshop_cache\n");
write_file("$engine/volumes.json", JSON::PP::encode_json([
    { Name => $anonymous, Driver => 'local', Mountpoint => $data, Labels => undef, Options => undef },
    { Name => 'shop_cache', Driver => 'local', Mountpoint => "$place/cache", Labels => undef, Options => undef }]));
write_file("$engine/config.json", '{"name":"shop","services":{"db":{"image":"postgres:15"}},"volumes":{"cache":{"name":"shop_cache"}}}');

my @down = qw(docker compose down -v);
sub guard { return ctl($node, 'guard', @_); }
sub guard_json { return ctl_json_before(@_); }

# --json has to stand before the command.
sub ctl_json_before {
    my ($status, $out) = ctl($node, 'guard', '--json', @_);
    my $document = eval { JSON::PP::decode_json((split /\n/, $out)[0]) };
    return ($document, $status);
}
sub refused {
    my ($arguments, $expected, $name, $code) = @_;
    $code //= 4;
    my $before = done();
    my ($status, $out, $err) = guard(@$arguments);
    is($status, $code, "$name: exit $code");
    like($err, $expected, "$name: why") or diag($out);
    is(done(), $before, "$name: nothing was run");
}

# --- without a snapshot
refused(['--', @down], qr/^chronosctl: error: refused: "docker compose down -v" would delete 1 cluster that cannot be had back\nDETAIL:  anonymous volume f{64}: PostgreSQL \d+, .*running.*$identifier.*used by: shop_db_1.*no verified snapshot.*HINT:  No repository was named/s, 'no repository');
my ($document, $status) = guard_json('--dry-run', '--', @down);
is($status, 4, '--dry-run: exit 4');
is($document->{verdict}, 'refused', 'verdict');
is_deeply([ map { "$_->{kind} $_->{cluster}{system_identifier}" } @{ $document->{losses} } ], ["anonymous volume $identifier"], 'the cluster is the one that runs');
is_deeply([ sort @{ $document->{deleted} } ], ['container shop_db_1', 'volume shop_cache'], 'what else is deleted');
my ($again) = guard_json('--dry-run', '--', @down);
is_deeply($again, $document, 'asked twice it says the same');

# --- with one that does not count
my $repository = "file://$place/repository";
my $snapshot = ctl_json($node, 'repository', 'init', "$place/repository");
my $id = ctl_json($node, 'snapshot', '-d', 'shop', '--repository', $repository)->{id};
refused(['--repository', $repository, '--', @down], qr/repository \Q$repository\E lies on the same device as the data/, 'same device');
my @with = ('--repository', $repository, '--same-device');
sleep 2;
refused([@with, '--max-age', '1s', '--', @down], qr/newest verified snapshot of database "shop" is 0 min old/, 'too old');
ctl($node, 'repository', 'init', "$data/repository");
ctl($node, 'snapshot', '-d', 'shop', '--repository', "$data/repository");
refused(['--same-device', '--repository', "$data/repository", '--', @down], qr/is deleted as well/, 'repository in the volume');
refused(['--repository', "file://$place/nowhere", '--', @down], qr/note: repository .*nowhere/, 'no such repository');
$node->safe_psql('postgres', 'CREATE DATABASE second');
refused([@with, '--', @down], qr/no verified snapshot of the database with oid \d+/, 'another database without a snapshot');
$node->safe_psql('postgres', 'DROP DATABASE second');
my ($object) = glob "$place/repository/objects/*/*";
rename $object, "$place/hidden";
refused([@with, '--', @down], qr/snapshot \Q$id\E is damaged/, 'damaged snapshot');
rename "$place/hidden", $object;

# --- with one that does
my ($code, $out, $err) = guard(@with, '--', @down);
is($code, 7, 'it is run: its exit code');
is($out, "did compose down -v\n", 'its output alone on standard output');
like($err, qr/snapshot \Q$id\E of .*can be had back/s, 'and why on standard error');
is(done(), "compose down -v\n", 'once');
{
    local $ENV{CHRONOS_REPOSITORY} = $repository;
    ($code) = guard('--same-device', '--', qw(docker rm -fv shop_db_1));
    is($code, 7, 'CHRONOS_REPOSITORY');
}
($document, $status) = guard_json('--dry-run', @with, '--', @down);
is("$status $document->{verdict} $document->{losses}[0]{snapshots}[0]{snapshot}", "0 passed $id", '--dry-run says that it would pass');

# --- with one that it takes itself
refused(['--snapshot', 'shop', '--same-device', '--', @down], qr/--snapshot needs a repository/, '--snapshot without a repository', 2);
mkdir "$place/second";
my @second = ('--repository', "$place/second", '--same-device', '--snapshot', 'shop');
($code, $out, $err) = guard('--dry-run', @second, '--', @down);
is($code, 4, '--dry-run takes no snapshot');
($code, $out, $err) = guard(@second, '--', @down);
is($code, 7, '--snapshot takes one, and the command is run') or diag($err);
like($err, qr/took snapshot (\S+)\n.*snapshot \1 of/s, 'and says which');
($code, $out, $err) = guard(@second, '--', @down);
unlike($err, qr/took snapshot/, 'the next time none is needed');

# --- what is not understood is not run
refused([@with, '--', qw(docker exec db rm -rf /)], qr/cannot judge "docker exec db rm -rf \/", and did not run it/, 'exec');
refused([@with, '--', 'sh', '-c', 'docker compose down -v'], qr/cannot judge/, 'a shell');
refused([@with, '--', qw(docker compose down -v --frob)], qr/--frob/, 'an unknown option');
write_file("$engine/down", '');
refused([@with, '--', @down], qr/docker does not answer.*Cannot connect/s, 'the engine does not run');
unlink "$engine/down";

# --- force
refused(['--force', '--', @down], qr/"f{64}" was not confirmed/, '--force alone');
refused(['--force', '--confirm', 'other', '--', @down], qr/was not confirmed/, 'another name');
($code) = guard('--force', '--confirm', $anonymous, '--', @down);
is($code, 7, '--confirm with the name lets it pass');
($code) = guard('--', qw(docker ps));
is($code, 7, 'what deletes nothing is run');

# --- rm and dropdb
refused(['--', 'rm', '-rf', $data], qr/directory \Q$data\E/, 'rm of the data directory');
refused(['--', 'rm', '-rf', "$data/pg_wal"], qr/directory \Q$data\E/, 'rm of a part of it');
refused([@with, '--', 'rm', '-rf', "$place/repository"], qr/is a repository of snapshots/, 'rm of a repository');
refused(['--', 'dropdb', 'shop'], qr/database shop: .*no verified snapshot/s, 'dropdb');
refused(['--', 'dropdb', '-p', '1', 'shop'], qr/cannot judge/, 'dropdb without a server');
($code) = guard(@with, '--', 'dropdb', 'shop');
is($code, 0, 'dropdb with a snapshot');
is($node->safe_psql('postgres', "SELECT count(*) FROM pg_database WHERE datname = 'shop'"), '0', 'the database is gone');
($code) = guard(@with, '--', 'dropdb', '--if-exists', 'shop');
is($code, 0, 'and again: nothing is lost');
succeeds($node, ['restore', 'latest', '--repository', $repository, '--to', 'dbname=shop', '--create'], qr/./, 'restore');
is($node->safe_psql('shop', 'SELECT count(*), sum(i) FROM orders'), '1000|500500', 'it is back');

# --- rescue
my $scan = ctl_json($node, 'rescue', abs_path($node->basedir));
is_deeply([ map { [ @$_{qw(path system_identifier running orphaned)} ] } @{ $scan->{clusters} } ], [[ $data, $identifier, 'running', JSON::PP::false ]], 'rescue finds the cluster');
like($scan->{clusters}[0]{place}, qr/^anonymous volume f{64}, used by shop_db_1$/, 'and the volume that it lies in');
fails($node, ['rescue', '--copy', $data, '--to', "$place/saved"], 4, qr/the cluster in "\Q$data\E" is running/, 'a running one is not copied');
$node->stop;
succeeds(undef, ['rescue', '--copy', $data, '--to', "$place/saved"], qr/copied to \Q$place\E\/saved: [\d,]+ files/, 'a stopped one is');
fails(undef, ['rescue', '--copy', $data, '--to', "$place/saved"], 4, qr/is not an empty folder/, 'but not over anything');
fails(undef, ['rescue', '--copy', "$data/base", '--to', "$place/other"], 5, qr/is no data directory/, 'nor a part');
write_file("$engine/containers", '');
rename $data, "$data.away";
rename "$place/saved", $data;
my ($rescued) = @{ ctl_json(undef, 'rescue', abs_path($node->basedir))->{clusters} };
ok($rescued->{orphaned}, 'without its container the volume is orphaned');
$node->start;
is($node->safe_psql('shop', 'SELECT count(*), sum(i) FROM orders'), '1000|500500', 'the copy is a cluster that starts');
$node->stop;

done_testing();
