# Directories of migrations for tests, and databases for them.
package migration_directory;
use strict;
use warnings;
use Exporter 'import';
use File::Basename qw(dirname);
use File::Path qw(make_path);
use File::Temp qw(tempdir);
use PostgreSQL::Test::Utils;

our @EXPORT = qw(directory new_shop);

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

# A new database with the extension, in which the SQL has been run; its name.
my $databases = 0;
sub new_shop {
    my ($node, $sql) = @_;
    my $name = 'shop' . ++$databases;
    $node->safe_psql('postgres', "CREATE DATABASE $name");
    $node->safe_psql($name, 'CREATE EXTENSION chronos; ' . ($sql // ''));
    return $name;
}

1;
