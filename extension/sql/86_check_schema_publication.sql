-- schema.publication_keys: tables on which UPDATE and DELETE fail.

CREATE FUNCTION chronos.check_schema_publication() RETURNS SETOF chronos.finding
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT 'schema.publication_keys', 'schema', 'warning'::chronos.severity,
           format('%s published with UPDATE or DELETE, but has no key to tell rows by: such statements on it fail',
                  CASE count(*) WHEN 1 THEN format('table %s is', min(t.name)) ELSE format('%s tables, among them %s, each', count(*), min(t.name)) END),
           jsonb_build_object('tables', jsonb_agg(jsonb_build_object('table', t.name, 'publication', t.pubname) ORDER BY t.name)),
           'Give it a primary key, or ALTER TABLE … REPLICA IDENTITY FULL.'
    FROM (SELECT c.oid::regclass::text AS name, min(p.pubname) AS pubname
          FROM pg_publication p
          JOIN pg_publication_tables pt ON pt.pubname = p.pubname
          JOIN pg_namespace n ON n.nspname = pt.schemaname
          JOIN pg_class c ON c.relnamespace = n.oid AND c.relname = pt.tablename
          WHERE (p.pubupdate OR p.pubdelete) AND c.relkind = 'r'
            AND CASE c.relreplident
                WHEN 'f' THEN false
                WHEN 'n' THEN true
                WHEN 'i' THEN NOT EXISTS (SELECT FROM pg_index i WHERE i.indrelid = c.oid AND i.indisreplident)
                ELSE NOT EXISTS (SELECT FROM pg_index i WHERE i.indrelid = c.oid AND i.indisprimary) END
          GROUP BY c.oid) t
    HAVING count(*) > 0
$$;
COMMENT ON FUNCTION chronos.check_schema_publication() IS
    'Tables in a publication of UPDATE or DELETE that have no replica identity: schema.publication_keys.';
REVOKE ALL ON FUNCTION chronos.check_schema_publication() FROM PUBLIC;
