-- Which version last changed each part of a table.
\set SHOW_CONTEXT never
SET client_min_messages = warning;
CREATE EXTENSION chronos;
RESET client_min_messages;
CREATE FUNCTION who(relation text, version bigint DEFAULT NULL) RETURNS TABLE (part text, statement text) LANGUAGE sql AS
'SELECT part, statements[1] FROM chronos.blame(relation, version)';
CREATE TABLE orders (id int UNIQUE, customer int, total numeric, note text);
CREATE INDEX orders_total ON orders (total);
SELECT chronos.current_version() AS v \gset
ALTER TABLE orders ADD due date;
ALTER TABLE orders RENAME COLUMN customer TO buyer;
ALTER TABLE orders ALTER total SET DEFAULT 0;
ALTER TABLE orders ADD CONSTRAINT positive CHECK (total >= 0);
COMMENT ON COLUMN orders.note IS 'free text';
ALTER TABLE orders SET (fillfactor = 80);
SELECT * FROM who('orders');
-- as it was then
SELECT * FROM who('public.orders', :v);

-- neither another name of the table nor another column changes a column
CREATE SCHEMA shop;
ALTER TABLE orders RENAME TO sales;
ALTER TABLE sales SET SCHEMA shop;
ALTER TABLE shop.sales DROP COLUMN id;
ALTER TABLE shop.sales ADD id bigint;
CREATE FUNCTION stamp() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
CREATE TRIGGER stamp BEFORE INSERT ON shop.sales FOR EACH ROW EXECUTE FUNCTION stamp();
CREATE POLICY own ON shop.sales USING (true);
ALTER TABLE shop.sales DISABLE TRIGGER stamp;
SELECT * FROM who('table shop.sales');
SELECT bool_and(b.version <= chronos.current_version() AND b.committed_at = v.committed_at AND b.role = v.role) AS evidence_is_that_of_the_version
FROM chronos.blame('sales') b JOIN chronos.version v ON v.number = b.version;
-- a column of the same name is another column
ALTER TABLE shop.sales DROP COLUMN note;
BEGIN;
ALTER TABLE shop.sales ADD note text;
COMMENT ON COLUMN shop.sales.note IS 'free text';
COMMIT;
SELECT * FROM who('sales') WHERE part = 'column note';
-- the table made anew: what is as it was, was
BEGIN;
CREATE TABLE shop.anew (LIKE shop.sales INCLUDING DEFAULTS INCLUDING COMMENTS);
DROP TABLE shop.sales;
ALTER TABLE shop.anew RENAME TO sales;
ALTER TABLE shop.sales ALTER due SET NOT NULL;
COMMIT;
SELECT part, left(statement, 30) AS statement FROM who('sales');

-- other objects
CREATE VIEW orders AS SELECT 1 AS a;
COMMENT ON VIEW orders IS 'x';
SELECT * FROM who('orders');
CREATE TYPE pair AS (a int, b int);
ALTER TYPE pair RENAME ATTRIBUTE b TO c;
SELECT * FROM who('pair');
SELECT * FROM who('nowhere');
SELECT * FROM who('sales', 1);
SELECT * FROM who('sales', 9999);
SET client_min_messages = warning;
DROP EXTENSION chronos;
DROP SCHEMA shop CASCADE;
DROP VIEW orders;
DROP TYPE pair;
DROP FUNCTION stamp();
DROP FUNCTION who(text, bigint);
