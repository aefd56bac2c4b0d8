-- The gate by connection string: with chronos.expect the first statement fails if the schema does not fit.
\set VERBOSITY terse
SET client_min_messages = warning;
CREATE EXTENSION chronos;
CREATE ROLE expect_app LOGIN;
CREATE TABLE orders (id bigint);
CREATE FUNCTION one() RETURNS int LANGUAGE plpgsql AS 'BEGIN PERFORM count(*) FROM orders; RETURN 1; END';
GRANT SELECT ON orders TO expect_app;
-- Where the server does not load the library, the sessions of this database do.
DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET session_preload_libraries = chronos', current_database()); END $$;
RESET client_min_messages;
SELECT chronos.label('release 1.0') > 0 AS labelled;
SELECT :'USER' AS admin \gset
SELECT chronos.current_version() AS at, left(encode(chronos.fingerprint(), 'hex'), 12) AS fingerprint \gset

-- What fits is let in.
\set expecting 'user=expect_app options=''-c chronos.expect=>=' :at ''''
\c -reuse-previous=on :expecting
SELECT one();
\set expecting 'user=expect_app options=''-c chronos.expect=' :fingerprint ''''
\c -reuse-previous=on :expecting
SELECT one();
\c -reuse-previous=on 'user=expect_app options=''-c chronos.expect=\\''release\\\\ 1.0\\'''''
SHOW chronos.expect;
SELECT one();

-- What does not is refused, again and again, whatever comes first; SET, SHOW and the end of a transaction are free.
\c -reuse-previous=on "user=expect_app options='-c chronos.expect=>=4000'"
SELECT one();
SELECT :'LAST_ERROR_SQLSTATE' AS state, 1 AS one;
TABLE orders;
CREATE TEMPORARY TABLE mine (id int);
COPY orders TO STDOUT;
DO 'BEGIN END';
EXPLAIN (COSTS OFF) SELECT 1;
DECLARE c CURSOR FOR SELECT 1;
PREPARE p AS SELECT 1;
SELECT no_such_function();
SHOW chronos.expect;
SHOW chronos.expect_mode;
SET search_path = public;
DEALLOCATE ALL;
DISCARD ALL;
BEGIN ISOLATION LEVEL SERIALIZABLE;
SET TRANSACTION READ ONLY;
SELECT 1 AS in_transaction;
ROLLBACK;
SET chronos.expect = '';
SELECT 1 AS one;
RESET chronos.expect;
SELECT 1 AS one;
BEGIN;
SET LOCAL chronos.expect = '';
SELECT 1 AS one;
COMMIT;
SELECT 1 AS one;
\c -reuse-previous=on "user=expect_app options='-c chronos.expect=no-such-label'"
SELECT 1 AS one;

-- Nobody can ask for what cannot be read.
\c -reuse-previous=on "user=expect_app options=''"
\set VERBOSITY default
SET chronos.expect = '>=';
SET chronos.expect = '>=1 <<5';
ALTER ROLE expect_app SET chronos.expect = 'one two three,';
SET chronos.expect_mode = 'always';
\set VERBOSITY terse

-- At the first statement, or at every one.
SET chronos.expect = 'release 1.0';
SET chronos.expect = '"release 1.0"';
SELECT one();
PREPARE p AS SELECT one();
EXECUTE p;
SET chronos.expect_mode = 'statement';
EXECUTE p;
\c - :admin
ALTER TABLE orders ADD total numeric;
-- This session has moved it itself.
SET chronos.expect = '"release 1.0"';
SELECT 1 AS one;
SET chronos.expect = '>"release 1.0"';
SELECT 1 AS one;
ALTER TABLE orders ADD placed timestamptz;
SELECT 1 AS one;
SELECT chronos.current_version() AS at \gset
SET chronos.expect = :'at';
SET chronos.expect_mode = 'connect';
SELECT 1 AS one;
ALTER TABLE orders ADD note text;
SELECT 1 AS one;
SET chronos.expect_mode = 'statement';
SELECT 1 AS one;
SET chronos.expect = '';
SELECT chronos.current_version() AS at \gset
SET chronos.expect = :'at';
SELECT 1 AS one;
ALTER TABLE orders ADD region text;
SELECT 1 AS one;
-- A label counts from its commit, and it can be taken away.
SET chronos.expect = '';
SET chronos.expect = 'next';
SELECT 1 AS one;
SET chronos.expect = '';
SELECT chronos.label('next') > 0 AS labelled;
SET chronos.expect = 'next';
SELECT 1 AS one;
UPDATE chronos.label SET name = 'last' WHERE name = 'next';
SELECT 1 AS one;
SET chronos.expect = '';

-- What cannot be checked stops an ordinary role, and warns the owner once.
\c -reuse-previous=on "options='-c chronos.expect=>=1'"
SET chronos.fail_at = 'gate';
SELECT 1 AS one;
SELECT 1 AS one;
SET chronos.expect_mode = 'statement';
SELECT 1 AS one;
SELECT 1 AS one;
SET ROLE expect_app;
SELECT 1 AS one;
RESET ROLE;
RESET chronos.fail_at;
SET chronos.expect = '';
SET SESSION AUTHORIZATION expect_app;
SET chronos.expect = '>=1';
SELECT 1 AS one;
RESET SESSION AUTHORIZATION;
SET chronos.fail_at = 'gate';
SET SESSION AUTHORIZATION expect_app;
SET chronos.expect = '>=1';
SET chronos.expect_mode = 'statement';
SELECT 1 AS one;
SELECT 1 AS one;
RESET SESSION AUTHORIZATION;
SET chronos.fail_at = 'gate:cancel';
SELECT 1 AS one;
RESET chronos.fail_at;
SELECT 1 AS one;

-- Without the extension there is nothing to compare with.
RESET chronos.expect;
RESET chronos.expect_mode;
SET client_min_messages = warning;
DROP EXTENSION chronos;
SELECT 1 AS one;
\set VERBOSITY default
\c -reuse-previous=on "user=expect_app options='-c chronos.expect=>=1'"
SELECT 1 AS one;
\set expecting 'user=' :admin ' options=''-c chronos.expect=>=1'''
\c -reuse-previous=on :expecting
SELECT 1 AS one;
SELECT 1 AS one;
\set expecting 'user=' :admin ' options='''''
\c -reuse-previous=on :expecting
DROP TABLE orders;
DROP FUNCTION one();
DROP ROLE expect_app;
DO $$ BEGIN EXECUTE format('ALTER DATABASE %I RESET session_preload_libraries', current_database()); END $$;
