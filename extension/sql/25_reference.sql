-- How a version is named: by number, label, time or fingerprint; and the facts that hold at it.

CREATE FUNCTION chronos.nearest_versions(version bigint) RETURNS text LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    newest bigint := chronos.current_version();
    below bigint;
    above bigint;
BEGIN
    IF newest = 0 THEN
        RETURN 'There is no version yet.';
    ELSIF version > newest THEN
        RETURN format('The newest version is %s.', newest);
    END IF;
    SELECT max(v.number) FILTER (WHERE v.number < version), min(v.number) FILTER (WHERE v.number > version)
    INTO below, above
    FROM chronos.lineage t JOIN chronos.version v ON v.timeline = t.timeline
    WHERE t.last_version IS NULL OR v.number <= t.last_version;
    RETURN CASE WHEN below IS NULL THEN format('The oldest version is %s.', above)
                ELSE format('The nearest versions are %s and %s.', below, above) END;
END $$;
COMMENT ON FUNCTION chronos.nearest_versions(bigint) IS
    'For error messages: which versions there are near a number that is none.';

CREATE FUNCTION chronos.is_pruned(first bigint, last bigint) RETURNS boolean LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN EXISTS (SELECT FROM chronos.pruned p JOIN chronos.lineage t ON t.timeline = p.timeline
                   WHERE p.versions && int8range(first, greatest(first, last + 1)));
END $$;
COMMENT ON FUNCTION chronos.is_pruned(bigint, bigint) IS 'Whether any of the versions from one to another has been pruned.';

CREATE FUNCTION chronos.timeline_of(version bigint) RETURNS uuid LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    line uuid;
BEGIN
    SELECT v.timeline INTO line
    FROM chronos.lineage t JOIN chronos.version v ON v.timeline = t.timeline
    WHERE v.number = timeline_of.version AND (t.last_version IS NULL OR v.number <= t.last_version);
    IF line IS NULL AND chronos.is_pruned(version, version) THEN
        RAISE EXCEPTION 'schema version % has been pruned', version USING ERRCODE = 'undefined_object',
            DETAIL = chronos.nearest_versions(version),
            HINT = 'chronos.prune_history() keeps the versions that have a label.';
    ELSIF line IS NULL THEN
        RAISE EXCEPTION 'schema version % does not exist', version USING ERRCODE = 'undefined_object',
            DETAIL = chronos.nearest_versions(version),
            HINT = 'chronos.history lists them all.';
    END IF;
    RETURN line;
END $$;
COMMENT ON FUNCTION chronos.timeline_of(bigint) IS
    'The timeline that a version of this database belongs to; an error if there is no such version.';

CREATE FUNCTION chronos.version_at(at timestamptz) RETURNS bigint LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    found bigint;
    next bigint;
    next_at timestamptz;
BEGIN
    IF at IS NULL THEN
        RETURN NULL;
    END IF;
    SELECT v.number INTO found
    FROM chronos.lineage t JOIN chronos.version v ON v.timeline = t.timeline
    WHERE v.committed_at <= at AND (t.last_version IS NULL OR v.number <= t.last_version)
    ORDER BY v.number DESC LIMIT 1;
    SELECT min(v.number), min(v.committed_at) INTO next, next_at
    FROM chronos.lineage t JOIN chronos.version v ON v.timeline = t.timeline
    WHERE v.number > coalesce(found, 0) AND v.committed_at > at AND (t.last_version IS NULL OR v.number <= t.last_version);
    IF next IS NOT NULL AND chronos.is_pruned(coalesce(found + 1, 1), next) THEN
        RAISE EXCEPTION 'the schema version of % has been pruned', at USING ERRCODE = 'undefined_object',
            DETAIL = CASE WHEN found IS NULL THEN '' ELSE format('The version before is %s. ', found) END
                     || format('The next is version %s of %s.', next, next_at);
    ELSIF found IS NOT NULL THEN
        RETURN found;
    END IF;
    RAISE EXCEPTION 'there was no schema version yet at %', at USING ERRCODE = 'undefined_object',
        DETAIL = CASE WHEN next IS NULL THEN 'There is no version yet.'
                      ELSE format('The first is version %s of %s.', next, next_at) END,
        HINT = CASE WHEN next IS NULL THEN 'SELECT chronos.baseline() records the first.'
                    ELSE 'What the schema was before that was not recorded.' END;
END $$;
COMMENT ON FUNCTION chronos.version_at(timestamptz) IS
    'The version that was in force at a time; an error if that is before the first.';

CREATE FUNCTION chronos.reference_time(reference text) RETURNS timestamptz LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF reference ~* '\mago\s*$' THEN
        RETURN now() + reference::interval;
    END IF;
    RETURN reference::timestamptz;
EXCEPTION WHEN data_exception THEN
    RETURN NULL;
END $$;
COMMENT ON FUNCTION chronos.reference_time(text) IS
    'A time as PostgreSQL reads it, or an interval with ago; null if the text is neither.';

CREATE FUNCTION chronos.reference_candidates(reference text) RETURNS TABLE (number bigint, reason text)
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
DECLARE
    way text := substring(reference FROM '^(number|label|fingerprint):');
    word text := regexp_replace(reference, '^(number|label|fingerprint):', '');
BEGIN
    IF coalesce(way, 'number') = 'number' AND word ~ '^[0-9]{1,18}$' THEN
        RETURN QUERY
        SELECT v.number, 'the number of version ' || v.number
        FROM chronos.lineage t JOIN chronos.version v ON v.timeline = t.timeline
        WHERE v.number = word::bigint AND (t.last_version IS NULL OR v.number <= t.last_version);
    END IF;
    RETURN QUERY
    SELECT l.number, 'a label of version ' || l.number
    FROM chronos.lineage t JOIN chronos.label l ON l.timeline = t.timeline
    WHERE (l.name = reference OR (way = 'label' AND l.name = word))
      AND l.number > 0 AND (t.last_version IS NULL OR l.number <= t.last_version);
    IF NOT FOUND AND reference LIKE '%:%' THEN
        RETURN QUERY
        SELECT chronos.current_version(), 'a revision of a migration tool that the newest version has'
        WHERE reference = ANY (chronos.unsettled_labels()) OR (way = 'label' AND word = ANY (chronos.unsettled_labels()));
    END IF;
    IF coalesce(way, 'fingerprint') = 'fingerprint' AND word ~* '^[0-9a-f]{8,64}$' THEN
        RETURN QUERY
        -- the newest of the versions with one and the same schema
        SELECT max(v.number), 'the beginning of the fingerprint of version ' || max(v.number)
        FROM chronos.lineage t JOIN chronos.version v ON v.timeline = t.timeline
        WHERE encode(v.fingerprint, 'hex') LIKE lower(word) || '%'
          AND (t.last_version IS NULL OR v.number <= t.last_version)
        GROUP BY v.fingerprint;
    END IF;
END $$;
COMMENT ON FUNCTION chronos.reference_candidates(text) IS
    'The versions that a text can mean by number, label or fingerprint, and why.';

CREATE FUNCTION chronos.similar_labels(name text) RETURNS text[] LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    -- By the pairs of letters they share.
    RETURN ARRAY(
        SELECT l.name
        FROM chronos.lineage t JOIN chronos.label l ON l.timeline = t.timeline
        CROSS JOIN LATERAL (
            SELECT count(*) AS shared
            FROM generate_series(1, length(l.name) - 1) i
            WHERE strpos(lower(similar_labels.name), lower(substr(l.name, i, 2))) > 0) s
        WHERE l.number > 0 AND (t.last_version IS NULL OR l.number <= t.last_version)
          AND 2 * s.shared >= greatest(length(l.name), length(similar_labels.name)) - 1
        ORDER BY s.shared DESC, l.number DESC, l.name COLLATE "C" LIMIT 3);
END $$;
COMMENT ON FUNCTION chronos.similar_labels(text) IS 'For error messages: the labels that look like a name.';

CREATE FUNCTION chronos.refuse_reference(reference text) RETURNS void LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    similar_names constant text[] := chronos.similar_labels(reference);
    newest chronos.label;
BEGIN
    SELECT l.* INTO newest FROM chronos.lineage t JOIN chronos.label l ON l.timeline = t.timeline
    WHERE l.number > 0 AND (t.last_version IS NULL OR l.number <= t.last_version)
    ORDER BY l.number DESC, l.created_at DESC LIMIT 1;
    RAISE EXCEPTION 'no schema version is called "%"', reference USING ERRCODE = 'undefined_object',
        DETAIL = CASE
            WHEN similar_names <> '{}' THEN format('Similar labels are %s.',
                (SELECT string_agg(format('"%s"', n), ', ' ORDER BY nr) FROM unnest(similar_names) WITH ORDINALITY u(n, nr)))
            WHEN newest.name IS NOT NULL THEN format('The newest label is "%s", of version %s.', newest.name, newest.number)
            ELSE 'No version has a label.' END,
        HINT = format('Give a number (the newest is %s), a label, a time, "current", or 8 or more digits of a fingerprint; chronos.history lists them all.',
                      chronos.current_version());
END $$;
COMMENT ON FUNCTION chronos.refuse_reference(text) IS 'The error for a text that names no version.';

CREATE FUNCTION chronos.resolve(reference text) RETURNS bigint LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    numbers bigint[];
    reasons text[];
    at timestamptz;
BEGIN
    SELECT array_agg(DISTINCT c.number), array_agg(c.reason) INTO numbers, reasons
    FROM chronos.reference_candidates(reference) c;
    IF cardinality(numbers) = 1 THEN
        RETURN numbers[1];
    ELSIF cardinality(numbers) > 1 THEN
        RAISE EXCEPTION '"%" is ambiguous', reference USING ERRCODE = 'ambiguous_alias',
            DETAIL = format('It is %s.', array_to_string(reasons, ', and ')),
            HINT = format('Write number:%s, label:%s or fingerprint: and more digits.', numbers[1], reference);
    ELSIF reference IN ('current', 'latest') THEN
        RETURN nullif(chronos.current_version(), 0);
    ELSIF reference ~ '^(number:)?[0-9]{1,18}$' THEN
        PERFORM chronos.timeline_of(substring(reference FROM '[0-9]+')::bigint);
    END IF;
    at := chronos.reference_time(reference);
    IF at IS NULL AND reference IS NOT NULL THEN
        PERFORM chronos.refuse_reference(reference);
    END IF;
    RETURN chronos.version_at(at);
END $$;
COMMENT ON FUNCTION chronos.resolve(text) IS
    'The number of the version that a text means: a number, current or latest, a label, a time (2026-01-31 12:00, yesterday, 2 hours ago), or 8 or more digits of a fingerprint. number:, label: and fingerprint: before it say which.';

CREATE FUNCTION chronos.live_facts(except_objects oid[] DEFAULT '{}')
RETURNS TABLE (classid oid, objid oid, kind text, identity text, hash bytea, definition jsonb, attributes int2[])
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
SET jit = off
-- as the recorder renders
SET quote_all_identifiers = off
SET standard_conforming_strings = on
SET DateStyle = 'ISO, YMD'
SET IntervalStyle = 'postgres'
SET TimeZone = 'UTC'
SET extra_float_digits = 1
SET bytea_output = 'hex'
SET lc_monetary = 'C'
AS $$
BEGIN
    RETURN QUERY
    SELECT l.classid, l.objid, l.kind, l.identity, chronos.object_hash(l.kind, l.identity, l.definition), l.definition,
           CASE WHEN l.kind IN ('table', 'foreign table', 'type')
                THEN chronos.attribute_numbers(l.kind, l.objid, l.definition) END
    FROM chronos.live_object l WHERE NOT l.objid = ANY (except_objects);
END $$;
COMMENT ON FUNCTION chronos.live_facts(oid[]) IS 'All objects as they are in the catalogue now, but for those with some oids.';

CREATE FUNCTION chronos.facts_at(version bigint)
RETURNS TABLE (kind text, identity text, hash bytea, definition jsonb) LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    line constant uuid := chronos.timeline_of(version);
BEGIN
    RETURN QUERY
    SELECT f.kind, f.identity, f.hash, d.definition
    FROM chronos.fact f JOIN chronos.definition d USING (hash)
    WHERE f.timeline = line AND f.since <= facts_at.version
      AND (f.until IS NULL OR f.until > facts_at.version);
END $$;
COMMENT ON FUNCTION chronos.facts_at(bigint) IS 'The definitions of all objects at a version.';

CREATE FUNCTION chronos.facts_of(reference text)
RETURNS TABLE (line uuid, classid oid, objid oid, kind text, identity text, hash bytea, definition jsonb, attributes int2[],
               object bigint)
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
DECLARE
    version bigint;
    own uuid;
BEGIN
    IF reference = 'live' THEN
        RETURN QUERY
        SELECT NULL::uuid, l.classid, l.objid, l.kind, l.identity, l.hash, l.definition, l.attributes,
               (SELECT f.object FROM chronos.fact f
                WHERE f.timeline = o.timeline AND f.until IS NULL
                  AND f.kind = l.kind AND f.classid = l.classid AND f.objid = l.objid)
        FROM chronos.live_facts() l CROSS JOIN chronos.local o;
        RETURN;
    END IF;
    version := chronos.resolve(reference);
    own := chronos.timeline_of(version);
    RETURN QUERY
    SELECT f.timeline, f.classid, f.objid, f.kind, f.identity, f.hash, d.definition, f.attributes, f.object
    FROM chronos.fact f JOIN chronos.definition d USING (hash)
    WHERE f.timeline = own AND f.since <= version AND (f.until IS NULL OR f.until > version);
END $$;
COMMENT ON FUNCTION chronos.facts_of(text) IS
    'All objects at the version that a text names, or with live as they are now (then line is null, the oids are those of the present timeline). The number in object is the same for the same object at all versions.';
