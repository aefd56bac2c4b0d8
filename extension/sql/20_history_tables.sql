-- The version store. A version is a row of chronos.version; what the schema was at it are the facts whose
-- range holds it. Tables that pg_dump carries along are registered; what belongs to this database alone
-- (chronos.local, chronos.gap) is not.

CREATE TABLE chronos.timeline (
    id uuid PRIMARY KEY,
    parent uuid,
    parent_version bigint,
    cause text NOT NULL CHECK (cause IN ('created', 'restore')),
    created_at timestamptz NOT NULL DEFAULT now(),
    CHECK ((parent IS NULL) = (parent_version IS NULL))
);
COMMENT ON TABLE chronos.timeline IS
    'Version numbers belong to a timeline. One that was begun by a restore continues parent after parent_version.';
SELECT pg_catalog.pg_extension_config_dump('chronos.timeline', '');

CREATE TABLE chronos.version (
    timeline uuid NOT NULL,
    number bigint NOT NULL CHECK (number > 0),
    cause text NOT NULL CHECK (cause IN ('baseline', 'ddl', 'unobserved', 'restore', 'server')),
    started_at timestamptz,
    committed_at timestamptz NOT NULL,
    role text,
    session_role text,
    application text,
    client_address text,
    transaction xid8,
    duration interval,
    observed_after timestamptz,
    statements text[] NOT NULL,
    snapshot text,
    server_version integer NOT NULL,
    fingerprint bytea NOT NULL CHECK (length(fingerprint) = 32),
    changes jsonb NOT NULL DEFAULT '[]',
    PRIMARY KEY (timeline, number)
);
COMMENT ON TABLE chronos.version IS
    'Committed states of the schema, numbered in the order of their commits, with the evidence of who made them and how, and a list of what they changed, each [change, kind, identity, identity before if renamed]. Read chronos.history instead.';
SELECT pg_catalog.pg_extension_config_dump('chronos.version', '');

CREATE TABLE chronos.definition (
    hash bytea PRIMARY KEY,
    kind text NOT NULL,
    identity text NOT NULL,
    definition jsonb NOT NULL
);
COMMENT ON TABLE chronos.definition IS
    'Every definition an object ever had, under the hash of its content: what did not change costs nothing.';
SELECT pg_catalog.pg_extension_config_dump('chronos.definition', '');

CREATE FUNCTION chronos.keep_known_definition() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF EXISTS (SELECT FROM chronos.definition d WHERE d.hash = NEW.hash) THEN
        RETURN NULL;
    END IF;
    RETURN NEW;
END $$;
COMMENT ON FUNCTION chronos.keep_known_definition() IS
    'Skips what is stored already: a restore by COPY meets definitions that the new database has too.';
CREATE TRIGGER keep_known BEFORE INSERT ON chronos.definition
    FOR EACH ROW EXECUTE FUNCTION chronos.keep_known_definition();
ALTER TABLE chronos.definition ENABLE ALWAYS TRIGGER keep_known;

CREATE SEQUENCE chronos.object_number;
COMMENT ON SEQUENCE chronos.object_number IS 'Numbers of objects in chronos.fact.';
SELECT pg_catalog.pg_extension_config_dump('chronos.object_number', '');

CREATE TABLE chronos.fact (
    timeline uuid NOT NULL,
    since bigint NOT NULL,
    until bigint CHECK (until > since),
    classid oid NOT NULL,
    objid oid NOT NULL,
    kind text NOT NULL,
    identity text NOT NULL,
    hash bytea NOT NULL,
    object bigint NOT NULL DEFAULT nextval('chronos.object_number'),
    attributes int2[],
    PRIMARY KEY (timeline, since, kind, identity)
);
COMMENT ON TABLE chronos.fact IS
    'In which versions a definition held: from since on, up to but not including until. The oids, and the attribute numbers of the columns, are those of the timeline''s own database; the number of an object stays with it through renames, new oids and restores.';
CREATE INDEX fact_course ON chronos.fact (object, since);
CREATE INDEX fact_until ON chronos.fact (timeline, until) WHERE until IS NOT NULL;
CREATE INDEX fact_object ON chronos.fact (objid) WHERE until IS NULL;
CREATE UNIQUE INDEX fact_identity ON chronos.fact (identity, kind, timeline) WHERE until IS NULL;
SELECT pg_catalog.pg_extension_config_dump('chronos.fact', '');

CREATE FUNCTION chronos.attribute_numbers(kind text, objid oid, definition jsonb) RETURNS int2[]
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    relation oid := CASE kind WHEN 'type' THEN (SELECT t.typrelid FROM pg_type t WHERE t.oid = objid) ELSE objid END;
BEGIN
    RETURN (
        SELECT CASE WHEN bool_and(a.attnum IS NOT NULL) THEN array_agg(a.attnum ORDER BY c.nr)
                    -- As it stood when a dump had just made it: changed since, before anything was recorded.
                    WHEN bool_and(coalesce(a.attnum = c.nr, true)) THEN array_agg(c.nr::int2 ORDER BY c.nr) END
        FROM jsonb_array_elements(coalesce(definition -> 'columns', definition -> 'attributes'))
             WITH ORDINALITY c(facts, nr)
        LEFT JOIN pg_attribute a ON a.attrelid = relation AND a.attname = (c.facts ->> 'name')::name);
END $$;
COMMENT ON FUNCTION chronos.attribute_numbers(text, oid, jsonb) IS
    'The attribute numbers of the columns of a table, foreign table or composite type, in the order of its definition; null for anything else. They tell a renamed column from a dropped and an added one.';

CREATE TABLE chronos.label (
    timeline uuid NOT NULL,
    name text NOT NULL CHECK (name <> ''),
    number bigint NOT NULL,
    role text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    source text,
    undone boolean NOT NULL DEFAULT false,
    PRIMARY KEY (timeline, name),
    CHECK (octet_length(name) <= CASE WHEN source IS NULL THEN 63 ELSE 2100 END)
);
COMMENT ON TABLE chronos.label IS
    'Names given to versions by chronos.label(); number 0 waits for the commit. Those that come from a migration tool have a source, the table in which it noted the revision, and are undone when it has taken the revision back.';
CREATE INDEX label_waiting ON chronos.label (timeline) WHERE number = 0;
CREATE INDEX label_number ON chronos.label (timeline, number);
SELECT pg_catalog.pg_extension_config_dump('chronos.label', '');

CREATE TABLE chronos.pruned (
    timeline uuid PRIMARY KEY,
    versions int8multirange NOT NULL,
    pruned_at timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE chronos.pruned IS 'Versions that chronos.prune_history() has removed.';
SELECT pg_catalog.pg_extension_config_dump('chronos.pruned', '');

CREATE TABLE chronos.local (
    one boolean PRIMARY KEY DEFAULT true CHECK (one),
    timeline uuid NOT NULL,
    loading boolean NOT NULL,
    compared_at timestamptz,
    compared_by integer,
    examined_at timestamptz
);
COMMENT ON TABLE chronos.local IS
    'The timeline of this database, never dumped; loading while a dump that creates the extension is being read; when everything was last compared with the store, and by which version of the server; when the doctor last wrote into the log.';

CREATE TABLE chronos.gap (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    reason text NOT NULL CHECK (reason IN ('prepared', 'failed', 'locked', 'loading')),
    message text,
    noted_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    attempts integer NOT NULL DEFAULT 0,
    everything boolean NOT NULL,
    classids oid[] NOT NULL,
    objids oid[] NOT NULL,
    started_at timestamptz,
    role text,
    session_role text,
    application text,
    client_address text,
    transaction xid8,
    statements text[] NOT NULL
);
COMMENT ON TABLE chronos.gap IS
    'Changes that are committed but in no version yet: of prepared transactions, of objects somebody had locked, or because recording failed. The next change or chronos.reconcile() records them.';

GRANT SELECT ON chronos.timeline, chronos.definition, chronos.fact, chronos.label, chronos.local, chronos.pruned TO PUBLIC;
GRANT SELECT ON SEQUENCE chronos.object_number TO PUBLIC;
-- Statements can hold data: chronos.evidence shows them to those who may see them. The owner of the database may dump it.
GRANT SELECT ON chronos.version, chronos.gap TO pg_database_owner;
GRANT SELECT (timeline, number, cause, started_at, committed_at, role, session_role, application, transaction, duration,
              observed_after, snapshot, server_version, fingerprint, changes) ON chronos.version TO PUBLIC;
GRANT SELECT (id, reason, noted_at, attempts, everything, classids, objids, started_at, role, session_role, application,
              transaction) ON chronos.gap TO PUBLIC;
