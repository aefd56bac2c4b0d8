# A walk along the versions of a database by plans alone, there and back: after each plan the other database
# has the facts of the next version. Where one fails, or leaves columns in another order, the walk goes on
# from that version rebuilt.
package plan_walk;
use strict;
use warnings;
use Exporter 'import';
use File::Temp qw(tempdir);
use IPC::Run ();
use PostgreSQL::Test::Utils;
use Test::More;

# Roles and tablespaces that were renamed while versions were made: what is wanted of a plan is the present name.
our %now;
our @EXPORT = qw(%now renamed building run_sql walk rebuilt_equals drop_database);

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

my $facts = q{SET search_path = pg_catalog; SET jit = off; SELECT concat_ws(E'\x01', '##fact', kind, identity, definition, coalesce((
    SELECT jsonb_agg(c ORDER BY c ->> 'name') FROM jsonb_array_elements(definition -> CASE kind WHEN 'type' THEN 'attributes' ELSE 'columns' END) c), 'null')) FROM %s;};
my $digest = q{SET search_path = pg_catalog; SET jit = off;
    SELECT md5(string_agg(concat_ws(E'\n', kind, identity, definition), E'\n' ORDER BY kind COLLATE "C", identity COLLATE "C")) AS digest FROM %s};

# Facts as told above: of each object its text, and the text with its columns in the order of their names.
sub told_facts {
    my ($text) = @_;
    my (%facts, %sorted);
    for my $line (split /\n/, $text) {
        my ($mark, $kind, $identity, $definition, $columns) = split /\x01/, $line;
        next if ($mark // '') ne '##fact';
        # A toast table stays when the last column that needed it is gone, and no statement makes one then.
        $definition =~ s/, "toast_options": \[[^\]]*\]//;
        # Of several keys of the same columns the server takes the oldest for a foreign key; no statement says which.
        $definition =~ s/, "depends_on": \[[^\]]*\]\}$/}/ if $definition =~ /"type": "foreign key"/;
        $facts{"$kind $identity"} = $definition;
        $definition =~ s/"own_order": true, //;
        $definition =~ s/"(columns|attributes)": \[.*\](?=[,}])// if $columns ne 'null';
        $sorted{"$kind $identity"} = $definition . $columns;
    }
    return (\%facts, \%sorted);
}

sub renamed {
    my ($text) = @_;
    $text =~ s/\b\Q$_\E\b/$now{$_}/g for keys %now;
    return $text;
}

# What builds a version; extensions get the version that they had.
sub building {
    my ($node, $name, $version) = @_;
    my $script = renamed($node->safe_psql($name, "SELECT chronos.schema_at($version)"));
    my %extension = map { split /\|/ } split /\n/,
        $node->safe_psql($name, "SELECT identity, definition ->> 'version' FROM chronos.facts_of('$version') WHERE kind = 'extension'");
    $script =~ s/^(CREATE EXTENSION IF NOT EXISTS (\S+) WITH SCHEMA \S+);/$1 VERSION '$extension{$2}';/mg;
    return $script;
}

# Asks the history of database NAME for everything that a walk along these versions needs.
sub itinerary {
    my ($node, $name, @versions) = @_;
    my $script = "SET client_min_messages = warning; SET jit = off;\n";
    my $plan = q{SELECT concat('-- ##unordered ' || kind || ' ' || identity || E'\n', statement, E'\n;')
        FROM (SELECT statement, CASE WHEN 'column_order' = ANY (hazards) OR ('unreachable' = ANY (hazards) AND kind = 'extension') THEN kind END AS kind, identity, step FROM chronos.plan(%s, %s)) p ORDER BY step;};
    for my $i (0 .. $#versions) {
        $script .= "\\echo ##part facts $versions[$i]\n" . sprintf($digest, "chronos.facts_of('$versions[$i]')") . ";\nRESET search_path;\n";
        next if $i == 0;
        $script .= "\\echo ##part plan @{[join ' ', @$_]}\n" . sprintf($plan, @$_) . "\n"
            for [@versions[$i - 1, $i]], [@versions[$i, $i - 1]];
    }
    my %parts = run_sql($node, $name, $script) =~ /^##part (.*)\n((?:(?!##part ).*\n)*)/mg;
    return \%parts;
}

# SQL that tells whether the facts are those of a version, and what they are if not.
sub looked_at {
    my ($parts, $version) = @_;
    chomp(my $wanted = $$parts{"facts $version"});
    return sprintf($digest, 'chronos.live_object') . " \\gset\nSELECT :'digest' <> '$wanted' AS differs \\gset\n\\if :differs\n"
        . sprintf($facts, 'chronos.live_object') . "\n\\endif\n\\echo ##reached\n";
}

# Database "walked", built from the history at VERSION, then led along the legs; what is told of VERSION and of each.
sub stretch {
    my ($node, $name, $parts, $version, @legs) = @_;
    drop_database($node, 'walked');
    if ($node->safe_psql('postgres', "SELECT 1 FROM pg_database WHERE datname = 'with_chronos'") eq '') {
        $node->safe_psql('postgres', 'CREATE DATABASE with_chronos TEMPLATE template0');
        $node->safe_psql('with_chronos', 'CREATE EXTENSION chronos');
    }
    $node->safe_psql('postgres', 'CREATE DATABASE walked TEMPLATE with_chronos');
    my $script = "\\o /dev/null\n" . building($node, $name, $version) . "\n\\o\n" . looked_at($parts, $version);
    for my $leg (@legs) {
        $script .= "\\echo ##leg\nSET check_function_bodies = off; SET client_min_messages = warning; SET search_path = '';\n"
            . $$parts{"plan @$leg"} . looked_at($parts, $$leg[1]);
    }
    return split /^##leg\n/m, run_sql($node, 'walked', $script, '-v', 'ON_ERROR_STOP=1');
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
        # A build that failed is not made to fail again, so it may be missing. An extension stays where no script leads on.
        next if $object =~ /^index / && (($$is{$object} // '') . ($$ought{$object} // '')) =~ /"invalid": true/;
        next if $any_order{$object} && $object =~ /^extension /;
        push @different, "$object\n  is    " . ($$a{$object} // 'nothing') . "\n  ought " . ($$b{$object} // 'nothing')
            if ($$a{$object} // '') ne ($$b{$object} // '')
            && !(@unordered && $object =~ /^(statistics|publication) / && same_words($$a{$object}, $$b{$object}));
    }
    return join "\n", @different;
}

# What is wrong with what was told of a version that was reached; empty if nothing is.
sub judged {
    my ($node, $name, $told, $version, @unordered) = @_;
    return $told // 'not reached' if ($told // '') !~ /^##reached$/m;
    return '' if $told !~ /^##fact/m;
    return difference($told, renamed(run_sql($node, $name, sprintf($facts, "chronos.facts_of('$version')"))), @unordered);
}

# How many places of a way can be walked from one on without building anew.
sub legs_from {
    my ($parts, @way) = @_;
    my @legs;
    for my $i (1 .. $#way) {
        my $plan = $$parts{"plan $way[$i - 1] $way[$i]"} // '';
        last if $plan =~ /^psql:.* ERROR: /m;
        push @legs, [@way[$i - 1, $i]];
        last if $plan =~ /^-- ##unordered/m;
    }
    return @legs;
}

# The statements that made the newer of two versions.
sub evidence {
    my ($node, $name, @versions) = @_;
    return $node->safe_psql($name, "SELECT array_to_string(statements, '; ') FROM chronos.version WHERE number = greatest($versions[0], $versions[1])");
}

# From the first version to the last and back again.
sub walk {
    my ($node, $name, @versions) = @_;
    my $parts = itinerary($node, $name, @versions);
    my @way = (@versions, reverse @versions[0 .. $#versions - 1]);
    while (@way > 1) {
        my @legs = legs_from($parts, @way);
        my @told = stretch($node, $name, $parts, $way[0], @legs);
        my $wrong = judged($node, $name, shift @told, $way[0]);
        is($wrong, '', "$name: the schema at $way[0] is rebuilt as it was");
        if ($wrong ne '' || !@legs) {
            is($$parts{"plan $way[0] $way[1]"}, '', "$name: there is a plan from $way[0] to $way[1]") if !@legs;
            shift @way;
        }
        for my $leg ($wrong eq '' ? @legs : ()) {
            my $plan = $$parts{"plan @$leg"};
            $wrong = judged($node, $name, shift @told, $$leg[1], $plan =~ /^-- ##unordered (.*)/mg);
            ok($wrong eq '', "$name: plan from $$leg[0] to $$leg[1]") or diag(evidence($node, $name, @$leg), "\n$wrong\n$plan");
            shift @way;
            last if $wrong ne '';
        }
    }
    drop_database($node, 'walked');
    return;
}

# Whether the schema at VERSION, rebuilt, has the facts of that version.
sub rebuilt_equals {
    my ($node, $name, $version) = @_;
    my ($told) = stretch($node, $name, itinerary($node, $name, $version), $version);
    return is(judged($node, $name, $told, $version), '', "$name: the schema at $version is rebuilt as it was");
}

1;
