-- Which object of one side is which of the other.

CREATE FUNCTION chronos.plan_paired(before chronos.plan_fact[], after chronos.plan_fact[]) RETURNS chronos.plan_item[]
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
SET enable_nestloop = off
SET jit = off
AS $$
BEGIN
    RETURN (
        WITH o AS MATERIALIZED (SELECT * FROM unnest(before) WITH ORDINALITY
                 f(kind, identity, definition, object, place, attributes, nr)),
        n AS MATERIALIZED (SELECT * FROM unnest(after) WITH ORDINALITY
                 f(kind, identity, definition, object, place, attributes, nr)),
        known AS MATERIALIZED (
            SELECT o.nr AS onr, n.nr AS nnr FROM o JOIN n ON o.kind = n.kind AND o.object = n.object
            -- Those for another role are others.
            WHERE o.kind NOT IN ('user mapping', 'default privileges') OR o.identity = n.identity),
        pair AS MATERIALIZED (
            SELECT onr, nnr FROM known
            UNION ALL
            SELECT x.nr, y.nr
            FROM (SELECT * FROM o WHERE NOT EXISTS (SELECT FROM known k WHERE k.onr = o.nr)) x
            FULL JOIN (SELECT * FROM n WHERE NOT EXISTS (SELECT FROM known k WHERE k.nnr = n.nr)) y
                 ON x.kind = y.kind AND x.identity = y.identity)
        SELECT array_agg(ROW(i.nr, i.kind, i.old_identity, i.identity, i.old, i.old, i.new, i.old_attributes, i.attributes, i.same,
                   CASE WHEN i.old IS NULL THEN 'add' WHEN i.new IS NULL THEN 'drop'
                        WHEN i.old - '{depends_on}'::text[] = i.new - '{depends_on}'::text[] AND i.old_identity = i.identity THEN 'keep' ELSE 'alter' END,
                   false, '{}', NULL, NULL, NULL, NULL, NULL, NULL)::chronos.plan_item ORDER BY i.nr)
        FROM (SELECT row_number() OVER (ORDER BY coalesce(n.kind, o.kind) COLLATE "C", coalesce(n.identity, o.identity) COLLATE "C")::int AS nr,
                     coalesce(n.kind, o.kind) AS kind, o.identity AS old_identity, n.identity, o.definition AS old, n.definition AS new,
                     o.attributes AS old_attributes, n.attributes, coalesce(o.place = n.place, false) AS same
              FROM pair p LEFT JOIN o ON o.nr = p.onr LEFT JOIN n ON n.nr = p.nnr) i);
END
$$;
COMMENT ON FUNCTION chronos.plan_paired(chronos.plan_fact[], chronos.plan_fact[]) IS
    'Joins the objects of both sides: by their number through time, else by kind and name.';

CREATE FUNCTION chronos.plan_item_names(kind text, old jsonb) RETURNS text[]
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    -- What stands in a body that is a string is looked up when it runs.
    IF kind IN ('function', 'procedure') AND old ->> 'definition' ~ '\nAS ' THEN
        RETURN chronos.plan_names(chronos.plan_header(old ->> 'definition'));
    END IF;
    RETURN chronos.plan_names((old - '{comment,acl,depends_on}'::text[])::text);
END
$$;
COMMENT ON FUNCTION chronos.plan_item_names(text, jsonb) IS 'The qualified names that the facts of an object hold.';

CREATE FUNCTION chronos.plan_renames(items chronos.plan_item[]) RETURNS text[]
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN coalesce((
        SELECT array_agg(DISTINCT p.pair)
        FROM unnest(items) i
        CROSS JOIN LATERAL (
            SELECT unnest(chronos.plan_pairs(i.old_identity, i.identity)) WHERE i.old_identity <> i.identity
            UNION ALL
            SELECT unnest(chronos.plan_pairs(quote_ident(i.old ->> 'schema'), quote_ident(i.new ->> 'schema'))) WHERE i.kind = 'extension'
            UNION ALL
            SELECT unnest(chronos.plan_pairs(o.label, n.label))
            FROM jsonb_array_elements_text(i.old -> 'labels') WITH ORDINALITY o(label, nr)
            JOIN jsonb_array_elements_text(i.new -> 'labels') WITH ORDINALITY n(label, nr) USING (nr)
            WHERE i.same AND i.action = 'alter' AND o.label <> n.label
              AND jsonb_array_length(i.old -> 'labels') = jsonb_array_length(i.new -> 'labels')) p(pair)
        WHERE i.action = 'alter'), '{}');
END
$$;
COMMENT ON FUNCTION chronos.plan_renames(chronos.plan_item[]) IS
    'The words that renames of objects and of enum values put in place of others, in all texts.';

CREATE FUNCTION chronos.plan_carried(items chronos.plan_item[]) RETURNS chronos.plan_item[]
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
SET jit = off
AS $$
DECLARE
    renames text[] := chronos.plan_renames(items);
    columns jsonb;
BEGIN
    -- A rename of a column is in the texts of those that name its table.
    SELECT jsonb_object_agg(t.old_identity, t.pairs) INTO columns
    FROM (SELECT i.old_identity, (
                     SELECT to_jsonb(array_agg(pair)) FROM chronos.plan_columns(i, '{}') c
                     CROSS JOIN LATERAL unnest(chronos.plan_pairs(quote_ident(c.old_name), quote_ident(c.name))) pair
                     WHERE c.old_name <> c.name) AS pairs
          FROM unnest(items) i
          WHERE i.action = 'alter' AND i.kind IN ('table', 'foreign table', 'view', 'materialized view', 'type')) t
    WHERE t.pairs IS NOT NULL;
    IF cardinality(renames) = 0 AND columns IS NULL THEN
        RETURN items;
    END IF;
    RETURN (
        SELECT array_agg(CASE WHEN i.action <> 'alter' THEN i ELSE
            ROW(i.nr, i.kind, i.old_identity, i.identity, i.old,
                chronos.plan_carry(i.old, i.new, p.pairs, CASE WHEN i.kind IN ('function', 'procedure')
                    THEN '{definition,comment,acl,owner,labels}'::text[] ELSE '{columns,attributes,comment,acl,owner,labels}' END),
                i.new, i.old_attributes, i.attributes, i.same, i.action, i.late, p.pairs, i.names, NULL, NULL, NULL, NULL, NULL)::chronos.plan_item END ORDER BY i.nr)
        FROM unnest(items) i
        CROSS JOIN LATERAL (
            -- An extension moves by itself only when its schema is renamed.
            SELECT CASE WHEN i.kind = 'extension' THEN ARRAY(
                SELECT p FROM unnest(items) s CROSS JOIN LATERAL unnest(chronos.plan_pairs(s.old_identity, s.identity)) p WHERE s.kind = 'schema' AND s.action = 'alter')
                ELSE renames END || coalesce((
                SELECT array_agg(DISTINCT w) FROM jsonb_each(columns) c
                CROSS JOIN LATERAL jsonb_array_elements_text(c.value) w
                WHERE i.action = 'alter' AND (c.key = i.old_identity OR c.key = ANY (chronos.plan_item_names(i.kind, i.old)))), '{}') AS pairs) p);
END
$$;
COMMENT ON FUNCTION chronos.plan_carried(chronos.plan_item[]) IS
    'Objects as they read after all renames, so that only what else differs is left.';

CREATE FUNCTION chronos.plan_stored(fact chronos.plan_fact) RETURNS chronos.state
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN (
        SELECT ROW(f.timeline, f.classid, f.objid, f.kind, f.identity, f.hash, NULL, f.attributes, f.object)::chronos.state
        FROM chronos.fact f
        WHERE f.object = fact.object AND f.kind = fact.kind AND concat_ws(' ', f.timeline, f.classid, f.objid) = fact.place
        ORDER BY f.attributes = fact.attributes DESC, f.since DESC LIMIT 1);
END
$$;
COMMENT ON FUNCTION chronos.plan_stored(chronos.plan_fact) IS
    'A recorded state of a table with the columns that it has in a plan; if there is none, its last one under the same oid.';

CREATE FUNCTION chronos.plan_followed(INOUT before chronos.plan_fact[], INOUT after chronos.plan_fact[])
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
SET enable_nestloop = off
SET jit = off
AS $$
DECLARE
    pair record;
    older chronos.state;
    newer chronos.state;
    keys record;
    held text[];
    wanted text[];
BEGIN
    FOR pair IN
        SELECT b.nr AS old_nr, a.nr, b.attributes AS old_attributes, a.attributes
        FROM unnest(before) WITH ORDINALITY b(kind, identity, definition, object, place, attributes, nr)
        JOIN unnest(after) WITH ORDINALITY a(kind, identity, definition, object, place, attributes, nr) ON a.kind = b.kind AND a.object = b.object
        WHERE a.place <> b.place AND cardinality(a.attributes) > 0 AND cardinality(b.attributes) > 0
          AND (a.definition -> 'columns' IS DISTINCT FROM b.definition -> 'columns' OR a.definition -> 'attributes' IS DISTINCT FROM b.definition -> 'attributes')
    LOOP
        older := chronos.plan_stored(before[pair.old_nr]);
        newer := chronos.plan_stored(after[pair.nr]);
        keys := chronos.column_keys(older, newer);
        CONTINUE WHEN keys.old_keys IS NULL OR keys.new_keys IS NULL;
        held := ARRAY(SELECT coalesce(keys.old_keys[array_position(older.attributes, n)], 'held ' || n)
                      FROM unnest(pair.old_attributes) WITH ORDINALITY u(n, nr) ORDER BY nr);
        wanted := ARRAY(SELECT coalesce(keys.new_keys[array_position(newer.attributes, n)], 'wanted ' || n)
                        FROM unnest(pair.attributes) WITH ORDINALITY u(n, nr) ORDER BY nr);
        before[pair.old_nr].attributes := ARRAY(SELECT generate_series(1, cardinality(held)));
        after[pair.nr].attributes := ARRAY(SELECT coalesce(array_position(held, k), cardinality(held) + nr)
                                           FROM unnest(wanted) WITH ORDINALITY u(k, nr) ORDER BY nr);
        after[pair.nr].place := before[pair.old_nr].place;
    END LOOP;
END
$$;
COMMENT ON FUNCTION chronos.plan_followed(chronos.plan_fact[], chronos.plan_fact[]) IS
    'Both sides of a plan, with the columns of tables that were made anew or restored in between followed to what they are on the other side: renamed, they are not others.';
