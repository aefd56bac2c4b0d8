-- What a script destroys, as the guard sees it.

CREATE FUNCTION chronos.migration_targets(script text) RETURNS text[] LANGUAGE c VOLATILE STRICT
AS 'MODULE_PATHNAME', 'chronos_migration_targets';
COMMENT ON FUNCTION chronos.migration_targets(text) IS
    'What the statements of a script aim at that drop, empty or change what holds rows, as JSON for chronos.migration_losses; names are looked up in the search path of the session. Empty for a script that cannot be read.';

CREATE FUNCTION chronos.migration_losses(targets text[])
RETURNS TABLE (kind text, identity text, column_name text, rows bigint, bytes bigint)
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
SET jit = off AS $$
DECLARE
    target jsonb;
    reach record;
BEGIN
    FOREACH target IN ARRAY targets LOOP
        SELECT r.relations, r.lost_columns INTO reach
        FROM (SELECT array_agg((i ->> 0)::oid) AS c, array_agg((i ->> 1)::oid) AS o, array_agg((i ->> 2)::int2) AS n,
                     array_agg((i ->> 3)::oid) AS t, array_agg((i ->> 4)::int) AS m, array_agg((i ->> 5)::boolean) AS u
              FROM jsonb_array_elements(target -> 'items') i) a,
             LATERAL chronos.reached(target ->> 'how', (target ->> 'cascades')::boolean, a.c, a.o, a.n, a.t, a.m, a.u) r;
        RETURN QUERY
        WITH held AS MATERIALIZED (
            SELECT c.oid, c.relkind, format('%I.%I', n.nspname, c.relname) AS named
            FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
            WHERE c.oid = ANY (reach.relations) AND c.relkind IN ('r', 'p', 'm') AND c.relpersistence <> 't'
              AND n.nspname <> 'chronos' AND EXISTS (SELECT FROM pg_partition_tree(c.oid) p WHERE p.isleaf AND pg_relation_size(p.relid) > 0
                                                     UNION ALL SELECT WHERE pg_relation_size(c.oid) > 0)
        )
        -- Partitions and heirs are counted with what they are part of.
        SELECT CASE h.relkind WHEN 'm' THEN 'materialized view' ELSE 'table' END, h.named, l.name, s.rows, s.bytes
        FROM held h
        LEFT JOIN LATERAL jsonb_array_elements_text(reach.lost_columns -> h.oid::text) l(name) ON true,
             LATERAL chronos.plan_stake(h.named, l.name) s
        WHERE NOT EXISTS (SELECT FROM pg_inherits i JOIN held p ON p.oid = i.inhparent WHERE i.inhrelid = h.oid)
        ORDER BY h.named, l.name;
    END LOOP;
END $$;
COMMENT ON FUNCTION chronos.migration_losses(text[]) IS
    'The tables, materialized views and columns that are lost by what chronos.migration_targets() has found, with CASCADE and all, and how much is in them now; rows are null where no statistics know them.';

CREATE FUNCTION chronos.migration_losses_text(script text) RETURNS text LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    targets text[];
BEGIN
    -- The names of a script are meant as its statements will see them.
    PERFORM set_config('search_path', (SELECT s.reset_val FROM pg_settings s WHERE s.name = 'search_path'), true);
    targets := chronos.migration_targets(script);
    PERFORM pg_catalog.set_config('search_path', 'pg_catalog, pg_temp', true);
    RETURN (SELECT string_agg(concat(CASE WHEN l.column_name IS NOT NULL THEN format('column %I of ', l.column_name) END,
                                     l.kind, ' ', l.identity, ': ', coalesce(l.rows::text, 'an unknown number of'), CASE l.rows WHEN 1 THEN ' row' ELSE ' rows' END), E'\n')
            FROM chronos.migration_losses(targets) l WHERE coalesce(l.rows, l.bytes) > 0);
END $$;
COMMENT ON FUNCTION chronos.migration_losses_text(text) IS 'The rows that a script destroys, a line for each table or column; null if there are none.';

REVOKE ALL ON FUNCTION chronos.migration_targets(text), chronos.migration_losses(text[]), chronos.migration_losses_text(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION chronos.migration_targets(text), chronos.migration_losses(text[]), chronos.migration_losses_text(text) TO pg_database_owner;
