# Plain pg_dump and pg_restore of a database with chronos: no error, no duplicate key, and the history
# goes on where it was.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('history');
$node->init;
$node->start;

sub ask { my ($database, $sql) = @_; return $node->safe_psql($database, $sql); }
sub head { return ask($_[0], "SELECT chronos.current_version() || ' ' || encode(chronos.fingerprint(), 'hex')"); }
sub schema_script { return ask($_[0], "SELECT chronos.schema_at($_[1])"); }

$node->safe_psql('postgres', 'CREATE DATABASE source');
$node->safe_psql('source', <<'SQL');
CREATE EXTENSION chronos;
CREATE TABLE orders (id int PRIMARY KEY, total numeric CHECK (total >= 0), note text DEFAULT 'it''s');
CREATE INDEX ON orders (total);
CREATE VIEW big_orders AS SELECT * FROM orders WHERE total > 100;
SELECT chronos.label('first release');
ALTER TABLE orders RENAME note TO remark;
CREATE FUNCTION twice(a int) RETURNS int LANGUAGE sql BEGIN ATOMIC SELECT a * 2; END;
DROP INDEX orders_total_idx;
SQL
my $before = head('source');
my ($number) = split / /, $before;
my $history = ask('source', 'SELECT number, cause, labels, added, changed, removed FROM chronos.history ORDER BY number');
is(ask('source', 'SELECT chronos.reconcile()'), '', 'nothing was missed in the source');

my $plain = $node->basedir . '/source.sql';
my $custom = $node->basedir . '/source.dump';
$node->command_ok([ 'pg_dump', '-f', $plain, $node->connstr('source') ], 'plain dump');
$node->command_ok([ 'pg_dump', '-Fc', '-f', $custom, $node->connstr('source') ], 'custom dump');

my %load = (
    'psql' => sub { [ 'psql', '-X', '-q', '-v', 'ON_ERROR_STOP=1', '-f', $plain, '-d', $_[0] ] },
    'pg_restore' => sub { [ 'pg_restore', '-d', $_[0], $custom ] },
    'pg_restore in three jobs' => sub { [ 'pg_restore', '-j', '3', '-d', $_[0], $custom ] },
    'pg_restore in one transaction' => sub { [ 'pg_restore', '--single-transaction', '-d', $_[0], $custom ] },
);
my $copies = 0;
for my $way (sort keys %load) {
    my $copy = 'copy' . ++$copies;
    $node->safe_psql('postgres', "CREATE DATABASE $copy");
    my ($out, $err) = run_command($load{$way}->($node->connstr($copy)));
    is($err, '', "$way says nothing");
    is(head($copy), $before, "$way: version and fingerprint are those of the source");
    is(ask($copy, 'SELECT number, cause, labels, added, changed, removed FROM chronos.history ORDER BY number'),
        $history, "$way: the history is that of the source");
    is(schema_script($copy, 3), schema_script('source', 3), "$way: an old schema can still be built");

    ask($copy, 'ALTER TABLE orders ADD due date');
    is(ask($copy, "SELECT number - $number, cause, added, changed, removed FROM chronos.history WHERE number > $number ORDER BY number"),
        "1|restore|{}|{}|{}\n2|ddl|{}|{\"table public.orders\"}|{}",
        "$way: the restore is a version without changes, the next change the one after it");
    is(ask($copy, 'SELECT count(DISTINCT timeline) FROM chronos.history'), '2', "$way: a new timeline continues the old one");
    is(ask($copy, "SELECT number FROM chronos.history WHERE 'first release' = ANY (labels)"),
        ask('source', "SELECT number FROM chronos.history WHERE 'first release' = ANY (labels)"), "$way: labels are kept");
    is(ask($copy, q{SELECT chronos.require_version('>"first release"') > 0}), 't', "$way: and count for requirements");
    is(ask($copy, 'SELECT chronos.reconcile()'), '', "$way: nothing was missed");
}

# A copy of a copy, into a database where somebody has created the extension by hand.
$node->command_ok([ 'pg_dump', '-f', $plain, $node->connstr('copy1') ], 'dump of a restored database');
$node->safe_psql('postgres', 'CREATE DATABASE again');
ask('again', 'CREATE EXTENSION chronos');
my ($out, $err) = run_command([ 'psql', '-X', '-q', '-v', 'ON_ERROR_STOP=1', '-f', $plain, '-d', $node->connstr('again') ]);
is($err, '', 'a dump loads over a fresh extension');
ask('again', 'ALTER TABLE orders ADD late boolean');
cmp_ok(ask('again', 'SELECT chronos.current_version()'), '>', ask('copy1', 'SELECT chronos.current_version()'),
    'numbers go on above those of the dump');
is(ask('again', 'SELECT count(DISTINCT timeline) FROM chronos.history'), '3', 'all three timelines are its past');
is(ask('again', 'SELECT count(*) - count(DISTINCT number) FROM chronos.history'), '0', 'no number stands twice in it');
is(ask('again', 'SELECT chronos.reconcile()'), '', 'nothing was missed');

# The owner of the database, who is no superuser, dumps it as well.
ask('postgres', 'CREATE ROLE keeper LOGIN; CREATE DATABASE kept OWNER keeper');
ask('kept', 'CREATE EXTENSION chronos; SET ROLE keeper; CREATE TABLE mine (a int); ALTER TABLE mine ADD b int');
$node->command_ok([ 'pg_dump', '-U', 'keeper', '-f', $plain, $node->connstr('kept') ], 'dump by the owner of the database');
ask('postgres', 'CREATE DATABASE kept_copy');
($out, $err) = run_command([ 'psql', '-X', '-q', '-v', 'ON_ERROR_STOP=1', '-f', $plain, '-d', $node->connstr('kept_copy') ]);
is($err, '', 'it loads');
is(head('kept_copy'), head('kept'), 'and has the history');
is(ask('kept', 'SET ROLE keeper; SELECT statements[1] FROM chronos.history ORDER BY number DESC LIMIT 1'),
    'ALTER TABLE mine ADD b int', 'the owner may see every statement');

# The schema alone: no history arrives, and the first change begins one.
$node->command_ok([ 'pg_dump', '-s', '-f', $plain, $node->connstr('source') ], 'dump of the schema alone');
$node->safe_psql('postgres', 'CREATE DATABASE bare');
($out, $err) = run_command([ 'psql', '-X', '-q', '-v', 'ON_ERROR_STOP=1', '-f', $plain, '-d', $node->connstr('bare') ]);
is($err, '', 'the schema alone loads');
is(ask('bare', 'SELECT chronos.current_version()'), '0', 'it has no version yet');
ask('bare', 'CREATE TABLE one_more (a int)');
is(ask('bare', 'SELECT number, cause FROM chronos.history ORDER BY number'), "1|baseline\n2|ddl", 'the first change makes two');
is(ask('bare', 'SELECT chronos.reconcile()'), '', 'nothing was missed');

$node->stop;
done_testing();
