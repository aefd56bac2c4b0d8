# chronosctl doctor: what it prints, how it ends, what is known already; and the server's log at its start.
use strict;
use warnings;
use File::Temp qw(tempdir);
use FindBin;
use lib $FindBin::Bin;
use command_line;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('doctor');
$node->init(extra => ['--encoding=UTF8', '--locale=C', '--data-checksums']);
$node->append_conf('postgresql.conf', "shared_preload_libraries = 'chronos'\nchronos.launcher_interval = 1s\nchronos.engine_path = '$ENV{CHRONOS_STAGE}/usr/bin/chronosctl'\nfsync = on\nsynchronous_commit = on");
$node->start;
$node->safe_psql('postgres', 'CREATE DATABASE shop');
$node->safe_psql('shop', 'CREATE EXTENSION chronos');

sub findings { my %by_id = map { $_->{id} => $_ } @{ $_[0]{findings} }; return \%by_id }

# --- nothing would come back
{
    my ($status, $stdout) = ctl($node, 'doctor', '-d', 'shop');
    is($status, 3, 'something critical: exit status 3');
    like($stdout, qr/^critical  recovery\.repository: this database has no repository: what is lost now is lost for good\n    SELECT chronos\.add_repository/m, 'what is critical stands with its remedy');
    unlike($stdout, qr/durability\.checksums/, 'what is well does not stand there');
    like($stdout, qr/^\d+ checks more found nothing; --all shows them$/m, 'but is counted');
    like((ctl($node, 'doctor', '-d', 'shop', '--all'))[1], qr/^ok  durability\.checksums: data checksums are on/m, '--all shows it');
    my @severities = $stdout =~ /^(\w+)  \w+\./mg;
    my %rank = (critical => 4, warning => 3, unknown => 2, info => 1);
    is_deeply(\@severities, [sort { $rank{$b} <=> $rank{$a} } @severities], 'the worst first');
}
{
    my ($status, $stdout) = ctl($node, 'doctor', '-d', 'shop', '--json');
    is($status, 3, '--json: the same exit status');
    my $document = JSON::PP->new->decode($stdout);
    is($document->{worst}, 'critical', '--json: the worst');
    my $data = findings($document)->{'storage.data_directory'};
    is($data->{area}, 'storage', '--json: the area');
    is($data->{evidence}{path}, $node->safe_psql('shop', q{SELECT chronos.real_path(current_setting('data_directory'))}), '--json: the evidence');
}
# The server's own machine is what this test cannot choose.
my @areas = ('--area', 'durability');
is((ctl($node, 'doctor', '-d', 'shop', @areas))[0], 0, 'an area where all is well: exit status 0');
$node->safe_psql('postgres', q{ALTER DATABASE shop SET synchronous_commit = off});
is((ctl($node, 'doctor', '-d', 'shop', @areas))[0], 1, 'a warning: exit status 1');

# --- known findings
fails($node, ['doctor', '-d', 'shop', '--acknowledge', 'durability.synchronous_commit'], 2, qr/with a reason/, 'a finding is not acknowledged without a reason');
fails($node, ['doctor', '-d', 'shop', '--acknowledge', 'durability.nothing', '--reason', 'x'], 5, qr/there is no finding "durability\.nothing"/, 'nor what is none');
succeeds($node, ['doctor', '-d', 'shop', '--acknowledge', 'durability.synchronous_commit', '--reason', 'only a cache', '--for', '30d'], qr/^$/, 'acknowledge');
is((ctl($node, 'doctor', '-d', 'shop', @areas))[0], 0, 'what is known does not count');
{
    my $known = findings(ctl_json($node, 'doctor', '-d', 'shop', @areas))->{'durability.synchronous_commit'};
    is($known->{severity}, 'info', 'it is information');
    is_deeply([@{ $known->{evidence}{acknowledged} }{qw(severity reason)}], ['warning', 'only a cache'], 'with what it was and why it may stay');
}
succeeds($node, ['doctor', '-d', 'shop', '--unacknowledge', 'durability.synchronous_commit'], qr/^$/, 'unacknowledge');
is((ctl($node, 'doctor', '-d', 'shop', '--unacknowledge', 'durability.synchronous_commit'))[0], 5, 'what was not acknowledged cannot be taken back');
is((ctl($node, 'doctor', '-d', 'shop', @areas))[0], 1, 'and it counts again');

# --- arguments and privileges
fails($node, ['doctor', '-d', 'shop', '--area', 'weather'], 2, qr/--area/, 'an unknown area');
$node->safe_psql('shop', 'CREATE ROLE nobody LOGIN');
fails($node, ['doctor', '-d', 'user=nobody dbname=shop'], 1, qr/permission denied/, 'a role without privileges');
fails($node, ['doctor', '-d', 'postgres'], 6, qr/extension "chronos" is not installed/, 'a database without the extension');

# --- a repository makes it better
my $repository = tempdir(CLEANUP => 1) . '/repository';
is((ctl(undef, 'repository', 'init', "file://$repository"))[0], 0, 'a repository');
$node->safe_psql('shop', "SELECT chronos.add_repository('main', 'file://$repository'); SELECT chronos.snapshot()");
{
    my $now = findings(ctl_json($node, 'doctor', '-d', 'shop'));
    is($now->{'recovery.repository'}{severity}, 'info', 'one repository is one');
    is($now->{'recovery.snapshot'}{severity}, 'ok', 'a snapshot that was just taken');
    isnt($now->{'storage.repository_main'}{severity}, 'ok', 'a repository on the disk of the data is not well placed');
}

# --- the log, once after each start
sub logged { my $log = slurp_file($node->logfile); my @lines = $log =~ /chronos doctor: critical in database "shop": [^\n]*\(\S+\)\n/g; return scalar @lines }
my $expected = 'chronos doctor: critical in database "shop": this database has no repository';
like(slurp_file($node->logfile), qr/\Q$expected\E/, 'what was critical at the start stands in the log');
my $before = logged();
sleep 3;
is(logged(), $before, 'once');
$node->safe_psql('shop', q{SELECT chronos.remove_repository('main')});
$node->restart;
ok($node->poll_query_until('shop', 'SELECT examined_at > pg_postmaster_start_time() FROM chronos.local'), 'the launcher looks after a start');
cmp_ok(logged(), '>', $before, 'and says it again');
$node->stop;
unlike(slurp_file($node->logfile), qr/terminated by signal|PANIC/, 'the server did not crash');
done_testing();
