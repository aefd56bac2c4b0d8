-- For random_ddl.pl: objects of this database by sort, and what puts them into a statement. In a statement {table}
-- is any table, {column} a column of the relation named last, and so on; which one, a seed decides.
CREATE TEMP VIEW pool AS
SELECT s.sort, n.identity || '.' || quote_ident(c.relname) AS name, c.oid, 0::oid AS parent
FROM pg_class c JOIN chronos.live_namespace n ON n.oid = c.relnamespace
CROSS JOIN LATERAL (VALUES
    ('relation', c.relkind IN ('r', 'p', 'v', 'm', 'f')), ('table', c.relkind IN ('r', 'p')), ('plain', c.relkind = 'r' AND NOT c.relispartition),
    ('parted', c.relkind = 'p'), ('partition', c.relispartition AND c.relkind IN ('r', 'p', 'f')), ('view', c.relkind = 'v'),
    ('matview', c.relkind = 'm'), ('foreign', c.relkind = 'f'), ('sequence', c.relkind = 'S'),
    ('typed', c.reloftype <> 0), ('index', c.relkind IN ('i', 'I')), ('free', c.relkind = 'i' AND NOT EXISTS (
        SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype IN ('i', 'P'))),
    ('child', c.relkind IN ('r', 'f') AND NOT c.relispartition AND EXISTS (SELECT FROM pg_inherits i WHERE i.inhrelid = c.oid)))
    s(sort, member) WHERE s.member
UNION ALL
SELECT 'column', quote_ident(a.attname), a.attnum, p.oid FROM pg_attribute a JOIN pg_type t ON t.typrelid = a.attrelid
CROSS JOIN LATERAL (VALUES (a.attrelid), (t.oid)) p(oid) WHERE a.attnum > 0 AND NOT a.attisdropped
UNION ALL
SELECT s.sort, quote_ident(k.conname), k.oid, greatest(k.conrelid, k.contypid) FROM pg_constraint k
CROSS JOIN LATERAL (VALUES ('constraint', true), ('key', k.contype IN ('p', 'u')), ('reference', k.contype = 'f')) s(sort, member) WHERE s.member
UNION ALL
SELECT 'keyindex', quote_ident(c.relname), c.oid, i.indrelid FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid WHERE i.indisunique
UNION ALL
SELECT 'trigger', quote_ident(t.tgname), t.oid, t.tgrelid FROM pg_trigger t WHERE NOT t.tgisinternal
UNION ALL
SELECT 'policy', quote_ident(p.polname), p.oid, p.polrelid FROM pg_policy p
UNION ALL
SELECT 'rule', quote_ident(r.rulename), r.oid, r.ev_class FROM pg_rewrite r WHERE r.rulename <> '_RETURN'
UNION ALL
SELECT 'label', quote_literal(e.enumlabel), e.oid, e.enumtypid FROM pg_enum e
UNION ALL
SELECT s.sort, n.identity || '.' || quote_ident(t.typname), t.oid, 0 FROM pg_type t JOIN chronos.live_namespace n ON n.oid = t.typnamespace
CROSS JOIN LATERAL (VALUES ('usertype', t.typtype IN ('e', 'd', 'r', 'm') OR (t.typtype = 'b' AND t.typcategory <> 'A') OR EXISTS (
        SELECT FROM pg_class c WHERE c.oid = t.typrelid AND c.relkind IN ('c', 'r'))), ('enum', t.typtype = 'e'), ('domain', t.typtype = 'd'),
    ('range', t.typtype = 'r'), ('base', t.typtype = 'b' AND t.typcategory <> 'A'), ('shell', t.typtype = 'p'), ('composite', EXISTS (
        SELECT FROM pg_class c WHERE c.oid = t.typrelid AND c.relkind = 'c'))) s(sort, member) WHERE s.member
UNION ALL
SELECT CASE p.prokind WHEN 'a' THEN 'aggregate' WHEN 'p' THEN 'procedure' ELSE 'function' END, p.oid::regprocedure::text, p.oid, 0
FROM pg_proc p JOIN chronos.live_namespace n ON n.oid = p.pronamespace
UNION ALL
SELECT 'operator', o.oid::regoperator::text, o.oid, 0 FROM pg_operator o JOIN chronos.live_namespace n ON n.oid = o.oprnamespace WHERE o.oprcode <> 0
UNION ALL
SELECT s.sort, i.identity, s.oid, 0 FROM (
    SELECT 'opclass', 'pg_opclass'::regclass, oid, opcnamespace FROM pg_opclass UNION ALL
    SELECT 'opfamily', 'pg_opfamily'::regclass, oid, opfnamespace FROM pg_opfamily UNION ALL
    SELECT 'collation', 'pg_collation'::regclass, oid, collnamespace FROM pg_collation UNION ALL
    SELECT 'conversion', 'pg_conversion'::regclass, oid, connamespace FROM pg_conversion UNION ALL
    SELECT 'statistics', 'pg_statistic_ext'::regclass, oid, stxnamespace FROM pg_statistic_ext UNION ALL
    SELECT 'tsconfig', 'pg_ts_config'::regclass, oid, cfgnamespace FROM pg_ts_config UNION ALL
    SELECT 'tsdict', 'pg_ts_dict'::regclass, oid, dictnamespace FROM pg_ts_dict UNION ALL
    SELECT 'tsparser', 'pg_ts_parser'::regclass, oid, prsnamespace FROM pg_ts_parser UNION ALL
    SELECT 'tstemplate', 'pg_ts_template'::regclass, oid, tmplnamespace FROM pg_ts_template) s(sort, class, oid, namespace)
JOIN chronos.live_namespace n ON n.oid = s.namespace
CROSS JOIN LATERAL pg_identify_object(s.class, s.oid, 0) i WHERE s.oid >= 16384
UNION ALL
SELECT 'cast', substring(i.identity, 2, length(i.identity) - 2), k.oid, 0 FROM pg_cast k
CROSS JOIN LATERAL pg_identify_object('pg_cast'::regclass, k.oid, 0) i WHERE k.oid >= 16384
UNION ALL
SELECT 'schema', n.identity, n.oid, 0 FROM chronos.live_namespace n
UNION ALL
SELECT 'fdw', quote_ident(w.fdwname), w.oid, 0 FROM pg_foreign_data_wrapper w UNION ALL
SELECT 'server', quote_ident(v.srvname), v.oid, 0 FROM pg_foreign_server v UNION ALL
SELECT 'publication', quote_ident(p.pubname), p.oid, 0 FROM pg_publication p UNION ALL
SELECT 'event', quote_ident(e.evtname), e.oid, 0 FROM pg_event_trigger e WHERE e.evtname NOT LIKE 'chronos%' UNION ALL
SELECT 'extension', quote_ident(x.extname), x.oid, 0 FROM pg_extension x WHERE x.extname NOT IN ('chronos', 'plpgsql') UNION ALL
SELECT 'method', quote_ident(m.amname), m.oid, 0 FROM pg_am m WHERE m.oid >= 16384 UNION ALL
SELECT 'large', l.oid::text, l.oid, 0 FROM pg_largeobject_metadata l;

-- A statement that does nothing when there is nothing of a sort that this one names. {.table} chooses one without naming it, so that its
-- columns can be named before {same}.
CREATE FUNCTION pg_temp.resolve(template text, seed text) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog
AS $$
DECLARE
    parts text[];
    picked record;
    parent record;
    result text := '';
BEGIN
    SELECT 0::oid AS oid, '' AS name, 0::oid AS parent INTO parent;
    LOOP
        parts := regexp_match(template, '^(.*?)\{(\.?)(\w+)\}(.*)$');
        EXIT WHEN parts IS NULL;
        seed := md5(seed);
        IF parts[3] = 'same' THEN
            picked := parent;
        ELSE
            SELECT p.oid, p.name, p.parent INTO picked
            FROM (SELECT q.oid, q.name, q.parent, row_number() OVER (ORDER BY q.name COLLATE "C") AS nr, count(*) OVER () AS of FROM pg_temp.pool q
                  WHERE q.sort = parts[3] AND q.parent IN (0, parent.oid) AND (q.sort = 'usertype' OR NOT EXISTS (
                      SELECT FROM pg_depend e WHERE e.objid = q.oid AND e.deptype = 'e'))) p
            WHERE p.nr = 1 + ('x' || left(seed, 7))::bit(28)::int % p.of;
            IF NOT FOUND THEN
                RETURN 'SELECT';
            END IF;
            IF picked.parent = 0 THEN
                parent := picked;
            END IF;
        END IF;
        result := result || parts[1] || CASE parts[2] WHEN '' THEN picked.name ELSE '' END;
        template := parts[4];
    END LOOP;
    RETURN result || template;
END
$$;
