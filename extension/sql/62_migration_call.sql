-- Migrations by SQL alone, over the scripts that are stored: each in a transaction of its own.

CREATE FUNCTION chronos.run_stored_script(script text, migration text) RETURNS void LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    role constant text := current_setting('role');
    path constant text := (SELECT s.reset_val FROM pg_settings s WHERE s.name = 'search_path');
    before constant jsonb := (SELECT jsonb_object_agg(s.name, s.setting) FROM pg_settings s WHERE s.context IN ('user', 'superuser'));
    message text;
    detail text;
    hint text;
    state text;
BEGIN
    PERFORM set_config('lock_timeout', '2s', true), set_config('search_path', path, true);
    EXECUTE script;
    PERFORM pg_catalog.set_config('search_path', 'pg_catalog, pg_temp', true), pg_catalog.set_config('role', role, false);
    -- A plain SET would outlast the function.
    PERFORM set_config(s.name, before ->> s.name, false) FROM pg_settings s
    WHERE s.context IN ('user', 'superuser') AND s.name <> 'search_path' AND before ->> s.name <> s.setting;
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT, state = RETURNED_SQLSTATE;
    RAISE EXCEPTION 'migration % failed: %', migration, message
        USING ERRCODE = state, DETAIL = concat_ws(E'\n', nullif(detail, ''), 'All of it has been rolled back.'),
        HINT = coalesce(nullif(hint, ''), 'chronosctl migrate runs what SQL alone cannot, and shows file and line.');
END $$;
COMMENT ON FUNCTION chronos.run_stored_script(text, text) IS
    'Runs a script with the search path of a new session; what it sets does not last.';
REVOKE ALL ON FUNCTION chronos.run_stored_script(text, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION chronos.run_stored_script(text, text) TO pg_database_owner;

CREATE FUNCTION chronos.lock_migrations() RETURNS void LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    -- The lock of chronosctl migrate.
    IF NOT pg_try_advisory_xact_lock(1130918509, 1835624306) THEN
        RAISE EXCEPTION 'another runner is migrating this database' USING ERRCODE = 'lock_not_available',
            DETAIL = (SELECT format('It is %s.', coalesce(string_agg(format('process %s of role %s, application "%s", from %s, since %s', l.pid, a.usename, a.application_name,
                                                                            coalesce(a.client_addr::text, 'this machine'), date_trunc('second', a.backend_start)), ', '),
                                                          'a session that has just ended'))
                      FROM pg_locks l LEFT JOIN pg_stat_activity a ON a.pid = l.pid
                      WHERE l.locktype = 'advisory' AND l.granted AND l.classid = 1130918509 AND l.objid = 1835624306
                        AND l.database = (SELECT d.oid FROM pg_database d WHERE d.datname = current_database()));
    END IF;
    PERFORM chronos.settle_migrations();
END $$;
COMMENT ON FUNCTION chronos.lock_migrations() IS 'Makes the transaction the only runner of migrations; an error if there is another.';
REVOKE ALL ON FUNCTION chronos.lock_migrations() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION chronos.lock_migrations() TO pg_database_owner;

CREATE FUNCTION chronos.migration_ordinal(version text) RETURNS numeric[] LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    ordinal numeric[];
BEGIN
    IF version IS NULL OR version = '0' THEN
        RETURN '{}';
    END IF;
    SELECT m.ordinal INTO ordinal FROM chronos.migration m
    WHERE m.scope = '' AND m.kind = 'versioned' AND m.version = migration_ordinal.version;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'there is no migration %', version USING ERRCODE = 'undefined_object', HINT = 'chronos.migration lists them.';
    END IF;
    RETURN ordinal;
END $$;
COMMENT ON FUNCTION chronos.migration_ordinal(text) IS 'The place of a stored migration among the others; empty for 0, which is before the first.';
REVOKE ALL ON FUNCTION chronos.migration_ordinal(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION chronos.migration_ordinal(text) TO pg_database_owner;

CREATE FUNCTION chronos.require_whole(migration chronos.migration, script text, transactional boolean) RETURNS void LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF script IS NULL THEN
        RAISE EXCEPTION 'migration % has no such script', migration.version USING ERRCODE = 'object_not_in_prerequisite_state';
    ELSIF NOT transactional OR migration.state IN ('applying', 'undoing') THEN
        RAISE EXCEPTION 'migration % is not one transaction', migration.version USING ERRCODE = 'object_not_in_prerequisite_state',
            HINT = 'chronosctl migrate can run it.';
    END IF;
END $$;
COMMENT ON FUNCTION chronos.require_whole(chronos.migration, text, boolean) IS 'An error if a script is missing or cannot be run in one transaction.';
REVOKE ALL ON FUNCTION chronos.require_whole(chronos.migration, text, boolean) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION chronos.require_whole(chronos.migration, text, boolean) TO pg_database_owner;

CREATE FUNCTION chronos.migrate_next(target text) RETURNS text LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    last constant numeric[] := CASE WHEN target IS NOT NULL THEN chronos.migration_ordinal(target) END;
    began constant timestamptz := clock_timestamp();
    next chronos.migration;
    late text;
    losses text;
BEGIN
    PERFORM chronos.lock_migrations();
    SELECT string_agg(m.version, ', ' ORDER BY m.ordinal) INTO late FROM chronos.migration m
    WHERE m.scope = '' AND m.kind = 'versioned' AND m.state = 'stored' AND m.up IS NOT NULL
      AND m.ordinal < (SELECT max(a.ordinal) FROM chronos.migration a WHERE a.scope = '' AND a.kind = 'versioned' AND a.state <> 'stored');
    IF late IS NOT NULL THEN
        RAISE EXCEPTION 'some migrations are older than those that are applied' USING ERRCODE = 'object_not_in_prerequisite_state',
            DETAIL = late, HINT = 'chronosctl migrate up --out-of-order apply runs them.';
    END IF;
    SELECT m.* INTO next FROM chronos.migration m
    WHERE m.scope = '' AND m.state IN ('stored', 'applying', 'undoing') AND m.up IS NOT NULL
      AND (last IS NULL OR (m.kind = 'versioned' AND m.ordinal <= last))
    ORDER BY m.kind DESC, m.ordinal, m.version LIMIT 1;
    IF NOT FOUND THEN
        RETURN NULL;
    END IF;
    PERFORM chronos.require_whole(next, next.up, next.transactional);
    losses := chronos.migration_losses_text(next.up);
    IF losses IS NOT NULL THEN
        RAISE WARNING 'migration % destroys rows', next.version USING DETAIL = losses;
    END IF;
    PERFORM chronos.start_migration('', to_jsonb(next), true);
    PERFORM chronos.run_stored_script(next.up, next.version);
    UPDATE chronos.migration m SET duration = clock_timestamp() - began
    WHERE m.scope = '' AND m.kind = next.kind AND m.version = next.version;
    RETURN next.version;
END $$;
COMMENT ON FUNCTION chronos.migrate_next(text) IS
    'Applies the next of the stored migrations, up to a version or all; its version, or null if there is none.';
REVOKE ALL ON FUNCTION chronos.migrate_next(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION chronos.migrate_next(text) TO pg_database_owner;

CREATE PROCEDURE chronos.migrate(target text DEFAULT NULL) LANGUAGE plpgsql AS $$
DECLARE
    path constant text := pg_catalog.current_setting('search_path');
BEGIN
    -- What it calls pins its search path; a procedure that commits cannot.
    WHILE chronos.migrate_next(target) IS NOT NULL LOOP
        PERFORM pg_catalog.set_config('search_path', path, false);
        COMMIT;
    END LOOP;
END $$;
COMMENT ON PROCEDURE chronos.migrate(text) IS
    'Applies the stored migrations that are pending, up to a version or all, each in a transaction of its own.';
REVOKE ALL ON PROCEDURE chronos.migrate(text) FROM PUBLIC;
GRANT EXECUTE ON PROCEDURE chronos.migrate(text) TO pg_database_owner;

CREATE FUNCTION chronos.rollback_next(target text, lose_data boolean) RETURNS text LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    above constant numeric[] := chronos.migration_ordinal(target);
    next chronos.migration;
    made record;
    losses text;
BEGIN
    PERFORM chronos.lock_migrations();
    SELECT m.* INTO next FROM chronos.migration m
    WHERE m.scope = '' AND m.kind = 'versioned' AND m.state <> 'stored' AND m.ordinal > above
    ORDER BY m.sequence DESC LIMIT 1;
    IF NOT FOUND THEN
        RETURN NULL;
    ELSIF next.down_origin IS DISTINCT FROM 'script' THEN
        IF next.version_before IS NULL OR next.version_after IS NULL THEN
            RAISE EXCEPTION 'migration % has no way down', next.version USING ERRCODE = 'undefined_object',
                DETAIL = 'There is no script for it, and the schema before it was not recorded.';
        END IF;
        SELECT * INTO made FROM chronos.derived_down(next.version_after::text, next.version_before::text);
        SELECT string_agg(format('%s %s: %s rows', l.kind, l.identity, coalesce(l.rows::text, 'unknown')), E'\n') INTO losses
        FROM jsonb_to_recordset(made.losses) l(kind text, identity text, rows bigint);
        next.down := made.script;
        next.down_transactional := made.transactional;
    END IF;
    PERFORM chronos.require_whole(next, next.down, next.down_transactional);
    losses := coalesce(losses, chronos.migration_losses_text(next.down));
    IF losses IS NOT NULL AND NOT lose_data THEN
        RAISE EXCEPTION 'undoing migration % would lose data', next.version USING ERRCODE = 'object_not_in_prerequisite_state',
            DETAIL = losses, HINT = 'CALL chronos.rollback(…, lose_data => true).';
    END IF;
    PERFORM chronos.start_rollback('', next.kind, next.version, true);
    PERFORM chronos.run_stored_script(next.down, next.version);
    RETURN next.version;
END $$;
COMMENT ON FUNCTION chronos.rollback_next(text, boolean) IS
    'Undoes the migration that was applied last, of those above a version; its version, or null if there is none. A way down that loses data has to be allowed.';
REVOKE ALL ON FUNCTION chronos.rollback_next(text, boolean) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION chronos.rollback_next(text, boolean) TO pg_database_owner;

CREATE PROCEDURE chronos.rollback(target text, lose_data boolean DEFAULT false) LANGUAGE plpgsql AS $$
DECLARE
    path constant text := pg_catalog.current_setting('search_path');
BEGIN
    WHILE chronos.rollback_next(target, lose_data) IS NOT NULL LOOP
        PERFORM pg_catalog.set_config('search_path', path, false);
        COMMIT;
    END LOOP;
END $$;
COMMENT ON PROCEDURE chronos.rollback(text, boolean) IS
    'Undoes the migrations above a version (0: all), the one applied last first, each in a transaction of its own.';
REVOKE ALL ON PROCEDURE chronos.rollback(text, boolean) FROM PUBLIC;
GRANT EXECUTE ON PROCEDURE chronos.rollback(text, boolean) TO pg_database_owner;
