# A walk along the versions of a database by plans alone, there and back: after each plan the other database
# has the facts of the next version. Where one fails, the walk goes on from that version rebuilt.
package plan_walk;
use strict;
use warnings;
use Exporter 'import';
use File::Temp qw(tempdir);
use IPC::Run ();
use PostgreSQL::Test::Utils;
use Test::More;

our @EXPORT = qw(run_sql walk rebuilt_equals drop_database);

my $work = tempdir(CLEANUP => 1);

# What psql prints, errors among it, when it runs a script with these options.
sub run_sql {
    my ($node, $database, $script, @options) = @_;
    unlink "$work/script.sql";
    append_to_file("$work/script.sql", $script);
    my $out = '';
    local $ENV{PGOPTIONS} = '-c chronos.capture=off' if $database eq 'walked';
    IPC::Run::run(['psql', '-XqAt', @options, '-f', "$work/script.sql", '-d', $node->connstr($database)], '>&', \$out);
    return $out;
}

# A subscription keeps its database from being dropped.
sub drop_database {
    my ($node, $database) = @_;
    my $there = $node->safe_psql('postgres', "SELECT 1 FROM pg_database WHERE datname = '$database'");
    return if $there eq '';
    run_sql($node, 'postgres', "ALTER DATABASE $database ALLOW_CONNECTIONS true; ALTER DATABASE $database IS_TEMPLATE false;"
            . " ALTER DATABASE $database CONNECTION LIMIT -1;");
    run_sql($node, $database, q{SELECT format('ALTER SUBSCRIPTION %I DISABLE; ALTER SUBSCRIPTION %1$I SET (slot_name = NONE);'
        || ' DROP SUBSCRIPTION %1$I', subname) FROM pg_subscription
        WHERE subdbid = (SELECT oid FROM pg_database WHERE datname = current_database()) \gexec});
    $node->safe_psql('postgres', "DROP DATABASE $database WITH (FORCE)");
    return;
}

my $facts = q{SET search_path = pg_catalog; SET jit = off; SELECT '##fact', kind, identity, definition, coalesce((
    SELECT jsonb_agg(c ORDER BY c ->> 'name') FROM jsonb_array_elements(definition -> CASE kind WHEN 'type' THEN 'attributes' ELSE 'columns' END) c), 'null') FROM %s;};

# Facts as told above: of each object its text, and the text with its columns in the order of their names.
sub told_facts {
    my ($text) = @_;
    my (%facts, %sorted);
    for my $line (split /\n/, $text) {
        my ($mark, $kind, $identity, $definition, $columns) = split /\x01/, $line;
        next if ($mark // '') ne '##fact';
        $facts{"$kind $identity"} = $definition;
        $definition =~ s/"(columns|attributes)": \[.*\](?=[,}])// if $columns ne 'null';
        $sorted{"$kind $identity"} = $definition . $columns;
    }
    return (\%facts, \%sorted);
}

# Asks the history of database NAME for everything that a walk from FIRST to LAST needs.
sub itinerary {
    my ($node, $name, @versions) = @_;
    my $script = "SET client_min_messages = warning; SET jit = off;\n";
    my $plan = q{SELECT statement || E'\n;' FROM chronos.plan(%1$s, %2$s) ORDER BY step;
        \echo ##unordered
        SELECT DISTINCT kind || ' ' || identity FROM chronos.plan(%1$s, %2$s) WHERE 'column_order' = ANY (hazards);};
    for my $i (0 .. $#versions) {
        $script .= "\\echo ##part facts $versions[$i]\n" . sprintf($facts, "chronos.facts_of('$versions[$i]')") . "\nRESET search_path;\n";
        next if $i == 0;
        $script .= "\\echo ##part plan @{[join ' ', @$_]}\n" . sprintf($plan, @$_) . "\n"
            for [@versions[$i - 1, $i]], [@versions[$i, $i - 1]];
    }
    my %parts = run_sql($node, $name, $script, '-F', "\x01") =~ /^##part (.*)\n((?:(?!##part ).*\n)*)/mg;
    return \%parts;
}

# Makes the database that walks from the history at VERSION.
sub set_out {
    my ($node, $name, $version) = @_;
    drop_database($node, 'walked');
    $node->safe_psql('postgres', 'CREATE DATABASE walked TEMPLATE template0');
    run_sql($node, 'walked', 'CREATE EXTENSION chronos');
    return run_sql($node, 'walked', $node->safe_psql($name, "SELECT chronos.schema_at($version)"), '-v', 'ON_ERROR_STOP=1', '-o', '/dev/null');
}

# Lists of columns follow the order of the table.
sub same_words {
    my ($one, $other) = map { join ' ', sort(($_ // '') =~ /\w+/g) } @_;
    return $one eq $other;
}

# What differs between the facts of the database that walks and those of a version; empty if nothing does.
sub difference {
    my ($reached, $wanted, @unordered) = @_;
    my ($is, $is_sorted) = told_facts($reached);
    my ($ought, $ought_sorted) = told_facts($wanted);
    my %any_order = map { $_ => 1 } @unordered;
    my @different;
    for my $object (sort keys %{ { %$is, %$ought } }) {
        my ($a, $b) = $any_order{$object} ? ($is_sorted, $ought_sorted) : ($is, $ought);
        push @different, "$object\n  is    " . ($$a{$object} // 'nothing') . "\n  ought " . ($$b{$object} // 'nothing')
            if ($$a{$object} // '') ne ($$b{$object} // '')
            && !(@unordered && $object =~ /^(statistics|publication) / && same_words($$a{$object}, $$b{$object}));
    }
    return join "\n", @different;
}

# One plan, run in the database that walks; what is wrong then, and whether the columns have another order.
sub step {
    my ($node, $parts, $from, $to) = @_;
    my ($plan, $unordered) = split /^##unordered\n/m, $$parts{"plan $from $to"} // '';
    return ("no plan:\n" . ($plan // '')) if !defined $unordered || "$plan$unordered" =~ /^psql:.* ERROR: /m;
    my $script = "SET check_function_bodies = off; SET client_min_messages = warning; SET search_path = '';\n$plan\n";
    my $out = run_sql($node, 'walked', $script, '-v', 'ON_ERROR_STOP=1');
    return ("$out\n$plan") if $out =~ /^psql:.* (?:ERROR|FATAL|error): /m;
    my $reached = run_sql($node, 'walked', sprintf($facts, 'chronos.live_object'), '-F', "\x01");
    my $wrong = difference($reached, $$parts{"facts $to"}, split /\n/, $unordered);
    return ($wrong eq '' ? '' : "$wrong\n$plan", $unordered ne '');
}

# From the first version to the last and back again.
sub walk {
    my ($node, $name, @versions) = @_;
    my $parts = itinerary($node, $name, @versions);
    my $at = -1;
    my $failed = 0;
    my @way = (@versions, reverse @versions[0 .. $#versions - 1]);
    for my $i (1 .. $#way) {
        my ($from, $to) = @way[$i - 1, $i];
        if ($at != $from) {
            my $errors = set_out($node, $name, $from);
            is($errors, '', "$name at $from is built") if $errors ne '';
        }
        my ($wrong, $reordered) = step($node, $parts, $from, $to);
        my $evidence = $node->safe_psql($name, "SELECT array_to_string(statements, '; ') FROM chronos.version WHERE number = greatest($from, $to)");
        ok($wrong eq '', "$name: plan from $from to $to") or diag("$evidence\n$wrong");
        $failed++ if $wrong ne '';
        $at = $wrong eq '' && !$reordered ? $to : -1;
    }
    drop_database($node, 'walked');
    return $failed;
}

# Whether the schema at VERSION, rebuilt, has the facts of that version.
sub rebuilt_equals {
    my ($node, $name, $version) = @_;
    my $errors = set_out($node, $name, $version);
    my $wrong = difference(run_sql($node, 'walked', sprintf($facts, 'chronos.live_object'), '-F', "\x01"),
        run_sql($node, $name, sprintf($facts, "chronos.facts_of('$version')"), '-F', "\x01"));
    drop_database($node, 'walked');
    return is("$errors$wrong", '', "$name: the schema at $version is rebuilt as it was");
}

1;
