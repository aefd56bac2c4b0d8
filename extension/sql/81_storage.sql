-- Where things lie, as the kernel says. The rules are those of client/src/core/storage.hpp.

CREATE FUNCTION chronos.mount_table() RETURNS text LANGUAGE c VOLATILE
AS 'MODULE_PATHNAME', 'chronos_mount_table';
COMMENT ON FUNCTION chronos.mount_table() IS
    'The mounts that this server sees (/proc/self/mountinfo); null where there is no such file. Bytes outside ASCII are shown as ?.';

CREATE FUNCTION chronos.container_signs() RETURNS text[] LANGUAGE c VOLATILE
AS 'MODULE_PATHNAME', 'chronos_container_signs';
COMMENT ON FUNCTION chronos.container_signs() IS
    'What says, other than the mounts, that this server runs in a container: /.dockerenv, /run/.containerenv, KUBERNETES_SERVICE_HOST.';

CREATE FUNCTION chronos.real_path(path text) RETURNS text LANGUAGE c VOLATILE STRICT
AS 'MODULE_PATHNAME', 'chronos_real_path';
COMMENT ON FUNCTION chronos.real_path(text) IS 'A path of the server''s machine without symbolic links; null if there is nothing there.';

CREATE FUNCTION chronos.read_disk_space(path text) RETURNS text[] LANGUAGE c VOLATILE STRICT
AS 'MODULE_PATHNAME', 'chronos_disk_space';
COMMENT ON FUNCTION chronos.read_disk_space(text) IS 'As chronos.disk_space(), which reads it.';

CREATE FUNCTION chronos.disk_space(path text, OUT total bigint, OUT available bigint)
LANGUAGE sql VOLATILE STRICT
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT s[1]::bigint, s[2]::bigint FROM (SELECT chronos.read_disk_space(path)) r(s)
$$;
COMMENT ON FUNCTION chronos.disk_space(text) IS
    'Bytes of the file system that a path is on, and those of them that this server may still use; null if there is nothing there.';

CREATE FUNCTION chronos.read_storage(path text, mounts text, signs text[]) RETURNS text[] LANGUAGE c IMMUTABLE STRICT
AS 'MODULE_PATHNAME', 'chronos_judge_storage';
COMMENT ON FUNCTION chronos.read_storage(text, text, text[]) IS 'As chronos.judge_storage(), which reads it.';

CREATE FUNCTION chronos.judge_storage(path text, mounts text, signs text[], OUT kind text, OUT certainty text, OUT volume text,
                                      OUT mountpoint text, OUT root text, OUT type text, OUT source text, OUT device text)
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT coalesce(s[1], 'unknown'), coalesce(s[2], 'low'), nullif(s[3], ''), nullif(s[4], ''), nullif(s[5], ''), nullif(s[6], ''),
           nullif(s[7], ''), nullif(s[8], '')
    FROM (SELECT chronos.read_storage(path, mounts, signs)) r(s)
$$;
COMMENT ON FUNCTION chronos.judge_storage(text, text, text[]) IS
    'What a path lies on by a table of mounts: memory, writable layer, anonymous volume, pod directory, temporary folder, named volume, network, block device, bind mount, host or unknown; and how sure that is (low, medium, high, certain).';

CREATE FUNCTION chronos.misplaced_mount(path text, mounts text, signs text[]) RETURNS text[] LANGUAGE c IMMUTABLE STRICT
AS 'MODULE_PATHNAME', 'chronos_misplaced_mount';
COMMENT ON FUNCTION chronos.misplaced_mount(text, text, text[]) IS
    'Where the data at a path is lost with its container: a volume or folder mounted where images keep their data, that does not hold it (mount point, its root, the name of the volume); null if there is none.';

CREATE FUNCTION chronos.nearness(one text, other text, mounts text, signs text[]) RETURNS text LANGUAGE c IMMUTABLE STRICT
AS 'MODULE_PATHNAME', 'chronos_nearness';
COMMENT ON FUNCTION chronos.nearness(text, text, text, text[]) IS
    'Whether two paths are on the same volume, on the same device, or apart as far as the mounts tell.';

CREATE TYPE chronos.storage_place AS (what text, path text);
COMMENT ON TYPE chronos.storage_place IS 'Something that the server keeps, and its real path; null if it cannot be found.';

CREATE FUNCTION chronos.data_places() RETURNS SETOF chronos.storage_place
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT 'data directory', chronos.real_path(current_setting('data_directory'))
    UNION ALL
    SELECT 'pg_wal', chronos.real_path(current_setting('data_directory') || '/pg_wal')
    UNION ALL
    SELECT 'tablespace ' || t.spcname, chronos.real_path(pg_tablespace_location(t.oid))
    FROM pg_tablespace t
    WHERE pg_tablespace_location(t.oid) <> ''
$$;
COMMENT ON FUNCTION chronos.data_places() IS 'The data directory, pg_wal and every tablespace.';

CREATE FUNCTION chronos.repository_path(url text) RETURNS text LANGUAGE c IMMUTABLE STRICT
AS 'MODULE_PATHNAME', 'chronos_repository_path';
COMMENT ON FUNCTION chronos.repository_path(text) IS 'The folder that the URL of a repository names.';

CREATE FUNCTION chronos.repository_places() RETURNS SETOF chronos.storage_place
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT 'repository ' || r.name, chronos.real_path(chronos.repository_path(r.url))
    FROM chronos.repository r
    WHERE r.url LIKE 'file:///%'
$$;
COMMENT ON FUNCTION chronos.repository_places() IS 'The repositories that are folders of the server''s machine.';

REVOKE ALL ON FUNCTION chronos.mount_table(), chronos.container_signs(), chronos.real_path(text), chronos.disk_space(text),
    chronos.read_disk_space(text), chronos.data_places(), chronos.repository_places(), chronos.repository_path(text),
    chronos.read_storage(text, text, text[]), chronos.judge_storage(text, text, text[]), chronos.misplaced_mount(text, text, text[]),
    chronos.nearness(text, text, text, text[]) FROM PUBLIC;
