-- What the recorder reads: differences between the live catalogue and the store. It runs these functions
-- under the newest snapshot, so all of them are STABLE; it writes by itself.

CREATE FUNCTION chronos.may_render(relation oid, keep boolean) RETURNS boolean LANGUAGE c VOLATILE STRICT
AS 'MODULE_PATHNAME', 'chronos_may_render';
COMMENT ON FUNCTION chronos.may_render(oid, boolean) IS
    'Whether text that needs this relation can be rendered without waiting; the lock is kept until the end of the subtransaction if asked.';
REVOKE ALL ON FUNCTION chronos.may_render(oid, boolean) FROM PUBLIC;

CREATE FUNCTION chronos.reads_newest_constraint(constraint_oid oid) RETURNS boolean LANGUAGE c STABLE STRICT
AS 'MODULE_PATHNAME', 'chronos_reads_newest_constraint';
COMMENT ON FUNCTION chronos.reads_newest_constraint(oid) IS
    'Whether pg_get_constraintdef() would show the newest state of a constraint: at REPEATABLE READ and above it shows the one of the snapshot of the transaction.';
REVOKE ALL ON FUNCTION chronos.reads_newest_constraint(oid) FROM PUBLIC;

CREATE FUNCTION chronos.locked_objects(classids oid[], objids oid[]) RETURNS oid[] LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
SET enable_seqscan = off
SET enable_hashjoin = off
SET enable_mergejoin = off
AS $$
BEGIN
    RETURN coalesce((
        SELECT array_agg(DISTINCT n.objid) FROM (
            SELECT t.objid, t.objid AS relation FROM unnest(classids, objids) t(classid, objid)
            WHERE t.classid = 'pg_class'::regclass
            UNION
            SELECT t.objid, d.refobjid FROM unnest(classids, objids) t(classid, objid)
            JOIN pg_depend d ON d.classid = t.classid AND d.objid = t.objid
            WHERE d.refclassid = 'pg_class'::regclass
            UNION
            SELECT t.objid, d.refobjid FROM unnest(classids, objids) t(classid, objid)
            JOIN pg_rewrite r ON r.ev_class = t.objid
            JOIN pg_depend d ON d.classid = 'pg_rewrite'::regclass AND d.objid = r.oid
            WHERE t.classid = 'pg_class'::regclass AND d.refclassid = 'pg_class'::regclass) n
        -- A lock for each of thousands of relations could exhaust the lock table.
        WHERE NOT chronos.may_render(n.relation, cardinality(objids) <= 1000)), '{}')
        || CASE WHEN current_setting('transaction_isolation') IN ('repeatable read', 'serializable') THEN coalesce((
        SELECT array_agg(t.objid) FROM unnest(classids, objids) t(classid, objid)
        JOIN pg_constraint k ON k.oid = t.objid AND t.classid = 'pg_constraint'::regclass
                             OR k.contypid = t.objid AND t.classid = 'pg_type'::regclass
        WHERE NOT chronos.reads_newest_constraint(k.oid)), '{}') ELSE '{}' END;
END $$;
COMMENT ON FUNCTION chronos.locked_objects(oid[], oid[]) IS
    'Those of the objects that cannot be rendered now, because another session holds what their text needs.';
REVOKE ALL ON FUNCTION chronos.locked_objects(oid[], oid[]) FROM PUBLIC;

CREATE FUNCTION chronos.live_direct(classid oid, objid oid, OUT seen text, OUT kind text, OUT identity text,
                                    OUT definition jsonb, OUT hash bytea) LANGUAGE c STABLE STRICT
AS 'MODULE_PATHNAME', 'chronos_live_direct';
COMMENT ON FUNCTION chronos.live_direct(oid, oid) IS
    'What chronos.live_object shows of a catalogue row, in a fraction of the time: seen is described; nothing where the views show nothing for it; unusual where only they can tell.';

CREATE FUNCTION chronos.live_hashes(classes oid[], objects oid[])
RETURNS TABLE (classid oid, objid oid, kind text, identity text, definition jsonb, hash bytea)
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
SET enable_seqscan = off
SET enable_hashjoin = off
SET enable_mergejoin = off
AS $$
DECLARE
    relkinds text[] := '{}';
    tables oid[];
    plain bigint;
BEGIN
    -- To start the plan of the whole union costs more than to run the arm that is asked for.
    IF 'pg_class'::regclass = ANY (classes) THEN
        relkinds := ARRAY(SELECT DISTINCT c.relkind::text FROM pg_class c WHERE c.oid = ANY (objects));
    END IF;
    IF relkinds && '{r,p,f}' THEN
        tables := ARRAY(SELECT c.oid FROM pg_class c WHERE c.oid = ANY (objects) AND c.relkind IN ('r', 'p', 'f'));
        RETURN QUERY
        SELECT 'pg_class'::regclass::oid, t.oid, d.kind, d.identity, d.definition, d.hash
        FROM unnest(tables) t(oid) CROSS JOIN LATERAL chronos.live_direct('pg_class'::regclass, t.oid) d
        WHERE d.seen = 'described';
        GET DIAGNOSTICS plain = ROW_COUNT;
        IF plain < cardinality(tables) THEN
            RETURN QUERY
            SELECT l.classid, l.objid, l.kind, l.identity, l.definition,
                   chronos.object_hash(l.kind, l.identity, l.definition)
            FROM chronos.live_table l
            WHERE l.objid = ANY (ARRAY(SELECT t.oid FROM unnest(tables) t(oid)
                                       CROSS JOIN LATERAL chronos.live_direct('pg_class'::regclass, t.oid) d
                                       WHERE d.seen = 'unusual'));
        END IF;
    END IF;
    IF relkinds && '{S}' THEN
        RETURN QUERY
        SELECT l.classid, l.objid, l.kind, l.identity, l.definition,
               chronos.object_hash(l.kind, l.identity, l.definition)
        FROM chronos.live_sequence l WHERE l.objid = ANY (objects);
    END IF;
    IF relkinds && '{v,m}' THEN
        RETURN QUERY
        SELECT l.classid, l.objid, l.kind, l.identity, l.definition,
               chronos.object_hash(l.kind, l.identity, l.definition)
        FROM chronos.live_view l WHERE l.objid = ANY (objects);
    END IF;
    IF relkinds && '{i,I}' THEN
        RETURN QUERY
        SELECT l.classid, l.objid, l.kind, l.identity, l.definition,
               chronos.object_hash(l.kind, l.identity, l.definition)
        FROM chronos.live_index l WHERE l.objid = ANY (objects);
    END IF;
    IF 'pg_constraint'::regclass = ANY (classes) THEN
        RETURN QUERY
        SELECT l.classid, l.objid, l.kind, l.identity, l.definition,
               chronos.object_hash(l.kind, l.identity, l.definition)
        FROM chronos.live_constraint l WHERE l.objid = ANY (objects);
    END IF;
    IF 'pg_type'::regclass = ANY (classes) THEN
        RETURN QUERY
        SELECT l.classid, l.objid, l.kind, l.identity, l.definition,
               chronos.object_hash(l.kind, l.identity, l.definition)
        FROM chronos.live_type l WHERE l.objid = ANY (objects);
    END IF;
    IF 'pg_proc'::regclass = ANY (classes) THEN
        RETURN QUERY
        SELECT l.classid, l.objid, l.kind, l.identity, l.definition,
               chronos.object_hash(l.kind, l.identity, l.definition)
        FROM chronos.live_function l WHERE l.objid = ANY (objects);
    END IF;
    IF 'pg_trigger'::regclass = ANY (classes) THEN
        RETURN QUERY
        SELECT l.classid, l.objid, l.kind, l.identity, l.definition,
               chronos.object_hash(l.kind, l.identity, l.definition)
        FROM chronos.live_trigger l WHERE l.objid = ANY (objects);
    END IF;
    IF 'pg_rewrite'::regclass = ANY (classes) THEN
        RETURN QUERY
        SELECT l.classid, l.objid, l.kind, l.identity, l.definition,
               chronos.object_hash(l.kind, l.identity, l.definition)
        FROM chronos.live_rule l WHERE l.objid = ANY (objects);
    END IF;
    IF 'pg_policy'::regclass = ANY (classes) THEN
        RETURN QUERY
        SELECT l.classid, l.objid, l.kind, l.identity, l.definition,
               chronos.object_hash(l.kind, l.identity, l.definition)
        FROM chronos.live_policy l WHERE l.objid = ANY (objects);
    END IF;
    IF 'pg_statistic_ext'::regclass = ANY (classes) THEN
        RETURN QUERY
        SELECT l.classid, l.objid, l.kind, l.identity, l.definition,
               chronos.object_hash(l.kind, l.identity, l.definition)
        FROM chronos.live_statistics l WHERE l.objid = ANY (objects);
    END IF;
    IF 'pg_namespace'::regclass = ANY (classes) THEN
        RETURN QUERY
        SELECT l.classid, l.objid, l.kind, l.identity, l.definition,
               chronos.object_hash(l.kind, l.identity, l.definition)
        FROM chronos.live_schema l WHERE l.objid = ANY (objects);
    END IF;
    -- Privileges on what the server or an extension brought: relations, routines, types, schemas, languages.
    IF EXISTS (SELECT FROM unnest(objects) o WHERE o < 16384)
       OR EXISTS (SELECT FROM unnest(classes, objects) t(classid, objid)
                  JOIN pg_depend d ON d.classid = t.classid AND d.objid = t.objid WHERE d.deptype = 'e') THEN
        RETURN QUERY
        SELECT l.classid, l.objid, l.kind, l.identity, l.definition,
               chronos.object_hash(l.kind, l.identity, l.definition)
        FROM chronos.live_privileges l WHERE l.objid = ANY (objects);
    END IF;
    IF EXISTS (SELECT FROM chronos.live_label s WHERE s.objoid = ANY (objects)) THEN
        RETURN QUERY
        SELECT l.classid, l.objid, l.kind, l.identity, l.definition,
               chronos.object_hash(l.kind, l.identity, l.definition)
        FROM chronos.live_security_label l WHERE l.objid = ANY (objects);
    END IF;
    IF EXISTS (SELECT FROM unnest(classes) c WHERE c NOT IN (
                   'pg_class'::regclass, 'pg_constraint'::regclass, 'pg_type'::regclass, 'pg_proc'::regclass,
                   'pg_trigger'::regclass, 'pg_rewrite'::regclass, 'pg_policy'::regclass,
                   'pg_statistic_ext'::regclass, 'pg_namespace'::regclass, 'pg_attrdef'::regclass,
                   'pg_index'::regclass, 'pg_inherits'::regclass)) THEN
        RETURN QUERY
        SELECT l.classid, l.objid, l.kind, l.identity, l.definition,
               chronos.object_hash(l.kind, l.identity, l.definition)
        FROM chronos.live_object l WHERE l.objid = ANY (objects)
          AND l.kind NOT IN ('privileges', 'security label')
          AND l.classid NOT IN (
                  'pg_class'::regclass, 'pg_constraint'::regclass, 'pg_type'::regclass, 'pg_proc'::regclass,
                  'pg_trigger'::regclass, 'pg_rewrite'::regclass, 'pg_policy'::regclass,
                  'pg_statistic_ext'::regclass, 'pg_namespace'::regclass);
    END IF;
END $$;
COMMENT ON FUNCTION chronos.live_hashes(oid[], oid[]) IS
    'The named objects as they are now, what chronos.live_object would show of them, with their hashes.';

CREATE TYPE chronos.difference AS (
    classid oid, objid oid, kind text, identity text, definition jsonb, hash bytea,
    old_classid oid, old_objid oid, old_identity text, old_hash bytea, old_object bigint);
COMMENT ON TYPE chronos.difference IS
    'One object that is not as stored: hash is null when it is gone, old_hash when it is new, kind when it is locked; equal hashes mean a new oid. old_object is the number under which the store knows it.';

CREATE FUNCTION chronos.differences(line uuid, classes oid[], objects oid[]) RETURNS SETOF chronos.difference
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
SET enable_seqscan = off
SET enable_hashjoin = off
SET enable_mergejoin = off
AS $$
BEGIN
    -- One look-up for each object, by the one index that fits: whatever the statistics say, a plan that
    -- reads all facts must not be thought cheaper.
    RETURN QUERY
    WITH live AS MATERIALIZED (
        SELECT * FROM chronos.live_hashes(classes, objects)
    ), paired AS MATERIALIZED (
        SELECT l.*, coalesce(s.classid, i.classid) AS old_classid, coalesce(s.objid, i.objid) AS old_objid,
               coalesce(s.identity, i.identity) AS old_identity, coalesce(s.hash, i.hash) AS old_hash,
               coalesce(s.object, i.object) AS old_object
        FROM live l
        LEFT JOIN LATERAL (
            SELECT * FROM chronos.fact f
            WHERE f.objid = l.objid AND f.until IS NULL AND f.timeline IS NOT DISTINCT FROM line
              AND f.classid = l.classid AND f.kind = l.kind OFFSET 0) s ON true
        -- dropped and made anew under the same name: the same object to everybody but the server
        LEFT JOIN LATERAL (
            SELECT * FROM chronos.fact f
            WHERE s.objid IS NULL AND f.identity = l.identity AND f.kind = l.kind AND f.until IS NULL
              AND f.timeline IS NOT DISTINCT FROM line
              AND (f.kind, f.classid, f.objid) NOT IN (SELECT x.kind, x.classid, x.objid FROM live x)
              -- What had the name may have got another one, and is looked at later.
              AND (SELECT o.identity FROM pg_identify_object(f.classid, f.objid, 0) o) IS NULL
            OFFSET 0) i ON true
    )
    SELECT p.classid, p.objid, p.kind, p.identity, p.definition, p.hash,
           p.old_classid, p.old_objid, p.old_identity, p.old_hash, p.old_object
    FROM paired p WHERE p.hash IS DISTINCT FROM p.old_hash OR p.objid IS DISTINCT FROM p.old_objid
    UNION ALL
    SELECT s.classid, s.objid, s.kind, s.identity, NULL, NULL, s.classid, s.objid, s.identity, s.hash, s.object
    FROM (SELECT DISTINCT o FROM unnest(objects) o) o
    CROSS JOIN LATERAL (
        SELECT * FROM chronos.fact f
        WHERE f.objid = o.o AND f.until IS NULL AND f.timeline IS NOT DISTINCT FROM line OFFSET 0) s
    WHERE s.classid = ANY (classes)
      AND (s.kind, s.classid, s.objid) NOT IN (
              SELECT p.kind, p.old_classid, p.old_objid FROM paired p WHERE p.old_objid IS NOT NULL);
END $$;
COMMENT ON FUNCTION chronos.differences(uuid, oid[], oid[]) IS
    'The named objects against the newest facts of a timeline.';

CREATE FUNCTION chronos.all_differences(line uuid, except_objects oid[]) RETURNS SETOF chronos.difference
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_custom_plan
SET enable_seqscan = on
SET enable_hashjoin = on
SET enable_mergejoin = on
-- The planner cannot know how many objects the views show: it would loop over all facts for each.
SET enable_nestloop = off
AS $$
BEGIN
    RETURN QUERY
    WITH live AS MATERIALIZED (
        SELECT l.*, chronos.object_hash(l.kind, l.identity, l.definition) AS hash
        FROM chronos.live_object l WHERE NOT l.objid = ANY (except_objects)
    ), stored AS MATERIALIZED (
        SELECT f.* FROM chronos.fact f
        WHERE f.timeline = line AND f.until IS NULL AND NOT f.objid = ANY (except_objects)
    ), by_oid AS MATERIALIZED (
        SELECT l.kind, l.classid, l.objid, s.identity AS old_identity, s.hash AS old_hash, s.object AS old_object
        FROM live l JOIN stored s ON s.kind = l.kind AND s.classid = l.classid AND s.objid = l.objid
    ), left_over AS (
        SELECT s.* FROM stored s
        LEFT JOIN by_oid b ON b.kind = s.kind AND b.classid = s.classid AND b.objid = s.objid
        WHERE b.objid IS NULL
    ), paired AS MATERIALIZED (
        SELECT l.*, CASE WHEN b.objid IS NULL THEN o.classid ELSE b.classid END AS old_classid,
               coalesce(b.objid, o.objid) AS old_objid, coalesce(b.old_identity, o.identity) AS old_identity,
               coalesce(b.old_hash, o.hash) AS old_hash, coalesce(b.old_object, o.object) AS old_object
        FROM live l
        LEFT JOIN by_oid b ON b.kind = l.kind AND b.classid = l.classid AND b.objid = l.objid
        LEFT JOIN left_over o ON b.objid IS NULL AND o.kind = l.kind AND o.identity = l.identity
    )
    SELECT p.classid, p.objid, p.kind, p.identity, p.definition, p.hash,
           p.old_classid, p.old_objid, p.old_identity, p.old_hash, p.old_object
    FROM paired p WHERE p.hash IS DISTINCT FROM p.old_hash OR p.objid IS DISTINCT FROM p.old_objid
    UNION ALL
    SELECT s.classid, s.objid, s.kind, s.identity, NULL, NULL, s.classid, s.objid, s.identity, s.hash, s.object
    FROM left_over s
    LEFT JOIN paired p ON p.kind = s.kind AND p.old_classid = s.classid AND p.old_objid = s.objid
    WHERE p.objid IS NULL;
END $$;
COMMENT ON FUNCTION chronos.all_differences(uuid, oid[]) IS
    'Everything there is against the newest facts of a timeline: the proof that nothing was missed.';

CREATE FUNCTION chronos.compare(line uuid, classids oid[], objids oid[]) RETURNS SETOF chronos.difference
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    -- What can change without changing the text of anything else.
    quiet constant text[] := '{owner,acl,comment,options}';
    wave_classes oid[];
    wave oid[];
    next_classes oid[];
    next_wave oid[];
    refused oid[];
    deep_classes oid[] := '{}';
    deep oid[] := '{}';
    found chronos.difference;
BEGIN
    IF EXISTS (SELECT FROM unnest(classids, objids) t(classid, objid)
               WHERE NOT (t.classid = 'pg_class'::regclass
                          AND EXISTS (SELECT FROM pg_class c
                                      WHERE c.oid = t.objid AND c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S')))) THEN
        SELECT array_agg(o.classid), array_agg(o.objid) INTO wave_classes, wave FROM (
            SELECT t.classid, t.objid FROM unnest(classids, objids) t(classid, objid)
            UNION
            SELECT o.classid, o.objid FROM chronos.live_owners(classids, objids) o) o;
    ELSE
        wave_classes := classids;  -- each is its own owner
        wave := objids;
    END IF;
    refused := chronos.locked_objects(wave_classes, wave);
    FOR found IN
        SELECT * FROM chronos.differences(line, wave_classes, CASE WHEN refused = '{}' THEN wave ELSE
            (SELECT array_agg(u) FROM unnest(wave) u WHERE NOT u = ANY (refused)) END)
    LOOP
        IF (found.hash <> found.old_hash
            AND (found.identity <> found.old_identity OR found.definition - quiet IS DISTINCT FROM
                 (SELECT d.definition - quiet FROM chronos.definition d WHERE d.hash = found.old_hash)))
           -- The members of a new one get default privileges like anything else.
           OR (found.kind = 'extension' AND found.old_hash IS NULL AND EXISTS (SELECT FROM pg_default_acl)) THEN
            deep_classes := deep_classes || found.classid;
            deep := deep || found.objid;
            IF found.kind = 'extension' THEN
                -- Its members are no objects of their own, but others' texts name them.
                SELECT deep_classes || coalesce(array_agg(d.classid), '{}'), deep || coalesce(array_agg(d.objid), '{}')
                INTO deep_classes, deep FROM pg_depend d
                WHERE d.refclassid = 'pg_extension'::regclass AND d.refobjid = found.objid AND d.deptype = 'e';
            END IF;
        END IF;
        RETURN NEXT found;
    END LOOP;
    IF deep <> '{}' THEN
        SELECT array_agg(d.classid), array_agg(d.objid) INTO next_classes, next_wave
        FROM chronos.dependents(deep_classes, deep) d WHERE NOT d.objid = ANY (wave);
        IF next_wave <> '{}' THEN
            refused := refused || chronos.locked_objects(next_classes, next_wave);
            RETURN QUERY SELECT * FROM chronos.differences(line, next_classes, CASE WHEN refused = '{}' THEN next_wave ELSE
                (SELECT array_agg(u) FROM unnest(next_wave) u WHERE NOT u = ANY (refused)) END);
        END IF;
    END IF;
    RETURN QUERY
    SELECT w.classid, w.objid, NULL::text, NULL::text, NULL::jsonb, NULL::bytea,
           NULL::oid, NULL::oid, NULL::text, NULL::bytea, NULL::bigint
    FROM unnest(wave_classes || next_classes, wave || next_wave) w(classid, objid)
    WHERE w.objid = ANY (refused);
END $$;
COMMENT ON FUNCTION chronos.compare(uuid, oid[], oid[]) IS
    'Touched catalogue rows, the objects they belong to and, where a change can change their text, the objects that depend on them, against the store.';

CREATE FUNCTION chronos.busy_objects(OUT classids oid[], OUT objids oid[]) LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    rows_classes oid[];
    rows_objects oid[];
BEGIN
    SELECT array_agg('pg_class'::regclass::oid), array_agg(c.oid) INTO rows_classes, rows_objects FROM pg_class c
    WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND c.oid >= 16384 AND c.relpersistence <> 't'
      AND NOT chronos.may_render(c.oid, false);
    IF current_setting('transaction_isolation') IN ('repeatable read', 'serializable') THEN
        SELECT rows_classes || array_agg(CASE k.contypid WHEN 0 THEN k.tableoid ELSE 'pg_type'::regclass::oid END),
               rows_objects || array_agg(CASE k.contypid WHEN 0 THEN k.oid ELSE k.contypid END)
        INTO rows_classes, rows_objects
        FROM pg_constraint k WHERE k.oid >= 16384 AND NOT chronos.reads_newest_constraint(k.oid);
    END IF;
    IF rows_objects <> '{}' THEN
        SELECT array_agg(d.classid), array_agg(d.objid) INTO classids, objids
        FROM chronos.dependents(rows_classes, rows_objects) d;
    END IF;
    classids := coalesce(classids, '{}');
    objids := coalesce(objids, '{}');
END $$;
COMMENT ON FUNCTION chronos.busy_objects() IS
    'What another session is just changing, and all that depends on it: it cannot be rendered now without waiting.';
REVOKE ALL ON FUNCTION chronos.busy_objects() FROM PUBLIC;

CREATE FUNCTION chronos.compare_all(line uuid, except_objects oid[]) RETURNS SETOF chronos.difference
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    refused oid[];
    refused_classes oid[];
BEGIN
    SELECT b.classids, b.objids INTO refused_classes, refused FROM chronos.busy_objects() b;
    RETURN QUERY SELECT * FROM chronos.all_differences(line, refused || except_objects);
    RETURN QUERY
    SELECT r.classid, r.objid, NULL::text, NULL::text, NULL::jsonb, NULL::bytea,
           NULL::oid, NULL::oid, NULL::text, NULL::bytea, NULL::bigint
    FROM unnest(refused_classes, refused) r(classid, objid);
END $$;
COMMENT ON FUNCTION chronos.compare_all(uuid, oid[]) IS
    'All objects but the excepted ones against the store; locked ones, and what depends on them, are left for later.';

