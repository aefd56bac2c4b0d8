-- What the job worker calls; each call is one short transaction.
CREATE FUNCTION chronos.fail_lost_runs() RETURNS bigint
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    lost bigint;
BEGIN
    UPDATE chronos.snapshot_run AS r
    SET state = 'failed', finished_at = clock_timestamp(), code = 'interrupted',
        error = 'the server or its worker ended before the snapshot did'
    WHERE r.state = 'running' AND chronos.run_is_lost(r.id);
    GET DIAGNOSTICS lost = ROW_COUNT;
    RETURN lost;
END
$$;
COMMENT ON FUNCTION chronos.fail_lost_runs() IS
    'Records as failed the runs whose job worker has gone, and returns how many. Called by the launcher and before each snapshot.';
REVOKE ALL ON FUNCTION chronos.fail_lost_runs() FROM PUBLIC;

CREATE FUNCTION chronos.run_started(id text, label text, requested_by oid, requested_at timestamptz) RETURNS void
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM chronos.fail_lost_runs();
    INSERT INTO chronos.snapshot_run (id, label, schedule, state, requested_by, requested_at, worker_pid)
    VALUES (run_started.id, run_started.label,
            (SELECT s.name FROM chronos.schedule AS s WHERE s.run = run_started.id), 'running',
            coalesce((SELECT a.rolname FROM pg_roles AS a WHERE a.oid = run_started.requested_by),
                     run_started.requested_by::text),
            run_started.requested_at, pg_backend_pid());
END
$$;
COMMENT ON FUNCTION chronos.run_started(text, text, oid, timestamptz) IS
    'Records that a job worker has begun a snapshot. For the job worker.';
REVOKE ALL ON FUNCTION chronos.run_started(text, text, oid, timestamptz) FROM PUBLIC;

CREATE FUNCTION chronos.run_reported(id text, lines text[]) RETURNS text
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    line text;
    event jsonb;
    reported text;
    now_progress jsonb;
    now_result jsonb;
    now_error jsonb;
BEGIN
    FOREACH line IN ARRAY lines LOOP
        BEGIN
            event := line::jsonb;
        EXCEPTION WHEN data_exception THEN
            event := NULL;
        END;
        reported := CASE WHEN jsonb_typeof(event) = 'object' THEN event ->> 'event' END;
        IF reported IS NULL THEN
            RAISE EXCEPTION 'engine wrote a line that is not an event'
                USING ERRCODE = 'protocol_violation', DETAIL = 'It begins with: ' || left(line, 200);
        ELSIF reported = 'progress' THEN
            now_progress := event - 'event';
        ELSIF reported = 'complete' THEN
            IF event ->> 'snapshot' IS DISTINCT FROM id THEN
                RAISE EXCEPTION 'engine reported another snapshot than the one it was asked for'
                    USING ERRCODE = 'protocol_violation',
                          DETAIL = format('Asked for %s, reported %s.', id, coalesce(event ->> 'snapshot', 'none'));
            END IF;
            now_result := event - 'event';
        ELSIF reported = 'error' THEN
            now_error := event;
        END IF;
    END LOOP;
    UPDATE chronos.snapshot_run AS r
    SET progress = coalesce(now_progress, r.progress),
        result = coalesce(now_result, r.result),
        code = CASE WHEN now_error IS NULL THEN r.code ELSE coalesce(now_error ->> 'code', 'internal') END,
        error = CASE WHEN now_error IS NULL THEN r.error
                     ELSE coalesce(nullif(now_error ->> 'message', ''), 'the engine reported an error without a message') END,
        detail = CASE WHEN now_error IS NULL THEN r.detail ELSE nullif(now_error ->> 'detail', '') END,
        hint = CASE WHEN now_error IS NULL THEN r.hint ELSE nullif(now_error ->> 'hint', '') END
    WHERE r.id = run_reported.id;
    RETURN CASE WHEN now_error IS NOT NULL THEN 'error'
                WHEN now_result IS NOT NULL THEN 'complete'
                ELSE 'progress' END;
END
$$;
COMMENT ON FUNCTION chronos.run_reported(text, text[]) IS
    'Records lines that the engine wrote (one JSON object each) and says what they amount to: progress, complete or error. For the job worker.';
REVOKE ALL ON FUNCTION chronos.run_reported(text, text[]) FROM PUBLIC;

CREATE FUNCTION chronos.run_completed(id text) RETURNS void
LANGUAGE sql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $$
    UPDATE chronos.snapshot_run AS r
    SET state = 'complete', finished_at = clock_timestamp(), code = NULL, error = NULL, detail = NULL, hint = NULL
    WHERE r.id = run_completed.id
$$;
COMMENT ON FUNCTION chronos.run_completed(text) IS 'Records the good end of a snapshot. For the job worker.';
REVOKE ALL ON FUNCTION chronos.run_completed(text) FROM PUBLIC;

CREATE FUNCTION chronos.run_failed(id text, code text, error text, detail text, hint text) RETURNS text
LANGUAGE sql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $$
    UPDATE chronos.snapshot_run AS r
    SET state = 'failed', finished_at = clock_timestamp(), result = NULL,
        code = CASE WHEN run_failed.error IS NULL THEN r.code ELSE run_failed.code END,
        detail = CASE WHEN run_failed.error IS NULL THEN r.detail ELSE run_failed.detail END,
        hint = CASE WHEN run_failed.error IS NULL THEN r.hint ELSE run_failed.hint END,
        error = coalesce(run_failed.error, r.error)
    WHERE r.id = run_failed.id
    RETURNING r.error
$$;
COMMENT ON FUNCTION chronos.run_failed(text, text, text, text, text) IS
    'Records the bad end of a snapshot and returns the reason; without an error the one that the engine reported stays. For the job worker.';
REVOKE ALL ON FUNCTION chronos.run_failed(text, text, text, text, text) FROM PUBLIC;
