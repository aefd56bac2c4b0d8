# Runs regression tests of the server twice, on a server that knows nothing of Chronos and on one where it watches.
package upstream;
use strict;
use warnings;
use Exporter 'import';
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

our @EXPORT = qw($source plain_server watched_server run_tests missed same_results);

our $source = "$ENV{CHRONOS_STAGE}/source";

my %programs = (
    regress => $ENV{PG_REGRESS},
    isolation => "$ENV{CHRONOS_PGXS}/src/test/isolation/pg_isolation_regress",
);
my $servers = 0;

# With the settings of the tests; the libraries that those preload come after ours.
sub server {
    my ($name, $libraries, $settings) = @_;
    my $node = PostgreSQL::Test::Cluster->new($name . ++$servers);
    $node->init(extra => ['--encoding=UTF8', '--no-locale', '--username=postgres']);
    my @libraries = ($libraries, $settings =~ /^shared_preload_libraries\s*=\s*'(.*)'$/mg);
    # What Cluster.pm sets for replication is not what the tests expect; the guard's warnings are no results of theirs.
    $node->append_conf('postgresql.conf', <<"CONF");
fsync = off
log_statement = none
log_line_prefix = '%m [%p] '
max_prepared_transactions = 10
max_connections = 60
wal_level = logical
chronos.guard = off
$settings
shared_preload_libraries = '@{[join ', ', grep { $_ } @libraries]}'
CONF
    $node->start;
    return $node;
}

sub plain_server { return server('plain', '', @_, '') }

sub watched_server { return server('watched', 'chronos', @_, '') }

# Where the results are. The tests may fail against their expected output: the server may be a little newer.
sub run_tests {
    my ($node, $kind, $database, $input, @tests) = @_;
    my $out = "$PostgreSQL::Test::Utils::tmp_check/" . $node->name . "_$database";
    mkdir $out;
    mkdir "$out/$_" for qw(sql expected specs);
    my @load = $node->name =~ /^watched/ ? ('--load-extension=chronos') : ();
    system_log($programs{$kind}, "--bindir=$ENV{CHRONOS_PGBIN}", '--host=' . $node->host, '--port=' . $node->port,
        '--user=postgres', "--dbname=$database", "--inputdir=$input", "--outputdir=$out", "--dlpath=$source/libraries",
        '--max-concurrent-tests=20', @load, @tests);
    return "$out/results";
}

# What the tests whose results are in a place could not find on this server: without it they show nothing.
sub missed {
    my ($results) = @_;
    return map { slurp_file($_) =~ /^(ERROR:  (?:could not (?:open extension control file|access file "\$libdir)|extension .* is not available|.* must be loaded via).*)$/mg }
        glob "$results/*.out";
}

# How the results of a test differ. What is known to differ is a pattern of lines, or a function that takes it out of a result.
sub difference {
    my ($plain, $watched, $known) = @_;
    if (ref($known) eq 'CODE') {
        for my $file ($plain, $watched) {
            my $text = $known->(slurp_file($file));
            append_to_file("$file.cleaned", $text);
        }
        return split /\n/, `diff '$plain.cleaned' '$watched.cleaned' 2>&1`;
    }
    my @difference = split /\n/, `diff '$plain' '$watched' 2>&1`;
    return grep({ /^[<>]|^diff/ && !($known && /$known/) } @difference) ? @difference : ();
}

# The results of every test, but for what is known to differ.
sub same_results {
    my ($plain, $watched, $name, %known) = @_;
    my @tests = map { m{([^/]+)\.out$} } sort glob "$plain/*.out";
    cmp_ok(scalar @tests, '>', 0, "$name: tests have run");
    my @differing;
    for my $test (@tests) {
        my @difference = difference("$plain/$test.out", "$watched/$test.out", $known{$test}) or next;
        push @differing, $test;
        diag(join "\n", "$name, $test:", @difference[0 .. ($#difference < 20 ? $#difference : 20)]);
    }
    is("@differing", '', "$name: " . @tests . ' tests give the same results with Chronos');
    return;
}

1;
