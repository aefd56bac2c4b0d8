-- Labels out of the tables of migration tools: TOOL:REVISION.

CREATE FUNCTION chronos.give_tool_label(label text, source text, target bigint, first_look boolean, keeps boolean) RETURNS void
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    line constant uuid := (chronos.head()).timeline;
    prior chronos.label;
BEGIN
    SELECT l.* INTO prior FROM chronos.lineage t JOIN chronos.label l ON l.timeline = t.timeline
    WHERE l.name = give_tool_label.label AND (t.last_version IS NULL OR l.number <= t.last_version) ORDER BY t.depth LIMIT 1;
    IF FOUND AND (prior.source IS NULL OR (NOT prior.undone AND (first_look OR prior.number >= target))) THEN
        RETURN;
    END IF;
    DELETE FROM chronos.label l USING chronos.lineage t
    WHERE l.timeline = t.timeline AND l.name = give_tool_label.label AND l.source IS NOT NULL;
    INSERT INTO chronos.label (timeline, name, number, role, source)
    SELECT line, label, target, coalesce(v.role, session_user), source
    FROM (SELECT) one LEFT JOIN chronos.version v ON v.timeline = line AND v.number = target
    ON CONFLICT DO NOTHING;
    -- Who comes to a revision again that is not undone has come back to it.
    IF prior.source = give_tool_label.source AND NOT prior.undone AND NOT keeps THEN
        UPDATE chronos.label l SET undone = true FROM chronos.lineage t
        WHERE l.timeline = t.timeline AND l.source = give_tool_label.source AND l.number > prior.number AND l.name <> give_tool_label.label
          AND NOT l.undone;
    END IF;
END $$;
COMMENT ON FUNCTION chronos.give_tool_label(text, text, bigint, boolean, boolean) IS
    'Labels a version with a revision of a tool. A label that exists moves to a newer version, but not at the first look at a table, and not if somebody gave it with chronos.label().';
REVOKE ALL ON FUNCTION chronos.give_tool_label(text, text, bigint, boolean, boolean) FROM PUBLIC;

CREATE FUNCTION chronos.undo_tool_labels(identity text, kept text[]) RETURNS void LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    UPDATE chronos.label l SET undone = true
    WHERE starts_with(l.source, identity || ':') AND NOT l.undone
      AND l.name NOT IN (SELECT unnest(kept));
END $$;
COMMENT ON FUNCTION chronos.undo_tool_labels(text, text[]) IS
    'Notes that what a tool''s table named once is not applied any more, but for some labels.';
REVOKE ALL ON FUNCTION chronos.undo_tool_labels(text, text[]) FROM PUBLIC;

CREATE FUNCTION chronos.settle_tool_table(relation oid, identity text, tool chronos.tool, mark bigint, known chronos.tool_state, number bigint)
RETURNS void LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    revisions constant chronos.tool_revision[] := ARRAY(SELECT r FROM chronos.tool_revisions(relation, tool) r);
    begun constant text := (SELECT r.revision FROM unnest(revisions) r WHERE NOT tool.keeps AND NOT r.applied LIMIT 1);
    heads jsonb := chronos.tool_heads(revisions);
    newest constant bigint := chronos.current_version();
    before constant bigint := coalesce((SELECT max(v.number) FROM chronos.version v
                                        WHERE v.timeline = (chronos.head()).timeline AND v.number < settle_tool_table.number), number);
    touched constant boolean := chronos.tool_touched(relation);
BEGIN
    IF begun IS NULL THEN
        PERFORM chronos.give_tool_label(tool.tool || ':' || n.revision, identity || ':' || n.scope,
                                        CASE WHEN settle_tool_table.number IS NULL THEN newest
                                             WHEN n.own OR (n.is_return AND touched) THEN settle_tool_table.number ELSE before END,
                                        known.relation IS NULL, tool.keeps)
        FROM (SELECT n.* FROM chronos.tool_news(revisions, known.heads, tool.heads = 'all') n ORDER BY n.own, n.scope, n.revision LIMIT 1000) n;
    ELSIF number IS NULL THEN
        heads := known.heads;
    ELSE
        -- It says so before and after, and nothing of it in between: each version made meanwhile is its work.
        PERFORM chronos.give_tool_label(tool.tool || ':' || begun, identity || ':', number, false, tool.keeps);
        heads := jsonb_build_object('', jsonb_build_array(begun));
    END IF;
    IF known.relation IS NOT NULL AND (tool.keeps OR revisions = '{}') THEN
        PERFORM chronos.undo_tool_labels(identity, ARRAY(SELECT tool.tool || ':' || r.revision FROM unnest(revisions) r WHERE r.applied));
    END IF;
    INSERT INTO chronos.tool_state (relation, identity, tool, mark, heads)
    VALUES (settle_tool_table.relation, settle_tool_table.identity, tool.tool,
            CASE WHEN begun IS NULL THEN settle_tool_table.mark ELSE 0 END, coalesce(heads, '{}'))
    ON CONFLICT ON CONSTRAINT tool_state_pkey DO UPDATE
    SET identity = EXCLUDED.identity, tool = EXCLUDED.tool, mark = EXCLUDED.mark, heads = EXCLUDED.heads;
END $$;
COMMENT ON FUNCTION chronos.settle_tool_table(oid, text, chronos.tool, bigint, chronos.tool_state, bigint) IS
    'Labels versions with what has come to one table of a tool since the last look, as settle_tool_labels() says.';
REVOKE ALL ON FUNCTION chronos.settle_tool_table(oid, text, chronos.tool, bigint, chronos.tool_state, bigint) FROM PUBLIC;

CREATE FUNCTION chronos.settle_tool_labels(number bigint, everywhere boolean) RETURNS void LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    item record;
BEGIN
    IF chronos.current_version() = 0 THEN
        RETURN;
    END IF;
    FOR item IN
        SELECT f.relation, f.identity, f.tool, s AS known, chronos.tool_mark(f.relation) AS mark
        FROM chronos.tool_tables(CASE WHEN NOT everywhere THEN ARRAY(SELECT k.relation FROM chronos.tool_state k) END) f
        LEFT JOIN chronos.tool_state s ON s.relation = f.relation
        ORDER BY f.relation
    LOOP
        CONTINUE WHEN item.mark IS NULL
                   OR (item.mark = (item.known).mark AND item.identity = (item.known).identity AND (item.tool).tool = (item.known).tool);
        PERFORM chronos.lock_numbers();
        UPDATE chronos.label l SET source = item.identity || substr(l.source, length((item.known).identity) + 1)
        WHERE item.identity <> (item.known).identity AND starts_with(l.source, (item.known).identity || ':');
        PERFORM chronos.settle_tool_table(item.relation, item.identity, item.tool, item.mark, item.known, number);
    END LOOP;
    -- What was dropped, or is no tool's any more.
    FOR item IN
        DELETE FROM chronos.tool_state s
        WHERE NOT EXISTS (SELECT FROM chronos.tool_tables(ARRAY(SELECT k.relation FROM chronos.tool_state k)) f WHERE f.relation = s.relation)
        RETURNING s.identity
    LOOP
        PERFORM chronos.undo_tool_labels(item.identity, '{}');
    END LOOP;
END $$;
COMMENT ON FUNCTION chronos.settle_tool_labels(bigint, boolean) IS
    'Labels versions with the revisions that migration tools have noted since the last look: the version that this transaction makes with those that it noted itself, the one before with those of others; without a number the newest with all. everywhere: looks for tables that are not known yet.';
REVOKE ALL ON FUNCTION chronos.settle_tool_labels(bigint, boolean) FROM PUBLIC;

CREATE FUNCTION chronos.find_unsettled_labels() RETURNS text[] LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    seen record;
    revisions chronos.tool_revision[];
    found text[] := '{}';
BEGIN
    FOR seen IN
        SELECT f.relation, f.tool, s.heads FROM chronos.tool_state s
        JOIN chronos.tool_tables(ARRAY(SELECT k.relation FROM chronos.tool_state k)) f USING (relation)
        -- What this transaction notes belongs to a version that is still to come.
        WHERE chronos.tool_mark(s.relation) <> s.mark AND NOT chronos.tool_touched(s.relation)
    LOOP
        revisions := ARRAY(SELECT r FROM chronos.tool_revisions(seen.relation, seen.tool) r);
        found := found || ARRAY(SELECT (seen.tool).tool || ':' || n.revision
                                FROM chronos.tool_news(revisions, seen.heads, (seen.tool).heads = 'all') n);
    END LOOP;
    RETURN ARRAY(
        SELECT DISTINCT f COLLATE "C" FROM unnest(found) f
        WHERE NOT EXISTS (SELECT FROM chronos.lineage t JOIN chronos.label l ON l.timeline = t.timeline WHERE l.name = f)
        ORDER BY 1);
EXCEPTION WHEN lock_not_available THEN
    RETURN '{}';  -- the tool is at work
END $$;
COMMENT ON FUNCTION chronos.find_unsettled_labels() IS 'Reads what unsettled_labels() returns.';
REVOKE ALL ON FUNCTION chronos.find_unsettled_labels() FROM PUBLIC;

CREATE FUNCTION chronos.unsettled_labels() RETURNS text[] LANGUAGE c STABLE
AS 'MODULE_PATHNAME', 'chronos_unsettled_labels';
COMMENT ON FUNCTION chronos.unsettled_labels() IS
    'What migration tools have noted since the last look: labels that the newest version gets with the next change of the schema, or at the next comparison.';

CREATE FUNCTION chronos.applied_revision(label text) RETURNS bigint LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    newest boolean;
BEGIN
    SELECT bool_or(r.newest) INTO newest
    FROM chronos.tool_state s
    JOIN chronos.tool_tables(ARRAY(SELECT k.relation FROM chronos.tool_state k)) f USING (relation)
    CROSS JOIN LATERAL chronos.tool_revisions(f.relation, f.tool) r
    WHERE starts_with(label, s.tool || ':') AND r.applied AND label = (f.tool).tool || ':' || r.revision;
    RETURN CASE WHEN newest THEN chronos.current_version()
                WHEN NOT newest THEN (SELECT min(v.number) FROM chronos.lineage t JOIN chronos.version v ON v.timeline = t.timeline
                                      WHERE t.last_version IS NULL OR v.number <= t.last_version) END;
EXCEPTION WHEN lock_not_available THEN
    RETURN NULL;
END $$;
COMMENT ON FUNCTION chronos.applied_revision(text) IS
    'For a revision that a tool''s table has as applied and no label names: the newest version if it is the newest revision, else the oldest version there is. Null if it is not applied.';
REVOKE ALL ON FUNCTION chronos.applied_revision(text) FROM PUBLIC;

CREATE FUNCTION chronos.is_taken_back(known chronos.label) RETURNS boolean LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    seen record;
    revisions chronos.tool_revision[];
    named chronos.tool_revision;
BEGIN
    SELECT f.relation, f.tool INTO seen
    FROM chronos.tool_state s JOIN chronos.tool_tables(ARRAY[s.relation]) f ON true
    WHERE starts_with(known.source, s.identity || ':') AND chronos.tool_mark(s.relation) <> s.mark;
    IF NOT FOUND THEN
        RETURN known.undone;
    END IF;
    revisions := ARRAY(SELECT r FROM chronos.tool_revisions(seen.relation, seen.tool) r);
    SELECT r.* INTO named FROM unnest(revisions) r
    WHERE known.name = (seen.tool).tool || ':' || r.revision ORDER BY r.applied DESC LIMIT 1;
    IF FOUND THEN
        RETURN NOT named.applied;
    ELSIF (seen.tool).keeps OR revisions = '{}' OR known.undone THEN
        RETURN true;
    END IF;
    -- The newest now is one that was before it.
    RETURN EXISTS (SELECT FROM unnest(revisions) r JOIN chronos.label l ON l.name = (seen.tool).tool || ':' || r.revision
                   WHERE r.applied AND l.timeline = known.timeline AND l.number < known.number AND NOT l.undone);
EXCEPTION WHEN lock_not_available THEN
    RETURN known.undone;
END $$;
COMMENT ON FUNCTION chronos.is_taken_back(chronos.label) IS
    'Whether a migration tool has taken back the revision that a label names, or has not finished it; what it noted since the last look included.';
REVOKE ALL ON FUNCTION chronos.is_taken_back(chronos.label) FROM PUBLIC;

CREATE FUNCTION chronos.find_labelled_version(label text) RETURNS bigint LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    known chronos.label;
BEGIN
    SELECT l.* INTO known FROM chronos.lineage t JOIN chronos.label l ON l.timeline = t.timeline
    WHERE l.name = find_labelled_version.label AND (t.last_version IS NULL OR l.number <= t.last_version) ORDER BY t.depth LIMIT 1;
    IF FOUND AND (known.source IS NULL OR NOT chronos.is_taken_back(known)) THEN
        RETURN known.number;
    ELSIF label LIKE '%:%' AND EXISTS (SELECT FROM chronos.tool_state) THEN
        RETURN chronos.applied_revision(label);
    END IF;
    RETURN NULL;
END $$;
COMMENT ON FUNCTION chronos.find_labelled_version(text) IS 'Reads what labelled_version() returns.';
REVOKE ALL ON FUNCTION chronos.find_labelled_version(text) FROM PUBLIC;

CREATE FUNCTION chronos.labelled_version(label text) RETURNS bigint LANGUAGE c STABLE STRICT
AS 'MODULE_PATHNAME', 'chronos_labelled_version';
COMMENT ON FUNCTION chronos.labelled_version(text) IS
    'Since which version the schema is what a label says: the version of the label; null if there is none, or if it is a revision that a migration tool has taken back.';
