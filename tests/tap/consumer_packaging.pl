# Programs that use the installed library, by CMake and by pkg-config: built from what `make install`
# puts in place, moved to another prefix, and run against a private server.
use strict;
use warnings;
use File::Basename qw(dirname);
use File::Temp qw(tempdir);
use FindBin;
use lib $FindBin::Bin;
use command_line;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

for my $tool (qw(c++ cmake make pkg-config)) {
    plan skip_all => "$tool is not there" if system("command -v $tool > /dev/null 2>&1") != 0;
}

# The stage was installed for /usr; here it lies elsewhere, which must not matter.
my $prefix = tempdir(CLEANUP => 1) . '/elsewhere';
my $library = (glob "$ENV{CHRONOS_STAGE}/usr/lib{,/*}/libchronos.{a,so}")[0];
ok($library, 'the library is installed');
my $lib = dirname($library) =~ s{^\Q$ENV{CHRONOS_STAGE}/usr/\E}{}r;
run_log([qw(mkdir -p), "$prefix/" . dirname($lib), "$prefix/include", "$prefix/$lib"]);
run_log(['bash', '-c', "cp -a '$ENV{CHRONOS_STAGE}/usr/$lib'/libchronos* '$ENV{CHRONOS_STAGE}/usr/$lib/cmake' '$ENV{CHRONOS_STAGE}/usr/$lib/pkgconfig' '$prefix/$lib/'"]);
run_log(['cp', '-a', "$ENV{CHRONOS_STAGE}/usr/include/chronos", "$prefix/include/"]);
my $examples = tempdir(CLEANUP => 1) . '/examples';
run_log(['cp', '-a', "$ENV{CHRONOS_STAGE}/usr/share/doc/chronos/examples", $examples]);

my $node = PostgreSQL::Test::Cluster->new('packaging');
$node->init;
$node->start;

sub built {
    my ($name, $program, @commands) = @_;
    for my $command (@commands) {
        my ($out, $err) = ('', '');
        IPC::Run::run($command, '>', \$out, '2>', \$err, IPC::Run::timeout(600));
        ok($? == 0, "$name: $command->[0]") or diag("@$command\n$out$err");
    }
    return sub {
        local %ENV = (%ENV, environment_of($node));
        my ($out, $err) = ('', '');
        IPC::Run::run([$program, @_], '<', \'', '>', \$out, '2>', \$err, IPC::Run::timeout(60));
        return ($? >> 8, $out, $err);
    };
}

my %program;
$program{CMake} = built('CMake', "$examples/build/check_at_startup",
    ['cmake', '-S', $examples, '-B', "$examples/build", "-DCMAKE_PREFIX_PATH=$prefix"],
    ['cmake', '--build', "$examples/build"]);
{
    local $ENV{PKG_CONFIG_PATH} = "$prefix/$lib/pkgconfig";
    $program{'pkg-config'} = built('pkg-config', "$examples/pkg-config/check_at_startup", ['make', '-C', "$examples/pkg-config"]);
}

for my $name (sort keys %program) {
    my ($status, $out, $err) = $program{$name}->('>=1');
    is($status, 1, "$name: does not start without the extension");
    like($err, qr/extension "chronos" is not installed/, "$name: and says why");
}
$node->safe_psql('postgres', 'CREATE EXTENSION chronos');
for my $name (sort keys %program) {
    my ($status, $out, $err) = $program{$name}->('>=1');
    is($status, 0, "$name: starts on a schema that fits");
    like($out, qr/^serving on version \d+ \([0-9a-f]{12}\)\n$/, "$name: and names the version");
    ($status, $out, $err) = $program{$name}->('>=999');
    is($status, 1, "$name: does not start on a schema that does not fit");
    like($err, qr/does not satisfy ">=999"/, "$name: and says why");
}
$node->stop;
is(($program{CMake}->('>=1'))[0], 75, 'without a server it may be tried again');
done_testing();
