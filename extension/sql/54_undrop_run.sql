-- Tables that are brought back: one row for each that was asked for. Written by the job worker, as
-- chronos.snapshot_run; not dumped either.
CREATE TABLE chronos.undrop_run (
    id text PRIMARY KEY,
    relation text NOT NULL,
    snapshot text NOT NULL,
    state text NOT NULL CHECK (state IN ('running', 'complete', 'failed')),
    requested_by text NOT NULL,
    requested_at timestamptz NOT NULL,
    started_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    finished_at timestamptz,
    worker_pid integer,
    engine_pid integer,
    progress jsonb,
    result jsonb,
    missing text[],
    script text,
    code text,
    error text,
    detail text,
    hint text
) WITH (fillfactor = 50);
COMMENT ON TABLE chronos.undrop_run IS 'Runs of chronos.undrop() as their job workers recorded them; read chronos.undrops instead.';

CREATE VIEW chronos.undrops AS
SELECT r.id, r.relation, r.snapshot,
       CASE WHEN lost.lost THEN 'failed' ELSE r.state END AS state,
       r.requested_by, r.requested_at, r.started_at, r.finished_at,
       r.progress ->> 'phase' AS phase,
       (coalesce(r.result, r.progress) ->> 'rows')::bigint AS rows,
       (r.result ->> 'tables')::bigint AS tables,
       (r.result ->> 'plain_bytes')::bigint AS plain_bytes,
       (r.result ->> 'seconds')::double precision AS seconds,
       r.result -> 'warnings' AS warnings,
       r.missing, r.script, r.worker_pid,
       CASE WHEN lost.lost THEN 'interrupted' ELSE r.code END AS code,
       CASE WHEN lost.lost THEN 'the server or its worker ended before the table was back' ELSE r.error END AS error,
       r.detail, r.hint
FROM chronos.undrop_run AS r
CROSS JOIN LATERAL (SELECT CASE WHEN r.state = 'running' THEN chronos.run_is_lost(r.id) ELSE false END AS lost) AS lost
ORDER BY r.requested_at;
COMMENT ON VIEW chronos.undrops IS
    'Tables that chronos.undrop() has brought back, is bringing back, or could not, with the reason. pg_cancel_backend(worker_pid) ends one.';
COMMENT ON COLUMN chronos.undrops.missing IS
    'What went when the table did and is not there now, such as foreign keys of other tables and views; script has the statements that make it.';
GRANT SELECT ON chronos.undrops TO pg_read_all_stats;

-- What the job worker calls; each call is one short transaction.
CREATE FUNCTION chronos.undrop_started(id text, words text[], requested_by oid, requested_at timestamptz) RETURNS void
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM chronos.fail_lost_runs();
    INSERT INTO chronos.undrop_run (id, relation, snapshot, state, requested_by, requested_at, worker_pid)
    VALUES (undrop_started.id, words[1], words[3], 'running',
            coalesce((SELECT a.rolname FROM pg_roles AS a WHERE a.oid = undrop_started.requested_by),
                     undrop_started.requested_by::text),
            undrop_started.requested_at, pg_backend_pid());
END
$$;
COMMENT ON FUNCTION chronos.undrop_started(text, text[], oid, timestamptz) IS
    'Records that a job worker has begun to bring a table back; words are the table, whether functions of others may run, the snapshots, and where these are. For the job worker.';

CREATE FUNCTION chronos.undrop_reported(id text, lines text[]) RETURNS text
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    told record := chronos.engine_report(lines);
BEGIN
    IF told.complete IS NOT NULL AND told.complete ->> 'run' IS DISTINCT FROM id THEN
        RAISE EXCEPTION 'engine reported another run than the one it was asked for'
            USING ERRCODE = 'protocol_violation', DETAIL = format('Asked for %s, reported %s.', id, coalesce(told.complete ->> 'run', 'none'));
    END IF;
    UPDATE chronos.undrop_run AS r
    SET progress = coalesce(told.progress, r.progress),
        result = coalesce(told.complete, r.result),
        snapshot = coalesce(told.complete ->> 'snapshot', r.snapshot),
        code = CASE WHEN told.error IS NULL THEN r.code ELSE told.error ->> 'code' END,
        error = CASE WHEN told.error IS NULL THEN r.error ELSE told.error ->> 'message' END,
        detail = CASE WHEN told.error IS NULL THEN r.detail ELSE told.error ->> 'detail' END,
        hint = CASE WHEN told.error IS NULL THEN r.hint ELSE told.error ->> 'hint' END
    WHERE r.id = undrop_reported.id;
    RETURN told.outcome;
END
$$;
COMMENT ON FUNCTION chronos.undrop_reported(text, text[]) IS 'As chronos.run_reported(), of a table that is brought back.';

CREATE FUNCTION chronos.undrop_missing(relation text, snapshot text, OUT missing text[], OUT script text)
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
SET jit = off
AS $$
    WITH gone AS (
        -- Where the table's way through the versions breaks off: what else ended there went with it.
        SELECT f.timeline, min(e.until) AS until
        FROM chronos.snapshot_run r
        JOIN chronos.fact f ON f.timeline = (r.result ->> 'timeline')::uuid
                           AND f.since <= (r.result ->> 'version')::bigint AND f.until > (r.result ->> 'version')::bigint
        JOIN chronos.fact e ON e.object = f.object AND e.timeline = f.timeline AND e.until >= f.until
        WHERE r.id = undrop_missing.snapshot AND f.kind = 'table'
          AND f.identity = undrop_missing.relation
          AND NOT EXISTS (SELECT FROM chronos.fact n WHERE n.object = e.object AND n.timeline = e.timeline AND n.since = e.until)
        GROUP BY f.timeline
    ), went AS (
        SELECT f.kind, f.identity, d.definition
        FROM gone g JOIN chronos.fact f ON f.timeline = g.timeline AND f.until = g.until
        JOIN chronos.definition d ON d.hash = f.hash
        WHERE NOT EXISTS (SELECT FROM chronos.fact n JOIN chronos.local l ON l.timeline = n.timeline
                          WHERE n.until IS NULL AND n.kind = f.kind AND n.identity = f.identity)
    )
    SELECT array_agg(w.kind || ' ' || w.identity ORDER BY w.kind COLLATE "C", w.identity COLLATE "C"),
           chronos.script_body(array_agg(w.kind), array_agg(w.identity), array_agg(w.definition))
    FROM went w HAVING count(*) > 0
$$;
COMMENT ON FUNCTION chronos.undrop_missing(text, text) IS
    'What the schema''s history says went in the same version as a table that a snapshot holds, and is not there now; and the statements that make it.';

CREATE FUNCTION chronos.undrop_completed(id text) RETURNS void
LANGUAGE sql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $$
    UPDATE chronos.undrop_run AS r
    SET state = 'complete', finished_at = clock_timestamp(), code = NULL, error = NULL, detail = NULL, hint = NULL
    WHERE r.id = undrop_completed.id
$$;
COMMENT ON FUNCTION chronos.undrop_completed(text) IS 'Records that a table is back. For the job worker.';

CREATE FUNCTION chronos.undrop_surveyed(id text) RETURNS void
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    UPDATE chronos.undrop_run AS r
    SET (missing, script) = (SELECT m.missing, m.script FROM chronos.undrop_missing(r.relation, r.snapshot) m)
    WHERE r.id = undrop_surveyed.id;
EXCEPTION WHEN OTHERS THEN
    UPDATE chronos.undrop_run AS r
    SET result = jsonb_set(r.result, '{warnings}', coalesce(nullif(r.result -> 'warnings', 'null'), '[]')
                           || to_jsonb('the table is back, but what went with it cannot be told: ' || SQLERRM))
    WHERE r.id = undrop_surveyed.id;
END
$$;
COMMENT ON FUNCTION chronos.undrop_surveyed(text) IS
    'Records what went with a table that is back, and is not. An error is a warning of the run. For the job worker.';

CREATE FUNCTION chronos.undrop_failed(id text, code text, error text, detail text, hint text) RETURNS text
LANGUAGE sql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $$
    UPDATE chronos.undrop_run AS r
    SET state = 'failed', finished_at = clock_timestamp(), result = NULL,
        code = CASE WHEN undrop_failed.error IS NULL THEN r.code ELSE undrop_failed.code END,
        detail = CASE WHEN undrop_failed.error IS NULL THEN r.detail ELSE undrop_failed.detail END,
        hint = CASE WHEN undrop_failed.error IS NULL THEN r.hint ELSE undrop_failed.hint END,
        error = coalesce(undrop_failed.error, r.error)
    WHERE r.id = undrop_failed.id AND r.state = 'running'
    RETURNING r.error
$$;
COMMENT ON FUNCTION chronos.undrop_failed(text, text, text, text, text) IS 'As chronos.run_failed(), of a table that was to be brought back.';
REVOKE ALL ON FUNCTION chronos.undrop_started(text, text[], oid, timestamptz), chronos.undrop_reported(text, text[]),
    chronos.undrop_missing(text, text), chronos.undrop_completed(text), chronos.undrop_surveyed(text), chronos.undrop_failed(text, text, text, text, text) FROM PUBLIC;
