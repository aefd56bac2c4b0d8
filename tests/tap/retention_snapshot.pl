# What the server keeps in its repositories: after each snapshot it forgets what no rule keeps, and sweeps.
use strict;
use warnings;
use File::Temp qw(tempdir);
use FindBin;
use lib $FindBin::Bin;
use command_line;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('retention');
$node->init(extra => ['--encoding=UTF8', '--locale=C']);
$node->append_conf('postgresql.conf', "chronos.engine_path = '$ENV{CHRONOS_STAGE}/usr/bin/chronosctl'");
$node->start;
my %place = map { $_ => tempdir(CLEANUP => 1) } 'near', 'far';
for my $database ('shop', 'other') {
    $node->safe_psql('postgres', "CREATE DATABASE $database");
    $node->safe_psql($database, "CREATE EXTENSION chronos; SELECT chronos.add_repository('$_', 'file://$place{$_}')") for 'near';
}
$node->safe_psql('shop', "SELECT chronos.add_repository('far', 'file://$place{far}');"
    . 'CREATE TABLE orders AS SELECT i, repeat(md5(i::text), 4) AS t FROM generate_series(1, 20000) i');
sub snapshot { my ($database, $label) = @_; return $node->safe_psql($database, 'SELECT chronos.snapshot(' . (defined $label ? "'$label'" : 'NULL') . ')'); }
sub listed { my ($where) = @_; return join ' ', sort map { $_->{id} } @{ ctl_json($node, 'snapshots', '--repository', "file://$place{$where}") }; }
sub forgotten { my ($where) = @_; return join ' ', sort map { $_->{id} } @{ ctl_json($node, 'forget', '--list', '--repository', "file://$place{$where}") }; }

my $other = snapshot('other');
my $kept = snapshot('shop', 'Größe 1');
my @shop = (snapshot('shop'), snapshot('shop'));
is(listed('near'), join(' ', sort $kept, @shop, $other), 'without a rule everything is kept');

$node->safe_psql('shop', q{SELECT chronos.set_retention('near', keep_last => 1, keep_labels => '{Größe*}')});
push @shop, snapshot('shop');
is(listed('near'), join(' ', sort $kept, $shop[2], $other), 'with rules, what they keep, and what is of another database');
is(forgotten('near'), join(' ', sort @shop[0, 1]), 'the others are forgotten, and there for a day');
is(listed('far'), join(' ', sort $kept, @shop), 'another repository has rules of its own');

$node->safe_psql('shop', q{SELECT chronos.set_retention('far', keep_last => 1, grace => '0')});
push @shop, snapshot('shop');
is(listed('far') . '|' . forgotten('far'), "$shop[3]|", 'without grace they are swept at once');

$node->safe_psql('shop', 'TRUNCATE orders');
my $offset = -s $node->logfile;
my $empty = snapshot('shop');
is($node->safe_psql('shop', "SELECT state FROM chronos.snapshots WHERE id = '$empty'"), 'complete', 'a database that has shrunk: the snapshot is complete');
is(listed('far'), join(' ', sort $shop[3], $empty), 'but nothing is forgotten');
like(slurp_file($node->logfile, $offset), qr/old snapshots stay in repository "file:\/\/\Q$place{far}\E": nothing was forgotten \(database "shop" has/, 'and the log says so');

$node->safe_psql('shop', 'INSERT INTO orders SELECT i, repeat(md5(i::text), 4) FROM generate_series(1, 20000) i');
my $before = listed('far');
$offset = -s $node->logfile;
my $reader = IPC::Run::start(['flock', '--shared', "$place{far}/lock", 'sleep', '60'], '<', \undef);
select undef, undef, undef, 0.5;
my $while = snapshot('shop');
is($node->safe_psql('shop', "SELECT state FROM chronos.snapshots WHERE id = '$while'"), 'complete', 'while somebody reads, the snapshot is complete');
is(listed('far'), join(' ', sort split(/ /, $before), $while), 'nothing is forgotten');
like(slurp_file($node->logfile, $offset), qr/old snapshots stay in repository "file:\/\/\Q$place{far}\E": repository .* is in use/, 'and the log says so');
$reader->kill_kill;

$node->stop;
done_testing();
