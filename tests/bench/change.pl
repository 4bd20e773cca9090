#!/usr/bin/perl
# change.pl SCENARIO ROOT RUN: changes a tree that image.pl described. Each run changes other bytes.
#
#   few    a line more in each of 10 files
#   many   2,000 new files of 200 to 4,000 bytes in 20 directories, 500 files deleted, a line more in each of 300
use strict;
use warnings;

my ($scenario, $root, $run) = @ARGV;
die "usage: change.pl few|many ROOT RUN\n" unless defined $run && $scenario =~ /^(few|many)$/;

sub directory { return sprintf "%s/d%02d/s%02d", $root, $_[0] / 50, $_[0] % 50; }

sub write_file {
    my ($mode, $path, $bytes) = @_;
    open my $out, $mode, $path or die "$path: $!\n";
    print $out $bytes or die "$path: $!\n";
    close $out or die "$path: $!\n";
}

my $edits = $scenario eq "few" ? 10 : 300;
write_file(">>", directory($_ * int(2000 / $edits)) . "/file-07.txt", "one more line, of run $run\n") for 0 .. $edits - 1;
exit if $scenario eq "few";

# In a plain tree that every run changes again they are gone already.
unlink directory($_ * 4) . "/file-49.txt" for 0 .. 499;

my $words = join " ", map { "word-$run-" . $_ * $_ % 977 } 1 .. 1000;
mkdir "$root/new";
for my $file (0 .. 1999) {
    my $directory = sprintf "%s/new/n%02d", $root, $file / 100;
    mkdir $directory;
    write_file(">", sprintf("%s/file-%02d.txt", $directory, $file % 100), substr $words, $file, 200 + $file * 7919 % 3801);
}
