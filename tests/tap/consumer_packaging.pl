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
    my ($name, $folder, @commands) = @_;
    for my $command (@commands) {
        my ($out, $err) = ('', '');
        IPC::Run::run($command, '>', \$out, '2>', \$err, IPC::Run::timeout(600));
        ok($? == 0, "$name: $command->[0]") or diag("@$command\n$out$err");
    }
    return sub {
        my $program = shift;
        local %ENV = (%ENV, environment_of($node));
        my ($out, $err) = ('', '');
        IPC::Run::run(["$folder/$program", @_], '<', \'', '>', \$out, '2>', \$err, IPC::Run::timeout(60));
        return ($? >> 8, $out, $err);
    };
}

my %program;
$program{CMake} = built('CMake', "$examples/build",
    ['cmake', '-S', $examples, '-B', "$examples/build", "-DCMAKE_PREFIX_PATH=$prefix"],
    ['cmake', '--build', "$examples/build"]);
{
    local $ENV{PKG_CONFIG_PATH} = "$prefix/$lib/pkgconfig";
    $program{'pkg-config'} = built('pkg-config', "$examples/pkg-config", ['make', '-C', "$examples/pkg-config"]);
}

for my $name (sort keys %program) {
    my ($status, $out, $err) = $program{$name}->('check_at_startup', '>=1');
    is($status, 1, "$name: does not start without the extension");
    like($err, qr/extension "chronos" is not installed/, "$name: and says why");
}
$node->safe_psql('postgres', 'CREATE EXTENSION chronos');
for my $name (sort keys %program) {
    my ($status, $out, $err) = $program{$name}->('check_at_startup', '>=1');
    is($status, 0, "$name: starts on a schema that fits");
    like($out, qr/^serving on version \d+ \([0-9a-f]{12}\)\n$/, "$name: and names the version");
    ($status, $out, $err) = $program{$name}->('check_at_startup', '>=999');
    is($status, 1, "$name: does not start on a schema that does not fit");
    like($err, qr/does not satisfy ">=999"/, "$name: and says why");
}

# --- a service that waits for its schema, and prepares anew when it has moved
for my $name (sort keys %program) {
    my $at = $node->safe_psql('postgres', 'SELECT chronos.current_version()');
    my $next = $at + 1;
    my $folder = $name eq 'CMake' ? "$examples/build" : "$examples/pkg-config";
    local %ENV = (%ENV, environment_of($node));
    my ($out, $err) = ('', '');
    my $service = IPC::Run::start([ "$folder/watch_schema", ">=$next <=" . ($next + 1), '', '60' ], '<', \'', '>', \$out, '2>', \$err, IPC::Run::timeout(120));
    my $said = sub { my $what = shift; $service->pump until $out =~ $what || !$service->pumpable; return $out =~ $what; };
    $node->poll_query_until('postgres', q{SELECT count(*) > 0 FROM pg_stat_activity WHERE query LIKE '%chronos.head()%' AND pid <> pg_backend_pid()});
    is($out, '', "$name: the service waits for a migration");
    $node->safe_psql('postgres', "CREATE TABLE made_$next (id int)");
    ok($said->(qr/^serving on version $next\n/), "$name: and serves when it is there");
    $node->poll_query_until('postgres', q{SELECT bool_or(query LIKE 'UNLISTEN%') AND bool_or(query LIKE '%chronos.head()%') FROM pg_stat_activity WHERE pid <> pg_backend_pid()});
    $node->safe_psql('postgres', "ALTER TABLE made_$next ADD note text");
    ok($said->(qr/^the schema is now at version @{[$next + 1]}\n/m), "$name: the watch tells of the next version");
    ok($said->(qr/^statements are prepared anew\n/m), "$name: which makes it prepare anew");
    $node->safe_psql('postgres', "DROP TABLE made_$next");
    $service->finish;
    is($service->result(0), 1, "$name: it ends when the schema is no longer the one it needs");
    like($err, qr/^schema version @{[$next + 2]} does not satisfy ">=$next <=/, "$name: and says why");
}
$node->stop;
is(($program{CMake}->('check_at_startup', '>=1'))[0], 75, 'without a server it may be tried again');
done_testing();
