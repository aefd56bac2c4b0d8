# The TAP tests of contrib modules pass as well in servers where Chronos watches.
use strict;
use warnings;
use Cwd qw(abs_path);
use File::Basename qw(dirname);
use lib dirname(__FILE__);
use PostgreSQL::Test::Utils;
use Test::More;
use upstream;

my $here = abs_path(dirname(__FILE__));
my $places = abs_path($PostgreSQL::Test::Utils::tmp_check);
my @plain = ($^X, map { "-I$_" } grep { !ref } @INC);
# The guard's warnings are no results of these tests.
append_to_file("$places/watched.conf", "shared_preload_libraries = 'chronos'\nchronos.guard = off\n");

# Whether the test passes; its servers and logs are in a directory of their own.
sub passes {
    my ($test, $how, @perl) = @_;
    my $place = "$places/$how";
    local @ENV{qw(TESTDIR TESTDATADIR TESTLOGDIR)} = ($place, $place, "$place/log");
    mkdir $_ for $place, "$place/log";
    my ($output, $errors) = run_command([@perl, $test]);
    my $passed = $? == 0;
    diag("$how:\n$output\n$errors") if !$passed;
    return $passed;
}

for my $test (sort glob "$source/contrib/*/t/*.pl") {
    my ($name) = $test =~ m{contrib/(.*)\.pl$};
    my $place = $name =~ s{/}{_}gr;
    ok(passes($test, "${place}_plain", @plain), "$name passes");
    local $ENV{TEMP_CONFIG} = "$places/watched.conf";
    ok(passes($test, "${place}_watched", @plain, "-I$here", '-Mwatched'), "$name passes with Chronos");
}
done_testing();
