# Runs regression tests of the server twice, on a server that knows nothing of Chronos and on one where it watches.
package upstream;
use strict;
use warnings;
use Exporter 'import';
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

our @EXPORT = qw($source plain_server watched_server run_tests same_results);

our $source = "$ENV{CHRONOS_STAGE}/source";

sub server {
    my ($name, $settings) = @_;
    my $node = PostgreSQL::Test::Cluster->new($name);
    $node->init(extra => ['--encoding=UTF8', '--no-locale', '--username=postgres']);
    # What Cluster.pm sets for replication is not what the tests expect.
    $node->append_conf('postgresql.conf', <<"CONF");
fsync = off
log_statement = none
log_line_prefix = '%m [%p] '
max_prepared_transactions = 10
max_connections = 60
wal_level = logical
$settings
CONF
    $node->start;
    return $node;
}

sub plain_server { return server('plain', '') }

sub watched_server { return server('watched', "shared_preload_libraries = 'chronos'") }

# Where the results are. The tests may fail against their expected output: the server may be a little newer.
sub run_tests {
    my ($node, $database, $input, @tests) = @_;
    my $out = "$PostgreSQL::Test::Utils::tmp_check/" . $node->name . "_$database";
    mkdir $out;
    mkdir "$out/$_" for qw(sql expected);
    my @load = $node->name eq 'watched' ? ('--load-extension=chronos') : ();
    system_log($ENV{PG_REGRESS}, "--bindir=$ENV{CHRONOS_PGBIN}", '--host=' . $node->host, '--port=' . $node->port,
        '--user=postgres', "--dbname=$database", "--inputdir=$input", "--outputdir=$out", "--dlpath=$source/libraries",
        '--max-concurrent-tests=20', @load, @tests);
    return "$out/results";
}

# The results of every test, but for what is known to differ.
sub same_results {
    my ($plain, $watched, $name, %known) = @_;
    my @tests = map { m{([^/]+)\.out$} } sort glob "$plain/*.out";
    cmp_ok(scalar @tests, '>', 0, "$name: tests have run");
    my @differing;
    for my $test (@tests) {
        my @difference = split /\n/, `diff '$plain/$test.out' '$watched/$test.out' 2>&1`;
        my $pattern = $known{$test};
        next if !grep { /^[<>]|^diff/ && !($pattern && /$pattern/) } @difference;
        push @differing, $test;
        diag(join "\n", "$name, $test:", @difference[0 .. ($#difference < 20 ? $#difference : 20)]);
    }
    is("@differing", '', "$name: " . @tests . ' tests give the same results with Chronos');
    return;
}

1;
