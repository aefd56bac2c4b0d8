# The incident, with a real Docker engine: an anonymous volume, a command that deletes it, and what stands before it.
# And what the doctor says inside containers about every place where data can lie. Needs root, dockerd and docker-compose
# (section `incident` of deploy/packages); the image is made of this machine's own files.
use strict;
use warnings;
use Cwd qw(getcwd);
use File::Basename qw(dirname);
use File::Path qw(make_path);
use File::Temp qw(tempdir);
use IPC::Run ();
use JSON::PP ();
use Test::More;

plan skip_all => 'needs root to start a Docker engine' if $> != 0;
for my $program (qw(dockerd docker docker-compose)) {
    plan skip_all => "there is no $program: deploy/prerequisites.sh incident" if system("command -v $program > /dev/null 2>&1") != 0;
}

my $place = tempdir(CLEANUP => 1);
chmod 0755, $place;
my $engine;

# --- running programs
sub run {
    my ($out, $err) = ('', '');
    IPC::Run::run([@_], '<', \'', '>', \$out, '2>', \$err, IPC::Run::timeout(300));
    return ($? >> 8, $out, $err);
}
sub good {
    my ($status, $out, $err) = run(@_);
    die "@_: $status\n$out$err" if $status != 0;
    chomp $out;
    return $out;
}
sub guard { return run('chronosctl', 'guard', @_); }
sub wait_until {
    my ($what, $test) = @_;
    for (1 .. 240) {
        return 1 if $test->();
        select undef, undef, undef, 0.5;
    }
    die "waited in vain for $what";
}

# --- the engine
sub start_engine {
    my $log = "$place/dockerd.log";
    $engine = fork // die;
    if ($engine == 0) {
        open STDOUT, '>', $log;
        open STDERR, '>&', \*STDOUT;
        exec 'dockerd', '--data-root', "$place/docker", '--exec-root', "$place/exec", '--pidfile', "$place/dockerd.pid",
            '-H', "unix://$place/docker.sock", '--iptables=false', '--bridge=none';
        exit 1;
    }
    $ENV{DOCKER_HOST} = "unix://$place/docker.sock";
    $ENV{COMPOSE_PROJECT_NAME} = 'shop';
    for (1 .. 120) {
        return 1 if (run('docker', 'version'))[0] == 0;
        last if waitpid($engine, 1) != 0;
        select undef, undef, undef, 0.5;
    }
    my $text = do { local (@ARGV, $/) = $log; <> };
    plan skip_all => 'a Docker engine cannot run here: ' . (split /\n/, $text // '')[-1];
}

END {
    my $status = $?;
    chdir '/';
    if ($engine) {
        run('docker', 'rm', '-f', $_) for split /\n/, (run('docker', 'ps', '-aq'))[1];
        kill 'TERM', $engine;
        waitpid $engine, 0;
        system "umount '$place/other' 2>/dev/null";
        system "umount '$place/docker/overlay2' '$place/docker' 2>/dev/null";
    }
    $? = $status;
}

# Images of the server in the stage, as the official ones lay them out: VOLUME at PGDATA up to 17 and above it since 18,
# started by an entry point.
sub make_images {
    my $root = "$place/root";
    my ($bin) = map { dirname $_ } good('sh', '-c', 'command -v postgres');
    make_path("$root$_") for qw(/bin /etc /tmp /usr/share /var/lib/postgresql/data /srv/pg /socket);
    my @programs = (map({"$bin/$_"} qw(postgres initdb psql)), map { good('sh', '-c', "readlink -f \$(command -v $_)") } qw(sh));
    my %libraries;
    for my $file (@programs, glob "$ENV{CHRONOS_STAGE}/usr/lib/postgresql/*/lib/{plpgsql,dict_snowball,chronos}.so") {
        $libraries{$_} = 1 for (run('ldd', $file))[1] =~ m{(/\S+\.so\S*)}g;
    }
    good('cp', '-L', '--parents', $_, $root) for sort keys %libraries;
    # Where the package has it, not the stage: what a server does not find beside itself it looks for there.
    my @folders = map { dirname($bin) . "/$_" } qw(bin lib);
    push @folders, good("$bin/pg_config", '--sharedir');
    my @inside = map { s{^\Q$ENV{CHRONOS_STAGE}\E}{}r } @folders;
    for (0 .. $#folders) {
        make_path("$root$inside[$_]");
        good('cp', '-a', "$folders[$_]/.", "$root$inside[$_]/");
    }
    good('cp', '-a', '/usr/share/zoneinfo', "$root/usr/share/");
    good('cp', '-L', $programs[-1], "$root/bin/sh");
    my %file = (
        '/etc/passwd' => "root:x:0:0::/:/bin/sh\npostgres:x:999:999::/tmp:/bin/sh\n",
        '/entrypoint.sh' => "#!/bin/sh\nset -e\n[ -s \"\$PGDATA/PG_VERSION\" ] || $inside[0]/initdb -A trust -U postgres --locale=C -E UTF8 -D \"\$PGDATA\"\n"
            . "exec $inside[0]/postgres -D \"\$PGDATA\" -c listen_addresses= -c unix_socket_directories=\${SOCKET:-/tmp}\n");
    for my $name (keys %file) {
        open my $out, '>', "$root$name" or die;
        print $out $file{$name};
        close $out;
        chmod 0755, "$root$name";
    }
    good('chown', '-R', '999:999', "$root/var/lib/postgresql", "$root/srv/pg", "$root/socket");
    chmod 01777, "$root/tmp";
    for (['postgres:15', '/var/lib/postgresql/data', '/var/lib/postgresql/data'], ['postgres:18', '/var/lib/postgresql/18/docker', '/var/lib/postgresql']) {
        my ($image, $data, $volume) = @$_;
        good('sh', '-c', "tar -C '$root' -c . | docker import --change 'ENV PGDATA=$data' --change 'VOLUME $volume'"
            . " --change 'ENTRYPOINT [\"/entrypoint.sh\"]' --change 'USER 999' - $image");
    }
    good('rm', '-rf', $root);
}

# --- what the doctor says inside
my $bound = tempdir('chronos-incident-XXXXXX', DIR => '/srv', CLEANUP => 1);    # not below /tmp, which would be a finding of its own
sub place_of_data {
    my ($image, @arguments) = @_;
    my $socket = "$place/inside";
    mkdir $socket;
    chmod 0777, $socket;
    good('docker', 'run', '-d', '--name', 'inside', '--network', 'none', '-v', "$socket:/socket", '-e', 'SOCKET=/socket', @arguments, $image);
    my @psql = ('psql', '-XAtq', '-v', 'ON_ERROR_STOP=1', '-d', "host=$socket user=postgres dbname=postgres", '-c');
    wait_until('the server inside', sub { (run(@psql, 'SELECT 1'))[0] == 0 });
    good(@psql, 'CREATE EXTENSION chronos');
    my $said = good(@psql, "SELECT severity, coalesce(evidence ->> 'kind', evidence ->> 'mounted') FROM chronos.doctor() "
        . "WHERE id IN ('storage.data_directory', 'storage.wrong_path') ORDER BY id");
    good('docker', 'rm', '-fv', 'inside');
    return join '; ', split /\n/, $said;
}
sub says {
    my ($expected, $name, @where) = @_;
    is(place_of_data(@where), $expected, "the doctor inside: $name");
}

start_engine();
make_images();

# --- the incident
make_path("$place/shop", "$place/socket", "$place/other");
chmod 0777, "$place/socket";
chdir "$place/shop" or die;
open my $file, '>', 'docker-compose.yml' or die;
print $file <<"YAML";
version: "2.4"
services:
  db:
    image: postgres:15
    network_mode: none
    environment: {SOCKET: /socket}
    volumes: ["$place/socket:/socket"]
YAML
close $file;
my $server = "host=$place/socket user=postgres";
sub sql { return good('psql', '-XAtq', '-v', 'ON_ERROR_STOP=1', '-d', "$server dbname=$_[0]", '-c', $_[1]); }
sub volumes { return sort split /\n/, good('docker', 'volume', 'ls', '-q'); }
sub up {
    good('docker-compose', 'up', '-d');
    wait_until('the server', sub { (run('psql', '-XAtq', '-d', "$server dbname=postgres", '-c', 'SELECT 1'))[0] == 0 });
}

is((run('chronosctl', 'compose', 'check', 'docker-compose.yml'))[0], 2, 'compose check says beforehand that it is critical');
up();
sql('postgres', 'CREATE DATABASE shop');
sql('shop', "CREATE TABLE orders (id int PRIMARY KEY, note text); INSERT INTO orders SELECT i, md5(i::text) FROM generate_series(1, 5000) i");
my $question = "SELECT count(*), sum(hashtextextended(o::text, 0)) FROM orders o";
my $before = sql('shop', $question);
my ($volume) = volumes();
like($volume, qr/^[0-9a-f]{64}$/, 'the data lies on an anonymous volume');

my @down = qw(docker-compose down -v);
my ($status, $out, $err) = guard('--', @down);
is($status, 4, 'guard refuses docker-compose down -v');
like($err, qr/anonymous volume $volume: PostgreSQL 15, .*, running.*used by: shop_db_1/s, 'and names volume, cluster and container');
is_deeply([volumes()], [$volume], 'nothing is deleted');
is(sql('shop', $question), $before, 'and the server runs');

good('mount', '-t', 'tmpfs', 'tmpfs', "$place/other");
mkdir "$place/other/repository";
my $repository = "file://$place/other/repository";
good('chronosctl', 'snapshot', '-d', "$server dbname=shop", '--repository', $repository);
($status, $out, $err) = guard('--repository', $repository, '--max-age', '1h', '--', @down);
is($status, 0, 'with a snapshot on another device it lets it pass') or diag($err);
is_deeply([volumes()], [], 'the data is gone');
is(good('docker', 'ps', '-aq'), '', 'and the container');
is((guard('--repository', $repository, '--', @down))[0], 0, 'once more: there is nothing left to lose');

up();
is(sql('postgres', "SELECT count(*) FROM pg_database WHERE datname = 'shop'"), '0', 'a new container begins empty');
good('chronosctl', 'restore', 'latest', '--repository', $repository, '--to', "$server dbname=shop", '--create');
is(sql('shop', $question), $before, 'restore brings it back, equal');

# --- down without -v and up again: the old volume is an orphan
($volume) = volumes();
good('docker-compose', 'down');
up();
my $scan = JSON::PP::decode_json(good('chronosctl', 'rescue', '--json'));
my %orphaned = map { $_->{path} => $_ } grep { $_->{orphaned} } @{ $scan->{clusters} };
my $path = "$place/docker/volumes/$volume/_data";
ok($orphaned{$path}, 'after down and up rescue finds the old volume');
is($orphaned{$path}{running}, 'stopped', 'whose cluster does not run');
good('chronosctl', 'rescue', '--copy', $path, '--to', "$place/rescued");
is((run('diff', '-r', $path, "$place/rescued"))[1], '', 'its copy is equal, file by file');
my ($now) = grep { !$_->{orphaned} && ($_->{place} // '') =~ /shop_db_1/ } @{ $scan->{clusters} };
is($now->{running}, 'running', 'the new one runs');
is((run('chronosctl', 'rescue', '--copy', $now->{path}, '--to', "$place/other/running"))[0], 4, 'and is not copied');
is((guard('--', qw(docker volume prune -f)))[0], 4, 'guard refuses a prune that would take the orphan');
is((guard('--', qw(docker system prune -f --volumes)))[0], 4, 'and a system prune');
is((guard('--', qw(docker rm -fv shop_db_1)))[0], 4, 'and docker rm -v');
is((guard('--', 'rm', '-rf', "$place/docker/volumes"))[0], 4, 'and rm -rf of all volumes');
good(qw(docker-compose down -v));
good('docker', 'volume', 'rm', $volume);

# --- a server whose data lies in the container itself, and one run with --rm
good('docker', 'run', '-d', '--network', 'none', '--name', 'layer', '-e', 'PGDATA=/srv/pg/data', 'postgres:15');
wait_until('the cluster', sub { (run(qw(docker exec layer /bin/sh -c), '[ -s /srv/pg/data/postmaster.pid ]'))[0] == 0 });
($status, $out, $err) = guard('--', qw(docker rm -f layer));
is($status, 4, 'guard refuses docker rm of a container that holds its data itself');
like($err, qr/container layer: PostgreSQL 15/, 'and says so');
good(qw(docker rm -fv layer));
good('docker', 'run', '-d', '--rm', '--network', 'none', '--name', 'brief', 'postgres:15');
wait_until('the cluster', sub { (run(qw(docker exec brief /bin/sh -c), '[ -s $PGDATA/postmaster.pid ]'))[0] == 0 });
is((guard('--', qw(docker stop brief)))[0], 4, 'guard refuses to stop a container that was run with --rm');
good(qw(docker stop brief));
wait_until('its end', sub { good('docker', 'ps', '-aq') eq '' });

# --- what it says would be deleted is what is deleted
sub set_stage {
    good('docker', 'volume', 'create', $_) for qw(loose named shop_data);
    good('docker', 'create', '--name', 'one', '--network', 'none', '-v', 'named:/n', 'postgres:15');
    good('docker', 'create', '--name', 'two', '--network', 'none', '--volumes-from', 'one', 'postgres:15');
    good('docker', 'create', '--name', 'three', '--network', 'none', 'postgres:15');
}
sub clear_stage {
    run('docker', 'rm', '-f', $_) for split /\n/, good('docker', 'ps', '-aq');
    run('docker', 'volume', 'rm', $_) for volumes();
}
sub deletes_what_was_said {
    my ($command) = @_;
    my @words = split / /, $command;
    my $report = JSON::PP::decode_json((guard('--json', '--dry-run', '--', @words))[1]);
    my @said = sort map { /volume (\S+)$/ ? $1 : () } @{ $report->{deleted} }, map { "$_->{kind} $_->{name}" } @{ $report->{losses} };
    my @had = volumes();
    run(@words);
    my %now = map { $_ => 1 } volumes();
    is_deeply(\@said, [ grep { !$now{$_} } @had ], "$command deletes what was said");
    clear_stage();
}
for my $command ('docker rm one', 'docker rm -v one', 'docker rm -v one two', 'docker rm -fv three', 'docker volume rm loose shop_data',
    'docker volume prune -f', 'docker container prune -f', 'docker system prune -f', 'docker system prune -f --volumes') {
    set_stage();
    deletes_what_was_said($command);
}
open $file, '>', 'oracle.yml' or die;
print $file <<'YAML';
version: "2.4"
services:
  db:
    image: postgres:15
    network_mode: none
    volumes: ["data:/srv/pg", "kept:/srv/kept", "own:/srv/own"]
  other:
    image: postgres:15
    network_mode: none
    volumes: ["/srv/scratch"]
volumes:
  data:
  kept: {external: true}
  own: {name: called_otherwise}
  unused:
YAML
close $file;
for my $command ('down', 'down -v', 'rm -fv', 'rm -fv other', 'down --volumes=false', 'down --remove-orphans --volumes') {
    good('docker', 'volume', 'create', 'kept');
    good(qw(docker-compose -f oracle.yml -p oracle up --no-start));
    deletes_what_was_said("docker-compose -f oracle.yml -p oracle $command");
}
chdir '/';

# --- the doctor inside a container, wherever the data lies
make_path("$bound/data", "$place/temporary/data");
chown 999, 999, "$bound/data", "$place/temporary/data";
my $data = '/var/lib/postgresql/data';
says('critical|anonymous volume', 'an anonymous volume', 'postgres:15');
says('info|named volume', 'a named volume', 'postgres:15', '-v', "well:$data");
says('info|bind mount', 'a folder of the host', 'postgres:15', '-v', "$bound/data:$data");
says('critical|memory', 'tmpfs', 'postgres:15', '--tmpfs', "$data:uid=999,gid=999,mode=0700");
says('critical|writable layer', 'the writable layer', 'postgres:15', '-e', 'PGDATA=/srv/pg/data');
says('critical|anonymous volume; critical|/var/lib/postgresql', 'a volume on the wrong path up to 17', 'postgres:15', '-v', 'parent:/var/lib/postgresql');
says('info|named volume', 'a named volume of 18', 'postgres:18', '-v', 'new:/var/lib/postgresql');
says("critical|anonymous volume; critical|$data", 'a volume on the wrong path since 18', 'postgres:18', '-v', "old:$data");
says('critical|anonymous volume', 'an anonymous volume of 18', 'postgres:18');
SKIP: {
    skip 'the tests do not run below /tmp', 1 unless $place =~ m{^/tmp/};
    says('warning|temporary folder', 'a folder of the host that is cleared', 'postgres:15', '-v', "$place/temporary/data:$data");
}
clear_stage();
done_testing();
