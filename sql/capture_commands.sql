-- Which commands make versions of what. Each line shows the newest version and what it did; the last
-- comparison proves that nothing was missed.
CREATE EXTENSION chronos;
CREATE FUNCTION seen() RETURNS TABLE (versions bigint, added text[], changed text[], removed text[]) LANGUAGE sql AS $$
    WITH newest AS (SELECT count(*) AS n, max(number) AS last FROM chronos.history
                    WHERE number > coalesce(nullif(current_setting('test.last', true), ''), '0')::bigint)
    SELECT n.n, h.added, h.changed, h.removed
    FROM newest n LEFT JOIN chronos.history h ON h.number = n.last AND n.n > 0
    CROSS JOIN LATERAL (SELECT set_config('test.last', coalesce(n.last, current_setting('test.last')::bigint)::text, false)) s
$$;
SELECT versions > 0 AS begun FROM seen();

CREATE TABLE a (id serial PRIMARY KEY, t text NOT NULL, n numeric CHECK (n > 0), UNIQUE (t));
SELECT * FROM seen();
CREATE VIEW v AS SELECT id, t FROM a;
SELECT * FROM seen();
CREATE MATERIALIZED VIEW m AS SELECT t FROM v;
SELECT * FROM seen();
ALTER TABLE a RENAME t TO words;
SELECT * FROM seen();
ALTER TABLE a ENABLE ROW LEVEL SECURITY;
SELECT * FROM seen();
CREATE POLICY p ON a USING (n > 1);
SELECT * FROM seen();
ALTER TABLE a REPLICA IDENTITY FULL;
SELECT * FROM seen();
COMMENT ON COLUMN a.n IS 'a number';
SELECT * FROM seen();
ALTER TABLE a ALTER n DROP NOT NULL, ALTER n SET DEFAULT 1;
SELECT * FROM seen();
GRANT SELECT (n) ON a TO PUBLIC;
SELECT * FROM seen();
GRANT USAGE ON SCHEMA public TO PUBLIC;
SELECT * FROM seen();
REFRESH MATERIALIZED VIEW m;
SELECT * FROM seen();
CLUSTER a USING a_pkey;
SELECT * FROM seen();
REINDEX TABLE a;
SELECT * FROM seen();
TRUNCATE a;
SELECT * FROM seen();

-- types and routines
CREATE TYPE mood AS ENUM ('sad', 'fine');
SELECT * FROM seen();
ALTER TABLE a ADD how mood DEFAULT 'sad';
SELECT * FROM seen();
ALTER TYPE mood RENAME VALUE 'sad' TO 'blue';
SELECT * FROM seen();
CREATE TYPE pair AS (l int, r int);
SELECT * FROM seen();
ALTER TYPE pair ADD ATTRIBUTE m int;
SELECT * FROM seen();
CREATE DOMAIN positive AS int CHECK (VALUE > 0);
SELECT * FROM seen();
CREATE FUNCTION f(int) RETURNS int LANGUAGE sql IMMUTABLE BEGIN ATOMIC SELECT $1; END;
SELECT * FROM seen();
CREATE INDEX ON a (f(id));
SELECT * FROM seen();
ALTER FUNCTION f(int) RENAME TO g;
SELECT * FROM seen();
GRANT EXECUTE ON FUNCTION g(int) TO PUBLIC;
SELECT * FROM seen();
CREATE FUNCTION tf() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
CREATE TRIGGER tr BEFORE INSERT ON a FOR EACH ROW EXECUTE FUNCTION tf();
SELECT * FROM seen();
ALTER TABLE a DISABLE TRIGGER tr;
SELECT * FROM seen();
CREATE STATISTICS st ON id, n FROM a;
SELECT * FROM seen();

-- partitions and inheritance
CREATE TABLE pt (id int, k text) PARTITION BY RANGE (id);
CREATE TABLE pt1 PARTITION OF pt FOR VALUES FROM (0) TO (10);
SELECT * FROM seen();
CREATE INDEX ON pt (k);
SELECT * FROM seen();
ALTER TABLE pt ADD PRIMARY KEY (id);
SELECT * FROM seen();
ALTER TABLE pt ADD extra int;
SELECT * FROM seen();
ALTER TABLE pt DETACH PARTITION pt1;
SELECT * FROM seen();

-- schemas, owners
CREATE SCHEMA s;
ALTER TABLE pt1 SET SCHEMA s;
SELECT * FROM seen();
ALTER SCHEMA s RENAME TO s2;
SELECT * FROM seen();
CREATE ROLE regress_capture_owner;
ALTER TABLE s2.pt1 OWNER TO regress_capture_owner;
SELECT * FROM seen();
REASSIGN OWNED BY regress_capture_owner TO CURRENT_USER;
SELECT * FROM seen();
GRANT SELECT ON ALL TABLES IN SCHEMA s2 TO regress_capture_owner;
SELECT * FROM seen();
DROP OWNED BY regress_capture_owner;
SELECT * FROM seen();
DROP ROLE regress_capture_owner;
DROP SCHEMA s2 CASCADE;
SELECT * FROM seen();

-- concurrently: each internal transaction is one, and an index that failed is seen
CREATE INDEX CONCURRENTLY ci ON a (n);
SELECT * FROM seen();
REINDEX INDEX CONCURRENTLY ci;
SELECT * FROM seen();
DROP INDEX CONCURRENTLY ci;
SELECT * FROM seen();
INSERT INTO a (words, n) VALUES ('x', 5), ('y', 5);
CREATE UNIQUE INDEX CONCURRENTLY broken ON a (n);
SELECT * FROM seen();
DROP INDEX broken;
SELECT * FROM seen();

DROP TABLE a CASCADE;
SELECT * FROM seen();
SELECT chronos.reconcile();
SELECT * FROM chronos.gap;
-- what the recorder reads, arm by arm, is what chronos.live_object shows
SET search_path = pg_catalog, pg_temp;
SET jit = off;
WITH every AS (SELECT classid, objid FROM chronos.live_object)
SELECT count(*) FROM (
    (SELECT kind, identity, definition FROM chronos.live_object
     EXCEPT SELECT kind, identity, definition FROM chronos.live_hashes((SELECT array_agg(classid) FROM every), (SELECT array_agg(objid) FROM every)))
    UNION ALL
    (SELECT kind, identity, definition FROM chronos.live_hashes((SELECT array_agg(classid) FROM every), (SELECT array_agg(objid) FROM every))
     EXCEPT SELECT kind, identity, definition FROM chronos.live_object)) d;
RESET search_path;
DROP EXTENSION chronos;
DROP TABLE pt;
DROP FUNCTION g, tf, seen;
DROP TYPE mood, pair;
DROP DOMAIN positive;
