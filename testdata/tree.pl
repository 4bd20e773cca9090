#!/usr/bin/perl
# tree.pl DIR: lists a directory tree, one line per path, so that two trees can be compared with diff.
#
# Tab-separated, sorted by the path's bytes, "-" where a field does not apply:
#   path      relative to DIR, the root is "."; bytes outside printable ASCII, space and backslash as \ooo (octal)
#   type      dir file symlink fifo char block socket
#   mode      four octal digits, the permissions and setuid, setgid and sticky
#   owner     uid:gid
#   mtime     seconds since 1970, rounded down, a point, and the nanoseconds above that (a timespec)
#   size      bytes (files only)
#   content   file: sha256; symlink: its target, escaped as a path; device: major:minor
#   links     the first path of a group of hardlinks, for a file with more than one name in this tree
#   xattrs    name=hex, sorted, comma-separated; security.selinux is left out
#
# It reads nothing but the file system: no archive, no image. Needs perl, find, sha256sum (coreutils) and getfattr (attr).
use strict;
use warnings;

@ARGV == 1 or die "usage: tree.pl DIR\n";
chdir $ARGV[0] or die "tree.pl: $ARGV[0]: $!\n";
$ENV{LC_ALL} = 'C';

my %types = (d => 'dir', f => 'file', l => 'symlink', p => 'fifo', c => 'char', b => 'block', s => 'socket');

sub run_null {    # the NUL-separated output of a program
    my @command = @_;
    open my $pipe, '-|', @command or die "tree.pl: $command[0]: $!\n";
    binmode $pipe;
    local $/ = "\0";
    my @fields = <$pipe>;
    close $pipe or die "tree.pl: failed ($?): $command[0]\n";
    chomp @fields;
    return @fields;
}

sub batches {    # as many paths as a command line has room for, again and again
    my @batches = ([]);
    my $size = 0;
    for my $path (@_) {
        my $length = 16 + length $path;    # with its pointer
        if ($size + $length > 1_000_000) {
            push @batches, [];
            $size = 0;
        }
        $size += $length;
        push @{ $batches[-1] }, $path;
    }
    return grep { @$_ > 0 } @batches;
}

sub escape {
    my ($bytes) = @_;
    $bytes =~ s/([^\x21-\x5b\x5d-\x7e])/sprintf '\\%03o', ord $1/ge;
    return $bytes;
}

sub mtime {    # find prints ten digits after the point
    my ($text) = @_;
    $text =~ /^(-?\d+)\.(\d{9})/ or die "tree.pl: odd time $text\n";
    return "$1.$2";
}

my @format = map { "%$_" } qw(p y m U G T@ s D i l);
my @fields = run_null('find', '.', '-xdev', '-printf', join('\0', @format) . '\0');
my %entries;
while (my ($path, @rest) = splice @fields, 0, scalar @format) {
    $entries{$path} = \@rest;
}

my %sha256;
for my $batch (batches(grep { $entries{$_}[0] eq 'f' } keys %entries)) {
    for (run_null('sha256sum', '-z', '--', @$batch)) {
        /^([0-9a-f]{64})  (.*)$/s or die "tree.pl: odd line from sha256sum\n";
        $sha256{$2} = $1;
    }
}

my %xattrs;
for my $batch (batches(keys %entries)) {
    my $file;
    open my $pipe, '-|', qw(getfattr -h -d -m - -e hex --absolute-names --), @$batch or die "tree.pl: getfattr: $!\n";
    while (my $line = <$pipe>) {
        chomp $line;
        if ($line =~ s/^# file: //) {
            $line =~ s/\\([0-7]{3})/chr oct $1/ge;
            $file = $line;
        }
        elsif ($line =~ /^(.+?)(?:=(?:0x([0-9a-f]*)|"")?)?$/ && $1 ne 'security.selinux') {
            my ($name, $value) = ($1, $2 // '');
            $name =~ s/\\([0-7]{3})/chr oct $1/ge;
            push @{ $xattrs{$file} }, escape($name) . '=' . $value;
        }
    }
    close $pipe or die "tree.pl: getfattr failed ($?)\n";
}

# A file may have more names outside this tree: only those in it make a group.
my %names;
for my $path (sort keys %entries) {
    my ($type, $device, $inode) = @{ $entries{$path} }[0, 6, 7];
    push @{ $names{"$device:$inode"} }, $path if $type ne 'd';
}

for my $path (sort keys %entries) {
    my ($type, $mode, $uid, $gid, $mtime, $size, $device, $inode, $target) = @{ $entries{$path} };
    my $content = '-';
    $content = $sha256{$path} if $type eq 'f';
    $content = escape($target) if $type eq 'l';
    if ($type eq 'c' || $type eq 'b') {
        my $rdev = (lstat $path)[6];
        $content = (($rdev >> 8) & 0xfff | ($rdev >> 32) & 0xfffff000) . ':' . ($rdev & 0xff | ($rdev >> 12) & 0xffffff00);
    }
    my $group = $names{"$device:$inode"} // [];
    my $name = $path eq '.' ? '.' : escape(substr $path, 2);
    print join("\t",
        $name, $types{$type} // $type, sprintf('%04o', oct $mode), "$uid:$gid", mtime($mtime),
        $type eq 'f' ? $size : '-', $content, @$group > 1 ? escape(substr $group->[0], 2) : '-',
        $xattrs{$path} ? join(',', sort @{ $xattrs{$path} }) : '-'), "\n";
}
