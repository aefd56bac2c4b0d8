-- What needs a temporary object vanishes with the session, wherever it is: it is in no version.
SET client_min_messages = warning;
CREATE EXTENSION chronos;
CREATE TABLE kept (id int, t text);
CREATE TYPE pair AS (a int, b int);
SELECT chronos.current_version() AS before \gset
CREATE TEMP TABLE passing (id int, t text);
CREATE DOMAIN pg_temp.d AS int;
CREATE TYPE pg_temp.attributes AS (a int);
CREATE FUNCTION pg_temp.f(int) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT true';
CREATE FUNCTION pg_temp.tf() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
CREATE FUNCTION pg_temp.ef() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END';
CREATE FUNCTION of_row(passing) RETURNS int LANGUAGE sql AS 'SELECT 1';
COMMENT ON FUNCTION of_row(passing) IS 'passing';
CREATE PROCEDURE of_array(passing[]) LANGUAGE sql AS '';
CREATE FUNCTION atomic() RETURNS int LANGUAGE sql BEGIN ATOMIC SELECT max(id) FROM passing; END;
CREATE DOMAIN over AS pg_temp.d;
CREATE FUNCTION of_domain(over) RETURNS int LANGUAGE sql AS 'SELECT 1';
CREATE FUNCTION step(int, passing) RETURNS int LANGUAGE sql AS 'SELECT 1';
CREATE AGGREGATE agg(passing) (SFUNC = step, STYPE = int);
CREATE OPERATOR ### (RIGHTARG = passing, FUNCTION = of_row);
CREATE CAST (passing AS int) WITH FUNCTION of_row(passing);
CREATE VIEW over_temporary AS SELECT * FROM passing;
CREATE VIEW calls AS SELECT pg_temp.f(1);
CREATE VIEW over_calls AS SELECT * FROM calls;
CREATE TABLE typed OF pg_temp.attributes;
CREATE INDEX kept_f ON kept (pg_temp.f(id));
ALTER TABLE kept ADD CONSTRAINT kept_check CHECK (pg_temp.f(id));
CREATE TRIGGER kept_tr BEFORE INSERT ON kept FOR EACH ROW EXECUTE FUNCTION pg_temp.tf();
CREATE RULE kept_ru AS ON UPDATE TO kept DO ALSO INSERT INTO passing VALUES (NEW.id);
CREATE POLICY kept_po ON kept USING (pg_temp.f(id));
CREATE EVENT TRIGGER kept_et ON ddl_command_start EXECUTE FUNCTION pg_temp.ef();
SELECT added, changed, removed FROM chronos.history WHERE number > :before;
SELECT chronos.reconcile(), chronos.reconcile(everything => true);
SELECT class, identity FROM chronos.uncovered;
SELECT count(*) FROM chronos.drift();

-- One that exists is gone when it comes to need what is temporary, and back when it needs it no more.
CREATE FUNCTION settled() RETURNS bigint LANGUAGE sql BEGIN ATOMIC SELECT count(*) FROM kept; END;
CREATE OR REPLACE FUNCTION settled() RETURNS bigint LANGUAGE sql BEGIN ATOMIC SELECT count(*) FROM passing; END;
CREATE OR REPLACE FUNCTION settled() RETURNS bigint LANGUAGE sql BEGIN ATOMIC SELECT count(*) FROM kept; END;
SELECT added, changed, removed FROM chronos.history WHERE number > :before ORDER BY number;
\c -
DO $$ BEGIN WHILE EXISTS (SELECT FROM pg_proc WHERE proname = 'of_domain') LOOP PERFORM pg_sleep(0.01); END LOOP; END $$;
SELECT chronos.reconcile(), chronos.reconcile(everything => true);
SELECT count(*) FROM chronos.gap;
SELECT kind, identity FROM chronos.live_object WHERE kind NOT IN ('database', 'schema', 'extension') AND identity ~ '^public|^settled|kept'
ORDER BY kind, identity;
SET client_min_messages = warning;
DROP EXTENSION chronos;
DROP FUNCTION settled;
DROP TABLE kept;
DROP TYPE pair;
