# Whether plans lead where they say: applied to a rebuilt database, compared by facts.
package plan_oracle;
use strict;
use warnings;
use Exporter 'import';
use File::Temp qw(tempdir);
use IPC::Run ();
use PostgreSQL::Test::Utils;
use Test::More;

our @EXPORT = qw(plans_lead_there plan_leads);

my $work = tempdir(CLEANUP => 1);

# SQL that gives the facts of the database, one object a line. The columns of tables that a plan could not
# put in order are told in the order of their names.
my $order = q{CASE WHEN kind || ' ' || identity = ANY ('%s'::text[]) THEN
    definition || jsonb_build_object('columns', (SELECT jsonb_agg(c ORDER BY c ->> 'name') FROM jsonb_array_elements(definition -> 'columns') c))
    ELSE definition END};

sub facts_sql {
    my ($from, $unordered) = @_;
    return 'SET search_path = pg_catalog; SET jit = off; SELECT kind, identity, ' . sprintf($order, $unordered)
        . " FROM $from ORDER BY kind COLLATE \"C\", identity COLLATE \"C\"";
}

sub run_file {
    my ($node, $database, $file) = @_;
    my $errors = '';
    IPC::Run::run(['psql', '-Xq', '-v', 'ON_ERROR_STOP=1', '-f', $file, '-d', $node->connstr($database)],
        '>', "$work/output", '2>', \$errors);
    return $errors;
}

sub write_file {
    my ($name, $text) = @_;
    unlink "$work/$name";
    append_to_file("$work/$name", $text);
    return "$work/$name";
}

# Database NAME_at_VERSION, built from the history of database NAME.
sub built {
    my ($node, $name, $version) = @_;
    my $database = "${name}_at_$version";
    return $database if $node->safe_psql('postgres', "SELECT 1 FROM pg_database WHERE datname = '$database'") eq '1';
    $node->safe_psql('postgres', "CREATE DATABASE $database TEMPLATE template0");
    my $errors = run_file($node, $database, write_file('built.sql', $node->safe_psql($name, "SELECT chronos.schema_at($version)")));
    is($errors, '', "$database is built") if $errors ne '';
    return $database;
}

# The facts of database DATABASE, which chronos is put into.
sub observed {
    my ($node, $database, $unordered) = @_;
    $node->safe_psql($database, 'CREATE EXTENSION IF NOT EXISTS chronos');
    return $node->safe_psql($database, facts_sql('chronos.live_object', $unordered));
}

sub plan_leads {
    my ($node, $name, $from, $to) = @_;
    my $what = "$name: plan from $from to $to";
    my ($plan, $unordered) = split /\x01/, $node->safe_psql($name, qq{SET client_min_messages = warning;
        SELECT coalesce(string_agg(CASE WHEN statement LIKE '-- %' THEN '' ELSE statement || ';' END, E'\n' ORDER BY step), ''),
               coalesce(array_agg(DISTINCT kind || ' ' || identity) FILTER (WHERE 'column_order' = ANY (hazards)), '{}')
        FROM chronos.plan($from, $to, $from > $to)}, extra_params => ['-F', "\x01"]);
    my $start = built($node, $name, $from);
    $node->safe_psql('postgres', 'DROP DATABASE IF EXISTS planned');
    $node->safe_psql('postgres', "CREATE DATABASE planned TEMPLATE $start");
    my $errors = run_file($node, 'planned',
        write_file('plan.sql', "SET check_function_bodies = off; SET client_min_messages = warning; SET search_path = '';\n$plan\n"));
    if ($errors ne '') {
        fail("$what is applied");
        diag($errors, $plan);
        return 0;
    }
    my $reached = observed($node, 'planned', $unordered);
    return pass("$what gives the other") if $reached eq $node->safe_psql($name, facts_sql("chronos.facts_of('$to')", $unordered));
    # What is recorded may read otherwise than what is made of it: pg_dump's own round trip is no identity either.
    my $goal = built($node, $name, $to);
    $node->safe_psql('postgres', 'DROP DATABASE IF EXISTS goal');
    $node->safe_psql('postgres', "CREATE DATABASE goal TEMPLATE $goal");
    my $wanted = observed($node, 'goal', $unordered);
    return pass("$what gives the other, as it is when rebuilt") if $reached eq $wanted;
    fail("$what gives the other");
    my $planned_file = write_file('planned', "$reached\n");
    my $wanted_file = write_file('wanted', "$wanted\n");
    diag(`diff '$planned_file' '$wanted_file' | head -n 30 | cut -c1-2000`, $plan);
    return 0;
}

# Every neighbouring pair, both ways.
sub plans_lead_there {
    my ($node, $name, @versions) = @_;
    for my $i (1 .. $#versions) {
        plan_leads($node, $name, @versions[$i - 1, $i]);
        plan_leads($node, $name, @versions[$i, $i - 1]);
        $node->safe_psql('postgres', "DROP DATABASE IF EXISTS ${name}_at_$versions[$i - 1]");
    }
    return;
}

1;
