CREATE VIEW chronos.live_object AS
SELECT classid, objid, kind, identity, definition FROM chronos.live_schema
UNION ALL
SELECT classid, objid, kind, identity, definition FROM chronos.live_extension
UNION ALL
SELECT classid, objid, kind, identity, definition FROM chronos.live_type
UNION ALL
SELECT classid, objid, kind, identity, definition FROM chronos.live_function
UNION ALL
SELECT classid, objid, kind, identity, definition FROM chronos.live_table
UNION ALL
SELECT classid, objid, kind, identity, definition FROM chronos.live_sequence
UNION ALL
SELECT classid, objid, kind, identity, definition FROM chronos.live_view
UNION ALL
SELECT classid, objid, kind, identity, definition FROM chronos.live_rule
UNION ALL
SELECT classid, objid, kind, identity, definition FROM chronos.live_index
UNION ALL
SELECT classid, objid, kind, identity, definition FROM chronos.live_constraint
UNION ALL
SELECT classid, objid, kind, identity, definition FROM chronos.live_trigger
UNION ALL
SELECT classid, objid, kind, identity, definition FROM chronos.live_policy
UNION ALL
SELECT classid, objid, kind, identity, definition FROM chronos.live_statistics
UNION ALL
SELECT classid, objid, kind, identity, definition FROM chronos.live_operator
UNION ALL
SELECT classid, objid, kind, identity, definition FROM chronos.live_operator_family
UNION ALL
SELECT classid, objid, kind, identity, definition FROM chronos.live_operator_class
UNION ALL
SELECT classid, objid, kind, identity, definition FROM chronos.live_cast
UNION ALL
SELECT classid, objid, kind, identity, definition FROM chronos.live_language
UNION ALL
SELECT classid, objid, kind, identity, definition FROM chronos.live_access_method
UNION ALL
SELECT classid, objid, kind, identity, definition FROM chronos.live_transform
UNION ALL
SELECT classid, objid, kind, identity, definition FROM chronos.live_collation
UNION ALL
SELECT classid, objid, kind, identity, definition FROM chronos.live_conversion
UNION ALL
SELECT classid, objid, kind, identity, definition FROM chronos.live_text_search
UNION ALL
SELECT classid, objid, kind, identity, definition FROM chronos.live_foreign_data_wrapper
UNION ALL
SELECT classid, objid, kind, identity, definition FROM chronos.live_server
UNION ALL
SELECT classid, objid, kind, identity, definition FROM chronos.live_user_mapping
UNION ALL
SELECT classid, objid, kind, identity, definition FROM chronos.live_publication
UNION ALL
SELECT classid, objid, kind, identity, definition FROM chronos.live_subscription
UNION ALL
SELECT classid, objid, kind, identity, definition FROM chronos.live_event_trigger
UNION ALL
SELECT classid, objid, kind, identity, definition FROM chronos.live_default_privileges
UNION ALL
SELECT classid, objid, kind, identity, definition FROM chronos.live_privileges
UNION ALL
SELECT classid, objid, kind, identity, definition FROM chronos.live_large_object
UNION ALL
SELECT classid, objid, kind, identity, definition FROM chronos.live_database
UNION ALL
SELECT classid, objid, kind, identity, definition FROM chronos.live_security_label;
COMMENT ON VIEW chronos.live_object IS
    'Every versioned object of this database: what it is (kind, identity) and the facts that make it what it is. Read it with search_path = pg_catalog.';

CREATE FUNCTION chronos.object_hash(kind text, identity text, definition jsonb) RETURNS bytea
-- plpgsql keeps its plan; a function in SQL that is not inlined would be parsed for every object.
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN sha256(convert_to(concat_ws(E'\n', kind, identity, definition::text), 'UTF8'));
END $$;
COMMENT ON FUNCTION chronos.object_hash(text, text, jsonb) IS
    'The name of an object''s state: equal objects in two databases have the same.';
