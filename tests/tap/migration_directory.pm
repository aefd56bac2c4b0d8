# Directories of migrations for tests.
package migration_directory;
use strict;
use warnings;
use Exporter 'import';
use File::Basename qw(dirname);
use File::Path qw(make_path);
use File::Temp qw(tempdir);
use PostgreSQL::Test::Utils;

our @EXPORT = qw(directory);

my $place = tempdir(CLEANUP => 1);

# A new one with these files; its path.
sub directory {
    my ($name, %files) = @_;
    for my $file (keys %files) {
        make_path(dirname("$place/$name/$file"));
        append_to_file("$place/$name/$file", $files{$file});
    }
    return "$place/$name";
}

1;
