-- The way back where nobody wrote one: the plan from the schema after a migration to the one before.

CREATE FUNCTION chronos.derived_down("from" text, "to" text, OUT script text, OUT transactional boolean, OUT losses jsonb)
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    settings text;
BEGIN
    SELECT string_agg(concat_ws(E'\n',
               CASE WHEN p.hazards && '{data_loss,not_reversible}' THEN format('-- %s', array_to_string(p.hazards, ', ')) END,
               '-- ' || replace(p.note, E'\n', ' '), regexp_replace(p.statement, ';?\s*$', ';')), E'\n' ORDER BY p.step),
           coalesce(bool_and(p.transactional), true),
           coalesce(jsonb_agg(jsonb_build_object('kind', p.kind, 'identity', p.identity, 'statement', p.statement, 'rows', p.rows_at_stake,
                                                 'bytes', p.bytes_at_stake, 'note', p.note) ORDER BY p.step)
                    FILTER (WHERE p.hazards && '{data_loss,not_reversible}'), '[]')
    INTO script, transactional, losses
    FROM chronos.plan("from", "to") p;
    settings := (SELECT string_agg(format('SET %s%s;', CASE WHEN transactional THEN 'LOCAL ' END, s), E'\n')
                 FROM unnest(ARRAY['standard_conforming_strings = on', 'check_function_bodies = off', 'search_path = ''''']) s);
    -- Names are spelled out, and bodies are not looked at before all is there.
    script := concat_ws(E'\n', format('-- derived by Chronos from the schema versions %s and %s', "from", "to"),
                        CASE WHEN NOT transactional THEN '-- chronos: no-transaction' END,
                        settings, script) || E'\n';
END $$;
COMMENT ON FUNCTION chronos.derived_down(text, text) IS
    'A script that leads from one schema version to another, whether it can be one transaction, and what it cannot bring back or destroys, with rows and bytes as they are now.';
