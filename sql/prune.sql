-- Forgetting old versions.
\set SHOW_CONTEXT never
SET client_min_messages = warning;
CREATE EXTENSION chronos;
RESET client_min_messages;
SET DateStyle = ISO;
CREATE TABLE orders (id int, total int);
CREATE VIEW order_ids AS SELECT id FROM orders;
ALTER TABLE orders ADD note text;
SELECT chronos.label('release 1') AS one \gset
ALTER TABLE orders ADD due date;
ALTER TABLE orders RENAME note TO remark;
CREATE TABLE passing (a int);
DROP TABLE passing;
ALTER TABLE orders DROP remark;
SELECT chronos.label('release 2') AS two \gset
ALTER TABLE orders RENAME TO sales;
ALTER TABLE sales ALTER total TYPE bigint;
CREATE TABLE more (a int);
SELECT chronos.current_version() AS newest \gset
ALTER TABLE more ADD b int;
SELECT clock_timestamp() AS now \gset
ALTER TABLE more ADD c int;
ALTER TABLE more DROP b;
-- what must not change
CREATE TEMPORARY TABLE kept AS SELECT number FROM chronos.history WHERE number IN (:one, :two) OR number >= :newest;
CREATE TEMPORARY TABLE before AS
SELECT h.number, h.fingerprint, h.labels, h.statements, h.added, h.changed, h.removed, chronos.schema_at(h.number) AS script,
    (SELECT array_agg(c::text) FROM chronos.changes(h.timeline, h.number) c) AS changes
FROM chronos.history h WHERE h.number IN (SELECT number FROM kept);
CREATE TEMPORARY TABLE diffs AS
SELECT a.number AS one, b.number AS two, d::text FROM kept a, kept b, chronos.diff(a.number, b.number) d;
CREATE TEMPORARY TABLE blamed AS SELECT part, version FROM chronos.blame('sales');

BEGIN ISOLATION LEVEL REPEATABLE READ;
SELECT chronos.prune_history(2);
ROLLBACK;
SELECT chronos.prune_history(1), chronos.prune_history('1999-01-01'), chronos.prune_history('99 years ago');
SELECT chronos.prune_history('release 3');
SELECT chronos.prune_history(:newest) = :newest - 3 AS all_but_labelled;
SELECT chronos.prune_history(:newest) AS again;
SELECT number - :newest AS number, labels FROM chronos.history ORDER BY number;

-- the others are what they were, and so are the differences between them
SELECT count(*) AS versions, bool_and(h.fingerprint = b.fingerprint) AS fingerprints, bool_and(h.statements = b.statements AND h.labels = b.labels) AS evidence,
    bool_and((h.added, h.changed, h.removed) = (b.added, b.changed, b.removed)) AS changes, bool_and(chronos.schema_at(h.number) = b.script) AS scripts,
    bool_and(h.fingerprint = (SELECT chronos.fingerprint_sum(NULL, array_agg(f.hash), NULL) FROM chronos.facts_at(h.number) f)) AS sums
FROM chronos.history h JOIN before b USING (number);
SELECT count(*) AS not_the_same FROM (
    (SELECT * FROM diffs EXCEPT SELECT a.number, b.number, d::text FROM kept a, kept b, chronos.diff(a.number, b.number) d)
    UNION ALL
    (SELECT a.number, b.number, d::text FROM kept a, kept b, chronos.diff(a.number, b.number) d EXCEPT SELECT * FROM diffs)) x;
-- what a version did is told as far as it is known
SELECT change, kind, identity, old_identity, old_hash IS NULL AS unknown FROM chronos.changes(chronos.current_timeline(), :two);
SELECT bool_and(b.changes = (SELECT array_agg(c::text) FROM chronos.changes(h.timeline, h.number) c)) AS changes
FROM chronos.history h JOIN before b USING (number) WHERE number > :newest;
-- nothing lies about that nobody needs
SELECT count(*) AS unused_definitions FROM chronos.definition d WHERE NOT EXISTS (SELECT FROM chronos.fact f WHERE f.hash = d.hash);
SELECT count(*) AS unused_facts FROM chronos.fact f WHERE NOT EXISTS (
    SELECT FROM chronos.version v WHERE v.number >= f.since AND (f.until IS NULL OR v.number < f.until));
SELECT count(*) AS passing FROM chronos.fact WHERE identity = 'public.passing';
-- who did it: the version itself, or the oldest that shows it
SELECT part, b.version - :two AS was, n.version - :two AS is FROM blamed b JOIN chronos.blame('sales') n USING (part) ORDER BY 1;

-- gone is gone, and that is said
SELECT chronos.schema_at(2);
SELECT * FROM chronos.diff(2, :newest);
SELECT chronos.resolve('5');
DO $$
BEGIN
    PERFORM chronos.schema_at((SELECT committed_at - interval '1 microsecond' FROM chronos.version WHERE 'release 2' IN (SELECT name FROM chronos.label l WHERE l.number = version.number)));
EXCEPTION WHEN undefined_object THEN
    RAISE NOTICE '%', regexp_replace(SQLERRM, '\d{4}\S+ \S+', 'T');
END $$;
SELECT chronos.resolve('99');
SELECT versions, pruned_at <= now() AS pruned FROM chronos.pruned;

-- by time: the version in force then stays
SELECT chronos.prune_history(:'now'::timestamptz) AS removed;
SELECT chronos.version_at(:'now') = :newest + 1 AS still_known;
SELECT chronos.prune_history('now') AS removed;
SELECT chronos.prune_history(1000000) AS removed;
SELECT number - :newest AS number, labels FROM chronos.history ORDER BY number;
-- and it goes on
ALTER TABLE more ADD d int;
SELECT chronos.reconcile() IS NULL AS nothing_missed;
SELECT change, kind, identity FROM chronos.diff('release 2', 'current');
SELECT bool_and(v.fingerprint = (SELECT chronos.fingerprint_sum(NULL, array_agg(f.hash), NULL) FROM chronos.facts_at(v.number) f)) AS sums FROM chronos.version v;

CREATE ROLE regress_prune;
SET ROLE regress_prune;
SELECT chronos.prune_history(5);
SELECT chronos.prune_history('now');
SELECT chronos.lock_numbers();
RESET ROLE;
DROP ROLE regress_prune;
SET client_min_messages = warning;
DROP EXTENSION chronos;
DROP VIEW order_ids;
DROP TABLE sales, more, kept, before, diffs, blamed;
