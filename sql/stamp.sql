-- A comparison that looks only at what moved in the catalogues finds what a full one finds.
SET client_min_messages = warning;
CREATE EXTENSION chronos;
RESET client_min_messages;
CREATE SCHEMA stamps;
CREATE ROLE regress_stamp_a;
CREATE ROLE regress_stamp_b;
SET search_path = stamps;
CREATE TYPE mood AS ENUM ('sad', 'happy');
CREATE TYPE pair AS (a int, b text);
CREATE DOMAIN positive AS int CHECK (VALUE > 0);
CREATE TABLE base (id int PRIMARY KEY, name text DEFAULT 'x', feeling mood, both_of pair, n positive, g int GENERATED ALWAYS AS (2) STORED);
CREATE TABLE parted (id int, at date) PARTITION BY RANGE (at);
CREATE TABLE parted_1 PARTITION OF parted FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
CREATE TABLE heir () INHERITS (base);
CREATE FUNCTION plain(a int) RETURNS int IMMUTABLE LANGUAGE sql AS 'SELECT a';
CREATE INDEX base_plain ON base (plain(id)) WHERE name <> '';
CREATE VIEW first AS SELECT id, name, feeling = 'sad' AS sad FROM base;
CREATE VIEW second AS SELECT id, name FROM first;
CREATE MATERIALIZED VIEW third AS SELECT id FROM second;
CREATE SEQUENCE numbers;
CREATE FUNCTION noting() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
CREATE TRIGGER noted BEFORE UPDATE ON base FOR EACH ROW WHEN (NEW.name <> OLD.name) EXECUTE FUNCTION noting();
CREATE POLICY mine ON base TO regress_stamp_a USING (name = 'x');
CREATE STATISTICS both_stats ON id, name FROM base;
CREATE RULE nothing AS ON DELETE TO base DO INSTEAD NOTHING;
SET client_min_messages = error;
CREATE PUBLICATION stamps_out FOR TABLE base WHERE (id > 1);
RESET client_min_messages;
GRANT SELECT ON base TO regress_stamp_a;
ALTER DEFAULT PRIVILEGES FOR ROLE regress_stamp_a IN SCHEMA stamps GRANT SELECT ON TABLES TO regress_stamp_b;
SELECT chronos.reconcile(everything => true);
CREATE TEMP TABLE outcome (nr serial, statement text, found boolean, missed boolean);
-- Nothing moved: nothing is written, not even a stamp.
CREATE TEMP TABLE before AS SELECT part, xmin AS written_by FROM chronos.stamp;
SELECT chronos.reconcile();
SELECT count(*) AS rewritten FROM chronos.stamp s LEFT JOIN before b USING (part) WHERE b.written_by IS DISTINCT FROM s.xmin;
-- What nobody captured: each statement, what the quick comparison found, what it left for the full one.
SET chronos.capture = off;
CREATE TEMP TABLE step (nr serial, statement text);
INSERT INTO step (statement) VALUES
    ('ALTER TABLE base RENAME COLUMN name TO title'),
    ('ALTER TABLE base RENAME TO basis'),
    ('ALTER TABLE basis ALTER title SET DEFAULT ''y'''),
    ('ALTER TABLE parted ALTER id TYPE bigint, ALTER id SET STATISTICS 7'),
    ('ALTER TABLE basis ADD COLUMN more text'),
    ('ALTER TABLE basis DROP COLUMN more'),
    ('ALTER TABLE basis ENABLE ROW LEVEL SECURITY'),
    ('ALTER TABLE basis REPLICA IDENTITY FULL'),
    ('ALTER TABLE basis SET (toast.autovacuum_enabled = false)'),
    ('ALTER TABLE basis CLUSTER ON base_pkey'),
    ('ALTER TABLE basis DISABLE TRIGGER noted'),
    ('ALTER TABLE basis ADD CONSTRAINT short CHECK (length(title) < 9) NOT VALID'),
    ('ALTER TABLE basis VALIDATE CONSTRAINT short'),
    ('ALTER TABLE basis RENAME CONSTRAINT short TO shorter'),
    ('ALTER TABLE heir NO INHERIT basis'),
    ('ALTER TABLE parted DETACH PARTITION parted_1'),
    ('ALTER TABLE parted ATTACH PARTITION parted_1 FOR VALUES FROM (''2026-01-01'') TO (''2028-01-01'')'),
    ('ALTER INDEX base_plain SET (fillfactor = 50)'),
    ('COMMENT ON INDEX base_pkey IS ''the key'''),
    ('COMMENT ON COLUMN basis.id IS ''the number'''),
    ('ALTER TYPE mood RENAME VALUE ''sad'' TO ''low'''),
    ('ALTER TYPE mood ADD VALUE ''calm'' BEFORE ''happy'''),
    ('ALTER TYPE pair RENAME ATTRIBUTE a TO one CASCADE'),
    ('ALTER TYPE mood RENAME TO temper'),
    ('ALTER DOMAIN positive DROP CONSTRAINT positive_check'),
    ('ALTER FUNCTION plain(int) RENAME TO simple'),
    ('ALTER FUNCTION simple(int) SET work_mem = ''1MB'''),
    ('ALTER VIEW first RENAME COLUMN id TO number'),
    ('ALTER SEQUENCE numbers INCREMENT 5'),
    ('ALTER SEQUENCE numbers OWNED BY basis.id'),
    ('ALTER TRIGGER noted ON basis RENAME TO remarked'),
    ('ALTER POLICY mine ON basis USING (title = ''z'')'),
    ('ALTER STATISTICS both_stats SET STATISTICS 11'),
    ('ALTER RULE nothing ON basis RENAME TO naught'),
    ('ALTER PUBLICATION stamps_out ADD TABLE parted_1'),
    ('GRANT INSERT (title) ON basis TO regress_stamp_b'),
    ('ALTER DEFAULT PRIVILEGES FOR ROLE regress_stamp_a IN SCHEMA stamps REVOKE SELECT ON TABLES FROM regress_stamp_b'),
    ('REVOKE EXECUTE ON FUNCTION pg_catalog.pg_sleep(float8) FROM PUBLIC'),
    ('GRANT EXECUTE ON FUNCTION pg_catalog.pg_sleep(float8) TO PUBLIC'),
    ('ALTER ROLE regress_stamp_a RENAME TO regress_stamp_c'),
    ('ALTER MATERIALIZED VIEW third OWNER TO regress_stamp_b'),
    ('CREATE OPERATOR === (LEFTARG = int, RIGHTARG = int, FUNCTION = pg_catalog.int4eq)'),
    ('DROP OPERATOR === (int, int)'),
    ('UPDATE pg_catalog.pg_class SET relname = ''heiress'' WHERE relname = ''heir'''),
    ('DROP MATERIALIZED VIEW third'),
    ('CREATE MATERIALIZED VIEW third AS SELECT id FROM second'),
    ('DROP TABLE basis CASCADE'),
    ('ALTER SCHEMA stamps RENAME TO stamped');
\set ECHO none
SELECT s.statement AS one FROM (
    SELECT nr, 0 AS part, statement FROM step
    UNION ALL
    SELECT nr, 1, format('INSERT INTO pg_temp.outcome (statement, found, missed) SELECT %L, chronos.reconcile() IS NOT NULL, chronos.reconcile(everything => true) IS NOT NULL', statement) FROM step) s
ORDER BY s.nr, s.part \gexec
\set ECHO all
SELECT statement, found, missed FROM outcome WHERE NOT found OR missed ORDER BY nr;
SELECT count(*) AS statements FROM outcome;
-- A name changed and changed back between two comparisons, while capture saw one of its dependents.
SET search_path = stamped;
CREATE TABLE there (id int);
CREATE TABLE here (id int);
CREATE VIEW over AS SELECT t.id FROM there t JOIN here h ON h.id = t.id;
SELECT chronos.reconcile() IS NOT NULL AS found;
ALTER TABLE there RENAME TO elsewhere;
SET chronos.capture = on;
ALTER TABLE here RENAME TO near;
SET chronos.capture = off;
ALTER TABLE elsewhere RENAME TO there;
SELECT chronos.reconcile() IS NOT NULL AS found, chronos.reconcile(everything => true) IS NOT NULL AS missed;
-- Rows that came, seen by capture, and went, unseen: they are again what they were.
CREATE DOMAIN even AS int;
SELECT chronos.reconcile() IS NOT NULL AS found, chronos.reconcile() IS NOT NULL AS found_again;
SET chronos.capture = on;
ALTER DOMAIN even ADD CONSTRAINT is_even CHECK (VALUE % 2 = 0);
COMMENT ON TABLE there IS 'seen';
CREATE TABLE short_lived (id int PRIMARY KEY);
SET chronos.capture = off;
ALTER DOMAIN even DROP CONSTRAINT is_even;
COMMENT ON TABLE there IS NULL;
DROP TABLE short_lived;
SELECT chronos.reconcile() IS NOT NULL AS found, chronos.reconcile(everything => true) IS NOT NULL AS missed;
SELECT changed, removed FROM chronos.history ORDER BY number DESC LIMIT 1;
-- What does not change any text costs its rendering, no version.
INSERT INTO there VALUES (1);
TRUNCATE there;
VACUUM FULL near;
CREATE TEMP TABLE passing (id int);
SELECT chronos.reconcile() IS NOT NULL AS found, chronos.reconcile(everything => true) IS NOT NULL AS missed;
-- Another timeline, another version of the server, no stamps: everything is rendered.
DELETE FROM chronos.stamp WHERE part = 0;
ALTER TABLE near RENAME TO nearer;
SELECT chronos.reconcile() IS NOT NULL AS found, chronos.reconcile(everything => true) IS NOT NULL AS missed;
DELETE FROM chronos.stamp;
SELECT chronos.reconcile() IS NOT NULL AS found;
SELECT count(*) > 0 AS stamped FROM chronos.stamp;
SET client_min_messages = warning;
DROP PUBLICATION stamps_out;
DROP SCHEMA stamped CASCADE;
DROP EXTENSION chronos;
DROP OWNED BY regress_stamp_b, regress_stamp_c;
DROP ROLE regress_stamp_b, regress_stamp_c;
