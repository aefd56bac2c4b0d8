-- Privileges in a plan.

CREATE FUNCTION chronos.plan_acl_owner(acl jsonb, old_owner text, new_owner text) RETURNS jsonb
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF acl IS NULL OR old_owner IS NULL OR old_owner = new_owner THEN
        RETURN acl;
    END IF;
    RETURN (SELECT jsonb_object_agg(l.key, (
                SELECT jsonb_agg(CASE WHEN i.item ->> 'grantee' = old_owner THEN
                                     i.item || jsonb_build_object('grantee', new_owner) ELSE i.item END ORDER BY i.nr)
                FROM jsonb_array_elements(l.value) WITH ORDINALITY i(item, nr)))
            FROM jsonb_each(acl) l);
END
$$;
COMMENT ON FUNCTION chronos.plan_acl_owner(jsonb, text, text) IS
    'Privileges after a change of the owner: his own go over to the new one.';

CREATE FUNCTION chronos.plan_acl_step(item jsonb, statement text) RETURNS SETOF text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF item ? 'grantor' THEN
        RETURN NEXT format('SET SESSION AUTHORIZATION %I', item ->> 'grantor');
    END IF;
    RETURN NEXT statement;
    IF item ? 'grantor' THEN
        RETURN NEXT 'RESET SESSION AUTHORIZATION';
    END IF;
END
$$;
COMMENT ON FUNCTION chronos.plan_acl_step(jsonb, text) IS 'A GRANT or REVOKE by him who granted it.';

CREATE FUNCTION chronos.plan_acl_reset(object text, acl jsonb, columns text DEFAULT '') RETURNS SETOF text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    item jsonb;
BEGIN
    FOR item IN SELECT i.item FROM jsonb_array_elements(acl -> 'grant') WITH ORDINALITY i(item, nr) ORDER BY i.nr DESC LOOP
        -- Who may pass on but some privileges may not take all.
        RETURN QUERY SELECT * FROM chronos.plan_acl_step(item, format('REVOKE %s ON %s FROM %s', CASE WHEN item ? 'grantor' THEN (
                SELECT string_agg(p || columns, ', ' ORDER BY p COLLATE "C")
                FROM jsonb_array_elements_text(coalesce(item -> 'privileges', '[]') || coalesce(item -> 'grantable', '[]')) p)
            ELSE 'ALL' || columns END, object, coalesce(quote_ident(item ->> 'grantee'), 'PUBLIC')));
    END LOOP;
    FOR item IN SELECT * FROM jsonb_array_elements(acl -> 'revoke') LOOP
        RETURN NEXT format('GRANT %s ON %s TO %s', CASE WHEN object = 'SCHEMA public' AND NOT item ? 'grantee'
            THEN 'USAGE' WHEN object LIKE 'DATABASE %' AND NOT item ? 'grantee' THEN 'CONNECT, TEMPORARY'
            ELSE 'ALL' || columns END, object, coalesce(quote_ident(item ->> 'grantee'), 'PUBLIC'));
    END LOOP;
END
$$;
COMMENT ON FUNCTION chronos.plan_acl_reset(text, jsonb, text) IS
    'Back to the privileges that a new object has.';

CREATE FUNCTION chronos.plan_acl_in_place(object text, old jsonb, new jsonb, columns text) RETURNS SETOF text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    grantee text := coalesce(quote_ident(new ->> 'grantee'), 'PUBLIC');
    change record;
BEGIN
    FOR change IN
        WITH o AS (SELECT p, true AS option FROM jsonb_array_elements_text(old -> 'grantable') p
                   UNION ALL SELECT p, false FROM jsonb_array_elements_text(old -> 'privileges') p),
             n AS (SELECT p, true AS option FROM jsonb_array_elements_text(new -> 'grantable') p
                   UNION ALL SELECT p, false FROM jsonb_array_elements_text(new -> 'privileges') p)
        SELECT string_agg(c.p || columns, ', ' ORDER BY c.p COLLATE "C") AS list, c.way
        FROM (SELECT p, CASE WHEN n.p IS NULL THEN 4 WHEN n.option AND NOT coalesce(o.option, false) THEN 1
                             WHEN o.p IS NULL THEN 2 WHEN o.option AND NOT n.option THEN 3 END AS way
              FROM o FULL JOIN n USING (p)) c
        WHERE c.way IS NOT NULL GROUP BY c.way ORDER BY c.way
    LOOP
        RETURN QUERY SELECT * FROM chronos.plan_acl_step(new, CASE change.way
            WHEN 1 THEN format('GRANT %s ON %s TO %s WITH GRANT OPTION', change.list, object, grantee)
            WHEN 2 THEN format('GRANT %s ON %s TO %s', change.list, object, grantee)
            WHEN 3 THEN format('REVOKE GRANT OPTION FOR %s ON %s FROM %s', change.list, object, grantee)
            ELSE format('REVOKE %s ON %s FROM %s', change.list, object, grantee) END);
    END LOOP;
END
$$;
COMMENT ON FUNCTION chronos.plan_acl_in_place(text, jsonb, jsonb, text) IS
    'What one role has on an object, by the privileges that differ.';

CREATE FUNCTION chronos.plan_acl(object text, old jsonb, new jsonb, columns text DEFAULT '') RETURNS SETOF text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    way record;
BEGIN
    IF old IS NOT DISTINCT FROM new THEN
        RETURN;
    END IF;
    -- The order in which roles stand in the list is part of the facts, and a new one comes last.
    SELECT coalesce(array_agg(i.key ORDER BY i.n) FILTER (WHERE i.n IS NOT NULL), '{}')
         = coalesce(array_agg(i.key ORDER BY i.o, i.n) FILTER (WHERE i.n IS NOT NULL), '{}') AS keeps_order
    INTO way
    FROM (SELECT key, o.nr AS o, n.nr AS n
          FROM (SELECT concat_ws(' ', item -> 'grantee', '|', item -> 'grantor') AS key, nr
                FROM jsonb_array_elements(old -> 'grant') WITH ORDINALITY g(item, nr)) o
          FULL JOIN (SELECT concat_ws(' ', item -> 'grantee', '|', item -> 'grantor') AS key, nr
                     FROM jsonb_array_elements(new -> 'grant') WITH ORDINALITY g(item, nr)) n USING (key)) i;
    IF NOT way.keeps_order OR old -> 'revoke' IS DISTINCT FROM new -> 'revoke' THEN
        RETURN QUERY SELECT * FROM chronos.plan_acl_reset(object, old, columns);
        RETURN QUERY SELECT a.statement FROM chronos.acl_statements(object, new, columns) a;
        RETURN;
    END IF;
    RETURN QUERY
    SELECT s.statement
    FROM (SELECT item, nr, concat_ws(' ', item -> 'grantee', '|', item -> 'grantor') AS key
          FROM jsonb_array_elements(old -> 'grant') WITH ORDINALITY g(item, nr)) o
    FULL JOIN (SELECT item, nr, concat_ws(' ', item -> 'grantee', '|', item -> 'grantor') AS key
               FROM jsonb_array_elements(new -> 'grant') WITH ORDINALITY g(item, nr)) n USING (key)
    CROSS JOIN LATERAL (
        SELECT a AS statement FROM chronos.plan_acl_in_place(object, o.item, n.item, columns) a
        WHERE n.item IS NOT NULL AND n.item IS DISTINCT FROM o.item
        UNION ALL
        SELECT a FROM chronos.plan_acl_reset(object, jsonb_build_object('grant', jsonb_build_array(o.item)), columns) a
        WHERE n.item IS NULL) s
    ORDER BY n.nr IS NOT NULL, CASE WHEN n.nr IS NULL THEN -o.nr END, n.nr;
END
$$;
COMMENT ON FUNCTION chronos.plan_acl(text, jsonb, jsonb, text) IS
    'From the privileges of an object to others, by what differs.';

CREATE FUNCTION chronos.plan_common(kind text, identity text, old jsonb, new jsonb)
RETURNS SETOF chronos.plan_statement
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    clause text := chronos.plan_clause(kind, new);
    target text := chronos.plan_target(kind, identity, new);
    object text := CASE WHEN kind IN ('table', 'foreign table', 'view', 'materialized view') THEN 'TABLE'
                        WHEN kind = 'server' THEN 'FOREIGN SERVER'
                        WHEN clause = 'DOMAIN' THEN 'TYPE' ELSE clause END || ' ' || target;
    held jsonb := chronos.plan_acl_owner(old -> 'acl', old ->> 'owner', new ->> 'owner');
    extension text;
BEGIN
    IF old -> 'owner' <> new -> 'owner' AND NOT (kind = 'sequence' AND old ? 'column' AND new ? 'column') THEN
        -- What the new owner was granted would become part of what an owner has.
        IF jsonb_path_exists(old, '$.acl.*[*] ? (@.grantee == $who)', jsonb_build_object('who', new -> 'owner')) THEN
            RETURN QUERY SELECT (chronos.plan_say(4, 61, s)).* FROM chronos.plan_acl_reset(object, old -> 'acl') s;
            held := NULL;
        END IF;
        RETURN NEXT chronos.plan_say(4, 61, format('ALTER %s %s OWNER TO %I', clause, target, new ->> 'owner'));
    END IF;
    FOR extension IN SELECT o FROM jsonb_array_elements_text(old -> 'needs_extensions') o
                     WHERE NOT coalesce(new -> 'needs_extensions' ? o, false) LOOP
        RETURN NEXT chronos.plan_say(4, 92, format('ALTER %s %s NO DEPENDS ON EXTENSION %I', clause, target, extension));
    END LOOP;
    FOR extension IN SELECT n FROM jsonb_array_elements_text(new -> 'needs_extensions') n
                     WHERE NOT coalesce(old -> 'needs_extensions' ? n, false) LOOP
        RETURN NEXT chronos.plan_say(4, 92, format('ALTER %s %s DEPENDS ON EXTENSION %I', clause, target, extension));
    END LOOP;
    RETURN QUERY SELECT (chronos.plan_say(4, 90, s)).* FROM chronos.plan_acl(object, held, new -> 'acl') s
    WHERE kind NOT IN ('default privileges', 'privileges');
    IF old -> 'comment' IS DISTINCT FROM new -> 'comment' THEN
        RETURN NEXT chronos.plan_say(4, 92, format('COMMENT ON %s %s IS %s', clause, target,
                                                   quote_nullable(new ->> 'comment')));
    END IF;
END
$$;
COMMENT ON FUNCTION chronos.plan_common(text, text, jsonb, jsonb) IS
    'What all kinds have: owner, privileges, comment and the extensions they need.';
