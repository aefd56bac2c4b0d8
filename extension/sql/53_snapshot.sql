CREATE FUNCTION chronos.check_repository(url text) RETURNS text
LANGUAGE c VOLATILE
AS 'MODULE_PATHNAME', 'chronos_check_repository';
COMMENT ON FUNCTION chronos.check_repository(text) IS
    'Raises an error if the server cannot keep snapshots at this URL, a warning if it would be a poor place; returns the URL in its normal form.';
REVOKE ALL ON FUNCTION chronos.check_repository(text) FROM PUBLIC;

CREATE FUNCTION chronos.add_repository(name text, url text) RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    taken chronos.repository;
    normal text;
BEGIN
    IF coalesce(name, '') = '' OR octet_length(name) > 63 OR name ~ '[[:cntrl:]]' THEN
        RAISE EXCEPTION 'repository name must have 1 to 63 bytes and no control characters'
            USING ERRCODE = 'CH003';
    END IF;
    normal := chronos.check_repository(url);
    SELECT * INTO taken FROM chronos.repository AS r
    WHERE r.name = add_repository.name OR r.url = normal;
    IF FOUND THEN
        RAISE EXCEPTION 'repository "%" already exists', taken.name
            USING ERRCODE = 'duplicate_object', DETAIL = format('Its URL is %s.', taken.url),
                  HINT = format('To replace it: SELECT chronos.remove_repository(%L);', taken.name);
    END IF;
    INSERT INTO chronos.repository (name, url) VALUES (add_repository.name, normal);
END
$$;
COMMENT ON FUNCTION chronos.add_repository(text, text) IS
    'Makes the directory of a file:// URL a place for the snapshots of this database. It must exist and belong to the server''s operating system user.';
REVOKE ALL ON FUNCTION chronos.add_repository(text, text) FROM PUBLIC;

CREATE FUNCTION chronos.remove_repository(name text) RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    DELETE FROM chronos.repository AS r WHERE r.name = remove_repository.name;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'repository "%" does not exist', name
            USING ERRCODE = 'undefined_object', HINT = 'The table chronos.repository lists them.';
    END IF;
END
$$;
COMMENT ON FUNCTION chronos.remove_repository(text) IS
    'Stops writing snapshots to this repository. What it holds stays where it is.';
REVOKE ALL ON FUNCTION chronos.remove_repository(text) FROM PUBLIC;

CREATE FUNCTION chronos.snapshot(label text DEFAULT NULL, wait boolean DEFAULT true) RETURNS text
LANGUAGE c VOLATILE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS 'MODULE_PATHNAME', 'chronos_snapshot';
COMMENT ON FUNCTION chronos.snapshot(text, boolean) IS
    'Takes a snapshot of this database into its repositories by a background worker and returns the snapshot''s id; with wait => false at once, otherwise when it is complete.';
REVOKE ALL ON FUNCTION chronos.snapshot(text, boolean) FROM PUBLIC;
