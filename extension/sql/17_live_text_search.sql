CREATE VIEW chronos.live_collation AS
SELECT 'pg_catalog.pg_collation'::regclass::oid AS classid, c.oid AS objid,
       'collation' AS kind, n.identity || '.' || quote_ident(c.collname) AS identity,
       jsonb_strip_nulls(jsonb_build_object(
           'owner', pg_get_userbyid(c.collowner),
           'provider', CASE c.collprovider WHEN 'i' THEN 'icu' WHEN 'b' THEN 'builtin'
                                           WHEN 'd' THEN 'default' ELSE 'libc' END,
           'deterministic', CASE WHEN NOT c.collisdeterministic THEN false END,
           -- The column's name is one of 15 and 16, or one of 17 and later.
           'locale', coalesce(to_jsonb(c) -> 'colliculocale', to_jsonb(c) -> 'colllocale'),
           'rules', to_jsonb(c) -> 'collicurules',
           'lc_collate', c.collcollate, 'lc_ctype', c.collctype,
           'comment', (SELECT s.description FROM pg_catalog.pg_description s
                       WHERE s.classoid = 'pg_catalog.pg_collation'::regclass AND s.objoid = c.oid
                         AND s.objsubid = 0)
       )) AS definition
FROM pg_catalog.pg_collation c
JOIN chronos.live_namespace n ON n.oid = c.collnamespace
WHERE NOT EXISTS (SELECT FROM pg_catalog.pg_depend e
                  WHERE e.classid = 'pg_catalog.pg_collation'::regclass AND e.objid = c.oid
                    AND e.deptype = 'e');
COMMENT ON VIEW chronos.live_collation IS 'Collations; the version of their library is the server''s.';

CREATE VIEW chronos.live_conversion AS
SELECT 'pg_catalog.pg_conversion'::regclass::oid AS classid, c.oid AS objid,
       'conversion' AS kind, n.identity || '.' || quote_ident(c.conname) AS identity,
       jsonb_strip_nulls(jsonb_build_object(
           'owner', pg_get_userbyid(c.conowner),
           'definition', format('CREATE %sCONVERSION %s.%I FOR %L TO %L FROM %s',
               CASE WHEN c.condefault THEN 'DEFAULT ' ELSE '' END, n.identity, c.conname,
               pg_encoding_to_char(c.conforencoding), pg_encoding_to_char(c.contoencoding), c.conproc),
           'comment', (SELECT s.description FROM pg_catalog.pg_description s
                       WHERE s.classoid = 'pg_catalog.pg_conversion'::regclass AND s.objoid = c.oid
                         AND s.objsubid = 0),
           'depends_on', chronos.depends_on('pg_catalog.pg_conversion'::regclass, c.oid)
       )) AS definition
FROM pg_catalog.pg_conversion c
JOIN chronos.live_namespace n ON n.oid = c.connamespace
WHERE NOT EXISTS (SELECT FROM pg_catalog.pg_depend e
                  WHERE e.classid = 'pg_catalog.pg_conversion'::regclass AND e.objid = c.oid
                    AND e.deptype = 'e');
COMMENT ON VIEW chronos.live_conversion IS 'Encoding conversions.';

CREATE VIEW chronos.live_text_search AS
SELECT 'pg_catalog.pg_ts_parser'::regclass::oid AS classid, p.oid AS objid,
       'text search parser' AS kind, n.identity || '.' || quote_ident(p.prsname) AS identity,
       jsonb_strip_nulls(jsonb_build_object(
           'definition', format('CREATE TEXT SEARCH PARSER %s.%I (START = %s, GETTOKEN = %s, END = %s, LEXTYPES = %s',
               n.identity, p.prsname, p.prsstart, p.prstoken, p.prsend, p.prslextype)
               || coalesce(', HEADLINE = ' || nullif(p.prsheadline::oid, 0)::regproc, '') || ')',
           'comment', (SELECT s.description FROM pg_catalog.pg_description s
                       WHERE s.classoid = 'pg_catalog.pg_ts_parser'::regclass AND s.objoid = p.oid
                         AND s.objsubid = 0)
       )) AS definition
FROM pg_catalog.pg_ts_parser p
JOIN chronos.live_namespace n ON n.oid = p.prsnamespace
WHERE NOT EXISTS (SELECT FROM pg_catalog.pg_depend e
                  WHERE e.classid = 'pg_catalog.pg_ts_parser'::regclass AND e.objid = p.oid
                    AND e.deptype = 'e')
UNION ALL
SELECT 'pg_catalog.pg_ts_template'::regclass::oid, t.oid,
       'text search template', n.identity || '.' || quote_ident(t.tmplname),
       jsonb_strip_nulls(jsonb_build_object(
           'definition', format('CREATE TEXT SEARCH TEMPLATE %s.%I (', n.identity, t.tmplname)
               || coalesce('INIT = ' || nullif(t.tmplinit::oid, 0)::regproc || ', ', '')
               || format('LEXIZE = %s)', t.tmpllexize),
           'comment', (SELECT s.description FROM pg_catalog.pg_description s
                       WHERE s.classoid = 'pg_catalog.pg_ts_template'::regclass AND s.objoid = t.oid
                         AND s.objsubid = 0)
       ))
FROM pg_catalog.pg_ts_template t
JOIN chronos.live_namespace n ON n.oid = t.tmplnamespace
WHERE NOT EXISTS (SELECT FROM pg_catalog.pg_depend e
                  WHERE e.classid = 'pg_catalog.pg_ts_template'::regclass AND e.objid = t.oid
                    AND e.deptype = 'e')
UNION ALL
SELECT 'pg_catalog.pg_ts_dict'::regclass::oid, d.oid,
       'text search dictionary', n.identity || '.' || quote_ident(d.dictname),
       jsonb_strip_nulls(jsonb_build_object(
           'owner', pg_get_userbyid(d.dictowner),
           'definition', format('CREATE TEXT SEARCH DICTIONARY %s.%I (TEMPLATE = %s%s)', n.identity, d.dictname,
               (SELECT quote_ident(tn.nspname) || '.' || quote_ident(t.tmplname)
                FROM pg_catalog.pg_ts_template t
                JOIN pg_catalog.pg_namespace tn ON tn.oid = t.tmplnamespace
                WHERE t.oid = d.dicttemplate), coalesce(', ' || d.dictinitoption, '')),
           'comment', (SELECT s.description FROM pg_catalog.pg_description s
                       WHERE s.classoid = 'pg_catalog.pg_ts_dict'::regclass AND s.objoid = d.oid
                         AND s.objsubid = 0)
       ))
FROM pg_catalog.pg_ts_dict d
JOIN chronos.live_namespace n ON n.oid = d.dictnamespace
WHERE NOT EXISTS (SELECT FROM pg_catalog.pg_depend e
                  WHERE e.classid = 'pg_catalog.pg_ts_dict'::regclass AND e.objid = d.oid
                    AND e.deptype = 'e')
UNION ALL
SELECT 'pg_catalog.pg_ts_config'::regclass::oid, c.oid,
       'text search configuration', n.identity || '.' || quote_ident(c.cfgname),
       jsonb_strip_nulls(jsonb_build_object(
           'owner', pg_get_userbyid(c.cfgowner),
           'definition', format('CREATE TEXT SEARCH CONFIGURATION %s.%I (PARSER = %s)', n.identity, c.cfgname,
               (SELECT quote_ident(pn.nspname) || '.' || quote_ident(p.prsname)
                FROM pg_catalog.pg_ts_parser p
                JOIN pg_catalog.pg_namespace pn ON pn.oid = p.prsnamespace
                WHERE p.oid = c.cfgparser)),
           'mappings', (
               SELECT jsonb_agg(jsonb_build_object('token', k.alias, 'dictionaries', k.dictionaries)
                                ORDER BY k.tokid)
               FROM (SELECT t.tokid, t.alias,
                            jsonb_agg(quote_ident(dn.nspname) || '.' || quote_ident(d.dictname)
                                      ORDER BY m.mapseqno) AS dictionaries
                     FROM pg_catalog.pg_ts_config_map m
                     JOIN pg_catalog.ts_token_type(c.cfgparser) t ON t.tokid = m.maptokentype
                     JOIN pg_catalog.pg_ts_dict d ON d.oid = m.mapdict
                     JOIN pg_catalog.pg_namespace dn ON dn.oid = d.dictnamespace
                     WHERE m.mapcfg = c.oid
                     GROUP BY t.tokid, t.alias) k),
           'comment', (SELECT s.description FROM pg_catalog.pg_description s
                       WHERE s.classoid = 'pg_catalog.pg_ts_config'::regclass AND s.objoid = c.oid
                         AND s.objsubid = 0)
       ))
FROM pg_catalog.pg_ts_config c
JOIN chronos.live_namespace n ON n.oid = c.cfgnamespace
WHERE NOT EXISTS (SELECT FROM pg_catalog.pg_depend e
                  WHERE e.classid = 'pg_catalog.pg_ts_config'::regclass AND e.objid = c.oid
                    AND e.deptype = 'e');
COMMENT ON VIEW chronos.live_text_search IS
    'Text search parsers, templates, dictionaries and configurations with their mappings.';
