-- The guard before commands that destroy data.
SET client_min_messages = warning;
CREATE EXTENSION chronos;
RESET client_min_messages;
SET chronos.guard = warn;
-- Sizes differ from build to build.
CREATE FUNCTION made(name text, n int) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('CREATE TABLE %s (id int PRIMARY KEY, name text, amount numeric(10, 2))', name);
    EXECUTE format('INSERT INTO %s SELECT i, ''n'' || i, i FROM generate_series(1, %s) i', name, n);
    EXECUTE format('ANALYZE %s', name);
END $$;
-- What is empty, temporary or not there is nobody's loss.
CREATE TABLE empty (id int);
DROP TABLE empty;
DROP TABLE IF EXISTS nothing;
CREATE TEMP TABLE passing AS SELECT 1 AS id;
DROP TABLE passing;
SELECT made('orders', 1000);
DROP TABLE orders;
SELECT made('orders', 1000), made('lines', 10);
DROP TABLE orders, lines;
-- With CASCADE: views, foreign keys, children, and tables whose column goes.
SELECT made('orders', 1000), made('lines', 10);
ALTER TABLE lines ADD FOREIGN KEY (id) REFERENCES orders;
CREATE VIEW totals AS SELECT sum(amount) FROM orders;
CREATE MATERIALIZED VIEW report AS SELECT * FROM orders;
CREATE TABLE heir () INHERITS (orders);
INSERT INTO heir VALUES (1, 'x', 1);
ANALYZE report, heir;
DROP TABLE orders;
DROP TABLE orders CASCADE;
DROP TABLE lines;
CREATE TYPE mood AS ENUM ('sad');
SELECT made('people', 5);
ALTER TABLE people ADD mood mood DEFAULT 'sad';
SET client_min_messages = error;
DROP TYPE mood;
RESET client_min_messages;
DROP TYPE mood CASCADE;
DROP TABLE people;
-- Partitions, schemas, owners.
CREATE TABLE measured (at int, value int) PARTITION BY RANGE (at);
CREATE TABLE measured_1 PARTITION OF measured FOR VALUES FROM (0) TO (100);
CREATE TABLE measured_2 PARTITION OF measured FOR VALUES FROM (100) TO (200);
INSERT INTO measured SELECT i, i FROM generate_series(0, 199) i;
ANALYZE measured;
DROP TABLE measured;
CREATE SCHEMA shop;
SELECT made('shop.orders', 10);
DROP SCHEMA shop CASCADE;
CREATE ROLE guard_owner;
GRANT CREATE ON SCHEMA public TO guard_owner;
SET ROLE guard_owner;
SELECT made('owned', 10);
RESET ROLE;
DROP OWNED BY guard_owner;
-- TRUNCATE.
SELECT made('orders', 1000), made('lines', 10);
ALTER TABLE lines ADD FOREIGN KEY (id) REFERENCES orders;
TRUNCATE lines;
TRUNCATE lines;
INSERT INTO lines VALUES (1, 'x', 1);
ANALYZE lines;
TRUNCATE orders CASCADE;
DROP TABLE lines, orders;
SELECT made('orders', 1000);
CREATE TABLE heir () INHERITS (orders);
INSERT INTO heir VALUES (1, 'x', 1);
ANALYZE heir;
TRUNCATE ONLY orders;
TRUNCATE orders;
DROP TABLE orders CASCADE;
-- Columns.
SELECT made('orders', 1000);
ALTER TABLE orders ADD note text, ADD at timestamp, ADD counted int8, ADD measured float8;
ALTER TABLE orders DROP COLUMN note, DROP COLUMN name;
ALTER TABLE orders ALTER amount TYPE numeric(12, 2);
ALTER TABLE orders ALTER amount TYPE numeric(12, 1);
ALTER TABLE orders ALTER amount TYPE int;
ALTER TABLE orders ALTER at TYPE timestamp(3);
ALTER TABLE orders ALTER at TYPE date;
ALTER TABLE orders ALTER counted TYPE int4;
ALTER TABLE orders ALTER counted TYPE int8, ALTER measured TYPE float4;
ALTER TABLE orders ALTER counted TYPE text USING left(counted::text, 1);
ALTER TABLE orders ALTER counted TYPE varchar(10);
ALTER TABLE orders ADD COLUMN more int, ALTER more SET DEFAULT 1;
DROP TABLE orders;
-- What goes with them: a matview and a generated column, a composite's attribute, a partition key.
SELECT made('orders', 1000);
ALTER TABLE orders ADD twice numeric GENERATED ALWAYS AS (amount * 2) STORED;
ANALYZE orders;
CREATE MATERIALIZED VIEW report AS SELECT amount FROM orders;
ANALYZE report;
ALTER TABLE orders DROP COLUMN amount CASCADE;
DROP TABLE orders;
CREATE TYPE address AS (street text, zip text);
CREATE TABLE places OF address;
CREATE TABLE people (id int, home address);
INSERT INTO places VALUES ('a', '1');
INSERT INTO people VALUES (1, ('a', '1'));
ANALYZE places, people;
ALTER TYPE address DROP ATTRIBUTE zip CASCADE;
DROP TABLE people, places;
DROP TYPE address;
CREATE FUNCTION low(int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT $1 % 10';
CREATE TABLE keyed (id int) PARTITION BY LIST (low(id));
CREATE TABLE keyed_1 PARTITION OF keyed DEFAULT;
INSERT INTO keyed VALUES (1), (2);
ANALYZE keyed;
DROP FUNCTION low(int) CASCADE;
-- A view with CASCADE, and an extension that owns a table.
SELECT made('orders', 1000);
CREATE VIEW shown AS SELECT * FROM orders;
CREATE MATERIALIZED VIEW report AS SELECT * FROM shown;
ANALYZE report;
DROP VIEW shown CASCADE;
CREATE EXTENSION chronos_test;
ALTER EXTENSION chronos_test ADD TABLE orders;
DROP EXTENSION chronos_test;
-- To who may not do it the guard says nothing.
SELECT made('orders', 1000);
SET ROLE guard_owner;
DROP TABLE orders;
TRUNCATE orders;
ALTER TABLE orders DROP COLUMN name;
DROP SCHEMA public CASCADE;
RESET ROLE;
BEGIN READ ONLY;
DROP TABLE orders;
ROLLBACK;
DROP TABLE orders;
-- block.
SET chronos.guard = block;
SELECT made('orders', 1000);
DROP TABLE orders;
TRUNCATE orders;
ALTER TABLE orders DROP COLUMN name;
DO $$ BEGIN EXECUTE 'DROP TABLE orders'; END $$;
SELECT count(*) FROM orders;
-- Breaking the glass.
SET chronos.guard_override = 'ticket 42';
TRUNCATE orders;
RESET chronos.guard_override;
DROP TABLE orders;
-- Where it cannot ask, a warning must not be in the way, and a refusal must.
SELECT made('orders', 1000);
ALTER FUNCTION chronos.guard_report RENAME TO elsewhere;
\set SHOW_CONTEXT never
DROP TABLE orders;
SET chronos.guard = warn;
DROP TABLE orders;
\set SHOW_CONTEXT errors
SET chronos.guard = block;
ALTER FUNCTION chronos.elsewhere RENAME TO guard_report;
-- Below the threshold.
SELECT made('small', 10), made('large', 10000);
SET chronos.guard_threshold = '128kB';
DROP TABLE small;
DROP TABLE large;
RESET chronos.guard_threshold;
-- Rows.
SET chronos.guard_rows = on;
DELETE FROM large WHERE id = 1;
\set VERBOSITY sqlstate
DELETE FROM large;
\set VERBOSITY default
UPDATE large SET name = 'x';
WITH gone AS (DELETE FROM large RETURNING *) SELECT count(*) FROM gone;
EXPLAIN (COSTS OFF) DELETE FROM large;
PREPARE emptied AS DELETE FROM large;
EXECUTE emptied;
CREATE FUNCTION emptied() RETURNS void LANGUAGE sql BEGIN ATOMIC DELETE FROM large; END;
SELECT emptied();
DROP FUNCTION emptied();
SET chronos.guard = warn;
UPDATE large SET name = 'x';
RESET chronos.guard_rows;
-- Who may lower it.
CREATE TABLE owned_by_me AS SELECT 1 AS one;
ALTER TABLE owned_by_me OWNER TO guard_owner;
SET ROLE guard_owner;
SET chronos.guard = off;
SET chronos.guard_override = 'mine';
-- And ask for more.
SET chronos.guard_at_least = block;
CREATE TEMP TABLE passing AS SELECT 1 AS one;
DROP TABLE passing;
TRUNCATE owned_by_me;
RESET chronos.guard_at_least;
ALTER ROLE guard_owner SET chronos.guard_at_least = 'block';
ALTER ROLE guard_owner RESET chronos.guard_at_least;
RESET ROLE;
SET chronos.guard = off;
DROP TABLE owned_by_me;
ALTER ROLE guard_owner SET chronos.guard = 'block';
-- A snapshot first: without a repository the command does not run.
SET chronos.guard = snapshot;
DROP TABLE large;
SELECT count(*) > 0 AS still_there FROM large;
-- While a dump is read.
SET check_function_bodies = off;
SET row_security = off;
SELECT set_config('search_path', '', false);
DROP TABLE public.large;
RESET ALL;
-- The extension itself.
SET chronos.guard = block;
REVOKE CREATE ON SCHEMA public FROM guard_owner;
DROP ROLE guard_owner;
DROP FUNCTION made(text, int);
DROP EXTENSION chronos;
