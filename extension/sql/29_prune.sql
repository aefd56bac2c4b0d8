-- Forgetting old versions. What holds in a version that is kept stays, with the number since when it holds,
-- so that kept versions, and the differences between them, are exactly what they were.

CREATE FUNCTION chronos.lock_numbers() RETURNS void LANGUAGE c VOLATILE
AS 'MODULE_PATHNAME', 'chronos_lock_numbers';
COMMENT ON FUNCTION chronos.lock_numbers() IS
    'Waits for those that are just recording a version, and lets nobody record one until the transaction ends.';
REVOKE ALL ON FUNCTION chronos.lock_numbers() FROM PUBLIC;

CREATE FUNCTION chronos.prune_versions(before bigint, OUT lines uuid[], OUT numbers bigint[]) LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    newest constant bigint := chronos.current_version();
BEGIN
    -- One that is just getting a label is locked by that, and stays.
    SELECT array_agg(l.timeline), array_agg(l.number) INTO lines, numbers FROM (
        SELECT v.timeline, v.number
        FROM chronos.lineage t JOIN chronos.version v ON v.timeline = t.timeline
        WHERE v.number < prune_versions.before AND v.number < newest
          AND (t.last_version IS NULL OR v.number <= t.last_version)
        FOR UPDATE OF v SKIP LOCKED) l;
    -- A statement of its own sees the labels that were given before the versions were locked.
    WITH gone AS (
        DELETE FROM chronos.version v USING unnest(lines, numbers) c(timeline, number)
        WHERE v.timeline = c.timeline AND v.number = c.number
          -- Not those of tools, which would keep nearly all.
          AND NOT EXISTS (SELECT FROM chronos.label l WHERE l.timeline = v.timeline AND l.number = v.number AND l.source IS NULL)
          -- A migration without a way down of its own is taken back by what the schema was before and after.
          AND NOT EXISTS (SELECT FROM chronos.migration m WHERE m.timeline = v.timeline AND m.state <> 'stored'
                          AND coalesce(m.down_origin, 'derived') = 'derived'
                          AND v.number IN (m.version_before, m.version_after))
        RETURNING v.timeline, v.number
    )
    SELECT array_agg(g.timeline), array_agg(g.number) INTO lines, numbers FROM gone g;
    INSERT INTO chronos.pruned (timeline, versions)
    SELECT g.timeline, range_agg(int8range(g.number, g.number, '[]')) FROM unnest(lines, numbers) g(timeline, number)
    GROUP BY g.timeline
    ON CONFLICT (timeline) DO UPDATE SET versions = pruned.versions + EXCLUDED.versions, pruned_at = now();
END $$;
COMMENT ON FUNCTION chronos.prune_versions(bigint) IS 'Removes the versions below a number that nobody has labelled but tools, and not what held at them.';
REVOKE ALL ON FUNCTION chronos.prune_versions(bigint) FROM PUBLIC;

CREATE FUNCTION chronos.prune_facts() RETURNS bytea[] LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    hashes bytea[];
BEGIN
    -- In arrays: an index still has all the versions that were just removed.
    WITH kept AS MATERIALIZED (
        SELECT t.timeline, t.last_version IS NOT NULL AS past,
               coalesce(array_agg(v.number ORDER BY v.number) FILTER (WHERE v.number IS NOT NULL), '{}') AS numbers
        FROM chronos.lineage t
        LEFT JOIN chronos.version v ON v.timeline = t.timeline AND (t.last_version IS NULL OR v.number <= t.last_version)
        GROUP BY t.timeline, t.last_version
    ), gone AS (
        DELETE FROM chronos.fact f USING kept k
        WHERE f.timeline = k.timeline AND (f.until IS NOT NULL OR k.past)
          -- the first that is kept from the fact's beginning on comes after its end, or never
          AND coalesce(k.numbers[width_bucket(f.since - 1, k.numbers) + 1] >= f.until,
                       k.numbers[width_bucket(f.since - 1, k.numbers) + 1] IS NULL)
        RETURNING f.hash
    )
    SELECT array_agg(DISTINCT g.hash) INTO hashes FROM gone g;
    RETURN coalesce(hashes, '{}');
END $$;
COMMENT ON FUNCTION chronos.prune_facts() IS
    'Removes the facts that hold in no version any more; the hashes of their definitions.';
REVOKE ALL ON FUNCTION chronos.prune_facts() FROM PUBLIC;

CREATE FUNCTION chronos.prune_history(before bigint) RETURNS bigint LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp
SET jit = off
AS $$
DECLARE
    removed bigint;
    hashes bytea[];
BEGIN
    IF current_setting('transaction_isolation') NOT IN ('read committed', 'read uncommitted') THEN
        RAISE EXCEPTION 'chronos.prune_history() cannot run in a % transaction', upper(current_setting('transaction_isolation'))
            USING ERRCODE = 'invalid_transaction_state', DETAIL = 'It must see the labels that others have just given.',
            HINT = 'Call it in a READ COMMITTED transaction.';
    END IF;
    SELECT coalesce(cardinality(p.numbers), 0) INTO removed FROM chronos.prune_versions(before) p;
    IF removed > 0 THEN
        hashes := chronos.prune_facts();
        -- Whoever records now could be about to use one of the definitions again.
        PERFORM chronos.lock_numbers();
        DELETE FROM chronos.definition d
        WHERE d.hash = ANY (hashes) AND NOT EXISTS (SELECT FROM chronos.fact f WHERE f.hash = d.hash);
    END IF;
    RETURN removed;
END $$;
COMMENT ON FUNCTION chronos.prune_history(bigint) IS
    'Forgets the versions below a number but for those with a label, and what held in none of the others; returns how many. The newest version always stays.';
REVOKE ALL ON FUNCTION chronos.prune_history(bigint) FROM PUBLIC;

CREATE FUNCTION chronos.prune_history(before timestamptz) RETURNS bigint LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    bound bigint;
BEGIN
    -- the version in force at that time stays
    SELECT max(v.number) INTO bound FROM chronos.lineage t JOIN chronos.version v ON v.timeline = t.timeline
    WHERE v.committed_at <= prune_history.before AND (t.last_version IS NULL OR v.number <= t.last_version);
    RETURN CASE WHEN bound IS NULL THEN 0 ELSE chronos.prune_history(bound) END;
END $$;
COMMENT ON FUNCTION chronos.prune_history(timestamptz) IS
    'As prune_history(bigint), up to the version that was in force at a time; that one stays.';
REVOKE ALL ON FUNCTION chronos.prune_history(timestamptz) FROM PUBLIC;

CREATE FUNCTION chronos.prune_history(before text) RETURNS bigint LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF before !~ '^[0-9]+$' AND chronos.reference_time(before) IS NOT NULL
       AND NOT EXISTS (SELECT FROM chronos.reference_candidates(before)) THEN
        RETURN chronos.prune_history(chronos.reference_time(before));
    END IF;
    RETURN chronos.prune_history(chronos.resolve(before));
END $$;
COMMENT ON FUNCTION chronos.prune_history(text) IS
    'As prune_history(bigint), below a version named as chronos.resolve() takes it: a label, a time, 90 days ago.';
REVOKE ALL ON FUNCTION chronos.prune_history(text) FROM PUBLIC;
