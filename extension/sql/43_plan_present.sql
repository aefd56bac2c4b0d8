-- Roles and tablespaces are the server's: the facts hold their names, and no version says that one was renamed.

CREATE TYPE chronos.plan_sides AS (before chronos.plan_fact[], after chronos.plan_fact[], roles jsonb, spaces jsonb);
COMMENT ON TYPE chronos.plan_sides IS
    'Both sides of a plan, told in the names that roles and tablespaces have now, and which names these took the place of.';

CREATE FUNCTION chronos.plan_there(name text, spaces boolean) RETURNS boolean
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN CASE WHEN spaces THEN EXISTS (SELECT FROM pg_tablespace s WHERE s.spcname = name)
                ELSE EXISTS (SELECT FROM pg_roles r WHERE r.rolname = name) END;
END
$$;
COMMENT ON FUNCTION chronos.plan_there(text, boolean) IS 'Whether this server has a role or tablespace of a name.';

CREATE FUNCTION chronos.plan_mentions(definition jsonb, spaces boolean) RETURNS text[]
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    -- Within a string of jsonb a quote has a backslash before it, so this matches keys alone.
    RETURN ARRAY(SELECT (m[1]::jsonb) #>> '{}' FROM regexp_matches(definition::text, CASE WHEN spaces
            THEN '"tablespace": ("(?:[^"\\]|\\.)*")' ELSE '"(?:owner|grantee|grantor|role|user)": ("(?:[^"\\]|\\.)*")' END, 'g') m)
        || CASE WHEN spaces THEN '{}' ELSE ARRAY(SELECT jsonb_array_elements_text(definition -> 'roles')) END;
END
$$;
COMMENT ON FUNCTION chronos.plan_mentions(jsonb, boolean) IS 'The roles or tablespaces that facts name, in their order.';

CREATE FUNCTION chronos.plan_renamed(before chronos.plan_fact[], after chronos.plan_fact[], spaces boolean)
RETURNS TABLE (old_name text, new_name text)
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
SET enable_nestloop = off
SET jit = off
AS $$
BEGIN
    -- The same objects name the one on this side and the other on that side, and no other object does otherwise.
    RETURN QUERY
    WITH o AS MATERIALIZED (SELECT f.kind, f.object, chronos.plan_mentions(f.definition, spaces) AS names FROM unnest(before) f),
    n AS MATERIALIZED (SELECT f.kind, f.object, chronos.plan_mentions(f.definition, spaces) AS names FROM unnest(after) f),
    old_name AS MATERIALIZED (SELECT DISTINCT name FROM o CROSS JOIN LATERAL unnest(o.names) name),
    new_name AS MATERIALIZED (SELECT DISTINCT name FROM n CROSS JOIN LATERAL unnest(n.names) name),
    pair AS MATERIALIZED (
        SELECT DISTINCT p.old, p.new
        FROM o JOIN n ON n.kind = o.kind AND n.object = o.object AND cardinality(n.names) = cardinality(o.names)
        CROSS JOIN LATERAL unnest(o.names, n.names) p(old, new)
        WHERE p.old NOT IN (SELECT name FROM new_name) AND p.new NOT IN (SELECT name FROM old_name))
    SELECT p.old, p.new FROM pair p
    WHERE (SELECT count(*) FROM pair q WHERE q.old = p.old OR q.new = p.new) = 1
      -- Two that exist are two.
      AND NOT (chronos.plan_there(p.old, spaces) AND chronos.plan_there(p.new, spaces));
END
$$;
COMMENT ON FUNCTION chronos.plan_renamed(chronos.plan_fact[], chronos.plan_fact[], boolean) IS
    'The roles or tablespaces that have another name on the other side, as far as the objects tell.';

CREATE FUNCTION chronos.plan_later_name(name text, spaces boolean) RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
SET jit = off
AS $$
DECLARE
    line constant uuid := chronos.current_timeline();
    at bigint;
    ended boolean;
    names text[];
BEGIN
    FOR turn IN 1 .. 100 LOOP
        IF chronos.plan_there(name, spaces) THEN
            RETURN name;
        END IF;
        SELECT max(f.until), bool_and(f.until IS NOT NULL) INTO at, ended
        FROM chronos.fact f JOIN chronos.definition d USING (hash)
        WHERE f.timeline = line AND strpos(d.definition::text, to_json(name)::text) > 0
          AND name = ANY (chronos.plan_mentions(d.definition, spaces));
        EXIT WHEN NOT ended OR at IS NULL;
        -- What named it last, and what the same objects name since then.
        SELECT array_agg(DISTINCT p.new) INTO names
        FROM chronos.fact a JOIN chronos.definition o ON o.hash = a.hash
        JOIN chronos.fact b ON b.timeline = line AND b.since = at AND b.object = a.object AND b.kind = a.kind
        JOIN chronos.definition n ON n.hash = b.hash
        CROSS JOIN LATERAL unnest(chronos.plan_mentions(o.definition, spaces), chronos.plan_mentions(n.definition, spaces)) p(old, new)
        WHERE a.timeline = line AND a.until = at AND p.old = name;
        EXIT WHEN cardinality(names) IS DISTINCT FROM 1 OR names[1] IS NULL OR EXISTS (
            SELECT FROM chronos.fact f JOIN chronos.definition d USING (hash)
            WHERE f.timeline = line AND f.since < at AND coalesce(f.until >= at, true)
              AND strpos(d.definition::text, to_json(names[1])::text) > 0 AND names[1] = ANY (chronos.plan_mentions(d.definition, spaces)));
        name := names[1];
    END LOOP;
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION chronos.plan_later_name(text, boolean) IS
    'What a role or tablespace that is not there by this name is called now, as the versions tell: all that named it named the same other one in the next.';

CREATE FUNCTION chronos.plan_told(definition jsonb, names jsonb, spaces boolean) RETURNS jsonb
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    name record;
    told text := definition::text;
    key text;
BEGIN
    FOR name IN SELECT to_jsonb(n.key)::text AS old, n.value::text AS new FROM jsonb_each(names) n LOOP
        FOREACH key IN ARRAY CASE WHEN spaces THEN '{tablespace}'::text[] ELSE '{owner,grantee,grantor,role,user}' END LOOP
            told := replace(told, format('"%s": %s', key, name.old), format('"%s": %s', key, name.new));
        END LOOP;
    END LOOP;
    definition := told::jsonb;
    IF definition ? 'roles' AND NOT spaces THEN
        definition := jsonb_set(definition, '{roles}', (
            SELECT jsonb_agg(r.name ORDER BY r.name COLLATE "C")
            FROM (SELECT coalesce(names ->> e, e) AS name FROM jsonb_array_elements_text(definition -> 'roles') e) r));
    END IF;
    IF definition ? 'role_settings' AND NOT spaces THEN
        definition := jsonb_set(definition, '{role_settings}', (
            SELECT jsonb_agg(r ORDER BY r ->> 'role' COLLATE "C") FROM jsonb_array_elements(definition -> 'role_settings') r));
    END IF;
    RETURN definition;
END
$$;
COMMENT ON FUNCTION chronos.plan_told(jsonb, jsonb, boolean) IS 'Facts with other names of roles or tablespaces.';

CREATE FUNCTION chronos.plan_told_fact(fact chronos.plan_fact, roles jsonb, spaces jsonb) RETURNS chronos.plan_fact
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    name record;
BEGIN
    IF roles ?| chronos.plan_mentions(fact.definition, false) THEN
        fact.definition := chronos.plan_told(fact.definition, roles, false);
        FOR name IN SELECT n.key AS old, n.value AS new FROM jsonb_each_text(roles) n LOOP
            IF fact.kind = 'user mapping' AND fact.definition ->> 'user' = name.new THEN
                fact.identity := replace(fact.identity, format('for %I server', name.old), format('for %I server', name.new));
            ELSIF fact.kind = 'default privileges' THEN
                fact.identity := replace(fact.identity, format('for role %I ', name.old), format('for role %I ', name.new));
            END IF;
        END LOOP;
    END IF;
    IF spaces ?| chronos.plan_mentions(fact.definition, true) THEN
        fact.definition := chronos.plan_told(fact.definition, spaces, true);
    END IF;
    RETURN fact;
END
$$;
COMMENT ON FUNCTION chronos.plan_told_fact(chronos.plan_fact, jsonb, jsonb) IS 'An object with other names of roles and tablespaces.';

CREATE FUNCTION chronos.plan_names_now(before chronos.plan_fact[], after chronos.plan_fact[], spaces boolean) RETURNS jsonb
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
SET jit = off
AS $$
DECLARE
    gone text[] := ARRAY(SELECT DISTINCT m.name FROM unnest(before || after) f
                         CROSS JOIN LATERAL unnest(chronos.plan_mentions(f.definition, spaces)) m(name)
                         WHERE NOT chronos.plan_there(m.name, spaces));
    names jsonb;
BEGIN
    IF gone = '{}' THEN
        RETURN '{}';
    END IF;
    SELECT coalesce(jsonb_object_agg(g.name, l.name) FILTER (WHERE l.name IS NOT NULL), '{}') INTO names
    FROM unnest(gone) g(name) CROSS JOIN LATERAL chronos.plan_later_name(g.name, spaces) l(name);
    -- A rename that no version knows yet; if neither name is there, that which the plan leads to.
    RETURN (SELECT coalesce(jsonb_object_agg(CASE WHEN r.still THEN r.new_name ELSE r.old_name END,
                                             CASE WHEN r.still THEN r.old_name ELSE r.new_name END), '{}')
            FROM (SELECT p.*, chronos.plan_there(p.old_name, spaces) AS still
                  FROM chronos.plan_renamed(before, after, spaces) p) r) || names;
END
$$;
COMMENT ON FUNCTION chronos.plan_names_now(chronos.plan_fact[], chronos.plan_fact[], boolean) IS
    'Which roles or tablespaces of both sides have another name now: {"then": "now"}.';

CREATE FUNCTION chronos.plan_present(before chronos.plan_fact[], after chronos.plan_fact[]) RETURNS chronos.plan_sides
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    sides chronos.plan_sides;
BEGIN
    sides.before := before;
    sides.after := after;
    sides.roles := chronos.plan_names_now(before, after, false);
    sides.spaces := chronos.plan_names_now(before, after, true);
    IF sides.roles <> '{}' OR sides.spaces <> '{}' THEN
        sides.before := ARRAY(SELECT chronos.plan_told_fact(f, sides.roles, sides.spaces) FROM unnest(before) f);
        sides.after := ARRAY(SELECT chronos.plan_told_fact(f, sides.roles, sides.spaces) FROM unnest(after) f);
    END IF;
    RETURN sides;
END
$$;
COMMENT ON FUNCTION chronos.plan_present(chronos.plan_fact[], chronos.plan_fact[]) IS
    'Both sides of a plan in the names that roles and tablespaces have now.';

CREATE FUNCTION chronos.plan_about_names(sides chronos.plan_sides)
RETURNS TABLE (statement text, kind text, identity text, hazards text[], note text)
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN QUERY
    SELECT format('-- %s %I is called %I now', s.kind, n.key, n.value), s.kind, quote_ident(n.value), '{}'::text[],
           'it was renamed, and a plan leaves roles and tablespaces alone: the statements use the present name'
    FROM (VALUES ('role', sides.roles), ('tablespace', sides.spaces)) s(kind, names)
    CROSS JOIN LATERAL jsonb_each_text(s.names) n
    ORDER BY s.kind, n.key COLLATE "C";
END
$$;
COMMENT ON FUNCTION chronos.plan_about_names(chronos.plan_sides) IS 'Says which names a plan does not bring back.';

CREATE FUNCTION chronos.plan_missing(sides chronos.plan_sides, statements text[])
RETURNS TABLE (statement text, kind text, identity text, hazards text[], note text)
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
SET jit = off
AS $$
BEGIN
    RETURN QUERY
    WITH side AS MATERIALIZED (SELECT f.definition FROM unnest(sides.before || sides.after) f),
    gone AS MATERIALIZED (
        SELECT DISTINCT 'role' AS kind, r.name FROM side CROSS JOIN LATERAL unnest(chronos.plan_mentions(side.definition, false)) r(name)
        WHERE NOT chronos.plan_there(r.name, false)
        UNION ALL
        SELECT DISTINCT 'tablespace', s.name FROM side CROSS JOIN LATERAL unnest(chronos.plan_mentions(side.definition, true)) s(name)
        WHERE NOT chronos.plan_there(s.name, true))
    SELECT format('-- %s %I does not exist here', g.kind, g.name), g.kind, quote_ident(g.name), '{missing}'::text[],
           'statements below name it: make it before, or leave them out'
    FROM gone g
    WHERE EXISTS (
        SELECT FROM unnest(statements) s(text)
        WHERE strpos(s.text, quote_ident(g.name)) > 0
          AND s.text ~ (CASE g.kind WHEN 'role' THEN '^(ALTER|GRANT|REVOKE|SET|DO|CREATE POLICY|CREATE USER|DROP USER) .*(TO|FROM|FOR|ROLE|AUTHORIZATION) ([^;()'']*, )?'
                        ELSE '(^|\s)TABLESPACE ' END
                        || regexp_replace(quote_ident(g.name), '([$.*+?()\[\]{}|^\\])', '\\\1', 'g') || '($|[\s,])'))
    ORDER BY g.kind, g.name COLLATE "C";
END
$$;
COMMENT ON FUNCTION chronos.plan_missing(chronos.plan_sides, text[]) IS
    'Says which roles and tablespaces the statements of a plan name that this server does not have.';
