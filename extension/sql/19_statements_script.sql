CREATE FUNCTION chronos.statement_parts(kind text, identity text, definition jsonb)
RETURNS TABLE (phase int, statement text)
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    CASE
        WHEN kind IN ('table', 'foreign table') THEN
            RETURN QUERY SELECT * FROM chronos.table_statements(kind, identity, definition);
        WHEN kind = 'constraint' THEN
            RETURN QUERY SELECT * FROM chronos.constraint_statements(definition);
        WHEN kind = 'index' THEN
            RETURN QUERY SELECT * FROM chronos.index_statements(identity, definition);
        WHEN kind IN ('function', 'procedure', 'aggregate') THEN
            RETURN QUERY SELECT * FROM chronos.function_statements(kind, identity, definition);
        WHEN kind IN ('view', 'materialized view') THEN
            RETURN QUERY SELECT * FROM chronos.view_statements(kind, identity, definition);
        WHEN kind = 'sequence' THEN
            RETURN QUERY SELECT * FROM chronos.sequence_statements(identity, definition);
        WHEN kind IN ('trigger', 'rule') THEN
            RETURN QUERY SELECT * FROM chronos.switch_statements(definition, upper(kind));
        WHEN kind = 'type' THEN
            RETURN QUERY SELECT * FROM chronos.type_statements(identity, definition);
        WHEN kind = 'policy' THEN
            RETURN QUERY SELECT * FROM chronos.policy_statements(definition);
        WHEN kind = 'statistics' THEN
            RETURN QUERY SELECT * FROM chronos.statistics_statements(identity, definition);
        WHEN kind = 'schema' THEN
            RETURN QUERY SELECT * FROM chronos.schema_statements(identity, definition);
        WHEN kind = 'extension' THEN
            RETURN QUERY SELECT * FROM chronos.extension_statements(identity, definition);
        WHEN kind IN ('operator', 'operator family', 'operator class') THEN
            RETURN QUERY SELECT * FROM chronos.operator_statements(kind, identity, definition);
        WHEN kind IN ('cast', 'language', 'access method', 'transform', 'conversion')
             OR kind LIKE 'text search %' THEN
            RETURN QUERY SELECT * FROM chronos.simple_statements(kind, identity, definition);
        WHEN kind = 'collation' THEN
            RETURN QUERY SELECT * FROM chronos.collation_statements(identity, definition);
        WHEN kind IN ('foreign-data wrapper', 'server') THEN
            RETURN QUERY SELECT * FROM chronos.foreign_statements(kind, identity, definition);
        WHEN kind = 'user mapping' THEN
            RETURN QUERY SELECT * FROM chronos.user_mapping_statements(definition);
        WHEN kind = 'subscription' THEN
            RETURN QUERY SELECT * FROM chronos.subscription_statements(identity, definition);
        WHEN kind = 'large object' THEN
            RETURN QUERY SELECT * FROM chronos.large_object_statements(identity, definition);
        WHEN kind = 'placeholder' THEN
            RETURN QUERY SELECT (definition ->> 'phase')::int, definition ->> 'statement';
        WHEN kind = 'database' THEN
            RETURN QUERY SELECT * FROM chronos.database_statements(definition);
        WHEN kind = 'security label' THEN
            RETURN QUERY SELECT * FROM chronos.security_label_statements(definition);
        WHEN kind = 'publication' THEN
            RETURN QUERY SELECT * FROM chronos.publication_statements(identity, definition);
        WHEN kind = 'event trigger' THEN
            RETURN QUERY SELECT * FROM chronos.event_trigger_statements(identity, definition);
        WHEN kind = 'privileges' THEN
            RETURN QUERY SELECT * FROM chronos.privileges_statements(definition);
        WHEN kind = 'default privileges' THEN
            RETURN QUERY SELECT * FROM chronos.default_privileges_statements(definition);
        ELSE
            RAISE EXCEPTION USING
                MESSAGE = format('objects of kind "%s" cannot be turned into SQL by this version of Chronos', kind),
                ERRCODE = 'feature_not_supported',
                HINT = 'Update the extension with ALTER EXTENSION chronos UPDATE; a newer one recorded this object.';
    END CASE;
END
$$;
COMMENT ON FUNCTION chronos.statement_parts(text, text, jsonb) IS
    'The statements of one object, each with the phase of a script it belongs to.';

CREATE FUNCTION chronos.statements(kind text, identity text, definition jsonb) RETURNS text[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT coalesce(array_agg(p.statement ORDER BY p.phase, p.nr), '{}')
    FROM chronos.statement_parts(kind, identity, definition) WITH ORDINALITY p(phase, statement, nr)
$$;
COMMENT ON FUNCTION chronos.statements(text, text, jsonb) IS
    'The SQL statements that make one object, from its facts alone; what it depends on has to exist.';

CREATE FUNCTION chronos.script_order(starts int[], needs int[]) RETURNS int[]
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    -- Node n needs needs[starts[n] .. starts[n + 1] - 1]. Depth first from node 1 on, so that the given
    -- order is kept wherever no need stands against it. In a circle the last step back is left out.
    count int := array_length(starts, 1) - 1;
    cursor int[] := starts;
    visited int[] := array_fill(0, ARRAY[count]);
    stack int[] := array_fill(0, ARRAY[count]);
    result int[] := array_fill(0, ARRAY[count]);
    top int := 0;
    placed int := 0;
    node int;
    next int;
BEGIN
    FOR root IN 1 .. count LOOP
        CONTINUE WHEN visited[root] = 1;
        visited[root] := 1;
        top := 1;
        stack[1] := root;
        WHILE top > 0 LOOP
            node := stack[top];
            IF cursor[node] < starts[node + 1] THEN
                next := needs[cursor[node]];
                cursor[node] := cursor[node] + 1;
                IF visited[next] = 0 THEN
                    visited[next] := 1;
                    top := top + 1;
                    stack[top] := next;
                END IF;
            ELSE
                top := top - 1;
                placed := placed + 1;
                result[placed] := node;
            END IF;
        END LOOP;
    END LOOP;
    RETURN result;
END
$$;
COMMENT ON FUNCTION chronos.script_order(int[], int[]) IS
    'An order of nodes in which each comes after what it needs, as near to the given order as can be.';

CREATE FUNCTION chronos.script_steps(kinds text[], identities text[], definitions jsonb[])
RETURNS TABLE (nr int, phase int, kind text, identity text, statement text)
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
SET jit = off
-- The planner cannot know how many objects there are: a loop within a loop over them would take hours.
SET enable_nestloop = off
SET work_mem = '64MB'
AS $$
#variable_conflict use_column
DECLARE
    steps jsonb[];
    starts int[];
    needs int[];
BEGIN
    WITH RECURSIVE object AS MATERIALIZED (
        SELECT o.kind || ' ' || o.identity AS key, o.kind, o.identity, o.definition
        FROM chronos.with_placeholders(kinds, identities, definitions) w
        CROSS JOIN LATERAL unnest(w.kinds, w.identities, w.definitions) o(kind, identity, definition)
    ), node AS MATERIALIZED (
        -- What one object says in one phase. The first is the one that creates it, but for shells (28).
        SELECT row_number() OVER (ORDER BY g.phase, g.key COLLATE "C")::int AS nr, g.*,
               g.phase = min(g.phase) FILTER (WHERE g.phase <> 28) OVER (PARTITION BY g.key) AS creates
        FROM (SELECT o.key, p.phase, jsonb_build_object('phase', p.phase, 'kind', coalesce(min(o.definition ->> 'kind'), min(o.kind)),
                     'identity', coalesce(min(o.definition ->> 'identity'), min(o.identity)), 'statements', jsonb_agg(p.statement ORDER BY p.nr)) AS step
              FROM object o
              CROSS JOIN LATERAL (
                  -- Past the choice of chronos.statement_parts() for those that there are thousands of.
                  SELECT t.* FROM chronos.table_statements(o.kind, o.identity, o.definition) WITH ORDINALITY t
                  WHERE o.kind = 'table'
                  UNION ALL
                  SELECT t.* FROM chronos.constraint_statements(o.definition) WITH ORDINALITY t
                  WHERE o.kind = 'constraint'
                  UNION ALL
                  SELECT t.* FROM chronos.index_statements(o.identity, o.definition) WITH ORDINALITY t
                  WHERE o.kind = 'index'
                  UNION ALL
                  SELECT t.* FROM chronos.statement_parts(o.kind, o.identity, o.definition) WITH ORDINALITY t
                  WHERE o.kind NOT IN ('table', 'constraint', 'index')) p(phase, statement, nr)
              GROUP BY o.key, p.phase) g
    ), child AS MATERIALIZED (
        SELECT o.identity AS member, o.definition ->> 'partition_of' AS root, true AS partition
        FROM object o WHERE o.kind IN ('table', 'foreign table') AND o.definition ? 'partition_of'
        UNION ALL
        SELECT o.identity, p.parent, false FROM object o
        CROSS JOIN LATERAL jsonb_array_elements_text(o.definition -> 'inherits') p(parent)
        WHERE o.kind IN ('table', 'foreign table')
    ), descendant(root, member, partition) AS (
        SELECT c.root, c.member, c.partition FROM child c
        UNION
        SELECT d.root, c.member, c.partition FROM descendant d JOIN child c ON c.root = d.member
    ), need(key, needed) AS MATERIALIZED (
        SELECT o.key, d.key FROM object o
        CROSS JOIN LATERAL jsonb_array_elements_text(o.definition -> 'depends_on') d(key)
        UNION ALL
        -- A key put on a partitioned table before its partitions would make indexes of its own on them.
        SELECT o.key, t.kind || ' ' || d.member FROM object o
        JOIN descendant d ON d.root = o.definition ->> 'table' AND d.partition
        CROSS JOIN (VALUES ('table'), ('foreign table')) t(kind)
        WHERE o.kind IN ('constraint', 'index')
        UNION ALL
        -- A child's own check may be stricter than its parent's, which is merged into it, not the reverse.
        SELECT o.key, c.key
        FROM object o
        JOIN descendant d ON d.root = o.definition ->> 'table' AND NOT d.partition
        JOIN object c ON c.key = 'constraint ' || quote_ident(o.definition ->> 'name') || ' on ' || d.member
        WHERE o.kind = 'constraint' AND o.definition ->> 'type' = 'check' AND NOT c.definition ? 'inherited'
    ), want AS MATERIALIZED (
        SELECT n.nr, d.needed FROM node n JOIN need d ON d.key = n.key WHERE n.creates
    ), edge AS MATERIALIZED (
        SELECT w.nr, array_agg(m.nr ORDER BY m.nr) AS needed
        FROM want w JOIN node m ON m.key = w.needed
        WHERE m.creates AND m.nr <> w.nr
        GROUP BY w.nr
    ), laid AS (
        SELECT n.nr, n.step, e.needed,
               (1 + coalesce(sum(cardinality(e.needed)) OVER (
                   ORDER BY n.nr ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0))::int AS start
        FROM node n LEFT JOIN edge e USING (nr)
    )
    SELECT array_agg(l.step ORDER BY l.nr),
           array_agg(l.start ORDER BY l.nr)
               || (max(l.start + coalesce(cardinality(l.needed), 0)))::int,
           (SELECT array_agg(u.node ORDER BY k.nr, u.nr) FROM laid k
            CROSS JOIN LATERAL unnest(k.needed) WITH ORDINALITY u(node, nr))
    INTO steps, starts, needs FROM laid l;

    RETURN QUERY
    SELECT (row_number() OVER (ORDER BY o.nr, p.nr))::int, (t.step ->> 'phase')::int, t.step ->> 'kind',
           t.step ->> 'identity', p.statement
    FROM unnest(chronos.script_order(starts, needs)) WITH ORDINALITY o(node, nr)
    JOIN unnest(steps) WITH ORDINALITY t(step, node) USING (node)
    CROSS JOIN LATERAL jsonb_array_elements_text(t.step -> 'statements') WITH ORDINALITY p(statement, nr);
END
$$;
COMMENT ON FUNCTION chronos.script_steps(text[], text[], jsonb[]) IS
    'The statements that make a set of objects in an empty database, in an order that loads.';

CREATE FUNCTION chronos.script_body(kinds text[], identities text[], definitions jsonb[]) RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    -- What one object says in one phase stands together.
    RETURN (SELECT string_agg(CASE WHEN s.goes_on THEN E'\n' WHEN s.nr > 1 THEN E'\n\n' ELSE '' END
                      || s.statement || ';', '' ORDER BY s.nr)
    FROM (SELECT p.nr, p.statement,
                 (p.phase, p.kind, p.identity) = lag((p.phase, p.kind, p.identity)) OVER (ORDER BY p.nr) AS goes_on
          FROM chronos.script_steps(kinds, identities, definitions) p) s);
END
$$;
COMMENT ON FUNCTION chronos.script_body(text[], text[], jsonb[]) IS
    'The statements that make a set of objects, in order. They name everything with its schema, and leave the settings of the session alone.';

CREATE FUNCTION chronos.script(kinds text[], identities text[], definitions jsonb[]) RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN concat_ws(E'\n',
        'SET statement_timeout = 0;', 'SET lock_timeout = 0;',
        'SET standard_conforming_strings = on;', 'SET check_function_bodies = off;',
        'SET xmloption = content;', 'SET client_min_messages = warning;',
        'SET row_security = off;', 'SET default_tablespace = '''';',
        'SET default_table_access_method = heap;',
        'SELECT pg_catalog.set_config(''search_path'', '''', false);', '', chronos.script_body(kinds, identities, definitions), '');
END
$$;
COMMENT ON FUNCTION chronos.script(text[], text[], jsonb[]) IS
    'A set of objects as one SQL script that makes them in an empty database.';
