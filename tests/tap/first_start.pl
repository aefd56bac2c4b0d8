# What the image's first start makes of a new cluster, and that it is harmless to run once more.
use strict;
use warnings;
use Cwd qw(abs_path);
use File::Basename qw(dirname);
use File::Temp qw(tempdir);
use IPC::Run ();
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $deploy = abs_path(dirname(__FILE__) . '/../../deploy');
my $script = "$deploy/docker/10-chronos.sh";
my $node = PostgreSQL::Test::Cluster->new('first_start');
$node->init;
$node->append_conf('postgresql.conf', "shared_preload_libraries = 'chronos'\n");
$node->start;
$node->safe_psql('postgres', "CREATE DATABASE shop; CREATE DATABASE odd; CREATE DATABASE bare; CREATE DATABASE broken");
my $user = $node->safe_psql('postgres', 'SELECT current_user');
my $place = tempdir(CLEANUP => 1);

sub first_start {
    my (%variable) = @_;
    local %ENV = (%ENV, PGHOST => $node->host, PGPORT => $node->port, POSTGRES_USER => $user, %variable);
    my ($out, $err) = ('', '');
    IPC::Run::run([$script], '<', \'', '>', \$out, '2>', \$err, IPC::Run::timeout($PostgreSQL::Test::Utils::timeout_default));
    return ($? >> 8, $out, $err);
}
sub state_of {
    my $database = shift;
    return $node->safe_psql($database, "SELECT r.oid_free FROM (SELECT string_agg(format('%s %s', name, url), ',') AS oid_free FROM chronos.repository) r; "
        . "SELECT string_agg(to_jsonb(s)::text, ',') FROM (SELECT name, cron, time_zone, paused FROM chronos.schedule ORDER BY name) s; "
        . "SELECT extversion FROM pg_extension WHERE extname = 'chronos'; SELECT count(*) FROM chronos.history");
}

my %shop = (POSTGRES_DB => 'shop', CHRONOS_REPOSITORY => "file://$place");
my ($status, $out, $err) = first_start(%shop);
is("$status $out", '0 ', 'the first start ends well and prints nothing');
like($err, qr/^(WARNING:  repository is on the same device as the data directory\n(DETAIL|HINT):.*\n(HINT:.*\n)?)?\z/, 'but for a warning where the repository lies beside the data');
is($node->safe_psql('shop', 'SELECT name, url FROM chronos.repository'), "main|file://$place", 'there is a repository');
is($node->safe_psql('shop', 'SELECT name, cron, time_zone, state, problem IS NULL FROM chronos.schedules'), 'first|30 * * * *|UTC|waiting|t', 'and a schedule that waits for its time');
my $before = state_of('shop');
is_deeply([first_start(%shop)], [0, '', ''], 'a second run ends well');
is(state_of('shop'), $before, 'and changes nothing');

$node->safe_psql('shop', "SELECT chronos.unschedule('first'); SELECT chronos.schedule('own', '\@daily', time_zone => 'Europe/Berlin')");
$before = state_of('shop');
is_deeply([first_start(%shop, CHRONOS_REPOSITORY => 'file:///elsewhere')], [0, '', ''], 'a run on a database with a schedule and a repository of its own ends well');
is(state_of('shop'), $before, 'and leaves both as they are');

my $odd = tempdir("it's XXXXX", TMPDIR => 1, CLEANUP => 1) ;
$odd =~ s/ /%20/;
$odd =~ s/'/%27/;
($status, $out, $err) = first_start(POSTGRES_DB => 'odd', CHRONOS_REPOSITORY => "file://$odd", CHRONOS_SCHEDULE => '5 4 * * 1-5');
is($status, 0, 'URL and cron expression are those that are given') or diag($err);
is($node->safe_psql('odd', 'SELECT url, cron FROM chronos.repository, chronos.schedules'), "file://$odd|5 4 * * 1-5", 'whatever they contain');
is((first_start(POSTGRES_DB => 'bare', CHRONOS_REPOSITORY => '', CHRONOS_SCHEDULE => ''))[0], 0, 'empty ones are allowed');
is($node->safe_psql('bare', 'SELECT (SELECT count(*) FROM chronos.repository), (SELECT count(*) FROM chronos.schedules)'), '0|0', 'and make none');
mkdir "$place/b";
($status, $out, $err) = first_start(POSTGRES_DB => 'broken', CHRONOS_REPOSITORY => "file://$place/b", CHRONOS_SCHEDULE => 'never');
isnt($status, 0, 'a cron expression that is none fails');
like($err, qr/invalid cron expression/, 'and says so');
is($node->safe_psql('broken', "SELECT count(*) FROM pg_extension WHERE extname = 'chronos'"), '0', 'and leaves nothing half made');

# --- the image around it
my $docker = slurp_file("$deploy/docker/Dockerfile");
like($docker, qr/^ARG PG_MAJOR=\d+$/m, 'the Dockerfile takes the major as an argument');
is_deeply([$docker =~ /^FROM (\S+)/mg], [('postgres:${PG_MAJOR}-${SUITE}') x 2], 'and is on the official image');
like($docker, qr{prerequisites\.sh build$}m, 'it builds with the packages of the one list');
like($docker, qr{deploy/docker/10-chronos\.sh /docker-entrypoint-initdb\.d/}, 'the script is where the official image looks for it');
unlike($docker, qr/^VOLUME/m, 'and no volume is made that nobody named');
ok(-x $script, 'the script can be run');
done_testing();
