-- storage.*: does the data outlive its container?

CREATE FUNCTION chronos.storage_severity(kind text) RETURNS chronos.severity
LANGUAGE sql IMMUTABLE
SET search_path = pg_catalog, pg_temp
RETURN CASE
    WHEN kind IN ('memory', 'writable layer', 'anonymous volume', 'pod directory') THEN 'critical'
    WHEN kind IN ('temporary folder', 'network') THEN 'warning'
    WHEN kind = 'unknown' THEN 'unknown'
    ELSE 'info' END::chronos.severity;
COMMENT ON FUNCTION chronos.storage_severity(text) IS 'How bad it is to have data on a kind of storage.';

CREATE FUNCTION chronos.storage_fate(kind text) RETURNS text
LANGUAGE sql IMMUTABLE
SET search_path = pg_catalog, pg_temp
RETURN CASE kind
    WHEN 'memory' THEN 'in memory: it is lost when the container or the machine stops'
    WHEN 'writable layer' THEN 'on the writable layer of a container: it is lost when the container is removed or made anew, as with a new image'
    WHEN 'anonymous volume' THEN 'on an anonymous volume: "docker compose down -v", "docker rm -v", "docker run --rm" and a prune delete it, and after "docker compose down" and "up" the server starts empty'
    WHEN 'pod directory' THEN 'in a directory of the pod: it is lost with the pod'
    WHEN 'temporary folder' THEN 'in a folder of the host that is cleared when the host starts or from time to time'
    WHEN 'network' THEN 'on a file system of another machine or of the host behind a virtual machine; whether fsync and locks reach its disks cannot be seen from here'
    WHEN 'named volume' THEN 'on a named volume: it outlives "docker compose down", but not "down -v" or "docker volume rm"'
    WHEN 'block device' THEN 'on a disk of its own; whether the disk outlives its claim cannot be seen from here'
    WHEN 'bind mount' THEN 'in a folder of the host: it lives as long as the host''s disk'
    WHEN 'host' THEN 'on a file system of this machine: it lives as long as the machine''s disk'
    ELSE 'on storage of which nothing can be told from here' END;
COMMENT ON FUNCTION chronos.storage_fate(text) IS 'What becomes of data on a kind of storage, for people.';

CREATE FUNCTION chronos.storage_remedy(kind text, path text, mountpoint text) RETURNS text
LANGUAGE sql IMMUTABLE
SET search_path = pg_catalog, pg_temp
RETURN CASE
    WHEN kind IN ('anonymous volume', 'writable layer', 'memory') THEN
        format('Take a snapshot to another device first (SELECT chronos.snapshot()). Then give the data a volume with a name, in the compose file "volumes: - pgdata:%s" with "pgdata: {external: true}" under the top-level volumes, and restore into it.',
               CASE WHEN mountpoint = '/' THEN path ELSE coalesce(mountpoint, path) END)
    WHEN kind = 'pod directory' THEN
        format('Take a snapshot to another device first (SELECT chronos.snapshot()). Then mount a PersistentVolumeClaim at %s, with reclaimPolicy Retain, and restore into it.',
               coalesce(mountpoint, path))
    WHEN kind = 'temporary folder' THEN 'Move the data to a folder that nobody clears.'
    WHEN kind = 'network' THEN 'Make sure that it honours fsync and is mounted hard; better, use a local disk.'
    WHEN kind = 'named volume' THEN 'Declare the volume "external: true" in the compose file: then "down -v" leaves it alone.'
    WHEN kind = 'block device' THEN 'Make sure that the volume''s reclaimPolicy is Retain.'
    WHEN kind = 'unknown' THEN 'Look from outside: docker inspect, kubectl describe pod, findmnt.' END;
COMMENT ON FUNCTION chronos.storage_remedy(text, text, text) IS 'What to do about data on a kind of storage.';

CREATE FUNCTION chronos.storage_findings(places chronos.storage_place[], mounts text, signs text[]) RETURNS SETOF chronos.finding
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
    WITH judged AS (
        SELECT p.nr, p.what, p.path, j.*
        FROM unnest(places) WITH ORDINALITY p(what, path, nr), chronos.judge_storage(p.path, mounts, signs) j
    )
    SELECT 'storage.' || translate(j.what, ' ', '_'), 'storage', chronos.storage_severity(j.kind),
           format('the %s lies %s', j.what, chronos.storage_fate(j.kind)),
           jsonb_strip_nulls(jsonb_build_object('path', j.path, 'kind', j.kind, 'certainty', j.certainty, 'volume', j.volume,
               'mountpoint', j.mountpoint, 'root', j.root, 'type', j.type, 'source', j.source, 'device', j.device,
               'container', to_jsonb(nullif(signs, '{}')))),
           chronos.storage_remedy(j.kind, j.path, j.mountpoint)
    FROM judged j
    -- What lies where the data directory lies has no fate of its own.
    WHERE j.nr = 1 OR NOT EXISTS (SELECT FROM judged d WHERE d.nr = 1 AND d.mountpoint = j.mountpoint)
    ORDER BY j.nr
$$;
COMMENT ON FUNCTION chronos.storage_findings(chronos.storage_place[], text, text[]) IS
    'What a table of mounts says of places, the data directory first.';

CREATE FUNCTION chronos.check_storage() RETURNS SETOF chronos.finding
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT f.*
    FROM chronos.storage_findings(ARRAY(SELECT p FROM chronos.data_places() p), chronos.mount_table(), chronos.container_signs()) f
$$;
COMMENT ON FUNCTION chronos.check_storage() IS
    'Whether the data directory, pg_wal and the tablespaces outlive the container: storage.data_directory, storage.pg_wal, storage.tablespace_NAME.';
REVOKE ALL ON FUNCTION chronos.check_storage(), chronos.storage_findings(chronos.storage_place[], text, text[]) FROM PUBLIC;
