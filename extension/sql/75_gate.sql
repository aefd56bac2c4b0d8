-- The gate: a program that needs another schema than this is told so before it does anything.

CREATE FUNCTION chronos.require_version(requirement text) RETURNS bigint LANGUAGE c STABLE STRICT
AS 'MODULE_PATHNAME', 'chronos_require_version';
COMMENT ON FUNCTION chronos.require_version(text) IS
    'The current version if it fits the requirement, else error CH001. Requirements: >=42, ">=41 <50", 42, a label, a fingerprint or its first 8 or more digits.';

CREATE FUNCTION chronos.load_gate() RETURNS event_trigger LANGUAGE c
AS 'MODULE_PATHNAME', 'chronos_load_gate';
COMMENT ON FUNCTION chronos.load_gate() IS
    'For an event trigger ON login (PostgreSQL 17 and newer): loads the library, so that the setting chronos.expect is heeded, where neither shared_preload_libraries nor session_preload_libraries names chronos.';
