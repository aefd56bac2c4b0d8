# Through pgbouncer: a pool of transactions is no place for migrations and is refused, one of sessions is; and the gate
# holds in both.
use strict;
use warnings;
use File::Basename qw(dirname);
use File::Temp qw(tempdir);
use lib dirname(__FILE__);
use PostgreSQL::Test::Utils;
use Test::More;
use real_schema;

my $pgbouncer = "$ENV{CHRONOS_STAGE}/inputs/pgbouncer";
plan skip_all => 'pgbouncer was not downloaded' if !-x "$pgbouncer/usr/sbin/pgbouncer";
my ($libraries) = glob "$pgbouncer/usr/lib/*-linux-gnu*";

my $node = new_server('pooler', q{shared_preload_libraries = 'chronos'});
my $work = tempdir(CLEANUP => 1);
my $port = PostgreSQL::Test::Cluster::get_free_port();
my $owner = getpwuid $<;
$node->safe_psql('postgres', 'CREATE DATABASE shop; CREATE ROLE app LOGIN');
$node->safe_psql('shop', 'CREATE EXTENSION chronos');
append_to_file("$work/users.txt", qq{"$owner" ""\n"app" ""\n});
append_to_file("$work/pgbouncer.ini", <<"INI");
[databases]
transactions = host=@{[$node->host]} port=@{[$node->port]} dbname=shop pool_mode=transaction
sessions = host=@{[$node->host]} port=@{[$node->port]} dbname=shop pool_mode=session
[pgbouncer]
listen_addr =
listen_port = $port
unix_socket_dir = $work
auth_type = trust
auth_file = $work/users.txt
ignore_startup_parameters = extra_float_digits, options
default_pool_size = 5
INI

my $log = '';
my $pooler = IPC::Run::start([ "$pgbouncer/usr/sbin/pgbouncer", "$work/pgbouncer.ini" ], '>&', \$log,
    init => sub { $ENV{LD_LIBRARY_PATH} = $libraries if $libraries });

# exit status, standard output, standard error of a program that goes through a pool
sub through {
    my ($pool, @command) = @_;
    local %ENV = (%ENV, PGHOST => $work, PGPORT => $port, PGDATABASE => $pool);
    my ($out, $err) = ('', '');
    IPC::Run::run(\@command, '<', \undef, '>', \$out, '2>', \$err);
    return ($? >> 8, $out, $err);
}
my $query = sub { my ($pool, $sql) = @_; return through($pool, 'psql', '-XAtq', '-U', 'app', '-c', $sql); };

my $is_up = 0;
for (1 .. 100) {
    (my $status) = through('sessions', 'psql', '-XAtqc', 'SELECT');
    last if $is_up = $status == 0;
    $pooler->pump_nb;
    select undef, undef, undef, 0.1;
}
ok($is_up, 'pgbouncer is up') or diag($log);

mkdir "$work/migrations";
append_to_file("$work/migrations/0001_first.up.sql", "CREATE TABLE orders (id int);\n");
my ($status, $out, $err) = through('transactions', 'chronosctl', 'migrate', 'up', '--dir', "$work/migrations");
is($status, 2, 'a pool of transactions is refused');
like($err, qr/the connection goes through a pooler of transactions.*Connect to the server itself, or to a pool of sessions/s, 'and why is said');
is($node->safe_psql('shop', 'SELECT count(*) FROM chronos.migration'), '0', 'nothing was applied');
($status, $out, $err) = through('sessions', 'chronosctl', 'migrate', 'up', '--dir', "$work/migrations");
is($status, 0, 'a pool of sessions is not') or diag($err);
is($node->safe_psql('shop', q{SELECT state FROM chronos.migration WHERE version = '1'}), 'applied', 'and the migration is applied');

$node->safe_psql('shop', q{ALTER ROLE app SET chronos.expect = '>=1000'});
for my $pool ('transactions', 'sessions') {
    ($status, $out, $err) = $query->($pool, 'SELECT 1');
    is($status, 1, "$pool: the gate of a role stops it");
    like($err, qr/schema/, "$pool: with its error");
}
$node->safe_psql('shop', q{ALTER ROLE app SET chronos.expect = '>=1'});
$node->safe_psql('postgres', q{SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'app'});
for my $pool ('transactions', 'sessions') {
    ($status, $out, $err) = $query->($pool, 'SELECT 1');
    is("$status $out", "0 1\n", "$pool: and lets in what fits") or diag($err);
}

$pooler->signal('TERM');
eval { $pooler->finish };
$node->stop;
done_testing();
