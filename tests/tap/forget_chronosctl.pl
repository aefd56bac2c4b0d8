# chronosctl forget: which snapshots are kept and why, undoing it, sweeping, and what stops it.
use strict;
use warnings;
use File::Temp qw(tempdir);
use FindBin;
use lib $FindBin::Bin;
use command_line;
use JSON::PP ();
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('forget');
$node->init(extra => ['--encoding=UTF8', '--locale=C']);
$node->start;
$node->safe_psql('postgres', 'CREATE DATABASE shop; CREATE DATABASE other');
$node->safe_psql('shop', 'CREATE TABLE orders AS SELECT i, repeat(md5(i::text), 4) AS t FROM generate_series(1, 20000) i');
my $place = tempdir(CLEANUP => 1);
my $repository = "file://$place";

sub snapshot {
    my ($database, @more) = @_;
    return ctl_json($node, 'snapshot', '-d', $database, '--repository', $repository, @more)->{id};
}
sub forget { return ctl_json($node, 'forget', '--repository', $repository, @_); }
sub listed { return [ sort map { $_->{id} } @{ ctl_json($node, 'snapshots', '--repository', $repository) } ]; }

my @shop = (snapshot('shop', '--label', 'release-1'), map { snapshot('shop') } 1 .. 3);
my $other = snapshot('other');

fails($node, ['forget', '--repository', $repository], 2, qr/^chronosctl: error: no rule says what to keep\n.*HINT:/s, 'no rule');
fails($node, ['forget', '--repository', $repository, '--keep-within', '7'], 2, qr/--keep-within/, 'a time without a unit');
fails($node, ['forget', '--repository', $repository, '--keep-last', '-1'], 2, qr/--keep-last/, 'a negative number');
fails($node, ['forget', '--repository', "file://$place/none", '--keep-last', '1'], 5, qr/none/, 'no repository');

my $document = forget('--keep-last', '1', '--keep-label', 'release-*', '--dry-run');
is_deeply([map { [$_->{id}, join ', ', @{ $_->{reasons} }] } @{ $document->{snapshots} }],
    [[$shop[0], 'label release-*'], [$shop[1], ''], [$shop[2], ''], [$shop[3], 'newest, last 1'], [$other, 'newest, last 1']],
    '--dry-run says why each is kept');
is(scalar @{ listed() }, 5, 'and forgets none');
my ($status, $out, $err) = ctl($node, 'forget', '--repository', $repository, '--keep-last', '1', '--keep-within', '1s', '--keep-label', 'release-*', '--dry-run');
like($out, qr/^\Q$shop[0]\E .* label release-\*\n.*^\d snapshots? would be forgotten\n\z/ms, 'as text');

is_deeply([ map { $_->{kept} ? 1 : 0 } @{ forget('--keep-last', '1', '--keep-label', 'release-*')->{snapshots} } ], [1, 0, 0, 1, 1], 'two are forgotten');
is_deeply(listed(), [sort $shop[0], $shop[3], $other], 'and not listed any more');
is_deeply([sort map { $_->{id} } @{ ctl_json($node, 'forget', '--repository', $repository, '--list') }], [sort @shop[1, 2]], 'but known');
fails($node, ['restore', $shop[1], '--repository', $repository, '--to', 'dbname=nowhere', '--create'], 5, qr/\Q$shop[1]\E/, 'they cannot be restored');

succeeds($node, ['forget', '--repository', $repository, '--undo', $shop[1]], qr/^snapshot \Q$shop[1]\E is listed again\n/, '--undo');
is_deeply(listed(), [sort @shop[0, 1, 3], $other], 'it is listed again');
succeeds($node, ['verify', '--data', '--repository', $repository], qr/intact/, 'and whole');
fails($node, ['forget', '--repository', $repository, '--undo', $shop[1]], 5, qr/is not among the forgotten ones/, '--undo of one that is listed');

my $swept = ctl_json($node, 'repository', 'sweep', $repository);
is("$swept->{snapshots} $swept->{objects}", '0 0', 'within the grace nothing is swept');
$swept = ctl_json($node, 'repository', 'sweep', $repository, '--grace', '0s');
is($swept->{snapshots}, 1, 'after it, what was forgotten is');
is_deeply(scalar ctl_json($node, 'forget', '--repository', $repository, '--list'), [], 'and is not known any more');
succeeds($node, ['verify', '--data', '--repository', $repository], qr/intact/, 'what is left is whole');

# --- who has lost rows keeps the old snapshots
$node->safe_psql('shop', 'TRUNCATE orders');
my $empty = snapshot('shop');
fails($node, ['forget', '--repository', $repository, '--keep-last', '1'], 4,
    qr/error: nothing was forgotten\nDETAIL:  database "shop" has 1 tables, 20000 rows and \d+ bytes in snapshot \Q$shop[0]\E, and at most 1, 0 and \d+ in those that would be kept\.\nHINT:/, 'a database that has shrunk');
is_deeply(listed(), [sort @shop[0, 1, 3], $empty, $other], 'its snapshots stay');
forget('--keep-last', '1', '--accept-shrink', '--database', 'shop');
is_deeply(listed(), [sort $empty, $other], '--accept-shrink forgets them');

$node->stop;
done_testing();
