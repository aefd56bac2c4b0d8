# Every real schema is loaded statement by statement under capture. What was recorded on the way is what
# a full comparison finds, nothing is left out, and a version, rebuilt from the store, is the schema that
# the statements up to it make without Chronos.
use strict;
use warnings;
use File::Basename qw(dirname);
use lib dirname(__FILE__);
use PostgreSQL::Test::Utils;
use Test::More;
use real_schema;

my $seed = $ENV{CHRONOS_SEED} // time % 100_000;
my $samples = $ENV{CHRONOS_SAMPLES} // 2;
diag("seed $seed (CHRONOS_SEED), $samples sampled versions of each schema (CHRONOS_SAMPLES)");
srand $seed;

my $node = new_server('schema_steps');
my %schema = schemas();
follow_chain();
follow($_, statements_of($node, $_, @{ $schema{$_} })) for grep { $_ ne 'openqa' } sort keys %schema;
follow('contrib', extension_statements());
$node->stop;
done_testing();

# The upgrades of openQA, file by file, each of them with its dump.
sub follow_chain {
    my $name = 'openqa_chain';
    my %dump;
    watched_database($name);
    my $steps = 0;
    my $complete = 0;
    for my $file (@{ $schema{openqa} }) {
        my $before = number_of($name);
        load_file($node, $name, $file);
        my $number = number_of($name);
        $complete++ if everything_recorded($name);
        next if $number == $before;
        $steps++;
        $dump{$number} = dump_of($node, $name);
    }
    cmp_ok($steps, '>=', 35, 'openqa: every upgrade is a version');
    is($complete, scalar @{ $schema{openqa} }, 'openqa: after every step a full comparison finds nothing more');
    is(uncovered_of($name), '', 'openqa: nothing is uncovered');
    for my $number (sort { $a <=> $b } keys %dump) {
        rebuild_version($name, $number);
        same_schema($node, $dump{$number}, dump_of($node, 'rebuilt'), "openqa: version $number as it was dumped then");
    }
    return;
}

# Statements, one transaction each unless they say otherwise.
sub follow {
    my ($name, @statements) = @_;
    my $watched = "${name}_watched";
    watched_database($watched);
    my $numbers = run_statements($node, $watched, numbered(@statements));
    my @version = $numbers =~ /^after \d+: (\d+)$/mg;
    is(scalar @version, scalar @statements, "$name: every statement runs under capture") or return;
    cmp_ok($version[-1], '>', 1, "$name: $version[-1] versions of " . @statements . ' statements');
    ok(everything_recorded($watched), "$name: a full comparison finds nothing more");
    is(uncovered_of($watched), '', "$name: nothing is uncovered");
    my @last = grep { $_ == $#statements || $version[$_] != $version[ $_ + 1 ] } 0 .. $#statements;
    for my $last (sort { $a <=> $b } $last[-1], map { $last[ rand @last ] } 1 .. $samples) {
        next if $version[$last] < 2;
        replay($name, @statements[0 .. $last]);
        rebuild_version($watched, $version[$last]);
        same_schema($node, dump_of($node, 'replayed'), dump_of($node, 'rebuilt'),
            "$name: version $version[$last] is what the first " . ($last + 1) . ' statements make');
    }
    return;
}

sub numbered {
    my @statements = @_;
    my $question = 'FROM chronos.version';
    return map { "$statements[$_]\n;\nSELECT 'after $_: ' || max(number) $question;\n" } 0 .. $#statements;
}

sub watched_database {
    my ($name) = @_;
    $node->safe_psql('postgres', "CREATE DATABASE $name TEMPLATE template0");
    $node->safe_psql($name, 'CREATE EXTENSION chronos');
    return;
}

sub replay {
    my ($name, @statements) = @_;
    fresh_database($node, 'replayed');
    run_statements($node, 'replayed', map { "$_\n;\n" } @statements);
    return;
}

sub rebuild_version {
    my ($name, $number) = @_;
    my $script = $node->safe_psql($name, "SELECT chronos.schema_at($number)");
    fresh_database($node, 'rebuilt');
    my $errors = load_text($node, 'rebuilt', $script);
    is($errors, '', "$name: the script of version $number loads") if $errors ne '';
    return;
}

sub number_of { return $node->safe_psql($_[0], 'SELECT coalesce(max(number), 0) FROM chronos.version') }

sub uncovered_of { return $node->safe_psql($_[0], 'SELECT class, identity FROM chronos.uncovered') }

# Two looks at the same: the comparison that records, and the plain text of both sides.
sub everything_recorded {
    my ($name) = @_;
    my $differing = $node->safe_psql($name, <<'SQL');
SET search_path = pg_catalog; SET jit = off;
WITH live AS (SELECT kind, identity, definition FROM chronos.live_object),
stored AS (SELECT d.kind, d.identity, d.definition FROM chronos.fact f JOIN chronos.definition d USING (hash)
           WHERE f.until IS NULL)
SELECT 'live', x.kind, x.identity FROM (TABLE live EXCEPT TABLE stored) x
UNION ALL
SELECT 'stored', x.kind, x.identity FROM (TABLE stored EXCEPT TABLE live) x ORDER BY 2, 3, 1
SQL
    diag("$name differs: $differing") if $differing ne '';
    my $missed = $node->safe_psql($name, 'SELECT chronos.reconcile(true)');
    diag("$name: version $missed was missed") if $missed ne '';
    return $differing eq '' && $missed eq '';
}

# Every extension that came with the server, and what uses some of them.
sub extension_statements {
    my @extensions = split /\n/, $node->safe_psql('postgres', <<'SQL');
SELECT name FROM pg_available_extensions
WHERE name !~ '^chronos' AND name !~ 'plpython|plperl|pltcl' AND installed_version IS NULL ORDER BY name
SQL
    return ('CREATE SCHEMA tools', (map { "CREATE EXTENSION IF NOT EXISTS \"$_\" CASCADE" } @extensions), <<'SQL' =~ /(.+?);\n/gs);
CREATE TABLE place (name citext PRIMARY KEY, path ltree, tags hstore DEFAULT '', room int, during tsrange, EXCLUDE USING gist (room WITH =, during WITH &&));
CREATE INDEX ON place USING gin (lower(name::text) gin_trgm_ops);
CREATE INDEX ON place USING gist (path gist_ltree_ops (siglen = 100));
CREATE SERVER elsewhere FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host 'there', dbname 'other');
CREATE FOREIGN TABLE far (id int OPTIONS (column_name 'number') NOT NULL, name text) SERVER elsewhere OPTIONS (table_name 'f');
CREATE VIEW near AS SELECT name, tags -> 'a' AS a FROM place WHERE path ~ 'x.*';
ALTER EXTENSION hstore SET SCHEMA tools;
ALTER EXTENSION cube ADD VIEW near;
ALTER EXTENSION cube DROP VIEW near;
REVOKE EXECUTE ON FUNCTION dblink(text) FROM PUBLIC;
GRANT USAGE ON FOREIGN DATA WRAPPER postgres_fdw TO pg_monitor;
DROP EXTENSION btree_gist CASCADE;
DROP EXTENSION citext CASCADE;
SQL
}
