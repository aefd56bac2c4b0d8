CREATE EXTENSION chronos;
SET client_min_messages = error;
\set VERBOSITY terse
SELECT chronos.snapshot();
\getenv builddir PG_ABS_BUILDDIR
\set place :builddir '/snapshot_request'
\setenv PLACE :place
\! rm -rf "$PLACE"; mkdir "$PLACE"
BEGIN;
SELECT chronos.add_repository('local', 'file://' || :'place');
SELECT chronos.snapshot();
ROLLBACK;
SELECT chronos.add_repository('local', 'file://' || :'place');
-- Labels.
SELECT chronos.snapshot('');
SELECT chronos.snapshot(repeat('é', 32));
SELECT chronos.snapshot(E'two\nlines');
-- Locks of our own.
CREATE TABLE request_table (a int);
BEGIN;
ALTER TABLE request_table ADD b int;
SELECT chronos.snapshot();
ROLLBACK;
BEGIN;
DROP TABLE request_table;
SELECT chronos.snapshot();
ROLLBACK;
DROP TABLE request_table;
-- Who may.
CREATE ROLE regress_snapshot;
SET ROLE regress_snapshot;
SELECT chronos.snapshot();
TABLE chronos.snapshots;
TABLE chronos.snapshot_progress;
TABLE chronos.snapshot_run;
SELECT chronos.fail_lost_runs();
SELECT chronos.run_completed('x');
SET chronos.engine_path = '/bin/sh';
SET chronos.engine_user = 'nobody';
RESET ROLE;
DROP ROLE regress_snapshot;
-- Settings.
SET chronos.snapshot_jobs = -1;
SET chronos.snapshot_timeout = '1min';
SHOW chronos.snapshot_timeout;
ALTER SYSTEM SET chronos.engine_path = 'relative/chronosctl';
-- No engine.
ALTER SYSTEM SET chronos.engine_path = '/nonexistent/chronosctl';
SELECT pg_reload_conf();
DO $$
BEGIN
    PERFORM chronos.snapshot('no engine');
EXCEPTION WHEN OTHERS THEN
    RAISE EXCEPTION USING ERRCODE = sqlstate, MESSAGE = sqlstate || ': ' || regexp_replace(sqlerrm, '\d{8}T\d{6}Z-[0-9a-f]{8}', 'ID');
END
$$;
SELECT label, state, code, error, hint, worker_pid IS NOT NULL AS worker, engine_pid FROM chronos.snapshots JOIN chronos.snapshot_run USING (id, label, state, code, error, hint);
TABLE chronos.snapshot_progress;
ALTER SYSTEM RESET chronos.engine_path;
SELECT pg_reload_conf();
-- Runs that nobody works on any more.
INSERT INTO chronos.snapshot_run (id, label, state, requested_by, requested_at) VALUES ('20000101T000000Z-00000000', 'lost', 'running', 'me', now());
SELECT label, state, code, error FROM chronos.snapshots WHERE label = 'lost';
SELECT chronos.fail_lost_runs() IN (0, 1) AS at_most_this_one;  -- the launcher may have been quicker
SELECT label, state, code, error, finished_at IS NOT NULL AS finished FROM chronos.snapshot_run WHERE label = 'lost';
-- What an engine may say.
INSERT INTO chronos.snapshot_run (id, label, state, requested_by, requested_at) VALUES ('r', 'reports', 'failed', 'me', now());
SELECT chronos.run_reported('r', '{"{\"event\":\"progress\",\"rows\":1}","{\"event\":\"news\"}","{\"event\":\"progress\",\"rows\":2}"}');
SELECT progress FROM chronos.snapshot_run WHERE id = 'r';
SELECT chronos.run_reported('r', '{"{\"event\":\"complete\",\"snapshot\":\"r\",\"tables\":1}"}');
SELECT chronos.run_reported('r', '{"{\"event\":\"complete\",\"snapshot\":\"x\"}"}');
SELECT chronos.run_reported('r', '{"[]"}');
SELECT chronos.run_reported('r', '{"{\"even\":1}"}');
SELECT chronos.run_reported('r', '{"{"}');
SELECT chronos.run_reported('r', '{"{\"event\":\"error\"}"}');
SELECT code, error, detail, hint, result FROM chronos.snapshot_run WHERE id = 'r';
\! rmdir "$PLACE"
DROP EXTENSION chronos;
