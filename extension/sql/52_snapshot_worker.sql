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
    UPDATE chronos.undrop_run AS r
    SET state = 'failed', finished_at = clock_timestamp(), code = 'interrupted',
        error = 'the server or its worker ended before the table was back'
    WHERE r.state = 'running' AND chronos.run_is_lost(r.id);
    RETURN lost;
END
$$;
COMMENT ON FUNCTION chronos.fail_lost_runs() IS
    'Records as failed the runs whose job worker has gone, and returns how many of them were snapshots. Called by the launcher and before each snapshot.';
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

CREATE FUNCTION chronos.engine_report(lines text[], OUT outcome text, OUT progress jsonb, OUT complete jsonb, OUT error jsonb)
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    line text;
    event jsonb;
    reported text;
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
            progress := event - 'event';
        ELSIF reported = 'complete' THEN
            complete := event - 'event';
        ELSIF reported = 'error' THEN
            error := jsonb_build_object(
                'code', coalesce(event ->> 'code', 'internal'),
                'message', coalesce(nullif(event ->> 'message', ''), 'the engine reported an error without a message'),
                'detail', nullif(event ->> 'detail', ''), 'hint', nullif(event ->> 'hint', ''));
        END IF;
    END LOOP;
    outcome := CASE WHEN error IS NOT NULL THEN 'error' WHEN complete IS NOT NULL THEN 'complete' ELSE 'progress' END;
END
$$;
COMMENT ON FUNCTION chronos.engine_report(text[]) IS
    'What lines that the engine wrote (one JSON object each) amount to: progress, complete or error, and the last of each.';
REVOKE ALL ON FUNCTION chronos.engine_report(text[]) FROM PUBLIC;

CREATE FUNCTION chronos.run_reported(id text, lines text[]) RETURNS text
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    told record := chronos.engine_report(lines);
BEGIN
    IF told.complete IS NOT NULL AND told.complete ->> 'snapshot' IS DISTINCT FROM id THEN
        RAISE EXCEPTION 'engine reported another snapshot than the one it was asked for'
            USING ERRCODE = 'protocol_violation',
                  DETAIL = format('Asked for %s, reported %s.', id, coalesce(told.complete ->> 'snapshot', 'none'));
    END IF;
    UPDATE chronos.snapshot_run AS r
    SET progress = coalesce(told.progress, r.progress),
        result = coalesce(told.complete, r.result),
        code = CASE WHEN told.error IS NULL THEN r.code ELSE told.error ->> 'code' END,
        error = CASE WHEN told.error IS NULL THEN r.error ELSE told.error ->> 'message' END,
        detail = CASE WHEN told.error IS NULL THEN r.detail ELSE told.error ->> 'detail' END,
        hint = CASE WHEN told.error IS NULL THEN r.hint ELSE told.error ->> 'hint' END
    WHERE r.id = run_reported.id;
    RETURN told.outcome;
END
$$;
COMMENT ON FUNCTION chronos.run_reported(text, text[]) IS
    'Records lines that the engine wrote and says what they amount to: progress, complete or error. For the job worker.';
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
