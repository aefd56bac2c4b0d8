-- What is different between two definitions of one object, part by part.

CREATE FUNCTION chronos.detail(part text, old jsonb, new jsonb) RETURNS jsonb LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN jsonb_build_object('part', part,
               'change', CASE WHEN old IS NULL THEN 'added' WHEN new IS NULL THEN 'removed' ELSE 'changed' END)
           || CASE WHEN old IS NULL THEN '{}' ELSE jsonb_build_object('old', old) END
           || CASE WHEN new IS NULL THEN '{}' ELSE jsonb_build_object('new', new) END;
END $$;
COMMENT ON FUNCTION chronos.detail(text, jsonb, jsonb) IS 'One entry of the details of a difference.';

CREATE FUNCTION chronos.other_properties(facts jsonb, than jsonb) RETURNS jsonb LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN (SELECT jsonb_object_agg(p.key, p.value) FROM jsonb_each(facts) p
            WHERE than -> p.key IS DISTINCT FROM p.value AND p.key <> 'name');
END $$;
COMMENT ON FUNCTION chronos.other_properties(jsonb, jsonb) IS
    'The properties that a second set of facts has not, or has otherwise.';

CREATE FUNCTION chronos.moved_members(places int[]) RETURNS int[] LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    -- The longest run that is still in order stays; everything else has moved.
    count constant int := coalesce(cardinality(places), 0);
    length int[] := array_fill(1, ARRAY[greatest(count, 1)]);
    before int[] := array_fill(0, ARRAY[greatest(count, 1)]);
    last int := 1;
    stays int[] := '{}';
BEGIN
    FOR i IN 2 .. count LOOP
        FOR j IN 1 .. i - 1 LOOP
            IF places[j] < places[i] AND length[j] + 1 > length[i] THEN
                length[i] := length[j] + 1;
                before[i] := j;
            END IF;
        END LOOP;
        IF length[i] > length[last] THEN
            last := i;
        END IF;
    END LOOP;
    WHILE last > 0 AND count > 0 LOOP
        stays := stays || last;
        last := before[last];
    END LOOP;
    RETURN ARRAY(SELECT i FROM generate_series(1, count) i WHERE NOT i = ANY (stays));
END $$;
COMMENT ON FUNCTION chronos.moved_members(int[]) IS
    'Which of the places, given in the new order, have to move to come from the old order to the new.';

CREATE FUNCTION chronos.member_details(part text, old jsonb, new jsonb, old_keys text[], new_keys text[]) RETURNS SETOF jsonb
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    places int[];
    new_places int[];
BEGIN
    RETURN QUERY
    WITH o AS (SELECT m.facts, m.nr, coalesce(old_keys[m.nr], m.facts ->> 'name') AS key
               FROM jsonb_array_elements(old) WITH ORDINALITY m(facts, nr)),
         n AS (SELECT m.facts, m.nr, coalesce(new_keys[m.nr], m.facts ->> 'name') AS key
               FROM jsonb_array_elements(new) WITH ORDINALITY m(facts, nr))
    SELECT CASE WHEN o.key IS NULL OR n.key IS NULL THEN
               chronos.detail(concat_ws(' ', part, coalesce(n.facts, o.facts) ->> 'name'), o.facts - 'name', n.facts - 'name')
           ELSE jsonb_strip_nulls(jsonb_build_object(
               'part', concat_ws(' ', part, n.facts ->> 'name'),
               'change', CASE WHEN n.facts -> 'name' = o.facts -> 'name' THEN 'changed' ELSE 'renamed' END,
               'old_name', CASE WHEN n.facts -> 'name' <> o.facts -> 'name' THEN o.facts -> 'name' END,
               'old', chronos.other_properties(o.facts, n.facts),
               'new', chronos.other_properties(n.facts, o.facts))) END
    FROM o FULL JOIN n ON n.key = o.key
    WHERE n.facts IS DISTINCT FROM o.facts
    ORDER BY n.nr, o.nr;
    -- Within one table they cannot move, but in one that was made anew.
    SELECT array_agg(o.nr::int ORDER BY n.nr), array_agg(n.nr::int ORDER BY n.nr) INTO places, new_places
    FROM jsonb_array_elements(new) WITH ORDINALITY n(facts, nr)
    JOIN jsonb_array_elements(old) WITH ORDINALITY o(facts, nr)
      ON coalesce(old_keys[o.nr], o.facts ->> 'name') = coalesce(new_keys[n.nr], n.facts ->> 'name');
    IF places <> ARRAY(SELECT p FROM unnest(places) p ORDER BY p) THEN
        RETURN QUERY
        SELECT jsonb_build_object('part', concat_ws(' ', part, new -> (new_places[m] - 1) ->> 'name'), 'change', 'moved',
                                  'old', places[m], 'new', new_places[m])
        FROM unnest(chronos.moved_members(places)) m ORDER BY m;
    END IF;
END $$;
COMMENT ON FUNCTION chronos.member_details(text, jsonb, jsonb, text[], text[]) IS
    'Differences between two lists of columns, attributes or constraints. Keys tell which is which; without them the name does.';

CREATE FUNCTION chronos.label_details(old jsonb, new jsonb) RETURNS SETOF jsonb LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    was text[];
    is_now text[];
    next record;
BEGIN
    IF ARRAY(SELECT l FROM jsonb_array_elements(old) WITH ORDINALITY u(l, nr) WHERE new @> l ORDER BY nr)
       <> ARRAY(SELECT l FROM jsonb_array_elements(new) WITH ORDINALITY u(l, nr) WHERE old @> l ORDER BY nr) THEN
        RETURN NEXT chronos.detail('labels', old, new);
        RETURN;
    END IF;
    -- Between two labels that stayed, as many new as old ones are renamed ones.
    FOR next IN
        SELECT o.nr::int AS old_nr, n.nr::int AS new_nr,
               lag(o.nr::int, 1, 0) OVER (ORDER BY n.nr) AS old_before, lag(n.nr::int, 1, 0) OVER (ORDER BY n.nr) AS new_before
        FROM (SELECT label, nr FROM jsonb_array_elements_text(old) WITH ORDINALITY l(label, nr)
              UNION ALL SELECT NULL, jsonb_array_length(old) + 1) o
        JOIN (SELECT label, nr FROM jsonb_array_elements_text(new) WITH ORDINALITY l(label, nr)
              UNION ALL SELECT NULL, jsonb_array_length(new) + 1) n ON n.label IS NOT DISTINCT FROM o.label
        ORDER BY n.nr
    LOOP
        was := ARRAY(SELECT old ->> i FROM generate_series(next.old_before, next.old_nr - 2) i);
        is_now := ARRAY(SELECT new ->> i FROM generate_series(next.new_before, next.new_nr - 2) i);
        IF cardinality(was) = cardinality(is_now) THEN
            RETURN QUERY SELECT jsonb_build_object('part', 'label ' || n, 'change', 'renamed', 'old_name', o)
                         FROM unnest(was, is_now) u(o, n);
        ELSIF was = '{}' THEN
            RETURN QUERY SELECT jsonb_build_object('part', 'label ' || n, 'change', 'added') FROM unnest(is_now) n;
        ELSIF is_now = '{}' THEN
            RETURN QUERY SELECT jsonb_build_object('part', 'label ' || o, 'change', 'removed') FROM unnest(was) o;
        ELSE
            RETURN NEXT chronos.detail('labels', to_jsonb(was), to_jsonb(is_now));
        END IF;
    END LOOP;
END $$;
COMMENT ON FUNCTION chronos.label_details(jsonb, jsonb) IS 'Differences between the labels of an enum type.';

CREATE FUNCTION chronos.option_details(part text, old jsonb, new jsonb) RETURNS SETOF jsonb
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN QUERY
    SELECT chronos.detail(concat_ws(' ', part, coalesce(n.name, o.name)), o.value, n.value)
    FROM (SELECT split_part(x, '=', 1) AS name, to_jsonb(substr(x, strpos(x, '=') + 1)) AS value
          FROM jsonb_array_elements_text(old) x) o
    FULL JOIN (SELECT split_part(x, '=', 1) AS name, to_jsonb(substr(x, strpos(x, '=') + 1)) AS value
               FROM jsonb_array_elements_text(new) x) n USING (name)
    WHERE o.value IS DISTINCT FROM n.value
    ORDER BY name COLLATE "C";
END $$;
COMMENT ON FUNCTION chronos.option_details(text, jsonb, jsonb) IS 'Differences between two lists of name=value.';

CREATE FUNCTION chronos.privilege_details(old jsonb, new jsonb) RETURNS SETOF jsonb
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN QUERY
    WITH item AS (
        SELECT s.new, coalesce(i.item ->> 'grantee', 'PUBLIC') AS grantee,
               jsonb_strip_nulls(i.item - 'grantee' || CASE i.way WHEN 'revoke' THEN '{"revoked": true}'::jsonb ELSE '{}' END) AS value
        FROM (VALUES (false, old), (true, privilege_details.new)) s(new, acl)
        CROSS JOIN LATERAL (
            SELECT 'revoke', r FROM jsonb_array_elements(s.acl -> 'revoke') r
            UNION ALL
            SELECT 'grant', g FROM jsonb_array_elements(s.acl -> 'grant') g) i(way, item)
    ), grantee AS (
        SELECT i.grantee, jsonb_agg(i.value ORDER BY i.value) FILTER (WHERE NOT i.new) AS old,
               jsonb_agg(i.value ORDER BY i.value) FILTER (WHERE i.new) AS new
        FROM item i GROUP BY i.grantee
    )
    SELECT chronos.detail('privileges of ' || g.grantee, g.old, g.new) FROM grantee g
    WHERE g.old IS DISTINCT FROM g.new ORDER BY g.grantee COLLATE "C";
END $$;
COMMENT ON FUNCTION chronos.privilege_details(jsonb, jsonb) IS 'Differences between privileges, by grantee.';

CREATE FUNCTION chronos.constraint_keys(old jsonb, new jsonb) RETURNS text[] LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN ARRAY(
        SELECT coalesce((SELECT o ->> 'name' FROM jsonb_array_elements(old) o WHERE o -> 'name' = n.facts -> 'name'),
                        (SELECT min(o ->> 'name') FROM jsonb_array_elements(old) o
                         WHERE o - 'name' = n.facts - 'name'
                           AND NOT EXISTS (SELECT FROM jsonb_array_elements(new) x WHERE x -> 'name' = o -> 'name')),
                        n.facts ->> 'name')
        FROM jsonb_array_elements(new) WITH ORDINALITY n(facts, nr) ORDER BY n.nr);
END $$;
COMMENT ON FUNCTION chronos.constraint_keys(jsonb, jsonb) IS
    'For each constraint of a new list the name it had in the old one, where it only changed its name.';

CREATE FUNCTION chronos.property_details(key text, old jsonb, new jsonb) RETURNS SETOF jsonb
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    CASE
        WHEN key = 'labels' AND old IS NOT NULL AND new IS NOT NULL THEN
            RETURN QUERY SELECT * FROM chronos.label_details(old, new);
        WHEN key IN ('options', 'toast_options', 'fdw_options') THEN
            RETURN QUERY SELECT * FROM chronos.option_details(
                replace(replace(left(key, -1), '_', ' '), 'fdw', 'foreign data'), old, new);
        WHEN key = 'acl' THEN
            RETURN QUERY SELECT * FROM chronos.privilege_details(old, new);
        WHEN key = 'constraints' THEN
            RETURN QUERY SELECT * FROM chronos.member_details('constraint', coalesce(old, '[]'), coalesce(new, '[]'),
                                                              NULL, chronos.constraint_keys(old, new));
        WHEN key IN ('domain', 'range') AND old IS NOT NULL AND new IS NOT NULL THEN
            RETURN QUERY SELECT d FROM (SELECT k FROM jsonb_object_keys(old || new) k ORDER BY k COLLATE "C") k
                         CROSS JOIN LATERAL chronos.property_details(k.k, old -> k.k, new -> k.k) d
                         WHERE old -> k.k IS DISTINCT FROM new -> k.k;
        ELSE
            RETURN NEXT chronos.detail(replace(key, '_', ' '), old, new);
    END CASE;
END $$;
COMMENT ON FUNCTION chronos.property_details(text, jsonb, jsonb) IS
    'Differences in one property of an object; one that stands for a list gives a detail for each of its members.';

CREATE FUNCTION chronos.details(old jsonb, new jsonb, old_keys text[], new_keys text[], renamed boolean DEFAULT false)
RETURNS jsonb LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    -- that of which the name is made
    implied constant text[] := CASE WHEN renamed THEN '{columns,attributes,depends_on,name,index_name,table}'
                                    ELSE '{columns,attributes,depends_on}' END;
    found jsonb;
BEGIN
    SELECT jsonb_agg(d.detail ORDER BY d.nr) INTO found FROM (
        SELECT m AS detail, 0 AS nr FROM chronos.member_details('column', old -> 'columns', new -> 'columns', old_keys, new_keys) m
        WHERE old ? 'columns' AND new ? 'columns'
        UNION ALL
        SELECT m, 1 FROM chronos.member_details('attribute', old -> 'attributes', new -> 'attributes', old_keys, new_keys) m
        WHERE old ? 'attributes' AND new ? 'attributes'
        UNION ALL
        SELECT p, 1 + row_number() OVER (ORDER BY k.k COLLATE "C") FROM jsonb_object_keys((old || new) - implied) k
        CROSS JOIN LATERAL chronos.property_details(k.k, old -> k.k, new -> k.k) p
        WHERE old -> k.k IS DISTINCT FROM new -> k.k) d;
    IF found IS NULL AND old -> 'depends_on' IS DISTINCT FROM new -> 'depends_on' THEN
        found := jsonb_build_array(chronos.detail('depends on', old -> 'depends_on', new -> 'depends_on'));
    END IF;
    RETURN coalesce(found, '[]');
END $$;
COMMENT ON FUNCTION chronos.details(jsonb, jsonb, text[], text[], boolean) IS
    'What is different between two definitions of one object: a list of parts, each added, removed, changed, renamed or moved. Columns with the same key are the same, without keys those with the same name.';
