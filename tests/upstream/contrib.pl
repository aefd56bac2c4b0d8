# The regression and isolation tests of every contrib module give the same results while Chronos watches them.
use strict;
use warnings;
use File::Basename qw(dirname);
use lib dirname(__FILE__);
use PostgreSQL::Test::Utils;
use Test::More;
use upstream;

# Needs SELinux in enforcing mode, with a policy of its own loaded into the kernel.
my %left_out = (sepgsql => 1);

# Who decodes the changes of all tables sees the history written as well, and the transactions that write nothing else;
# one test keeps what it decodes in a table and decodes that, others count.
sub without_history {
    my ($text) = @_;
    my $start = qr/^(?: +\d+ \| | ?)(?:table public\.changeresult: INSERT: data\[text\]:'+)*/m;
    my $next = qr/$start(?:table|BEGIN|COMMIT|PREPARE|ROLLBACK|ABORT|opening|closing|streaming|message|\(\d+ rows?\)|\s*$)/;
    $text =~ s/${start}table chronos\.\w+: (?:[^\n]*\+\n)*.*?\n(?=$next)//sg;
    $text =~ s/${start}BEGIN'*\s*\n${start}COMMIT'*\s*\n//g;
    $text =~ s/^ *count *\n ?-+\n +\d+\n//mg;
    $text =~ s/^ *(?:data *|\w+_wrapper *|count \|.*)\n ?[-+]+\n//mg;
    $text =~ s/^\(\d+ rows?\)$//mg;
    $text =~ s/ +(?=\||$)//mg;
    return $text;
}

# What a Makefile sets a variable to, in words.
sub words_of {
    my ($text, $variable) = @_;
    return map { split } $text =~ /^$variable\s*\+?=(.*)$/mg;
}

# The tests of a module, as its Makefile would run them.
sub module {
    my ($directory) = @_;
    my $text = slurp_file("$directory/Makefile") =~ s/\\\n//gr;
    my ($name) = $directory =~ m{([^/]+)$};
    my @options = words_of($text, '(?:REGRESS|ISOLATION)_OPTS');
    my ($settings) = "@options" =~ m{--temp-config \S+/contrib/(\S+)};
    return {
        name => $name =~ s/-/_/gr,
        input => $directory,
        load => [grep { /^--load-extension=/ } @options],
        settings => $settings ? slurp_file("$source/contrib/$settings") : '',
        regress => [grep { -e "$directory/sql/$_.sql" } words_of($text, 'REGRESS')],
        isolation => [grep { -e "$directory/specs/$_.spec" } words_of($text, 'ISOLATION')],
    };
}

# Where the results of a module are, by kind of test.
sub results_of {
    my ($node, $module) = @_;
    return map { $_ => run_tests($node, $_, "$_\_$module->{name}", $module->{input}, @{ $module->{load} }, @{ $module->{$_} }) }
        grep { @{ $module->{$_} } } qw(regress isolation);
}

sub compare {
    my ($settings, @modules) = @_;
    my $plain = plain_server($settings);
    my %expected = map { $_->{name} => { results_of($plain, $_) } } @modules;
    $plain->stop;
    my $watched = watched_server($settings);
    for my $module (@modules) {
        my $name = $module->{name};
        my %results = results_of($watched, $module);
        for my $kind (sort keys %results) {
            my $database = "$kind\_$name";
            is(join("\n", missed($expected{$name}{$kind})), '', "$name, $kind: what is tested is there");
            my %known = $name eq 'test_decoding' ? map { $_ => \&without_history } @{ $module->{$kind} } : ();
            same_results($expected{$name}{$kind}, $results{$kind}, "$name, $kind", %known);
            is($watched->safe_psql($database, 'SELECT class, identity FROM chronos.uncovered'), '', "$name, $kind: nothing is uncovered");
            is($watched->safe_psql($database, 'SELECT chronos.reconcile(true)'), '', "$name, $kind: a full comparison finds nothing more");
        }
    }
    $watched->stop;
    return;
}

my %with;
for my $directory (map { dirname($_) } sort glob "$source/contrib/*/Makefile") {
    my $module = module($directory);
    push @{ $with{ $module->{settings} } }, $module if !$left_out{ $module->{name} } && (@{ $module->{regress} } || @{ $module->{isolation} });
}
for my $settings (sort keys %with) {
    compare($settings, @{ $with{$settings} });
}
done_testing();
