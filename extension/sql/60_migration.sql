-- Migrations: their scripts, and what has become of them. The scripts are kept so that a way back does not
-- need the directory they came from.

CREATE SEQUENCE chronos.migration_sequence;
COMMENT ON SEQUENCE chronos.migration_sequence IS 'The order in which migrations were applied.';
SELECT pg_catalog.pg_extension_config_dump('chronos.migration_sequence', '');

CREATE TABLE chronos.migration (
    scope text NOT NULL DEFAULT '',
    kind text NOT NULL DEFAULT 'versioned' CHECK (kind IN ('versioned', 'repeatable')),
    version text NOT NULL CHECK (version <> ''),
    ordinal numeric[] NOT NULL DEFAULT '{}',
    name text NOT NULL DEFAULT '',
    file text,
    up text,
    up_checksum text,
    transactional boolean NOT NULL DEFAULT true,
    down text,
    down_origin text CHECK (down_origin IN ('script', 'derived')),
    down_checksum text,
    down_transactional boolean NOT NULL DEFAULT true,
    state text NOT NULL DEFAULT 'stored' CHECK (state IN ('stored', 'applying', 'applied', 'undoing')),
    origin text CHECK (origin IN ('run', 'baseline', 'import')),
    applied_by text,
    applied_at timestamptz,
    duration interval,
    sequence bigint,
    timeline uuid,
    transaction xid8,
    version_before bigint,
    version_after bigint,
    snapshot text,
    PRIMARY KEY (scope, kind, version),
    CHECK ((down IS NULL) = (down_origin IS NULL)),
    CHECK (state = 'stored' OR (origin IS NOT NULL AND sequence IS NOT NULL))
);
COMMENT ON TABLE chronos.migration IS
    'Migrations: the scripts up and down, where the one down came from, whether they are one transaction, whether they are applied (applying and undoing: statement by statement, and not finished), by whom, when, how long it took, the schema version before and after, and the snapshot that was taken before rows were destroyed. The ordinal orders them; scope is the schema of a run over many.';
SELECT pg_catalog.pg_extension_config_dump('chronos.migration', '');

CREATE TABLE chronos.migration_step (
    scope text NOT NULL,
    kind text NOT NULL,
    version text NOT NULL,
    direction text NOT NULL CHECK (direction IN ('up', 'down')),
    step integer NOT NULL CHECK (step > 0),
    statement text NOT NULL,
    checksum text NOT NULL,
    state text NOT NULL CHECK (state IN ('started', 'done', 'failed')),
    started_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    finished_at timestamptz,
    error text,
    memo jsonb,
    PRIMARY KEY (scope, kind, version, direction, step),
    FOREIGN KEY (scope, kind, version) REFERENCES chronos.migration ON DELETE CASCADE
);
COMMENT ON TABLE chronos.migration_step IS
    'The outcome of each step of migrations that cannot be one transaction: a run that was interrupted goes on after the last that is done.';
SELECT pg_catalog.pg_extension_config_dump('chronos.migration_step', '');

GRANT SELECT ON chronos.migration, chronos.migration_step TO PUBLIC;
GRANT SELECT ON SEQUENCE chronos.migration_sequence TO PUBLIC;
GRANT INSERT, UPDATE, DELETE ON chronos.migration, chronos.migration_step TO pg_database_owner;
GRANT USAGE ON SEQUENCE chronos.migration_sequence TO pg_database_owner;

CREATE FUNCTION chronos.store_migration(scope text, script jsonb) RETURNS void LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    given constant chronos.migration := jsonb_populate_record(NULL::chronos.migration,
        jsonb_build_object('kind', 'versioned', 'ordinal', '[]'::jsonb, 'name', '', 'transactional', true, 'down_transactional', true)
        || script);
BEGIN
    INSERT INTO chronos.migration AS m (scope, kind, version, ordinal, name, file, up, up_checksum, transactional,
                                        down, down_origin, down_checksum, down_transactional)
    VALUES (store_migration.scope, given.kind, given.version, given.ordinal, given.name, given.file, given.up, given.up_checksum,
            given.transactional, given.down, CASE WHEN given.down IS NOT NULL THEN coalesce(given.down_origin, 'script') END,
            given.down_checksum, given.down_transactional)
    ON CONFLICT ON CONSTRAINT migration_pkey DO UPDATE
    SET ordinal = EXCLUDED.ordinal, name = EXCLUDED.name, file = EXCLUDED.file, up = EXCLUDED.up, up_checksum = EXCLUDED.up_checksum,
        transactional = EXCLUDED.transactional, down = EXCLUDED.down, down_origin = EXCLUDED.down_origin,
        down_checksum = EXCLUDED.down_checksum, down_transactional = EXCLUDED.down_transactional;
END $$;
COMMENT ON FUNCTION chronos.store_migration(text, jsonb) IS
    'Keeps the scripts of a migration: version, name, up, down and so on, as chronos.migration has them. Whether it is applied stays as it is.';
REVOKE ALL ON FUNCTION chronos.store_migration(text, jsonb) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION chronos.store_migration(text, jsonb) TO pg_database_owner;

CREATE FUNCTION chronos.start_migration(scope text, script jsonb, whole boolean) RETURNS void LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    prior chronos.migration;
BEGIN
    PERFORM chronos.store_migration(scope, script);
    SELECT * INTO prior FROM chronos.migration m
    WHERE m.scope = start_migration.scope AND m.kind = coalesce(script ->> 'kind', 'versioned') AND m.version = script ->> 'version'
    FOR UPDATE;
    IF prior.state = 'applied' AND prior.kind = 'versioned' THEN
        RAISE EXCEPTION 'migration % has been applied already', prior.version USING ERRCODE = 'object_not_in_prerequisite_state',
            DETAIL = format('It was applied by %s at %s.', prior.applied_by, prior.applied_at),
            HINT = 'Another runner was faster; look at chronosctl migrate status.';
    ELSIF prior.state = 'undoing' THEN
        RAISE EXCEPTION 'migration % is being undone', prior.version USING ERRCODE = 'object_not_in_prerequisite_state',
            HINT = 'Finish that first: chronosctl migrate down.';
    END IF;
    UPDATE chronos.migration m
    SET state = CASE WHEN whole THEN 'applied' ELSE 'applying' END, origin = 'run', applied_by = session_user,
        applied_at = clock_timestamp(), duration = NULL, timeline = chronos.current_timeline(),
        sequence = CASE WHEN prior.state = 'applying' THEN prior.sequence ELSE nextval('chronos.migration_sequence') END,
        transaction = CASE WHEN whole THEN pg_current_xact_id() END,
        version_before = CASE WHEN prior.state = 'applying' THEN prior.version_before ELSE chronos.current_version() END,
        version_after = NULL
    WHERE m.scope = prior.scope AND m.kind = prior.kind AND m.version = prior.version;
    IF prior.state <> 'applying' THEN
        DELETE FROM chronos.migration_step s WHERE s.scope = prior.scope AND s.kind = prior.kind AND s.version = prior.version;
    END IF;
END $$;
COMMENT ON FUNCTION chronos.start_migration(text, jsonb, boolean) IS
    'Records that a migration is applied by this transaction (whole), or that it is begun, step by step. An error if it is applied already.';
REVOKE ALL ON FUNCTION chronos.start_migration(text, jsonb, boolean) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION chronos.start_migration(text, jsonb, boolean) TO pg_database_owner;

CREATE FUNCTION chronos.version_of_migration(migration chronos.migration) RETURNS bigint LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    made bigint;
BEGIN
    IF migration.transaction IS NULL THEN
        RETURN CASE WHEN migration.state = 'applied' AND migration.origin = 'run' THEN chronos.current_version() END;
    END IF;
    SELECT v.number INTO made FROM chronos.version v
    WHERE v.timeline = migration.timeline AND v.number > migration.version_before AND v.transaction = migration.transaction;
    IF made IS NULL AND EXISTS (SELECT FROM chronos.gap g WHERE g.transaction = migration.transaction) THEN
        RETURN NULL;
    END IF;
    RETURN coalesce(made, migration.version_before);
END $$;
COMMENT ON FUNCTION chronos.version_of_migration(chronos.migration) IS
    'The schema version that an applied migration led to; the one before if it changed nothing of the schema, null if that is not recorded yet.';

CREATE FUNCTION chronos.settle_migrations() RETURNS void LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    UPDATE chronos.migration m
    SET version_after = s.after,
        -- What others have changed since it began is not its doing.
        version_before = CASE WHEN m.transaction IS NOT NULL AND s.after > m.version_before
            THEN coalesce((SELECT max(v.number) FROM chronos.version v WHERE v.timeline = m.timeline AND v.number < s.after), m.version_before)
            ELSE m.version_before END
    FROM (SELECT n.scope, n.kind, n.version, chronos.version_of_migration(n) AS after FROM chronos.migration n
          WHERE n.state = 'applied' AND n.origin = 'run' AND n.version_after IS NULL) s
    WHERE m.scope = s.scope AND m.kind = s.kind AND m.version = s.version AND s.after IS NOT NULL;
END $$;
COMMENT ON FUNCTION chronos.settle_migrations() IS
    'Notes the schema versions of migrations whose transactions have committed since the last time.';
REVOKE ALL ON FUNCTION chronos.settle_migrations() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION chronos.settle_migrations() TO pg_database_owner;

CREATE FUNCTION chronos.finish_migration(scope text, kind text, version text, took interval,
                                         OUT version_before bigint, OUT version_after bigint)
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
BEGIN
    UPDATE chronos.migration m SET state = 'applied', duration = took
    WHERE m.scope = finish_migration.scope AND m.kind = finish_migration.kind AND m.version = finish_migration.version
      AND m.state IN ('applying', 'applied');
    PERFORM chronos.settle_migrations();
    SELECT m.version_before, m.version_after INTO finish_migration.version_before, finish_migration.version_after
    FROM chronos.migration m
    WHERE m.scope = finish_migration.scope AND m.kind = finish_migration.kind AND m.version = finish_migration.version;
END $$;
COMMENT ON FUNCTION chronos.finish_migration(text, text, text, interval) IS
    'Records that all steps of a migration are done and how long it took; the schema versions before and after.';
REVOKE ALL ON FUNCTION chronos.finish_migration(text, text, text, interval) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION chronos.finish_migration(text, text, text, interval) TO pg_database_owner;

CREATE FUNCTION chronos.start_rollback(scope text, kind text, version text, whole boolean) RETURNS void LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    prior chronos.migration;
BEGIN
    SELECT * INTO prior FROM chronos.migration m
    WHERE m.scope = start_rollback.scope AND m.kind = start_rollback.kind AND m.version = start_rollback.version FOR UPDATE;
    IF NOT FOUND OR prior.state = 'stored' THEN
        RAISE EXCEPTION 'migration % is not applied', version USING ERRCODE = 'object_not_in_prerequisite_state',
            HINT = 'Another runner was faster; look at chronosctl migrate status.';
    END IF;
    IF whole THEN
        PERFORM chronos.finish_rollback(scope, kind, version);
    ELSE
        UPDATE chronos.migration m SET state = 'undoing'
        WHERE m.scope = prior.scope AND m.kind = prior.kind AND m.version = prior.version;
    END IF;
END $$;
COMMENT ON FUNCTION chronos.start_rollback(text, text, text, boolean) IS
    'Records that a migration is undone by this transaction (whole), or that it is begun, step by step. An error if it is not applied.';
REVOKE ALL ON FUNCTION chronos.start_rollback(text, text, text, boolean) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION chronos.start_rollback(text, text, text, boolean) TO pg_database_owner;

CREATE FUNCTION chronos.finish_rollback(scope text, kind text, version text) RETURNS void LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    UPDATE chronos.migration m
    SET state = 'stored', origin = NULL, applied_by = NULL, applied_at = NULL, duration = NULL, sequence = NULL, timeline = NULL,
        transaction = NULL, version_before = NULL, version_after = NULL,
        -- It belonged to that application of it.
        down = CASE m.down_origin WHEN 'script' THEN m.down END, down_checksum = CASE m.down_origin WHEN 'script' THEN m.down_checksum END,
        down_origin = CASE m.down_origin WHEN 'script' THEN 'script' END
    WHERE m.scope = finish_rollback.scope AND m.kind = finish_rollback.kind AND m.version = finish_rollback.version;
    DELETE FROM chronos.migration_step s
    WHERE s.scope = finish_rollback.scope AND s.kind = finish_rollback.kind AND s.version = finish_rollback.version;
END $$;
COMMENT ON FUNCTION chronos.finish_rollback(text, text, text) IS
    'Records that a migration is not applied any more; its scripts stay.';
REVOKE ALL ON FUNCTION chronos.finish_rollback(text, text, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION chronos.finish_rollback(text, text, text) TO pg_database_owner;

CREATE FUNCTION chronos.note_migration_step(scope text, kind text, version text, direction text, step integer, statement text,
                                            checksum text, state text, error text DEFAULT NULL, memo jsonb DEFAULT NULL)
RETURNS void LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    INSERT INTO chronos.migration_step AS s (scope, kind, version, direction, step, statement, checksum, state, finished_at, error, memo)
    VALUES (scope, kind, version, direction, step, statement, checksum, state,
            CASE WHEN state <> 'started' THEN clock_timestamp() END, error, memo)
    ON CONFLICT ON CONSTRAINT migration_step_pkey DO UPDATE
    SET statement = EXCLUDED.statement, checksum = EXCLUDED.checksum, state = EXCLUDED.state, finished_at = EXCLUDED.finished_at,
        error = EXCLUDED.error, memo = coalesce(EXCLUDED.memo, s.memo),
        started_at = CASE EXCLUDED.state WHEN 'started' THEN EXCLUDED.started_at ELSE s.started_at END;
END $$;
COMMENT ON FUNCTION chronos.note_migration_step(text, text, text, text, integer, text, text, text, text, jsonb) IS
    'Records the outcome of one step of a migration that is not one transaction.';
REVOKE ALL ON FUNCTION chronos.note_migration_step(text, text, text, text, integer, text, text, text, text, jsonb) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION chronos.note_migration_step(text, text, text, text, integer, text, text, text, text, jsonb) TO pg_database_owner;
