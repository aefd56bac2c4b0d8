-- schema.gaps, schema.drift: does the record say what is there?

CREATE FUNCTION chronos.check_schema_history() RETURNS SETOF chronos.finding
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT 'schema.gaps', 'schema', 'warning'::chronos.severity,
           format('%s committed changes of the schema are in no version yet', count(*)),
           jsonb_build_object('gaps', count(*), 'oldest', min(g.noted_at), 'reasons', jsonb_agg(DISTINCT g.reason),
                              'message', min(g.message)),
           'SELECT chronos.reconcile() records them; the message says what went wrong.'
    FROM chronos.gap g
    HAVING count(*) > 0
    UNION ALL
    SELECT 'schema.drift', 'schema', 'warning',
           format('%s made between %s and %s was seen by nobody when it was made',
                  CASE count(*) WHEN 1 THEN format('version %s,', min(v.number)) ELSE format('%s versions, the last of them %s,', count(*), max(v.number)) END,
                  coalesce(min(v.observed_after)::text, 'the beginning'), max(v.committed_at)),
           jsonb_build_object('versions', jsonb_agg(v.number ORDER BY v.number)),
           'chronosctl show VERSION says what changed. Give it a label (chronos.label) if it is meant to stay.'
    FROM chronos.version v
    WHERE v.timeline = chronos.current_timeline() AND v.cause = 'unobserved' AND v.committed_at > now() - interval '30 days'
      AND NOT EXISTS (SELECT FROM chronos.label l WHERE l.timeline = v.timeline AND l.number = v.number)
    HAVING count(*) > 0
$$;
COMMENT ON FUNCTION chronos.check_schema_history() IS
    'Changes that are in no version, and versions of the last 30 days that only a comparison found and that nobody has given a label: schema.gaps, schema.drift.';
REVOKE ALL ON FUNCTION chronos.check_schema_history() FROM PUBLIC;
