-- The revisions of migration tools become labels, whoever runs the tool, with nothing to configure.
\set SHOW_CONTEXT never
SET client_min_messages = warning;
CREATE EXTENSION chronos;
CREATE TABLE work (id int);
-- What is the label of what, counted from the version before the tool came.
CREATE FUNCTION pg_temp.labels(tool text, base bigint) RETURNS TABLE (version bigint, label text, undone boolean) LANGUAGE sql
AS $$SELECT l.number - base, l.name, l.undone FROM chronos.label l WHERE l.name LIKE tool || ':%' ORDER BY l.number, l.created_at, l.name COLLATE "C"$$;
CREATE FUNCTION pg_temp.newest() RETURNS text[] LANGUAGE sql AS $$SELECT labels FROM chronos.history ORDER BY number DESC LIMIT 1$$;
-- Whether a requirement is met.
CREATE FUNCTION pg_temp.meets(requirement text) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN PERFORM chronos.require_version(requirement); RETURN true; EXCEPTION WHEN SQLSTATE 'CH001' THEN RETURN false; END $$;
--
-- Alembic: one row for each head, in the transaction of the change; the table in the first of them.
--
SELECT chronos.current_version() AS base \gset
BEGIN;
CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL, CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num));
CREATE TABLE a (x int);
INSERT INTO alembic_version (version_num) VALUES ('3f2a');
COMMIT;
BEGIN; ALTER TABLE a ADD y int; UPDATE alembic_version SET version_num = 'b001' WHERE version_num = '3f2a'; COMMIT;
BEGIN; ALTER TABLE a ADD z int; UPDATE alembic_version SET version_num = 'c001' WHERE version_num = 'b001'; COMMIT;
SELECT * FROM pg_temp.labels('alembic', :base);
SELECT number - :base AS version, labels FROM chronos.history WHERE number > :base ORDER BY number;
SELECT chronos.schema_at('alembic:b001', object => 'a') LIKE '%y integer%' AS has_y, chronos.schema_at('alembic:b001', object => 'a') LIKE '%z integer%' AS has_z;
SELECT pg_temp.meets('>=alembic:3f2a'), pg_temp.meets('alembic:c001'), pg_temp.meets('>=alembic:c001 <alembic:d001') AS unknown;
-- Two heads, then one again.
BEGIN; CREATE TABLE side (x int); INSERT INTO alembic_version VALUES ('s001'); COMMIT;
BEGIN; DELETE FROM alembic_version WHERE version_num = 's001'; UPDATE alembic_version SET version_num = 'm001' WHERE version_num = 'c001'; ALTER TABLE a ADD merged int; COMMIT;
SELECT * FROM pg_temp.labels('alembic', :base);
-- Back: what is above is taken back; and forth again.
BEGIN; ALTER TABLE a DROP merged, DROP z; UPDATE alembic_version SET version_num = 'b001'; COMMIT;
SELECT * FROM pg_temp.labels('alembic', :base);
SELECT pg_temp.meets('>=alembic:b001'), pg_temp.meets('>=alembic:c001') AS taken_back;
\set VERBOSITY terse
SELECT chronos.require_version('>=alembic:c001');
\set VERBOSITY default
SELECT chronos.schema_at('alembic:c001', object => 'a') LIKE '%z integer%' AS as_it_was;
BEGIN; ALTER TABLE a ADD z int; UPDATE alembic_version SET version_num = 'c001'; COMMIT;
SELECT * FROM pg_temp.labels('alembic', :base);
-- By hand: no label. Without a change of the schema: no version, so the newest has it.
ALTER TABLE a ADD by_hand int;
SELECT pg_temp.newest();
UPDATE alembic_version SET version_num = 'data1';
SELECT pg_temp.newest(), pg_temp.meets('alembic:data1'), chronos.resolve('alembic:data1') - :base AS version;
ALTER TABLE a ADD by_hand_too int;
SELECT * FROM pg_temp.labels('alembic', :base) WHERE NOT undone;
BEGIN; ALTER TABLE a ADD lost int; UPDATE alembic_version SET version_num = 'lost1'; SELECT pg_temp.newest() AS not_yet; ROLLBACK;
SELECT pg_temp.newest();
-- In savepoints, and with a row that was only locked.
BEGIN; SAVEPOINT one; ALTER TABLE a ADD saved int; UPDATE alembic_version SET version_num = 'no'; ROLLBACK TO one; ALTER TABLE a ADD kept int; SELECT version_num FROM alembic_version FOR UPDATE; COMMIT;
SELECT pg_temp.newest();
BEGIN; SAVEPOINT one; ALTER TABLE a ADD saved int; UPDATE alembic_version SET version_num = 'saved1'; RELEASE one; COMMIT;
SELECT pg_temp.newest();
DROP TABLE alembic_version;
SELECT pg_temp.meets('>=alembic:saved1') AS table_is_gone, count(*) FROM chronos.tool_state;
--
-- Flyway: its table first; then each migration with its row; rows of undone ones stay.
--
SELECT chronos.current_version() AS base \gset
CREATE TABLE "flyway_schema_history" ("installed_rank" INT NOT NULL, "version" VARCHAR(50), "description" VARCHAR(200) NOT NULL,
    "type" VARCHAR(20) NOT NULL, "script" VARCHAR(1000) NOT NULL, "checksum" INTEGER, "installed_by" VARCHAR(100) NOT NULL,
    "installed_on" TIMESTAMP NOT NULL DEFAULT now(), "execution_time" INTEGER NOT NULL, "success" BOOLEAN NOT NULL);
ALTER TABLE "flyway_schema_history" ADD CONSTRAINT "flyway_schema_history_pk" PRIMARY KEY ("installed_rank");
CREATE INDEX "flyway_schema_history_s_idx" ON "flyway_schema_history" ("success");
PREPARE flyway AS INSERT INTO flyway_schema_history VALUES ($1, $2, 'd', $3, 'V__d.sql', 1, 'me', now(), 5, true);
BEGIN; CREATE TABLE f (x int); EXECUTE flyway (1, '1', 'SQL'); COMMIT;
BEGIN; ALTER TABLE f ADD y int; EXECUTE flyway (2, '1.1', 'SQL'); COMMIT;
BEGIN; CREATE VIEW fv AS SELECT x FROM f; EXECUTE flyway (3, NULL, 'SQL'); COMMIT;
SELECT * FROM pg_temp.labels('flyway', :base);
BEGIN; ALTER TABLE f DROP y; EXECUTE flyway (4, '1.1', 'UNDO_SQL'); COMMIT;
SELECT * FROM pg_temp.labels('flyway', :base);
SELECT pg_temp.meets('>=flyway:1'), pg_temp.meets('>=flyway:1.1') AS undone;
-- Several in one transaction: the last names the version, and those before are known to be applied.
BEGIN; ALTER TABLE f ADD y int; EXECUTE flyway (5, '1.1', 'SQL'); ALTER TABLE f ADD z int; EXECUTE flyway (6, '2', 'SQL'); ALTER TABLE f ADD w int; EXECUTE flyway (7, '3', 'SQL'); COMMIT;
SELECT * FROM pg_temp.labels('flyway', :base);
SELECT pg_temp.meets('>=flyway:2'), pg_temp.meets('flyway:2') AS no_version_of_its_own, pg_temp.meets('flyway:3'), pg_temp.meets('>=flyway:4') AS not_yet;
-- An older one that comes late.
BEGIN; ALTER TABLE f ADD late int; EXECUTE flyway (8, '2.5', 'SQL'); COMMIT;
SELECT pg_temp.newest();
-- Its own table changed, every row written anew: no news.
ALTER TABLE flyway_schema_history ALTER checksum TYPE bigint;
SELECT pg_temp.newest();
VACUUM FULL flyway_schema_history;
CREATE TABLE unrelated (x int);
SELECT pg_temp.newest();
DROP TABLE flyway_schema_history;
--
-- Liquibase: a row for each change set; a tag is put on the last row later.
--
SELECT chronos.current_version() AS base \gset
CREATE TABLE public.databasechangelog (ID VARCHAR(255) NOT NULL, AUTHOR VARCHAR(255) NOT NULL, FILENAME VARCHAR(255) NOT NULL,
    DATEEXECUTED TIMESTAMP WITHOUT TIME ZONE NOT NULL, ORDEREXECUTED INTEGER NOT NULL, EXECTYPE VARCHAR(10) NOT NULL, MD5SUM VARCHAR(35),
    DESCRIPTION VARCHAR(255), COMMENTS VARCHAR(255), TAG VARCHAR(255), LIQUIBASE VARCHAR(20), CONTEXTS VARCHAR(255), LABELS VARCHAR(255), DEPLOYMENT_ID VARCHAR(10));
PREPARE liquibase AS INSERT INTO databasechangelog VALUES ($2, 'ann', 'db/changelog.xml', clock_timestamp(), $1, 'EXECUTED', '9:x', '', '', NULL, '4.2', NULL, NULL, '1');
BEGIN; CREATE TABLE l (x int); EXECUTE liquibase (1, '1'); COMMIT;
BEGIN; ALTER TABLE l ADD y int; EXECUTE liquibase (2, '2'); COMMIT;
UPDATE databasechangelog SET tag = 'v1' WHERE orderexecuted = 2;
SELECT pg_temp.newest();
BEGIN; ALTER TABLE l ADD z int; EXECUTE liquibase (3, '3'); COMMIT;
SELECT * FROM pg_temp.labels('liquibase', :base);
BEGIN; ALTER TABLE l DROP z; DELETE FROM databasechangelog WHERE id = '3'; COMMIT;
SELECT * FROM pg_temp.labels('liquibase', :base);
SELECT pg_temp.meets('>=liquibase:v1'), pg_temp.meets('>=liquibase:3::ann') AS undone;
DROP TABLE databasechangelog;
--
-- Five tools whose table is called schema_migrations.
--
SELECT chronos.current_version() AS base \gset
CREATE SCHEMA rails; SET search_path = rails, public;
CREATE TABLE "schema_migrations" ("version" character varying NOT NULL PRIMARY KEY);
CREATE TABLE "ar_internal_metadata" ("key" character varying NOT NULL PRIMARY KEY, "value" character varying, "created_at" timestamp(6) NOT NULL, "updated_at" timestamp(6) NOT NULL);
BEGIN; CREATE TABLE r (x int); INSERT INTO "schema_migrations" ("version") VALUES ('20260101000000'); COMMIT;
BEGIN; ALTER TABLE r ADD y int; INSERT INTO "schema_migrations" ("version") VALUES ('20260201000000'); COMMIT;
BEGIN; ALTER TABLE r ADD late int; INSERT INTO "schema_migrations" ("version") VALUES ('20260115000000'); COMMIT;
SELECT * FROM pg_temp.labels('rails', :base);
BEGIN; ALTER TABLE r DROP y; DELETE FROM "schema_migrations" WHERE "version" = '20260201000000'; COMMIT;
SELECT * FROM pg_temp.labels('rails', :base);
DROP TABLE schema_migrations, ar_internal_metadata;
CREATE SCHEMA dbmate; SET search_path = dbmate, public;
CREATE TABLE IF NOT EXISTS "schema_migrations" (version varchar(128) primary key);
BEGIN; CREATE TABLE d (x int); INSERT INTO "schema_migrations" (version) VALUES ('20260102000000'); COMMIT;
CREATE SCHEMA supabase_migrations; SET search_path = supabase_migrations;
CREATE TABLE schema_migrations (version text NOT NULL PRIMARY KEY, statements text[], name text);
BEGIN; CREATE TABLE public.s (x int); INSERT INTO schema_migrations VALUES ('20260103000000', '{CREATE TABLE s}', 's'); COMMIT;
CREATE SCHEMA ecto; SET search_path = ecto, public;
CREATE TABLE schema_migrations (version bigint, inserted_at timestamp(0), PRIMARY KEY (version));
BEGIN; CREATE TABLE e (x int); INSERT INTO schema_migrations VALUES (20260104000000, now()); COMMIT;
SELECT pg_temp.newest();
CREATE SCHEMA golang; SET search_path = golang, public;
CREATE TABLE IF NOT EXISTS "golang"."schema_migrations" (version bigint not null primary key, dirty boolean not null);
-- Says so before and after, each in a transaction of its own.
PREPARE say AS INSERT INTO schema_migrations VALUES ($1, $2);
BEGIN; TRUNCATE schema_migrations; EXECUTE say (1, true); COMMIT;
CREATE TABLE g (x int);
BEGIN; TRUNCATE schema_migrations; EXECUTE say (1, false); COMMIT;
SELECT pg_temp.newest();
BEGIN; TRUNCATE schema_migrations; EXECUTE say (2, true); COMMIT;
ALTER TABLE g ADD y int;
SELECT pg_temp.newest(), pg_temp.meets('>=golang-migrate:1'), pg_temp.meets('>=golang-migrate:2') AS not_yet;
BEGIN; TRUNCATE schema_migrations; EXECUTE say (2, false); COMMIT;
SELECT pg_temp.newest(), pg_temp.meets('golang-migrate:2'), pg_temp.meets('>golang-migrate:1');
ALTER TABLE g ADD by_hand int;
SELECT * FROM pg_temp.labels('golang-migrate', :base);
BEGIN; TRUNCATE schema_migrations; EXECUTE say (3, true); COMMIT;
ALTER TABLE g ADD one int;
ALTER TABLE g ADD two int;
BEGIN; TRUNCATE schema_migrations; EXECUTE say (3, false); COMMIT;
SELECT * FROM pg_temp.labels('golang-migrate', :base);
BEGIN; TRUNCATE schema_migrations; EXECUTE say (1, true); COMMIT;
ALTER TABLE g DROP y, DROP one, DROP two;
BEGIN; TRUNCATE schema_migrations; EXECUTE say (1, false); COMMIT;
SELECT pg_temp.meets('>=golang-migrate:1'), pg_temp.meets('>=golang-migrate:2') AS taken_back;
SELECT chronos.reconcile() IS NULL AS no_version;
SELECT * FROM pg_temp.labels('golang-migrate', :base);
TRUNCATE schema_migrations;
SELECT pg_temp.meets('>=golang-migrate:1') AS all_undone;
EXECUTE say (1, false);
RESET search_path;
--
-- Goose: a row for each direction.
--
SELECT chronos.current_version() AS base \gset
CREATE TABLE goose_db_version (id integer PRIMARY KEY GENERATED BY DEFAULT AS IDENTITY, version_id bigint NOT NULL, is_applied boolean NOT NULL, tstamp timestamp NOT NULL DEFAULT now());
INSERT INTO goose_db_version (version_id, is_applied) VALUES (0, true);
BEGIN; CREATE TABLE go (x int); INSERT INTO goose_db_version (version_id, is_applied) VALUES (1, true); COMMIT;
BEGIN; ALTER TABLE go ADD y int; INSERT INTO goose_db_version (version_id, is_applied) VALUES (2, true); COMMIT;
BEGIN; ALTER TABLE go DROP y; INSERT INTO goose_db_version (version_id, is_applied) VALUES (2, false); COMMIT;
SELECT * FROM pg_temp.labels('goose', :base);
BEGIN; ALTER TABLE go ADD y int; INSERT INTO goose_db_version (version_id, is_applied) VALUES (2, true); COMMIT;
SELECT * FROM pg_temp.labels('goose', :base);
--
-- Sqitch: psql runs the script, then the registry is written.
--
SELECT chronos.current_version() AS base \gset
BEGIN;
CREATE SCHEMA sqitch;
CREATE TABLE sqitch.projects (project TEXT PRIMARY KEY, uri TEXT NULL UNIQUE, created_at TIMESTAMPTZ NOT NULL DEFAULT clock_timestamp(), creator_name TEXT NOT NULL, creator_email TEXT NOT NULL);
CREATE TABLE sqitch.changes (change_id TEXT PRIMARY KEY, script_hash TEXT, change TEXT NOT NULL, project TEXT NOT NULL REFERENCES sqitch.projects(project) ON UPDATE CASCADE,
    note TEXT NOT NULL DEFAULT '', committed_at TIMESTAMPTZ NOT NULL DEFAULT clock_timestamp(), committer_name TEXT NOT NULL, committer_email TEXT NOT NULL,
    planned_at TIMESTAMPTZ NOT NULL, planner_name TEXT NOT NULL, planner_email TEXT NOT NULL, UNIQUE(project, script_hash));
CREATE TABLE sqitch.tags (tag_id TEXT PRIMARY KEY, tag TEXT NOT NULL, project TEXT NOT NULL REFERENCES sqitch.projects(project) ON UPDATE CASCADE,
    change_id TEXT NOT NULL REFERENCES sqitch.changes(change_id) ON UPDATE CASCADE, note TEXT NOT NULL DEFAULT '', committed_at TIMESTAMPTZ NOT NULL DEFAULT clock_timestamp(),
    committer_name TEXT NOT NULL, committer_email TEXT NOT NULL, planned_at TIMESTAMPTZ NOT NULL, planner_name TEXT NOT NULL, planner_email TEXT NOT NULL, UNIQUE(project, tag));
COMMIT;
INSERT INTO sqitch.projects VALUES ('shop', NULL, now(), 'a', 'a'), ('stock', NULL, now(), 'a', 'a');
PREPARE change AS INSERT INTO sqitch.changes VALUES (md5($1 || $2), md5($2), $2, $1, '', clock_timestamp(), 'a', 'a', now(), 'a', 'a');
PREPARE tag AS INSERT INTO sqitch.tags VALUES (md5($2), $2, $1, md5($1 || $3), '', clock_timestamp(), 'a', 'a', now(), 'a', 'a');
CREATE TABLE sq (x int);
EXECUTE change ('shop', 'users');
ALTER TABLE sq ADD y int;
BEGIN; EXECUTE change ('shop', 'items'); EXECUTE tag ('shop', '@v1.0', 'items'); COMMIT;
SELECT pg_temp.newest();
CREATE TABLE sq2 (x int);
EXECUTE change ('stock', 'shelves');
ALTER TABLE sq ADD z int;
EXECUTE change ('shop', 'prices');
SELECT chronos.reconcile() IS NULL AS no_version;
SELECT * FROM pg_temp.labels('sqitch', :base);
ALTER TABLE sq DROP z;
DELETE FROM sqitch.changes WHERE change = 'prices';
SELECT pg_temp.meets('>=sqitch:items'), pg_temp.meets('>=sqitch:@v1.0'), pg_temp.meets('>=sqitch:prices') AS reverted;
CREATE TABLE unrelated_too (x int);
SELECT * FROM pg_temp.labels('sqitch', :base);
--
-- Prisma: the row before, its end after, each in a transaction of its own.
--
SELECT chronos.current_version() AS base \gset
CREATE TABLE _prisma_migrations (id VARCHAR(36) PRIMARY KEY NOT NULL, checksum VARCHAR(64) NOT NULL, finished_at TIMESTAMPTZ, migration_name VARCHAR(255) NOT NULL,
    logs TEXT, rolled_back_at TIMESTAMPTZ, started_at TIMESTAMPTZ NOT NULL DEFAULT now(), applied_steps_count INTEGER NOT NULL DEFAULT 0);
INSERT INTO _prisma_migrations (id, checksum, migration_name) VALUES ('1', 'x', '20260101000000_init');
CREATE TABLE p (x int);
UPDATE _prisma_migrations SET finished_at = now() WHERE id = '1';
INSERT INTO _prisma_migrations (id, checksum, migration_name) VALUES ('2', 'x', '20260201000000_next');
ALTER TABLE p ADD y int;
SELECT pg_temp.newest() AS at_work;
UPDATE _prisma_migrations SET finished_at = now() WHERE id = '2';
SELECT pg_temp.newest();
INSERT INTO _prisma_migrations (id, checksum, migration_name, logs) VALUES ('3', 'x', '20260301000000_fails', repeat('error ', 10000));
ALTER TABLE p ADD half int;
UPDATE _prisma_migrations SET rolled_back_at = now() WHERE id = '3';
SELECT chronos.reconcile() IS NULL AS no_version;
SELECT * FROM pg_temp.labels('prisma', :base);
--
-- Django: a newest migration for each application; some rows come after the commit of their change.
--
SELECT chronos.current_version() AS base \gset
CREATE TABLE "django_migrations" ("id" bigint NOT NULL PRIMARY KEY GENERATED BY DEFAULT AS IDENTITY, "app" varchar(255) NOT NULL, "name" varchar(255) NOT NULL, "applied" timestamp with time zone NOT NULL);
PREPARE django AS INSERT INTO "django_migrations" ("app", "name", "applied") VALUES ($1, $2, now());
BEGIN; CREATE TABLE dj_auth (x int); EXECUTE django ('auth', '0001_initial'); COMMIT;
BEGIN; CREATE TABLE dj_shop (x int); COMMIT;
EXECUTE django ('shop', '0001_initial');
BEGIN; ALTER TABLE dj_shop ADD y int; EXECUTE django ('shop', '0002_y'); COMMIT;
BEGIN; ALTER TABLE dj_auth ADD y int; COMMIT;
EXECUTE django ('auth', '0002_y');
SELECT pg_temp.newest();
SELECT * FROM pg_temp.labels('django', :base);
BEGIN; ALTER TABLE dj_shop DROP y; DELETE FROM django_migrations WHERE app = 'shop' AND name = '0002_y'; COMMIT;
SELECT * FROM pg_temp.labels('django', :base);
--
-- Atlas: a row whose numbers rise.
--
CREATE SCHEMA atlas_schema_revisions;
CREATE TABLE atlas_schema_revisions.atlas_schema_revisions (version character varying NOT NULL PRIMARY KEY, description character varying NOT NULL, type bigint NOT NULL DEFAULT 2,
    applied bigint NOT NULL DEFAULT 0, total bigint NOT NULL DEFAULT 0, executed_at timestamptz NOT NULL, execution_time bigint NOT NULL, error text, error_stmt text,
    hash character varying NOT NULL, partial_hashes jsonb, operator_version character varying NOT NULL);
INSERT INTO atlas_schema_revisions.atlas_schema_revisions VALUES ('.atlas_cloud_identifier', 'x', 2, 0, 0, now(), 0, NULL, NULL, '', NULL, 'x');
INSERT INTO atlas_schema_revisions.atlas_schema_revisions VALUES ('20260101000000', 'init', 2, 0, 2, now(), 0, NULL, NULL, 'h1:', '["h1:"]', 'Atlas');
CREATE TABLE at (x int);
ALTER TABLE at ADD y int;
SELECT pg_temp.newest() AS at_work;
UPDATE atlas_schema_revisions.atlas_schema_revisions SET applied = 2 WHERE version = '20260101000000';
SELECT pg_temp.newest();
SELECT chronos.reconcile() IS NULL AS no_version;
--
-- The others note the revision in the transaction of the change.
--
CREATE FUNCTION pg_temp.play(creation text, relation text, earlier text, later text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE 'ALTER TABLE work ADD c' || nextval('plays') || ' int';
    IF creation <> '' THEN EXECUTE creation; END IF;
    EXECUTE format('INSERT INTO %s VALUES (%s)', relation, earlier);
    IF later <> '' THEN EXECUTE format('INSERT INTO %s VALUES (%s)', relation, later); END IF;
END $$;
CREATE SEQUENCE plays;
CREATE SCHEMA elsewhere; CREATE SCHEMA graphile_migrate; CREATE SCHEMA pgroll; CREATE SCHEMA reshape; CREATE SCHEMA _v; CREATE SCHEMA drizzle; CREATE SCHEMA typeorm; CREATE SCHEMA laravel; CREATE SCHEMA yandex;
SELECT pg_temp.play('CREATE TABLE knex_migrations (id serial PRIMARY KEY, name varchar(255), batch integer, migration_time timestamptz)', 'knex_migrations', $$1, '20260101_a.js', 1, now()$$, $$2, '20260102_b.js', 1, now()$$);
SELECT pg_temp.newest();
SELECT pg_temp.play('CREATE TABLE "__EFMigrationsHistory" ("MigrationId" character varying(150) PRIMARY KEY, "ProductVersion" character varying(32) NOT NULL)', '"__EFMigrationsHistory"', $$'20260101000000_Init', '8.0'$$, $$'20260102000000_Next', '8.0'$$);
SELECT pg_temp.newest();
SELECT pg_temp.play('CREATE TABLE drizzle.__drizzle_migrations (id SERIAL PRIMARY KEY, hash text NOT NULL, created_at bigint)', 'drizzle.__drizzle_migrations', $$1, 'f00d', 1700000000000$$, $$2, '0123456789abcdef', 1700000000001$$);
SELECT pg_temp.newest();
SELECT pg_temp.play('CREATE TABLE typeorm.migrations ("id" SERIAL NOT NULL PRIMARY KEY, "timestamp" bigint NOT NULL, "name" character varying NOT NULL)', 'typeorm.migrations', $$1, 1700000000000, 'Init1700000000000'$$, $$2, 1700000000001, 'Next1700000000001'$$);
SELECT pg_temp.newest();
SELECT pg_temp.play('CREATE TABLE laravel.migrations (id serial PRIMARY KEY, migration varchar(255) NOT NULL, batch integer NOT NULL)', 'laravel.migrations', $$1, '2026_01_01_000000_b', 1$$, $$2, '2026_01_01_000000_a', 2$$);
SELECT pg_temp.newest();
SELECT pg_temp.play('CREATE TABLE pgmigrations (id SERIAL PRIMARY KEY, name varchar(255) NOT NULL, run_on timestamp NOT NULL)', 'pgmigrations', $$1, '1700000000000_a', now()$$, $$2, '1700000000001_b', now()$$);
SELECT pg_temp.newest();
SELECT pg_temp.play('CREATE TABLE kysely_migration (name varchar(255) NOT NULL PRIMARY KEY, "timestamp" varchar(255) NOT NULL)', 'kysely_migration', $$'b', '2026-01-01T00:00:00.000Z'$$, $$'a', '2026-01-02T00:00:00.000Z'$$);
SELECT pg_temp.newest();
SELECT pg_temp.play('CREATE TABLE "SequelizeMeta" (name VARCHAR(255) NOT NULL UNIQUE PRIMARY KEY)', '"SequelizeMeta"', $$'20260101-a.js'$$, $$'20260102-b.js'$$);
SELECT pg_temp.newest();
SELECT pg_temp.play('CREATE TABLE mikro_orm_migrations (id serial PRIMARY KEY, name varchar(255), executed_at timestamptz DEFAULT current_timestamp)', 'mikro_orm_migrations', $$1, 'Migration20260102'$$, $$2, 'Migration20260101'$$);
SELECT pg_temp.newest();
SELECT pg_temp.play('CREATE TABLE graphile_migrate.migrations (hash text PRIMARY KEY, previous_hash text REFERENCES graphile_migrate.migrations, filename text NOT NULL, date timestamptz NOT NULL DEFAULT now())', 'graphile_migrate.migrations', $$'sha1:a', NULL, '000001.sql'$$, $$'sha1:b', 'sha1:a', '000002.sql'$$);
SELECT pg_temp.newest();
SELECT pg_temp.play('CREATE TABLE _sqlx_migrations (version BIGINT PRIMARY KEY, description TEXT NOT NULL, installed_on TIMESTAMPTZ NOT NULL DEFAULT now(), success BOOLEAN NOT NULL, checksum BYTEA NOT NULL, execution_time BIGINT NOT NULL)', '_sqlx_migrations', $$1, 'a', now(), true, '', 1$$, $$2, 'b', now(), false, '', -1$$);
SELECT pg_temp.newest();
SELECT pg_temp.play('CREATE TABLE __diesel_schema_migrations (version VARCHAR(50) PRIMARY KEY NOT NULL, run_on TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP)', '__diesel_schema_migrations', $$'20260101000000'$$, $$'20260102000000'$$);
SELECT pg_temp.newest();
SELECT pg_temp.play('CREATE TABLE refinery_schema_history (version INT4 PRIMARY KEY, name VARCHAR(255), applied_on VARCHAR(255), checksum VARCHAR(255))', 'refinery_schema_history', $$9, 'a', '', ''$$, $$10, 'b', '', ''$$);
SELECT pg_temp.newest();
SELECT pg_temp.play('CREATE TABLE seaql_migrations (version varchar NOT NULL PRIMARY KEY, applied_at bigint NOT NULL)', 'seaql_migrations', $$'m20260101_000001_a', 1$$, $$'m20260102_000001_b', 2$$);
SELECT pg_temp.newest();
SELECT pg_temp.play('CREATE TABLE pgroll.migrations (schema NAME NOT NULL, name TEXT NOT NULL, migration JSONB NOT NULL, created_at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP, updated_at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP, parent TEXT, done BOOLEAN NOT NULL DEFAULT false, resulting_schema JSONB NOT NULL DEFAULT ''{}'', PRIMARY KEY (schema, name))',
    'pgroll.migrations', $$'public', '01_users', '{}', '2026-01-01', '2026-01-01', NULL, true$$, $$'public', '02_items', '{}', '2026-01-02', '2026-01-02', '01_users', false$$);
SELECT pg_temp.newest();
SELECT pg_temp.play('CREATE TABLE reshape.migrations (index INTEGER PRIMARY KEY, name TEXT NOT NULL, description TEXT, actions JSON NOT NULL, completed_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP)', 'reshape.migrations', $$0, 'b', NULL, '[]'$$, $$1, 'a', NULL, '[]'$$);
SELECT pg_temp.newest();
CREATE TYPE yandex.schema_version_type AS ENUM ('auto', 'manual');
SELECT pg_temp.play('CREATE TABLE yandex.schema_version (version BIGINT NOT NULL PRIMARY KEY, description TEXT NOT NULL, type yandex.schema_version_type NOT NULL DEFAULT ''auto'', installed_by TEXT NOT NULL, installed_on TIMESTAMP WITHOUT time ZONE DEFAULT now() NOT NULL)', 'yandex.schema_version', $$1, 'a', 'auto', 'me'$$, $$2, 'b', 'auto', 'me'$$);
SELECT pg_temp.newest();
SELECT pg_temp.play('CREATE TABLE _v.patches (patch_name TEXT PRIMARY KEY, applied_tsz TIMESTAMPTZ NOT NULL DEFAULT now(), applied_by TEXT NOT NULL, requires TEXT[], conflicts TEXT[])', '_v.patches', $$'b', '2026-01-01', 'me'$$, $$'a', '2026-01-02', 'me'$$);
SELECT pg_temp.newest();
SELECT pg_temp.play('CREATE TABLE doctrine_migration_versions (version VARCHAR(191) NOT NULL PRIMARY KEY, executed_at TIMESTAMP(0) WITHOUT TIME ZONE DEFAULT NULL, execution_time INT DEFAULT NULL)', 'doctrine_migration_versions', $$'DoctrineMigrations\Version20260101', '2026-01-01', 1$$, $$'DoctrineMigrations\Version20260102', '2026-01-02', 1$$);
SELECT pg_temp.newest();
SELECT pg_temp.play('CREATE TABLE phinxlog (version BIGINT NOT NULL PRIMARY KEY, migration_name CHARACTER VARYING(100), start_time TIMESTAMP, end_time TIMESTAMP, breakpoint BOOLEAN NOT NULL DEFAULT FALSE)', 'phinxlog', $$20260101000000, 'A', now(), now()$$, $$20260102000000, 'B', now(), now()$$);
SELECT pg_temp.newest();
SELECT pg_temp.play('CREATE TABLE "VersionInfo" ("Version" bigint NOT NULL, "AppliedOn" timestamp, "Description" varchar(1024))', '"VersionInfo"', $$9, now(), 'a'$$, $$10, now(), 'b'$$);
SELECT pg_temp.newest();
SELECT pg_temp.play('CREATE TABLE schemaversions (schemaversionsid serial NOT NULL PRIMARY KEY, scriptname character varying(255) NOT NULL, applied timestamp without time zone NOT NULL)', 'schemaversions', $$1, 'Script0001.sql', now()$$, $$2, 'Script0002.sql', now()$$);
SELECT pg_temp.newest();
SELECT pg_temp.play('CREATE TABLE elsewhere.schema_version (installed_rank INT NOT NULL PRIMARY KEY, version VARCHAR(50), description VARCHAR(200) NOT NULL, type VARCHAR(20) NOT NULL, script VARCHAR(1000) NOT NULL, checksum INTEGER, installed_by VARCHAR(100) NOT NULL, installed_on TIMESTAMP NOT NULL DEFAULT now(), execution_time INTEGER NOT NULL, success BOOLEAN NOT NULL)',
    'elsewhere.schema_version', $$1, '7', 'd', 'SQL', 's', 1, 'me', now(), 1, true$$, $$2, '8', 'd', 'SQL', 's', 1, 'me', now(), 1, true$$);
SELECT pg_temp.newest();
-- The second time only the row is new.
SELECT pg_temp.play('', 'pgmigrations', $$3, '1700000000002_c', now()$$, '');
SELECT pg_temp.newest();
SELECT pg_temp.play('', 'pgmigrations', $$4, '1700000000003_' || repeat('long ', 40), now()$$, '');
SELECT length((pg_temp.newest())[1]), octet_length(l.name) > 63 AS long FROM chronos.label l WHERE l.name LIKE 'node-pg-migrate:1700000000003%';
-- Every tool has been found by its own table.
SELECT t.tool, t.relation FROM chronos.tool t
WHERE NOT EXISTS (SELECT FROM chronos.label l WHERE l.name LIKE t.tool || ':%') ORDER BY 1, 2;
--
-- What only looks like one.
--
SELECT count(*) AS known FROM chronos.tool_state \gset
CREATE SCHEMA decoy; SET search_path = decoy, public;
CREATE DOMAIN revision AS varchar(32);
CREATE FUNCTION peep(int) RETURNS text LANGUAGE plpgsql AS $$BEGIN RAISE 'seen by %', current_user; END $$;
CREATE TABLE alembic_version (version_num revision); INSERT INTO alembic_version VALUES ('domain');
CREATE TABLE schema_migrations (version varchar, note text); INSERT INTO schema_migrations VALUES ('columns', 'x');
CREATE TABLE pgmigrations (id int, name text, run_on text); INSERT INTO pgmigrations VALUES (1, 'category', 'x');
CREATE VIEW goose_db_version AS SELECT peep(1)::bigint AS id, 1::bigint AS version_id, true AS is_applied, now()::timestamp AS tstamp;
CREATE TABLE migrations (id int, migration varchar, batch int, name varchar); INSERT INTO migrations VALUES (1, 'more', 1, 'x');
CREATE TABLE "SequelizeMeta" (name varchar) PARTITION BY LIST (name);
CREATE TABLE knex_migrations (id int, name varchar GENERATED ALWAYS AS ('generated') STORED, batch int, migration_time timestamptz); INSERT INTO knex_migrations VALUES (1, DEFAULT, 1, now());
CREATE TEMP TABLE _sqlx_migrations (LIKE public._sqlx_migrations); INSERT INTO _sqlx_migrations VALUES (3, 'temporary', now(), true, '', 1);
CREATE TABLE patches (patch_name text, applied_tsz timestamptz, applied_by text); INSERT INTO patches VALUES ('schema', now(), 'x');
SELECT chronos.reconcile() IS NULL AS no_version, count(*) - :known AS found FROM chronos.tool_state;
SELECT name FROM chronos.label WHERE name ~ ':(domain|columns|category|more|generated|3|schema)$' AND name !~ '^(flyway|liquibase)';
-- Policies, triggers, rules and operators of the owner do not run.
CREATE SCHEMA guarded; SET search_path = guarded, public;
CREATE TABLE alembic_version (version_num varchar(32) PRIMARY KEY);
ALTER TABLE alembic_version ENABLE ROW LEVEL SECURITY; ALTER TABLE alembic_version FORCE ROW LEVEL SECURITY;
CREATE POLICY peep ON alembic_version USING (decoy.peep(1) IS NOT NULL);
BEGIN; CREATE TABLE gu (x int); INSERT INTO alembic_version VALUES ('rls1'); COMMIT;
SELECT pg_temp.newest();
-- A role that owns neither sees the label, and the functions that read tables are not for it.
CREATE ROLE regress_reader;
UPDATE alembic_version SET version_num = 'rls2';
SET ROLE regress_reader;
SELECT labels FROM chronos.history ORDER BY number DESC LIMIT 1;
SELECT chronos.require_version('alembic:rls2') = chronos.current_version() AS fits;
\set VERBOSITY terse
SELECT * FROM chronos.tool_rows(0, '{}');
SELECT chronos.settle_tool_labels(NULL, true);
\set VERBOSITY default
RESET ROLE;
DROP ROLE regress_reader;
-- A label of one's own keeps its meaning, and its limit.
SELECT chronos.label('alembic:mine') IS NOT NULL AS given;
BEGIN; ALTER TABLE gu ADD y int; UPDATE alembic_version SET version_num = 'mine'; COMMIT;
SELECT chronos.resolve('alembic:mine') < chronos.current_version() AS stays;
\set VERBOSITY terse
SELECT chronos.label(repeat('x', 64));
\set VERBOSITY default
-- A prepared transaction: its version is the one that is made of it.
BEGIN; ALTER TABLE gu ADD z int; UPDATE alembic_version SET version_num = 'prep1'; PREPARE TRANSACTION 'tool';
COMMIT PREPARED 'tool';
SELECT FROM chronos.reconcile();
SELECT labels, changed FROM chronos.history WHERE 'alembic:prep1' = ANY (labels);
-- Pruning does not spare the versions that tools made, and knows their labels afterwards.
SELECT chronos.prune_history(chronos.current_version()) > 0 AS pruned;
SELECT pg_temp.meets('>=goose:1'), pg_temp.meets('>=prisma:20260101000000_init');
DO $$
BEGIN PERFORM chronos.schema_at('knex:20260102_b.js'); RAISE 'it is there'; EXCEPTION WHEN undefined_object THEN
ASSERT SQLERRM LIKE 'schema version % has been pruned', SQLERRM; END $$;
DROP EXTENSION chronos;
--
-- A database that has them already: only the newest are labelled, the others are known.
--
SET search_path = public;
CREATE EXTENSION chronos;
SELECT left(l.label, 60) AS label FROM chronos.history, unnest(labels) l(label) ORDER BY l.label COLLATE "C";
SELECT pg_temp.meets('>=goose:1'), pg_temp.meets('goose:2'), pg_temp.meets('>=goose:3') AS not_yet, pg_temp.meets('>=django:auth:0001_initial');
-- chronos.expect asks the same, before the transaction has a snapshot.
\set VERBOSITY terse
\c -reuse-previous=on "options='-c session_preload_libraries=chronos -c chronos.expect=>=goose:1'"
BEGIN;
LOCK TABLE goose_db_version IN ACCESS SHARE MODE;
SET TRANSACTION ISOLATION LEVEL SERIALIZABLE;
SELECT version_id FROM goose_db_version ORDER BY id DESC LIMIT 1;
COMMIT;
\c -reuse-previous=on "options='-c session_preload_libraries=chronos -c chronos.expect=>=goose:3'"
SELECT version_id FROM goose_db_version;
\c -reuse-previous=on "options=''"
SET client_min_messages = warning;
DROP EXTENSION chronos;
DROP SCHEMA rails, dbmate, supabase_migrations, ecto, golang, sqitch, atlas_schema_revisions, elsewhere, graphile_migrate, pgroll, reshape, _v, drizzle, typeorm,
    laravel, yandex, decoy, guarded CASCADE;
DO $$
BEGIN EXECUTE (SELECT 'DROP TABLE ' || string_agg(c.oid::regclass::text, ', ') || ' CASCADE' FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r'); END $$;
DROP SEQUENCE plays;
