namespace Interop.Tests.Makers;

/// <summary>A tree for archives to be applied upon. Nobody changes it.</summary>
public sealed class FilesBelow : IDisposable
{
    // Something of another kind below most of what the archives hold.
    private const string Script =
        """
        mkdir -p dir/sub/two real f d dev e links "$long" usr
        chmod 0711 dir d
        chown 5:6 dir real
        setfattr -n user.below -v 1 dir
        echo old > dir/one; ln dir/one dir/other; ln dir/one other; echo old > dir/gone; echo old > d/below; echo old > f/below; echo old > dev/null
        echo old > "${long}deep"
        ln -s real l; ln -s dir inserted; ln -s ../real links/relative; ln -s real a; ln -s ../d usr/local
        find . -exec touch -h -d '2001-02-03 04:05:06.789 UTC' {} +
        """;

    private readonly TempDirectory _temp = new();

    public FilesBelow()
    {
        if (Environment.IsPrivilegedProcess && Tools.Find("setfattr") is not null) // Or the tests are skipped.
            ProcessRunner.Script($"cd \"$1\"; long=$(printf 'a-directory-name-of-some-length/%.0s' {{1..5}})\n{Script}", _temp.CreateDirectory("below"));
    }

    /// <summary>Its path.</summary>
    internal string FullPath => _temp["below"];

    /// <inheritdoc/>
    public void Dispose() => _temp.Dispose();
}
