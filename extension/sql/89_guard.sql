-- What a command would destroy. extension/guard/ asks before it runs.

CREATE FUNCTION chronos.guard_report(caller oid, tag text, how text, cascades boolean, classids oid[], objids oid[], columns int2[],
                                     new_types oid[], new_modifiers int[], computed boolean[],
                                     OUT loss text, OUT detail text, OUT obstacle text, OUT locking text)
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
SET jit = off
AS $$
DECLARE
    relations oid[];
    lost_columns jsonb;
    stakes chronos.stake[];
    dependents bigint;
BEGIN
    IF NOT (SELECT bool_and(chronos.may_command(caller, how, t.classid, t.objid)) FROM unnest(classids, objids) t(classid, objid)) THEN
        RETURN;
    END IF;
    SELECT r.relations, r.lost_columns, r.dependents INTO relations, lost_columns, dependents
    FROM chronos.reached(how, cascades, classids, objids, columns, new_types, new_modifiers, computed) r;
    stakes := ARRAY(SELECT s FROM chronos.weigh(relations, lost_columns) s);
    IF stakes <> '{}' THEN
        SELECT w.* INTO loss, detail, obstacle, locking
        FROM chronos.guard_words(tag || ' destroys', stakes, dependents) w;
    END IF;
END
$$;
COMMENT ON FUNCTION chronos.guard_report(oid, text, text, boolean, oid[], oid[], int2[], oid[], int[], boolean[]) IS
    'What a command of this role destroys (how: d, it drops objects; t, it empties tables; a, it drops or retypes columns), in words, why no snapshot could hold all of it, and how to keep others from writing until one does; null if no data is at stake, or the role may not do it.';

CREATE FUNCTION chronos.guard_rows_report(deed text, relation oid, OUT loss text, OUT detail text, OUT obstacle text, OUT locking text)
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT w.loss, w.detail, w.obstacle, w.locking
    FROM (SELECT ARRAY(SELECT s FROM chronos.weigh(ARRAY(SELECT chronos.emptied(ARRAY[relation], ARRAY[false], false)), '{}') s)) t(stakes),
         chronos.guard_words(deed || ' every row of', t.stakes, 0) w
    WHERE t.stakes <> '{}'
$$;
COMMENT ON FUNCTION chronos.guard_rows_report(text, oid) IS 'What a statement changes that changes every row of a table, in words.';

REVOKE ALL ON FUNCTION chronos.guard_report(oid, text, text, boolean, oid[], oid[], int2[], oid[], int[], boolean[]),
    chronos.guard_rows_report(text, oid) FROM PUBLIC;

CREATE FUNCTION chronos.on_guarded_command() RETURNS event_trigger LANGUAGE c
AS 'MODULE_PATHNAME', 'chronos_on_guarded_command';
COMMENT ON FUNCTION chronos.on_guarded_command() IS
    'Stands before commands that destroy data, where the library was not loaded before they began.';
CREATE EVENT TRIGGER chronos_guard ON ddl_command_start
    WHEN TAG IN ('DROP TABLE', 'DROP SCHEMA', 'DROP MATERIALIZED VIEW', 'DROP FOREIGN TABLE', 'DROP VIEW', 'DROP SEQUENCE', 'DROP EXTENSION',
                 'DROP TYPE', 'DROP DOMAIN', 'DROP OWNED', 'DROP FUNCTION', 'DROP PROCEDURE', 'DROP ROUTINE', 'DROP AGGREGATE',
                 'DROP COLLATION', 'DROP ACCESS METHOD', 'DROP OPERATOR', 'DROP OPERATOR CLASS', 'DROP OPERATOR FAMILY', 'DROP LANGUAGE',
                 'ALTER TABLE', 'ALTER TYPE')
    EXECUTE FUNCTION chronos.on_guarded_command();
ALTER EVENT TRIGGER chronos_guard ENABLE ALWAYS;
COMMENT ON EVENT TRIGGER chronos_guard IS 'Asks the guard before a command that may destroy data.';
