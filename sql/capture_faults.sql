-- A fault on purpose at every step of capture: the user's command is committed, with a warning and a gap, and the
-- next comparison closes the gap. Only a cancel by the user undoes the command, as everywhere in a COMMIT.
CREATE EXTENSION chronos;
CREATE TABLE outcomes (nr int GENERATED ALWAYS AS IDENTITY, fault text, made boolean, recorded boolean, gaps text, healed boolean);
CREATE PROCEDURE note_outcome(fault text, name text) LANGUAGE plpgsql AS $$
DECLARE
    own constant text := 'table public.' || name;
    noted outcomes;
BEGIN
    noted.made := to_regclass(name) IS NOT NULL;
    noted.recorded := EXISTS (SELECT FROM chronos.history h WHERE own = ANY (h.added));
    noted.gaps := (SELECT string_agg(concat_ws(' ', g.reason, CASE WHEN g.everything THEN 'everything' END), ', ') FROM chronos.gap g);
    PERFORM chronos.reconcile();
    noted.healed := noted.made = EXISTS (SELECT FROM chronos.history h WHERE own = ANY (h.added))
                    AND NOT EXISTS (SELECT FROM chronos.gap) AND chronos.reconcile(everything => true) IS NULL;
    INSERT INTO outcomes (fault, made, recorded, gaps, healed) VALUES (fault, noted.made, noted.recorded, noted.gaps, noted.healed);
END $$;
\set VERBOSITY terse
\set ECHO none
\o /dev/null
SELECT format('SET chronos.fail_at = %L', s || ':' || k), format('CREATE TABLE t_%s_%s (a int)', s, k), 'RESET chronos.fail_at',
       format('CALL note_outcome(%L, %L)', s || ' ' || k, format('t_%s_%s', s, k))
FROM unnest('{trigger,notes,state,compare,lock,number,definitions,facts,version,announce}'::text[]) WITH ORDINALITY AS a(s, nr),
     unnest('{error,disk_full,lock_timeout,cancel}'::text[]) WITH ORDINALITY AS b(k, nr2)
ORDER BY nr, nr2 \gexec
\o
\set ECHO all
SELECT fault, made, recorded, gaps, healed FROM outcomes ORDER BY nr;

-- what another session drops while it is rendered is gone in the next snapshot: tried once more
SET chronos.fail_at = 'compare:once';
CREATE TABLE again (a int);
SELECT count(*) FROM chronos.gap;
SELECT cause, added, statements FROM chronos.history ORDER BY number DESC LIMIT 1;
RESET chronos.fail_at;

-- recording has a time of its own; what took too long is left to a comparison
SET chronos.capture_timeout = '100ms';
SET chronos.fail_at = 'compare:wait';
CREATE TABLE slow (a int);
RESET chronos.fail_at;
RESET chronos.capture_timeout;
SELECT reason, message, statements FROM chronos.gap;
CREATE TABLE quick (a int);
SELECT cause, added, statements FROM chronos.history ORDER BY number DESC LIMIT 1;
SELECT chronos.reconcile() IS NOT NULL AS healed;
SELECT cause, added, statements FROM chronos.history ORDER BY number DESC LIMIT 1;
SELECT count(*) FROM chronos.gap;

-- in a transaction block, with savepoints and in the internal transactions of a command
BEGIN;
CREATE TABLE in_block (a int);
SAVEPOINT s;
INSERT INTO in_block VALUES (1);
SET LOCAL chronos.fail_at = 'version';
COMMIT;
SELECT * FROM in_block;
SET chronos.fail_at = 'facts';
CREATE INDEX CONCURRENTLY ci ON in_block (a);
SELECT indisvalid FROM pg_index WHERE indexrelid = 'ci'::regclass;
DO $$ BEGIN CREATE TABLE d1 (a int); COMMIT; CREATE TABLE d2 (a int); END $$;
RESET chronos.fail_at;
SELECT to_regclass('d1') IS NOT NULL AND to_regclass('d2') IS NOT NULL AS made;
SELECT reason, statements FROM chronos.gap ORDER BY id;
SELECT chronos.reconcile() IS NOT NULL AS healed;
SELECT cause, added, changed, statements FROM chronos.history ORDER BY number DESC LIMIT 4;

-- not even the gap: the next change of the session compares everything
SET chronos.fail_at = 'gap';
BEGIN;
CREATE TABLE prep (a int);
PREPARE TRANSACTION 'prep';
RESET chronos.fail_at;
COMMIT PREPARED 'prep';
SELECT added FROM chronos.history ORDER BY number DESC LIMIT 1;
SELECT chronos.reconcile(everything => true);

CREATE ROLE regress_faults;
SET ROLE regress_faults;
SET chronos.fail_at = 'compare';
SET chronos.capture_timeout = 0;
RESET ROLE;
DROP ROLE regress_faults;
DROP EXTENSION chronos;
DROP TABLE again, slow, quick, in_block, d1, d2, prep, outcomes;
DROP PROCEDURE note_outcome;
SET client_min_messages = error;
\set ECHO none
SELECT format('DROP TABLE %I', relname) FROM pg_class WHERE relname ~ '^t_[a-z]+_(error|disk_full|lock_timeout)$' AND relkind = 'r' ORDER BY relname \gexec
