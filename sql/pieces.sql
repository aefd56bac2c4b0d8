-- What the pages of a table prove to a later snapshot; docs/incremental.md.
SET client_min_messages = warning;
CREATE EXTENSION chronos;
RESET client_min_messages;
\set SHOW_CONTEXT never
-- A block holds three of these rows.
CREATE TABLE wide (id int, filler text) WITH (autovacuum_enabled = off);
ALTER TABLE wide ALTER filler SET STORAGE PLAIN;
INSERT INTO wide SELECT g, repeat('x', 2500) FROM generate_series(1, 12) g;
CREATE FUNCTION settled(first bigint DEFAULT 0, last bigint DEFAULT NULL, relation regclass DEFAULT 'wide') RETURNS text
LANGUAGE sql AS $$
    SELECT CASE WHEN is_settled THEN 'settled' ELSE 'open' END || ', ' || pages || ' pages, ' || new_pages || ' new'
           || CASE WHEN oldest_lsn > newest_lsn THEN ', LSNs in disorder' WHEN newest_lsn IS NULL THEN ', no LSN' ELSE '' END
    FROM chronos.settled_range(relation, first, last)
$$;
SELECT settled(), settled(1, 3), settled(3), settled(4), settled(9, 20), settled(2, 1);
SELECT is_settled, pages, new_pages, newest_lsn IS NULL AS none, oldest_lsn <= newest_lsn AS ordered FROM chronos.page_range('wide', 0, NULL);
-- The newest LSN is that of the page that changed last.
SELECT newest_lsn AS before FROM chronos.page_range('wide', 0, NULL) \gset
UPDATE wide SET id = id WHERE ctid = '(1,1)';
SELECT newest_lsn > :'before' AS newer FROM chronos.page_range('wide', 0, NULL);
SELECT newest_lsn > :'before' AS newer FROM chronos.page_range('wide', 2, 3);
VACUUM wide;

-- A transaction of our own, open or not.
BEGIN;
SELECT settled(0, 1);
DELETE FROM wide WHERE ctid = '(0,1)';
SELECT settled(0, 1) AS removed, settled(1, 2) AS elsewhere;
ROLLBACK;
SELECT settled(0, 1) AS rolled_back;
BEGIN;
SELECT FROM wide WHERE ctid = '(0,1)' FOR UPDATE;
SELECT settled(0, 1) AS locked;
SAVEPOINT a;
INSERT INTO wide VALUES (13, 'y');
SELECT settled() AS inserted;
ROLLBACK TO a;
SELECT settled() AS taken_back;
COMMIT;
-- Locked by one and updated by another: a multixact.
BEGIN;
SELECT FROM wide WHERE ctid = '(0,2)' FOR KEY SHARE;
SAVEPOINT a;
UPDATE wide SET filler = 'z' WHERE ctid = '(0,2)';
SELECT settled(0, 1) AS multixact;
COMMIT;
SELECT settled(0, 1) AS ended;
VACUUM FREEZE wide;
SELECT settled() AS frozen;

-- Who may look, and at what.
CREATE TABLE parted (a int) PARTITION BY LIST (a);
CREATE UNLOGGED TABLE unlogged (a int);
CREATE TEMPORARY TABLE temporary (a int);
CREATE VIEW view AS SELECT 1 AS a;
CREATE INDEX wide_id ON wide (id);
CREATE ROLE regress_reader;
SELECT settled(relation => 'parted');
SELECT settled(relation => 'unlogged');
SELECT settled(relation => 'temporary');
SELECT settled(relation => 'view');
SELECT settled(relation => 'wide_id');
SELECT settled(relation => 1);
SELECT settled(-1);
SELECT settled(0, 4294967296);
SELECT settled(NULL);
SET ROLE regress_reader;
SELECT settled();
RESET ROLE;
GRANT SELECT ON wide TO regress_reader;
SET ROLE regress_reader;
SELECT settled();
SELECT chronos.write_snapshot_marker(gen_random_uuid());
SELECT count(*) FROM chronos.snapshot_marker;
RESET ROLE;

-- --- how rows are written out
CREATE TYPE mood AS ENUM ('good', 'bad');
CREATE TYPE pair AS (a int, m mood);
CREATE DOMAIN moods AS pair[];
CREATE TYPE span AS RANGE (subtype = float8);
CREATE TABLE odd (id int, m moods, s span, gone int, kept int GENERATED ALWAYS AS (id + 1) STORED);
INSERT INTO odd VALUES (1);
CREATE TABLE known (step text, signature text);
CREATE FUNCTION changed(step text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    now text := (SELECT f.signature FROM chronos.reuse_facts(ARRAY['odd'::regclass::oid]) AS f);
    before text := (SELECT k.signature FROM known AS k WHERE k.step = 'now');
BEGIN
    DELETE FROM known;
    INSERT INTO known VALUES ('now', now);
    RETURN step || ': ' || CASE WHEN before = now THEN 'same' ELSE 'changed' END;
END $$;
SELECT changed('first');
SELECT changed('nothing');
INSERT INTO odd VALUES (2);
CREATE INDEX ON odd (id);
ALTER DOMAIN moods ADD CHECK (array_length(value, 1) < 9);
SELECT changed('rows, an index, a constraint');
ALTER TYPE mood RENAME VALUE 'bad' TO 'sad';
SELECT changed('label of an enum in a composite type in an array in a domain');
ALTER TYPE mood ADD VALUE 'new';
SELECT changed('another label');
ALTER TYPE pair ADD ATTRIBUTE c int;
SELECT changed('attribute of a composite type');
ALTER TYPE pair DROP ATTRIBUTE c;
SELECT changed('attribute gone');
ALTER TABLE odd RENAME gone TO going;
SELECT changed('name of a column');
ALTER TABLE odd DROP going;
SELECT changed('column gone');
ALTER TABLE odd ADD d int DEFAULT 5;
SELECT changed('column with a default');
ALTER TABLE odd ALTER d SET DEFAULT 7;
SELECT changed('default of later rows');
ALTER TABLE odd DROP d, ADD d int DEFAULT 6;
SELECT changed('the same column with another default');
ALTER TABLE odd ALTER kept DROP EXPRESSION;
SELECT changed('no longer generated');
ALTER TABLE odd RENAME TO strange;
ALTER TABLE strange RENAME TO odd;
SELECT changed('name of the table');
SET TimeZone = 'Asia/Tokyo';
SELECT changed('a setting');
RESET TimeZone;
SELECT changed('and back');

-- What can never be used again, and why.
SET client_min_messages = warning;
CREATE FUNCTION base_in(cstring) RETURNS base LANGUAGE internal IMMUTABLE STRICT AS 'textin';
CREATE FUNCTION base_out(base) RETURNS cstring LANGUAGE internal IMMUTABLE STRICT AS 'textout';
CREATE TYPE base (INPUT = base_in, OUTPUT = base_out, LIKE = text);
RESET client_min_messages;
CREATE TABLE with_base (a base[]);
CREATE TABLE with_regclass (a regclass);
CREATE TYPE role_in AS (who regrole[]);
CREATE TABLE with_role (a role_in);
CREATE TABLE with_rights (a aclitem[]);
CREATE TABLE with_nothing ();
CREATE MATERIALIZED VIEW matview AS SELECT 1 AS a;
SELECT f.relation::regclass, f.refusal, f.file_path IS NOT NULL AS has_file, length(f.signature)
FROM chronos.reuse_facts(ARRAY['wide', 'odd', 'parted', 'unlogged', 'temporary', 'view', 'pg_class', 'with_base', 'with_regclass',
                               'with_role', 'with_rights', 'with_nothing', 'matview']::regclass[]) AS f
ORDER BY f.relation::regclass::text COLLATE "C";
SET ROLE regress_reader;
SELECT f.relation::regclass, f.refusal FROM chronos.reuse_facts(ARRAY['wide', 'odd']::regclass[]) AS f ORDER BY 1;
RESET ROLE;
BEGIN;
TRUNCATE odd;
SELECT f.refusal FROM chronos.reuse_facts(ARRAY['odd']::regclass[]) AS f;
ROLLBACK;
SELECT chronos.reuse_refusal();

-- --- markers
SELECT count(chronos.write_snapshot_marker(gen_random_uuid())) FROM generate_series(1, 250);
SELECT count(*) FROM chronos.snapshot_marker;
BEGIN;
SET LOCAL synchronous_commit = off;
SELECT chronos.write_snapshot_marker('00000000-0000-0000-0000-000000000001');
SHOW synchronous_commit;
COMMIT;
SELECT count(*) FROM chronos.snapshot_marker WHERE id = '00000000-0000-0000-0000-000000000001';
GRANT pg_write_all_data TO regress_reader;
SET ROLE regress_reader;
INSERT INTO chronos.snapshot_marker VALUES (gen_random_uuid());
RESET ROLE;

DROP TABLE wide, parted, unlogged, temporary, odd, known, with_base, with_regclass, with_role, with_rights, with_nothing CASCADE;
DROP MATERIALIZED VIEW matview;
DROP VIEW view;
DROP DOMAIN moods;
DROP TYPE base CASCADE;
DROP TYPE pair, mood, span, role_in;
DROP FUNCTION changed;
DROP ROLE regress_reader;
DROP EXTENSION chronos;
