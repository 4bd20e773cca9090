using LayerStore.Content;
using LayerStore.Linux;
using LayerStore.Metadata;

namespace LayerStore.Leases;

/// <content>Leases of processes at work, and what the collector asks.</content>
public sealed partial class LeaseStore
{
    /// <summary>The label that names the lock of the process which a lease belongs to.</summary>
    public const string HolderLabel = "layerstore/holder";

    private const string LockPrefix = "lease-";

    /// <summary>How long the lease of a process at work lasts without being renewed. It renews it four times as often.</summary>
    internal static readonly TimeSpan WorkLifetime = TimeSpan.FromHours(1);

    /// <summary>Begins a piece of work that stores or uses things. Nothing is written before it keeps something.</summary>
    /// <param name="purpose">What it is, a word for people: the lease's id begins with it.</param>
    /// <param name="cancellationToken">Cancels.</param>
    public async Task<WorkLease> BeginWorkAsync(string purpose, CancellationToken cancellationToken = default)
    {
        RequireId(purpose);
        if (_layout.IsReadOnly)
        {
            return new WorkLease(this, purpose, held: null, holder: null, _time);
        }

        string id = Guid.NewGuid().ToString("n");
        string holder = LockPrefix + id;
        StoreLock held = await StoreLock.AcquireAsync(_layout, holder, cancellationToken: cancellationToken).ConfigureAwait(false);
        return new WorkLease(this, $"{purpose}-{id}", held, holder, _time);
    }

    /// <summary>What the collector keeps on behalf of this database, in one consistent picture: images, and leases that are neither expired nor a dead process's.</summary>
    public CollectionRoots ReadRoots()
    {
        DateTimeOffset now = _time.GetUtcNow();
        (List<Images.Image> images, List<HeldLease> leases) = _database.Read(session => (
            ImageTable.All(session),
            LeaseTable.All(session).ConvertAll(lease => new HeldLease(lease, LeaseTable.Resources(session, lease.Id)))));
        leases.RemoveAll(one => HasLapsed(one.Lease, now));
        return new CollectionRoots(images, leases);
    }

    /// <summary>Removes the leases that keep nothing any more. The caller has the <see cref="CollectionLock"/> alone.</summary>
    /// <returns>How many there were.</returns>
    /// <remarks>From then on the work of a process that was only thought to be hung cannot be named: see <see cref="Images.IImageStore.PutAsync"/>.</remarks>
    public int DropLapsed()
    {
        DateTimeOffset now = _time.GetUtcNow();
        List<Lease> lapsed = _database.Read(LeaseTable.All).FindAll(lease => HasLapsed(lease, now));
        if (lapsed.Count > 0)
        {
            _database.Write(session => lapsed.ForEach(lease => LeaseTable.Delete(session, lease.Id)));
        }

        // Also of those who died before they kept anything.
        foreach (string path in Directory.EnumerateFiles(_layout.Locks, LockPrefix + "*"))
        {
            using StoreLock? dead = StoreLock.TryAcquire(path, exclusive: true, out _);
            if (dead is not null)
            {
                DeleteLock(Path.GetFileName(path));
            }
        }

        return lapsed.Count;
    }

    /// <summary>Makes the lease of a process at work, or renews it, and lets it keep more.</summary>
    internal async Task HoldAsync(string id, string holder, bool isNew, IReadOnlyCollection<LeaseResource> resources, CancellationToken cancellationToken)
    {
        RequireNames(resources);
        using StoreLock adding = await CollectionLock.ShareAsync(_layout, cancellationToken).ConfigureAwait(false);
        _database.WriteUnsynced<object?>(session =>
        {
            DateTimeOffset now = _time.GetUtcNow();
            if (isNew)
            {
                LeaseTable.Insert(session, new Lease(id, now, now + WorkLifetime) { Labels = new Dictionary<string, string> { [HolderLabel] = holder } });
            }
            else if (!LeaseTable.Extend(session, id, now + WorkLifetime))
            {
                throw Lapsed(id);
            }

            AddAll(session, id, resources);
            return null;
        });
    }

    /// <summary>Moves the end of a process's lease; nothing if it is gone.</summary>
    internal void Renew(string id) => _database.WriteUnsynced(session => LeaseTable.Extend(session, id, _time.GetUtcNow() + WorkLifetime));

    /// <summary>Ends the lease of a process at work.</summary>
    internal void End(string id) => _database.WriteUnsynced(session => LeaseTable.Delete(session, id));

    internal void DeleteLock(string holder) => PosixFile.TryUnlink(Path.Join(_layout.Locks, holder), $"lock {holder}");

    /// <summary>The error of a process that was stopped for so long that its lease is gone, and with it perhaps what it had stored.</summary>
    internal static LayerStoreException Lapsed(string id) =>
        new(ErrorKind.Aborted, $"the lease \"{Printable.Text(id)}\" of this work expired", "It was stopped for too long. Try again.");

    private bool HasLapsed(Lease lease, DateTimeOffset now) =>
        lease.IsExpired(now) || (lease.Labels.GetValueOrDefault(HolderLabel) is { } holder && IsOurs(holder) && !StoreLock.IsHeld(_layout, holder));

    // A label can say anything; only the locks that are made here are looked at.
    private static bool IsOurs(string holder) =>
        holder.StartsWith(LockPrefix, StringComparison.Ordinal) && Guid.TryParseExact(holder.AsSpan(LockPrefix.Length), "n", out _);
}
