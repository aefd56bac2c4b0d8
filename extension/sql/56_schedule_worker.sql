-- What the workers call that keep the schedules; each call is one short transaction.
CREATE FUNCTION chronos.run_is_starting(id text) RETURNS boolean
LANGUAGE sql VOLATILE STRICT
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT chronos.holds_run(id, 4)
$$;
COMMENT ON FUNCTION chronos.run_is_starting(text) IS
    'Whether the worker that has claimed this run of a schedule, and is to start it, lives.';

CREATE FUNCTION chronos.run_refused(id text, label text, requested_by oid, code text, error text, detail text, hint text)
RETURNS void
LANGUAGE sql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $$
    INSERT INTO chronos.snapshot_run
        (id, label, schedule, state, requested_by, requested_at, finished_at, code, error, detail, hint)
    VALUES (run_refused.id, run_refused.label,
            (SELECT s.name FROM chronos.schedule AS s WHERE s.run = run_refused.id), 'failed',
            coalesce((SELECT a.rolname FROM pg_roles AS a WHERE a.oid = run_refused.requested_by),
                     run_refused.requested_by::text),
            clock_timestamp(), clock_timestamp(), run_refused.code, run_refused.error, nullif(run_refused.detail, ''),
            nullif(run_refused.hint, ''))
    ON CONFLICT DO NOTHING
$$;
COMMENT ON FUNCTION chronos.run_refused(text, text, oid, text, text, text, text) IS
    'Records a run of a schedule that could not be started. For the maintenance worker.';
REVOKE ALL ON FUNCTION chronos.run_refused(text, text, oid, text, text, text, text) FROM PUBLIC;

CREATE FUNCTION chronos.announce_schedule(event text, schedule text, snapshot text, error text, retry_at timestamptz)
RETURNS void
LANGUAGE sql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $$
    -- A payload has less than 8000 bytes.
    SELECT pg_notify('chronos_schedule', json_build_object(
        'event', event, 'schedule', schedule, 'snapshot', snapshot, 'error', left(error, 500), 'retry_at', retry_at)::text)
$$;
COMMENT ON FUNCTION chronos.announce_schedule(text, text, text, text, timestamptz) IS
    'Tells those who LISTEN chronos_schedule, in JSON. Events: success, failure, skipped.';
REVOKE ALL ON FUNCTION chronos.announce_schedule(text, text, text, text, timestamptz) FROM PUBLIC;

CREATE FUNCTION chronos.rebase_schedule(s chronos.schedule, now timestamptz) RETURNS chronos.schedule
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    set_back constant interval := greatest(s.seen_at - now, '0');
    slack interval;
BEGIN
    IF set_back > '0' AND s.due_at <= s.seen_at THEN
        s.due_at := s.due_at - set_back;  -- it has come true, and is still to be run
        s.next_run := s.next_run - set_back;
    ELSIF set_back > '0' THEN
        -- In real time the next run is as far away as before. The first time on the new clock that is
        -- not before that is the one to wait for: an earlier one has been, a later one would be a
        -- stall. How far the clock was set back is known to a few minutes only.
        slack := least(interval '5 minutes', (chronos.next_run(s.cron, s.due_at, s.time_zone) - s.due_at) / 2);
        s.due_at := chronos.next_run(s.cron, greatest(s.due_at - set_back - slack, now), s.time_zone);
        s.next_run := s.due_at + random() * s.jitter;
    END IF;
    IF set_back > '0' THEN
        s.retry_at := s.retry_at - set_back;
    END IF;
    IF set_back > '0' OR s.seen_at < now - interval '5 minutes' THEN
        s.seen_at := now;
        UPDATE chronos.schedule AS c
        SET due_at = s.due_at, next_run = s.next_run, retry_at = s.retry_at, seen_at = s.seen_at
        WHERE c.name = s.name;
    END IF;
    RETURN s;
END
$$;
COMMENT ON FUNCTION chronos.rebase_schedule(chronos.schedule, timestamptz) IS
    'Sees to it that a clock that was set back neither repeats runs nor holds them up; returns the schedule as it is then.';
REVOKE ALL ON FUNCTION chronos.rebase_schedule(chronos.schedule, timestamptz) FROM PUBLIC;

CREATE FUNCTION chronos.claim_run(s chronos.schedule, now timestamptz, INOUT id text DEFAULT NULL)
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    is_due constant boolean := s.next_run <= now;
    refusal text;
BEGIN
    IF is_due THEN
        s.due_at := chronos.next_run(s.cron, now, s.time_zone);
        s.next_run := s.due_at + random() * s.jitter;
    END IF;
    IF s.run IS NOT NULL THEN
        UPDATE chronos.schedule AS c SET due_at = s.due_at, next_run = s.next_run, skipped = c.skipped + 1
        WHERE c.name = s.name;
        PERFORM chronos.announce_schedule('skipped', s.name, s.run, NULL, NULL);
        RETURN;
    END IF;
    id := chronos.new_snapshot_id();
    UPDATE chronos.schedule AS c
    SET due_at = s.due_at, next_run = s.next_run, run = claim_run.id, retry_at = NULL,
        attempt = CASE WHEN is_due THEN 1 ELSE c.attempt + 1 END
    WHERE c.name = s.name;
    refusal := CASE WHEN NOT EXISTS (SELECT FROM pg_roles AS r WHERE r.oid = s.owner)
                    THEN format('role with OID %s, which owns schedule "%s", does not exist', s.owner, s.name)
                    WHEN NOT has_function_privilege(s.owner, 'chronos.snapshot(text, boolean)', 'EXECUTE')
                    THEN format('role %I, which owns schedule "%s", may not take snapshots', pg_get_userbyid(s.owner), s.name)
               END;
    IF refusal IS NOT NULL THEN
        PERFORM chronos.run_refused(id, s.label, s.owner, 'owner', refusal, NULL,
            'Call chronos.schedule() with its name again, as a role that may take snapshots: the schedule becomes its own.');
        id := NULL;
    END IF;
END
$$;
COMMENT ON FUNCTION chronos.claim_run(chronos.schedule, timestamptz, text) IS
    'Makes the run of a schedule that is due the caller''s to start, and returns the id for it; null if it must not be started.';
REVOKE ALL ON FUNCTION chronos.claim_run(chronos.schedule, timestamptz, text) FROM PUBLIC;

CREATE FUNCTION chronos.claim_schedules(
    OUT id text, OUT lock_key bigint, OUT label text, OUT owner oid, OUT timeout bigint
) RETURNS SETOF record
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    s chronos.schedule;
    now constant timestamptz := clock_timestamp();
BEGIN
    -- A row that another worker has locked is in good hands.
    FOR s IN SELECT * FROM chronos.schedule AS c
             WHERE NOT c.paused
               AND (least(c.next_run, c.retry_at) <= now OR c.seen_at > now OR c.seen_at < now - interval '5 minutes')
             ORDER BY c.next_run FOR UPDATE SKIP LOCKED LOOP
        BEGIN
            s := chronos.rebase_schedule(s, now);
            CONTINUE WHEN s.next_run > now AND (s.retry_at IS NULL OR s.retry_at > now);
            id := chronos.claim_run(s, now);
            lock_key := chronos.run_lock_key(id);
            label := s.label;
            owner := s.owner;
            timeout := extract(epoch FROM s.timeout)::bigint;
        EXCEPTION WHEN OTHERS THEN
            -- Such as a time zone that an upgrade of the system has taken away. The others go on.
            id := NULL;
            UPDATE chronos.schedule AS c
            SET next_run = now + interval '1 hour', retry_at = NULL, last_result = 'failure', last_error = sqlerrm,
                last_hint = 'Call chronos.schedule() with its name again.', last_finished_at = now, last_run = NULL,
                consecutive_failures = c.consecutive_failures + 1
            WHERE c.name = s.name;
            PERFORM chronos.announce_schedule('failure', s.name, NULL, sqlerrm, NULL);
        END;
        IF id IS NOT NULL THEN
            RETURN NEXT;
        END IF;
    END LOOP;
END
$$;
COMMENT ON FUNCTION chronos.claim_schedules() IS
    'The runs that are due now; they are the caller''s to start. For the maintenance worker.';
REVOKE ALL ON FUNCTION chronos.claim_schedules() FROM PUBLIC;

CREATE FUNCTION chronos.settle_schedule(s chronos.schedule, r chronos.snapshot_run) RETURNS chronos.schedule
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    good constant boolean := coalesce(r.state = 'complete', false);
BEGIN
    s.last_run := s.run;
    s.run := NULL;
    s.last_finished_at := coalesce(r.finished_at, clock_timestamp());
    s.last_result := CASE WHEN good THEN 'success' ELSE 'failure' END;
    s.last_error := r.error;
    s.last_hint := r.hint;
    s.consecutive_failures := CASE WHEN good THEN 0 ELSE s.consecutive_failures + 1 END;
    s.retry_at := NULL;
    IF NOT good AND NOT s.paused AND s.attempt <= s.retries THEN
        s.retry_at := clock_timestamp()
            + least(s.retry_delay * 2 ^ least(s.attempt - 1, 20), greatest(s.retry_delay, '1 hour'));
        -- The next run comes anyway.
        s.retry_at := nullif(least(s.retry_at, s.next_run), s.next_run);
    END IF;
    UPDATE chronos.schedule AS c
    SET run = NULL, last_run = s.last_run, last_finished_at = s.last_finished_at, last_result = s.last_result,
        last_error = s.last_error, last_hint = s.last_hint, consecutive_failures = s.consecutive_failures,
        retry_at = s.retry_at
    WHERE c.name = s.name;
    PERFORM chronos.announce_schedule(s.last_result, s.name, s.last_run, s.last_error, s.retry_at);
    RETURN s;
END
$$;
COMMENT ON FUNCTION chronos.settle_schedule(chronos.schedule, chronos.snapshot_run) IS
    'Records how a run of a schedule ended and whether it is tried again; returns the schedule as it is then.';
REVOKE ALL ON FUNCTION chronos.settle_schedule(chronos.schedule, chronos.snapshot_run) FROM PUBLIC;

CREATE FUNCTION chronos.hook_environment(s chronos.schedule, r chronos.snapshot_run) RETURNS text[]
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT array_agg(v.name || '=' || coalesce(v.value, ''))
    FROM (VALUES ('CHRONOS_EVENT', s.last_result), ('CHRONOS_SCHEDULE', s.name), ('CHRONOS_DATABASE', current_database()::text),
                 ('CHRONOS_SNAPSHOT', s.last_run), ('CHRONOS_LABEL', s.label), ('CHRONOS_CODE', r.code),
                 ('CHRONOS_ERROR', r.error), ('CHRONOS_DETAIL', r.detail), ('CHRONOS_HINT', r.hint),
                 ('CHRONOS_ATTEMPT', s.attempt::text), ('CHRONOS_FAILURES', s.consecutive_failures::text),
                 ('CHRONOS_RETRY_AT', s.retry_at::text), ('CHRONOS_NEXT_RUN', s.next_run::text)) AS v (name, value)
$$;
COMMENT ON FUNCTION chronos.hook_environment(chronos.schedule, chronos.snapshot_run) IS
    'What the command of a schedule is told, as NAME=value.';

CREATE FUNCTION chronos.settle_schedules(OUT schedule text, OUT part text, OUT value text) RETURNS SETOF record
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    s chronos.schedule;
    r chronos.snapshot_run;
    starting boolean;
    command text[];
BEGIN
    FOR s IN SELECT * FROM chronos.schedule AS c WHERE c.run IS NOT NULL ORDER BY c.name FOR UPDATE SKIP LOCKED LOOP
        -- The run's row is written before the lock goes, so the lock is looked at first.
        starting := chronos.run_is_starting(s.run);
        SELECT * INTO r FROM chronos.snapshot_run AS t WHERE t.id = s.run;
        IF NOT FOUND THEN
            CONTINUE WHEN starting;
            r.error := 'the server or its worker ended before the snapshot began';
        ELSIF r.state = 'running' THEN
            CONTINUE WHEN NOT chronos.run_is_lost(s.run);
            r.error := 'the server or its worker ended before the snapshot did';
        END IF;
        r.code := CASE WHEN r.state = 'complete' THEN NULL ELSE coalesce(r.code, 'interrupted') END;
        s := chronos.settle_schedule(s, r);
        command := CASE WHEN s.last_result = 'success' THEN s.on_success ELSE s.on_failure END;
        CONTINUE WHEN command IS NULL;
        RETURN QUERY SELECT s.name, 'argument', a.word FROM unnest(command) WITH ORDINALITY AS a (word, nth) ORDER BY a.nth;
        RETURN QUERY SELECT s.name, 'environment', e.word FROM unnest(chronos.hook_environment(s, r)) AS e (word);
    END LOOP;
END
$$;
COMMENT ON FUNCTION chronos.settle_schedules() IS
    'Records the ends of runs in their schedules and tells which commands have to be run for that: arguments and environment. For the workers.';
REVOKE ALL ON FUNCTION chronos.settle_schedules() FROM PUBLIC;
