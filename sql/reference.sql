-- The ways to name a version, and what is said of names that mean none.
\set SHOW_CONTEXT never
SET client_min_messages = warning;
CREATE EXTENSION chronos;
RESET client_min_messages;
SET DateStyle = ISO;
SET TimeZone = 'UTC';
CREATE FUNCTION refusal(reference text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    message text; detail text; hint text; state text;
BEGIN
    RETURN chronos.resolve(reference);
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT, state = RETURNED_SQLSTATE;
    RETURN regexp_replace(concat_ws(E'\n', state, message, detail, hint), '(\d{4}-\d\d-\d\d [0-9:.+-]+|[0-9a-f]{10,})', 'T', 'g');
END $$;
CREATE TABLE one (a int);
SELECT chronos.current_version() AS v, chronos.label('release 1.0') \gset
DO 'BEGIN PERFORM pg_sleep(0.01); END';
SELECT clock_timestamp() AS between_them \gset
DO 'BEGIN PERFORM pg_sleep(0.01); END';
ALTER TABLE one ADD b int;
ALTER TABLE one ADD c int;
SELECT chronos.label('20260131120000') = :v + 2 AS labelled;
ALTER TABLE one ADD d int;
SELECT chronos.label('1') = :v + 3 AS labelled;
ALTER TABLE one DROP d;

SELECT chronos.resolve(:'v') = :v AS number, chronos.resolve('current') = :v + 4 AS current, chronos.resolve('latest') = :v + 4 AS latest,
    chronos.resolve('release 1.0') = :v AS label, chronos.resolve('20260131120000') = :v + 2 AS digits;
SELECT chronos.resolve('number:1') AS number, chronos.resolve('label:1') = :v + 3 AS label;
SELECT chronos.resolve(encode(fingerprint, 'hex')) = number AS whole, chronos.resolve(upper(left(encode(fingerprint, 'hex'), 16))) = number AS beginning,
    chronos.resolve('fingerprint:' || left(encode(fingerprint, 'hex'), 32)) = number AS told
FROM chronos.version WHERE number = :v + 1;
-- the schema came back to what it was: the newest of the two
SELECT chronos.resolve(encode(fingerprint, 'hex')) = :v + 4 AS newest FROM chronos.version WHERE number = :v + 2;
SELECT chronos.resolve(:'between_them') = :v AS at_a_time, chronos.version_at(:'between_them') = :v AS same,
    chronos.resolve('now') = :v + 4 AS now, chronos.resolve('tomorrow') = :v + 4 AS tomorrow, chronos.resolve('0 seconds ago') = :v + 4 AS ago;
SELECT chronos.resolve(NULL) IS NULL AS nothing, chronos.version_at(NULL) IS NULL AS never;
SELECT bool_and(chronos.version_at(committed_at) = number) AS from_its_commit_on FROM chronos.version;

\pset format unaligned
\pset tuples_only on
SELECT refusal('99');
SELECT refusal('99999999999999999999');
SELECT refusal('0');
SELECT refusal('1');
SELECT refusal('release 1.1');
SELECT refusal('something');
SELECT refusal('');
SELECT refusal('live');
SELECT refusal('deadbeef');
SELECT refusal('label:none');
SELECT refusal('1999-12-31');
SELECT refusal('20 years ago');
\pset format aligned
\pset tuples_only off

-- the facts that hold there
SELECT kind, identity, attributes, line IS NULL AS now FROM chronos.facts_of('release 1.0') WHERE kind = 'table';
SELECT kind, identity, attributes, line IS NULL AS now FROM chronos.facts_of('live') WHERE kind = 'table';
SELECT count(*) AS not_as_recorded FROM (
    SELECT objid, object, kind, identity, hash, definition, attributes FROM chronos.facts_of('live')
    EXCEPT SELECT objid, object, kind, identity, hash, definition, attributes FROM chronos.facts_of('current')) x;
SELECT bool_and(chronos.object_hash(kind, identity, definition) = hash) AS named_by_content FROM chronos.facts_of('live');
-- what only was renamed, or made anew, is the same object
SELECT object FROM chronos.facts_of('current') WHERE identity = 'public.one' \gset
ALTER TABLE one RENAME TO two;
BEGIN;
CREATE TABLE made_anew (LIKE two);
DROP TABLE two;
ALTER TABLE made_anew RENAME TO two;
COMMIT;
SELECT object = :object AS same, attributes FROM chronos.facts_of('current') WHERE identity = 'public.two';
SELECT count(DISTINCT object) AS objects, count(*) > 5 AS many FROM chronos.fact WHERE kind = 'table';

-- an ordinary role may ask
CREATE ROLE regress_reference;
GRANT CREATE ON SCHEMA public TO regress_reference;
SET ROLE regress_reference;
SELECT chronos.resolve('release 1.0') = :v AS resolved, chronos.version_at('now') = chronos.current_version() AS by_time;
SELECT count(*) > 0 AS some FROM chronos.facts_of('current');
SELECT count(*) > 0 AS some FROM chronos.facts_of('live');
RESET ROLE;
REVOKE CREATE ON SCHEMA public FROM regress_reference;
DROP ROLE regress_reference;

SET client_min_messages = warning;
DROP EXTENSION chronos;
DROP FUNCTION refusal(text);
DROP TABLE two;
