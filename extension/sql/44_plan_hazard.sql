-- What a statement of a plan costs and risks. Lock levels: the table in the manual's chapter on explicit
-- locking, and the notes of ALTER TABLE.

CREATE FUNCTION chronos.plan_traits(statement text, OUT lock text, OUT hazards text[], OUT transactional boolean)
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    -- The statement with its names taken out: these may hold any word.
    bare text := regexp_replace(regexp_replace(left(statement, 2000), '''(?:[^'']|'''')*''', 's', 'g'), '"(?:[^"]|"")*"', 'n', 'g');
BEGIN
    SELECT t.lock, t.hazards INTO lock, hazards
    FROM (VALUES
        (1, '^ALTER (FOREIGN )?TABLE .* VALIDATE CONSTRAINT', 'ShareUpdateExclusiveLock', '{}'::text[]),
        (2, '^ALTER (FOREIGN )?TABLE .* ADD CONSTRAINT \S+ FOREIGN KEY .* NOT VALID', 'ShareRowExclusiveLock', '{}'),
        (3, '^ALTER (FOREIGN )?TABLE .* ADD CONSTRAINT \S+ FOREIGN KEY', 'ShareRowExclusiveLock', '{scan}'),
        (4, '^ALTER TABLE .* ADD CONSTRAINT \S+ (PRIMARY KEY|UNIQUE|EXCLUDE)', 'AccessExclusiveLock', '{scan,long_lock}'),
        (5, '^ALTER (FOREIGN )?TABLE .* ADD CONSTRAINT .* NOT VALID$', 'AccessExclusiveLock', '{}'),
        (6, '^ALTER TABLE .* ADD CONSTRAINT', 'AccessExclusiveLock', '{scan}'),
        (7, '^ALTER TABLE .* ATTACH PARTITION', 'ShareUpdateExclusiveLock', '{}'),
        (8, '^ALTER (FOREIGN )?TABLE .* (SET STATISTICS|SET \(|RESET \(|CLUSTER ON|SET WITHOUT CLUSTER)', 'ShareUpdateExclusiveLock', '{}'),
        (9, '^ALTER (FOREIGN )?TABLE .* (ENABLE|DISABLE)( ALWAYS| REPLICA)? TRIGGER', 'ShareRowExclusiveLock', '{}'),
        (10, '^ALTER (FOREIGN )?TABLE ', 'AccessExclusiveLock', '{}'),
        (11, '^CREATE (UNIQUE )?INDEX ', 'ShareLock', '{scan,long_lock}'),
        (12, '^REINDEX INDEX ', 'ShareLock', '{scan,long_lock}'),
        (13, '^CREATE (OR REPLACE )?(CONSTRAINT )?TRIGGER ', 'ShareRowExclusiveLock', '{}'),
        (14, '^(CREATE (OR REPLACE )?RULE|CREATE POLICY|ALTER POLICY|ALTER TRIGGER|ALTER RULE|DROP TRIGGER|DROP RULE|DROP POLICY) ', 'AccessExclusiveLock', '{}'),
        (15, '^DROP (TABLE|FOREIGN TABLE|VIEW|MATERIALIZED VIEW|INDEX|SEQUENCE) ', 'AccessExclusiveLock', '{}'),
        (16, '^ALTER INDEX .* (RENAME TO|SET \(|RESET \(|SET STATISTICS)', 'ShareUpdateExclusiveLock', '{}'),
        (17, '^ALTER (INDEX|VIEW|MATERIALIZED VIEW) |^CREATE OR REPLACE VIEW ', 'AccessExclusiveLock', '{}'),
        (18, '^ALTER SEQUENCE ', 'ShareRowExclusiveLock', '{}'),
        (19, '^(CREATE|ALTER|DROP) STATISTICS ', 'ShareUpdateExclusiveLock', '{}'),
        (20, '^ALTER PUBLICATION .* (ADD|DROP) TABLE ', 'ShareUpdateExclusiveLock', '{}'),
        (21, '^UPDATE ', 'RowExclusiveLock', '{}'),
        -- The table that it copies has been put aside under this lock.
        (22, '^INSERT ', 'AccessExclusiveLock', '{}')) t(nr, pattern, lock, hazards)
    WHERE bare ~ t.pattern ORDER BY t.nr LIMIT 1;
    hazards := coalesce(hazards, '{}');
    transactional := bare !~ '^ALTER TYPE \S+ ADD VALUE|^(CREATE|DROP) SUBSCRIPTION|^ALTER SUBSCRIPTION .* REFRESH';
END
$$;
COMMENT ON FUNCTION chronos.plan_traits(text) IS
    'The lock that a statement takes on its table, what it risks by its nature, and whether it can be part of a transaction with what uses its result.';

CREATE FUNCTION chronos.plan_stake(relation text, column_name text, OUT rows bigint, OUT bytes bigint)
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    id oid := to_regclass(relation);
    small constant bigint := 64 * 1024 * 1024;
    stored pg_class;
    -- The rows of a foreign table are not at stake, and are not asked for.
    is_local boolean;
BEGIN
    SELECT * INTO stored FROM pg_class c WHERE c.oid = id AND c.relkind IN ('r', 'p', 'm');
    IF NOT FOUND THEN
        RETURN;
    END IF;
    SELECT sum(pg_total_relation_size(t.relid)) INTO bytes FROM (
        SELECT id AS relid WHERE stored.relkind <> 'p' UNION ALL
        SELECT p.relid FROM pg_partition_tree(id) p WHERE stored.relkind = 'p' AND p.isleaf) t;
    WITH RECURSIVE heir AS (SELECT id AS relid UNION SELECT i.inhrelid FROM pg_inherits i JOIN heir h ON i.inhparent = h.relid)
    SELECT bool_and(c.relkind <> 'f') INTO is_local FROM heir h JOIN pg_class c ON c.oid = h.relid;
    -- Row security would hide what is lost all the same.
    IF bytes <= small AND is_local AND (stored.relkind <> 'm' OR stored.relispopulated)
       AND has_table_privilege(id, 'SELECT') AND NOT row_security_active(id) THEN
        IF column_name IS NULL THEN
            EXECUTE format('SELECT count(*) FROM %s', relation) INTO rows;
        ELSE
            EXECUTE format('SELECT count(%1$I), coalesce(sum(pg_column_size(%1$I)), 0) FROM %2$s', column_name, relation) INTO rows, bytes;
        END IF;
        RETURN;
    END IF;
    -- As the planner does: as dense as it was when it was counted. One part that nobody has counted makes all of it unknown.
    SELECT CASE WHEN bool_and(p.rows IS NOT NULL) THEN sum(p.rows) END INTO rows
    FROM (SELECT CASE WHEN pg_relation_size(c.oid) = 0 THEN 0
                      WHEN c.reltuples > 0 AND c.relpages > 0
                      THEN (c.reltuples / c.relpages * (pg_relation_size(c.oid) / current_setting('block_size')::int))::bigint
                      ELSE nullif(pg_stat_get_live_tuples(c.oid), 0) END
          FROM pg_class c WHERE c.relkind NOT IN ('p', 'f') AND (c.oid = id
              OR c.oid IN (SELECT p.relid FROM pg_partition_tree(id) p WHERE p.isleaf AND stored.relkind = 'p'))) p(rows);
    IF column_name IS NOT NULL THEN
        SELECT round(rows * (1 - s.null_frac)), coalesce(round(rows * (1 - s.null_frac) * s.avg_width), bytes) INTO rows, bytes
        FROM (SELECT) one
        LEFT JOIN LATERAL (
            SELECT t.null_frac, t.avg_width FROM pg_stats t JOIN pg_namespace n ON n.nspname = t.schemaname
            WHERE n.oid = stored.relnamespace AND t.tablename = stored.relname AND t.attname = column_name
            ORDER BY t.inherited DESC LIMIT 1) s ON true;
    END IF;
EXCEPTION WHEN undefined_column OR insufficient_privilege OR lock_not_available THEN
    rows := NULL;
END
$$;
COMMENT ON FUNCTION chronos.plan_stake(text, text) IS
    'Rows and bytes that a table, or one of its columns, holds now: counted where it is small, else estimated; rows are null where no statistics know them.';

CREATE FUNCTION chronos.plan_column_at_stake(statement text) RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    name text := substring(statement, ' DROP COLUMN ("(?:[^"]|"")+"|\S+)$');
BEGIN
    RETURN (parse_ident(name))[1];
END
$$;
COMMENT ON FUNCTION chronos.plan_column_at_stake(text) IS 'The column that a statement drops.';
