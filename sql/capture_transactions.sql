-- When a version is made: transactions of every kind.
CREATE EXTENSION chronos;
CREATE FUNCTION news() RETURNS TABLE (cause text, added text[], changed text[], removed text[], statements text[]) LANGUAGE plpgsql AS $$
DECLARE
    last bigint := coalesce(nullif(current_setting('test.last', true), ''), '0')::bigint;
BEGIN
    PERFORM set_config('test.last', chronos.current_version()::text, false);
    RETURN QUERY SELECT h.cause, h.added, h.changed, h.removed, h.statements
                 FROM chronos.history h WHERE h.number > last ORDER BY h.number;
END $$;
SELECT count(*) > 0 AS begun FROM news();

-- one transaction, one version; savepoints that were rolled back leave nothing
BEGIN;
CREATE TABLE t1 (a int);
SAVEPOINT s;
CREATE TABLE t2 (a int);
ROLLBACK TO s;
ALTER TABLE t1 ADD b int;
COMMIT;
SELECT * FROM news();
BEGIN;
CREATE TABLE t2 (a int);
ROLLBACK;
SELECT * FROM news();
BEGIN;
CREATE TABLE t2 (a int);
DROP TABLE t2;
COMMIT;
SELECT * FROM news();
-- statements that were rolled back are not listed; one that went on is
BEGIN;
SAVEPOINT s1;
CREATE TABLE t1b (a int);
SAVEPOINT s2;
ALTER TABLE t1b ADD b int;
ROLLBACK TO s2;
ALTER TABLE t1b ADD c int;
RELEASE s1;
SAVEPOINT s3;
DROP TABLE t1b;
ROLLBACK TO s3;
DO $$ BEGIN
    BEGIN CREATE TABLE never (a int); RAISE division_by_zero; EXCEPTION WHEN division_by_zero THEN NULL; END;
    BEGIN CREATE TABLE t1c (a int); EXCEPTION WHEN division_by_zero THEN NULL; END;
END $$;
DO $$ BEGIN CREATE TABLE never (a int); RAISE division_by_zero; EXCEPTION WHEN division_by_zero THEN NULL; END $$;
COMMIT;
SELECT added, unnest(statements) FROM news();
DROP TABLE t1b, t1c;
SELECT removed FROM news();
-- two statements in one message are cut apart; so are their neighbours that change nothing
SELECT 1 AS one \; CREATE TABLE t2 (a int) \; SELECT 2 AS two \; COMMENT ON TABLE t2 IS 'two';
SELECT * FROM news();
BEGIN;
CREATE TABLE t3 (a int);
COMMIT AND CHAIN;
CREATE TABLE t4 (a int);
COMMIT;
SELECT * FROM news();
DO $$ BEGIN CREATE TABLE t5 (a int); COMMIT; CREATE TABLE t6 (a int); ROLLBACK; CREATE TABLE t7 (a int); END $$;
SELECT * FROM news();

-- isolation levels and read-only transactions
BEGIN ISOLATION LEVEL REPEATABLE READ;
SELECT 1 AS one;
DROP TABLE t3;
COMMIT;
BEGIN ISOLATION LEVEL SERIALIZABLE;
SELECT 1 AS one;
DROP TABLE t4;
COMMIT;
BEGIN;
DROP TABLE t5;
SET TRANSACTION READ ONLY;
COMMIT;
SELECT * FROM news();
SET session_replication_role = replica;
DROP TABLE t7;
RESET session_replication_role;
SELECT * FROM news();

-- temporary objects are nobody's schema
CREATE TEMP TABLE tt (id serial PRIMARY KEY, a int DEFAULT 1 CHECK (a > 0));
CREATE INDEX ON tt (a);
CREATE TEMP VIEW tv AS SELECT * FROM tt;
CREATE FUNCTION pg_temp.tf() RETURNS int LANGUAGE sql AS 'SELECT 1';
CREATE TEMP TABLE gone (a int) ON COMMIT DROP;
DROP TABLE tt CASCADE;
SELECT * FROM news();

-- prepared transactions get their number when they are committed
BEGIN;
CREATE TABLE t8 (a int);
SELECT chronos.label('prepared');
PREPARE TRANSACTION 'kept';
BEGIN;
CREATE TABLE t9 (a int);
PREPARE TRANSACTION 'thrown away';
SELECT * FROM news();
SELECT count(*) FROM pg_locks WHERE locktype = 'object' AND objid = 'chronos.version'::regclass;
CREATE TABLE t10 (a int);
COMMIT PREPARED 'kept';
ROLLBACK PREPARED 'thrown away';
SELECT * FROM news();
SELECT count(*) FROM chronos.gap;
SELECT h.added FROM chronos.history h WHERE 'prepared' = ANY (h.labels);

-- the lock for the next number never stays with a prepared transaction
BEGIN;
SELECT chronos.reconcile(everything => true);
PREPARE TRANSACTION 'locked';
BEGIN;
SAVEPOINT s;
SELECT chronos.reconcile(everything => true);
ROLLBACK TO s;
PREPARE TRANSACTION 'free';
ROLLBACK PREPARED 'free';

-- chronos.capture = off: seen only by the full comparison
SET chronos.capture = off;
DROP TABLE t10;
CREATE TABLE t11 (a int);
RESET chronos.capture;
SELECT * FROM news();
SELECT chronos.reconcile() IS NOT NULL AS found_something;
SELECT * FROM news();
-- a name that became free or was given up unseen, and is taken by another
SET chronos.capture = off;
ALTER TABLE t11 RENAME TO t12;
RESET chronos.capture;
CREATE TABLE t11 (b text);
SELECT * FROM news();
SET chronos.capture = off;
DROP TABLE t11;
RESET chronos.capture;
ALTER TABLE t12 RENAME TO t11;
SELECT * FROM news();
SET chronos.capture = off;
ALTER TABLE t11 RENAME TO t12;
RESET chronos.capture;
BEGIN;
ALTER TABLE t8 RENAME TO t11;
ALTER TABLE t11 RENAME TO t8;
ALTER TABLE t8 RENAME TO t11;
COMMIT;
ALTER TABLE t11 RENAME TO t8;
ALTER TABLE t12 RENAME TO t11;
SELECT * FROM news();
CREATE ROLE regress_capture;
SET ROLE regress_capture;
SET chronos.capture = off;
RESET ROLE;

-- who it was
GRANT CREATE ON SCHEMA public TO regress_capture;
SET application_name = 'migration tool';
SET ROLE regress_capture;
CREATE TABLE by_other (a int);
RESET ROLE;
SELECT role, session_role = session_user AS session_role, application, transaction IS NOT NULL AS transaction, client_address
FROM chronos.history ORDER BY number DESC LIMIT 1;
RESET application_name;
DROP OWNED BY regress_capture;
DROP ROLE regress_capture;
SELECT count(*) > 0 FROM news();

-- secrets are not stored
CREATE FOREIGN DATA WRAPPER w;
CREATE FUNCTION dblink_connect(text) RETURNS text LANGUAGE sql AS 'SELECT $1';
CREATE SERVER srv FOREIGN DATA WRAPPER w;
CREATE USER MAPPING FOR CURRENT_USER SERVER srv OPTIONS (user 'u', password 'S3CRET'); -- S3CRET
BEGIN;
CREATE TABLE t12 (a int DEFAULT 12, b text DEFAULT 'shown');
DO $do$ BEGIN EXECUTE $q$CREATE USER MAPPING FOR PUBLIC SERVER srv OPTIONS (password 'S3CRET')$q$; END $do$;
ALTER USER MAPPING FOR PUBLIC SERVER srv OPTIONS (SET password E'it\'s S3CRET', ADD more U&'S3CRET');
ALTER SERVER srv OPTIONS (ADD host 'shown by its definition', ADD pwd $q$S3CRET$q$);
ALTER TABLE t12 ADD c text DEFAULT dblink_connect('host=x password=S3CRET');
DO $do$ BEGIN EXECUTE 'COMMENT ON TABLE t12 IS ''postgresql://u:S3CRET@h/d'''; END $do$;
/* S3CRET */ COMMENT ON COLUMN t12.a IS 'Password: ''S3CRET''';
SET LOCAL client_min_messages = error;
CREATE SUBSCRIPTION su CONNECTION 'host=/nowhere dbname=d password=S3CRET' PUBLICATION p WITH (connect = false);
ALTER SUBSCRIPTION su CONNECTION 'host=/nowhere dbname=S3CRET';
RESET client_min_messages;
ALTER SUBSCRIPTION su SET (slot_name = NONE);
DROP SUBSCRIPTION su;
SET LOCAL standard_conforming_strings = off;
SET LOCAL escape_string_warning = off;
ALTER USER MAPPING FOR PUBLIC SERVER srv OPTIONS (SET password 'it\'s S3CRET', SET more 'S3CRET');
COMMIT;
SELECT unnest(statements) FROM news();
SELECT count(*) FROM chronos.version WHERE statements::text LIKE '%S3CRET%';
SET client_min_messages = warning;  -- the notice names the role
DROP FOREIGN DATA WRAPPER w CASCADE;
RESET client_min_messages;
DROP TABLE t12;
DROP FUNCTION dblink_connect;

SELECT chronos.reconcile();
DROP EXTENSION chronos;
DROP TABLE t1, t2, t8, t11;
DROP FUNCTION news;
