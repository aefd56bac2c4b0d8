-- Migration tools, known by the tables in which they note what they have applied: by name and columns.

CREATE TABLE chronos.tool (
    relation text NOT NULL,
    tool text NOT NULL CHECK (tool ~ '^[a-z-]+$'),
    schema text,
    columns text[] NOT NULL,
    only_these boolean NOT NULL DEFAULT true,
    beside text,
    not_beside text,
    revision text[] NOT NULL,
    separator text NOT NULL DEFAULT ':',
    tag text,
    ordering text[] NOT NULL DEFAULT '{}',
    latest text,
    applied text,
    unapplied text,
    grouping text,
    heads text NOT NULL DEFAULT 'last' CHECK (heads IN ('last', 'all')),
    keeps boolean NOT NULL DEFAULT true,
    PRIMARY KEY (relation, tool)
);
COMMENT ON TABLE chronos.tool IS
    'How migration tools note what they have applied. A table is a tool''s if it has the name (and schema, if there is one), the columns (NAME:CATEGORY as in pg_type.typcategory, and of a type of the server''s own; the others have any type), only these if so, and in its schema the relation beside it, or not. revision: the columns that name a revision; tag: a column with another name for it; ordering: what orders revisions; latest: what orders the rows of one; applied, unapplied: the columns that say so; grouping: each value has a newest revision of its own; heads: the newest revision is the last row, or every row; keeps: revisions before the newest keep their rows.';

INSERT INTO chronos.tool (tool, relation, schema, columns, only_these, revision, ordering) VALUES
    ('ecto', 'schema_migrations', NULL, '{version:N,inserted_at:D}', true, '{version}', '{version}'),
    ('supabase', 'schema_migrations', 'supabase_migrations', '{version:S,statements,name}', false, '{version}', '{version}'),
    ('pgmigrate', 'schema_version', NULL, '{version:N,description,type,installed_by,installed_on}', true, '{version}', '{version}'),
    ('knex', 'knex_migrations', NULL, '{id:N,name:S,batch:N,migration_time:D}', true, '{name}', '{id}'),
    ('efcore', '__EFMigrationsHistory', NULL, '{MigrationId:S,ProductVersion:S}', false, '{MigrationId}', '{MigrationId}'),
    ('drizzle', '__drizzle_migrations', NULL, '{id:N,hash:S,created_at:N}', false, '{created_at,hash}', '{created_at}'),
    ('typeorm', 'migrations', NULL, '{id:N,timestamp:N,name:S}', true, '{name}', '{timestamp,id}'),
    ('laravel', 'migrations', NULL, '{id:N,migration:S,batch:N}', true, '{migration}', '{batch,migration}'),
    ('node-pg-migrate', 'pgmigrations', NULL, '{id:N,name:S,run_on:D}', true, '{name}', '{run_on,id}'),
    ('kysely', 'kysely_migration', NULL, '{name:S,timestamp:S}', true, '{name}', '{timestamp,name}'),
    ('sequelize', 'SequelizeMeta', NULL, '{name:S}', true, '{name}', '{name}'),
    ('mikro-orm', 'mikro_orm_migrations', NULL, '{id:N,name:S,executed_at:D}', true, '{name}', '{id}'),
    ('graphile-migrate', 'migrations', 'graphile_migrate', '{hash,previous_hash,filename:S,date:D}', true, '{filename}', '{filename}'),
    ('diesel', '__diesel_schema_migrations', NULL, '{version:S,run_on:D}', true, '{version}', '{version}'),
    ('refinery', 'refinery_schema_history', NULL, '{version:N,name,applied_on,checksum}', true, '{version}', '{version}'),
    ('seaorm', 'seaql_migrations', NULL, '{version:S,applied_at:N}', true, '{version}', '{version}'),
    ('reshape', 'migrations', 'reshape', '{index:N,name:S,actions}', false, '{name}', '{index}'),
    ('versioning', 'patches', '_v', '{patch_name:S,applied_tsz:D,applied_by}', false, '{patch_name}', '{applied_tsz}'),
    ('doctrine', 'doctrine_migration_versions', NULL, '{version:S,executed_at:D,execution_time}', true, '{version}', '{executed_at,version}'),
    ('phinx', 'phinxlog', NULL, '{version:N,migration_name,start_time,end_time}', false, '{version}', '{version}'),
    ('fluentmigrator', 'VersionInfo', NULL, '{Version:N,AppliedOn,Description}', true, '{Version}', '{Version}'),
    ('dbup', 'schemaversions', NULL, '{schemaversionsid:N,scriptname:S,applied:D}', true, '{scriptname}', '{schemaversionsid}');
INSERT INTO chronos.tool (tool, relation, beside, not_beside, columns, revision, ordering) VALUES
    ('rails', 'schema_migrations', 'ar_internal_metadata', NULL, '{version:S}', '{version}', '{version}'),
    ('dbmate', 'schema_migrations', NULL, 'ar_internal_metadata', '{version:S}', '{version}', '{version}');
INSERT INTO chronos.tool (tool, relation, columns, revision, heads, keeps) VALUES
    ('alembic', 'alembic_version', '{version_num:S}', '{version_num}', 'all', false);
INSERT INTO chronos.tool (tool, relation, columns, revision, ordering, unapplied, keeps) VALUES
    ('golang-migrate', 'schema_migrations', '{version:N,dirty:B}', '{version}', '{version}', 'dirty', false);
INSERT INTO chronos.tool (tool, relation, columns, only_these, revision, ordering, latest, applied) VALUES
    ('flyway', 'flyway_schema_history', '{installed_rank:N,version:S,type:S,success:B,script,checksum}', false, '{version}',
     '{installed_rank}', 'installed_rank', 'success'),
    ('flyway', 'schema_version', '{installed_rank:N,version:S,type:S,success:B,script,checksum}', false, '{version}',
     '{installed_rank}', 'installed_rank', 'success'),
    ('goose', 'goose_db_version', '{id:N,version_id:N,is_applied:B,tstamp:D}', true, '{version_id}', '{version_id}', 'id', 'is_applied');
INSERT INTO chronos.tool (tool, relation, columns, only_these, revision, ordering, applied, unapplied) VALUES
    ('prisma', '_prisma_migrations', '{id,checksum,migration_name:S,started_at:D,finished_at:D,rolled_back_at:D}', false, '{migration_name}',
     '{migration_name}', 'finished_at', 'rolled_back_at'),
    ('sqlx', '_sqlx_migrations', '{version:N,description,installed_on,success:B,checksum,execution_time}', false, '{version}',
     '{version}', 'success', NULL),
    ('atlas', 'atlas_schema_revisions', '{version:S,type:N,applied:N,total:N,hash,executed_at}', false, '{version}', '{version}', NULL, NULL);
INSERT INTO chronos.tool (tool, relation, columns, only_these, revision, separator, tag, ordering, grouping, applied) VALUES
    ('liquibase', 'databasechangelog', '{id:S,author:S,filename,dateexecuted:D,orderexecuted:N,exectype,md5sum,tag:S}', false, '{id,author}',
     '::', 'tag', '{dateexecuted,orderexecuted}', NULL, NULL),
    ('django', 'django_migrations', '{id:N,app:S,name:S,applied:D}', true, '{app,name}', ':', NULL, '{id}', 'app', NULL),
    ('sqitch', 'changes', '{change_id,change:S,project:S,committed_at:D,committer_name,planned_at,planner_name}', false, '{change}',
     ':', NULL, '{committed_at}', 'project', NULL),
    ('sqitch', 'tags', '{tag_id,tag:S,project:S,change_id,committed_at:D,committer_name,planned_at,planner_name}', false, '{}',
     ':', 'tag', '{committed_at}', 'project', NULL),
    ('pgroll', 'migrations', '{schema:S,name:S,migration,created_at:D,parent,done:B,resulting_schema}', false, '{name}',
     ':', NULL, '{created_at}', 'schema', 'done');

CREATE TABLE chronos.tool_state (
    relation oid PRIMARY KEY,
    identity text NOT NULL,
    tool text NOT NULL,
    mark bigint NOT NULL,
    heads jsonb NOT NULL
);
COMMENT ON TABLE chronos.tool_state IS
    'The tables of migration tools in this database, never dumped, and as of the last look what stood for their rows and the newest revisions in each, by group.';
GRANT SELECT ON chronos.tool, chronos.tool_state TO PUBLIC;

CREATE TYPE chronos.tool_revision AS (scope text, revision text, is_tag boolean, own boolean, applied boolean, place bigint, newest boolean);
COMMENT ON TYPE chronos.tool_revision IS 'A revision in a tool''s table: its group, whether the present transaction wrote the row, whether it is applied, its place in the order of the group, and whether it is the newest there.';

CREATE FUNCTION chronos.tool_rows(relation oid, columns text[]) RETURNS TABLE (row_values text[], own boolean)
LANGUAGE c STRICT STABLE
AS 'MODULE_PATHNAME', 'chronos_tool_rows';
COMMENT ON FUNCTION chronos.tool_rows(oid, text[]) IS
    'The rows of a table as text, and whether the present transaction wrote them. Nothing of the table''s owner is run, and nobody is waited for: an error if another session has locked it.';
REVOKE ALL ON FUNCTION chronos.tool_rows(oid, text[]) FROM PUBLIC;

CREATE FUNCTION chronos.tool_mark(relation oid) RETURNS bigint LANGUAGE c STRICT STABLE
AS 'MODULE_PATHNAME', 'chronos_tool_mark';
COMMENT ON FUNCTION chronos.tool_mark(oid) IS
    'Stands for the rows of a table: another number as soon as they are others. Null if the table cannot be read now.';
REVOKE ALL ON FUNCTION chronos.tool_mark(oid) FROM PUBLIC;

CREATE FUNCTION chronos.tool_touched(relation oid) RETURNS boolean LANGUAGE c STRICT STABLE
AS 'MODULE_PATHNAME', 'chronos_tool_touched';
COMMENT ON FUNCTION chronos.tool_touched(oid) IS
    'Whether the present transaction has written or removed a row of a table.';
REVOKE ALL ON FUNCTION chronos.tool_touched(oid) FROM PUBLIC;

CREATE FUNCTION chronos.has_columns(relation oid, columns text[], only_these boolean) RETURNS boolean
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN NOT EXISTS (
            SELECT FROM unnest(columns) w(wanted)
            WHERE NOT EXISTS (
                SELECT FROM pg_attribute a JOIN pg_type y ON y.oid = a.atttypid
                WHERE a.attrelid = relation AND a.attnum > 0 AND NOT a.attisdropped AND a.attname = split_part(w.wanted, ':', 1)
                  AND (w.wanted NOT LIKE '%:%'
                       OR (a.attgenerated = '' AND y.typtype = 'b' AND y.oid < 12000 AND y.typcategory::text = split_part(w.wanted, ':', 2)))))
        AND (NOT only_these OR cardinality(columns) = (
            SELECT count(*) FROM pg_attribute a WHERE a.attrelid = relation AND a.attnum > 0 AND NOT a.attisdropped));
END $$;
COMMENT ON FUNCTION chronos.has_columns(oid, text[], boolean) IS
    'Whether a table has columns as chronos.tool lists them, and no others if so.';

CREATE FUNCTION chronos.tool_tables(relations oid[]) RETURNS TABLE (relation oid, identity text, tool chronos.tool)
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN QUERY
    SELECT DISTINCT ON (c.oid) c.oid, format('%I.%I', n.nspname, c.relname), t
    FROM chronos.tool t
    JOIN pg_class c ON c.relname = t.relation::name
    JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE (relations IS NULL OR c.oid = ANY (relations))
      AND c.relkind = 'r' AND c.relpersistence <> 't' AND NOT c.relispartition
      AND n.nspname <> 'chronos' AND n.nspname !~ '^pg_' AND (t.schema IS NULL OR n.nspname = t.schema)
      AND (t.beside IS NULL OR EXISTS (SELECT FROM pg_class b WHERE b.relname = t.beside::name AND b.relnamespace = n.oid))
      AND NOT EXISTS (SELECT FROM pg_class b WHERE b.relname = t.not_beside::name AND b.relnamespace = n.oid)
      AND chronos.has_columns(c.oid, t.columns, t.only_these)
    ORDER BY c.oid, t.tool;
END $$;
COMMENT ON FUNCTION chronos.tool_tables(oid[]) IS
    'The tables of migration tools in this database, or those among some relations.';
