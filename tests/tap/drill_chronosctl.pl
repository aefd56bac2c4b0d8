# chronosctl drill: a snapshot restored on trial, what it finds, and what status makes of it.
use strict;
use warnings;
use File::Temp qw(tempdir);
use FindBin;
use lib $FindBin::Bin;
use command_line;
use JSON::PP ();
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('drill');
$node->init(extra => ['--encoding=UTF8', '--locale=C']);
$node->start;
$node->safe_psql('postgres', 'CREATE ROLE clerk; CREATE ROLE poor LOGIN; CREATE DATABASE shop; CREATE DATABASE other');
$node->safe_psql('shop', <<'SQL');
CREATE EXTENSION chronos;
CREATE TABLE orders (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, note text UNIQUE);
INSERT INTO orders (note) SELECT 'order ' || i FROM generate_series(1, 1000) i;
ALTER TABLE orders OWNER TO clerk;
CREATE MATERIALIZED VIEW totals AS SELECT count(*) FROM orders;
SQL
my $place = tempdir(CLEANUP => 1);
my $repository = "file://$place";
sub databases { return $node->safe_psql('postgres', q{SELECT string_agg(datname, ' ' ORDER BY datname) FROM pg_database WHERE datname !~ '^(postgres|template.)$'}); }
sub objective { my ($status, $name) = @_; return (grep { $_->{objective} eq $name } @{ $status->{recovery_objectives} })[0]; }

fails($node, ['drill', '-d', 'shop'], 5, qr/the database knows no repository\n.*--repository URL/s, 'no repository');
my $status = ctl_json($node, 'status', '-d', 'shop');
is(objective($status, 'recovery time')->{present_seconds}, undef, 'nothing is known yet');

my $snapshot = ctl_json($node, 'snapshot', '-d', 'shop', '--repository', $repository)->{id};
ctl_json($node, 'snapshot', '-d', 'other', '--repository', $repository);
my ($report, $exit) = ctl_json($node, 'drill', '-d', 'shop', '--repository', $repository);
is($exit, 0, 'a drill that passes: exit 0');
is($report->{passed}, JSON::PP::true, 'and says so');
is("$report->{snapshot} $report->{database}", "$snapshot shop", 'the newest of this database');
cmp_ok($report->{rows}, '>=', 1000, 'rows');
cmp_ok($report->{indexes}, '>=', 2, 'indexes');
is($report->{recorded}, JSON::PP::true, 'it is recorded');
is($node->safe_psql('shop', q{SELECT passed, recorded_by FROM chronos.drills}), 't|' . getpwuid($<), 'in the database');
is(databases(), 'other shop', 'the scratch database is gone');
$status = ctl_json($node, 'status', '-d', 'shop');
cmp_ok(objective($status, 'recovery time')->{present_seconds}, '>', 0, 'status knows the recovery time');
cmp_ok(objective($status, 'proved recovery point')->{present_seconds}, '<', 3600, 'and the proved recovery point');
my (undef, $out) = ctl($node, 'status', '-d', 'shop');
like($out, qr/^database: +shop\nrecovery point: +unknown; this server has taken no snapshot\nproved recovery point: +.*; snapshot \Q$snapshot\E is the newest that a drill has restored\nrecovery time: +.*; drill of snapshot/, 'status shows them first');
succeeds($node, ['drill', '-d', 'shop', '--repository', $repository, '--no-record', '--no-indexes'],
    qr/^passed: snapshot \Q$snapshot\E of database shop: .* restored in .* and compared, 0 indexes checked, .* in all\n\z/, 'as text');
is($node->safe_psql('shop', 'SELECT count(*) FROM chronos.drills'), '1', '--no-record');

# --- without -d: what is restored may be of a database that is gone
$node->safe_psql('postgres', 'DROP DATABASE other');
($report, $exit) = ctl_json($node, 'drill', 'latest', '--of-database', 'other', '--repository', $repository, '--server', 'dbname=postgres');
is("$exit $report->{database}", '0 other', 'of a database that is gone');
is($report->{recorded}, JSON::PP::false, 'nothing is recorded');

# --- who may not, and a drill that is interrupted
fails($node, ['drill', 'latest', '--of-database', 'shop', '--repository', $repository, '--server', 'dbname=postgres user=poor'], 1,
    qr/could not create a scratch database: permission denied to create database/, 'a role that may not create databases');

# --- a snapshot that is not whole
my @objects = glob "$place/objects/*/*";
my $largest = (sort { -s $b <=> -s $a } @objects)[0];
my $bytes = slurp_file($largest);
substr($bytes, length($bytes) / 2, 4) = 'ruin';
chmod 0600, $largest;
open my $file, '>', $largest or die;
binmode $file;
print $file $bytes;
close $file;
($report, $exit) = ctl_json($node, 'drill', '-d', 'shop', '--repository', $repository);
is($exit, 3, 'a damaged snapshot: exit 3');
is($report->{passed}, JSON::PP::false, 'it has not passed');
like($report->{problems}[0], qr/object|damaged/, 'and why');
is(databases(), 'shop', 'the scratch database is gone');
$status = ctl_json($node, 'status', '-d', 'shop');
like(objective($status, 'recovery time')->{evidence}, qr/the last drill, of snapshot \Q$snapshot\E, has failed/, 'status says that the last one has failed');

$node->stop;
done_testing();
