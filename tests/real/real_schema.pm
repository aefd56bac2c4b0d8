# Real schemas, and the oracle that compares a schema with its rebuilding: what pg_dump says of both.
package real_schema;
use strict;
use warnings;
use Exporter 'import';
use File::Temp qw(tempdir);
use IPC::Run ();
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

our @EXPORT = qw(new_server schemas load_schema load_file load_text statements_of run_statements fresh_database
    rebuild facts_of dump_of dump_text same_schema);

my $work = tempdir(CLEANUP => 1);
my $inputs = "$ENV{CHRONOS_STAGE}/inputs";

# More settings may follow the name.
sub new_server {
    my ($name, @settings) = @_;
    my $node = PostgreSQL::Test::Cluster->new($name);
    $node->init(extra => ['--encoding=UTF8', '--no-locale']);
    $node->append_conf('postgresql.conf', "fsync = off\nwal_level = logical\nmax_locks_per_transaction = 1024\n" . join '', map { "$_\n" } @settings);
    $node->start;
    return $node;
}

# Name and files of every real schema, in the order in which they have to be loaded.
sub schemas {
    my $davical = "$inputs/davical/usr/share/davical/dba";
    my $kamailio = "$inputs/kamailio-postgres-modules/usr/share/kamailio/postgres";
    my $openqa = "$inputs/openqa/usr/share/openqa/dbicdh/PostgreSQL";
    my $awl = "$inputs/libawl-php/usr/share/awl/dba";
    return (
        zabbix => ["$inputs/zabbix-server-pgsql/usr/share/zabbix-server-pgsql/schema.sql.gz"],
        kea => ["$inputs/kea-admin/usr/share/kea/scripts/pgsql/dhcpdb_create.pgsql"],
        icingadb => ["$inputs/icingadb/usr/share/icingadb/schema/pgsql/schema.sql"],
        kamailio => ["$kamailio/standard-create.sql", grep { !/standard-/ } sort glob "$kamailio/*-create.sql"],
        davical => ["$awl/awl-tables.sql", "$awl/schema-management.sql", map { "$davical/$_.sql" }
            qw(davical base-data caldav_functions rrule_functions views/dav_principal supported_locales)],
        openqa => [sort(glob "$openqa/deploy/63/*.sql"),
            map { sort glob "$openqa/upgrade/$_-" . ($_ + 1) . '/*.sql' } 63 .. 97],
    );
}

# Makes database NAME and loads the files into it.
sub load_schema {
    my ($node, $name, @files) = @_;
    $node->safe_psql('postgres', "CREATE DATABASE $name TEMPLATE template0");
    $node->safe_psql($name, 'CREATE EXTENSION citext') if $name eq 'icingadb';
    @files or die "no files for $name: run tests/real/fetch.sh\n";
    load_file($node, $name, $_) for @files;
    return;
}

# Options after the file are psql's.
sub load_file {
    my ($node, $name, $file, @options) = @_;
    -f $file or die "no $file: run tests/real/fetch.sh\n";
    my $reader = $file =~ /\.gz$/ ? 'zcat' : 'cat';
    system_log('sh', '-c', "$reader '$file' | psql -Xq -v ON_ERROR_STOP=1 @options -d '" . $node->connstr($name)
            . "' > /dev/null") == 0 or die "$file does not load\n";
    return;
}

# The statements of files, as psql tells them apart when it loads them into a database NAME.
sub statements_of {
    my ($node, $name, @files) = @_;
    fresh_database($node, $name);
    my $log = "$work/$name.log";
    my @first = $name eq 'icingadb' ? ('CREATE EXTENSION citext') : ();
    $node->safe_psql($name, $_) for @first;
    load_file($node, $name, $_, '-L', $log) for @files;
    return @first, grep { !/^\s*;?\s*$/ }
        slurp_file($log) =~ /^\*+ QUERY \*+\n(.*?)\n\*{20,}\n/msg;
}

# Runs statements that end in semicolons in one session; what they print.
sub run_statements {
    my ($node, $name, @statements) = @_;
    unlink "$work/$name.sql";
    append_to_file("$work/$name.sql", join '', @statements);
    my ($out, $errors) = ('', '');
    IPC::Run::run(['psql', '-XqAt', '-v', 'ON_ERROR_STOP=1', '-f', "$work/$name.sql", '-d', $node->connstr($name)],
        '>', \$out, '2>', \$errors);
    diag("$name: $errors") if $errors =~ /ERROR|chronos/;
    return $out;
}

sub fresh_database {
    my ($node, $name) = @_;
    $node->safe_psql('postgres', "DROP DATABASE IF EXISTS $name");
    $node->safe_psql('postgres', "CREATE DATABASE $name TEMPLATE template0");
    return;
}

# Makes database NAME of a script.
sub rebuild {
    my ($node, $name, $script) = @_;
    $node->safe_psql('postgres', "CREATE DATABASE $name TEMPLATE template0");
    my $errors = load_text($node, $name, $script);
    is($errors, '', "$name: the script loads in an empty database");
    return $errors eq '';
}

# What psql complains of when it runs SQL in a database.
sub load_text {
    my ($node, $name, $text) = @_;
    unlink "$work/$name.sql";
    append_to_file("$work/$name.sql", $text);
    my $errors = '';
    IPC::Run::run(['psql', '-Xq', '-v', 'ON_ERROR_STOP=1', '-f', "$work/$name.sql", '-d', $node->connstr($name)],
        '>', "$work/$name.out", '2>', \$errors);
    return $errors;
}

# Every object of a database with its facts.
sub facts_of {
    my ($node, $name) = @_;
    return $node->safe_psql($name, 'SET search_path = pg_catalog; SET jit = off;'
            . ' SELECT kind, identity, jsonb_pretty(definition) FROM chronos.live_object'
            . ' ORDER BY kind COLLATE "C", identity COLLATE "C"');
}

# The schema as pg_dump tells it, entry by entry; Chronos itself is not part of it.
sub dump_of {
    my ($node, $name) = @_;
    my $file = "$work/$name.dump";
    unlink $file;
    system_or_bail('pg_dump', '--schema-only', '--exclude-schema=chronos', '-f', $file, '-d', $node->connstr($name));
    return dump_text($file);
}

sub without_values { return $_[0] =~ s/^(    (?!"user" )\S+ ).*?(,?)$/$1''$2/gmr }

# What a dump in a file says, without what is another each time.
sub dump_text {
    my ($file) = @_;
    my $text = slurp_file($file);
    $text =~ s/^\\(un)?restrict.*\n//gm;
    $text =~ s/^-- Dumped .*\n//gm;
    # What may be a secret is not in the record.
    $text =~ s/^(CREATE USER MAPPING .* OPTIONS \(\n)((?:    .*\n)+)/$1 . without_values($2)/gem;
    my @entries = grep { !/^--\n-- Name: (EXTENSION )?chronos; Type: / } split /^(?=--\n-- Name: )/m, $text;
    # Casts between types whose names are the same but for the schema stand as they were made.
    my $cast = qr/^--\n-- Name: CAST \(/;
    return join '', (grep { !/$cast/ } @entries), sort(grep { /$cast/ } @entries);
}

# pg_dump's own round trip is not the identity on every database, but its second pass is.
sub reloaded {
    my ($node, $name, $dump) = @_;
    fresh_database($node, $name);
    my $errors = load_text($node, $name, $dump);
    diag("second pass: $errors") if $errors ne '';
    return dump_of($node, $name);
}

sub same_schema {
    my ($node, $original, $rebuilt, $name) = @_;
    if ($original ne $rebuilt) {
        $original = reloaded($node, 'second_pass_original', $original);
        $rebuilt = reloaded($node, 'second_pass_rebuilt', $rebuilt);
    }
    return pass($name) if $original eq $rebuilt;
    fail($name);
    append_to_file("$work/original", $original);
    append_to_file("$work/rebuilt", $rebuilt);
    my @difference = split /\n/, `diff -u '$work/original' '$work/rebuilt'`;
    diag(join "\n", @difference[0 .. ($#difference < 60 ? $#difference : 60)]);
    unlink "$work/original", "$work/rebuilt";
    return 0;
}

1;
