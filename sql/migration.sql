-- Migrations by SQL alone: stored scripts, applied and undone.
\set SHOW_CONTEXT never
SET client_min_messages = warning;
CREATE EXTENSION chronos;
RESET client_min_messages;
CREATE VIEW known AS
SELECT version, state, down_origin AS down, applied_by = session_user AS mine, version_before, version_after
FROM chronos.migration ORDER BY ordinal;
SELECT chronos.store_migration('', '{"version": "1", "ordinal": [1], "name": "orders", "up": "CREATE TABLE orders (id int PRIMARY KEY); INSERT INTO orders VALUES (1), (2);", "down": "DROP TABLE orders"}');
SELECT chronos.store_migration('', '{"version": "2", "ordinal": [2], "name": "note", "up": "ALTER TABLE orders ADD note text DEFAULT ''x''"}');
SELECT chronos.store_migration('', '{"version": "10", "ordinal": [10], "name": "view", "up": "SET search_path = ''public''; SET work_mem = 1000; CREATE VIEW notes AS SELECT note FROM orders"}');
SELECT * FROM known;
CALL chronos.migrate('2');
SELECT * FROM known;
CALL chronos.migrate();
CALL chronos.migrate();
SELECT * FROM known;
SELECT note FROM notes;
SELECT current_setting('search_path'), current_setting('work_mem');
-- Back: what is derived and loses rows has to be allowed.
CALL chronos.rollback('2');
CALL chronos.rollback('1');
SELECT chronos.current_version();
CALL chronos.rollback('1', lose_data => true);
SELECT * FROM known;
SELECT * FROM orders;
-- One that was written is looked at in the same way.
CALL chronos.rollback('0');
CALL chronos.rollback('0', lose_data => true);
SELECT * FROM known;
-- A way up that destroys rows says so; names are meant as a new session sees them.
CREATE TABLE doomed AS SELECT 1 AS a;
CREATE SCHEMA s CREATE TABLE doomed (a int);
SET search_path = s;
BEGIN;
SELECT chronos.store_migration('', '{"version": "0.5", "ordinal": [0, 5], "up": "TRUNCATE doomed; DROP SCHEMA s CASCADE"}');
SELECT chronos.migrate_next('0.5');
ROLLBACK;
SELECT unnest(chronos.migration_targets('DROP TABLE not_there; no SQL at all'));
RESET search_path;
DROP TABLE doomed;
DROP SCHEMA s CASCADE;
-- A script that fails leaves those before it, and nothing of itself.
SELECT chronos.store_migration('', '{"version": "2", "ordinal": [2], "up": "ALTER TABLE orders ADD note text; SELECT wrong"}');
CALL chronos.migrate();
SELECT * FROM known;
SELECT chronos.store_migration('', '{"version": "2", "ordinal": [2], "up": "UPDATE orders SET id = -id; ALTER TABLE orders ADD note text"}');
CALL chronos.migrate('2');
SELECT * FROM known;
-- One that changes no schema has no version of its own.
SELECT chronos.store_migration('', '{"version": "3", "ordinal": [3], "up": "UPDATE orders SET id = -id"}');
CALL chronos.migrate('3');
SELECT * FROM known;
-- An older one that arrives late.
SELECT chronos.store_migration('', '{"version": "1.5", "ordinal": [1, 5], "up": "SELECT 1"}');
CALL chronos.migrate();
DELETE FROM chronos.migration WHERE version = '1.5';
CALL chronos.migrate();
SELECT * FROM known;
-- What cannot be one transaction, and what does not exist.
SELECT chronos.store_migration('', '{"version": "11", "ordinal": [11], "up": "VACUUM", "transactional": false}');
CALL chronos.migrate();
CALL chronos.migrate('99');
CALL chronos.rollback('99');
BEGIN;
CALL chronos.rollback('1');
ROLLBACK;
-- Nobody may apply one twice, or undo what is not applied.
\set VERBOSITY terse
SELECT chronos.start_migration('', '{"version": "1"}', true);
\set VERBOSITY default
SELECT chronos.start_rollback('', 'versioned', '11', true);
-- Versions that a way back is derived from are kept.
SELECT chronos.prune_history(chronos.current_version()) > 0 AS pruned;
SELECT m.version, (SELECT count(*) FROM chronos.version v WHERE v.number IN (m.version_before, m.version_after)) AS kept
FROM chronos.migration m WHERE m.version_after IS NOT NULL ORDER BY m.ordinal;
SELECT script, transactional, losses FROM chronos.derived_down('current', (SELECT version_before::text FROM chronos.migration WHERE version = '10'));
DROP VIEW known;
DROP TABLE orders CASCADE;
DROP EXTENSION chronos;
