-- What a tool's table says: its revisions, the newest of them, and which are news since the last look.

CREATE FUNCTION chronos.tool_revisions(relation oid, tool chronos.tool) RETURNS SETOF chronos.tool_revision
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
SET DateStyle = 'ISO, YMD'
SET TimeZone = 'UTC'
AS $$
DECLARE
    names constant text[] := ARRAY(SELECT split_part(c, ':', 1) FROM unnest(tool.columns) c WHERE c LIKE '%:%');
    numbers constant text[] := ARRAY(SELECT split_part(c, ':', 1) FROM unnest(tool.columns) c WHERE c LIKE '%:N');
BEGIN
    RETURN QUERY
    WITH seen AS MATERIALIZED (
        SELECT r.nr, r.own, jsonb_object(names, r.row_values) AS facts
        FROM chronos.tool_rows(relation, names) WITH ORDINALITY r(row_values, own, nr)
    ), read AS MATERIALIZED (
        SELECT s.nr, s.own, s.facts, coalesce(s.facts ->> tool.grouping, '') AS scope,
               CASE WHEN tool.tool = 'drizzle' THEN concat(s.facts ->> 'created_at', ':', left(s.facts ->> 'hash', 12))
                    WHEN cardinality(tool.revision) = 1 THEN s.facts ->> tool.revision[1]
                    -- null if one of them is
                    ELSE (SELECT CASE WHEN bool_and(s.facts ->> n IS NOT NULL) THEN string_agg(s.facts ->> n, tool.separator ORDER BY k) END
                          FROM unnest(tool.revision) WITH ORDINALITY u(n, k)) END AS revision,
               CASE WHEN cardinality(tool.ordering) > 1
                    THEN (SELECT string_agg(CASE WHEN n = ANY (numbers) THEN lpad(s.facts ->> n, 40, '0') ELSE s.facts ->> n END, E'\x01' ORDER BY k)
                          FROM unnest(tool.ordering) WITH ORDINALITY u(n, k))
                    WHEN tool.ordering[1] = ANY (numbers) THEN lpad(s.facts ->> tool.ordering[1], 40, '0')
                    ELSE s.facts ->> tool.ordering[1] END AS place,
               (tool.applied IS NULL OR coalesce(s.facts ->> tool.applied, 'f') <> 'f')
               AND (tool.unapplied IS NULL OR coalesce(s.facts ->> tool.unapplied, 'f') = 'f')
               AND CASE tool.tool
                   WHEN 'flyway' THEN s.facts ->> 'type' NOT LIKE 'UNDO%' AND s.facts ->> 'type' <> 'DELETE'
                   WHEN 'atlas' THEN s.facts ->> 'version' NOT LIKE '.%' AND s.facts ->> 'applied' = s.facts ->> 'total'
                   WHEN 'goose' THEN s.facts ->> 'version_id' <> '0'  -- the row that comes with the table
                   ELSE true END AS applied
        FROM seen s
    ), ranked AS (
        SELECT r.*, row_number() OVER (PARTITION BY r.scope, r.revision ORDER BY lpad(r.facts ->> tool.latest, 40, '0') DESC) AS back
        FROM read r WHERE tool.latest IS NOT NULL
    ), named AS (
        SELECT r.nr, r.scope, r.revision, false AS is_tag, r.place, r.own, r.applied
        FROM read r WHERE tool.latest IS NULL
        UNION ALL
        SELECT r.nr, r.scope, r.revision, false, r.place, r.own, r.applied
        FROM ranked r WHERE r.back = 1
        UNION ALL
        SELECT r.nr, r.scope || ' tags', r.facts ->> tool.tag, true, r.place, r.own, r.applied
        FROM read r WHERE tool.tag IS NOT NULL
    ), placed AS (
        SELECT n.*, row_number() OVER w AS pos, count(*) OVER (PARTITION BY n.applied, n.scope) AS last
        FROM named n WHERE n.revision <> '' AND octet_length(n.revision) <= 2000
        WINDOW w AS (PARTITION BY n.applied, n.scope ORDER BY n.place COLLATE "C" NULLS FIRST, n.nr)
    )
    SELECT p.scope, p.revision, p.is_tag, p.own, p.applied, p.pos,
           p.applied AND (p.pos = p.last OR (tool.heads = 'all' AND p.pos > p.last - 100))
    FROM placed p;
END $$;
COMMENT ON FUNCTION chronos.tool_revisions(oid, chronos.tool) IS
    'The revisions that a tool''s table names.';
REVOKE ALL ON FUNCTION chronos.tool_revisions(oid, chronos.tool) FROM PUBLIC;

CREATE FUNCTION chronos.tool_heads(revisions chronos.tool_revision[]) RETURNS jsonb LANGUAGE plpgsql IMMUTABLE
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN (SELECT coalesce(jsonb_object_agg(g.scope, g.heads), '{}')
            FROM (SELECT r.scope, jsonb_agg(r.revision ORDER BY r.revision COLLATE "C") AS heads
                  FROM unnest(revisions) r WHERE r.newest GROUP BY r.scope) g);
END $$;
COMMENT ON FUNCTION chronos.tool_heads(chronos.tool_revision[]) IS 'The newest revisions, by group.';

CREATE FUNCTION chronos.tool_news(revisions chronos.tool_revision[], known jsonb, all_heads boolean)
RETURNS TABLE (scope text, revision text, own boolean, is_return boolean)
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
SET enable_hashjoin = on
AS $$
#variable_conflict use_column
BEGIN
    IF known IS NULL OR all_heads THEN
        RETURN QUERY
        SELECT r.scope, r.revision, r.own, false FROM unnest(revisions) r
        WHERE r.newest AND coalesce(NOT known -> r.scope ? r.revision, NOT r.is_tag);
        RETURN;
    END IF;
    RETURN QUERY
    WITH r AS MATERIALIZED (
        SELECT u.* FROM unnest(revisions) u WHERE u.applied
    ), s AS MATERIALIZED (
        -- Where the newest of the last look stands now.
        SELECT r.scope, known -> r.scope ->> 0 AS was,
               max(r.place) FILTER (WHERE r.revision = known -> r.scope ->> 0) AS place,
               coalesce(bool_or(r.own) FILTER (WHERE r.revision = known -> r.scope ->> 0), false) AS own
        FROM r GROUP BY r.scope
    ), after AS (
        SELECT r.*, s.was, row_number() OVER (PARTITION BY r.scope, r.own ORDER BY r.place DESC) AS back
        FROM r JOIN s USING (scope)
        WHERE (s.was IS NULL OR s.place IS NOT NULL) AND r.revision IS DISTINCT FROM s.was
          -- A row from before that is written anew is none, but one that arrives late is.
          AND (r.place > coalesce(s.place, 0) OR (r.own AND NOT s.own))
    )
    -- What came after it: the last of this transaction, and the last of others.
    SELECT a.scope, a.revision, a.own, false FROM after a WHERE a.back = 1
    UNION ALL
    -- It is gone: what is the newest now may have been so before. Tags stay with what they named.
    SELECT r.scope, r.revision, r.own, true
    FROM r JOIN s USING (scope)
    WHERE s.was IS NOT NULL AND s.place IS NULL AND r.newest AND NOT r.is_tag;
END $$;
COMMENT ON FUNCTION chronos.tool_news(chronos.tool_revision[], jsonb, boolean) IS
    'The revisions that came since the newest were those in known (null: nobody has looked yet): whether the present transaction wrote the row, and whether it is the newest only because others are gone.';
