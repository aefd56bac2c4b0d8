# chronosctl compose check: the files of the incident and of this repository, as text and JSON, and what it ends with.
use strict;
use warnings;
use File::Temp qw(tempdir);
use FindBin;
use lib $FindBin::Bin;
use command_line;
use PostgreSQL::Test::Utils;
use Test::More;

my $place = tempdir(CLEANUP => 1);
mkdir "$place/My.Shop";
my $file = "$place/My.Shop/docker-compose.yml";

sub write_file {
    my ($path, $text) = @_;
    open my $out, '>', $path or die "$path: $!";
    print $out $text;
    close $out;
}

write_file($file, <<'YAML');
version: "3.8"
services:
  timescaledb:
    image: timescale/timescaledb:latest-pg15
    ports: ["5432:5432"]
    environment:
      POSTGRES_PASSWORD: secret
YAML
my ($status, $out, $err) = ctl(undef, 'compose', 'check', $file);
is($status, 2, 'the compose file of the incident: exit 2');
like($out, qr/^\Q$file\E:3: critical: service timescaledb: .*\[anonymous-volume\]$/m, 'file, line, severity, service and rule');
like($out, qr{^      - timescaledb-data:/var/lib/postgresql/data$}m, 'and what to write');
is($err, '', 'nothing on standard error');

# What it says to write is clean when it is written.
my ($fixed) = $out =~ /^corrected, for [^\n]*:\n(.*)/ms;
$fixed =~ s/^    volumes:/    image: timescale\/timescaledb:2.14.2-pg15\n    volumes:/m;
write_file($file, $fixed);
($status, $out) = ctl(undef, 'compose', 'check', $file);
is($status, 0, 'the corrected file: exit 0') or diag("$fixed\n$out");
is($out, "$file: nothing to complain about\n", 'and nothing to say');

# Advice alone is no failure; the volume's real name comes from the folder.
write_file($file, <<'YAML');
services:
  db:
    image: postgres:${POSTGRES_MAJOR:-17}
    volumes: ["pgdata:/var/lib/postgresql/data", "/backup:/backup"]
volumes:
  pgdata:
YAML
($status, $out) = ctl(undef, 'compose', 'check', $file);
is($status, 0, 'advice: exit 0');
like($out, qr/info: .*\[not-external\].*    name: myshop_pgdata /s, 'the volume as it is called now');
write_file("$place/My.Shop/.env", "POSTGRES_MAJOR=18\nCOMPOSE_PROJECT_NAME=other\n");
my ($document, $code) = ctl_json(undef, 'compose', 'check', $file);
is($code, 2, 'with the variables of .env the major is another');
is($document->{worst}, 'critical', 'worst');
my $found = $document->{projects}[0]{findings}[0];
is_deeply([@$found{qw(id severity file line service)}], ['wrong-path', 'critical', $file, 4, 'db'], 'as JSON');
like($found->{remedy}, qr{Mount it at /var/lib/postgresql instead of /var/lib/postgresql/data}, 'with a remedy');
{
    local $ENV{POSTGRES_MAJOR} = '16';
    ($document, $code) = ctl_json(undef, 'compose', 'check', $file);
    is($code, 0, 'the environment goes before .env');
    like($document->{projects}[0]{corrected}, qr/name: other_pgdata/, 'and the project is called as .env says');
}

write_file("$place/bad.yml", "services:\n  db: [\n");
fails(undef, ['compose', 'check', "$place/bad.yml"], 2, qr/^chronosctl: error: \Q$place\E\/bad.yml:\d+: /, 'no YAML');
fails(undef, ['compose', 'check', "$place/none.yml"], 2, qr/could not read "\Q$place\E\/none.yml"/, 'no file');
fails(undef, ['compose', 'check'], 2, qr/FILE is required/, 'no name of a file');

# What this repository tells people to use.
for my $own ("$FindBin::Bin/../../deploy/docker/compose.yaml") {
    ($document, $code) = ctl_json(undef, 'compose', 'check', $own);
    is($code, 0, 'our own compose file passes');
    is_deeply($document->{projects}[0]{databases}, ['database'], 'its server is recognised');
    is_deeply([ map { "$_->{severity} $_->{id}" } @{ $document->{projects}[0]{findings} } ], [], 'and nothing is found');
}

done_testing();
