CREATE FUNCTION chronos.next_run(
    cron text,
    after timestamptz DEFAULT clock_timestamp(),
    time_zone text DEFAULT current_setting('TimeZone')
) RETURNS timestamptz
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'chronos_next_run';
COMMENT ON FUNCTION chronos.next_run(text, timestamptz, text) IS
    'The first time after `after` at which a cron expression comes true in a time zone, such as next_run(''30 3 * * MON-FRI''); null if it never does. Times that are skipped when clocks are put forward come at once after the gap, together; of a time that comes twice the first one counts.';

CREATE FUNCTION chronos.is_preloaded() RETURNS boolean
LANGUAGE c STABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'chronos_is_preloaded';
COMMENT ON FUNCTION chronos.is_preloaded() IS
    'Whether the library stands in shared_preload_libraries of the running server, so that its launcher runs.';

-- What is taken by itself, and when. Not dumped by pg_dump, as chronos.repository.
CREATE TABLE chronos.schedule (
    name text PRIMARY KEY CHECK (name <> '' AND octet_length(name) <= 63 AND name !~ '[[:cntrl:]]'),
    cron text NOT NULL,
    time_zone text NOT NULL,
    label text,
    jitter interval NOT NULL CHECK (jitter BETWEEN '0' AND '1 day'),
    timeout interval CHECK (timeout BETWEEN '0' AND '365 days'),
    retries integer NOT NULL CHECK (retries BETWEEN 0 AND 100),
    retry_delay interval NOT NULL CHECK (retry_delay BETWEEN '1 second' AND '1 day'),
    owner oid NOT NULL,
    on_failure text[],
    on_success text[],
    paused boolean NOT NULL DEFAULT false,
    due_at timestamptz NOT NULL,
    next_run timestamptz NOT NULL,
    run text,
    attempt integer NOT NULL DEFAULT 0,
    retry_at timestamptz,
    last_run text,
    last_finished_at timestamptz,
    last_result text CHECK (last_result IN ('success', 'failure')),
    last_error text,
    last_hint text,
    consecutive_failures integer NOT NULL DEFAULT 0,
    skipped bigint NOT NULL DEFAULT 0,
    seen_at timestamptz NOT NULL DEFAULT clock_timestamp()
) WITH (fillfactor = 50);
COMMENT ON TABLE chronos.schedule IS
    'Schedules of this database; read chronos.schedules instead. Whoever may write here has the server run programs: only the owner of the extension may.';
CREATE TRIGGER only_by_owner BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON chronos.schedule
    FOR EACH STATEMENT EXECUTE FUNCTION chronos.only_by_owner();
ALTER TABLE chronos.schedule ENABLE ALWAYS TRIGGER only_by_owner;
COMMENT ON COLUMN chronos.schedule.due_at IS 'When the cron expression comes true next.';
COMMENT ON COLUMN chronos.schedule.next_run IS 'The same, with the delay that jitter has drawn.';
COMMENT ON COLUMN chronos.schedule.run IS 'Id of the snapshot whose end is not recorded here yet.';
COMMENT ON COLUMN chronos.schedule.attempt IS 'How many attempts the run in hand has taken.';
COMMENT ON COLUMN chronos.schedule.seen_at IS
    'What the clock was when the launcher last looked, give or take a few minutes: a clock that is behind it has been set back.';

CREATE FUNCTION chronos.find_schedule(name text) RETURNS chronos.schedule
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    found_one chronos.schedule;
BEGIN
    SELECT * INTO found_one FROM chronos.schedule AS s WHERE s.name = find_schedule.name FOR UPDATE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'schedule "%" does not exist', name
            USING ERRCODE = 'undefined_object', HINT = 'The view chronos.schedules lists them.';
    END IF;
    RETURN found_one;
END
$$;
COMMENT ON FUNCTION chronos.find_schedule(text) IS 'The row of a schedule, locked; an error if there is none.';
REVOKE ALL ON FUNCTION chronos.find_schedule(text) FROM PUBLIC;

CREATE FUNCTION chronos.first_run(cron text, time_zone text) RETURNS timestamptz
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    first timestamptz;
BEGIN
    IF cron IS NULL THEN
        RAISE EXCEPTION 'cron expression must not be null'
            USING ERRCODE = 'null_value_not_allowed',
                  HINT = 'For example ''30 3 * * *'', every day at half past three.';
    END IF;
    first := chronos.next_run(cron, clock_timestamp(), time_zone);
    IF first IS NULL THEN
        RAISE EXCEPTION 'cron expression "%" never comes true', cron
            USING ERRCODE = 'invalid_parameter_value',
                  DETAIL = 'There is no such day in any of the months.';
    END IF;
    RETURN first;
END
$$;
COMMENT ON FUNCTION chronos.first_run(text, text) IS
    'When a cron expression comes true next; an error if it never does.';
REVOKE ALL ON FUNCTION chronos.first_run(text, text) FROM PUBLIC;

-- Any text that looks like POSIX=-5 would be a time zone for the server, and so would many a typing error.
CREATE FUNCTION chronos.time_zone_name(given text) RETURNS text
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    proper constant text := (SELECT z.name FROM pg_timezone_names AS z WHERE lower(z.name) = lower(given) ORDER BY z.name LIMIT 1);
BEGIN
    IF proper IS NULL THEN
        RAISE EXCEPTION 'time zone "%" is not known', given
            USING ERRCODE = 'invalid_parameter_value',
                  HINT = 'Use a name of pg_timezone_names, such as time_zone => ''Europe/Berlin'' or ''UTC''.';
    END IF;
    RETURN proper;
END
$$;
COMMENT ON FUNCTION chronos.time_zone_name(text) IS 'The proper name of an IANA time zone; an error if there is none.';
REVOKE ALL ON FUNCTION chronos.time_zone_name(text) FROM PUBLIC;

CREATE FUNCTION chronos.scheduling_role() RETURNS oid
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    -- Whoever has called, by SET ROLE or else by login: the owner of this function is of no interest.
    caller constant text := CASE current_setting('role') WHEN 'none' THEN session_user ELSE current_setting('role') END;
    found_role constant oid := (SELECT r.oid FROM pg_roles AS r WHERE r.rolname = caller);
BEGIN
    IF NOT has_function_privilege(found_role, 'chronos.snapshot(text, boolean)', 'EXECUTE') THEN
        RAISE EXCEPTION 'permission denied for function snapshot'
            USING ERRCODE = 'insufficient_privilege',
                  DETAIL = format('The schedule would take snapshots for role %I, which may not.', caller),
                  HINT = format('GRANT EXECUTE ON FUNCTION chronos.snapshot TO %I;', caller);
    END IF;
    RETURN found_role;
END
$$;
COMMENT ON FUNCTION chronos.scheduling_role() IS
    'The role that calls chronos.schedule(); an error unless it may take snapshots.';
REVOKE ALL ON FUNCTION chronos.scheduling_role() FROM PUBLIC;

CREATE FUNCTION chronos.warn_of_idle_schedule() RETURNS void
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF NOT chronos.is_preloaded() THEN
        RAISE WARNING 'schedule is kept, but nothing will run it'
            USING DETAIL = 'The launcher runs only if the library is loaded when the server starts.',
                  HINT = 'Add chronos to shared_preload_libraries and restart the server.';
    END IF;
    IF NOT EXISTS (SELECT FROM chronos.repository) THEN
        RAISE WARNING 'schedule will fail, as this database has no repository'
            USING HINT = 'Add one: SELECT chronos.add_repository(''local'', ''file:///path/to/directory'');';
    END IF;
END
$$;
COMMENT ON FUNCTION chronos.warn_of_idle_schedule() IS 'A warning for each reason why schedules do not work here.';
REVOKE ALL ON FUNCTION chronos.warn_of_idle_schedule() FROM PUBLIC;

CREATE FUNCTION chronos.schedule(
    name text,
    cron text,
    time_zone text DEFAULT current_setting('TimeZone'),
    label text DEFAULT NULL,
    jitter interval DEFAULT '0',
    timeout interval DEFAULT NULL,
    retries integer DEFAULT 3,
    retry_delay interval DEFAULT '1 minute'
) RETURNS timestamptz
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    owner constant oid := chronos.scheduling_role();
    zone text;
    first timestamptz;
BEGIN
    IF coalesce(name, '') = '' OR octet_length(name) > 63 OR name ~ '[[:cntrl:]]' THEN
        RAISE EXCEPTION 'schedule name must have 1 to 63 bytes and no control characters'
            USING ERRCODE = 'invalid_parameter_value';
    END IF;
    IF label = '' OR octet_length(convert_to(label, 'UTF8')) > 63 OR label ~ '[[:cntrl:]]' THEN
        RAISE EXCEPTION 'snapshot label must have 1 to 63 bytes and no control characters'
            USING ERRCODE = 'invalid_parameter_value', HINT = 'For snapshots without a label leave it out.';
    END IF;
    IF jitter NOT BETWEEN '0' AND '1 day' OR timeout NOT BETWEEN '0' AND '365 days'
       OR retries NOT BETWEEN 0 AND 100 OR retry_delay NOT BETWEEN '1 second' AND '1 day' THEN
        RAISE EXCEPTION 'schedule has a limit that is out of range'
            USING ERRCODE = 'invalid_parameter_value',
                  DETAIL = 'jitter: up to 1 day; timeout: up to 365 days; retries: 0 to 100; retry_delay: 1 second to 1 day.';
    END IF;
    zone := chronos.time_zone_name(time_zone);
    first := chronos.first_run(cron, zone);
    INSERT INTO chronos.schedule AS s
        (name, cron, time_zone, label, jitter, timeout, retries, retry_delay, owner, due_at, next_run)
    VALUES (schedule.name, schedule.cron, zone, schedule.label, coalesce(schedule.jitter, '0'), schedule.timeout,
            coalesce(schedule.retries, 3), coalesce(schedule.retry_delay, '1 minute'), owner, first,
            first + random() * coalesce(schedule.jitter, '0'))
    ON CONFLICT ON CONSTRAINT schedule_pkey DO UPDATE
    SET cron = excluded.cron, time_zone = excluded.time_zone, label = excluded.label, jitter = excluded.jitter,
        timeout = excluded.timeout, retries = excluded.retries, retry_delay = excluded.retry_delay,
        owner = excluded.owner, due_at = excluded.due_at, next_run = excluded.next_run, retry_at = NULL,
        seen_at = excluded.seen_at
    RETURNING s.next_run INTO first;
    PERFORM chronos.warn_of_idle_schedule();
    RETURN first;
END
$$;
COMMENT ON FUNCTION chronos.schedule(text, text, text, text, interval, interval, integer, interval) IS
    'Takes snapshots of this database whenever a cron expression comes true in a time zone, and returns when that is next. A schedule of this name is changed; what it has counted stays.';
REVOKE ALL ON FUNCTION chronos.schedule(text, text, text, text, interval, interval, integer, interval) FROM PUBLIC;

CREATE FUNCTION chronos.unschedule(name text) RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM chronos.find_schedule(name);
    DELETE FROM chronos.schedule AS s WHERE s.name = unschedule.name;
END
$$;
COMMENT ON FUNCTION chronos.unschedule(text) IS
    'Removes a schedule. A snapshot that is being taken goes on, and those that were taken stay.';
REVOKE ALL ON FUNCTION chronos.unschedule(text) FROM PUBLIC;

CREATE FUNCTION chronos.pause_schedule(name text) RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM chronos.find_schedule(name);
    UPDATE chronos.schedule AS s SET paused = true, retry_at = NULL WHERE s.name = pause_schedule.name;
END
$$;
COMMENT ON FUNCTION chronos.pause_schedule(text) IS
    'Starts no more runs of a schedule until chronos.resume_schedule(). A snapshot that is being taken goes on.';
REVOKE ALL ON FUNCTION chronos.pause_schedule(text) FROM PUBLIC;

CREATE FUNCTION chronos.resume_schedule(name text) RETURNS timestamptz
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    resumed chronos.schedule := chronos.find_schedule(name);
BEGIN
    IF resumed.paused THEN
        UPDATE chronos.schedule AS s
        SET paused = false, due_at = moment.due, next_run = moment.due + random() * s.jitter, seen_at = clock_timestamp()
        FROM (SELECT chronos.first_run(resumed.cron, resumed.time_zone) AS due) AS moment
        WHERE s.name = resume_schedule.name
        RETURNING s.* INTO resumed;
        PERFORM chronos.warn_of_idle_schedule();
    END IF;
    RETURN resumed.next_run;
END
$$;
COMMENT ON FUNCTION chronos.resume_schedule(text) IS
    'Starts runs of a paused schedule again and returns when the next one is. What it missed while it was paused is not made up.';
REVOKE ALL ON FUNCTION chronos.resume_schedule(text) FROM PUBLIC;

CREATE FUNCTION chronos.is_hook(command text[]) RETURNS boolean
LANGUAGE sql IMMUTABLE
SET search_path = pg_catalog, pg_temp
RETURN CASE WHEN array_ndims(command) = 1
            THEN coalesce(command[array_lower(command, 1)] LIKE '/%', false) AND array_position(command, NULL) IS NULL
            ELSE command IS NULL END;
COMMENT ON FUNCTION chronos.is_hook(text[]) IS 'Whether this is a program, by its absolute path, with its arguments; or null, which is none.';

CREATE FUNCTION chronos.set_schedule_hooks(name text, on_failure text[] DEFAULT NULL, on_success text[] DEFAULT NULL)
RETURNS void
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF NOT (SELECT r.rolsuper FROM pg_roles AS r WHERE r.rolname = current_user) THEN
        RAISE EXCEPTION 'permission denied to set the commands of a schedule'
            USING ERRCODE = 'insufficient_privilege',
                  DETAIL = 'Only a superuser may have the server run programs.';
    END IF;
    IF NOT (chronos.is_hook(on_failure) AND chronos.is_hook(on_success)) THEN
        RAISE EXCEPTION 'command must be an array of a program''s absolute path and its arguments'
            USING ERRCODE = 'invalid_parameter_value',
                  HINT = 'For example ARRAY[''/usr/bin/logger'', ''the snapshot failed'']; for a shell, ARRAY[''/bin/sh'', ''-c'', ''...''].';
    END IF;
    PERFORM chronos.find_schedule(name);
    UPDATE chronos.schedule AS s
    SET on_failure = set_schedule_hooks.on_failure, on_success = set_schedule_hooks.on_success
    WHERE s.name = set_schedule_hooks.name;
END
$$;
COMMENT ON FUNCTION chronos.set_schedule_hooks(text, text[], text[]) IS
    'Programs with their arguments that the server runs, without a shell, when a run of the schedule has failed or succeeded; what happened is in environment variables CHRONOS_*. Null: none. For superusers.';
REVOKE ALL ON FUNCTION chronos.set_schedule_hooks(text, text[], text[]) FROM PUBLIC;

CREATE VIEW chronos.schedules AS
SELECT s.name, s.cron, s.time_zone, s.label,
       coalesce(r.rolname::text, s.owner::text) AS owner,
       CASE WHEN s.run IS NOT NULL THEN 'running' WHEN s.paused THEN 'paused'
            WHEN s.retry_at IS NOT NULL THEN 'retrying' ELSE 'waiting' END AS state,
       CASE WHEN NOT s.paused THEN least(s.next_run, s.retry_at) END AS next_run,
       s.run AS current_run, s.last_run, s.last_finished_at, s.last_result, s.last_error, s.last_hint,
       s.consecutive_failures, s.skipped,
       s.jitter, s.timeout, s.retries, s.retry_delay,
       s.on_failure IS NOT NULL AS has_failure_hook, s.on_success IS NOT NULL AS has_success_hook,
       CASE WHEN pg_is_in_recovery() THEN 'this server is a standby: nothing runs until it is promoted'
            WHEN NOT chronos.is_preloaded() THEN 'nothing runs: chronos is not in shared_preload_libraries'
            WHEN r.oid IS NULL THEN 'every run fails: the role that owns the schedule was dropped'
            WHEN NOT has_function_privilege(r.oid, 'chronos.snapshot(text, boolean)', 'EXECUTE')
            THEN 'every run fails: its owner may not take snapshots'
            WHEN NOT EXISTS (SELECT FROM chronos.repository) THEN 'every run fails: this database has no repository'
       END AS problem
FROM chronos.schedule AS s LEFT JOIN pg_roles AS r ON r.oid = s.owner
ORDER BY s.name;
COMMENT ON VIEW chronos.schedules IS
    'Schedules of this database: when each runs next, how its last run ended, how many attempts have failed in a row, and what keeps it from running.';
GRANT SELECT ON chronos.schedules TO pg_read_all_stats;
