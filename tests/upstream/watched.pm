# Loaded before a TAP test of somebody else's: in every server that it starts Chronos watches, in the databases there
# are and in those that the test makes.
package watched;
use strict;
use warnings;
use PostgreSQL::Test::Cluster;

my $start = PostgreSQL::Test::Cluster->can('start');
no warnings 'redefine';
*PostgreSQL::Test::Cluster::start = sub {
    my ($node, @options) = @_;
    my $started = $start->($node, @options);
    if ($node->safe_psql('postgres', 'SELECT pg_is_in_recovery()') eq 'f') {
        $node->safe_psql($_, 'CREATE EXTENSION IF NOT EXISTS chronos') for qw(template1 postgres);
    }
    return $started;
};

1;
