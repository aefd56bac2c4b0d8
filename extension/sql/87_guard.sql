-- What a command would destroy, and which snapshot holds it. extension/guard/ asks before it runs.

CREATE FUNCTION chronos.doomed(classids oid[], objids oid[], columns int2[], cascades boolean)
RETURNS TABLE (classid oid, objid oid, objsubid int)
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
    WITH RECURSIVE doomed(classid, objid, objsubid) AS (
        SELECT CASE WHEN t.classid = 'pg_authid'::regclass THEN o.classid ELSE t.classid END,
               CASE WHEN t.classid = 'pg_authid'::regclass THEN o.objid ELSE t.objid END, t.col::int
        FROM unnest(classids, objids, columns) t(classid, objid, col)
        -- DROP OWNED: what the role owns here.
        LEFT JOIN pg_shdepend o ON t.classid = 'pg_authid'::regclass AND o.refclassid = t.classid AND o.refobjid = t.objid AND o.deptype = 'o'
                               AND o.dbid = (SELECT d.oid FROM pg_database d WHERE d.datname = current_database())
        WHERE t.classid <> 'pg_authid'::regclass OR o.objid IS NOT NULL
        UNION
        SELECT n.classid, n.objid, n.objsubid
        FROM doomed w,
             LATERAL (
                 SELECT d.classid, d.objid, d.objsubid
                 FROM pg_depend d
                 WHERE d.refclassid = w.classid AND d.refobjid = w.objid AND (w.objsubid = 0 OR d.refobjsubid = w.objsubid)
                   AND (d.deptype <> 'n' OR cascades)
                 UNION ALL
                 -- The rule of a view takes the view with it.
                 SELECT 'pg_class'::regclass, r.ev_class, 0
                 FROM pg_rewrite r
                 WHERE w.classid = 'pg_rewrite'::regclass AND r.oid = w.objid AND r.rulename = '_RETURN') n
    )
    SELECT DISTINCT w.classid, w.objid, w.objsubid FROM doomed w WHERE w.objid IS NOT NULL
$$;
COMMENT ON FUNCTION chronos.doomed(oid[], oid[], int2[], boolean) IS
    'What goes when these objects, columns, or objects of these roles are dropped: with all that depends on them (cascades), or only with what always goes with them.';

CREATE FUNCTION chronos.emptied(relations oid[], only_these boolean[], cascades boolean) RETURNS SETOF oid
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
    WITH RECURSIVE emptied(relation, alone) AS (
        SELECT r.relation, r.alone FROM unnest(relations, only_these) r(relation, alone)
        UNION
        SELECT n.relation, n.alone
        FROM emptied e,
             LATERAL (
                 SELECT i.inhrelid, false FROM pg_inherits i WHERE i.inhparent = e.relation AND NOT e.alone
                 UNION ALL
                 SELECT c.conrelid, false FROM pg_constraint c WHERE c.contype = 'f' AND c.confrelid = e.relation AND cascades) n(relation, alone)
    )
    SELECT DISTINCT e.relation FROM emptied e
$$;
COMMENT ON FUNCTION chronos.emptied(oid[], boolean[], boolean) IS
    'What TRUNCATE empties: tables, their heirs unless alone, and with CASCADE whatever refers to them.';

CREATE FUNCTION chronos.may_lose(relation oid, attribute int2, new_type oid, new_modifier int, is_computed boolean) RETURNS boolean
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT CASE
        WHEN new_type = 0 OR is_computed THEN true
        WHEN a.atttypid = new_type THEN
            CASE new_type
                -- Scale in the lower bits; one that goes down rounds.
                WHEN 'numeric'::regtype THEN new_modifier <> -1 AND (a.atttypmod = -1
                    OR ((new_modifier - 4) & 2047 # 1024) - 1024 < ((a.atttypmod - 4) & 2047 # 1024) - 1024)
                WHEN 'timestamp'::regtype THEN new_modifier <> -1 AND new_modifier < coalesce(nullif(a.atttypmod, -1), 6)
                WHEN 'timestamptz'::regtype THEN new_modifier <> -1 AND new_modifier < coalesce(nullif(a.atttypmod, -1), 6)
                WHEN 'time'::regtype THEN new_modifier <> -1 AND new_modifier < coalesce(nullif(a.atttypmod, -1), 6)
                WHEN 'timetz'::regtype THEN new_modifier <> -1 AND new_modifier < coalesce(nullif(a.atttypmod, -1), 6)
                WHEN 'interval'::regtype THEN new_modifier <> -1 AND new_modifier <> a.atttypmod
                -- What does not fit into text, bit and the like is an error.
                ELSE false END
        -- An error where it does not fit.
        WHEN a.atttypid IN ('int8'::regtype, 'int4'::regtype) AND new_type IN ('int4'::regtype, 'int2'::regtype) THEN false
        WHEN t.typcategory = 'S' AND n.typcategory = 'S' THEN false
        -- Implicit casts lose nothing, but for the precision of a float.
        ELSE NOT EXISTS (SELECT FROM pg_cast c
                         WHERE c.castsource = a.atttypid AND c.casttarget = new_type
                           AND (c.castmethod = 'b' OR c.castcontext = 'i')
                           AND NOT (c.casttarget = 'float4'::regtype AND c.castsource <> 'int2'::regtype)
                           AND NOT (c.casttarget = 'float8'::regtype AND c.castsource IN ('int8'::regtype, 'numeric'::regtype)))
             AND n.typcategory <> 'S'
        END
    FROM pg_attribute a
    JOIN pg_type t ON t.oid = a.atttypid
    LEFT JOIN pg_type n ON n.oid = new_type
    WHERE a.attrelid = relation AND a.attnum = attribute
$$;
COMMENT ON FUNCTION chronos.may_lose(oid, int2, oid, int, boolean) IS
    'Whether a column that gets another type (0: that goes) may lose what is in it: values that are rounded or computed, not those that would raise an error.';

CREATE TYPE chronos.stake AS (relation oid, columns text[], kind text, rows bigint, bytes bigint);
COMMENT ON TYPE chronos.stake IS
    'A relation whose rows, or of which these columns, would be lost; rows as the statistics have them, null if they do not know; bytes without indexes.';

CREATE FUNCTION chronos.weigh(relations oid[], columns jsonb) RETURNS SETOF chronos.stake
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT c.oid, ARRAY(SELECT jsonb_array_elements_text(columns -> c.oid::text)),
           CASE c.relkind WHEN 'm' THEN 'materialized view' ELSE 'table' END,
           -- As the planner does: as dense as it was when it was counted.
           CASE WHEN c.reltuples > 0 AND c.relpages > 0
                THEN (c.reltuples / c.relpages * (pg_relation_size(c.oid) / current_setting('block_size')::int))::bigint
                ELSE nullif(pg_stat_get_live_tuples(c.oid), 0) END,
           b.bytes
    FROM pg_class c,
         LATERAL (SELECT pg_relation_size(c.oid) + coalesce(pg_relation_size(nullif(c.reltoastrelid, 0)), 0)) b(bytes)
    WHERE c.oid = ANY (relations) AND c.relkind IN ('r', 'm') AND c.relpersistence <> 't'
      AND c.relnamespace <> 'chronos'::regnamespace
      AND pg_relation_size(c.oid) > 0
      AND b.bytes >= pg_size_bytes(current_setting('chronos.guard_threshold'))
$$;
COMMENT ON FUNCTION chronos.weigh(oid[], jsonb) IS
    'What is in these relations: temporary ones, those of chronos, empty ones and those below chronos.guard_threshold count as nothing.';

CREATE FUNCTION chronos.newest_snapshot_with(relations oid[]) RETURNS TABLE (id text, taken_at timestamptz, is_proved boolean)
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT r.id, r.started_at, EXISTS (SELECT FROM chronos.drill d WHERE d.snapshot = r.id AND d.problems = '{}')
    FROM chronos.snapshot_run r
    WHERE r.state = 'complete'
      AND NOT EXISTS (
          SELECT unnest(relations)
          EXCEPT
          SELECT f.objid
          FROM chronos.fact f
          WHERE f.timeline = (r.result ->> 'timeline')::uuid AND f.classid = 'pg_class'::regclass AND f.objid = ANY (relations)
            AND f.since <= (r.result ->> 'version')::bigint AND (f.until IS NULL OR f.until > (r.result ->> 'version')::bigint))
    ORDER BY r.started_at DESC LIMIT 1
$$;
COMMENT ON FUNCTION chronos.newest_snapshot_with(oid[]) IS
    'The newest complete snapshot that was taken when all these relations were there, and whether a drill has restored it.';

CREATE FUNCTION chronos.guard_words(deed text, stakes chronos.stake[], dependents bigint, OUT loss text,
                                    OUT detail text, OUT is_restorable boolean)
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
SET "DateStyle" = 'ISO, YMD'
SET "IntervalStyle" = postgres
AS $$
DECLARE
    kept record;
    named text;
    of_columns constant bigint := (SELECT count(*) FROM unnest(stakes) s WHERE s.columns <> '{}');
BEGIN
    is_restorable := true;
    SELECT format('%s %s with %s, %s', deed,
                  CASE WHEN of_columns = count(*) THEN (SELECT format('%s of %s', CASE count(*) WHEN 1 THEN '1 column' ELSE count(*) || ' columns' END,
                                                                      CASE max(of_columns) WHEN 1 THEN '1 table' ELSE max(of_columns) || ' tables' END)
                                                        FROM unnest(stakes) x, unnest(x.columns) y)
                       WHEN count(*) = 1 THEN '1 ' || min(s.kind) ELSE count(*) || ' tables' END,
                  CASE WHEN bool_or(s.rows IS NULL) AND coalesce(sum(s.rows), 0) = 0 THEN 'an unknown number of rows'
                       WHEN sum(s.rows) = 1 THEN 'about 1 row'
                       ELSE format('about %s rows', trim(to_char(sum(s.rows), '999G999G999G999'))) END,
                  pg_size_pretty(sum(s.bytes)))
    INTO loss FROM unnest(stakes) s;
    SELECT string_agg(format('%s %s%s: %s, %s', s.kind, s.relation::regclass,
                             CASE WHEN s.columns = '{}' THEN '' ELSE format(' (%s)', array_to_string(s.columns, ', ')) END,
                             CASE WHEN s.rows IS NULL THEN 'rows unknown' WHEN s.rows = 1 THEN 'about 1 row' ELSE format('about %s rows', s.rows) END, pg_size_pretty(s.bytes)),
                      '; ' ORDER BY s.bytes DESC, s.relation::regclass::text)
           FILTER (WHERE s.nr <= 10)
           || CASE WHEN count(*) > 10 THEN format('; and %s more', count(*) - 10) ELSE '' END
    INTO named FROM (SELECT s.*, row_number() OVER (ORDER BY s.bytes DESC, s.relation::regclass::text) AS nr FROM unnest(stakes) s) s;
    SELECT * INTO kept FROM chronos.newest_snapshot_with(ARRAY(SELECT s.relation FROM unnest(stakes) s));
    detail := concat_ws(' ', named || '.',
        CASE WHEN dependents > 0 THEN format('%s go too.', CASE dependents WHEN 1 THEN '1 object that depends on them' ELSE dependents || ' objects that depend on them' END) END,
        CASE WHEN kept.id IS NULL THEN 'No snapshot of this server holds them.'
             ELSE format('Snapshot %s, taken %s ago, holds them as they were then%s.', kept.id, date_trunc('second', clock_timestamp() - kept.taken_at),
                         CASE WHEN kept.is_proved THEN ', and a drill has restored it' ELSE '; no drill has restored it' END) END);
END
$$;
COMMENT ON FUNCTION chronos.guard_words(text, chronos.stake[], bigint) IS
    'What is at stake, in words, after those that say what is done to it.';

CREATE FUNCTION chronos.database_report(tag text, database oid, OUT loss text, OUT detail text, OUT is_restorable boolean)
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    name constant text := (SELECT d.datname FROM pg_database d WHERE d.oid = database);
BEGIN
    -- Made by chronosctl to try something out.
    IF name IS NULL OR name LIKE 'chronos\_scratch\_%' THEN
        RETURN;
    END IF;
    loss := format('%s destroys database "%s", %s', tag, name, pg_size_pretty(pg_database_size(database)));
    detail := 'Which snapshots hold it cannot be seen from another database.';
    is_restorable := false;
END
$$;
COMMENT ON FUNCTION chronos.database_report(text, oid) IS 'What DROP DATABASE destroys, in words.';

CREATE FUNCTION chronos.guard_report(tag text, how text, cascades boolean, classids oid[], objids oid[], columns int2[], new_types oid[],
                                     new_modifiers int[], computed boolean[], OUT loss text, OUT detail text, OUT is_restorable boolean)
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
SET jit = off
AS $$
DECLARE
    relations oid[];
    lost_columns jsonb := '{}';
    stakes chronos.stake[];
    dependents bigint := 0;
BEGIN
    IF classids[1] = 'pg_database'::regclass THEN
        SELECT r.* INTO loss, detail, is_restorable FROM chronos.database_report(tag, objids[1]) r;
        RETURN;
    END IF;
    IF how = 't' THEN
        relations := ARRAY(SELECT chronos.emptied(objids, computed, cascades));
    ELSIF how = 'd' THEN
        WITH gone AS MATERIALIZED (
            SELECT d.* FROM chronos.doomed(classids, objids, columns, cascades) d
        ), whole AS MATERIALIZED (
            SELECT g.objid FROM gone g WHERE g.classid = 'pg_class'::regclass AND g.objsubid = 0
        ), parts AS MATERIALIZED (
            SELECT g.objid, jsonb_agg(a.attname ORDER BY a.attnum) AS names
            FROM gone g JOIN pg_attribute a ON a.attrelid = g.objid AND a.attnum = g.objsubid
            WHERE g.classid = 'pg_class'::regclass AND g.objsubid > 0 AND NOT EXISTS (SELECT FROM whole w WHERE w.objid = g.objid)
            GROUP BY g.objid
        )
        SELECT ARRAY(SELECT w.objid FROM whole w) || ARRAY(SELECT p.objid FROM parts p),
               (SELECT coalesce(jsonb_object_agg(p.objid, p.names), '{}') FROM parts p),
               (SELECT count(*) FROM whole w JOIN pg_class c ON c.oid = w.objid AND c.relkind = 'v')
               + (SELECT count(*) FROM gone g WHERE g.classid = 'pg_proc'::regclass)
               -- Of tables that stay.
               + (SELECT count(*) FROM gone g JOIN pg_constraint c ON c.oid = g.objid AND c.contype = 'f'
                  WHERE g.classid = 'pg_constraint'::regclass AND NOT EXISTS (SELECT FROM whole w WHERE w.objid = c.conrelid))
        INTO relations, lost_columns, dependents;
    ELSE
        SELECT array_agg(DISTINCT l.relation), coalesce(jsonb_object_agg(l.relation, l.names), '{}') INTO relations, lost_columns
        FROM (SELECT h.relation, jsonb_agg(DISTINCT a.attname) AS names
              FROM unnest(objids, columns, new_types, new_modifiers, computed) t(relation, col, new_type, new_modifier, computed)
              JOIN pg_attribute a ON a.attrelid = t.relation AND a.attnum = t.col AND NOT a.attisdropped,
                   chronos.emptied(ARRAY[t.relation], ARRAY[false], false) h(relation)
              WHERE chronos.may_lose(t.relation, t.col, t.new_type, t.new_modifier, t.computed)
                AND EXISTS (SELECT FROM pg_attribute b WHERE b.attrelid = h.relation AND b.attname = a.attname)
              GROUP BY h.relation) l;
    END IF;
    stakes := ARRAY(SELECT s FROM chronos.weigh(relations, lost_columns) s);
    IF stakes <> '{}' THEN
        SELECT w.* INTO loss, detail, is_restorable
        FROM chronos.guard_words(tag || ' destroys', stakes, dependents) w;
    END IF;
END
$$;
COMMENT ON FUNCTION chronos.guard_report(text, text, boolean, oid[], oid[], int2[], oid[], int[], boolean[]) IS
    'What a command destroys (how: d, it drops objects; t, it empties tables; a, it drops or retypes columns), in words; null if no data is at stake.';

CREATE FUNCTION chronos.guard_rows_report(deed text, relation oid, OUT loss text, OUT detail text, OUT is_restorable boolean)
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT w.loss, w.detail, w.is_restorable
    FROM (SELECT ARRAY(SELECT s FROM chronos.weigh(ARRAY(SELECT chronos.emptied(ARRAY[relation], ARRAY[false], false)), '{}') s)) t(stakes),
         chronos.guard_words(deed || ' every row of', t.stakes, 0) w
    WHERE t.stakes <> '{}'
$$;
COMMENT ON FUNCTION chronos.guard_rows_report(text, oid) IS 'What a statement changes that changes every row of a table, in words.';

REVOKE ALL ON FUNCTION chronos.guard_report(text, text, boolean, oid[], oid[], int2[], oid[], int[], boolean[]),
    chronos.guard_rows_report(text, oid), chronos.database_report(text, oid), chronos.guard_words(text, chronos.stake[], bigint),
    chronos.newest_snapshot_with(oid[]), chronos.weigh(oid[], jsonb) FROM PUBLIC;

CREATE FUNCTION chronos.on_guarded_command() RETURNS event_trigger LANGUAGE c
AS 'MODULE_PATHNAME', 'chronos_on_guarded_command';
COMMENT ON FUNCTION chronos.on_guarded_command() IS
    'Stands before commands that destroy data, where the library was not loaded before they began.';
CREATE EVENT TRIGGER chronos_guard ON ddl_command_start
    WHEN TAG IN ('DROP TABLE', 'DROP SCHEMA', 'DROP MATERIALIZED VIEW', 'DROP FOREIGN TABLE', 'DROP VIEW', 'DROP SEQUENCE', 'DROP EXTENSION',
                 'DROP TYPE', 'DROP DOMAIN', 'DROP OWNED', 'ALTER TABLE')
    EXECUTE FUNCTION chronos.on_guarded_command();
ALTER EVENT TRIGGER chronos_guard ENABLE ALWAYS;
COMMENT ON EVENT TRIGGER chronos_guard IS 'Asks the guard before a command that may destroy data.';
