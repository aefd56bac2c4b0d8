-- A table that is gone, brought back from a snapshot.

CREATE FUNCTION chronos.tables_kept(wanted text[], snapshot text) RETURNS TABLE (ids text[], taken_at timestamptz, urls jsonb, identity text)
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
    WITH held AS (
    SELECT r.id, r.started_at, r.result -> 'repositories' AS urls, f.identity
    FROM chronos.snapshot_run r
    JOIN chronos.fact f ON f.timeline = (r.result ->> 'timeline')::uuid AND f.kind = 'table'
                       AND f.since <= (r.result ->> 'version')::bigint AND (f.until IS NULL OR f.until > (r.result ->> 'version')::bigint)
    WHERE r.state = 'complete' AND (tables_kept.snapshot IS NULL OR tables_kept.snapshot IN (r.id, coalesce(r.label, '')))
      -- The whole name, or any schema's.
      AND (cardinality(wanted) = 2 AND f.identity = quote_ident(wanted[1]) || '.' || quote_ident(wanted[2])
           OR cardinality(wanted) = 1 AND right(f.identity, length(quote_ident(wanted[1])) + 1) = '.' || quote_ident(wanted[1])
              AND (parse_ident(f.identity))[2] = wanted[1])
    )
    -- More would not fit into the call of the engine.
    SELECT (array_agg(h.id ORDER BY h.started_at DESC))[:1000], max(h.started_at),
           (SELECT jsonb_agg(DISTINCT u) FROM held o, jsonb_array_elements(o.urls) u WHERE o.identity = h.identity), h.identity
    FROM held h GROUP BY h.identity ORDER BY h.identity
$$;
COMMENT ON FUNCTION chronos.tables_kept(text[], text) IS
    'The tables of this name in the complete snapshots that this server took, or in those with this id or label; of each those snapshots, the newest first.';

CREATE FUNCTION chronos.table_to_undrop(name text, snapshot text, OUT kept_in text[], OUT taken_at timestamptz, OUT urls jsonb, OUT identity text)
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    wanted constant text[] := parse_ident(name);
    found_tables text[];
    present text;
    newest chronos.snapshots;
BEGIN
    IF cardinality(wanted) > 2 THEN
        RAISE EXCEPTION 'improper name of a table: %', name USING ERRCODE = 'invalid_name', HINT = 'Write orders or public.orders.';
    END IF;
    SELECT array_agg(k.identity ORDER BY k.identity COLLATE "C") FILTER (WHERE to_regclass(k.identity) IS NULL),
           min(k.identity) FILTER (WHERE to_regclass(k.identity) IS NOT NULL)
    INTO found_tables, present
    FROM chronos.tables_kept(wanted, snapshot) k;
    IF found_tables IS NULL AND cardinality(wanted) = 2 AND to_regclass(quote_ident(wanted[1]) || '.' || quote_ident(wanted[2])) IS NOT NULL THEN
        present := quote_ident(wanted[1]) || '.' || quote_ident(wanted[2]);
    END IF;
    IF found_tables IS NULL AND present IS NOT NULL THEN
        RAISE EXCEPTION 'relation % exists', present USING ERRCODE = 'duplicate_table',
            HINT = format('To have it as it was, move it away first: CREATE SCHEMA aside; ALTER TABLE %s SET SCHEMA aside; its indexes and sequences go with it.',
                          present);
    ELSIF cardinality(found_tables) > 1 THEN
        RAISE EXCEPTION 'table name "%" is ambiguous', name USING ERRCODE = 'ambiguous_alias',
            DETAIL = format('It can be %s.', array_to_string(found_tables, ', ')), HINT = 'Name the schema too.';
    ELSIF found_tables IS NOT NULL THEN
        SELECT k.ids, k.taken_at, k.urls, k.identity INTO kept_in, taken_at, urls, identity
        FROM chronos.tables_kept(wanted, snapshot) k WHERE k.identity = found_tables[1];
    ELSIF snapshot ~ '^\d{8}T\d{6}Z-[0-9a-f]{8}$' THEN
        -- Taken by another, or of a version that was pruned: the engine will see what is in it.
        kept_in := ARRAY[snapshot];
        urls := (SELECT r.result -> 'repositories' FROM chronos.snapshot_run r WHERE r.id = snapshot);
        identity := (SELECT string_agg(quote_ident(w), '.' ORDER BY nr) FROM unnest(wanted) WITH ORDINALITY u(w, nr));
    ELSE
        SELECT * INTO newest FROM chronos.snapshots s WHERE s.state = 'complete' ORDER BY s.started_at DESC LIMIT 1;
        RAISE EXCEPTION '%', CASE WHEN snapshot IS NULL THEN format('no snapshot of this server holds a table "%s"', name)
                                  ELSE format('no snapshot "%s" of this server holds a table "%s"', snapshot, name) END
            USING ERRCODE = 'undefined_table',
            DETAIL = CASE WHEN newest.id IS NULL THEN 'This server has taken no snapshot of this database.'
                          ELSE format('The newest is %s, of %s.', newest.id, newest.started_at) END,
            HINT = 'With snapshot => id that one itself is looked into, also if this server did not take it: chronosctl snapshots lists those of a repository.';
    END IF;
END
$$;
COMMENT ON FUNCTION chronos.table_to_undrop(text, text) IS
    'Which table is meant by a name of one that is gone, and which snapshots have it, the newest first; an error if there is none, or if it is there.';

CREATE FUNCTION chronos.urls_to_undrop_from(kept_in text, urls jsonb, repository text) RETURNS text[]
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    chosen text[];
BEGIN
    IF repository IS NOT NULL AND NOT EXISTS (SELECT FROM chronos.repository r WHERE r.name = urls_to_undrop_from.repository) THEN
        RAISE EXCEPTION 'repository "%" does not exist', repository
            USING ERRCODE = 'undefined_object', HINT = 'The table chronos.repository lists them.';
    ELSIF NOT EXISTS (SELECT FROM chronos.repository) THEN
        RAISE EXCEPTION 'this database has no repository' USING ERRCODE = 'object_not_in_prerequisite_state',
            HINT = 'Add the one with the snapshots: SELECT chronos.add_repository(''local'', ''file:///path/to/directory'');';
    END IF;
    chosen := ARRAY(SELECT r.url FROM chronos.repository r
                    WHERE CASE WHEN urls_to_undrop_from.repository IS NOT NULL THEN r.name = urls_to_undrop_from.repository
                               ELSE urls IS NULL OR urls ? r.url END
                    ORDER BY r.created_at, r.name);
    IF chosen = '{}' THEN
        RAISE EXCEPTION 'no repository of this database has snapshot %', kept_in USING ERRCODE = 'object_not_in_prerequisite_state',
            DETAIL = format('It was written to %s.', (SELECT string_agg(u, ', ') FROM jsonb_array_elements_text(urls) u)),
            HINT = 'Add that one again: SELECT chronos.add_repository(name, url). If it has moved, name where it is: repository => name.';
    END IF;
    RETURN chosen;
END
$$;
COMMENT ON FUNCTION chronos.urls_to_undrop_from(text, jsonb, text) IS
    'Where a snapshot can be had from: the repositories it was written to, as far as this database still has them, or the one that is named.';

CREATE FUNCTION chronos.run_undrop(relation text, sources text[], run_functions boolean, wait boolean) RETURNS text
LANGUAGE c VOLATILE STRICT
AS 'MODULE_PATHNAME', 'chronos_run_undrop';
COMMENT ON FUNCTION chronos.run_undrop(text, text[], boolean, boolean) IS
    'Has a job worker bring a table back; the id of that in chronos.undrops. Sources are ids of snapshots, of which the first that a repository has is taken, then the URLs of repositories.';

CREATE FUNCTION chronos.undrop_result(id text) RETURNS text
LANGUAGE c VOLATILE STRICT
AS 'MODULE_PATHNAME', 'chronos_undrop_result';
COMMENT ON FUNCTION chronos.undrop_result(text) IS 'The row of chronos.undrops as it is committed, in JSON.';

CREATE TYPE chronos.undropped AS (
    id text, relation text, snapshot text, taken_at timestamptz, tables bigint, rows bigint, seconds double precision,
    missing text[], script text);
COMMENT ON TYPE chronos.undropped IS 'What chronos.undrop() has done: see chronos.undrops.';

CREATE FUNCTION chronos.undrop(name text, snapshot text DEFAULT NULL, repository text DEFAULT NULL, wait boolean DEFAULT true,
                               run_functions boolean DEFAULT false)
RETURNS chronos.undropped
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    meant record;
    made chronos.undropped;
    run jsonb;
    warning text;
BEGIN
    IF name IS NULL THEN
        RAISE EXCEPTION 'the name of a table cannot be null' USING ERRCODE = 'null_value_not_allowed';
    ELSIF pg_is_in_recovery() THEN
        RAISE EXCEPTION 'cannot bring a table back on a standby' USING ERRCODE = 'read_only_sql_transaction',
            HINT = 'Call chronos.undrop() on the primary.';
    END IF;
    meant := chronos.table_to_undrop(name, snapshot);
    made.id := chronos.run_undrop(meant.identity, meant.kept_in || chronos.urls_to_undrop_from(meant.kept_in[1], meant.urls, repository),
                                  coalesce(run_functions, false), coalesce(wait, true));
    made.relation := meant.identity;
    made.snapshot := meant.kept_in[1];
    made.taken_at := meant.taken_at;
    IF wait IS NOT false THEN
        run := chronos.undrop_result(made.id);
        IF made.snapshot IS DISTINCT FROM run ->> 'snapshot' THEN
            RAISE WARNING 'snapshot % is in no repository any more: table % is back as snapshot % holds it',
                made.snapshot, made.relation, run ->> 'snapshot';
            made.snapshot := run ->> 'snapshot';
            made.taken_at := (SELECT r.started_at FROM chronos.snapshot_run r WHERE r.id = made.snapshot);
        END IF;
        made.tables := run ->> 'tables';
        made.rows := run ->> 'rows';
        made.seconds := run ->> 'seconds';
        made.missing := (SELECT array_agg(m) FROM jsonb_array_elements_text(nullif(run -> 'missing', 'null')) m);
        made.script := run ->> 'script';
        FOR warning IN SELECT jsonb_array_elements_text(nullif(run -> 'warnings', 'null')) LOOP
            RAISE WARNING '%', warning;
        END LOOP;
        IF made.missing IS NOT NULL THEN
            RAISE NOTICE 'table % is back, but not % that went with it', made.relation,
                         CASE cardinality(made.missing) WHEN 1 THEN 'one object' ELSE cardinality(made.missing) || ' objects' END
                USING DETAIL = array_to_string(made.missing, ', ') || '.',
                      HINT = format('SELECT script FROM chronos.undrops WHERE id = %L shows the statements that make them; with \gexec psql runs them.', made.id);
        END IF;
    END IF;
    RETURN made;
END
$$;
COMMENT ON FUNCTION chronos.undrop(text, text, text, boolean, boolean) IS
    'Brings a table that is gone back from the newest snapshot that holds it, or from the one with this id or label, as it was then: rows, identity, indexes, constraints, triggers, rules, policies, statistics, grants, comments, partitions. All of it appears in one moment. With wait => false it returns at once; chronos.undrops tells how it goes. Functions of roles that are no superusers, which checks, generated columns, domains or partition keys of the table call, are run only with run_functions => true.';
REVOKE ALL ON FUNCTION chronos.tables_kept(text[], text), chronos.table_to_undrop(text, text), chronos.urls_to_undrop_from(text, jsonb, text),
    chronos.run_undrop(text, text[], boolean, boolean), chronos.undrop_result(text), chronos.undrop(text, text, text, boolean, boolean) FROM PUBLIC;
