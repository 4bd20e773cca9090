using LayerStore;
using LayerStore.Tar;
using Snapshotter.Linux;

namespace Snapshotter.Tests.Layers.Apply;

/// <summary>
/// What tests of layers share: layers are applied both ways, and the plain tree and the mount must be the same. The outside
/// of the root is listed after each test.
/// </summary>
public abstract class LayerTestBase : IDisposable
{
    private protected static readonly Xattr Capability = new(
        TestLayer.Bytes("security.capability"), TestLayer.Bytes("\x01\0\0\x02\x0a\x04\0\0\0\0\0\0\0\0\0\0\0\0\0\0"));

    // Version 2; user rwx, user 1000 rwx, group r-x, mask rwx, other r-x (include/uapi/linux/posix_acl_xattr.h).
    private protected static readonly Xattr DefaultAcl = new(
        TestLayer.Bytes("system.posix_acl_default"),
        TestLayer.Bytes("\x02\0\0\0\x01\0\x07\0\xff\xff\xff\xff\x02\0\x07\0\xe8\x03\0\0\x04\0\x05\0\xff\xff\xff\xff\x10\0\x07\0\xff\xff\xff\xff\x20\0\x05\0\xff\xff\xff\xff"));

    private readonly LayerWorkshop? _workshop;

    protected LayerTestBase()
    {
        Tools.RequireRoot();
        Skip.IfNot(UserNamespace.Current.IsInitial, "needs trusted.* xattrs and devices");
        _workshop = new LayerWorkshop();
    }

    private protected LayerWorkshop Workshop => _workshop!;

    public void Dispose()
    {
        if (_workshop is not null)
        {
            string outside = TreeListing.Of(_workshop.Outside);
            _workshop.Dispose();
            Assert.True(outside == _workshop.Canary, "HOST PATH WAS CHANGED! THIS IS A PATH ESCAPE!");
        }

        GC.SuppressFinalize(this);
    }

    /// <summary>Applies the layers both ways, and returns the one listing of both.</summary>
    private protected string[] Both(params TestLayer[] layers)
    {
        string flat = Workshop.FlatListing(layers);
        Assert.Equal(flat, Workshop.OverlayListing(layers));
        return flat.Split('\n');
    }

    /// <summary>The names of what <see cref="Both"/> lists.</summary>
    private protected string[] Names(params TestLayer[] layers) => [.. Both(layers).Select(line => line.Split(' ')[0])];

    /// <summary>One line of what <see cref="Both"/> lists begins like this.</summary>
    private protected void Has(string line, params TestLayer[] layers) =>
        Assert.Contains(Both(layers), l => l.StartsWith(line, StringComparison.Ordinal));

    /// <summary>The layers are refused both ways.</summary>
    private protected void Refused(params TestLayer[] layers)
    {
        Assert.Equal(ErrorKind.DataLoss, Assert.ThrowsAny<LayerStoreException>(() => Workshop.Flat(layers)).Kind);
        Assert.Equal(ErrorKind.DataLoss, Assert.ThrowsAny<LayerStoreException>(() => Workshop.OverlayListing(layers)).Kind);
    }
}
