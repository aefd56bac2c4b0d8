-- The last step of CREATE EXTENSION: the schema as it stands becomes version 1. Not while a dump is being
-- read (its own history follows; pg_dump turns row_security off) or a snapshot is being restored.

DO $$
DECLARE
    loading constant boolean := current_setting('row_security')::boolean = false;
    capture constant boolean := coalesce(nullif(current_setting('chronos.capture', true), ''), 'on')::boolean;
BEGIN
    INSERT INTO chronos.timeline (id, cause) VALUES (gen_random_uuid(), 'created');
    INSERT INTO chronos.local (timeline, loading) SELECT t.id, loading AND capture FROM chronos.timeline t;
    IF loading AND capture THEN
        INSERT INTO chronos.gap (reason, everything, classids, objids, statements)
        VALUES ('loading', true, '{}', '{}', '{}');
    ELSIF capture THEN
        PERFORM chronos.baseline();
    END IF;
END $$;
