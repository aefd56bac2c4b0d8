-- The difference between two versions, object by object and column by column.
\set SHOW_CONTEXT never
SET client_min_messages = warning;
CREATE EXTENSION chronos;
RESET client_min_messages;
CREATE ROLE regress_diff_reader;
CREATE FUNCTION parts(details jsonb) RETURNS SETOF text LANGUAGE sql AS $$
    SELECT d ->> 'part' || ': ' || (d ->> 'change') || coalesce(' from ' || (d ->> 'old_name'), '')
           || coalesce(', old ' || (d ->> 'old'), '') || coalesce(', new ' || (d ->> 'new'), '')
    FROM jsonb_array_elements(details) WITH ORDINALITY j(d, nr) ORDER BY nr
$$;
CREATE TABLE orders (id int CHECK (id > 0), customer int, total int, note text, seen date, UNIQUE (customer));
CREATE INDEX orders_total ON orders (total);
CREATE VIEW order_ids AS SELECT id FROM orders;
CREATE TYPE mood AS ENUM ('sad', 'ok', 'happy');
CREATE TYPE place AS (street text, town text);
CREATE DOMAIN percentage AS int CHECK (VALUE >= 0);
CREATE FUNCTION twice(a int) RETURNS int LANGUAGE sql AS 'SELECT 2 * a';
SELECT chronos.label('before') \gset
SELECT * FROM chronos.diff('before', 'before');
SELECT * FROM chronos.diff('before', 'live');

-- columns: renamed, dropped, added, changed, and nothing taken for something else
BEGIN;
ALTER TABLE orders RENAME COLUMN total TO amount;
ALTER TABLE orders ALTER amount TYPE numeric(10, 2), ALTER amount SET DEFAULT 0, DROP note, ADD note text DEFAULT 'x', DROP seen, ADD due date;
COMMENT ON COLUMN orders.due IS 'when';
COMMIT;
SELECT change, kind, identity, old_identity, parts(details) FROM chronos.diff(:label, :label + 1);
-- and back
SELECT change, kind, identity, old_identity, parts(details) FROM chronos.diff(:label + 1, :label) WHERE kind = 'table';

-- a table under another name in another schema stays the same table
CREATE SCHEMA shop;
BEGIN;
ALTER TABLE orders SET SCHEMA shop;
ALTER TABLE shop.orders RENAME TO sales;
ALTER TABLE shop.sales RENAME COLUMN amount TO price;
ALTER TABLE shop.sales RENAME CONSTRAINT orders_customer_key TO one_each;
ALTER INDEX shop.orders_total RENAME TO sales_price;
COMMIT;
SELECT change, kind, identity, old_identity FROM chronos.diff('number:' || :label + 2, 'current');
SELECT parts(details) FROM chronos.diff('before', 'current') WHERE kind = 'table';
-- also when the server gave it a new oid since
BEGIN;
DROP INDEX shop.sales_price;
CREATE INDEX sales_price ON shop.sales (price);
COMMIT;
SELECT change, identity, old_identity FROM chronos.diff('before', 'current') WHERE kind = 'index';

-- options, privileges, comments, owners
SELECT chronos.current_version() AS v \gset
BEGIN;
ALTER TABLE shop.sales SET (fillfactor = 70, autovacuum_enabled = off);
GRANT SELECT, INSERT ON shop.sales TO regress_diff_reader;
COMMENT ON TABLE shop.sales IS 'sold';
ALTER TABLE shop.sales ENABLE ROW LEVEL SECURITY;
COMMIT;
SELECT parts(details) FROM chronos.diff(:v, :v + 1);
BEGIN;
ALTER TABLE shop.sales SET (fillfactor = 80), RESET (autovacuum_enabled);
GRANT SELECT ON shop.sales TO PUBLIC;
REVOKE INSERT ON shop.sales FROM regress_diff_reader;
GRANT UPDATE (price) ON shop.sales TO regress_diff_reader WITH GRANT OPTION;
COMMENT ON TABLE shop.sales IS NULL;
COMMIT;
SELECT parts(details) FROM chronos.diff(:v + 1, :v + 2);

-- types
SELECT chronos.current_version() AS v \gset
BEGIN;
ALTER TYPE mood RENAME VALUE 'ok' TO 'fine';
ALTER TYPE mood ADD VALUE 'glad' AFTER 'happy';
ALTER TYPE mood ADD VALUE 'desperate' BEFORE 'sad';
ALTER TYPE place RENAME ATTRIBUTE town TO city;
ALTER TYPE place ADD ATTRIBUTE country text, ALTER ATTRIBUTE street TYPE varchar(80);
ALTER DOMAIN percentage ADD CONSTRAINT most CHECK (VALUE <= 100);
ALTER DOMAIN percentage RENAME CONSTRAINT percentage_check TO least;
ALTER DOMAIN percentage SET DEFAULT 0;
CREATE OR REPLACE FUNCTION twice(a int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT a + a';
COMMIT;
SELECT identity, parts(details) FROM chronos.diff(:v, :v + 1);
SELECT parts(chronos.details('{"labels": ["a", "b", "c"]}', '{"labels": ["a", "x", "y", "c"]}', NULL, NULL));
SELECT parts(chronos.details('{"labels": ["a", "b", "c"]}', '{"labels": ["c", "a"]}', NULL, NULL));

-- made anew: paired by name, columns by name, and the order counts
SELECT chronos.current_version() AS v \gset
CREATE TABLE wide (a int, b int, c int, d int, e int);
DROP TABLE wide;
CREATE TABLE wide (a int, e int, b int, x int, c bigint);
SELECT change, parts(details) FROM chronos.diff(:v + 1, :v + 3);
SELECT change, details FROM chronos.diff(:v + 1, :v + 2);
SELECT * FROM chronos.diff(:v, :v + 2);
-- made anew in one transaction it is the same table: its columns are followed through what came before and after
BEGIN;
DROP TABLE wide;
CREATE TABLE wide (c bigint, a int, e int, b int);
COMMIT;
ALTER TABLE wide RENAME COLUMN b TO bb;
SELECT change, parts(details) FROM chronos.diff(:v + 3, :v + 5);
SELECT change, parts(details) FROM chronos.diff(:v + 5, :v + 3);
DROP TABLE wide;
-- the same again: nothing
CREATE TABLE wide (a int, b int, c int, d int, e int);
SELECT * FROM chronos.diff(:v + 1, chronos.current_version());

-- what each version changed, whatever the direction; the hashes lead to the definitions
SELECT bool_and(d.n = jsonb_array_length(v.changes)) AS as_noted, count(*) > 10 AS several
FROM chronos.version v CROSS JOIN LATERAL (SELECT count(*) AS n FROM chronos.diff(v.number - 1, v.number)) d WHERE v.number > 1;
SELECT bool_and(d.change = n.note ->> 0 AND d.identity = n.note ->> 2) AS as_noted
FROM chronos.version v
CROSS JOIN LATERAL ROWS FROM (chronos.diff(v.number - 1, v.number), jsonb_array_elements(v.changes))
    AS d(change, kind, identity, old_identity, details, old_hash, hash, note)
CROSS JOIN LATERAL (SELECT d.note) n WHERE v.number > 1;
SELECT count(*) AS not_mirrored
FROM (SELECT old_hash, hash FROM chronos.diff(1, chronos.current_version())
      EXCEPT ALL SELECT hash, old_hash FROM chronos.diff(chronos.current_version(), 1)) x;
SELECT d.change, regexp_replace(chronos.definition_sql(h), 'ALTER FUNCTION .*', '') AS definition
FROM chronos.diff(:v - 1, :v) d CROSS JOIN LATERAL unnest(ARRAY[d.old_hash, d.hash]) h WHERE kind = 'function';
SELECT chronos.definition_sql('\x00') IS NULL AS unknown;

-- against the catalogue, which nobody told us of
SET chronos.capture = off;
ALTER TABLE shop.sales RENAME COLUMN price TO cost;
DROP VIEW order_ids;
SELECT change, kind, identity, old_identity FROM chronos.diff('current', 'live');
SELECT parts(details) FROM chronos.diff('current', 'live') WHERE kind = 'table';
RESET chronos.capture;

SELECT * FROM chronos.diff(1, 99999);
SELECT * FROM chronos.diff('nothing', 'live');
SET client_min_messages = warning;
DROP EXTENSION chronos;
DROP FUNCTION parts(jsonb);
DROP SCHEMA shop CASCADE;
DROP TABLE wide;
DROP TYPE mood, place;
DROP DOMAIN percentage;
DROP FUNCTION twice(int);
DROP ROLE regress_diff_reader;
