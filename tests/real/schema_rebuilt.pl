# The schema of every real application, rendered by the live catalogue and rebuilt from the rendering
# alone, is the schema that it was.
use strict;
use warnings;
use File::Basename qw(dirname);
use lib dirname(__FILE__);
use PostgreSQL::Test::Utils;
use Test::More;
use real_schema;

my $node = new_server('schema_rebuilt');
my @schemas = schemas();
while (my ($name, $files) = splice @schemas, 0, 2) {
    load_schema($node, $name, @$files);
    check_rebuilding($node, $name);
}

# Every extension of the server at once, with what depends on them.
$node->safe_psql('postgres', 'CREATE DATABASE extensions TEMPLATE template0');
$node->safe_psql('extensions', <<'SQL');
CREATE SCHEMA tools;
DO $$
DECLARE
    extension name;
BEGIN
    FOR extension IN SELECT name FROM pg_available_extensions WHERE name IN
        ('citext', 'hstore', 'ltree', 'pg_trgm', 'btree_gist', 'btree_gin', 'uuid-ossp', 'pgcrypto',
         'postgres_fdw', 'file_fdw', 'dblink', 'tablefunc', 'unaccent', 'intarray', 'cube', 'earthdistance')
    LOOP
        EXECUTE format('CREATE EXTENSION IF NOT EXISTS %I SCHEMA tools CASCADE', extension);
    END LOOP;
END $$;
CREATE TABLE place (name tools.citext PRIMARY KEY, path tools.ltree, tags tools.hstore DEFAULT '', during tsrange,
    room int, EXCLUDE USING gist (room tools.gist_int4_ops WITH =, during WITH &&));
CREATE INDEX ON place USING gin (lower(name::text) tools.gin_trgm_ops);
CREATE SERVER elsewhere FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host 'there', dbname 'other');
CREATE FOREIGN TABLE far (id int OPTIONS (column_name 'number') NOT NULL, name text) SERVER elsewhere OPTIONS (table_name 'f');
REVOKE EXECUTE ON FUNCTION tools.dblink(text) FROM PUBLIC;
GRANT USAGE ON FOREIGN DATA WRAPPER postgres_fdw TO pg_monitor;
SQL
check_rebuilding($node, 'extensions');
$node->stop;
done_testing();

sub check_rebuilding {
    my ($node, $name) = @_;
    my $dump = dump_of($node, $name);
    $node->safe_psql($name, 'CREATE EXTENSION chronos');
    my $facts = facts_of($node, $name);
    like($facts, qr/^(table|foreign table)\|/m, "$name: there is something to rebuild");
    is($node->safe_psql($name, 'SELECT class, identity FROM chronos.uncovered'), '', "$name: nothing is uncovered");
    my $script = $node->safe_psql($name, 'SET search_path = pg_catalog; SET jit = off;'
            . ' SELECT chronos.script(array_agg(kind), array_agg(identity), array_agg(definition)) FROM chronos.live_object');
    rebuild($node, "${name}_rebuilt", $script) or return;
    same_schema($node, $dump, dump_of($node, "${name}_rebuilt"), "$name: pg_dump says the same of both");
    $node->safe_psql("${name}_rebuilt", 'CREATE EXTENSION chronos');
    ok($facts eq facts_of($node, "${name}_rebuilt"), "$name: the facts of both are the same");
    return;
}
