# openQA's own chain of 35 upgrades as migrations, without a single down script: derived ways down lead from
# version 98 back to 63, version by version, and to nothing; and then up again. A column that comes back comes back
# as the last of its table, so that below the first of those fingerprints are equal but for the order of columns.
use strict;
use warnings;
use File::Basename qw(dirname);
use File::Temp qw(tempdir);
use JSON::PP ();
use lib dirname(__FILE__);
use PostgreSQL::Test::Utils;
use Test::More;
use real_schema;

my $node = new_server('migrate_chain');
my %schema = schemas();
my $dir = tempdir(CLEANUP => 1);

my %files;
for my $file (@{ $schema{openqa} }) {
    my ($number) = $file =~ m{/(?:deploy/|upgrade/\d+-)(\d+)/};
    push @{ $files{$number} }, $file;
}
for my $number (keys %files) {
    append_to_file("$dir/${number}_upgrade.sql", join "\n", map { slurp_file($_) } @{ $files{$number} });
}

$node->safe_psql('postgres', 'CREATE DATABASE openqa TEMPLATE template0');
$node->safe_psql('openqa', 'CREATE EXTENSION chronos');
sub migrate {
    my (@arguments) = @_;
    local %ENV = (%ENV, PGHOST => $node->host, PGPORT => $node->port, PGDATABASE => 'openqa');
    my ($out, $err) = ('', '');
    my $well = IPC::Run::run(['chronosctl', 'migrate', @arguments, '--dir', $dir], '>', \$out, '2>', \$err);
    ok($well, "migrate @arguments") or diag("$out$err");
    return $out;
}
sub fingerprint { return $node->safe_psql('openqa', "SELECT encode(chronos.fingerprint(), 'hex')"); }

# What is different from a version, columns taken in the order of their names.
sub differs {
    my ($number) = @_;
    my $facts = q{SELECT f.kind, f.identity, CASE WHEN f.definition ? 'columns' THEN f.definition || jsonb_build_object('columns',
        (SELECT jsonb_agg(c ORDER BY c ->> 'name') FROM jsonb_array_elements(f.definition -> 'columns') c)) ELSE f.definition END AS definition
        FROM chronos.facts_of('%s') f};
    my ($was, $is) = map { sprintf $facts, $_ } $number, 'current';
    return $node->safe_psql('openqa', "SELECT kind, identity FROM (($was EXCEPT $is) UNION ALL ($is EXCEPT $was)) d");
}

my $nothing = fingerprint();
my (%seen, %number);
migrate('up');
for my $line (split /\n/, $node->safe_psql('openqa', q{SELECT m.version, encode(v.fingerprint, 'hex'), v.number FROM chronos.migration m
        JOIN chronos.version v ON v.timeline = m.timeline AND v.number = m.version_after})) {
    my ($version, $fingerprint, $number) = split /\|/, $line;
    ($seen{$version}, $number{$version}) = ($fingerprint, $number);
}
is(scalar keys %seen, 36, 'the schema version after each is known');
my $last = fingerprint();
is($seen{98}, $last, 'and that of the last is the present one');

for my $version (reverse 63 .. 97) {
    migrate('down', '--yes');
    # Version 89 drops columns of the middle.
    is(fingerprint(), $seen{$version}, "$version: back at its fingerprint") if $version >= 89;
    is(differs($number{$version}), '', "$version: back at its schema");
}
migrate('up');
is(differs($number{98}), '', 'up again');
migrate('to', '63', '--yes');
is(differs($number{63}), '', 'down to 63 in one run');
like(migrate('to', '0', '--yes'), qr/^down  63 .*, derived$/m, 'and to nothing');
is(fingerprint(), $nothing, 'there is nothing left');
migrate('up');
is(fingerprint(), $last, 'and all of it again');

$node->stop;
done_testing();
