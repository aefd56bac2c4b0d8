-- The catalogue against what is recorded, with the reason; and against what another database has.
\set SHOW_CONTEXT never
SET client_min_messages = warning;
CREATE EXTENSION chronos;
RESET client_min_messages;
CREATE TABLE orders (id int, total int);
CREATE VIEW totals AS SELECT sum(total) AS s FROM orders;
CREATE TABLE gone (a int);
SELECT count(*) AS drift FROM chronos.drift();

-- nobody saw it
SELECT clock_timestamp() AS start \gset
SET chronos.capture = off;
ALTER TABLE orders RENAME COLUMN total TO amount;
CREATE FUNCTION fresh() RETURNS int LANGUAGE sql AS 'SELECT 1';
DROP TABLE gone;
RESET chronos.capture;
SELECT change, kind, identity, old_identity, cause, statements, role, since <= :'start' AS since, until > :'start' AS until,
    details -> 0 ->> 'change' AS detail, hash IS NULL AS gone, old_hash IS NULL AS new
FROM chronos.drift();
SELECT count(*) AS open_locks FROM pg_locks WHERE pid = pg_backend_pid() AND relation IN ('orders'::regclass, 'totals'::regclass);
BEGIN;
SELECT count(*) > 0 AS drift FROM chronos.drift();
SELECT count(*) AS locks_left_by_it FROM pg_locks WHERE pid = pg_backend_pid() AND relation IN ('orders'::regclass, 'totals'::regclass);
COMMIT;
SELECT chronos.reconcile() > 0 AS recorded;
SELECT count(*) AS drift FROM chronos.drift();

-- recording failed: the evidence is that of the gap
ALTER TABLE chronos.version ADD CONSTRAINT broken CHECK (number < 0) NOT VALID;
SET client_min_messages = error;
ALTER TABLE orders ADD late date;
ALTER TABLE orders RENAME TO sales;
RESET client_min_messages;
SELECT d.change, d.kind, d.identity, d.old_identity, d.cause, d.statements, d.role = current_user AS mine, d.since <= d.until AS times
FROM chronos.drift() d;
ALTER TABLE chronos.version DROP CONSTRAINT broken;
SELECT chronos.reconcile() > 0 AS recorded;
SELECT count(*) AS drift FROM chronos.drift();

-- against another database
SELECT chronos.export_facts() AS elsewhere \gset
SELECT count(*) AS drift FROM chronos.drift_from(:'elsewhere');
ALTER TABLE sales ADD discount numeric;
CREATE TABLE by_hand (a int);
DROP FUNCTION fresh();
SELECT change, kind, identity, details, cause, statements, role = current_user AS mine, since <= until AS times,
    version - chronos.current_version() AS version
FROM chronos.drift_from(:'elsewhere');
SELECT count(*) = (SELECT count(*) FROM chronos.facts_of('current')) AS all_of_it, min(change) AS change FROM chronos.drift_from('[]');
SELECT change, kind, identity, cause, version FROM chronos.drift_from(chronos.export_facts() || '{"kind": "table", "identity": "public.never", "definition": {}}');

-- not for everybody
CREATE ROLE regress_drift;
SET ROLE regress_drift;
SELECT * FROM chronos.drift();
SELECT * FROM chronos.export_facts();
SELECT * FROM chronos.drift_from('[]');
RESET ROLE;
GRANT pg_monitor TO regress_drift;
SET ROLE regress_drift;
SELECT count(*) AS drift FROM chronos.drift();
SELECT count(*) AS drift FROM chronos.drift_from(chronos.export_facts());
RESET ROLE;
DROP ROLE regress_drift;
SET client_min_messages = warning;
DROP EXTENSION chronos;
DROP TABLE sales CASCADE;
DROP TABLE by_hand;
