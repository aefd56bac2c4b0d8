-- Whether the schema keeps a contract, and what to do if it does not.

CREATE FUNCTION chronos.breach_since(problem text, kind text, identity text, part text, version bigint, OUT since bigint, OUT present text)
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
SET jit = off
AS $$
DECLARE
    kinds constant text[] := CASE breach_since.kind WHEN 'function' THEN '{function,procedure,aggregate}' WHEN 'schema' THEN '{schema}'
                             ELSE '{table,view,"materialized view","foreign table"}' END;
BEGIN
    SELECT s.since, s.present INTO since, present
    FROM (SELECT s.* FROM chronos.fact f CROSS JOIN LATERAL chronos.column_since(f.object, version, part,
              CASE problem WHEN 'type' THEN 'type' WHEN 'nullable' THEN 'not_null' WHEN 'not null' THEN 'not_null'
                           WHEN 'required' THEN 'not_null' END) s
          WHERE breach_since.kind = 'column' AND f.timeline = chronos.current_timeline() AND f.until IS NULL
            AND f.kind = ANY (kinds) AND f.identity = breach_since.identity
          UNION ALL
          SELECT s.* FROM chronos.object_since(kinds, breach_since.identity, version,
              CASE problem WHEN 'privilege' THEN 'acl' WHEN 'type' THEN 'returns' WHEN 'read only' THEN 'query' END) s
          WHERE breach_since.kind <> 'column') s;
END $$;
COMMENT ON FUNCTION chronos.breach_since(text, text, text, text, bigint) IS
    'Since which version the schema fails to offer something, and what it is called since; null if it never did or nobody knows.';

CREATE FUNCTION chronos.breach_message(problem text, kind text, identity text, part text, wanted text, present text, since text) RETURNS text
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    what constant text := kind || ' ' || CASE WHEN kind = 'column' THEN quote_ident(part) || ' of ' ELSE '' END || identity;
BEGIN
    RETURN CASE problem
        WHEN 'missing' THEN CASE WHEN since IS NULL THEN what || ' does not exist, and no version is known that had it'
                                 WHEN present IS NULL THEN what || ' is gone' || since
                                 ELSE format('%s is called %s', what, present) || since END
        WHEN 'type' THEN format(CASE kind WHEN 'function' THEN '%s returns %s, not %s' ELSE '%s is %s, not %s' END, what, present, wanted)
                         || coalesce(since, '')
        WHEN 'nullable' THEN what || ' can be null' || coalesce(since, '')
        WHEN 'not null' THEN what || ' cannot be null' || coalesce(since, '')
        WHEN 'required' THEN what || ' has to be given a value, and the contract does not know it' || coalesce(since, '')
        WHEN 'read only' THEN format('%s does not allow %s', what, wanted) || coalesce(since, '')
        ELSE format('role %I lacks %s on %s', current_user, wanted, what) || coalesce('; its privileges are what they are' || since, '') END;
END $$;
COMMENT ON FUNCTION chronos.breach_message(text, text, text, text, text, text, text) IS 'What a contract misses, as a sentence without a full stop.';

CREATE FUNCTION chronos.contract_breaches(contract jsonb)
RETURNS TABLE (problem text, kind text, identity text, part text, wanted text, present text, since bigint, role text, committed_at timestamptz, message text)
LANGUAGE plpgsql STABLE ROWS 10
SET search_path = pg_catalog, pg_temp
SET jit = off
AS $$
#variable_conflict use_column
DECLARE
    fault constant text := chronos.contract_fault(contract);
    version constant bigint := chronos.current_version();
BEGIN
    IF fault IS NOT NULL THEN
        RAISE EXCEPTION 'invalid contract: %', fault USING ERRCODE = 'invalid_parameter_value',
            HINT = 'chronos.make_contract() writes one from the schema as it is.';
    END IF;
    RETURN QUERY
    SELECT b.problem, b.kind, b.identity, b.part, b.wanted, coalesce(b.present, s.present), s.since, v.role, v.committed_at,
           chronos.breach_message(b.problem, b.kind, b.identity, b.part, b.wanted, coalesce(b.present, s.present),
               ' since version ' || s.since || coalesce(', by ' || quote_ident(v.role), ''))
    FROM (SELECT * FROM chronos.table_breaches(contract) UNION ALL SELECT * FROM chronos.function_breaches(contract)) b
    CROSS JOIN LATERAL (SELECT h.present, chronos.oldest_kept(h.since) AS since
                        FROM chronos.breach_since(b.problem, b.kind, b.identity, b.part, version) h) s
    LEFT JOIN (chronos.lineage t JOIN chronos.evidence v ON v.timeline = t.timeline)
        ON v.number = s.since AND (t.last_version IS NULL OR v.number <= t.last_version)
    ORDER BY b.identity COLLATE "C", b.kind COLLATE "C" DESC, b.part COLLATE "C", b.problem COLLATE "C", b.wanted COLLATE "C";
END $$;
COMMENT ON FUNCTION chronos.contract_breaches(jsonb) IS
    'What this schema fails to offer of a contract to the role that asks: what is missing, since which version, and who changed it. No row: the contract is kept.';

CREATE FUNCTION chronos.version_text(number bigint) RETURNS text LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN 'version ' || number || coalesce((
        SELECT ' (' || string_agg(l.name, ', ' ORDER BY l.created_at, l.name) || ')'
        FROM chronos.lineage t JOIN chronos.label l ON l.timeline = t.timeline
        WHERE l.number = version_text.number AND (t.last_version IS NULL OR l.number <= t.last_version)), '');
END $$;
COMMENT ON FUNCTION chronos.version_text(bigint) IS 'A version for people, with its labels.';

CREATE FUNCTION chronos.release_text(number bigint) RETURNS text LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    labelled constant bigint := (
        SELECT max(l.number) FROM chronos.lineage t JOIN chronos.label l ON l.timeline = t.timeline
        WHERE l.number <= release_text.number AND (t.last_version IS NULL OR l.number <= t.last_version));
BEGIN
    RETURN chronos.version_text(number)
           || CASE WHEN labelled < number THEN '; the last one before it that has a label is ' || chronos.version_text(labelled) ELSE '' END;
END $$;
COMMENT ON FUNCTION chronos.release_text(bigint) IS
    'A version for people who look for the release of a program that fits: with its labels, or those of the nearest version before it that has any.';

CREATE FUNCTION chronos.check_contract(contract jsonb) RETURNS void LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
SET jit = off
AS $$
DECLARE
    most constant int := 20;
    version constant bigint := chronos.current_version();
    messages text[];
    broken bigint;
    is_known boolean;
BEGIN
    SELECT array_agg(b.message ORDER BY b.nr), min(b.since), bool_and(b.since IS NOT NULL) INTO messages, broken, is_known
    FROM chronos.contract_breaches(contract) WITH ORDINALITY b(problem, kind, identity, part, wanted, present, since, role, committed_at, message, nr);
    IF messages IS NULL THEN
        RETURN;
    END IF;
    RAISE EXCEPTION 'schema version % does not keep the contract%', version, coalesce(' "' || (contract ->> 'name') || '"', '')
        USING ERRCODE = 'CH001',
        DETAIL = array_to_string(messages[:most], E'.\n') || '.'
                 || CASE WHEN cardinality(messages) > most THEN format(E'\nAnd %s more.', cardinality(messages) - most) ELSE '' END,
        HINT = CASE WHEN is_known AND broken > 1
                    THEN format('It may have been kept up to %s. Run a release of the program that is made for %s, or take the changes back.',
                                chronos.version_text(broken - 1), chronos.version_text(version))
                    ELSE format('Migrate the database, or run a release of the program that is made for %s.', chronos.release_text(version)) END;
END $$;
COMMENT ON FUNCTION chronos.check_contract(jsonb) IS
    'Error CH001 if this schema does not keep a contract. chronos.require_contract() asks it, and remembers the answer.';

CREATE FUNCTION chronos.require_contract(contract jsonb) RETURNS bigint LANGUAGE c STABLE STRICT
AS 'MODULE_PATHNAME', 'chronos_require_contract';
COMMENT ON FUNCTION chronos.require_contract(jsonb) IS
    'The current version if the schema offers at least what a contract names (tables, columns, types, nullability, functions, and the privileges of the role that asks), else error CH001, which says what is missing, since which version, and who changed it.';
