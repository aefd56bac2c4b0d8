-- Which snapshots are kept. The engine forgets the others when it has taken a new one.

CREATE FUNCTION chronos.set_retention(
    repository text,
    keep_last int DEFAULT NULL, keep_hourly int DEFAULT NULL, keep_daily int DEFAULT NULL, keep_weekly int DEFAULT NULL,
    keep_monthly int DEFAULT NULL, keep_yearly int DEFAULT NULL, keep_within interval DEFAULT NULL, keep_labels text[] DEFAULT NULL,
    grace interval DEFAULT '1 day') RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    rules constant jsonb := jsonb_strip_nulls(jsonb_build_object(
        'last', nullif(keep_last, 0), 'hourly', nullif(keep_hourly, 0), 'daily', nullif(keep_daily, 0), 'weekly', nullif(keep_weekly, 0),
        'monthly', nullif(keep_monthly, 0), 'yearly', nullif(keep_yearly, 0), 'within', nullif(extract(epoch FROM keep_within)::bigint, 0),
        'labels', nullif(keep_labels, '{}')));
BEGIN
    IF least(keep_last, keep_hourly, keep_daily, keep_weekly, keep_monthly, keep_yearly) < 0
       OR keep_within < interval '0' OR coalesce(grace < interval '0', true) THEN
        RAISE EXCEPTION 'a rule of retention cannot be negative' USING ERRCODE = 'invalid_parameter_value';
    ELSIF greatest(keep_within, grace) > interval '10000 years' THEN
        RAISE EXCEPTION 'a time of retention cannot be longer than 10000 years' USING ERRCODE = 'invalid_parameter_value',
            HINT = 'To keep everything: chronos.clear_retention().';
    ELSIF rules = '{}' THEN
        RAISE EXCEPTION 'no rule says what to keep' USING ERRCODE = 'invalid_parameter_value',
            HINT = 'Give one, such as keep_daily => 7. To keep everything: chronos.clear_retention().';
    ELSIF array_position(keep_labels, NULL) IS NOT NULL THEN
        RAISE EXCEPTION 'a pattern of labels cannot be null' USING ERRCODE = 'null_value_not_allowed';
    END IF;
    UPDATE chronos.repository r SET retention = rules || jsonb_build_object('grace', extract(epoch FROM grace)::bigint)
    WHERE r.name = set_retention.repository;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'repository "%" does not exist', repository
            USING ERRCODE = 'undefined_object', HINT = 'The table chronos.repository lists them.';
    END IF;
END
$$;
COMMENT ON FUNCTION chronos.set_retention(text, int, int, int, int, int, int, interval, text[], interval) IS
    'Has each snapshot that the server takes followed by forgetting those of this database, in this repository, that no rule keeps (as `chronosctl forget` does), and sweeping what was forgotten longer ago than the grace.';
REVOKE ALL ON FUNCTION chronos.set_retention(text, int, int, int, int, int, int, interval, text[], interval) FROM PUBLIC;

CREATE FUNCTION chronos.clear_retention(repository text) RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    UPDATE chronos.repository r SET retention = NULL WHERE r.name = clear_retention.repository;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'repository "%" does not exist', repository
            USING ERRCODE = 'undefined_object', HINT = 'The table chronos.repository lists them.';
    END IF;
END
$$;
COMMENT ON FUNCTION chronos.clear_retention(text) IS 'Keeps every snapshot in this repository.';
REVOKE ALL ON FUNCTION chronos.clear_retention(text) FROM PUBLIC;
