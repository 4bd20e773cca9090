using System.Collections.Concurrent;
using LayerStore.Content;
using LayerStore.Tests.Contracts;

namespace LayerStore.Tests.Content;

/// <summary>The store of files, as one owner sees it, under the contract.</summary>
public abstract class FileStoreContract : IngestContract, IDisposable
{
    private readonly TempDirectory _directory = new();
    private readonly ConcurrentBag<OpenStore> _opened = [];
    private readonly string _owner;

    protected FileStoreContract(string owner)
    {
        _owner = owner;
        Store = Open(owner);
    }

    protected override IContentStore Store { get; }

    public void Dispose()
    {
        foreach (OpenStore store in _opened)
        {
            store.Dispose();
        }

        _directory.Dispose();
        GC.SuppressFinalize(this);
    }

    protected override IContentStore Reopen() => Open(_owner);

    protected override void Damage(Digest digest) => BlobFile.FlipOneBit(_opened.First().Layout.Blob(digest));

    protected IContentStore Open(string owner)
    {
        OpenStore store = new(_directory.Path);
        _opened.Add(store);
        return store.Content.ForOwner(owner);
    }
}
