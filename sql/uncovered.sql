-- chronos.uncovered finds what no version shows by itself: nothing of all extensions there are, and a kind
-- that somebody forgot.
SET client_min_messages = warning;
CREATE ROLE uncovered_role;
CREATE DATABASE uncovered TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C';
\c uncovered
SET client_min_messages = warning;
DO $$
DECLARE
    extension name;
BEGIN
    FOR extension IN SELECT name FROM pg_available_extensions WHERE name <> 'chronos' ORDER BY name LOOP
        BEGIN
            EXECUTE format('CREATE EXTENSION IF NOT EXISTS %I CASCADE', extension);
        EXCEPTION WHEN OTHERS THEN
            NULL;  -- its library is for another server, or has to be preloaded
        END;
    END LOOP;
END $$;
SELECT count(*) > 3 AS there_are_extensions FROM pg_extension;
CREATE EXTENSION chronos;
SET chronos.capture = off;
SET jit = off;
SELECT class, identity FROM chronos.uncovered;

-- What no user made, or only for a session, is none either.
CREATE TEMP TABLE passing (id serial PRIMARY KEY, t text CHECK (t <> ''), r int REFERENCES passing);
CREATE INDEX ON passing (t);
CREATE TEMP VIEW passing_view AS SELECT * FROM passing;
CREATE FUNCTION pg_temp.f() RETURNS int LANGUAGE sql AS 'SELECT 1';
CREATE TYPE pg_temp.e AS ENUM ('a');
SELECT lo_create(70001) > 0 AS data;
CREATE FUNCTION same(int, text) RETURNS boolean LANGUAGE sql AS 'SELECT true';
CREATE OPERATOR === (LEFTARG = int, RIGHTARG = text, FUNCTION = same, COMMUTATOR = ====);
CREATE DOMAIN over_temporary AS pg_temp.e;
CREATE FUNCTION of_temporary(passing, over_temporary[]) RETURNS boolean LANGUAGE sql AS 'SELECT true';
CREATE OPERATOR ### (LEFTARG = passing, RIGHTARG = over_temporary[], FUNCTION = of_temporary);
CREATE VIEW calls_temporary AS SELECT pg_temp.f() AS f;
CREATE RULE quiet AS ON DELETE TO calls_temporary DO INSTEAD NOTHING;
SELECT class, identity FROM chronos.uncovered;

-- Parts of objects, each with an oid of its own.
CREATE TABLE whole (id int PRIMARY KEY, t text DEFAULT 'x' CHECK (t <> '')) PARTITION BY RANGE (id);
CREATE TABLE part PARTITION OF whole FOR VALUES FROM (1) TO (9);
CREATE TABLE refers (id int REFERENCES whole);
CREATE TYPE span AS RANGE (subtype = text);
CREATE TYPE mood AS ENUM ('a', 'b');
CREATE DOMAIN d AS int CHECK (VALUE > 0);
CREATE PUBLICATION p FOR TABLE whole, TABLES IN SCHEMA public;
CREATE FUNCTION less(float8, int) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT true';
CREATE FUNCTION same_number(float8, int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT 0';
CREATE OPERATOR <% (LEFTARG = float8, RIGHTARG = int, FUNCTION = less);
CREATE OPERATOR FAMILY loose USING btree;
ALTER OPERATOR FAMILY loose USING btree ADD FUNCTION 1 (int, bigint) btint48cmp(int, bigint), OPERATOR 1 < (int, bigint);
ALTER OPERATOR FAMILY float_ops USING btree ADD FUNCTION 1 (float8, int) same_number(float8, int), OPERATOR 1 <% (float8, int);
CREATE FUNCTION tf() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
CREATE TRIGGER each AFTER INSERT ON whole FOR EACH ROW EXECUTE FUNCTION tf();
CREATE CONSTRAINT TRIGGER late AFTER INSERT ON refers FOR EACH ROW EXECUTE FUNCTION tf();
CREATE RULE quiet AS ON DELETE TO refers DO INSTEAD NOTHING;
CREATE POLICY mine ON refers USING (id > 0);
ALTER DEFAULT PRIVILEGES FOR ROLE uncovered_role GRANT SELECT ON TABLES TO PUBLIC;
SELECT class, identity FROM chronos.uncovered;

-- What hides in the server's own schema is in no dump, so it is told of.
SET allow_system_table_mods = on;
CREATE FUNCTION pg_catalog.hidden() RETURNS int LANGUAGE sql AS 'SELECT 1';
SELECT class, identity FROM chronos.uncovered;
DROP FUNCTION pg_catalog.hidden();
RESET allow_system_table_mods;

-- Kinds forgotten: without their arm they are found.
CREATE FUNCTION found_without(kinds text[]) RETURNS SETOF text LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('CREATE OR REPLACE VIEW chronos.live_object AS SELECT * FROM (%s) l WHERE NOT l.kind = ANY (%L)',
                   rtrim(pg_get_viewdef('chronos.live_object'), ';'), kinds);
    RETURN QUERY SELECT DISTINCT (u.class || regexp_replace(' ' || u.identity, ' \d+$', '')) COLLATE "C" AS found
    FROM chronos.uncovered u
    WHERE u.identity NOT LIKE '%\_not\_null on %'  -- since 18
    ORDER BY found;
END $$;
BEGIN;
SELECT found_without('{type,trigger,policy}');
ROLLBACK;
BEGIN;
SELECT found_without('{publication,function,rule,operator family,database}');
ROLLBACK;
BEGIN;
SELECT found_without('{table,default privileges}');
ROLLBACK;
SELECT class, identity FROM chronos.uncovered;
\c regression
DROP DATABASE uncovered WITH (FORCE);
DROP ROLE uncovered_role;
