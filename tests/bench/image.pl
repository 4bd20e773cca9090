#!/usr/bin/perl
# image.pl FILES DIR [LAYERS [SIZE]]: makes an OCI layout in DIR with the tag "latest": gzip layers (one), each of so many files, 50 in a directory, of SIZE
# bytes (200 to 4,000 without it) that compress about as well as source code. The same on every run and machine but for the version of gzip.
use strict;
use warnings;
use Digest::SHA;
use File::Temp;

my ($files, $target, $layers, $fixed) = @ARGV;
$layers ||= 1;
die "usage: image.pl FILES DIR [LAYERS [SIZE]]\n" unless $files && $target;
my $epoch = 1704164645;    # 2024-01-02T03:04:05Z
my $created = "2024-01-02T03:04:05Z";

# A generator of its own: perl's rand differs between builds.
my $state = 42;
sub number { $state = ($state * 1103515245 + 12345) & 0x7fffffff; return ($state >> 8) % $_[0]; }

my @words = map { my $length = 2 + number(9); join "", map { chr(97 + number(26)) } 1 .. $length } 1 .. 4000;
my $text = "";
while (length $text < 1 << 20) {
    $text .= $words[number(1 + number(4000))] . (number(8) ? " " : ";\n");
}

sub header {
    my ($name, $mode, $size, $type) = @_;
    my $header = pack "a100 a8 a8 a8 a12 a12 a8 a1 a100 a6 a2 a32 a32 a8 a8 a155 a12",
        $name, sprintf("%07o", $mode), "0000000", "0000000", sprintf("%011o", $size), sprintf("%011o", $epoch),
        " " x 8, $type, "", "ustar", "00", "", "", "0000000", "0000000", "", "";
    substr($header, 148, 8) = sprintf "%06o\0 ", unpack "%32C*", $header;
    return $header;
}

mkdir $_ for $target, "$target/blobs", "$target/blobs/sha256";

sub put {    # put BYTES: stores a blob and returns its descriptor's digest and size
    my ($bytes) = @_;
    my $hex = Digest::SHA::sha256_hex($bytes);
    write_file("$target/blobs/sha256/$hex", $bytes);
    return ("sha256:$hex", length $bytes);
}

sub write_file {
    my ($path, $bytes) = @_;
    open my $out, ">:raw", $path or die "$path: $!\n";
    print $out $bytes or die "$path: $!\n";
    close $out or die "$path: $!\n";
}

my ($tar, $pack);
sub emit { $tar->add($_[0]); print $pack $_[0] or die "gzip: $!\n"; }

sub data {    # data SIZE: so many bytes of text, from somewhere in it
    my ($size) = @_;
    for (my $left = $size; $left > 0; $left -= 1 << 19) {
        my $part = $left < 1 << 19 ? $left : 1 << 19;
        emit(substr $text, number(length($text) - ($part < 4096 ? 4096 : $part)), $part);
    }
    emit("\0" x (-$size % 512));
}

sub layer {    # layer DIRECTORY: stores a layer of the files, in that directory, and returns its diff ID and its descriptor
    my ($prefix) = @_;
    my $layer = File::Temp->new(DIR => "$target/blobs", UNLINK => 0)->filename;
    $tar = Digest::SHA->new(256);
    open $pack, "|-", "gzip -1 -n > '$layer'" or die "gzip: $!\n";
    binmode $pack;
    emit(header($prefix, 0755, 0, 5)) if $prefix ne "";
    for my $file (0 .. $files - 1) {
        my $top = sprintf "%sd%02d", $prefix, $file / 2500;
        my $directory = sprintf "%s/s%02d", $top, $file / 50 % 50;
        emit(header("$top/", 0755, 0, 5)) if $file % 2500 == 0;
        emit(header("$directory/", 0755, 0, 5)) if $file % 50 == 0;
        my $size = $fixed || 200 + number(3801);
        emit(header(sprintf("%s/file-%02d.txt", $directory, $file % 50), 0644, $size, 0));
        data($size);
    }
    emit("\0" x 1024);
    close $pack or die "gzip failed\n";
    my $hash = Digest::SHA->new(256)->addfile($layer, "b")->hexdigest;
    my $size = -s $layer;
    rename $layer, "$target/blobs/sha256/$hash" or die "$!\n";
    chmod 0644, "$target/blobs/sha256/$hash";
    return ('"sha256:' . $tar->hexdigest . '"', qq({"mediaType":"application/vnd.oci.image.layer.v1.tar+gzip","digest":"sha256:$hash","size":$size}));
}

my (@diffs, @descriptors);
for my $number (1 .. $layers) {
    my ($diff, $descriptor) = layer($layers == 1 ? "" : sprintf "layer-%03d/", $number);
    push @diffs, $diff;
    push @descriptors, $descriptor;
}
my ($config, $config_size) = put(qq({"created":"$created","architecture":"amd64","os":"linux","config":{"Cmd":["/bin/sh"]},)
    . qq("rootfs":{"type":"layers","diff_ids":[) . join(",", @diffs) . qq(]},"history":[)
    . join(",", map { qq({"created":"$created","created_by":"image.pl $files"}) } @diffs) . "]}");
my ($manifest, $manifest_size) = put(qq({"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json",)
    . qq("config":{"mediaType":"application/vnd.oci.image.config.v1+json","digest":"$config","size":$config_size},)
    . qq("layers":[) . join(",", @descriptors) . "]}");
write_file("$target/oci-layout", qq({"imageLayoutVersion":"1.0.0"}));
write_file("$target/index.json", qq({"schemaVersion":2,"manifests":[{"mediaType":"application/vnd.oci.image.manifest.v1+json",)
    . qq("digest":"$manifest","size":$manifest_size,"annotations":{"org.opencontainers.image.ref.name":"latest"}}]}));
