-- Whatever breaks in Chronos, the user's command goes through: a warning, a gap, and the next recorder
-- makes good for it.
CREATE EXTENSION chronos;
\set VERBOSITY terse
CREATE TABLE t1 (a int);
SELECT chronos.current_version() AS before \gset

-- a store that refuses
ALTER TABLE chronos.version ADD CONSTRAINT broken CHECK (number < 0) NOT VALID;
CREATE TABLE t2 (a int);
BEGIN;
CREATE TABLE t3 (a int);
INSERT INTO t3 VALUES (1);
COMMIT;
SELECT * FROM t3;
DO $$ BEGIN CREATE TABLE t4 (a int); COMMIT; CREATE TABLE t5 (a int); END $$;
BEGIN;
CREATE TABLE t6 (a int);
PREPARE TRANSACTION 'in trouble';
COMMIT PREPARED 'in trouble';
CREATE INDEX CONCURRENTLY ci ON t3 (a);
SELECT indisvalid FROM pg_index WHERE indexrelid = 'ci'::regclass;
SELECT chronos.current_version() - :before AS versions;
SELECT reason, everything, statements, message FROM chronos.gap ORDER BY id;
ALTER TABLE chronos.version DROP CONSTRAINT broken;
UPDATE chronos.gap SET attempts = 0;
CREATE TABLE t7 (a int);
SELECT cause, added, changed, statements FROM chronos.history WHERE number > :before ORDER BY number;
SELECT count(*) FROM chronos.gap;
SELECT chronos.reconcile();

-- not even a gap can be written: the full comparison finds it
SELECT chronos.current_version() AS before \gset
ALTER TABLE chronos.version ADD CONSTRAINT broken CHECK (number < 0) NOT VALID;
ALTER TABLE chronos.gap ADD CONSTRAINT broken CHECK (id < 0) NOT VALID;
CREATE TABLE t8 (a int);
ALTER TABLE chronos.gap DROP CONSTRAINT broken;
ALTER TABLE chronos.version DROP CONSTRAINT broken;
SELECT chronos.current_version() - :before AS versions;
SELECT chronos.reconcile() - :before AS versions;
SELECT cause, added FROM chronos.history WHERE number > :before;
SELECT chronos.reconcile();

\c -
-- a gap that cannot be settled does not stand in the way of others
SELECT chronos.current_version() AS before \gset
INSERT INTO chronos.gap (reason, everything, classids, objids, statements, role)
VALUES ('failed', true, '{}', '{}', '{}', 'x'), ('prepared', false, '{1259}', '{1}', '{}', 'y');
ALTER TABLE chronos.version ADD CONSTRAINT broken CHECK (cause <> 'unobserved') NOT VALID;
SET chronos.capture = off;
CREATE TABLE t9 (a int);
RESET chronos.capture;
CREATE TABLE t10 (a int);
SELECT cause, added FROM chronos.history WHERE number > :before ORDER BY number;
SELECT reason, everything, attempts, message FROM chronos.gap;
ALTER TABLE chronos.version DROP CONSTRAINT broken;
SELECT chronos.reconcile() IS NOT NULL AS healed;
SELECT count(*) FROM chronos.gap;

-- a missing or renamed table of ours
ALTER TABLE chronos.fact RENAME TO fakt;
CREATE TABLE t11 (a int);
ALTER TABLE chronos.fakt RENAME TO fact;
CREATE TABLE t12 (a int);
SELECT chronos.reconcile();
ALTER SCHEMA chronos RENAME TO kronos;
CREATE TABLE t13 (a int);
ALTER SCHEMA kronos RENAME TO chronos;
SELECT chronos.reconcile() IS NOT NULL AS healed;

-- chronos goes in the middle of a transaction
BEGIN;
CREATE TABLE t14 (a int);
DROP EXTENSION chronos;
COMMIT;
BEGIN;
CREATE TABLE t15 (a int);
CREATE EXTENSION chronos;
CREATE TABLE t16 (a int);
COMMIT;
SELECT cause, added && '{table public.t16}' AS has_the_last FROM chronos.history ORDER BY number;
SELECT chronos.reconcile();
DROP EXTENSION chronos;
DROP TABLE t1, t2, t3, t4, t5, t6, t7, t8, t9, t10, t11, t12, t13, t14, t15, t16;
