-- From touched catalogue rows to the objects that show them, and to everything whose text may change.
SET client_min_messages = warning;
CREATE EXTENSION chronos;
CREATE SCHEMA live;
SET search_path = live, pg_catalog;
CREATE TYPE mood AS ENUM ('a', 'b');
CREATE TYPE pair AS (x int, y mood);
CREATE DOMAIN positive AS int CONSTRAINT above CHECK (VALUE > 0);
CREATE TABLE base (id int PRIMARY KEY, m mood DEFAULT 'a', t text, n positive, CHECK (id > 1));
CREATE TABLE ref (id int REFERENCES base, s serial);
CREATE INDEX base_t ON base (lower(t));
CREATE VIEW above AS SELECT id, m FROM base;
CREATE VIEW further AS SELECT m FROM above;
CREATE FUNCTION f() RETURNS mood LANGUAGE sql BEGIN ATOMIC SELECT m FROM further; END;
CREATE POLICY own ON base USING (m = 'a');
CREATE FUNCTION tf() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
CREATE CONSTRAINT TRIGGER late AFTER INSERT ON base FOR EACH ROW WHEN (NEW.m = 'b') EXECUTE FUNCTION tf();
CREATE TABLE unrelated (id int);

CREATE FUNCTION shown(classids oid[], objids oid[]) RETURNS SETOF text LANGUAGE sql AS $$
    SELECT o.kind || ' ' || o.identity FROM chronos.live_object o
    WHERE (o.classid, o.objid) IN (SELECT * FROM unnest(classids, objids)) 
    ORDER BY (o.kind || ' ' || o.identity) COLLATE "C" $$;
CREATE FUNCTION owner_of(classid oid, objid oid) RETURNS SETOF text LANGUAGE sql SET search_path = pg_catalog SET jit = off AS $$
    SELECT live.shown(array_agg(w.classid), array_agg(w.objid)) FROM chronos.live_owners(ARRAY[$1], ARRAY[$2]) w $$;
CREATE FUNCTION dependents_of(classid oid, objid oid) RETURNS SETOF text LANGUAGE sql SET search_path = pg_catalog SET jit = off AS $$
    SELECT live.shown(array_agg(w.classid), array_agg(w.objid)) FROM chronos.dependents(ARRAY[$1], ARRAY[$2]) w $$;

SELECT 'default', owner_of('pg_attrdef'::regclass, oid) FROM pg_attrdef WHERE adrelid = 'base'::regclass
UNION ALL SELECT 'index of a key', owner_of('pg_class'::regclass, 'base_pkey'::regclass)
UNION ALL SELECT 'index', owner_of('pg_index'::regclass, 'base_t'::regclass)
UNION ALL SELECT 'index of a key, as index', owner_of('pg_index'::regclass, 'base_pkey'::regclass)
UNION ALL SELECT 'composite as relation', owner_of('pg_class'::regclass, 'pair'::regclass)
UNION ALL SELECT 'row type', owner_of('pg_type'::regclass, 'base'::regtype)
UNION ALL SELECT 'array of row type', owner_of('pg_type'::regclass, 'base[]'::regtype)
UNION ALL SELECT 'array of enum', owner_of('pg_type'::regclass, 'mood[]'::regtype)
UNION ALL SELECT 'label', owner_of('pg_enum'::regclass, oid) FROM pg_enum WHERE enumtypid = 'mood'::regtype AND enumlabel = 'a'
UNION ALL SELECT 'TOAST table', owner_of('pg_class'::regclass, reltoastrelid) FROM pg_class WHERE oid = 'base'::regclass
UNION ALL SELECT 'rule of a view', owner_of('pg_rewrite'::regclass, oid) FROM pg_rewrite WHERE ev_class = 'above'::regclass
UNION ALL SELECT 'check of a domain', owner_of('pg_constraint'::regclass, oid) FROM pg_constraint WHERE conname = 'above'
UNION ALL SELECT 'trigger''s constraint', owner_of('pg_constraint'::regclass, oid) FROM pg_constraint WHERE conname = 'late'
UNION SELECT 'trigger of a foreign key', owner_of('pg_trigger'::regclass, oid) FROM pg_trigger WHERE tgrelid = 'ref'::regclass AND tgisinternal
UNION ALL SELECT 'sequence', owner_of('pg_class'::regclass, 'ref_s_seq'::regclass)
ORDER BY 1, 2;
SELECT count(*) AS unknown_rows_come_back FROM chronos.live_owners(ARRAY['pg_class'::regclass::oid], ARRAY[1::oid]) WHERE objid = 1;

SELECT dependents_of('pg_class'::regclass, 'base'::regclass);
SELECT dependents_of('pg_type'::regclass, 'mood'::regtype);
SELECT dependents_of('pg_class'::regclass, 'ref'::regclass);
SELECT dependents_of('pg_class'::regclass, 'unrelated'::regclass);

-- A condition on objid reaches every arm: for an oid that is nobody's, no row of a large catalogue is read.
SET search_path = pg_catalog;
SET jit = off;
-- As the recorder does: on a catalogue as small as this one reading all of it would be cheap.
SET enable_seqscan = off;
SET enable_hashjoin = off;
SET enable_mergejoin = off;
CREATE FUNCTION live.rows_read(condition text) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
    line text;
BEGIN
    FOR line IN EXECUTE 'EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF) SELECT * FROM chronos.live_object WHERE ' || condition LOOP
        IF line ~ ' on pg_(class|attribute|depend|proc|type|constraint|index|trigger|rewrite|operator|cast)\M.*actual rows=[1-9]' THEN
            RETURN NEXT substring(line from 'on (pg_\w+)');
        END IF;
    END LOOP;
END $$;
SELECT * FROM live.rows_read('objid = ANY (ARRAY[1, 2]::oid[])');
SELECT count(*) > 5 AS otherwise_they_are FROM live.rows_read('identity = ''nobody''');

-- Kinds that this version cannot turn into SQL are refused, never left out.
\set VERBOSITY terse
SELECT chronos.statements('wonder', 'x', '{}');
\set VERBOSITY default
SELECT chronos.statements('index', 'live.i', '{"invalid": true, "definition": "CREATE INDEX i ON live.t (a)"}');
SELECT unnest(chronos.statements(kind, identity, definition - 'owner')) FROM chronos.live_object WHERE identity IN ('live.base', 'above on live.base', 'live.mood', 'live.ref_s_seq', 'late on live.base');
DROP SCHEMA live CASCADE;
DROP EXTENSION chronos;
