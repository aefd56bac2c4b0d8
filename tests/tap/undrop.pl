# chronos.undrop(): tables come back from the newest snapshot that holds them as they were, in one moment or not at all; what does
# not come back is named; and it says why where it cannot.
use strict;
use warnings;
use File::Temp qw(tempdir);
use FindBin;
use lib $FindBin::Bin;
use command_line;
use supervised_server qw(no_crash);
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('undrop');
$node->init(extra => ['--encoding=UTF8', '--locale=C']);
$node->append_conf('postgresql.conf', "chronos.engine_path = '$ENV{CHRONOS_STAGE}/usr/bin/chronosctl'\nshared_preload_libraries = 'chronos'\nchronos.guard = off\nwal_level = logical");
$node->start;
$node->safe_psql('postgres', 'CREATE DATABASE shop; CREATE ROLE clerk LOGIN; CREATE ROLE reader; CREATE ROLE guest');
my @places = map { tempdir(CLEANUP => 1) } 1 .. 2;

sub run_sql { my ($sql, %options) = @_; my ($status, $out, $err) = $node->psql('shop', "\\set VERBOSITY verbose\n$sql", %options); return ($status, $out, $err) }
sub error_of { my ($sql, %options) = @_; my ($status, $out, $err) = run_sql($sql, %options); return $status == 0 ? "no error: $out" : $err }
sub answer { return $node->safe_psql('shop', shift) }
sub content { my $table = shift; return answer("SELECT count(*), md5(string_agg(t::text, ',' ORDER BY t::text)) FROM $table t") }
sub dump_of {
    my @tables = map { ('-t', $_) } @_;
    my ($out, $err) = run_command(['pg_dump', '--schema-only', '-h', $node->host, '-p', $node->port, @tables, 'shop']);
    $out =~ s/^--.*\n//mg;
    $out =~ s/^\\(un)?restrict.*\n//mg;
    return $out;
}

# --- nothing to bring it back from
answer('CREATE EXTENSION chronos');
like(error_of(q{SELECT chronos.undrop('orders')}), qr/ERROR:  42P01: no snapshot of this server holds a table "orders"\n.*DETAIL:  This server has taken no snapshot.*HINT:  With snapshot => id/s, 'no snapshot');
answer("SELECT chronos.add_repository('first', 'file://$places[0]'), chronos.add_repository('second', 'file://$places[1]')");
is((ctl(undef, 'repository', 'init', "file://$_"))[0], 0, 'a repository') for @places;

answer(<<'SQL');
CREATE TYPE state AS ENUM ('new', 'paid');
CREATE TABLE customers (id int PRIMARY KEY, name text);
INSERT INTO customers SELECT i, 'c' || i FROM generate_series(1, 100) i;
GRANT SELECT ON customers TO reader WITH GRANT OPTION;
SET ROLE reader; GRANT SELECT ON customers TO guest; RESET ROLE;
CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
CREATE TABLE orders (
    id bigint GENERATED ALWAYS AS IDENTITY (INCREMENT BY 3) PRIMARY KEY, number serial, customer int NOT NULL REFERENCES customers ON DELETE CASCADE,
    state state DEFAULT 'new', total numeric CONSTRAINT positive CHECK (total >= 0), twice numeric GENERATED ALWAYS AS (total * 2) STORED,
    during int4range, dropped int, EXCLUDE USING gist (during WITH &&), UNIQUE (number));
ALTER TABLE orders DROP COLUMN dropped;
CREATE INDEX orders_total ON orders (total) WHERE total > 10;
CREATE UNIQUE INDEX orders_replica ON orders (number, customer) INCLUDE (state);
ALTER TABLE orders REPLICA IDENTITY USING INDEX orders_pkey;
ALTER TABLE orders ALTER total SET STATISTICS 500, ALTER total SET STORAGE MAIN, SET (fillfactor = 80);
CREATE STATISTICS orders_related (dependencies) ON customer, state FROM orders;
CREATE TRIGGER touched BEFORE UPDATE OF total ON orders FOR EACH ROW WHEN (NEW.total > 1) EXECUTE FUNCTION touch();
ALTER TABLE orders DISABLE TRIGGER touched;
CREATE RULE spared AS ON DELETE TO orders WHERE old.total > 490 DO INSTEAD NOTHING;
ALTER TABLE orders ENABLE ROW LEVEL SECURITY;
ALTER TABLE orders FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON orders FOR SELECT TO clerk USING (customer = 1);
GRANT SELECT (id, total), UPDATE (total) ON orders TO reader;
GRANT INSERT ON orders TO reader WITH GRANT OPTION;
GRANT USAGE ON SEQUENCE orders_number_seq TO reader;
COMMENT ON TABLE orders IS 'what was ordered';
COMMENT ON COLUMN orders.total IS 'with tax';
COMMENT ON INDEX orders_total IS 'for the report';
COMMENT ON CONSTRAINT positive ON orders IS 'no debts';
COMMENT ON TRIGGER touched ON orders IS 'later';
COMMENT ON POLICY own ON orders IS 'theirs';
COMMENT ON RULE spared ON orders IS 'dear ones';
COMMENT ON STATISTICS orders_related IS 'they are';
COMMENT ON SEQUENCE orders_number_seq IS 'printed';
CREATE PUBLICATION shipped FOR TABLE orders, customers;
ALTER TABLE orders OWNER TO clerk;
INSERT INTO orders (customer, total, during) SELECT 1 + i % 100, i, int4range(i, i + 1) FROM generate_series(1, 500) i;
CREATE TABLE lines (order_id bigint CONSTRAINT of_order REFERENCES orders, item text);
INSERT INTO lines VALUES (1, 'one');
CREATE VIEW totals AS SELECT sum(total) FROM orders;
GRANT SELECT ON totals TO reader;
CREATE TABLE measured (at int, value text, PRIMARY KEY (at)) PARTITION BY RANGE (at);
CREATE INDEX measured_value ON measured (value);
CREATE TRIGGER measured_touched BEFORE UPDATE ON measured FOR EACH ROW EXECUTE FUNCTION touch();
CREATE TABLE measured_1 PARTITION OF measured FOR VALUES FROM (0) TO (100);
CREATE TABLE measured_2 PARTITION OF measured FOR VALUES FROM (100) TO (200) PARTITION BY RANGE (at);
CREATE TABLE measured_21 PARTITION OF measured_2 FOR VALUES FROM (100) TO (150);
CREATE TABLE measured_rest PARTITION OF measured DEFAULT;
CREATE INDEX measured_1_own ON measured_1 (length(value));
INSERT INTO measured SELECT i, 'v' || i FROM generate_series(0, 149) i;
INSERT INTO measured VALUES (1000, 'rest');
CREATE SCHEMA "Odd schema";
CREATE TABLE "Odd schema"."a.b" AS SELECT 1 AS "The ""id""";
CREATE SCHEMA a; CREATE TABLE a."b.c" AS SELECT 1 AS id;
CREATE SCHEMA "a.b"; CREATE TABLE "a.b".c AS SELECT 2 AS id;
CREATE SCHEMA one; CREATE TABLE one.twin AS SELECT 1 AS id;
CREATE SCHEMA two; CREATE TABLE two.twin AS SELECT 2 AS id;
SQL
my $taken = answer(q{SELECT chronos.snapshot('everything')});

# --- a table with everything that a table has
my ($whole, $orders_dump, $orders) = (dump_of(), dump_of('orders'), content('orders'));
is(answer(q{DROP TABLE orders CASCADE; SELECT to_regclass('orders') IS NULL}), 't', 'a table is gone, with a foreign key and a view');
{
    my ($status, $out, $err) = run_sql(q{SELECT relation, snapshot, tables, rows, seconds > 0, cardinality(missing) FROM chronos.undrop('orders')});
    is($out, "public.orders|$taken|1|500|t|2", 'undrop tells what it did') or diag($err);
    like($err, qr/NOTICE:  00000: table public\.orders is back, but not 2 objects that went with it\nDETAIL:  constraint of_order on public\.lines, view public\.totals\.\nHINT:  SELECT script FROM chronos\.undrops WHERE id = '\S+' shows the statements that make them; with \\gexec psql runs them/, 'and what is not back');
    unlike($err, qr/WARNING/, 'nothing of the table itself was left out');
}
is(content('orders'), $orders, 'the rows are back');
is(dump_of('orders'), $orders_dump, 'and identity, indexes, constraints, triggers, rules, policies, statistics, grants, comments, owner');
is(answer(q{SELECT pubname FROM pg_publication_tables WHERE tablename = 'orders'}), 'shipped', 'and the publication');
like(answer(q{INSERT INTO orders (customer, total, during) VALUES (1, 1, '[9000,9001)') RETURNING id || ' ' || number}), qr/^1501 501\b/, 'the sequences go on');
is(answer("SELECT script FROM chronos.undrops ORDER BY requested_at DESC LIMIT 1 \\gexec\nSELECT current_setting('search_path'), current_setting('row_security'), current_setting('client_min_messages')") =~ s/.*\n//sr,
   '"$user", public|on|notice', 'the script leaves the settings of the session alone');
is(dump_of(), $whole, 'the script makes the rest: everything is as it was');

# --- partitions: the whole, and one of it
my ($measured_dump, $measured) = (dump_of('measured*'), content('measured'));
answer('DROP TABLE measured');
is(answer(q{SELECT tables, rows, missing FROM chronos.undrop('public.measured')}), '3|151|', 'a partitioned table');
is(content('measured'), $measured, 'has all rows');
is(dump_of('measured*'), $measured_dump, 'and partitions, in their places, with their indexes and triggers');
for my $part ('measured_1', 'measured_2') {
    answer("DROP TABLE $part");
    answer("SELECT chronos.undrop('$part')");
    is(content('measured'), $measured, "a single partition, $part, has its rows");
    is(dump_of('measured*'), $measured_dump, 'and is a part again');
}

# --- names
answer(q{DROP TABLE "Odd schema"."a.b"});
is(answer(q{SELECT relation FROM chronos.undrop('"Odd schema"."a.b"')}), '"Odd schema"."a.b"', 'a name with quotes');
answer(q{DROP SCHEMA "Odd schema" CASCADE});
is(answer(q{SELECT relation FROM chronos.undrop('"a.b"')}), '"Odd schema"."a.b"', 'without its schema, which is made again');
is(answer(q{SELECT * FROM "Odd schema"."a.b"}), '1', 'with its row');
answer('DROP TABLE a."b.c", "a.b".c');
is(answer(q{SELECT relation FROM chronos.undrop('"a.b".c'); SELECT id FROM "a.b".c}), qq{"a.b".c\n2}, 'a dot in the name of a schema');
is(answer(q{SELECT relation FROM chronos.undrop('a."b.c"'); SELECT id FROM a."b.c"}), qq{a."b.c"\n1}, 'is not one in the name of a table');
answer('DROP TABLE one.twin, two.twin');
like(error_of(q{SELECT chronos.undrop('twin')}), qr/ERROR:  42P09: table name "twin" is ambiguous\nDETAIL:  It can be one\.twin, two\.twin\.\nHINT:  Name the schema too/, 'two of one name');
is(answer(q{SELECT relation FROM chronos.undrop('two.twin')}), 'two.twin', 'the schema tells');
is(answer(q{SELECT relation FROM chronos.undrop('twin')}), 'one.twin', 'the one that is gone');
like(error_of(q{SELECT chronos.undrop('twin')}), qr/ERROR:  42P07: relation (one|two)\.twin exists\nHINT:  To have it as it was, move it away first: CREATE SCHEMA aside; ALTER TABLE (one|two)\.twin SET SCHEMA aside;/, 'one that is there');
like(error_of(q{SELECT chronos.undrop('pg_catalog.pg_class')}), qr/ERROR:  42P07: relation pg_catalog\.pg_class exists/, 'one that no snapshot holds is there');
like(error_of(q{SELECT chronos.undrop('nowhere')}), qr/ERROR:  42P01: no snapshot of this server holds a table "nowhere"\nDETAIL:  The newest is \Q$taken\E, of /, 'one that never was');
like(error_of(q{SELECT chronos.undrop('a.b.c')}), qr/ERROR:  42602: improper name of a table: a\.b\.c/, 'too many names');
like(error_of(q{SELECT chronos.undrop(NULL)}), qr/ERROR:  22004/, 'no name');

# --- which snapshot
answer(q{UPDATE one.twin SET id = 10; SELECT chronos.snapshot('second')});
$orders = content('orders');
my ($third) = answer(q{UPDATE one.twin SET id = 11}) . ctl_json($node, 'snapshot', '-d', 'shop', '--repository', "file://$places[1]")->{id};
answer('DROP TABLE one.twin');
is(answer(q{SELECT chronos.undrop('one.twin'); SELECT id FROM one.twin; DROP TABLE one.twin}) =~ s/.*\n//r, '10', 'the newest of the server');
is(answer(q{SELECT chronos.undrop('one.twin', snapshot => 'everything'); SELECT id FROM one.twin; DROP TABLE one.twin}) =~ s/.*\n//r, '1', 'by label');
is(answer(qq{SELECT chronos.undrop('one.twin', '$taken', repository => 'second'); SELECT id FROM one.twin; DROP TABLE one.twin}) =~ s/.*\n//r, '1', 'by id, from a repository that is named');
is(answer(qq{SELECT chronos.undrop('one.twin', '$third'); SELECT id FROM one.twin; DROP TABLE one.twin}) =~ s/.*\n//r, '11', 'one of which the server knows nothing, and that only one repository has');
like(error_of(q{SELECT chronos.undrop('one.twin', '20000101T000000Z-00000000')}), qr/ERROR:  CH007: undrop \S+ failed: .*20000101T000000Z-00000000/, 'one that no repository has');
like(error_of(q{SELECT chronos.undrop('nowhere', 'second')}), qr/ERROR:  42P01: no snapshot "second" of this server holds a table "nowhere"/, 'one that does not hold it');
like(error_of(qq{SELECT chronos.undrop('nowhere', '$taken')}), qr/ERROR:  CH007: undrop \S+ failed: the snapshot has no table "nowhere"/, 'one that is looked into in vain');
like(error_of(q{SELECT chronos.undrop('one.twin', repository => 'third')}), qr/ERROR:  42704: repository "third" does not exist/, 'a repository that is none');
rename($places[0], "$places[0].away") or die;
is(answer(q{SELECT chronos.undrop('one.twin'); SELECT id FROM one.twin}) =~ s/.*\n//r, '10', 'the second repository helps out where the first is away');
rename("$places[0].away", $places[0]) or die;

# --- in a transaction
like(error_of('BEGIN; DROP TABLE one.twin; SELECT chronos.undrop(\'one.twin\'); COMMIT'), qr/ERROR:  25001: table "one\.twin" is still there for other sessions\nDETAIL:  This transaction has dropped or renamed it.*\nHINT:  COMMIT first/, 'in the transaction that drops it');
like(error_of('BEGIN; ALTER TABLE one.twin RENAME TO other; SELECT chronos.undrop(\'one.twin\'); COMMIT'), qr/ERROR:  25001: table "one\.twin" is still there/, 'or renames it');
answer('ALTER TABLE measured DETACH PARTITION measured_1; DROP TABLE measured');
like(error_of('BEGIN; CREATE TABLE other (id int); SELECT chronos.undrop(\'measured\'); COMMIT'), qr/ERROR:  CH007: undrop \S+ failed: table "public"\."measured_1" exists already/, 'in a transaction that has done something else');
answer('DROP TABLE measured_1');
answer('DROP TABLE orders CASCADE');
like(error_of(q{BEGIN; UPDATE customers SET name = name; SELECT chronos.undrop('orders'); COMMIT}), qr/ERROR:  25001: bringing back table "public\.orders" needs a lock that this transaction holds\n.*HINT:  COMMIT first/s, 'in one that has locked what it refers to, at once and no deadlock');
$node->poll_query_until('shop', q{SELECT NOT EXISTS (SELECT FROM pg_stat_activity WHERE application_name LIKE 'chronos engine%')}) or die;
is(answer(q{SELECT to_regclass('orders') IS NULL}), 't', 'and nothing of it is there');
is(answer(q{BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT count(*) FROM customers; SELECT rows, cardinality(missing) FROM chronos.undrop('orders'); COMMIT}), "100\n501|2", 'in one that sees an older state');

{
    my $locker = $node->background_psql('shop');
    $locker->query_safe('BEGIN; LOCK TABLE lines IN ACCESS EXCLUSIVE MODE');
    my $snapshot = answer(q{SELECT chronos.snapshot(wait => false)});
    ok($node->poll_query_until('shop', q{SELECT EXISTS (SELECT FROM pg_locks l JOIN pg_stat_activity a USING (pid) WHERE NOT l.granted AND a.application_name = 'chronos engine')}), 'a snapshot waits for a transaction');
    answer('DROP TABLE one.twin');
    is($locker->query(q{SELECT rows FROM chronos.undrop('one.twin')}), '1', 'in which undrop works, as it does not wait for it');
    $locker->query_safe('COMMIT');
    $locker->quit;
    ok($node->poll_query_until('shop', "SELECT state = 'complete' FROM chronos.snapshots WHERE id = '$snapshot'"), 'nor the snapshot in the end');
    $orders = content('orders');
}

# --- cancelled, killed, not waited for, and not at all
answer('DROP TABLE orders CASCADE');
{
    my $holder = $node->background_psql('shop');
    $holder->query_safe('BEGIN; LOCK TABLE customers IN ACCESS EXCLUSIVE MODE');
    my $id = answer(q{SELECT id FROM chronos.undrop('orders', wait => false)});
    ok($node->poll_query_until('shop', q{SELECT EXISTS (SELECT FROM pg_locks l JOIN pg_stat_activity a USING (pid) WHERE NOT l.granted AND a.application_name LIKE 'chronos engine%')}), 'undrop waits for a lock of another session');
    is(answer(qq{SELECT state, to_regclass('orders') IS NULL FROM chronos.undrops WHERE id = '$id'}), 'running|t', 'and nobody sees half a table');
    answer(qq{SELECT pg_cancel_backend(worker_pid) FROM chronos.undrops WHERE id = '$id'});
    ok($node->poll_query_until('shop', qq{SELECT state = 'failed' AND code = 'cancelled' FROM chronos.undrops WHERE id = '$id'}), 'it can be cancelled');
    like(error_of(q{SET statement_timeout = '3s'; SELECT chronos.undrop('orders')}), qr/ERROR:  57014: canceling statement due to statement timeout/, 'so can who waits for it');
    ok($node->poll_query_until('shop', q{SELECT count(*) = 0 FROM chronos.undrops WHERE state = 'running'}), 'which ends it too');
    is(answer(q{SELECT to_regclass('orders') IS NULL}), 't', 'nothing is left of it');
    $id = answer(q{SELECT id FROM chronos.undrop('orders', wait => false)});
    ok($node->poll_query_until('shop', qq{SELECT EXISTS (SELECT FROM pg_locks l JOIN pg_stat_activity a USING (pid) WHERE NOT l.granted AND a.application_name = 'chronos engine $id')}), 'once more');
    kill 'KILL', answer("SELECT engine_pid FROM chronos.undrop_run WHERE id = '$id'");
    ok($node->poll_query_until('shop', qq{SELECT state = 'failed' AND error LIKE '%killed by signal 9%' FROM chronos.undrops WHERE id = '$id'}), 'an engine that is killed is told of');
    answer(qq{SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE application_name = 'chronos engine $id'});
    is(answer(q{SELECT to_regclass('orders') IS NULL}), 't', 'and leaves nothing');
    $id = answer(q{SELECT id FROM chronos.undrop('orders', wait => false)});
    $holder->query_safe('COMMIT');
    $holder->quit;
    ok($node->poll_query_until('shop', qq{SELECT state = 'complete' AND rows = 501 FROM chronos.undrops WHERE id = '$id'}), 'and it ends well while nobody waits');
    is(content('orders'), $orders, 'with all rows');
}

# --- what it can do without
answer('DROP TABLE orders CASCADE');
{
    my $holder = $node->background_psql('shop');
    $holder->query_safe('BEGIN; LOCK TABLE customers IN ACCESS EXCLUSIVE MODE');
    my ($status, $out, $err) = run_sql(q{SELECT rows FROM chronos.undrop('orders')});
    is($out, '501', 'it does not wait for long while it holds locks') or diag($err);
    like($err, qr/WARNING: .*left out: ALTER TABLE ONLY public\.orders\s+ADD CONSTRAINT orders_customer_fkey FOREIGN KEY \(customer\) REFERENCES public\.customers\(id\) ON DELETE CASCADE.*lock timeout/s, 'and gives the statement that is left to do');
    $holder->query_safe('COMMIT');
    $holder->quit;
}
answer('DROP TABLE orders CASCADE');
my $survey = answer(q{SELECT pg_get_functiondef('chronos.undrop_missing'::regproc)});
answer(q{CREATE OR REPLACE FUNCTION chronos.undrop_missing(relation text, snapshot text, OUT missing text[], OUT script text) LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION ''out of order''; END'});
{
    my ($status, $out, $err) = run_sql(q{SELECT rows, missing FROM chronos.undrop('orders')});
    is($out, '501|', 'a table that is back is back, whatever else fails') or diag($err);
    like($err, qr/WARNING:  01000: the table is back, but what went with it cannot be told: out of order/, 'which is a warning');
}
answer($survey);
is(answer('SELECT state, code FROM chronos.undrops ORDER BY requested_at DESC LIMIT 1'), 'complete|', 'and the run is complete');

# --- functions of other roles
answer(<<'SQL');
CREATE FUNCTION of_clerk(int) RETURNS boolean LANGUAGE plpgsql IMMUTABLE AS 'BEGIN RETURN $1 > 0; END';
CREATE DOMAIN checked AS int CHECK (of_clerk(VALUE));
CREATE TABLE by_check (id int CHECK (of_clerk(id)));
CREATE TABLE by_column (id int, fits boolean GENERATED ALWAYS AS (of_clerk(id)) STORED);
CREATE TABLE by_domain (ids checked[]);
CREATE TABLE by_key (id int) PARTITION BY LIST (of_clerk(id));
CREATE TABLE by_key_1 PARTITION OF by_key FOR VALUES IN (true);
CREATE TABLE by_index (id int);
CREATE INDEX by_index_clerk ON by_index (of_clerk(id));
ALTER FUNCTION of_clerk(int) OWNER TO clerk;
INSERT INTO by_check VALUES (1); INSERT INTO by_column VALUES (1); INSERT INTO by_domain VALUES ('{1}'); INSERT INTO by_key VALUES (1);
SELECT chronos.snapshot();
DROP TABLE by_check, by_column, by_domain, by_key, by_index;
SQL
for my $table ('by_check', 'by_column', 'by_domain', 'by_key') {
    like(error_of("SELECT chronos.undrop('$table')"), qr/ERROR:  CH007: .* runs functions of other roles\nDETAIL:  .*public\.of_clerk\(integer\) of clerk\.\nHINT:  .*run_functions => true/, "$table: a function of the owner is not run by a superuser");
    is(answer("SELECT tables FROM chronos.undrop('$table', run_functions => true)"), '1', 'but if that is wanted');
}
is(answer("SELECT tables FROM chronos.undrop('by_index')"), '1', 'an index is built as its owner');

# --- the newest snapshot is no longer there
my $forgotten = answer('SELECT chronos.snapshot()');
is(unlink(glob("$_/snapshots/$forgotten*")), 1, 'a snapshot is gone from a repository') for @places;
answer('DROP TABLE one.twin');
{
    my ($status, $out, $err) = run_sql(q{SELECT snapshot, taken_at = (SELECT started_at FROM chronos.snapshots s WHERE s.id = snapshot) FROM chronos.undrop('one.twin')});
    like($out, qr/^(?!\Q$forgotten\E)\d{8}T\d{6}Z-[0-9a-f]{8}\|t$/, 'an older one does as well') or diag($err);
    like($err, qr/WARNING:  01000: snapshot \Q$forgotten\E is in no repository any more: table one\.twin is back as snapshot \S+ holds it/, 'and is named');
    answer('DROP TABLE one.twin');
    like(error_of(qq{SELECT chronos.undrop('one.twin', '$forgotten')}), qr/ERROR:  CH007: .*\Q$forgotten\E/, 'but not for one that was asked for');
    answer(q{SELECT chronos.undrop('one.twin'); SELECT chronos.snapshot()});
}

# --- a damaged table that was moved away, as the hint says
answer('TRUNCATE orders; CREATE SCHEMA aside; ALTER TABLE orders SET SCHEMA aside; ALTER STATISTICS orders_related SET SCHEMA aside');
{
    my ($status, $out, $err) = run_sql(q{SELECT rows, missing FROM chronos.undrop('orders')});
    is($out, '501|', 'it comes back beside the one that was moved') or diag($err);
    unlike($err, qr/WARNING|NOTICE/, 'whose indexes and sequences are not in its way');
    is(dump_of('public.orders'), $orders_dump, 'as it was');
    is(content('public.orders'), $orders, 'with its rows');
}

# --- where it cannot
answer('DROP SCHEMA aside CASCADE; DROP TABLE orders CASCADE; DROP TYPE state');
like(error_of(q{SELECT chronos.undrop('orders')}), qr/ERROR:  CH007: undrop \S+ failed: could not create TABLE orders: type "public\.state" does not exist/, 'its type is missing');
is(answer(q{SELECT to_regclass('orders') IS NULL}), 't', 'nothing is left of that either');
like(error_of(q{SET SESSION AUTHORIZATION clerk; SELECT chronos.undrop('orders')}), qr/permission denied for function undrop/, 'not for everybody');
answer(q{SELECT chronos.remove_repository('first'), chronos.remove_repository('second')});
like(error_of(q{SELECT chronos.undrop('orders')}), qr/ERROR:  55000: this database has no repository\nHINT:  Add the one with the snapshots/, 'no repository');
answer(sprintf q{SELECT chronos.add_repository('new', 'file://%s')}, tempdir(CLEANUP => 1));
like(error_of(q{SELECT chronos.undrop('orders')}), qr/ERROR:  55000: no repository of this database has snapshot \S+\nDETAIL:  It was written to file:/, 'the right ones are gone');
$node->stop;
no_crash($node);
done_testing();
