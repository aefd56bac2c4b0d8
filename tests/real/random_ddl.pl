# Random changes of all kinds of objects: after each of them capture has missed nothing, every tenth version is
# rebuilt as it was, and plans lead along the versions there and back. What is not valid where it comes up is
# skipped. Environment: CHRONOS_SEED repeats a run, CHRONOS_STEPS is the number of changes that take effect.
use strict;
use warnings;
use File::Basename qw(dirname);
use lib dirname(__FILE__);
use PostgreSQL::Test::Utils;
use Test::More;
use real_schema;
use plan_walk;

my $seed = $ENV{CHRONOS_SEED} // 1;
my $steps = $ENV{CHRONOS_STEPS} // 40;
srand($seed);
note("CHRONOS_SEED=$seed CHRONOS_STEPS=$steps");

sub one { return $_[int rand @_] }
sub schema { return one('one', '"Two x"') }
sub table { return schema() . '.' . one('t1', 't2', '"T 3"') }
sub column { return one('a', 'b', '"C c"', 'd') }
sub view { return schema() . '.' . one('v1', 'v2') }
sub role { return one('regress_random_a', 'regress_random_b') }
sub type { return one('int', 'bigint', 'text', 'numeric(10,2)', 'date', 'varchar(20)', schema() . '.mood', schema() . '.pos', schema() . '.pair') }
sub expression { return one("''x'' || 'y'", '1 + 2', 'now()', "'1'", 'one.twice(3)', "nextval('one.s')") }
sub text { return one('NULL', "'it''s \$1'", "'other'") }

# Kinds of change; the first ones make something to work on.
my @first = (
    'CREATE SCHEMA one', 'CREATE SCHEMA "Two x"', 'CREATE SEQUENCE one.s', "CREATE TYPE one.mood AS ENUM ('low', 'high')",
    'CREATE FUNCTION one.twice(a int) RETURNS int LANGUAGE sql IMMUTABLE BEGIN ATOMIC SELECT a * 2; END',
    "CREATE FUNCTION one.stamp() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'",
    "CREATE TABLE one.t1 (a int PRIMARY KEY, b text DEFAULT 'x' NOT NULL, \"C c\" one.mood)",
    'CREATE TABLE "Two x".t2 (a int REFERENCES one.t1, b numeric CHECK (b > 0), d date)',
    'CREATE VIEW one.v1 AS SELECT a, b FROM one.t1');
my @changes = (
    sub { 'CREATE TABLE ' . table() . ' (' . join(', ', map { "$_ " . type() } one(['a', 'b'], ['b', '"C c"', 'd'], ['a', 'b', '"C c"', 'd'])->@*) . ')' },
    sub { 'CREATE TABLE ' . table() . ' (a int GENERATED ALWAYS AS IDENTITY, b text, d int GENERATED ALWAYS AS (1 + 2) STORED)' },
    sub { 'CREATE TABLE ' . schema() . '.child (extra int) INHERITS (' . table() . ')' },
    sub { 'CREATE TABLE ' . schema() . '.parted (a int, b text, d date) PARTITION BY ' . one('RANGE', 'LIST', 'HASH') . ' (a)' },
    sub { 'CREATE TABLE ' . schema() . '.part1 PARTITION OF ' . schema() . '.parted ' . one('FOR VALUES FROM (0) TO (10)', 'FOR VALUES IN (1, 2)', 'DEFAULT') },
    sub { 'ALTER TABLE ' . schema() . '.parted DETACH PARTITION ' . schema() . '.part1' },
    sub { 'DROP TABLE ' . one(table(), table(), schema() . '.parted', schema() . '.child') . one('', ' CASCADE') },
    (sub { 'ALTER TABLE ' . one(table(), schema() . '.parted') . ' ADD ' . column() . ' ' . type() . one('', '', ' DEFAULT ' . expression(), ' UNIQUE') }) x 3,
    (sub { 'ALTER TABLE ' . table() . ' DROP ' . column() . one('', ' CASCADE') }) x 2,
    (sub { 'ALTER TABLE ' . table() . ' RENAME ' . column() . ' TO ' . column() }) x 2,
    sub { my $type = type(); my $column = column(); 'ALTER TABLE ' . table() . " ALTER $column TYPE $type USING $column\::text::$type" },
    sub { 'ALTER TABLE ' . table() . ' ALTER ' . column() . one(' SET NOT NULL', ' DROP NOT NULL', ' DROP DEFAULT', ' SET STATISTICS 7', ' SET (n_distinct = 5)', ' SET STORAGE EXTERNAL') },
    sub { 'ALTER TABLE ' . table() . ' ALTER ' . column() . ' SET DEFAULT ' . expression() },
    sub { 'ALTER TABLE ' . table() . ' RENAME TO ' . one('t1', 't2', '"T 3"') },
    sub { 'ALTER TABLE ' . table() . ' SET SCHEMA ' . schema() },
    sub { 'ALTER TABLE ' . table() . one(' SET UNLOGGED', ' SET LOGGED', ' ENABLE ROW LEVEL SECURITY', ' FORCE ROW LEVEL SECURITY', ' REPLICA IDENTITY FULL', ' SET (fillfactor = 70)', ' RESET (fillfactor)') },
    sub { 'ALTER TABLE ' . table() . ' ADD CONSTRAINT k' . int(rand 3) . ' ' . one('CHECK (' . column() . ' IS NOT NULL)', 'UNIQUE (' . column() . ')', 'PRIMARY KEY (' . column() . ')', 'CHECK (' . column() . ' IS NOT NULL) NOT VALID') },
    sub { 'ALTER TABLE ' . table() . ' ADD CONSTRAINT f' . int(rand 3) . ' FOREIGN KEY (' . column() . ') REFERENCES ' . table() . one('', ' DEFERRABLE', ' NOT VALID', ' ON DELETE CASCADE') },
    sub { 'ALTER TABLE ' . table() . one(' DROP CONSTRAINT ', ' VALIDATE CONSTRAINT ', ' RENAME CONSTRAINT k1 TO ') . one('k0', 'k1', 'k2', 'f0', 'f1', 't1_pkey') . one('', '', ' CASCADE') },
    sub { 'CREATE ' . one('', 'UNIQUE ') . 'INDEX i' . int(rand 3) . ' ON ' . one(table(), schema() . '.parted') . ' (' . column() . ')' . one('', ' WHERE a IS NOT NULL', ' WITH (fillfactor = 50)') },
    sub { one('DROP INDEX ', 'ALTER INDEX ') . schema() . '.i' . int(rand 3) . one('', ' RENAME TO i' . int(rand 3), ' SET (fillfactor = 60)') },
    sub { one('CREATE VIEW ', 'CREATE OR REPLACE VIEW ', 'CREATE MATERIALIZED VIEW ') . view() . ' AS SELECT ' . one('*', column(), column() . ', ' . column(), column() . ' AS other') . ' FROM ' . one(table(), table(), view()) },
    sub { one('DROP VIEW ', 'DROP MATERIALIZED VIEW ', 'DROP VIEW ') . view() . one('', ' CASCADE') },
    sub { 'ALTER VIEW ' . view() . one(' RENAME TO v' . int(1 + rand 2), ' RENAME ' . column() . ' TO ' . column(), ' SET SCHEMA ' . schema(), ' SET (security_barrier)') },
    sub { 'CREATE TYPE ' . schema() . one(".mood AS ENUM ('low', 'high')", '.pair AS (l int, r text)', '.span AS RANGE (subtype = int4)') },
    sub { 'ALTER TYPE ' . schema() . one(".mood ADD VALUE 'm" . int(rand 5) . "' BEFORE 'high'", ".mood RENAME VALUE 'low' TO 'lower'", '.pair ADD ATTRIBUTE m int', '.pair DROP ATTRIBUTE r', '.pair RENAME ATTRIBUTE l TO left_hand', '.mood RENAME TO mood2', '.mood SET SCHEMA ' . schema()) },
    sub { 'DROP TYPE ' . schema() . one('.mood', '.pair', '.span', '.mood2') . one('', ' CASCADE') },
    sub { 'CREATE DOMAIN ' . schema() . '.pos AS ' . one('int', 'bigint') . one('', ' DEFAULT 1', ' CHECK (VALUE > 0)') },
    sub { 'ALTER DOMAIN ' . schema() . '.pos ' . one('SET DEFAULT 2', 'SET NOT NULL', 'DROP NOT NULL', 'ADD CONSTRAINT c CHECK (VALUE < 9)', 'DROP CONSTRAINT c', 'RENAME CONSTRAINT c TO c2') },
    sub { 'CREATE OR REPLACE FUNCTION ' . schema() . '.f' . int(rand 2) . one('(a int)', '(b text)', '()') . ' RETURNS ' . one('int', 'text') . ' LANGUAGE sql ' . one('', 'STABLE ', 'IMMUTABLE ') . one("AS 'SELECT NULL'", 'RETURN NULL') },
    sub { one('ALTER FUNCTION ', 'DROP FUNCTION ') . schema() . '.f' . int(rand 2) . one('', ' RENAME TO f' . int(rand 2), ' COST 7', ' SET SCHEMA ' . schema(), ' CASCADE') },
    sub { 'CREATE OR REPLACE FUNCTION one.twice(a int) RETURNS int LANGUAGE sql IMMUTABLE BEGIN ATOMIC SELECT a * ' . int(rand 4) . '; END' },
    sub { 'CREATE OR REPLACE TRIGGER g' . int(rand 2) . ' BEFORE ' . one('INSERT', 'UPDATE', 'INSERT OR DELETE') . ' ON ' . one(table(), schema() . '.parted') . ' FOR EACH ROW EXECUTE FUNCTION one.stamp()' },
    sub { one('DROP TRIGGER g0 ON ', 'ALTER TRIGGER g0 ON ') . table() . one('', ' RENAME TO g1') },
    sub { 'ALTER TABLE ' . table() . one(' DISABLE', ' ENABLE', ' ENABLE ALWAYS') . ' TRIGGER g' . int(rand 2) },
    sub { 'CREATE POLICY p' . int(rand 2) . ' ON ' . table() . one('', ' FOR SELECT', ' AS RESTRICTIVE') . ' TO ' . role() . one('', ' USING (a IS NOT NULL)') },
    sub { one('DROP POLICY p0 ON ', 'ALTER POLICY p0 ON ', 'ALTER POLICY p1 ON ') . table() . one('', ' RENAME TO p1', ' TO PUBLIC', ' USING (b IS NULL)') },
    sub { 'CREATE OR REPLACE RULE r' . int(rand 2) . ' AS ON DELETE TO ' . table() . ' DO ' . one('INSTEAD NOTHING', 'ALSO SELECT 1') },
    sub { one('DROP RULE r0 ON ', 'ALTER TABLE ') . table() . one('', ' DISABLE RULE r0') },
    sub { 'CREATE SEQUENCE ' . schema() . '.s' . one('', ' INCREMENT 5', ' OWNED BY ' . table() . '.a') },
    sub { 'ALTER SEQUENCE ' . schema() . '.s ' . one('INCREMENT 3', 'CYCLE', 'OWNED BY NONE', 'RENAME TO s2', 'AS int') },
    sub { 'CREATE STATISTICS ' . schema() . '.st ON a, b FROM ' . table() },
    sub { one('DROP STATISTICS ', 'ALTER STATISTICS ') . schema() . '.st' . one('', ' SET STATISTICS 9', ' RENAME TO st2') },
    sub { one('GRANT ', 'REVOKE ') . one('SELECT', 'INSERT, UPDATE', 'ALL', 'SELECT (a)', 'UPDATE (b)') . ' ON ' . table() . one(' TO ', ' FROM ') . one(role(), 'PUBLIC') },
    sub { 'GRANT ' . one('USAGE', 'CREATE') . ' ON SCHEMA ' . schema() . ' TO ' . role() . one('', ' WITH GRANT OPTION') },
    sub { 'ALTER DEFAULT PRIVILEGES ' . one('', 'IN SCHEMA ' . schema() . ' ') . one('GRANT', 'REVOKE') . one(' SELECT ON TABLES', ' EXECUTE ON FUNCTIONS', ' USAGE ON SEQUENCES') . one(' TO ', ' FROM ') . role() },
    sub { 'ALTER TABLE ' . table() . ' OWNER TO ' . one(role(), 'CURRENT_USER') },
    sub { one('COMMENT ON TABLE ' . table(), 'COMMENT ON COLUMN ' . table() . '.' . column(), 'COMMENT ON SCHEMA ' . schema(), 'COMMENT ON TYPE ' . schema() . '.mood', 'COMMENT ON VIEW ' . view(), 'COMMENT ON FUNCTION one.twice') . ' IS ' . text() },
    sub { 'CREATE PUBLICATION pub' . int(rand 2) . one('', ' FOR TABLE ' . table(), ' FOR TABLES IN SCHEMA ' . schema(), ' FOR ALL TABLES') },
    sub { one('DROP PUBLICATION pub', 'ALTER PUBLICATION pub') . int(rand 2) . one('', ' ADD TABLE ' . table(), ' SET TABLE ' . table() . ' WHERE (a IS NOT NULL)', " SET (publish = 'insert')", ' RENAME TO pub2') },
    sub { 'CREATE ' . one('AGGREGATE one.agg (int) (SFUNC = int4pl, STYPE = int)', 'OPERATOR one.=== (LEFTARG = int, RIGHTARG = int, FUNCTION = int4eq)', 'CAST (one.mood AS int) WITH INOUT', 'COLLATION one.coll FROM "C"', 'TEXT SEARCH CONFIGURATION one.cfg (COPY = simple)', 'TEXT SEARCH DICTIONARY one.dict (TEMPLATE = simple)', 'FOREIGN DATA WRAPPER fdw', 'SERVER srv FOREIGN DATA WRAPPER fdw', "USER MAPPING FOR CURRENT_USER SERVER srv OPTIONS (user 'x')", 'FOREIGN TABLE one.ft (a int, b text) SERVER srv') },
    sub { one('ALTER AGGREGATE one.agg (int) RENAME TO agg2', 'DROP OPERATOR one.=== (int, int)', 'DROP CAST (one.mood AS int)', 'ALTER COLLATION one.coll RENAME TO coll2', "ALTER SERVER srv OPTIONS (ADD host 'h')", 'ALTER TEXT SEARCH CONFIGURATION one.cfg DROP MAPPING FOR word', 'ALTER TEXT SEARCH DICTIONARY one.dict (accept = false)', 'ALTER FOREIGN TABLE one.ft ADD d int', 'DROP FOREIGN DATA WRAPPER fdw CASCADE', "ALTER USER MAPPING FOR CURRENT_USER SERVER srv OPTIONS (SET user 'y')", 'COMMENT ON OPERATOR one.=== (int, int) IS ' . text(), 'DROP AGGREGATE one.agg (int)') },
    sub { one('CREATE EVENT TRIGGER et ON ddl_command_end EXECUTE FUNCTION one.et()', "CREATE FUNCTION one.et() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END'", 'ALTER EVENT TRIGGER et DISABLE', 'DROP EVENT TRIGGER et') },
    sub { one('ALTER DATABASE random_ddl SET work_mem = ' . q{'} . int(1 + rand 9) . q{MB'}, 'ALTER DATABASE random_ddl RESET ALL', 'ALTER ROLE ' . role() . " IN DATABASE random_ddl SET work_mem = '2MB'", 'COMMENT ON DATABASE random_ddl IS ' . text()) },
    sub { 'ALTER SCHEMA "Two x" RENAME TO three' }, (sub { 'ALTER SCHEMA three RENAME TO "Two x"' }) x 3,
);

my $node = new_server('random_ddl');
$node->safe_psql('postgres', 'CREATE DATABASE random_ddl TEMPLATE template0; CREATE ROLE regress_random_a; CREATE ROLE regress_random_b');
my $script = "CREATE EXTENSION chronos;\n";
for my $statement (@first, map { one(@changes)->() } 1 .. 8 * $steps) {
    $script .= "SELECT chronos.current_version() < $steps + " . (2 + @first) . " AS more \\gset\n\\if :more\n$statement;\n"
        . "SELECT '##missed after ' || " . ($statement =~ s/'/''/gr =~ s/^(.*)$/'$1'/sr)
        . " || ': ' || concat_ws(' ', h.added, h.changed, h.removed) FROM chronos.reconcile(everything => true) r(v) JOIN chronos.history h ON h.number = r.v;\n\\endif\n";
}
my $out = run_sql($node, 'random_ddl', $script);
is(join("\n", $out =~ /^##missed.*/mg), '', 'capture missed nothing');
is(join("\n", $out =~ /^.*(?:XX000|internal error|server closed|WARNING:  chronos).*/mg), '', 'nothing failed inside');
my $last = $node->safe_psql('random_ddl', 'SELECT chronos.current_version()');
cmp_ok($last, '>', @first + $steps / 2, "the changes made $last versions");
rebuilt_equals($node, 'random_ddl', $_) for grep { $_ == $last || $_ % 10 == 0 } 1 .. $last;
walk($node, 'random_ddl', 1 .. $last) == 0 or diag("CHRONOS_SEED=$seed CHRONOS_STEPS=$steps repeats this");
drop_database($node, 'random_ddl');
$node->stop;
done_testing();
