-- Views, materialized views and rules.
SET client_min_messages = warning;
SELECT current_setting('server_version_num')::int >= 160000 AS since_16,
       current_setting('server_version_num')::int >= 170000 AS since_17,
       current_setting('server_version_num')::int >= 180000 AS since_18 \gset
CREATE ROLE live_view_owner;
CREATE ROLE "live_view ""user""";
CREATE DATABASE live_view TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C';
\c live_view
SET client_min_messages = warning;
CREATE EXTENSION chronos;
SET chronos.capture = off;
SET check_function_bodies = off;
CREATE ACCESS METHOD heap_too TYPE TABLE HANDLER heap_tableam_handler;
CREATE COLLATION odd (provider = libc, locale = 'POSIX');
CREATE TABLE base (id int PRIMARY KEY, t text, p point);
CREATE TABLE log (id int, t text);
CREATE VIEW "View é" ("Col é", second, third) AS SELECT id, t COLLATE odd, NULL::numeric(5, 2) FROM base;
ALTER VIEW "View é" ALTER COLUMN second SET DEFAULT 'it''s';
ALTER VIEW "View é" OWNER TO live_view_owner;
COMMENT ON VIEW "View é" IS 'of a view';
COMMENT ON COLUMN "View é"."Col é" IS 'of a view''s column';
GRANT SELECT ON "View é" TO "live_view ""user""" WITH GRANT OPTION;
GRANT UPDATE (second) ON "View é" TO PUBLIC;
CREATE VIEW barrier WITH (security_barrier, security_invoker, check_option = cascaded) AS SELECT * FROM base WHERE id > 1;
CREATE VIEW local_check AS SELECT id FROM barrier WHERE id < 9 WITH LOCAL CHECK OPTION;
CREATE RECURSIVE VIEW counting (n) AS VALUES (1) UNION ALL SELECT n + 1 FROM counting WHERE n < 9;
CREATE VIEW by_key AS SELECT b.*, count(*) AS n FROM base b JOIN log l USING (id) GROUP BY b.id;
CREATE VIEW whole_row AS SELECT b, v AS "v v" FROM base b, "View é" v;
CREATE VIEW no_columns AS SELECT FROM base;
CREATE VIEW unknown AS SELECT 'x' AS c, NULL AS n;
CREATE VIEW system AS SELECT c.oid, c.relname FROM pg_class c JOIN information_schema.tables t ON t.table_name = c.relname;
ALTER TABLE base RENAME COLUMN t TO "t é";
ALTER VIEW "View é" RENAME COLUMN third TO "3rd";
CREATE MATERIALIZED VIEW "Mat é" (a, "B é") USING heap_too WITH (fillfactor = 50, toast.autovacuum_enabled = false) AS SELECT id, "t é" FROM base WITH DATA;
ALTER MATERIALIZED VIEW "Mat é" ALTER a SET STATISTICS 5, ALTER "B é" SET STORAGE EXTERNAL, ALTER "B é" SET COMPRESSION pglz,
    ALTER a SET (n_distinct = 3);
CREATE UNIQUE INDEX "mat é" ON "Mat é" (a);
ALTER MATERIALIZED VIEW "Mat é" CLUSTER ON "mat é";
COMMENT ON MATERIALIZED VIEW "Mat é" IS 'of a materialized view';
COMMENT ON COLUMN "Mat é"."B é" IS 'of its column';
GRANT SELECT ON "Mat é" TO PUBLIC;
CREATE VIEW over_mat AS SELECT * FROM "Mat é";
ALTER MATERIALIZED VIEW "Mat é" DEPENDS ON EXTENSION plpgsql;
CREATE MATERIALIZED VIEW never AS SELECT * FROM over_mat WITH NO DATA;
CREATE RULE "rule é" AS ON INSERT TO base WHERE NEW.id > 5 DO ALSO (INSERT INTO log VALUES (NEW.id, 'it''s'); DELETE FROM log WHERE id = NEW.id);
CREATE RULE "rule é" AS ON UPDATE TO "View é" DO INSTEAD UPDATE base SET "t é" = NEW.second WHERE id = OLD."Col é" RETURNING id, "t é", 1.0::numeric(5, 2);
CREATE RULE quiet AS ON DELETE TO base DO INSTEAD NOTHING;
CREATE RULE off AS ON DELETE TO log DO ALSO SELECT 1;
ALTER TABLE log DISABLE RULE off;
ALTER TABLE base ENABLE ALWAYS RULE quiet, ENABLE REPLICA RULE "rule é";
COMMENT ON RULE quiet ON base IS 'of a rule';
\getenv here PG_ABS_SRCDIR
\set rebuild :here '/tests/harness/rebuild.psql'
\i :rebuild
DROP ROLE live_view_owner, "live_view ""user""";
