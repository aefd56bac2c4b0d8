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
                 -- Heirs hang on their parent as views do; what drops them without CASCADE does it by itself.
                 SELECT w.classid, i.inhrelid, 0
                 FROM pg_inherits i
                 WHERE w.classid = 'pg_class'::regclass AND w.objsubid = 0 AND i.inhparent = w.objid
                 UNION ALL
                 -- What a generated column is computed by takes the column with it.
                 SELECT 'pg_class'::regclass, f.adrelid, f.adnum
                 FROM pg_attrdef f JOIN pg_attribute a ON a.attrelid = f.adrelid AND a.attnum = f.adnum AND a.attgenerated <> ''
                 WHERE w.classid = 'pg_attrdef'::regclass AND f.oid = w.objid
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

CREATE FUNCTION chronos.columns_like(relation oid, attribute int2) RETURNS TABLE (objid oid, objsubid int2)
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
    WITH RECURSIVE shape AS (
        SELECT a.attname FROM pg_attribute a WHERE a.attrelid = relation AND a.attnum = attribute AND NOT a.attisdropped
    ), alike(relation) AS (
        SELECT relation
        UNION
        SELECT n.relation
        FROM alike k,
             LATERAL (
                 SELECT i.inhrelid FROM pg_inherits i WHERE i.inhparent = k.relation
                 UNION ALL
                 SELECT t.oid FROM pg_class t WHERE t.reloftype = (SELECT c.reltype FROM pg_class c WHERE c.oid = k.relation) AND t.reloftype <> 0) n(relation)
    )
    SELECT a.attrelid, a.attnum
    FROM alike k JOIN pg_attribute a ON a.attrelid = k.relation JOIN shape s ON s.attname = a.attname
    UNION
    -- Columns of a composite type.
    SELECT u.attrelid, u.attnum
    FROM pg_class c JOIN pg_attribute u ON u.atttypid = c.reltype AND NOT u.attisdropped
    WHERE c.oid = relation AND c.relkind = 'c'
$$;
COMMENT ON FUNCTION chronos.columns_like(oid, int2) IS
    'A column, those of the same name of heirs and of tables of the type, and the columns that hold values of the type.';

CREATE FUNCTION chronos.may_command(caller oid, how text, classid oid, objid oid) RETURNS boolean
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT CASE
        WHEN how = 't' THEN has_table_privilege(caller, objid, 'TRUNCATE')
        WHEN classid = 'pg_authid'::regclass THEN pg_has_role(caller, objid, 'USAGE')
        ELSE coalesce(pg_has_role(caller, o.owner, 'USAGE') OR (o.schema IS NOT NULL AND how = 'd' AND
             pg_has_role(caller, (SELECT n.nspowner FROM pg_namespace n WHERE n.oid = o.schema), 'USAGE')), false) END
    FROM (SELECT NULL) one
    LEFT JOIN LATERAL (
        SELECT c.relowner, c.relnamespace FROM pg_class c WHERE classid = 'pg_class'::regclass AND c.oid = objid
        UNION ALL SELECT n.nspowner, NULL FROM pg_namespace n WHERE classid = 'pg_namespace'::regclass AND n.oid = objid
        UNION ALL SELECT e.extowner, NULL FROM pg_extension e WHERE classid = 'pg_extension'::regclass AND e.oid = objid
        UNION ALL SELECT t.typowner, t.typnamespace FROM pg_type t WHERE classid = 'pg_type'::regclass AND t.oid = objid
        UNION ALL SELECT p.proowner, p.pronamespace FROM pg_proc p WHERE classid = 'pg_proc'::regclass AND p.oid = objid
        UNION ALL SELECT c.collowner, c.collnamespace FROM pg_collation c WHERE classid = 'pg_collation'::regclass AND c.oid = objid
        UNION ALL SELECT c.opcowner, c.opcnamespace FROM pg_opclass c WHERE classid = 'pg_opclass'::regclass AND c.oid = objid
        UNION ALL SELECT f.opfowner, f.opfnamespace FROM pg_opfamily f WHERE classid = 'pg_opfamily'::regclass AND f.oid = objid
        UNION ALL SELECT o.oprowner, o.oprnamespace FROM pg_operator o WHERE classid = 'pg_operator'::regclass AND o.oid = objid
        UNION ALL SELECT l.lanowner, NULL FROM pg_language l WHERE classid = 'pg_language'::regclass AND l.oid = objid
        UNION ALL SELECT 10, NULL FROM pg_am m WHERE classid = 'pg_am'::regclass AND m.oid = objid) o(owner, schema) ON true
$$;
COMMENT ON FUNCTION chronos.may_command(oid, text, oid, oid) IS
    'Whether a role may do this (d, t, a: as in chronos.guard_report) to an object: to others the guard says nothing.';

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
        WHEN t.typcategory = 'S' AND n.typcategory = 'S' THEN new_type = 'name'::regtype
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

CREATE TYPE chronos.stake AS (relation oid, columns text[], kind text, rows bigint, bytes bigint, is_copied boolean);
COMMENT ON TYPE chronos.stake IS
    'A relation whose rows, or of which these columns, would be lost; rows as the statistics have them, null if they do not know; bytes without indexes; whether snapshots have its rows.';

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
           b.bytes,
           c.relkind = 'm' OR (c.relpersistence = 'p' AND NOT EXISTS (
               SELECT FROM pg_depend d JOIN pg_extension e ON e.oid = d.refobjid
               WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e' AND d.refclassid = 'pg_extension'::regclass
                 AND NOT c.oid = ANY (coalesce(e.extconfig, '{}'))))
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
                                    OUT detail text, OUT obstacle text, OUT locking text)
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
    SELECT string_agg(s.relation::regclass::text, ', ' ORDER BY s.relation) INTO obstacle FROM unnest(stakes) s WHERE NOT s.is_copied;
    obstacle := 'No snapshot has the rows of ' || obstacle || ': unlogged, or of an extension.';
    -- Until the snapshot is there nobody may write what it would miss.
    SELECT 'LOCK TABLE ONLY ' || string_agg(s.relation::regclass::text, ', ONLY ' ORDER BY s.relation) || ' IN SHARE MODE' INTO locking
    FROM unnest(stakes) s WHERE s.kind = 'table';
    SELECT format('%s %s with %s, %s', deed,
                  CASE WHEN of_columns = count(*) THEN (SELECT format('%s of %s', CASE count(*) WHEN 1 THEN '1 column' ELSE count(*) || ' columns' END,
                                                                      CASE max(of_columns) WHEN 1 THEN '1 table' ELSE max(of_columns) || ' tables' END)
                                                        FROM unnest(stakes) x, unnest(x.columns) y)
                       WHEN of_columns > 0 THEN format('%s tables, or columns of them,', count(*))
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
        obstacle,
        CASE WHEN kept.id IS NULL THEN 'No snapshot of this server holds them.'
             ELSE format('Snapshot %s, taken %s ago, held them as they were then%s.', kept.id, date_trunc('second', clock_timestamp() - kept.taken_at),
                         CASE WHEN kept.is_proved THEN ', and a drill has restored it' ELSE '; no drill has restored it' END) END);
END
$$;
COMMENT ON FUNCTION chronos.guard_words(text, chronos.stake[], bigint) IS
    'What is at stake, in words, after those that say what is done to it.';

CREATE FUNCTION chronos.guard_report(caller oid, tag text, how text, cascades boolean, classids oid[], objids oid[], columns int2[],
                                     new_types oid[], new_modifiers int[], computed boolean[],
                                     OUT loss text, OUT detail text, OUT obstacle text, OUT locking text)
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
    IF NOT (SELECT bool_and(chronos.may_command(caller, how, t.classid, t.objid)) FROM unnest(classids, objids) t(classid, objid)) THEN
        RETURN;
    END IF;
    IF how = 't' THEN
        relations := ARRAY(SELECT chronos.emptied(objids, computed, cascades));
    ELSE
        WITH aimed AS MATERIALIZED (
            SELECT t.classid, t.objid, t.col, t.new_type, t.new_modifier, t.computed
            FROM unnest(classids, objids, columns, new_types, new_modifiers, computed) t(classid, objid, col, new_type, new_modifier, computed)
        ), going AS MATERIALIZED (
            SELECT a.classid, a.objid, a.col FROM aimed a WHERE how = 'd'
            UNION
            SELECT a.classid, l.objid, l.objsubid FROM aimed a, chronos.columns_like(a.objid, a.col) l WHERE how = 'a' AND a.new_type = 0
        ), gone AS MATERIALIZED (
            SELECT d.*
            FROM (SELECT array_agg(g.classid) AS c, array_agg(g.objid) AS o, array_agg(g.col) AS n FROM going g) g,
                 chronos.doomed(g.c, g.o, g.n, cascades) d
            WHERE g.c IS NOT NULL
        ), whole AS MATERIALIZED (
            SELECT g.objid FROM gone g WHERE g.classid = 'pg_class'::regclass AND g.objsubid = 0
        ), changed AS (
            SELECT g.objid, g.objsubid FROM gone g WHERE g.classid = 'pg_class'::regclass AND g.objsubid > 0
            UNION
            SELECT l.objid, l.objsubid
            FROM aimed a, chronos.columns_like(a.objid, a.col) l
            WHERE how = 'a' AND a.new_type <> 0 AND chronos.may_lose(a.objid, a.col, a.new_type, a.new_modifier, a.computed)
        ), parts AS MATERIALIZED (
            SELECT c.objid, jsonb_agg(a.attname ORDER BY a.attnum) AS names
            FROM changed c JOIN pg_attribute a ON a.attrelid = c.objid AND a.attnum = c.objsubid
            WHERE NOT EXISTS (SELECT FROM whole w WHERE w.objid = c.objid)
            GROUP BY c.objid
        )
        SELECT ARRAY(SELECT w.objid FROM whole w) || ARRAY(SELECT p.objid FROM parts p),
               (SELECT coalesce(jsonb_object_agg(p.objid, p.names), '{}') FROM parts p),
               (SELECT count(*) FROM whole w JOIN pg_class c ON c.oid = w.objid AND c.relkind = 'v')
               + (SELECT count(*) FROM gone g WHERE g.classid = 'pg_proc'::regclass AND NOT g.objid = ANY (objids))
               -- Of tables that stay.
               + (SELECT count(*) FROM gone g JOIN pg_constraint c ON c.oid = g.objid AND c.contype = 'f'
                  WHERE g.classid = 'pg_constraint'::regclass AND NOT EXISTS (SELECT FROM whole w WHERE w.objid = c.conrelid))
        INTO relations, lost_columns, dependents;
    END IF;
    stakes := ARRAY(SELECT s FROM chronos.weigh(relations, lost_columns) s);
    IF stakes <> '{}' THEN
        SELECT w.* INTO loss, detail, obstacle, locking
        FROM chronos.guard_words(tag || ' destroys', stakes, dependents) w;
    END IF;
END
$$;
COMMENT ON FUNCTION chronos.guard_report(oid, text, text, boolean, oid[], oid[], int2[], oid[], int[], boolean[]) IS
    'What a command of this role destroys (how: d, it drops objects; t, it empties tables; a, it drops or retypes columns), in words, why no snapshot could hold all of it, and how to keep others from writing until one does; null if no data is at stake, or the role may not do it.';

CREATE FUNCTION chronos.guard_rows_report(deed text, relation oid, OUT loss text, OUT detail text, OUT obstacle text, OUT locking text)
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT w.loss, w.detail, w.obstacle, w.locking
    FROM (SELECT ARRAY(SELECT s FROM chronos.weigh(ARRAY(SELECT chronos.emptied(ARRAY[relation], ARRAY[false], false)), '{}') s)) t(stakes),
         chronos.guard_words(deed || ' every row of', t.stakes, 0) w
    WHERE t.stakes <> '{}'
$$;
COMMENT ON FUNCTION chronos.guard_rows_report(text, oid) IS 'What a statement changes that changes every row of a table, in words.';

REVOKE ALL ON FUNCTION chronos.guard_report(oid, text, text, boolean, oid[], oid[], int2[], oid[], int[], boolean[]),
    chronos.guard_rows_report(text, oid), chronos.guard_words(text, chronos.stake[], bigint),
    chronos.newest_snapshot_with(oid[]), chronos.weigh(oid[], jsonb) FROM PUBLIC;

CREATE FUNCTION chronos.on_guarded_command() RETURNS event_trigger LANGUAGE c
AS 'MODULE_PATHNAME', 'chronos_on_guarded_command';
COMMENT ON FUNCTION chronos.on_guarded_command() IS
    'Stands before commands that destroy data, where the library was not loaded before they began.';
CREATE EVENT TRIGGER chronos_guard ON ddl_command_start
    WHEN TAG IN ('DROP TABLE', 'DROP SCHEMA', 'DROP MATERIALIZED VIEW', 'DROP FOREIGN TABLE', 'DROP VIEW', 'DROP SEQUENCE', 'DROP EXTENSION',
                 'DROP TYPE', 'DROP DOMAIN', 'DROP OWNED', 'DROP FUNCTION', 'DROP PROCEDURE', 'DROP ROUTINE', 'DROP AGGREGATE',
                 'DROP COLLATION', 'DROP ACCESS METHOD', 'DROP OPERATOR', 'DROP OPERATOR CLASS', 'DROP OPERATOR FAMILY', 'DROP LANGUAGE',
                 'ALTER TABLE', 'ALTER TYPE')
    EXECUTE FUNCTION chronos.on_guarded_command();
ALTER EVENT TRIGGER chronos_guard ENABLE ALWAYS;
COMMENT ON EVENT TRIGGER chronos_guard IS 'Asks the guard before a command that may destroy data.';
