# Which directories the server takes as a repository, and what it advises about the others.
use strict;
use warnings;
use Cwd qw(realpath);
use File::Basename qw(dirname);
use File::Temp qw(tempdir);
use FindBin;
use lib $FindBin::Bin;
use supervised_server;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = new_server('repository');
my $user = getpwuid($<);
my $place = realpath(tempdir(CLEANUP => 1));
my $data = realpath($node->data_dir);

sub literal { my $text = shift; $text =~ s/'/''/g; return "'$text'"; }

sub add { my $url = shift; return failure_of($node, "SELECT chronos.add_repository('new', " . literal($url) . '); SELECT chronos.remove_repository(\'new\')'); }

like(add("file://$place/none"), qr{CH003: repository directory "\Q$place\E/none" does not exist\nHINT:  Run as root: install -d -o $user -m 0700 \Q$place\E/none\n}, 'a missing directory: how to make it');
like(add("file://$place/it's%20none"), qr{HINT:  Run as root: install -d -o $user -m 0700 '\Q$place\E/it'\\''s none'\n}, 'the advice is fit for a shell');

mkdir "$place/closed", 0500;
SKIP: {
    skip 'everything is writable for root', 1 if $< == 0;
    like(add("file://$place/closed"), qr{CH003: repository directory "\Q$place\E/closed" is not writable: Permission denied\nHINT:  Run as root: install -d -o $user -m 0700}, 'a directory that is not writable');
}
append_to_file("$place/file", '');
like(add("file://$place/file"), qr{CH003: repository "\Q$place\E/file" is not a directory}, 'a file');

symlink "$data/base", "$place/link";
like(add("file://$place/link"), qr{CH003: repository directory "\Q$place\E/link" is inside the data directory\nDETAIL:  What destroys "\Q$data\E" would}, 'a link into the data directory');
symlink dirname($data), "$place/above";
like(add("file://$place/above"), qr{CH003: repository directory "\Q$place\E/above" contains the data directory\nDETAIL:  "\Q$data\E" lies below it}, 'a link to what contains the data directory');
mkdir "$data-similar";
unlike(add("file://$data-similar"), qr/CH003/, 'a directory whose name only begins like the data directory');

my $tablespace = tempdir(CLEANUP => 1);
$node->safe_psql('postgres', "CREATE TABLESPACE far LOCATION '$tablespace'");
like(add("file://$tablespace"), qr/CH003: .* is inside a tablespace/, 'a tablespace');
$node->safe_psql('postgres', 'DROP TABLESPACE far');

my $odd = "$place/quote'\" \$(x) é%";
mkdir $odd or die;
my $url = "file://$odd" =~ s/%/%25/r;
$node->safe_psql('postgres', "SELECT chronos.remove_repository('local'); SELECT chronos.add_repository('odd', " . literal($url) . '); SELECT chronos.snapshot(\'report\')');
my $given = field($node, 'report', "split_part(progress ->> 'arguments', '--repository ', 2)");
$given =~ s/^file:\/\///;
$given =~ s/%([0-9A-F]{2})/chr hex $1/ge;
is($given, $odd, 'a path with quotes, spaces, unicode and a percent sign reaches the engine');

my ($status, $out, $warning) = $node->psql('postgres', "SELECT chronos.add_repository('second', 'file://$data-similar')");
like($warning, qr/WARNING:  repository is on the same device as the data directory\nDETAIL:  .*\nHINT:  Use a directory on another device/, 'the device of the data directory: a warning');
SKIP: {
    skip '/dev/shm is no device of its own here', 1 unless -w '/dev/shm' && (stat '/dev/shm')[0] != (stat $data)[0];
    my $other = tempdir(DIR => '/dev/shm', CLEANUP => 1);
    ($status, $out, $warning) = $node->psql('postgres', "SELECT chronos.add_repository('third', 'file://$other')");
    is("$status:$warning", '0:', 'another device: no warning');
}

rmdir "$data-similar";
like(failure_of($node, 'SELECT chronos.snapshot()'), qr/CH003: repository directory "\Q$data\E-similar" does not exist/, 'a repository that has gone is named before the snapshot begins');

$node->stop;
done_testing();
