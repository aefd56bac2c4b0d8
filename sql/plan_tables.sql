-- A plan leads from a schema to another and back, and says what each step risks.
SET client_min_messages = warning;
CREATE DATABASE plan_tables TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C';
\c plan_tables
SET client_min_messages = warning;
CREATE EXTENSION chronos;
CREATE TABLE t (id int PRIMARY KEY, name text NOT NULL, price numeric DEFAULT 1, gone text);
INSERT INTO t VALUES (1, 'a', 2, 'x');
CREATE INDEX t_name ON t (name);
CREATE VIEW v AS SELECT id, name FROM t;
CREATE TYPE mood AS ENUM ('low', 'high');
CREATE TABLE m (id bigint, mood mood DEFAULT 'low');
CREATE INDEX m_low ON m (id) WHERE mood = 'low';
CREATE FUNCTION f(a int) RETURNS int LANGUAGE sql AS 'select 1';
SELECT chronos.label('before') \g /dev/null
BEGIN;
ALTER TABLE t ADD COLUMN extra text DEFAULT 'q', DROP COLUMN gone;
DROP VIEW v;
ALTER TABLE t ALTER name TYPE varchar(20);
CREATE VIEW v AS SELECT id, name FROM t;
ALTER TYPE mood ADD VALUE 'mid' BEFORE 'high';
ALTER TABLE t RENAME COLUMN price TO cost;
ALTER TABLE t ADD CONSTRAINT pos CHECK (cost > 0);
CREATE OR REPLACE FUNCTION f(a int) RETURNS int LANGUAGE sql AS 'select 2';
COMMENT ON TABLE t IS 'T';
GRANT SELECT ON t TO pg_monitor;
SELECT chronos.label('after') \g /dev/null
COMMIT;
SET check_function_bodies = off;
SET search_path = '';
SELECT split_part(statement, E'\n', 1) AS statement, hazards, lock, transactional, rows_at_stake AS rows
FROM chronos.plan('after', 'before') WHERE statement !~ ' OWNER TO ' ORDER BY step;
\set ECHO none
SELECT statement FROM chronos.plan('after', 'before') ORDER BY step \gexec
\set ECHO all
SELECT kind, identity FROM (SELECT kind, identity, definition FROM chronos.facts_of('live')
    EXCEPT SELECT kind, identity, definition FROM chronos.facts_of('before')) AS differs;
SELECT count(*) AS steps_left FROM chronos.plan('live', 'before');
SELECT chronos.reconcile();
SELECT split_part(statement, E'\n', 1) AS statement, hazards, lock, transactional, rows_at_stake AS rows
FROM chronos.plan('live', 'after') WHERE statement !~ ' OWNER TO ' ORDER BY step;
\set ECHO none
SELECT statement FROM chronos.plan('live', 'after') ORDER BY step \gexec
\set ECHO all
-- The column that came back stands last.
SELECT kind, identity FROM (SELECT kind, identity, definition FROM chronos.facts_of('live')
    EXCEPT SELECT kind, identity, definition FROM chronos.facts_of('after')) AS differs;
SELECT count(*) AS steps_left FROM chronos.plan('live', 'after');
-- what a new type may cost
SELECT a AS before, b AS after, chronos.plan_loses(jsonb_build_object('type', a), jsonb_build_object('type', b)) AS loses
FROM (VALUES ('integer', 'bigint'), ('bigint', 'integer'), ('integer', 'numeric(10,2)'), ('numeric', 'integer'),
             ('numeric(10,2)', 'numeric(12,2)'), ('numeric(10,4)', 'numeric(12,2)'), ('numeric', 'numeric(12,2)'),
             ('timestamp with time zone', 'date'), ('timestamp(3) with time zone', 'timestamp with time zone'),
             ('timestamp with time zone', 'timestamp(0) with time zone'), ('date', 'timestamp without time zone'),
             ('date', 'timestamp with time zone'), ('integer', 'text'), ('text', 'integer'), ('integer[]', 'text[]'),
             ('double precision', 'real'), ('public.mood', 'text'), ('json', 'jsonb'), ('jsonb', 'json')) v(a, b);
\c regression
DROP DATABASE plan_tables WITH (FORCE);
