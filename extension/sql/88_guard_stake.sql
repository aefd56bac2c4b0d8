-- What is at stake, and which snapshot holds it, in numbers and in words.

CREATE TYPE chronos.stake AS (relation oid, columns text[], kind text, rows bigint, bytes bigint, is_copied boolean);
COMMENT ON TYPE chronos.stake IS
    'A relation whose rows, or of which these columns, would be lost; rows as the statistics have them, null if they do not know; bytes without indexes; whether snapshots have its rows.';

CREATE FUNCTION chronos.put_aside(relation oid) RETURNS boolean
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    -- What has another name in the newest version got this one in this transaction, and what is in no version was made in it.
    RETURN EXISTS (
        SELECT FROM pg_class c
        JOIN pg_class n ON n.relnamespace = c.relnamespace AND n.relkind = c.relkind AND chronos.plan_aside(n.oid::regclass::text) = quote_ident(c.relname)
        JOIN chronos.fact f ON f.timeline = chronos.current_timeline() AND f.until IS NULL AND f.classid = 'pg_class'::regclass AND f.objid = c.oid
        WHERE c.oid = relation AND f.identity <> c.oid::regclass::text AND NOT EXISTS (
            SELECT FROM chronos.fact r
            WHERE r.timeline = f.timeline AND r.until IS NULL AND r.classid = 'pg_class'::regclass AND r.objid = n.oid));
END
$$;
COMMENT ON FUNCTION chronos.put_aside(oid) IS
    'Whether a table was put aside in this transaction, as a plan does that has copied its rows into the one that took its name.';

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
      AND NOT (c.relname LIKE 'chronos\_old\_%' AND chronos.put_aside(c.oid))
      AND b.bytes >= pg_size_bytes(current_setting('chronos.guard_threshold'))
$$;
COMMENT ON FUNCTION chronos.weigh(oid[], jsonb) IS
    'What is in these relations: temporary ones, those of chronos, empty ones, those below chronos.guard_threshold and those whose rows a plan has copied count as nothing.';

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
        CASE WHEN dependents = 1 THEN '1 object that depends on them goes too.'
             WHEN dependents > 1 THEN format('%s objects that depend on them go too.', dependents) END,
        obstacle,
        CASE WHEN kept.id IS NULL THEN 'No snapshot of this server holds them.'
             ELSE format('Snapshot %s, taken %s ago, held them as they were then%s.', kept.id, date_trunc('second', clock_timestamp() - kept.taken_at),
                         CASE WHEN kept.is_proved THEN ', and a drill has restored it' ELSE '; no drill has restored it' END) END);
END
$$;
COMMENT ON FUNCTION chronos.guard_words(text, chronos.stake[], bigint) IS
    'What is at stake, in words, after those that say what is done to it.';
REVOKE ALL ON FUNCTION chronos.guard_words(text, chronos.stake[], bigint), chronos.newest_snapshot_with(oid[]), chronos.weigh(oid[], jsonb) FROM PUBLIC;
