-- One row for each snapshot that was asked for. Written by the job worker, in short transactions of
-- its own. Not dumped, as chronos.repository.
CREATE TABLE chronos.snapshot_run (
    id text PRIMARY KEY,
    label text,
    schedule text,
    state text NOT NULL CHECK (state IN ('running', 'complete', 'failed')),
    requested_by text NOT NULL,
    requested_at timestamptz NOT NULL,
    started_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    finished_at timestamptz,
    worker_pid integer,
    engine_pid integer,
    progress jsonb,
    result jsonb,
    code text,
    error text,
    detail text,
    hint text
) WITH (fillfactor = 50);
COMMENT ON TABLE chronos.snapshot_run IS
    'Snapshots as their job workers recorded them; read chronos.snapshots and chronos.snapshot_progress instead.';
COMMENT ON COLUMN chronos.snapshot_run.schedule IS 'Name of the schedule that asked for it; null: somebody did.';
COMMENT ON COLUMN chronos.snapshot_run.code IS
    'What kind of failure: a code of the engine (see chronosctl), or engine_not_found, protocol, timeout, interrupted.';

CREATE FUNCTION chronos.new_snapshot_id() RETURNS text
LANGUAGE sql VOLATILE
SET search_path = pg_catalog, pg_temp
RETURN to_char(clock_timestamp() AT TIME ZONE 'UTC', 'YYYYMMDD"T"HH24MISS"Z"')
    || '-' || left(md5(gen_random_uuid()::text), 8);
COMMENT ON FUNCTION chronos.new_snapshot_id() IS
    'A new snapshot id, such as 20260102T030405Z-0a1b2c3d (UTC).';

CREATE FUNCTION chronos.run_lock_key(id text) RETURNS bigint
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
RETURN hashtextextended(id, 0);
COMMENT ON FUNCTION chronos.run_lock_key(text) IS
    'Key of the advisory lock that a job worker holds for the life of a run. Its objsubid in pg_locks is 3, which the advisory lock functions of SQL never use.';

CREATE FUNCTION chronos.holds_run(id text, lock_class int) RETURNS boolean
LANGUAGE sql VOLATILE STRICT
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT EXISTS (
        SELECT FROM pg_locks AS l
        WHERE l.locktype = 'advisory' AND l.objsubid = lock_class AND l.granted
          AND l.database = (SELECT d.oid FROM pg_database AS d WHERE d.datname = current_database())
          AND ((l.classid::bigint << 32) | l.objid::bigint) = chronos.run_lock_key(id))
$$;
COMMENT ON FUNCTION chronos.holds_run(text, int) IS
    'Whether a worker holds the advisory lock of a run that has this objsubid: 3, it runs; 4, it is being started.';

CREATE FUNCTION chronos.run_is_locked(id text) RETURNS boolean
LANGUAGE sql VOLATILE STRICT
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT chronos.holds_run(id, 3)
$$;
COMMENT ON FUNCTION chronos.run_is_locked(text) IS 'Whether a job worker of this run lives.';

CREATE FUNCTION chronos.run_is_lost(id text) RETURNS boolean
LANGUAGE plpgsql VOLATILE STRICT
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    -- On a standby the locks of the primary cannot be seen.
    IF pg_is_in_recovery() OR chronos.run_is_locked(id) THEN
        RETURN false;
    END IF;
    -- The worker records the end before it lets go of its lock, so only what is still running now,
    -- as a later snapshot sees it, was abandoned; or what somebody has just recorded as abandoned.
    RETURN EXISTS (SELECT FROM chronos.snapshot_run AS r
                   WHERE r.id = run_is_lost.id AND (r.state = 'running' OR r.code = 'interrupted'))
        OR EXISTS (SELECT FROM chronos.undrop_run AS r
                   WHERE r.id = run_is_lost.id AND (r.state = 'running' OR r.code = 'interrupted'));
END
$$;
COMMENT ON FUNCTION chronos.run_is_lost(text) IS
    'Whether a run is recorded as running although its job worker has gone.';
REVOKE ALL ON FUNCTION chronos.run_is_lost(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION chronos.run_is_lost(text) TO pg_read_all_stats;

CREATE VIEW chronos.snapshots AS
SELECT r.id, r.label,
       CASE WHEN lost.lost THEN 'failed' ELSE r.state END AS state,
       r.requested_by, r.requested_at, r.started_at, r.finished_at,
       (r.result ->> 'version')::bigint AS version,
       (r.result ->> 'timeline')::uuid AS timeline,
       r.result ->> 'fingerprint' AS fingerprint,
       (r.result ->> 'tables')::bigint AS tables,
       (r.result ->> 'rows')::bigint AS rows,
       (r.result ->> 'plain_bytes')::bigint AS plain_bytes,
       (r.result ->> 'stored_bytes')::bigint AS stored_bytes,
       (r.result ->> 'pieces')::bigint AS pieces,
       (r.result ->> 'seconds')::double precision AS seconds,
       r.result -> 'repositories' AS repositories,
       r.result -> 'warnings' AS warnings,
       CASE WHEN lost.lost THEN 'interrupted' ELSE r.code END AS code,
       CASE WHEN lost.lost THEN 'the server or its worker ended before the snapshot did' ELSE r.error END AS error,
       r.detail,
       r.hint,
       r.schedule,
       (r.result ->> 'reused_bytes')::bigint AS reused_bytes,
       r.result ->> 'base' AS base,
       r.result ->> 'full_reason' AS full_reason
FROM chronos.snapshot_run AS r
CROSS JOIN LATERAL (SELECT CASE WHEN r.state = 'running' THEN chronos.run_is_lost(r.id) ELSE false END AS lost) AS lost
ORDER BY r.requested_at;
COMMENT ON VIEW chronos.snapshots IS
    'Snapshots taken from inside this database: running, complete or failed, with the reason.';
COMMENT ON COLUMN chronos.snapshots.reused_bytes IS
    'Of plain_bytes, how many were taken over unread from snapshot base, which is proved to hold the same rows; full_reason says why there was no base.';
GRANT SELECT ON chronos.snapshots TO pg_read_all_stats;

CREATE VIEW chronos.snapshot_progress AS
SELECT s.id, s.label,
       coalesce(r.progress ->> 'phase', 'starting') AS phase,
       (r.progress ->> 'tables_done')::bigint AS tables_done,
       (r.progress ->> 'tables_total')::bigint AS tables_total,
       (r.progress ->> 'bytes_done')::bigint AS bytes_done,
       (r.progress ->> 'bytes_total')::bigint AS bytes_total,
       (r.progress ->> 'rows')::bigint AS rows,
       round(100 * (r.progress ->> 'bytes_done')::numeric
             / nullif((r.progress ->> 'bytes_total')::numeric, 0), 1) AS percent,
       clock_timestamp() - r.started_at AS elapsed,
       r.worker_pid, r.engine_pid
FROM chronos.snapshots AS s
JOIN chronos.snapshot_run AS r ON r.id = s.id
WHERE s.state = 'running';
COMMENT ON VIEW chronos.snapshot_progress IS
    'How far the running snapshots are. pg_cancel_backend(worker_pid) ends one.';
GRANT SELECT ON chronos.snapshot_progress TO pg_read_all_stats;
