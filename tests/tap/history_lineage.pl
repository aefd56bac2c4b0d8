# A database restored from a dump, twice: every question goes through all its timelines.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('lineage');
$node->init;
$node->start;

sub ask { my ($database, $sql) = @_; return $node->safe_psql($database, $sql); }
sub refusal {
    my ($database, $sql) = @_;
    my ($status, $out, $err) = $node->psql($database, $sql);
    return $err;
}

sub copy {
    my ($from, $to) = @_;
    my $file = $node->basedir . "/$to.sql";
    system_or_bail('pg_dump', '-f', $file, $node->connstr($from));
    ask('postgres', "CREATE DATABASE $to");
    my ($out, $err) = run_command([ 'psql', '-X', '-q', '-v', 'ON_ERROR_STOP=1', '-f', $file, '-d', $node->connstr($to) ]);
    is($err, '', "$to: the dump loads");
    return;
}

ask('postgres', 'CREATE DATABASE first');
$node->safe_psql('first', <<'SQL');
CREATE EXTENSION chronos;
CREATE TABLE unused (a int);
CREATE TABLE orders (id int, old_one int, customer int, total numeric);
CREATE INDEX by_total ON orders (total);
SELECT chronos.label('release 1');
ALTER TABLE orders DROP old_one;
ALTER TABLE orders RENAME TO sales;
ALTER TABLE sales RENAME COLUMN total TO amount;
DROP TABLE unused;
SELECT chronos.label('release 2');
SQL
my $release = ask('first', "SELECT chronos.resolve('release 1')");
my $old_schema = ask('first', "SELECT chronos.schema_at('release 1')");
my $last = ask('first', 'SELECT chronos.current_version()');

copy('first', 'second');
is(ask('second', 'SELECT count(*) FROM chronos.drift()'), '0', 'a restored database has not drifted');
is(ask('second', "SELECT count(*) FROM chronos.diff('release 2', 'live')"), '0', 'what was the newest is what lives');
ask('second', 'ALTER TABLE sales RENAME COLUMN customer TO buyer');
ask('second', 'ALTER INDEX by_total RENAME TO by_amount');
ask('second', 'ALTER TABLE sales ADD due date');
copy('second', 'third');
ask('third', 'ALTER TABLE sales DROP due');
ask('third', 'ALTER TABLE sales SET (fillfactor = 90)');
ask('first', 'ALTER TABLE sales ADD only_there int');
my $newest = ask('third', 'SELECT chronos.current_version()');
cmp_ok($newest, '>', $last + 4, 'the numbers go on');
is(ask('third', 'SELECT count(*) FROM chronos.lineage'), '3', 'three timelines');

is(ask('third', "SELECT chronos.resolve('release 1')"), $release, 'a label of the first is known in the third');
is(ask('third', "SELECT chronos.schema_at('release 1')"), $old_schema, 'and its schema is what it was there');
is(ask('third', "SELECT chronos.version_at(committed_at) FROM chronos.history WHERE number = $release"), $release, 'by time as well');
is(ask('third', "SELECT change, kind, identity, old_identity FROM chronos.diff('release 1', 'current')"),
    "renamed|index|public.by_amount|public.by_total\nrenamed|table|public.sales|public.orders\nremoved|table|public.unused|public.unused",
    'a rename before the restores is a rename across them');
is(ask('third', "SELECT change, kind, identity, old_identity FROM chronos.diff('current', 'release 1')"),
    "renamed|index|public.by_total|public.by_amount\nrenamed|table|public.orders|public.sales\nadded|table|public.unused|",
    'and back');
is(ask('third', "SELECT d ->> 'part', d ->> 'change' FROM chronos.diff('release 2', 'current') x, jsonb_array_elements(x.details) d WHERE x.kind = 'table'"),
    "column buyer|renamed\noption fillfactor|added", 'a renamed column is the same column, also across restores');
is(ask('third', "SELECT d ->> 'part', d ->> 'change', d ->> 'old_name' FROM chronos.diff('current', 'release 1') x, jsonb_array_elements(x.details) d WHERE x.kind = 'table'"),
    "column old_one|added|\ncolumn customer|renamed|buyer\ncolumn total|renamed|amount\noption fillfactor|removed|", 'and back');
is(ask('third', 'SELECT b.part, h.statements[1] FROM chronos.blame(\'sales\') b JOIN chronos.history h ON h.number = b.version'),
    join("\n", 'table|ALTER TABLE sales SET (fillfactor = 90)',
        'column id|CREATE TABLE orders (id int, old_one int, customer int, total numeric)',
        'column buyer|ALTER TABLE sales RENAME COLUMN customer TO buyer',
        'column amount|ALTER TABLE sales RENAME COLUMN total TO amount',
        'index by_amount|ALTER INDEX by_total RENAME TO by_amount'),
    'blame goes back through the restores');
is(ask('third', "SELECT sum(jsonb_array_length(changes)) FROM chronos.version v JOIN chronos.lineage t USING (timeline) WHERE v.cause = 'restore'"),
    '0', 'a restore changed nothing');
like(refusal('second', "SELECT chronos.schema_at($newest)"), qr/schema version $newest does not exist.*newest version is/s,
    'a version that only a descendant has is none here');

my $facts = ask('third', 'SELECT chronos.export_facts()');
is(ask('third', "SELECT count(*) FROM chronos.drift_from(chronos.export_facts())"), '0', 'no drift from itself');
is(ask('second', "SELECT change, kind, identity, statements[1] FROM chronos.drift_from(\$facts\$$facts\$facts\$)"),
    'changed|table|public.sales|ALTER TABLE sales ADD due date', 'drift from another database, with who did it here');

# Forgetting the ancestors, and a dump after that.
my $current = ask('third', "SELECT chronos.schema_at('current')");
cmp_ok(ask('third', "SELECT chronos.prune_history('current')"), '>', 5, 'old versions are forgotten in all timelines');
is(ask('third', 'SELECT number FROM chronos.history ORDER BY 1'), join("\n", $release, $last, $newest), 'labelled ones and the newest stay');
is(ask('third', "SELECT chronos.schema_at('release 1')"), $old_schema, 'what is kept is what it was');
copy('third', 'fourth');
ask('fourth', 'ALTER TABLE sales ADD more int');
is(ask('fourth', "SELECT chronos.schema_at('release 1')"), $old_schema, 'also after another restore');
is(ask('fourth', "SELECT chronos.schema_at($newest)"), $current, 'the newest too');
is(ask('fourth', "SELECT change, identity FROM chronos.diff('release 2', 'current') WHERE kind = 'table'"), 'changed|public.sales', 'and the difference between them');
like(refusal('fourth', 'SELECT chronos.schema_at(2)'), qr/schema version 2 has been pruned/, 'what was forgotten is known to be');
is(ask('fourth', 'SELECT chronos.reconcile()'), '', 'nothing was missed');
is(ask('fourth', "SELECT bool_and(h.fingerprint = (SELECT chronos.fingerprint_sum(NULL, array_agg(f.hash), NULL) FROM chronos.facts_at(h.number) f)) FROM chronos.history h"),
    't', 'every version adds up');

$node->stop;
done_testing();
