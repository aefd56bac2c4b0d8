# openQA's own chain of 35 upgrades as migrations, without a single down script: derived ways down lead from
# version 98 back to 63, fingerprint by fingerprint, the order of columns included, and to nothing; and then up again.
use strict;
use warnings;
use File::Basename qw(dirname);
use File::Temp qw(tempdir);
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

my $nothing = fingerprint();
my %seen;
migrate('up');
for my $line (split /\n/, $node->safe_psql('openqa', q{SELECT m.version, encode(v.fingerprint, 'hex') FROM chronos.migration m
        JOIN chronos.version v ON v.timeline = m.timeline AND v.number = m.version_after})) {
    my ($version, $fingerprint) = split /\|/, $line;
    $seen{$version} = $fingerprint;
}
is(scalar keys %seen, 36, 'the schema version after each is known');
my $last = fingerprint();
is($seen{98}, $last, 'and that of the last is the present one');

for my $version (reverse 63 .. 97) {
    migrate('down', '--yes');
    is(fingerprint(), $seen{$version}, "$version: back at its fingerprint");
}
migrate('up');
is(fingerprint(), $last, 'up again');
migrate('to', '63', '--yes');
is(fingerprint(), $seen{63}, 'down to 63 in one run');
like(migrate('to', '0', '--yes'), qr/^down  63 .*, derived$/m, 'and to nothing');
is(fingerprint(), $nothing, 'there is nothing left');
migrate('up');
is(fingerprint(), $last, 'and all of it again');

$node->stop;
done_testing();
