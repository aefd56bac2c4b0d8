# Runs chronosctl against a private server, for the tests of the command line.
package command_line;
use strict;
use warnings;
use Exporter 'import';
use IPC::Run ();
use JSON::PP ();
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

our @EXPORT = qw(ctl ctl_json succeeds fails environment_of start_ctl);

# The variables by which a program finds the server.
sub environment_of {
    my $node = shift;
    return (PGHOST => $node->host, PGPORT => $node->port, PGDATABASE => 'postgres');
}

# Runs it; (exit status, standard output, standard error). The node may be undef: no server at all.
sub ctl {
    my ($node, @arguments) = @_;
    local %ENV = (%ENV, defined $node ? environment_of($node) : ());
    my ($out, $err) = ('', '');
    IPC::Run::run(['chronosctl', @arguments], '<', \'', '>', \$out, '2>', \$err,
        IPC::Run::timeout($PostgreSQL::Test::Utils::timeout_default));
    return ($? >> 8, $out, $err);
}

# Runs it with --json; the document, or undef if it printed none. In list context the exit status as well.
sub ctl_json {
    my ($node, @arguments) = @_;
    my ($status, $out, $err) = ctl($node, @arguments, '--json');
    my $document = eval { JSON::PP::decode_json($out) };
    diag("@arguments: $out$err") unless defined $document;
    return wantarray ? ($document, $status) : $document;
}

# It ends well, says nothing on standard error and this on standard output.
sub succeeds {
    my ($node, $arguments, $expected, $name) = @_;
    my ($status, $out, $err) = ctl($node, @$arguments);
    is($status, 0, "$name: exit 0");
    like($out, $expected, "$name: what it prints");
    is($err, '', "$name: nothing on standard error");
}

# It ends with this exit status, says nothing on standard output and this on standard error.
sub fails {
    my ($node, $arguments, $expected_status, $expected, $name) = @_;
    my ($status, $out, $err) = ctl($node, @$arguments);
    is($status, $expected_status, "$name: exit $expected_status");
    like($err, $expected, "$name: the error");
    is($out, '', "$name: nothing on standard output");
}

# Starts it in the background; harness and references to what it prints.
sub start_ctl {
    my ($node, @arguments) = @_;
    local %ENV = (%ENV, environment_of($node));
    my ($out, $err) = ('', '');
    my $harness = IPC::Run::start(['chronosctl', @arguments], '<', \'', '>', \$out, '2>', \$err,
        IPC::Run::timeout($PostgreSQL::Test::Utils::timeout_default));
    return ($harness, \$out, \$err);
}

1;
