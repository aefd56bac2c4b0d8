-- What the doctor says, of things as they may be and of this database.
SET client_min_messages = warning;
CREATE EXTENSION chronos;
RESET client_min_messages;
\set hex '931cdb18b2f6c94dc0cd2e4e5c6aa7e2f52f5c5f0a5ab1d3e4f5a6b7c8d9e0f1'
CREATE FUNCTION pg_temp.mounted(lines text) RETURNS text LANGUAGE sql AS $$
    SELECT '94 60 0:39 / / rw,relatime - overlay overlay rw,lowerdir=/l,upperdir=/var/lib/docker/overlay2/7/diff' || E'\n' ||
           '99 94 254:0 /var/lib/docker/containers/0f1e/hostname /etc/hostname rw - ext4 /dev/vda rw' || E'\n' || lines
$$;
CREATE FUNCTION pg_temp.volume(name text, point text, id int DEFAULT 100, parent int DEFAULT 94) RETURNS text LANGUAGE sql AS $$
    SELECT format(E'%s %s 254:0 /var/lib/docker/volumes/%s/_data %s rw - ext4 /dev/vda rw\n', id, parent, name, point)
$$;
-- The data directory on every kind of storage.
SELECT k.nr, f.id, f.severity, f.evidence ->> 'kind' AS kind, f.evidence ->> 'certainty' AS certainty, f.finding
FROM (VALUES
    (1, pg_temp.mounted('')),
    (2, pg_temp.mounted(pg_temp.volume(:'hex', '/var/lib/postgresql/data'))),
    (3, pg_temp.mounted(pg_temp.volume('pgdata', '/var/lib/postgresql/data'))),
    (4, pg_temp.mounted('100 94 0:41 / /var/lib/postgresql/data rw - tmpfs tmpfs rw')),
    (5, pg_temp.mounted('100 94 254:0 /srv/pg /var/lib/postgresql/data rw - ext4 /dev/vda rw')),
    (6, pg_temp.mounted('100 94 254:0 /tmp/pg /var/lib/postgresql/data rw - ext4 /dev/vda rw')),
    (7, pg_temp.mounted('100 94 252:16 / /var/lib/postgresql/data rw - ext4 /dev/rbd2 rw')),
    (8, pg_temp.mounted('100 94 254:0 /var/lib/kubelet/pods/6b/volumes/kubernetes.io~empty-dir/d /var/lib/postgresql/data rw - ext4 /dev/vda rw')),
    (9, pg_temp.mounted('100 94 0:55 / /var/lib/postgresql/data rw - nfs4 10.0.0.1:/x rw')),
    (10, '29 1 8:1 / / rw - ext4 /dev/sda1 rw'),
    (11, NULL)) k(nr, mounts),
    chronos.storage_findings(ARRAY[('data directory', '/var/lib/postgresql/data')::chronos.storage_place], k.mounts, '{}') f
ORDER BY k.nr;
-- A tablespace that lies elsewhere has a finding of its own, pg_wal beside the data has none.
SELECT f.id, f.severity, f.evidence ->> 'volume' AS volume, f.remedy
FROM chronos.storage_findings(
    ARRAY[('data directory', '/var/lib/postgresql/data'), ('pg_wal', '/var/lib/postgresql/data/pg_wal'), ('tablespace fast', '/fast/pg')]::chronos.storage_place[],
    pg_temp.mounted(pg_temp.volume('pgdata', '/var/lib/postgresql/data')), '{}') f;
-- A volume beside the data, on 17 and on 18.
SELECT f.severity, f.finding, f.remedy
FROM chronos.wrong_path_findings('/var/lib/postgresql/data',
    pg_temp.mounted(pg_temp.volume('pgdata', '/var/lib/postgresql') || pg_temp.volume(:'hex', '/var/lib/postgresql/data', 101, 100)), '{}') f;
SELECT f.severity, f.finding, f.remedy
FROM chronos.wrong_path_findings('/var/lib/postgresql/18/docker',
    pg_temp.mounted(pg_temp.volume(:'hex', '/var/lib/postgresql') || pg_temp.volume('pgdata', '/var/lib/postgresql/data', 101, 100)), '{}') f;
SELECT f.severity, f.finding, f.remedy
FROM chronos.wrong_path_findings('/home/postgres/pgdata/data', pg_temp.mounted(pg_temp.volume('pgdata', '/var/lib/postgresql/data')), '{}') f;
SELECT count(*)
FROM chronos.wrong_path_findings('/var/lib/postgresql/data', pg_temp.mounted(pg_temp.volume('pgdata', '/var/lib/postgresql/data')), '{}') f;
-- Repositories beside it.
SELECT f.id, f.severity, f.finding
FROM chronos.nearness_findings(
    ARRAY[('data directory', '/var/lib/postgresql/data')::chronos.storage_place],
    ARRAY[('repository inside', '/var/lib/postgresql/data/backup'), ('repository disk', '/disk/r'), ('repository gone', NULL),
          ('repository layer', '/backup'), ('repository volume', '/backups/r')]::chronos.storage_place[],
    pg_temp.mounted(pg_temp.volume('pgdata', '/var/lib/postgresql/data') || pg_temp.volume('backups', '/backups', 101) ||
                    '102 94 252:16 / /disk rw - ext4 /dev/vdb rw'), '{}') f;
-- Archiving.
SELECT f.severity, f.finding, f.evidence ->> 'tool' AS tool
FROM (VALUES
    (1, 'off', '', NULL, NULL, NULL::bigint),
    (2, 'on', '', NULL, NULL, 3),
    (3, 'on', 'pgbackrest --stanza=shop archive-push %p', '2026-01-02 00:00+00', NULL, 0),
    (4, 'on', 'envdir "/etc/wal-g" wal-g wal-push %p', '2026-01-02 00:00+00', '2026-01-01 00:00+00', 17),
    (5, 'always', 'barman-wal-archive host shop %p', '2026-01-02 00:00+00', '2026-01-03 00:00+00', 1),
    (6, 'on', 'cp %p /archive/%f', NULL, '2026-01-03 00:00+00', 1)) a(nr, mode, command, archived, failed, waiting),
    chronos.archive_findings(a.mode, a.command, jsonb_populate_record(NULL::pg_stat_archiver,
        jsonb_build_object('last_archived_time', a.archived, 'last_failed_time', a.failed)), a.waiting) f
ORDER BY a.nr;
-- Releases.
SELECT r.version, r.today, f.severity, f.finding
FROM (VALUES (150020, date '2026-12-01'), (150018, '2026-12-01'), (150020, '2027-10-01'), (150020, '2028-01-01'), (170002, '2026-12-01'),
             (190000, '2026-12-01')) r(version, today), chronos.release_findings(r.version, r.today) f;
-- Of every major release a newest minor one is known, and from where; its first is a finding.
SELECT k.major FROM chronos.known_releases() k WHERE (k.newest_minor > 0 AND k.seen_on IS NOT NULL AND k.source > '') IS NOT TRUE;
SELECT k.major, first.severity AS first, newest.severity AS newest
FROM chronos.known_releases() k, chronos.release_findings(k.major * 10000, '2026-10-01') first,
     chronos.release_findings(k.major * 10000 + k.newest_minor, '2026-10-01') newest
WHERE k.major >= 15 ORDER BY k.major;
-- Collations.
SELECT f.severity, f.finding, f.remedy
FROM chronos.collation_findings('[{"name": "the default of database \"shop\"", "present": "2.36", "recorded": "2.31"}]',
                                '[{"index": "public.orders_name", "bytes": 8192}]') f;
SELECT f.severity, f.finding FROM chronos.collation_findings('[]', '[]') f;
-- The schema.
CREATE TABLE parent (id int PRIMARY KEY, name text);
CREATE TABLE child (parent int, name text);
INSERT INTO child VALUES (1, 'a'), (2, 'a');
ALTER TABLE child ADD CONSTRAINT child_parent FOREIGN KEY (parent) REFERENCES parent NOT VALID;
CREATE UNIQUE INDEX CONCURRENTLY child_name ON child (name);
SET client_min_messages = error;
CREATE PUBLICATION everything FOR TABLE parent, child;
RESET client_min_messages;
SELECT d.id, d.severity, d.finding, d.remedy FROM chronos.doctor() d WHERE d.area = 'schema';
DROP PUBLICATION everything;
DROP TABLE child, parent;
SELECT d.id FROM chronos.doctor() d WHERE d.area = 'schema';
-- What has gone unseen stays a finding until somebody has given it a name.
SET chronos.capture = off;
CREATE TABLE unseen (id int);
SET chronos.capture = on;
SELECT chronos.reconcile() > 0 AS found;
SELECT d.id, d.severity FROM chronos.doctor() d WHERE d.area = 'schema';
SELECT chronos.label('meant') > 0 AS labelled;
SELECT d.id FROM chronos.doctor() d WHERE d.area = 'schema';
DROP TABLE unseen;
-- Recovery.
SELECT d.id, d.severity, d.finding FROM chronos.doctor() d WHERE d.id IN ('recovery.repository', 'recovery.schedule', 'recovery.snapshot', 'recovery.drill') ORDER BY 1;
-- Durability: this server's fsync is off; nobody uses the slot.
SELECT pg_create_physical_replication_slot('doctor_slot', true) IS NOT NULL AS made;
SELECT d.id, d.severity, regexp_replace(d.finding, 'holds .* of', 'holds N of') AS finding
FROM chronos.doctor() d WHERE d.id IN ('durability.fsync', 'durability.slot_doctor_slot', 'durability.wal_level') ORDER BY 1;
SELECT pg_drop_replication_slot('doctor_slot');
-- Known findings.
SELECT chronos.acknowledge('recovery.drill', 'nothing to restore yet', 'infinity');
SELECT d.severity, d.evidence -> 'acknowledged' ->> 'severity' AS was, d.evidence -> 'acknowledged' ->> 'reason' AS reason
FROM chronos.doctor() d WHERE d.id = 'recovery.drill';
UPDATE chronos.acknowledgement SET severity = 'info';
SELECT d.severity FROM chronos.doctor() d WHERE d.id = 'recovery.drill';
UPDATE chronos.acknowledgement SET severity = 'critical', until = now() - interval '1 second';
SELECT d.severity FROM chronos.doctor() d WHERE d.id = 'recovery.drill';
SELECT chronos.unacknowledge('recovery.drill'), chronos.unacknowledge('recovery.drill');
SELECT chronos.acknowledge('recovery.drill', ' ');
SELECT chronos.acknowledge('recovery.dril', 'because');
SELECT chronos.acknowledge('recovery.drill', 'because', now() - interval '1 day');
-- A check that fails says so, and the others go on; a new check is found by itself.
CREATE FUNCTION chronos.check_broken() RETURNS SETOF chronos.finding LANGUAGE sql SET search_path = pg_catalog, pg_temp
AS $$ SELECT 'x', 'x', 'ok'::chronos.severity, 'x', to_jsonb(1 / (SELECT 0)), NULL $$;
CREATE FUNCTION chronos.check_good() RETURNS SETOF chronos.finding LANGUAGE sql SET search_path = pg_catalog, pg_temp
AS $$ SELECT 'site.own', 'site', 'warning'::chronos.severity, 'something of this site', NULL::jsonb, NULL $$;
SELECT d.id, d.severity, d.finding FROM chronos.doctor() d WHERE d.area IN ('doctor', 'site');
DROP FUNCTION chronos.check_broken(), chronos.check_good();
-- The worst comes first, each id once, and all of them are there in a transaction that only reads.
BEGIN TRANSACTION READ ONLY;
SELECT count(*) = count(DISTINCT d.id) AS each_once, count(*) > 15 AS many FROM chronos.doctor() d;
SELECT bool_and(d.severity <= d.before) AS worst_first FROM (SELECT d.severity, coalesce(lag(d.severity) OVER (), 'critical') AS before FROM chronos.doctor() d) d;
ROLLBACK;
-- Who may ask.
CREATE ROLE doctor_reader;
SET ROLE doctor_reader;
SELECT count(*) FROM chronos.doctor();
SELECT chronos.mount_table();
SELECT chronos.acknowledge('recovery.drill', 'because');
RESET ROLE;
GRANT pg_read_all_stats TO doctor_reader;
SET ROLE doctor_reader;
SELECT count(*) > 15 AS many FROM chronos.doctor();
RESET ROLE;
-- Once after each start.
BEGIN;
UPDATE chronos.local SET examined_at = NULL;
SELECT chronos.log_findings() = (SELECT count(*) FROM chronos.doctor() d WHERE d.severity = 'critical') AS each, chronos.log_findings() AS again;
COMMIT;
DROP ROLE doctor_reader;
DROP EXTENSION chronos;
