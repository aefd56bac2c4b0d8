-- What belongs to the database as a whole: settings, labels, large objects, subscriptions, mappings.
-- What may be a secret is in no definition.
SET client_min_messages = warning;
CREATE ROLE live_database_owner;
CREATE ROLE "live_database ""user""";
CREATE DATABASE live_database TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C';
\c live_database
SET client_min_messages = warning;
LOAD 'chronos_test';
CREATE EXTENSION chronos;
SET chronos.capture = off;

ALTER DATABASE live_database OWNER TO live_database_owner;
ALTER DATABASE live_database CONNECTION LIMIT 77;
ALTER DATABASE live_database IS_TEMPLATE true;
ALTER DATABASE live_database SET search_path TO public, "$user", "odd "" path";
ALTER DATABASE live_database SET temp_tablespaces TO '';
ALTER DATABASE live_database SET work_mem TO '5MB';
ALTER DATABASE live_database SET "app.Odd_name" TO '100% it''s $do$';
ALTER DATABASE live_database SET app.jwt_secret TO 'S3CRET';
ALTER DATABASE live_database SET app.dsn TO 'host=x password=''x S3CRET'' user=y';
ALTER DATABASE live_database SET app.url TO 'https://me:S3CRET@there/';
ALTER ROLE "live_database ""user""" IN DATABASE live_database SET statement_timeout TO '3s';
ALTER ROLE "live_database ""user""" IN DATABASE live_database SET app.password TO 'S3CRET';
ALTER ROLE "live_database ""user""" SET work_mem TO '9MB';
COMMENT ON DATABASE live_database IS 'it''s 100% ours';
REVOKE TEMPORARY ON DATABASE live_database FROM PUBLIC;
GRANT CREATE ON DATABASE live_database TO "live_database ""user""" WITH GRANT OPTION;

SELECT lo_create(70001), lo_create(70002), lo_create(70003), lo_create(70004);
COMMENT ON LARGE OBJECT 70001 IS 'large';
GRANT SELECT ON LARGE OBJECT 70002 TO PUBLIC;
ALTER LARGE OBJECT 70002 OWNER TO live_database_owner;
ALTER LARGE OBJECT 70003 OWNER TO live_database_owner;

CREATE FOREIGN DATA WRAPPER nowhere;
CREATE SERVER "Server é" FOREIGN DATA WRAPPER nowhere;
CREATE USER MAPPING FOR PUBLIC SERVER "Server é";
CREATE USER MAPPING FOR "live_database ""user""" SERVER "Server é"
    OPTIONS (user 'it''s me', password 'S3CRET', "Odd option" 'S3CRET', sslkey '/path');

SET client_min_messages = error;
CREATE SUBSCRIPTION plain CONNECTION 'host=/nowhere dbname=x' PUBLICATION one
    WITH (connect = false, slot_name = NONE, streaming = false);
CREATE SUBSCRIPTION "Sub é" CONNECTION 'host = /nowhere password = ''x\''S3CRET'' user=it application_name=''a b'' sslpassword=S3CRET'
    PUBLICATION two, "Pub é" WITH (connect = false, slot_name = slot_two, binary = true, streaming = true,
    two_phase = true, disable_on_error = true, synchronous_commit = 'local');
COMMENT ON SUBSCRIPTION "Sub é" IS 'subscribed';
CREATE SUBSCRIPTION by_address CONNECTION 'postgresql://me:S3CRET@/x?host=%2fnowhere&password=S3CRET&p%61ssword=S3CRET&application_name=y'
    PUBLICATION one WITH (connect = false, slot_name = NONE, streaming = false);
SET client_min_messages = warning;
ALTER SUBSCRIPTION by_address OWNER TO CURRENT_USER;

CREATE TABLE labelled (id int, "Col é" text);
CREATE TYPE pair AS (a int);
CREATE VIEW seen AS SELECT id FROM labelled;
CREATE FUNCTION f(int) RETURNS int LANGUAGE sql AS 'SELECT 1';
CREATE PROCEDURE "p(" (INOUT a int, OUT b text) LANGUAGE sql AS 'SELECT 1, ''x''';
CREATE AGGREGATE total(*) (SFUNC = int8inc, STYPE = int8, INITCOND = '0');
SECURITY LABEL ON TABLE labelled IS 'it''s $do$ 100%';
SECURITY LABEL ON COLUMN labelled."Col é" IS 'of column';
SECURITY LABEL ON COLUMN pair.a IS 'of attribute';
SECURITY LABEL ON TYPE pair IS 'of type';
SECURITY LABEL ON VIEW seen IS 'of view';
SECURITY LABEL ON FUNCTION f IS 'of function';
SECURITY LABEL ON PROCEDURE "p(" IS 'of procedure';
SECURITY LABEL ON AGGREGATE total(*) IS 'of aggregate';
SECURITY LABEL ON FUNCTION pg_catalog.pg_sleep IS 'of the server''s own';
SECURITY LABEL ON SCHEMA public IS 'of schema';
SECURITY LABEL ON LARGE OBJECT 70001 IS 'of large object';
SECURITY LABEL ON SUBSCRIPTION plain IS 'of subscription';
SECURITY LABEL ON DATABASE live_database IS 'of 100% this';
CREATE TEMP TABLE passing (id int);
SECURITY LABEL ON TABLE passing IS 'gone tomorrow';

SET search_path = pg_catalog;
SET jit = off;
SELECT kind, identity, definition - '{owner,depends_on}'::text[] AS definition
FROM chronos.live_object
WHERE kind IN ('large object', 'user mapping', 'security label', 'subscription')
ORDER BY kind COLLATE "C", identity COLLATE "C";
SELECT jsonb_pretty(definition) FROM chronos.live_database;
SELECT count(*) FROM chronos.live_object WHERE definition::text LIKE '%S3C%';
-- What one statement of a user touches is recorded with it.
RESET search_path;
SET chronos.capture = on;
SELECT chronos.reconcile() IS NOT NULL AS caught_up;
ALTER DATABASE live_database SET work_mem TO '6MB';
ALTER ROLE live_database_owner IN DATABASE live_database SET work_mem TO '7MB';
ALTER DATABASE live_database CONNECTION LIMIT 78;
GRANT UPDATE ON LARGE OBJECT 70004 TO PUBLIC;
SECURITY LABEL ON TABLE labelled IS 'labelled anew';
ALTER TABLE labelled RENAME TO "Labelled";
ALTER SUBSCRIPTION plain SET PUBLICATION three WITH (refresh = false);
ALTER USER MAPPING FOR PUBLIC SERVER "Server é" OPTIONS (ADD user 'all');
SECURITY LABEL ON TABLE "Labelled" IS NULL;
SELECT lo_create(70005) > 0 AS data;
SELECT cause, added, changed, removed FROM chronos.history WHERE number > 2 ORDER BY number;
SELECT chronos.reconcile() AS nothing_was_missed;
SET search_path = pg_catalog;
\pset format unaligned
SELECT unnest(chronos.statements(kind, identity, definition - 'owner')) FROM chronos.live_object
WHERE kind IN ('large object', 'user mapping', 'database') OR identity IN ('table public.labelled', '"Sub é"', 'by_address')
ORDER BY kind COLLATE "C", identity COLLATE "C";
\pset format aligned
RESET search_path;
\set preload chronos_test
\getenv here PG_ABS_SRCDIR
\set rebuild :here '/tests/harness/rebuild.psql'
\i :rebuild
DROP ROLE live_database_owner, "live_database ""user""";

-- Without its provider a label is left out and the rest of the script goes on.
\c regression
SET client_min_messages = warning;
CREATE EXTENSION chronos;
SELECT s AS label FROM chronos.label_sql('TABLE', 'pg_catalog.pg_class', '{"nobody": "x"}') s \gset
:label;
DROP EXTENSION chronos;
