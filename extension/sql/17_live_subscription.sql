CREATE VIEW chronos.live_subscription AS
SELECT 'pg_catalog.pg_subscription'::regclass::oid AS classid, s.oid AS objid,
       'subscription' AS kind, quote_ident(s.subname) AS identity,
       jsonb_strip_nulls(jsonb_build_object(
           'owner', pg_get_userbyid(s.subowner),
           'connection', chronos.open_connection(s.subconninfo),
           'publications', to_jsonb(s.subpublications),
           'slot_name', s.subslotname,
           'synchronous_commit', nullif(s.subsynccommit, 'off'),
           'binary', CASE WHEN s.subbinary THEN true END,
           -- A boolean in 15, a letter since.
           'streaming', CASE to_jsonb(s) ->> 'substream' WHEN 'true' THEN 'on' WHEN 't' THEN 'on'
                                                         WHEN 'p' THEN 'parallel' ELSE 'off' END,
           'two_phase', CASE WHEN s.subtwophasestate <> 'd' THEN true END,
           'disable_on_error', CASE WHEN s.subdisableonerr THEN true END,
           'password_required', CASE WHEN to_jsonb(s) ->> 'subpasswordrequired' = 'false' THEN false END,
           'run_as_owner', CASE WHEN to_jsonb(s) ->> 'subrunasowner' = 'true' THEN true END,
           'origin', nullif(to_jsonb(s) ->> 'suborigin', 'any'),
           'failover', CASE WHEN to_jsonb(s) ->> 'subfailover' = 'true' THEN true END,
           'comment', (SELECT d.description FROM pg_catalog.pg_description d
                       WHERE d.classoid = 'pg_catalog.pg_subscription'::regclass AND d.objoid = s.oid
                         AND d.objsubid = 0)
       )) AS definition
FROM pg_catalog.pg_subscription s
WHERE s.subdbid = (SELECT d.oid FROM pg_catalog.pg_database d WHERE d.datname = current_database());
COMMENT ON VIEW chronos.live_subscription IS
    'Subscriptions without the passwords of their connections. Whether one is enabled is no fact: the server itself disables one that fails.';
