-- What the doctor says of states that take days, or a failure, to come about: they are written as they would be found.
SET client_min_messages = warning;
CREATE EXTENSION chronos;
CREATE VIEW told AS SELECT d.id, d.severity, d.finding, d.remedy FROM chronos.doctor() d;

-- Platform. This runs with the library preloaded and without.
SELECT (count(*) = 0) = chronos.is_preloaded() AS preload_is_told FROM told WHERE id = 'platform.preload' AND severity = 'warning';
SELECT severity, replace(finding, chronos.library_version(), 'LOADED') AS finding FROM told WHERE id = 'platform.versions';
BEGIN;
UPDATE pg_extension SET extversion = '0.0.9' WHERE extname = 'chronos';
SELECT severity, replace(finding, chronos.library_version(), 'LOADED') AS finding, remedy FROM told WHERE id = 'platform.versions';
ROLLBACK;
SELECT count(*) AS time_zones FROM told WHERE id = 'platform.time_zones' AND severity <= 'warning';

-- Durability.
BEGIN;
SET LOCAL synchronous_commit = off;
SELECT severity, finding FROM told WHERE id = 'durability.synchronous_commit';
ROLLBACK;
SELECT severity, finding FROM told WHERE id IN ('durability.full_page_writes', 'durability.synchronous_commit') ORDER BY id;
SELECT severity, finding ~ '^database ".*" has \d+ million transactions left' AS told FROM told WHERE id = 'durability.wraparound';
SELECT count(*) AS prepared FROM told WHERE id = 'durability.prepared_transactions';

-- Recovery: the last snapshot.
INSERT INTO chronos.snapshot_run (id, state, requested_by, requested_at, started_at, finished_at, result)
VALUES ('20260101T000000Z-00000001', 'complete', 'me', now() - interval '20 days', now() - interval '20 days', now() - interval '20 days', '{"plain_bytes": 1000000000}');
SELECT severity, finding FROM told WHERE id = 'recovery.jobs';
INSERT INTO chronos.snapshot_run (id, state, requested_by, requested_at, started_at, finished_at, code, error, hint)
VALUES ('20260102T000000Z-00000002', 'failed', 'me', now() - interval '1 day', now() - interval '1 day', now() - interval '1 day', 'storage', 'No space left on device', 'Make room.');
SELECT severity, finding, remedy FROM told WHERE id = 'recovery.jobs';
-- And the growth that they show, against the room that is left.
SELECT count(*) > 0 AS looked, bool_and(finding !~ 'enough for') AS without_growth FROM told WHERE id LIKE 'storage.space\_%';
INSERT INTO chronos.snapshot_run (id, state, requested_by, requested_at, started_at, finished_at, result)
VALUES ('20260103T000000Z-00000003', 'complete', 'me', now(), now(), now(), '{"plain_bytes": 1e18}');
SELECT DISTINCT severity, substring(finding, 'at the growth.*') AS finding FROM told WHERE id LIKE 'storage.space\_%';

-- Schedules.
SET client_min_messages = error;
INSERT INTO chronos.repository (name, url) VALUES ('local', 'file:///nowhere/at/all');
SELECT chronos.schedule('nightly', '0 0 29 2 *', 'UTC') IS NOT NULL AS made;
RESET client_min_messages;
CREATE FUNCTION expected(preloaded text, otherwise text) RETURNS text LANGUAGE sql RETURN CASE WHEN chronos.is_preloaded() THEN preloaded ELSE otherwise END;
SELECT id, severity::text = expected('ok', 'critical') AS severity, finding ~ expected('runs next at', 'nothing runs: chronos is not in shared_preload_libraries') AS finding
FROM told WHERE id LIKE 'recovery.schedule%';
UPDATE chronos.schedule SET consecutive_failures = 1, last_result = 'failure', last_error = 'no room', last_hint = 'Make room.';
SELECT severity::text = expected('warning', 'critical') AS severity, finding ~ expected('has failed 1 times in a row: no room', 'nothing runs') AS finding
FROM told WHERE id = 'recovery.schedule_nightly';
UPDATE chronos.schedule SET consecutive_failures = 3;
SELECT severity FROM told WHERE id = 'recovery.schedule_nightly';
SELECT chronos.pause_schedule('nightly');
SELECT id, severity FROM told WHERE id LIKE 'recovery.schedule%' ORDER BY 1;
DROP FUNCTION expected(text, text);
SELECT chronos.unschedule('nightly');

-- The schema: changes that are in no version, and migrations.
BEGIN;
INSERT INTO chronos.gap (reason, message, attempts, everything, classids, objids, statements)
VALUES ('failed', 'disk full', 100, true, '{}', '{}', '{}'), ('locked', NULL, 100, false, '{}', '{}', '{}');
SELECT severity, finding, remedy FROM told WHERE id = 'schema.gaps';
ROLLBACK;
SELECT chronos.store_migration('', '{"version": "1", "name": "first", "up": "SELECT 1", "up_checksum": "x"}');
SELECT severity, finding, remedy FROM told WHERE id LIKE 'schema.migration%';
SELECT chronos.start_migration('', '{"version": "1", "name": "first", "up": "SELECT 1", "up_checksum": "x"}', false);
SELECT id, severity, finding, remedy FROM told WHERE id LIKE 'schema.migration%';
SELECT version_after IS NOT NULL AS settled FROM chronos.finish_migration('', 'versioned', '1', '1 second');
SELECT count(*) FROM told WHERE id LIKE 'schema.migration%';
DROP VIEW told;
DROP EXTENSION chronos;
