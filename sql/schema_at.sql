-- The schema at a version, a time or a label; whole, by schema or by object.
\set SHOW_CONTEXT never
\pset format unaligned
\pset tuples_only on
SET client_min_messages = warning;
CREATE EXTENSION chronos;
RESET client_min_messages;
-- what a script says, without its settings and without what names the superuser
CREATE FUNCTION said(script text) RETURNS SETOF text LANGUAGE sql AS $$
    SELECT l FROM regexp_split_to_table(regexp_replace(script, '^.*set_config[^;]*;', ''), '\n') WITH ORDINALITY x(l, nr)
    WHERE l <> '' AND l !~ ' OWNER TO ' ORDER BY nr
$$;
CREATE SCHEMA shop;
CREATE SCHEMA "My Shop";
CREATE FUNCTION shop.check_total(t numeric) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT t >= 0';
CREATE FUNCTION shop.stamp() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
CREATE FUNCTION shop.twice(a int) RETURNS int LANGUAGE sql AS 'SELECT 2 * a';
CREATE FUNCTION shop.twice(a text) RETURNS text LANGUAGE sql AS 'SELECT a || a';
CREATE TABLE shop.customer (id int UNIQUE, name text);
CREATE TABLE shop.orders (id serial UNIQUE, customer int REFERENCES shop.customer (id), total numeric CHECK (shop.check_total(total)));
CREATE INDEX orders_total ON shop.orders (total);
CREATE TRIGGER stamp BEFORE INSERT ON shop.orders FOR EACH ROW EXECUTE FUNCTION shop.stamp();
CREATE POLICY own ON shop.orders USING (total > 0);
CREATE STATISTICS shop.orders_facts ON customer, total FROM shop.orders;
COMMENT ON COLUMN shop.orders.total IS 'in EUR';
CREATE VIEW shop.big AS SELECT o.id FROM shop.orders o WHERE o.total > 100;
CREATE TABLE "My Shop"."Order" (a int);
CREATE TABLE orders (other int);
CREATE TYPE shop.mood AS ENUM ('a');
CREATE COLLATION public.mood FROM "C";
CREATE TYPE public.state AS ENUM ('x');
CREATE COLLATION public.state FROM "C";
SELECT chronos.label('v') > 0;
SELECT clock_timestamp() AS at \gset
DO 'BEGIN PERFORM pg_sleep(0.01); END';
ALTER TABLE shop.orders ADD late boolean;

-- the same by every name
SELECT chronos.schema_at('v') = chronos.schema_at(chronos.resolve('v')), chronos.schema_at(:'at'::timestamptz) = chronos.schema_at('v'),
    chronos.schema_at('current') <> chronos.schema_at('v'), chronos.schema_at(NULL::bigint) IS NULL;
-- a table with what belongs to it
SELECT said(chronos.schema_at('v', NULL, 'shop.orders'));
SELECT chronos.schema_at('v', NULL, 'table shop.orders') = chronos.schema_at('v', object => 'shop.orders'),
    chronos.schema_at('v', NULL, 'customer') = chronos.schema_at('v', NULL, 'shop.customer');
SELECT said(chronos.schema_at('current', object => '"My Shop"."Order"'));
SELECT said(chronos.schema_at('v', object => 'shop.twice(text)'));
SELECT said(chronos.schema_at('v', object => 'index orders_total'));
SELECT said(chronos.schema_at('v', object => 'index shop.orders_total'));
SELECT said(chronos.schema_at('v', object => 'stamp on shop.orders'));
-- a schema
SELECT said(chronos.schema_at('v', '{My Shop}'));
SELECT x FROM said(chronos.schema_at('v', '{shop,"My Shop"}')) x WHERE x ~ '^CREATE';
SELECT said(chronos.schema_at('v', '{My Shop}', 'shop.orders'));

-- what is not there, or more than once
SELECT chronos.schema_at('v', '{shop,nowhere}');
SELECT chronos.schema_at('v', object => 'shop.nothing');
SELECT chronos.schema_at('v', object => 'orders');
SELECT chronos.schema_at('v', object => 'shop.twice');
SELECT chronos.schema_at('v', object => 'public.state');
SELECT chronos.schema_at('unknown', object => 'shop.orders');

-- a part loads where the rest is
SELECT chronos.schema_at('v', '{shop}') AS shop, chronos.schema_at('v', object => 'shop.orders') AS orders, chronos.schema_at('v', object => 'shop.big') AS big \gset
SET client_min_messages = warning;
CREATE TEMPORARY TABLE before AS SELECT kind, identity, hash FROM chronos.facts_of('v');
DROP SCHEMA shop CASCADE;
\o /dev/null
:shop
RESET ALL;
SET client_min_messages = warning;
\o
SELECT count(*) AS different FROM (SELECT kind, identity, hash FROM chronos.facts_of('live') EXCEPT SELECT * FROM before) x;
SELECT count(*) AS missing FROM (SELECT * FROM before EXCEPT SELECT kind, identity, hash FROM chronos.facts_of('live')) x;
DROP VIEW shop.big;
DROP TABLE shop.orders;
\o /dev/null
:orders
:big
RESET ALL;
SET client_min_messages = warning;
\o
SELECT count(*) AS different FROM (SELECT kind, identity, hash FROM chronos.facts_of('live') EXCEPT SELECT * FROM before) x;
SELECT count(*) AS missing FROM (SELECT * FROM before EXCEPT SELECT kind, identity, hash FROM chronos.facts_of('live')) x;

DROP EXTENSION chronos;
DROP SCHEMA shop CASCADE;
DROP SCHEMA "My Shop" CASCADE;
DROP TABLE orders;
DROP TYPE public.state;
DROP COLLATION public.mood, public.state;
DROP FUNCTION said(text);
