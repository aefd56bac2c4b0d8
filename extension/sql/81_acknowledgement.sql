-- What somebody knows of, and lets be.

-- Of this database alone, and not dumped: a copy elsewhere has other troubles.
CREATE TABLE chronos.acknowledgement (
    finding text PRIMARY KEY CHECK (finding <> ''),
    severity chronos.severity NOT NULL,
    reason text NOT NULL CHECK (reason <> ''),
    acknowledged_by text NOT NULL DEFAULT session_user,
    acknowledged_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    until timestamptz
);
COMMENT ON TABLE chronos.acknowledgement IS
    'Findings that somebody knows of, with the reason, until when; written by chronos.acknowledge().';
GRANT SELECT ON chronos.acknowledgement TO pg_read_all_stats;

CREATE FUNCTION chronos.acknowledge(finding text, reason text, until timestamptz DEFAULT clock_timestamp() + interval '90 days')
RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    present chronos.severity;
BEGIN
    IF coalesce(btrim(reason), '') = '' THEN
        RAISE EXCEPTION 'a finding is acknowledged with a reason' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    IF until <= clock_timestamp() THEN
        RAISE EXCEPTION 'the acknowledgement of "%" would have expired already', finding USING ERRCODE = 'invalid_parameter_value';
    END IF;
    SELECT max(e.severity) INTO present FROM chronos.examine() e WHERE e.id = acknowledge.finding;
    IF present IS NULL THEN
        RAISE EXCEPTION 'there is no finding "%"', finding USING ERRCODE = 'undefined_object',
            HINT = 'SELECT id FROM chronos.doctor() lists those there are.';
    END IF;
    INSERT INTO chronos.acknowledgement AS a (finding, severity, reason, until)
    VALUES (acknowledge.finding, present, acknowledge.reason, acknowledge.until)
    ON CONFLICT ON CONSTRAINT acknowledgement_pkey DO UPDATE
    SET severity = EXCLUDED.severity, reason = EXCLUDED.reason, until = EXCLUDED.until,
        acknowledged_by = EXCLUDED.acknowledged_by, acknowledged_at = EXCLUDED.acknowledged_at;
END
$$;
COMMENT ON FUNCTION chronos.acknowledge(text, text, timestamptz) IS
    'Says that a finding of chronos.doctor() is known, and why: it counts as info until then (null: for ever), or until it is worse than it is now.';
REVOKE ALL ON FUNCTION chronos.acknowledge(text, text, timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION chronos.acknowledge(text, text, timestamptz) TO pg_database_owner;

CREATE FUNCTION chronos.unacknowledge(finding text) RETURNS boolean
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    DELETE FROM chronos.acknowledgement a WHERE a.finding = unacknowledge.finding;
    RETURN FOUND;
END
$$;
COMMENT ON FUNCTION chronos.unacknowledge(text) IS 'Takes an acknowledgement back; whether there was one.';
REVOKE ALL ON FUNCTION chronos.unacknowledge(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION chronos.unacknowledge(text) TO pg_database_owner;
