-- What can be asked about versions, and how the store keeps them.
CREATE TABLE before_chronos (id int PRIMARY KEY, note text);
CREATE EXTENSION chronos;
SELECT chronos.current_version();
SELECT cause, labels, added, changed, removed FROM chronos.history;
SELECT chronos.current_timeline() = (SELECT timeline FROM chronos.local) AS own_timeline;

-- a change is a version, nothing is none
ALTER TABLE before_chronos ADD seen timestamptz;
SELECT chronos.current_version();
ALTER TABLE before_chronos ALTER note SET DEFAULT 'x';
ALTER TABLE before_chronos ALTER note SET DEFAULT 'x';
COMMENT ON TABLE before_chronos IS NULL;
CREATE TABLE IF NOT EXISTS before_chronos (a int);
SELECT chronos.current_version();
SELECT chronos.reconcile();

-- the fingerprint comes back with the schema, and is the sum of what holds
SELECT chronos.fingerprint() AS before \gset
ALTER TABLE before_chronos ADD gone int;
SELECT chronos.fingerprint() = :'before' AS same;
ALTER TABLE before_chronos DROP gone;
SELECT chronos.fingerprint() = :'before' AS same, length(chronos.fingerprint());
SELECT chronos.fingerprint() = chronos.fingerprint_sum(NULL, array_agg(hash), NULL) AS is_sum
FROM chronos.facts_at(chronos.current_version());
SELECT bool_and(v.fingerprint = (SELECT chronos.fingerprint_sum(NULL, array_agg(f.hash), NULL) FROM chronos.facts_at(v.number) f))
FROM chronos.version v;

-- a definition is stored once
SELECT count(*) = count(DISTINCT hash) AS unique_hashes FROM chronos.definition;
INSERT INTO chronos.definition SELECT * FROM chronos.definition;
SELECT bool_and(hash = chronos.object_hash(kind, identity, definition)) AS named_by_content FROM chronos.definition;

-- a rename is a change of one object, dropping and making anew as well
ALTER TABLE before_chronos RENAME TO renamed;
SELECT added, changed, removed FROM chronos.history ORDER BY number DESC LIMIT 1;
BEGIN;
DROP TABLE renamed;
CREATE TABLE renamed (id int PRIMARY KEY, note text);
COMMIT;
SELECT added, changed, removed, statements FROM chronos.history ORDER BY number DESC LIMIT 1;
SELECT chronos.current_version() AS before \gset
BEGIN;
DROP TABLE renamed;
CREATE TABLE renamed (id int PRIMARY KEY, note text);
COMMIT;
SELECT chronos.current_version() - :before AS versions_for_the_same_table_anew, chronos.reconcile();
ALTER TABLE renamed ADD more int;
SELECT added, changed, removed FROM chronos.history ORDER BY number DESC LIMIT 1;

-- labels
SELECT chronos.label('release 1') = chronos.current_version() AS labelled;
SELECT chronos.label('release 1') = chronos.current_version() AS twice_is_once;
BEGIN;
ALTER TABLE renamed DROP more;
SELECT chronos.label('release 2') IS NULL AS waits;
SAVEPOINT here;
SELECT chronos.label('never');
ROLLBACK TO here;
COMMIT;
SELECT labels, number - chronos.current_version() AS ago FROM chronos.history WHERE labels <> '{}' ORDER BY number;
SELECT chronos.label('release 1');
SELECT chronos.label('');
SELECT chronos.label(repeat('x', 64));
SELECT chronos.label(repeat('x', 63)) = chronos.current_version() AS longest;
BEGIN;
ALTER TABLE renamed ADD more int;
SELECT chronos.label('rolled back');
ROLLBACK;
SELECT count(*) FROM chronos.label WHERE name IN ('rolled back', 'never') OR number = 0;

-- requirements: an ordinary role may ask, without any other right
CREATE ROLE regress_ordinary;
SET ROLE regress_ordinary;
SELECT chronos.require_version('>=2') = chronos.current_version() AS fits;
SELECT chronos.require_version('>="release 1" <1000000') > 0 AS fits;
SELECT chronos.require_version(left(encode(chronos.fingerprint(), 'hex'), 12)) > 0 AS fits;
\set SHOW_CONTEXT never
DO $$
DECLARE
    state text; message text; detail text; hint text;
BEGIN
    PERFORM chronos.require_version('>=1000000');
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
    RAISE NOTICE '% | % | % | %', state, regexp_replace(message, 'version \d+', 'version N'),
        regexp_replace(regexp_replace(detail, 'version \d+', 'version N'), 'fingerprint [0-9a-f]{16}', 'fingerprint F'), regexp_replace(hint, 'version \d+', 'version N');
END $$;
DO $$
BEGIN
    PERFORM chronos.require_version('no-such-label');
EXCEPTION WHEN SQLSTATE 'CH001' THEN
    RAISE NOTICE 'refused';
END $$;
SELECT chronos.require_version('>=');
SELECT chronos.require_version(NULL);
SELECT chronos.schema_at(1) LIKE '%CREATE TABLE public.before_chronos%' AS readable;
SELECT chronos.schema_at(1000000);
SELECT chronos.label('mine');
SELECT chronos.reconcile();
RESET ROLE;
DROP ROLE regress_ordinary;

-- everything of ours has a comment
SELECT 'function ' || p.oid::regprocedure FROM pg_proc p
WHERE pronamespace = 'chronos'::regnamespace AND obj_description(p.oid, 'pg_proc') IS NULL
UNION ALL
SELECT 'relation ' || c.oid::regclass FROM pg_class c
WHERE relnamespace = 'chronos'::regnamespace AND relkind IN ('r', 'v') AND obj_description(c.oid, 'pg_class') IS NULL
UNION ALL
SELECT 'type ' || c.oid::regclass FROM pg_class c JOIN pg_type t ON t.typrelid = c.oid
WHERE relnamespace = 'chronos'::regnamespace AND relkind = 'c' AND obj_description(t.oid, 'pg_type') IS NULL;
-- and a search_path of its own
SELECT p.oid::regprocedure FROM pg_proc p JOIN pg_language l ON l.oid = p.prolang
WHERE pronamespace = 'chronos'::regnamespace AND l.lanname <> 'c' AND prokind <> 'p'
  AND NOT coalesce(array_to_string(proconfig, ',') LIKE '%search_path=pg_catalog, pg_temp%', false);

-- it leaves nothing
DROP EXTENSION chronos;
SELECT count(*) FROM pg_event_trigger;
SELECT count(*) FROM pg_namespace WHERE nspname = 'chronos';
ALTER TABLE renamed ADD yet_more int;
CREATE EXTENSION chronos;
SELECT chronos.current_version();
ALTER TABLE renamed DROP yet_more;
SELECT chronos.current_version();
DROP EXTENSION chronos;
DROP TABLE renamed;
