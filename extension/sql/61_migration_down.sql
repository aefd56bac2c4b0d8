-- The way back where nobody wrote one: the plan from the schema after a migration to the one before.

CREATE FUNCTION chronos.versions_outside(undone bigint) RETURNS text[]
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN (
        WITH later AS (
            SELECT m.version_before, m.version_after FROM chronos.migration m
            WHERE m.timeline = chronos.current_timeline() AND m.version_before >= undone AND m.version_after > undone
        ), gap AS (
            SELECT lag(l.version_after, 1, undone) OVER (ORDER BY l.version_after) AS since, l.version_before AS until FROM later l
        )
        SELECT coalesce(array_agg(v ORDER BY g.since, nr) FILTER (WHERE g.since <> g.until), '{}')
               || ARRAY[(SELECT coalesce(max(l.version_after), undone) FROM later l)::text, 'live']
        FROM gap g CROSS JOIN LATERAL unnest(ARRAY[g.since, g.until]::text[]) WITH ORDINALITY u(v, nr));
END $$;
COMMENT ON FUNCTION chronos.versions_outside(bigint) IS
    'Pairs of versions, one after the other, between which something else than the migrations after a version may have changed the schema, up to now.';

CREATE FUNCTION chronos.derived_down("from" text, "to" text, OUT script text, OUT transactional boolean, OUT losses jsonb)
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    settings text;
BEGIN
    -- The order of columns is part of the schema before. A table is made anew for it only if nothing is there that its versions do not know.
    SELECT string_agg(concat_ws(E'\n',
               CASE WHEN p.hazards && '{data_loss,not_reversible}' THEN format('-- %s', array_to_string(p.hazards, ', '))
                    WHEN 'rewrite' = ANY (p.hazards) THEN concat('-- ', array_to_string(p.hazards, ', '),
                        ': ' || p.rows_at_stake || ' rows, ' || p.bytes_at_stake || ' bytes as it was derived') END,
               '-- ' || replace(p.note, E'\n', ' '), regexp_replace(p.statement, ';?\s*$', ';')), E'\n' ORDER BY p.step),
           coalesce(bool_and(p.transactional), true),
           coalesce(jsonb_agg(jsonb_build_object('kind', p.kind, 'identity', p.identity, 'statement', p.statement, 'rows', p.rows_at_stake,
                                                 'bytes', p.bytes_at_stake, 'note', p.note) ORDER BY p.step)
                    FILTER (WHERE p.hazards && '{data_loss,not_reversible}'), '[]')
    INTO script, transactional, losses
    FROM chronos.plan_between(chronos.plan_facts("from"), chronos.plan_facts("to"), true,
                              chronos.versions_outside(chronos.resolve("from"))) p;
    settings := (SELECT string_agg(format('SET %s%s;', CASE WHEN transactional THEN 'LOCAL ' END, s), E'\n')
                 FROM unnest(ARRAY['standard_conforming_strings = on', 'check_function_bodies = off', 'search_path = ''''']) s);
    -- Names are spelled out, and bodies are not looked at before all is there.
    script := concat_ws(E'\n', format('-- derived by Chronos from the schema versions %s and %s', "from", "to"),
                        CASE WHEN NOT transactional THEN '-- chronos: no-transaction' END,
                        settings, script) || E'\n';
END $$;
COMMENT ON FUNCTION chronos.derived_down(text, text) IS
    'A script that leads from one schema version to another, with the columns of tables in their order, whether it can be one transaction, and what it cannot bring back or destroys, with rows and bytes as they are now.';
