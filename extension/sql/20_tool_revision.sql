-- What a tool's table says: its revisions, the newest of them, and which are news since the last look.

CREATE FUNCTION chronos.tool_counts(tool text, facts jsonb) RETURNS boolean LANGUAGE plpgsql IMMUTABLE
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN CASE tool
        WHEN 'flyway' THEN facts ->> 'type' NOT LIKE 'UNDO%' AND facts ->> 'type' <> 'DELETE'
        WHEN 'atlas' THEN facts ->> 'version' NOT LIKE '.%' AND facts ->> 'applied' = facts ->> 'total'
        WHEN 'goose' THEN facts ->> 'version_id' <> '0'
        ELSE true END;
END $$;
COMMENT ON FUNCTION chronos.tool_counts(text, jsonb) IS
    'Whether a row stands for an applied revision, where chronos.tool has no column for that.';

CREATE FUNCTION chronos.tool_revisions(relation oid, tool chronos.tool) RETURNS SETOF chronos.tool_revision
LANGUAGE plpgsql VOLATILE
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
                    -- null if one of them is
                    ELSE (SELECT CASE WHEN bool_and(s.facts ->> n IS NOT NULL) THEN string_agg(s.facts ->> n, tool.separator ORDER BY k) END
                          FROM unnest(tool.revision) WITH ORDINALITY u(n, k)) END AS revision,
               (SELECT string_agg(CASE WHEN n = ANY (numbers) THEN lpad(s.facts ->> n, 40, '0') ELSE s.facts ->> n END, E'\x01' ORDER BY k)
                FROM unnest(tool.ordering) WITH ORDINALITY u(n, k)) AS place,
               (tool.applied IS NULL OR coalesce(s.facts ->> tool.applied, 'f') <> 'f')
               AND (tool.unapplied IS NULL OR coalesce(s.facts ->> tool.unapplied, 'f') = 'f')
               AND coalesce(chronos.tool_counts(tool.tool, s.facts), false) AS applied
        FROM seen s
    ), ranked AS (
        SELECT r.*, row_number() OVER (PARTITION BY r.scope, r.revision ORDER BY lpad(r.facts ->> tool.latest, 40, '0') DESC) AS back
        FROM read r
    ), named AS (
        SELECT r.nr, r.scope, r.revision, false AS is_tag, r.place, r.own, r.applied
        FROM ranked r WHERE tool.latest IS NULL OR r.back = 1
        UNION ALL
        SELECT r.nr, r.scope || ' tags', r.facts ->> tool.tag, true, r.place, r.own, r.applied
        FROM read r WHERE tool.tag IS NOT NULL
    )
    SELECT n.scope, n.revision, n.is_tag, coalesce(n.place, ''), n.own, n.applied
    FROM named n WHERE n.revision <> '' AND octet_length(n.revision) <= 2000
    ORDER BY n.nr;
END $$;
COMMENT ON FUNCTION chronos.tool_revisions(oid, chronos.tool) IS
    'The revisions that a tool''s table names, with the place of each in the order, whether the present transaction wrote the row, and whether it is applied.';
REVOKE ALL ON FUNCTION chronos.tool_revisions(oid, chronos.tool) FROM PUBLIC;

CREATE FUNCTION chronos.tool_heads(tool chronos.tool, revisions chronos.tool_revision[]) RETURNS jsonb LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN (
        SELECT coalesce(jsonb_object_agg(g.scope, g.heads), '{}') FROM (
            SELECT r.scope, jsonb_agg(r.revision ORDER BY r.revision COLLATE "C") AS heads
            FROM (SELECT u.scope, u.revision,
                         row_number() OVER (PARTITION BY u.scope ORDER BY u.place COLLATE "C" DESC, u.nr DESC) AS back
                  FROM unnest(revisions) WITH ORDINALITY u(scope, revision, is_tag, place, own, applied, nr)
                  WHERE u.applied) r
            WHERE r.back = 1 OR (tool.heads = 'all' AND r.back <= 100)
            GROUP BY r.scope) g);
END $$;
COMMENT ON FUNCTION chronos.tool_heads(chronos.tool, chronos.tool_revision[]) IS
    'The newest revisions, by group.';

CREATE FUNCTION chronos.tool_news(tool chronos.tool, revisions chronos.tool_revision[], known jsonb)
RETURNS TABLE (scope text, revision text, own boolean, is_return boolean)
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
SET enable_hashjoin = on
AS $$
#variable_conflict use_column
DECLARE
    heads constant jsonb := chronos.tool_heads(tool, revisions);
BEGIN
    RETURN QUERY
    WITH r AS MATERIALIZED (
        SELECT u.scope, u.revision, u.is_tag, u.own, heads -> u.scope ? u.revision AS head,
               row_number() OVER (PARTITION BY u.scope ORDER BY u.place COLLATE "C", u.nr) AS pos
        FROM unnest(revisions) WITH ORDINALITY u(scope, revision, is_tag, place, own, applied, nr)
        WHERE u.applied
    ), s AS MATERIALIZED (
        -- Where the newest of the last look stands now.
        SELECT g.scope, known -> g.scope ->> 0 AS was, max(o.pos) AS pos, coalesce(bool_or(o.own), false) AS own
        FROM (SELECT DISTINCT r.scope FROM r) g
        LEFT JOIN r o ON o.scope = g.scope AND o.revision = known -> g.scope ->> 0
        GROUP BY g.scope
    )
    -- The first look, and tools of which only the newest is to be seen.
    SELECT DISTINCT r.scope, r.revision, r.own, false FROM r
    WHERE r.head AND (known IS NULL OR (tool.heads = 'all' AND NOT coalesce(known -> r.scope ? r.revision, false)))
      AND NOT (known IS NULL AND r.is_tag)
    UNION ALL
    -- What came after it: the last of this transaction, and the last of others.
    SELECT n.scope, n.revision, n.own, false
    FROM (SELECT r.*, row_number() OVER (PARTITION BY r.scope, r.own ORDER BY r.pos DESC) AS back
          FROM r JOIN s USING (scope)
          WHERE known IS NOT NULL AND tool.heads = 'last' AND (s.was IS NULL OR s.pos IS NOT NULL) AND r.revision IS DISTINCT FROM s.was
            -- A row from before that is written anew is none, but one that arrives late is.
            AND (r.pos > coalesce(s.pos, 0) OR (r.own AND NOT s.own))) n
    WHERE n.back = 1
    UNION ALL
    -- It is gone: what is the newest now may have been so before. Tags stay with what they named.
    SELECT r.scope, r.revision, r.own, true
    FROM r JOIN s USING (scope)
    WHERE known IS NOT NULL AND tool.heads = 'last' AND s.was IS NOT NULL AND s.pos IS NULL AND r.head AND NOT r.is_tag;
END $$;
COMMENT ON FUNCTION chronos.tool_news(chronos.tool, chronos.tool_revision[], jsonb) IS
    'The revisions that came since the newest were those in known (null: nobody has looked yet): whether the present transaction wrote the row, and whether it is the newest only because others are gone.';
