using LayerStore.Tests.Tar;
using static LayerStore.Tests.Tar.RawTar;

namespace Interop.Tests.Differential.Corpus;

/// <summary>PAX and GNU headers that extend the next entry.</summary>
internal static class HandMadeExtensions
{
    private const string Gnu = "ustar  \0";
    private static readonly string s_long = string.Join('/', Enumerable.Repeat("a-part-of-a-long-name", 10));

    /// <summary>All, by name.</summary>
    public static IEnumerable<KeyValuePair<string, RawTar>> All =>
    [
        // GNU
        new("gnu-long-name", new RawTar().Extension('L', s_long + "\0").Add(Header("cut", size: Octal(1), magic: Gnu)).Data("1").End()),
        new("gnu-long-link", new RawTar().Extension('K', s_long + "\0").Add(Header("l", '2', link: "cut", magic: Gnu)).End()),
        new("gnu-long-name-without-nul", new RawTar().Extension('L', s_long).Add(Header("cut", size: Octal(1), magic: Gnu)).Data("1").End()),
        new("gnu-long-name-twice", new RawTar().Extension('L', "first\0").Extension('L', "second\0").Add(Header("cut", size: Octal(1), magic: Gnu)).Data("1").End()),
        new("gnu-long-name-with-nul-inside", new RawTar().Extension('L', "a\0b\0").Add(Header("cut", size: Octal(1), magic: Gnu)).Data("1").End()),
        new("gnu-name-and-pax-path", new RawTar().Extension('L', "gnu\0").Pax(("path", "pax")).File("f", "1").End()),
        new("gnu-name-and-the-same-pax-path", new RawTar().Extension('L', "same\0").Pax(("path", "same")).File("f", "1").End()),

        // PAX values
        new("pax-path", new RawTar().Pax(("path", s_long)).File("f", "1").End()),
        new("pax-linkpath", new RawTar().Pax(("linkpath", s_long)).Add(Header("l", '2', link: "cut")).End()),
        new("pax-path-not-utf-8", new RawTar().Pax(("path", "caf\xe9")).File("f", "1").End()),
        new("pax-path-not-utf-8-binary", new RawTar().Pax(("hdrcharset", "BINARY"), ("path", "caf\xe9")).File("f", "1").End()),
        new("pax-path-utf-8", new RawTar().Pax(("path", "caf\xc3\xa9")).File("f", "1").End()),
        new("pax-path-with-prefix", new RawTar().Pax(("path", "right")).Add(Header("wrong", size: Octal(1), prefix: "prefix")).Data("1").End()),
        new("pax-path-with-nul", new RawTar().Pax(("path", "a\0b")).File("f", "1").End()),
        new("pax-path-directory-slash", new RawTar().Pax(("path", "d/")).Add(Header("x", '5', mode: "0000755")).End()),
        new("pax-size", new RawTar().Pax(("size", "3")).Add(Header("f", size: Octal(0))).Data("123").File("after", "2").End()),
        new("pax-size-on-a-link", new RawTar().File("f", "123").Pax(("size", "3")).Add(Header("l", '1', link: "f")).File("after", "2").End()),
        new("pax-size-on-a-link-with-content", new RawTar().File("f", "123").Pax(("size", "3")).Add(Header("l", '1', link: "f")).Data("123").File("after", "2").End()),
        new("pax-size-on-a-directory", new RawTar().Pax(("size", "1000")).Add(Header("d/", '5', mode: "0000755")).File("d/f", "1").End()),
        new("pax-ids", new RawTar().Pax(("uid", "4294967294"), ("gid", "3000000")).Add(Header("f", uid: "0000007")).End()),
        new("pax-names-of-owners", new RawTar().Pax(("uname", "daemon"), ("gname", "bin")).Add(Header("f", uid: "0001750", gid: "0001751")).End()),
        new("pax-uid-too-large", new RawTar().Pax(("uid", "4294967296")).Add(Header("f")).End()),
        new("pax-uid-negative", new RawTar().Pax(("uid", "-5")).Add(Header("f")).End()),
        new("pax-mtime-nanoseconds", new RawTar().Pax(("mtime", "1234567890.123456789")).Add(Header("f")).End()),
        new("pax-mtime-short-fraction", new RawTar().Pax(("mtime", "1234567890.5")).Add(Header("f")).End()),
        new("pax-mtime-finer-than-nanoseconds", new RawTar().Pax(("mtime", "1234567890.1234567899")).Add(Header("f")).End()),
        new("pax-mtime-negative", new RawTar().Pax(("mtime", "-1.25")).Add(Header("f")).Pax(("mtime", "-5")).Add(Header("g")).End()),
        new("pax-mtime-negative-finer", new RawTar().Pax(("mtime", "-1.2500000001")).Add(Header("f")).End()),
        new("pax-mtime-ends-in-a-point", new RawTar().Pax(("mtime", "1234567890.")).Add(Header("f")).End()),
        new("pax-mtime-plus", new RawTar().Pax(("mtime", "+5")).Add(Header("f")).End()),
        new("pax-mtime-not-a-number", new RawTar().Pax(("mtime", "yesterday")).Add(Header("f", mtime: "00000000007")).End()),
        new("pax-mtime-after-2446", new RawTar().Pax(("mtime", "20000000000")).Add(Header("f")).End()),
        new("pax-empty-value-takes-back", new RawTar().Pax(("path", "")).File("header", "1").Pax(("mtime", "")).Add(Header("g", mtime: "00000000007")).End()),
        new("pax-keyword-twice", new RawTar().Pax(("path", "first"), ("path", "last")).File("f", "1").End()),
        new("pax-unknown-keyword", new RawTar().Pax(("VENDOR.key", "value"), ("comment", "hello")).File("f", "1").End()),
        new("pax-two-headers", new RawTar().Pax(("path", "first"), ("mtime", "5")).Pax(("uid", "7")).File("f", "1").End()),
        new("pax-bad-length", new RawTar().Extension('x', "99 path=x\n").File("f", "1").End()),
        new("pax-without-newline", new RawTar().Extension('x', "10 path=x ").File("f", "1").End()),
        new("pax-without-equals", new RawTar().Extension('x', "9 pathxx\n").File("f", "1").End()),
        new("pax-empty-header", new RawTar().Extension('x', "").File("f", "1").End()),
        new("pax-length-with-zeros", new RawTar().Extension('x', "0010 path=x\n".Replace("0010", "0012", StringComparison.Ordinal)).File("f", "1").End()),
        new("pax-header-of-upper-case", new RawTar().Extension('X', Record("path", "solaris")).File("f", "1").End()),
        new("pax-header-last", new RawTar().File("f", "1").Pax(("path", "x")).End()),
        new("pax-times-of-access", new RawTar().Pax(("atime", "1000000000.5"), ("ctime", "1000000001.5"), ("mtime", "1000000002.5")).Add(Header("f")).End()),

        // Global headers
        new("pax-global-comment", new RawTar().Extension('g', Record("comment", "a commit's id")).File("f", "1").End()),
        new("pax-global-defaults", new RawTar().Extension('g', Record("uid", "77") + Record("mtime", "1000000000")).File("f", "1").File("g", "2").End()),
        new("pax-global-path", new RawTar().Extension('g', Record("path", "global")).File("f", "1").End()),

        // Extended attributes
        new("xattr-binary", new RawTar().Pax(("SCHILY.xattr.user.binary", "\x00\x01\xff\n=")).Add(Header("f")).End()),
        new("xattr-empty", new RawTar().Pax(("SCHILY.xattr.user.empty", "")).Add(Header("f")).End()),
        new("xattr-on-directory", new RawTar().Pax(("SCHILY.xattr.user.a", "1")).Add(Header("d/", '5', mode: "0000755")).End()),
        new("xattr-on-symlink", new RawTar().Pax(("SCHILY.xattr.user.a", "1")).Add(Header("l", '2', link: "t")).End()),
        new("xattr-trusted-on-symlink", new RawTar().Pax(("SCHILY.xattr.trusted.a", "1")).Add(Header("l", '2', link: "t")).End()),
        new("xattr-trusted", new RawTar().Pax(("SCHILY.xattr.trusted.a", "1")).Add(Header("f")).End()),
        new("xattr-trusted-overlay", new RawTar().Pax(("SCHILY.xattr.trusted.overlay.opaque", "y")).Add(Header("d/", '5', mode: "0000755")).End()),
        new("xattr-user-overlay", new RawTar().Pax(("SCHILY.xattr.user.overlay.opaque", "y")).Add(Header("d/", '5', mode: "0000755")).End()),
        new("xattr-selinux", new RawTar().Pax(("RHT.security.selinux", "system_u:object_r:bin_t:s0\0"), ("SCHILY.xattr.security.selinux", "system_u:object_r:bin_t:s0\0")).Add(Header("f")).End()),
        new("xattr-capability-with-owner", new RawTar().Pax(("SCHILY.xattr.security.capability", "\x01\0\0\x02\0\x20\0\0\0\0\0\0\0\0\0\0\0\0\0\0")).Add(Header("f", mode: "0004755", uid: "0001750")).End()),
        new("xattr-libarchive", new RawTar().Pax(("LIBARCHIVE.xattr.user.a%20b", "AQID/w")).Add(Header("f")).End()),
        new("xattr-libarchive-and-schily", new RawTar().Pax(("LIBARCHIVE.xattr.user.a", "MQ"), ("SCHILY.xattr.user.a", "1")).Add(Header("f")).End()),
        new("xattr-libarchive-and-another-schily", new RawTar().Pax(("LIBARCHIVE.xattr.user.a", "MQ"), ("SCHILY.xattr.user.a", "2")).Add(Header("f")).End()),
        new("xattr-name-with-equals", new RawTar().Pax(("LIBARCHIVE.xattr.user.a%3Db", "MQ")).Add(Header("f")).End()),
        new("xattr-unknown-namespace", new RawTar().Pax(("SCHILY.xattr.com.apple.quarantine", "1")).Add(Header("f")).End()),
        new("xattr-on-hardlink", new RawTar().File("f", "1").Pax(("SCHILY.xattr.user.a", "1")).Add(Header("l", '1', link: "f")).End()),
        new("acl-text", new RawTar().Pax(("SCHILY.acl.access", "user::rw-,user:daemon:r--:1234,group::r--,mask::r--,other::r--")).Add(Header("f")).End()),
        new("acl-text-default", new RawTar().Pax(("SCHILY.acl.default", "user::rwx,user:daemon:r-x:1234,group::r-x,mask::r-x,other::r-x")).Add(Header("d/", '5', mode: "0000755")).File("d/f", "1").End()),
        new("acl-text-minimal", new RawTar().Pax(("SCHILY.acl.access", "user::rw-,group::r--,other::r--")).Add(Header("f")).End()),
        new("acl-text-against-the-mode", new RawTar().Pax(("SCHILY.acl.access", "user::rwx,group::rwx,other::rwx")).Add(Header("f", mode: "0000600")).End()),
        new("file-flags", new RawTar().Pax(("SCHILY.fflags", "nodump")).Add(Header("f")).End()),
        new("creation-time", new RawTar().Pax(("LIBARCHIVE.creationtime", "1000000000")).Add(Header("f")).End()),
    ];
}
