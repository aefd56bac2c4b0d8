# The regression tests of every contrib module give the same results while Chronos watches them.
use strict;
use warnings;
use File::Basename qw(dirname);
use lib dirname(__FILE__);
use PostgreSQL::Test::Utils;
use Test::More;
use upstream;

# Those that need settings of their own at the start of the server, or other languages.
my %left_out = map { $_ => 1 } qw(sepgsql pg_stat_statements test_decoding basebackup_to_shell basic_archive old_snapshot
    bool_plperl hstore_plperl hstore_plpython jsonb_plperl jsonb_plpython ltree_plpython);

my %tests;
for my $makefile (sort glob "$source/contrib/*/Makefile") {
    my ($module) = $makefile =~ m{([^/]+)/Makefile$};
    my $text = slurp_file($makefile) =~ s/\\\n//gr;
    next if $left_out{$module} || $text !~ /^REGRESS\s*=(.*)$/m;
    my @names = grep { -e "$source/contrib/$module/sql/$_.sql" } split ' ', $1;
    $tests{$module} = \@names if @names;
}

my $plain = plain_server();
my %expected = map { $_ => run_tests($plain, "contrib_$_" =~ s/-/_/r, "$source/contrib/$_", @{ $tests{$_} }) } sort keys %tests;
$plain->stop;
my $node = watched_server();
for my $module (sort keys %tests) {
    my $database = "contrib_$module" =~ s/-/_/r;
    my $results = run_tests($node, $database, "$source/contrib/$module", @{ $tests{$module} });
    same_results($expected{$module}, $results, $module);
    is($node->safe_psql($database, 'SELECT class, identity FROM chronos.uncovered'), '', "$module: nothing is uncovered");
    is($node->safe_psql($database, 'SELECT chronos.reconcile(true)'), '', "$module: a full comparison finds nothing more");
}
$node->stop;
done_testing();
