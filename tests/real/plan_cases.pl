# Changes that no simple ALTER undoes: each case is a few versions; plans lead along them there and back, and from
# their first to their last and back at once. After each case its last version is rebuilt and dumps like the original.
use strict;
use warnings;
use File::Basename qw(dirname);
use lib dirname(__FILE__);
use PostgreSQL::Test::Utils;
use Test::More;
use real_schema;
use plan_walk;

my $only = $ENV{CHRONOS_CASES} // '.';
my @cases = grep { /$only/ } slurp_file(dirname(__FILE__) . '/plan_cases.sql') =~ /^-- (.*\n(?:(?!-- ).*\n)*)/mg;
my $node = new_server('plan_cases', 'synchronous_commit = off', 'jit = off');
$node->safe_psql('postgres', 'CREATE DATABASE cases TEMPLATE template0; CREATE ROLE regress_plan_a; CREATE ROLE regress_plan_b; CREATE ROLE regress_plan_c');
$node->safe_psql('cases', 'CREATE EXTENSION chronos');
my @way = (1);
my %dump;
for my $case (@cases) {
    my ($name, @statements) = split /\n/, $case;
    my $first = $way[-1];
    my $made = run_sql($node, 'cases', join "\n", 'SET client_min_messages = warning;', @statements);
    is($made, '', "$name: made") if $made ne '';
    my $last = $node->safe_psql('cases', 'SELECT chronos.current_version()');
    note("$name: $first to $last");
    push @way, $first + 1 .. $last;
    push @way, $first, $last if $last > $first + 1;
    $dump{$last} = [$name, dump_of($node, 'cases')];
}
cmp_ok($way[-1], '>', @cases, "versions of " . @cases . ' cases');
%now = (regress_plan_c => 'regress_plan_d', regress_plan_e => 'regress_plan_f', regress_space => 'regress_place');
for my $version (sort { $a <=> $b } keys %dump) {
    my ($name, $dump) = @{ $dump{$version} };
    fresh_database($node, 'rebuilt');
    is(load_text($node, 'rebuilt', building($node, 'cases', $version)), '', "$name: rebuilt");
    same_schema($node, renamed($dump), dump_of($node, 'rebuilt'), "$name: dumps like the original");
}
walk($node, 'cases', @way);
$node->stop;
done_testing();
