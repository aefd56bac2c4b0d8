-- Constraints and indexes of every sort and in every state.
SET allow_in_place_tablespaces = on;
CREATE TABLESPACE live_constraint_space LOCATION '';
SET client_min_messages = warning;
SELECT current_setting('server_version_num')::int >= 160000 AS since_16,
       current_setting('server_version_num')::int >= 170000 AS since_17,
       current_setting('server_version_num')::int >= 180000 AS since_18 \gset
CREATE ROLE live_constraint_owner;
CREATE ROLE "live_constraint ""user""";
CREATE DATABASE live_constraint TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C';
\c live_constraint
SET client_min_messages = warning;
CREATE EXTENSION chronos;
SET chronos.capture = off;
SET check_function_bodies = off;
CREATE EXTENSION btree_gist;
CREATE FUNCTION fits(int) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT true';
CREATE TABLE "T é" (id int, "k é" int NOT NULL, t text NOT NULL, r int4range, p point, gone int);
ALTER TABLE "T é" DROP COLUMN gone, ADD CONSTRAINT "pk é" PRIMARY KEY (id, "k é") INCLUDE (t) WITH (fillfactor = 50)
    USING INDEX TABLESPACE live_constraint_space DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE "T é" ADD CONSTRAINT uq UNIQUE NULLS NOT DISTINCT (t, "k é"), ADD UNIQUE (r) DEFERRABLE,
    ADD CONSTRAINT "check é" CHECK (id > 0 AND fits("k é")) NOT VALID, ADD CHECK (t <> 'it''s') NO INHERIT,
    ADD CONSTRAINT "not two" EXCLUDE USING gist (r WITH &&, ("k é" + 1) gist_int4_ops WITH =) WITH (fillfactor = 70)
        USING INDEX TABLESPACE live_constraint_space WHERE (id > 1) DEFERRABLE;
CREATE UNIQUE INDEX made_first ON "T é" USING btree (id);
ALTER TABLE "T é" ADD CONSTRAINT "from index" UNIQUE USING INDEX made_first;
COMMENT ON CONSTRAINT "pk é" ON "T é" IS 'of a key';
COMMENT ON INDEX "pk é" IS 'of a key''s index';
COMMENT ON CONSTRAINT "check é" ON "T é" IS 'of a check';
COMMENT ON CONSTRAINT "not two" ON "T é" IS 'of an exclusion';
ALTER TABLE "T é" CLUSTER ON "pk é", REPLICA IDENTITY USING INDEX "from index";
CREATE TABLE refers (a int, b int, c int, d int DEFAULT 5, CONSTRAINT self PRIMARY KEY (a));
CREATE TABLE tt (x int, y int, UNIQUE (x, y));
ALTER TABLE refers ADD CONSTRAINT several FOREIGN KEY (d, b) REFERENCES tt (x, y) ON DELETE SET NULL (b) ON UPDATE RESTRICT,
    ADD CONSTRAINT "fk é" FOREIGN KEY (a) REFERENCES "T é" (id) ON UPDATE CASCADE ON DELETE SET DEFAULT DEFERRABLE INITIALLY DEFERRED,
    ADD CONSTRAINT later FOREIGN KEY (c) REFERENCES refers NOT VALID;
COMMENT ON CONSTRAINT "fk é" ON refers IS 'of a foreign key';
-- of partitions
CREATE TABLE root (id int, k int, t text, PRIMARY KEY (id, k), CONSTRAINT u UNIQUE (k, t, id)) PARTITION BY LIST (id);
CREATE TABLE p1 PARTITION OF root FOR VALUES IN (1);
CREATE TABLE p2 (t text, k int NOT NULL, id int NOT NULL, CONSTRAINT own_key PRIMARY KEY (id, k), CONSTRAINT own_check CHECK (k > 0));
ALTER TABLE root ATTACH PARTITION p2 FOR VALUES IN (2);
CREATE TABLE p3 PARTITION OF root DEFAULT PARTITION BY LIST (id);
CREATE TABLE p3a PARTITION OF p3 FOR VALUES IN (3);
ALTER TABLE root ADD CONSTRAINT positive CHECK (k > -1), ADD CONSTRAINT up FOREIGN KEY (id, k) REFERENCES root ON DELETE CASCADE;
ALTER TABLE p1 ADD CONSTRAINT only_here CHECK (k < 99), ADD CONSTRAINT part_fk FOREIGN KEY (k) REFERENCES refers;
CREATE TABLE to_root (id int, k int, FOREIGN KEY (id, k) REFERENCES root);
CREATE INDEX "on root" ON root USING btree (t, lower(t)) INCLUDE (k) WITH (fillfactor = 77) WHERE k > 3;
CREATE INDEX own_t ON p1 (t);
CREATE INDEX alone ON ONLY root (k);
CREATE INDEX alone_1 ON p1 (k);
ALTER INDEX alone ATTACH PARTITION alone_1;
CREATE UNIQUE INDEX ON root (id, k, t);
COMMENT ON INDEX "on root" IS 'of a partitioned index';
COMMENT ON INDEX p1_t_lower_k_idx IS 'of a partition''s index';
ALTER INDEX p2_t_lower_k_idx SET (fillfactor = 33);
ALTER INDEX p1_t_lower_k_idx ALTER COLUMN 2 SET STATISTICS 9;
-- indexes
CREATE INDEX "Index é" ON "T é" USING btree (t COLLATE "C" text_pattern_ops DESC NULLS LAST, (id + 1) NULLS FIRST, lower(t)) INCLUDE ("k é")
    WITH (fillfactor = 44, deduplicate_items = off) TABLESPACE live_constraint_space WHERE fits(id) AND t <> 'it''s';
ALTER INDEX "Index é" ALTER COLUMN 2 SET STATISTICS 55;
ALTER INDEX "Index é" DEPENDS ON EXTENSION btree_gist;
COMMENT ON INDEX "Index é" IS 'of an index';
CREATE INDEX by_hash ON "T é" USING hash (t);
CREATE INDEX by_gist ON "T é" USING gist (p, r) WITH (buffering = off);
CREATE INDEX by_spgist ON "T é" USING spgist (p quad_point_ops);
CREATE INDEX by_gin ON "T é" USING gin (to_tsvector('english', t)) WITH (fastupdate = off);
CREATE INDEX by_brin ON "T é" USING brin (id int4_bloom_ops (false_positive_rate = 0.05, n_distinct_per_range = 100), "k é" int4_minmax_multi_ops) WITH (pages_per_range = 7, autosummarize);
CREATE UNIQUE INDEX nulls ON "T é" (r) NULLS NOT DISTINCT;
CREATE INDEX broken ON "T é" ("k é");
UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'broken'::regclass;
SELECT definition ->> 'invalid' AS invalid, chronos.statements(kind, identity, definition) FROM chronos.live_index WHERE identity = 'public.broken';
DROP INDEX broken;
\if :since_18
CREATE TABLE temporal (id int, valid daterange, other int, PRIMARY KEY (id, valid WITHOUT OVERLAPS), CONSTRAINT uo UNIQUE (other, valid WITHOUT OVERLAPS));
CREATE TABLE temporal_fk (id int, valid daterange, FOREIGN KEY (id, PERIOD valid) REFERENCES temporal (id, PERIOD valid));
CREATE TABLE enforced_not (a int, CONSTRAINT ne CHECK (a > 0) NOT ENFORCED, CONSTRAINT nef FOREIGN KEY (a) REFERENCES refers NOT ENFORCED);
CREATE TABLE part_valid (id int, k int) PARTITION BY LIST (id);
CREATE TABLE part_valid_1 PARTITION OF part_valid FOR VALUES IN (1);
ALTER TABLE part_valid ADD CONSTRAINT pv FOREIGN KEY (k) REFERENCES refers NOT VALID;
\endif
\getenv here PG_ABS_SRCDIR
\set rebuild :here '/tests/harness/rebuild.psql'
\i :rebuild
DROP ROLE live_constraint_owner, "live_constraint ""user""";
DROP TABLESPACE live_constraint_space;
