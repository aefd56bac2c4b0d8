-- Triggers, policies, extended statistics, event triggers, privileges, extensions.
SET client_min_messages = warning;
SELECT current_setting('server_version_num')::int >= 160000 AS since_16,
       current_setting('server_version_num')::int >= 170000 AS since_17,
       current_setting('server_version_num')::int >= 180000 AS since_18 \gset
CREATE ROLE live_trigger_owner;
CREATE ROLE "live_trigger ""user""";
CREATE DATABASE live_trigger TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C';
\c live_trigger
SET client_min_messages = warning;
CREATE EXTENSION chronos;
SET chronos.capture = off;
SET check_function_bodies = off;
CREATE FUNCTION tf() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
CREATE TABLE t (a int, "b é" text, c int);
CREATE TABLE u (id int PRIMARY KEY);
CREATE VIEW v AS SELECT * FROM t;
CREATE TRIGGER "Trig é" BEFORE INSERT OR UPDATE OF a, "b é" OR DELETE ON t FOR EACH ROW EXECUTE FUNCTION tf('it''s', '\x', '');
CREATE TRIGGER conditional AFTER UPDATE ON t FOR EACH ROW WHEN (OLD.* IS DISTINCT FROM NEW.* AND NEW.a > 5) EXECUTE FUNCTION tf();
CREATE TRIGGER transitions AFTER UPDATE ON t REFERENCING OLD TABLE AS "old é" NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION tf();
CREATE TRIGGER on_truncate BEFORE TRUNCATE ON t EXECUTE FUNCTION tf();
CREATE TRIGGER instead INSTEAD OF INSERT OR DELETE ON v FOR EACH ROW EXECUTE FUNCTION tf();
CREATE CONSTRAINT TRIGGER "late é" AFTER INSERT OR UPDATE ON t FROM u DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NEW.a > 1) EXECUTE FUNCTION tf();
CREATE CONSTRAINT TRIGGER at_once AFTER DELETE ON t NOT DEFERRABLE FOR EACH ROW EXECUTE FUNCTION tf();
ALTER TABLE t DISABLE TRIGGER conditional, ENABLE REPLICA TRIGGER transitions, ENABLE ALWAYS TRIGGER on_truncate;
ALTER TRIGGER on_truncate ON t DEPENDS ON EXTENSION plpgsql;
COMMENT ON TRIGGER "Trig é" ON t IS 'of a trigger';
COMMENT ON TRIGGER "late é" ON t IS 'of a constraint trigger';
CREATE TABLE root (id int, k int) PARTITION BY LIST (id);
CREATE TABLE p1 PARTITION OF root FOR VALUES IN (1);
CREATE TABLE p2 PARTITION OF root DEFAULT PARTITION BY LIST (k);
CREATE TABLE p2a PARTITION OF p2 DEFAULT;
CREATE TRIGGER on_root AFTER INSERT ON root FOR EACH ROW EXECUTE FUNCTION tf();
CREATE TRIGGER on_root2 AFTER INSERT ON root FOR EACH ROW EXECUTE FUNCTION tf();
CREATE TRIGGER own AFTER INSERT ON p1 FOR EACH ROW EXECUTE FUNCTION tf();
ALTER TABLE p1 DISABLE TRIGGER on_root;
ALTER TABLE ONLY root ENABLE ALWAYS TRIGGER on_root2;
COMMENT ON TRIGGER on_root2 ON p2a IS 'of a partition''s trigger';
-- policies
ALTER TABLE t ENABLE ROW LEVEL SECURITY;
CREATE POLICY "Pol é" ON t AS RESTRICTIVE FOR UPDATE TO live_trigger_owner, "live_trigger ""user""", SESSION_USER USING (a > 0) WITH CHECK ("b é" = CURRENT_USER);
CREATE POLICY reads ON t FOR SELECT TO PUBLIC USING (EXISTS (SELECT FROM u WHERE u.id = t.a));
CREATE POLICY writes ON t FOR INSERT WITH CHECK (true);
CREATE POLICY bare ON t FOR DELETE;
COMMENT ON POLICY reads ON t IS 'of a policy';
-- statistics
CREATE SCHEMA "Sch é";
CREATE STATISTICS "Sch é"."Stat é" (ndistinct, mcv) ON a, c, (a + c), lower("b é") FROM t;
CREATE STATISTICS all_kinds ON a, "b é" FROM t;
CREATE STATISTICS one_expression ON (a % 5) FROM t;
ALTER STATISTICS all_kinds SET STATISTICS 33;
ALTER STATISTICS all_kinds OWNER TO live_trigger_owner;
COMMENT ON STATISTICS all_kinds IS 'of statistics';
-- event triggers
CREATE FUNCTION ef() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END';
CREATE EVENT TRIGGER "Event é" ON ddl_command_end WHEN TAG IN ('CREATE DOMAIN', 'DROP DOMAIN') EXECUTE FUNCTION ef();
CREATE EVENT TRIGGER always ON sql_drop EXECUTE FUNCTION ef();
CREATE EVENT TRIGGER rewrites ON table_rewrite EXECUTE FUNCTION ef();
ALTER EVENT TRIGGER always ENABLE ALWAYS;
ALTER EVENT TRIGGER "Event é" DISABLE;
COMMENT ON EVENT TRIGGER always IS 'of an event trigger';
-- privileges
ALTER DEFAULT PRIVILEGES FOR ROLE live_trigger_owner GRANT SELECT, INSERT ON TABLES TO PUBLIC;
ALTER DEFAULT PRIVILEGES FOR ROLE live_trigger_owner IN SCHEMA "Sch é" GRANT USAGE ON SEQUENCES TO "live_trigger ""user""" WITH GRANT OPTION;
ALTER DEFAULT PRIVILEGES FOR ROLE live_trigger_owner REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;
ALTER DEFAULT PRIVILEGES FOR ROLE live_trigger_owner REVOKE ALL ON TYPES FROM live_trigger_owner;
ALTER DEFAULT PRIVILEGES FOR ROLE live_trigger_owner GRANT USAGE ON SCHEMAS TO PUBLIC;
\if :since_18
ALTER DEFAULT PRIVILEGES FOR ROLE live_trigger_owner GRANT SELECT ON LARGE OBJECTS TO PUBLIC;
\endif
CREATE EXTENSION pg_stat_statements;
CREATE EXTENSION hstore SCHEMA "Sch é";
COMMENT ON EXTENSION hstore IS 'of an extension';
GRANT SELECT ON pg_stat_statements TO live_trigger_owner;
REVOKE SELECT ON pg_stat_statements FROM PUBLIC;
REVOKE EXECUTE ON FUNCTION "Sch é".hstore(text, text) FROM PUBLIC;
GRANT SELECT ON pg_catalog.pg_authid TO live_trigger_owner;
GRANT SELECT (rolname), UPDATE (rolpassword) ON pg_catalog.pg_authid TO "live_trigger ""user""";
REVOKE EXECUTE ON FUNCTION pg_catalog.pg_sleep(float8) FROM PUBLIC;
GRANT SELECT ON information_schema.sql_parts TO "live_trigger ""user""" WITH GRANT OPTION;
REVOKE USAGE ON SCHEMA information_schema FROM PUBLIC;
REVOKE USAGE ON TYPE pg_catalog.int4range FROM PUBLIC;
REVOKE USAGE ON LANGUAGE sql FROM PUBLIC;
GRANT CREATE ON SCHEMA "Sch é" TO live_trigger_owner;
SELECT identity, definition FROM chronos.live_privileges ORDER BY identity COLLATE "C";
REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT ALL ON SCHEMA public TO live_trigger_owner;
COMMENT ON SCHEMA public IS NULL;
\getenv here PG_ABS_SRCDIR
\set rebuild :here '/tests/harness/rebuild.psql'
\i :rebuild
DROP ROLE live_trigger_owner, "live_trigger ""user""";
