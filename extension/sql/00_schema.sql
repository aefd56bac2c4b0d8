\echo Use "CREATE EXTENSION chronos" to load this file. \quit

CREATE SCHEMA chronos;
COMMENT ON SCHEMA chronos IS 'Schema versions and snapshots; see the README of Chronos.';
GRANT USAGE ON SCHEMA chronos TO PUBLIC;

CREATE FUNCTION chronos.library_version() RETURNS text
LANGUAGE c STABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'chronos_library_version';
COMMENT ON FUNCTION chronos.library_version() IS
    'Version of the loaded chronos.so, such as 0.1.0. It differs from pg_extension.extversion between the upgrade of the package and ALTER EXTENSION chronos UPDATE.';
