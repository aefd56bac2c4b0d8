# PostgreSQL's own regression tests give the same results while Chronos watches them, and the database they
# leave behind, the richest there is, is known to the last object and can be rebuilt.
use strict;
use warnings;
use File::Basename qw(dirname);
use lib dirname(__FILE__), dirname(__FILE__) . '/../real';
use PostgreSQL::Test::Utils;
use Test::More;
use real_schema;
use upstream;

my $schedule = "--schedule=$source/regress/parallel_schedule";
my $plain = plain_server();
my $expected = run_tests($plain, 'regress', 'regression', "$source/regress", $schedule);
$plain->stop;
my $node = watched_server();
my $results = run_tests($node, 'regress', 'regression', "$source/regress", $schedule);

# These look at every function, type and event trigger of the database, so that they list those of Chronos.
same_results($expected, $results, 'core',
    event_trigger => qr/chronos_(ddl|drop)|\(\d+ rows?\)/,
    type_sanity => qr/^[<>] *(\d+ \| stamps |\(\d+ rows?\))/,
    opr_sanity => qr/^[<>] *(oid|[-+]+$|\(\d+ rows?\)|\d+ \| (drift|drift_from|export_facts|add_repository|remove_repository|snapshot|changed_names|older_places) *$)/);

is($node->safe_psql('regression', <<'SQL'), '', 'core: nothing is uncovered');
SELECT class, identity FROM chronos.uncovered
SQL
is($node->safe_psql('regression', 'SELECT chronos.reconcile(true)'), '', 'core: a full comparison finds nothing more');
is($node->safe_psql('regression', <<'SQL'), '0', 'core: no gap is left');
SELECT count(*) FROM chronos.gap
SQL
my $dump = dump_of($node, 'regression');
my $script = $node->safe_psql('regression', "SELECT chronos.schema_at(chronos.current_version())");
rebuild($node, 'rebuilt', $script) and same_schema($node, $dump, dump_of($node, 'rebuilt'), 'core: the rebuilt database dumps the same');
$node->stop;
done_testing();
