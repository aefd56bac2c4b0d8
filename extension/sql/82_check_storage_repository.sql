-- storage.repository_NAME: a copy beside its original is lost with it.

CREATE FUNCTION chronos.nearness_findings(data chronos.storage_place[], repositories chronos.storage_place[], mounts text, signs text[])
RETURNS SETOF chronos.finding
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
    WITH nearest AS (
        SELECT r.what, r.path, d.what AS data, n.nearness, j.kind, j.device,
               row_number() OVER (PARTITION BY r.what ORDER BY n.nearness = 'same volume' DESC, n.nearness = 'same device' DESC) AS nr
        FROM unnest(repositories) r, unnest(data) d, chronos.judge_storage(r.path, mounts, signs) j,
             LATERAL (SELECT CASE
                 WHEN r.path = d.path OR starts_with(r.path, d.path || '/') THEN 'same volume'
                 ELSE chronos.nearness(r.path, d.path, mounts, signs) END) n(nearness)
    )
    SELECT 'storage.' || translate(n.what, ' ', '_'), 'storage', s.severity, s.finding,
           jsonb_strip_nulls(jsonb_build_object('path', n.path, 'beside', n.data, 'nearness', n.nearness, 'kind', n.kind, 'device', n.device)),
           CASE WHEN s.severity > 'info' THEN 'Add a repository on another device (SELECT chronos.add_repository(name, url)), best of another machine.' END
    FROM nearest n,
         LATERAL (SELECT CASE
                 WHEN n.path IS NULL THEN 'critical'
                 WHEN n.nearness = 'same volume' OR chronos.storage_severity(n.kind) = 'critical' THEN 'critical'
                 WHEN n.nearness = 'same device' THEN 'warning'
                 WHEN n.kind = 'unknown' THEN 'unknown'
                 WHEN n.kind = 'network' THEN 'ok'
                 ELSE 'info' END::chronos.severity,
             CASE
                 WHEN n.path IS NULL THEN format('the %s is not there, or cannot be seen by the server', n.what)
                 WHEN n.nearness = 'same volume' THEN format('the %s is on the same volume as the %s: whoever deletes one deletes the other', n.what, n.data)
                 WHEN chronos.storage_severity(n.kind) = 'critical' THEN format('the %s lies %s', n.what, chronos.storage_fate(n.kind))
                 WHEN n.nearness = 'same device' THEN format('the %s is on the same device as the %s: a broken disk takes both', n.what, n.data)
                 WHEN n.kind = 'unknown' THEN format('where the %s lies cannot be told from here', n.what)
                 WHEN n.kind = 'network' THEN format('the %s is on another machine than the data', n.what)
                 ELSE format('the %s is on another file system than the data; whether on another disk, and another machine, cannot be told from here', n.what) END) s(severity, finding)
    WHERE n.nr = 1
    ORDER BY n.what
$$;
COMMENT ON FUNCTION chronos.nearness_findings(chronos.storage_place[], chronos.storage_place[], text, text[]) IS
    'What a table of mounts says of repositories beside the data.';

CREATE FUNCTION chronos.check_storage_repository() RETURNS SETOF chronos.finding
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT f.*
    FROM chronos.nearness_findings(ARRAY(SELECT p FROM chronos.data_places() p), ARRAY(SELECT p FROM chronos.repository_places() p),
                                   chronos.mount_table(), chronos.container_signs()) f
$$;
COMMENT ON FUNCTION chronos.check_storage_repository() IS
    'Whether each repository that is a folder of this machine is on another device than the data: storage.repository_NAME.';
REVOKE ALL ON FUNCTION chronos.check_storage_repository(), chronos.nearness_findings(chronos.storage_place[], chronos.storage_place[], text, text[]) FROM PUBLIC;
