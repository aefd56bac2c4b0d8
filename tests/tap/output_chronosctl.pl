# chronosctl towards terminals, pipes and locales; --help, --version and wrong usage.
use strict;
use warnings;
use File::Temp qw(tempdir);
use FindBin;
use lib $FindBin::Bin;
use command_line;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my @verbs = (['init'], ['status'], ['log'], ['show'], ['diff'], ['plan'], ['drift'], ['blame'], ['export'], ['check'], ['snapshot'], ['snapshots'], ['restore'], ['verify'],
    ['repository', 'init'], ['repository', 'list'], ['repository', 'check'], ['repository', 'sweep'], ['repository', 'add'], ['repository', 'remove']);

like((ctl(undef, '--version'))[1], qr/^chronosctl \d+\.\d+\.\d+\n$/, '--version');
my ($status, $help, $err) = ctl(undef, '--help');
is($status, 0, '--help: exit 0');
for my $verb (@verbs) {
    my $name = "@$verb";
    like($help, qr/^  \Q$verb->[0]\E /m, "--help lists $verb->[0]");
    succeeds(undef, [@$verb, '--help'], qr/^Usage: chronosctl \Q$name\E .*--json.*^Examples:\n  chronosctl \Q$name\E.*^Exit codes: 0 success/ms, "$name --help");
}
unlike((ctl(undef, 'snapshot', '--help'))[1], qr/--engine|--expect-version/, "what only the server's worker uses is not in --help");

# --- wrong usage
fails(undef, [], 2, qr/^chronosctl: error: a verb is missing\nHINT:  Try "chronosctl --help"\.$/, 'no verb');
fails(undef, ['frobnicate'], 2, qr/error: there is no verb "frobnicate"\nHINT:  Try "chronosctl --help"/, 'an unknown verb');
fails(undef, ['repository', 'frobnicate'], 2, qr/error: there is no verb "frobnicate"\nHINT:  Try "chronosctl repository --help"/, 'an unknown verb below repository');
fails(undef, ['log', '--colour'], 2, qr/error: .*--colour.*\nHINT:  Try "chronosctl log --help"/, 'an unknown option');
fails(undef, ['log', '--limit', 'x'], 2, qr/error: .*--limit/, 'a limit that is no number');
fails(undef, ['log', '--limit', '0'], 2, qr/error: .*--limit/, 'a limit of nothing');
fails(undef, ['verify'], 2, qr/error: --repository is required/, 'a missing option');
fails(undef, ['restore', 'latest', '--repository', '/r', '--to', 'x', '--create', '--replace'], 2, qr/error: .*--(create|replace)/, 'two options that exclude each other');

# --- where the output goes
my $place = tempdir(CLEANUP => 1);
ctl(undef, 'repository', 'init', "$place/r");
sub shell {
    my ($command) = @_;
    my ($out, $errors) = ('', '');
    IPC::Run::run(['bash', '-c', $command], '<', \'', '>', \$out, '2>', \$errors, IPC::Run::timeout(60));
    return ($? >> 8, $out, $errors);
}
my $list = "chronosctl repository list $place/r";
{
    my ($code, $out, $errors) = shell("$list > /dev/full");
    is($code, 1, 'a full device: exit 1');
    like($errors, qr/error: could not write to standard output: No space left on device/, 'a full device: the error');
    ($code, $out, $errors) = shell("$list >&-");
    is($code, 1, 'standard output closed: exit 1');
    like($errors, qr/could not write to standard output: Bad file descriptor/, 'standard output closed: the error');
    ($code, $out, $errors) = shell("$list 2>&- <&-");
    is($code, 0, 'standard input and error closed: exit 0');
    like($out, qr/^url: /, 'standard input and error closed: the output');
    ($code, $out, $errors) = shell("{ sleep 0.3; $list; echo status \$? >&2; } | true");
    is($errors, "status 0\n", 'a reader that went away is no error');
    ($code, $out, $errors) = shell("LC_ALL=C $list; LC_ALL=nonsense $list");
    is($code, 0, 'locales that are plain or unknown');
    is($errors, '', 'locales that are plain or unknown: not a word');
}

# --- terminals, as script(1) plays them
SKIP: {
    skip 'no terminal can be made here (script, /dev/pts)', 6 if system('script -qec true /dev/null > /dev/null 2>&1') != 0;
    my $on_terminal = sub { my ($command) = @_; return (shell("TERM=xterm script -qec '$command' /dev/null"))[1]; };
    my $missing = "chronosctl repository list $place/none";
    like($on_terminal->($missing), qr/\e\[1;31merror:\e\[0m/, 'colours on a terminal');
    unlike($on_terminal->("NO_COLOR=1 $missing"), qr/\e\[/, 'no colours with NO_COLOR');
    unlike($on_terminal->("TERM=dumb $missing"), qr/\e\[/, 'no colours on a dumb terminal');
    unlike((shell($missing))[2], qr/\e\[/, 'no colours in a pipe');
    my $wide = $on_terminal->("$list --json");
    like($wide, qr/^\{\r\n  "url"/, 'JSON is spread out on a terminal');
    like((shell("$list --json"))[1], qr/^\{"url":"file:[^\n]*\}\n$/, 'JSON is one line in a pipe');
}
done_testing();
