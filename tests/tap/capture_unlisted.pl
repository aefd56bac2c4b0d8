# pg_stat_statements lists what its user ran, and nothing that Chronos ran at a commit.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('unlisted');
$node->init;
$node->append_conf('postgresql.conf', <<'CONF');
shared_preload_libraries = 'chronos, pg_stat_statements'
pg_stat_statements.track_planning = on
CONF
$node->start;
$node->safe_psql('postgres', 'CREATE EXTENSION pg_stat_statements; CREATE EXTENSION chronos');

sub listed {
    my ($settings) = @_;
    $node->safe_psql('postgres', 'SELECT pg_stat_statements_reset()');
    $node->safe_psql('postgres', <<"SQL");
$settings;
CREATE TABLE t (a int);
-- The plans of the first commit are analysed once more, since what they read has been analysed.
ANALYZE chronos.fact;
ALTER TABLE t ADD b int;
DROP TABLE t;
SELECT 1 AS mine;
SQL
    return $node->safe_psql('postgres', <<'SQL');
SELECT string_agg(query, '; ' ORDER BY query COLLATE "C") FROM pg_stat_statements WHERE query NOT LIKE '%pg_stat_statements%'
SQL
}

my $before = $node->safe_psql('postgres', 'SELECT chronos.current_version()');
my $commands = 'ALTER TABLE t ADD b int; ANALYZE chronos.fact; CREATE TABLE t (a int); DROP TABLE t; ';
is(listed("SET pg_stat_statements.track = 'top'"), $commands . 'SELECT $1 AS mine', 'of the top level only what the user ran is listed');
is(listed("SET pg_stat_statements.track = 'all'"), $commands . 'SELECT $1 AS mine', 'nor is anything listed that runs inside it');
is(listed('SET pg_stat_statements.track_utility = off'), 'SELECT $1 AS mine', 'nor when commands are not');
is($node->safe_psql('postgres', 'SELECT chronos.current_version()'), $before + 9, 'and every change was recorded');
$node->stop;
done_testing();
