using LayerStore;
using LayerStore.Content;
using LayerStore.Tar;
using Microsoft.Win32.SafeHandles;
using Snapshotter.Linux;
using Snapshotter.Snapshots;
using Snapshotter.Snapshots.Images;
using Snapshotter.Snapshots.Trees;

namespace Snapshotter.Layers.Check;

/// <summary>Checks the layers that are images: the tar against the diffID, the image against its digest. Damage is named by file, and healed in place, from the blob.</summary>
/// <remarks>
/// The tar is written to only where it is damaged, so that containers on the layer go on; what they had read before stays in their memory. The image is
/// replaced, and mounted anew by the next who needs it. Killed in between, the next repair finds what is left.
/// </remarks>
internal sealed class ImageChecker(StoreLayout layout, DirectorySnapshotter snapshots, ITreeMaker maker, CheckOptions options, CheckWatch watch)
{
    private static readonly ByteString s_data = ByteString.FromText(ImageFiles.Data);
    private static readonly ByteString s_image = ByteString.FromText(ImageFiles.FileSystem);
    private static readonly ByteString s_mountPoint = ByteString.FromText(ImageFiles.MountPoint);

    /// <summary>Checks one, and heals it if asked to.</summary>
    /// <param name="tree">A tree that is an image.</param>
    /// <param name="cancellationToken">Cancels.</param>
    public async Task<IReadOnlyList<CheckFinding>> CheckAsync(CheckedTree tree, CancellationToken cancellationToken)
    {
        List<CheckFinding> findings = [];
        if (!TrustedDirectory.Exists(layout.Tree(tree.Tree)))
        {
            bool isMade = options.Repair && await MakeAgainAsync(tree, cancellationToken).ConfigureAwait(false);
            findings.Add(Damage(tree, $"its directory t/{tree.Tree} is missing", isMade));
            return findings;
        }

        using DirectoryHandle directory = TrustedDirectory.Open(layout.Tree(tree.Tree));
        foreach (DirectoryItem item in directory.List().Where(item => item.Name != s_data && item.Name != s_image && item.Name != s_mountPoint))
        {
            if (options.Repair)
            {
                directory.RemoveTree(item.Name);
            }

            findings.Add(Damage(tree, $"t/{tree.Tree}/{Printable.Text(item.Name.ToString())} is not of this store", options.Repair, "removed"));
        }

        bool isImageSound = Has(directory, s_image, tree.Image!, cancellationToken);
        if (isImageSound && IsDataAsLeft(directory) && (!options.ReadData || Has(directory, s_data, tree.Id, cancellationToken)))
        {
            return findings;
        }

        List<CheckFinding> damagedData = [];

        // The copy to compare with is written beside it.
        bool isCompared = !layout.IsReadOnly && await maker.MakeAsync(
            tree,
            copy =>
            {
                if (copy.Image is not { } image)
                {
                    return false; // It was unpacked in another way.
                }

                damagedData = CompareData(tree, directory, copy, cancellationToken);
                if (options.Repair)
                {
                    ReplaceImage(tree.Tree, directory, copy, image);
                }

                return true;
            },
            cancellationToken).ConfigureAwait(false);
        if (!isImageSound)
        {
            findings.Add(Damage(tree, $"its image t/{tree.Tree}/{ImageFiles.FileSystem} is missing or damaged", isCompared && options.Repair, "made again"));
        }

        if (!isCompared && !Has(directory, s_data, tree.Id, cancellationToken))
        {
            // Without the blob nobody can say which files are meant.
            findings.Add(Damage(tree, $"its tar t/{tree.Tree}/{ImageFiles.Data} is missing or damaged", isRepaired: false));
        }

        findings.AddRange(damagedData);
        return findings;
    }

    private static CheckFinding Damage(CheckedTree tree, string what, bool isRepaired, string? repair = null) =>
        new(tree.Subject, tree.Id.ToString(), isRepaired && repair is not null ? $"{what}; {repair}" : what) { IsDamage = true, IsRepaired = isRepaired };

    /// <summary>Whether nobody wrote to the tar since it was made. To be sure, its bytes must be read.</summary>
    private static bool IsDataAsLeft(DirectoryHandle directory) =>
        directory.TryStat(s_data) is { Type: FileType.RegularFile } status && status.ModifiedAt == Timestamp.Epoch;

    /// <summary>Whether a file has this digest. Nothing, another type of file, and what the disk cannot read have none.</summary>
    private bool Has(DirectoryHandle directory, ByteString name, Digest digest, CancellationToken cancellationToken)
    {
        if (directory.TryStat(name) is not { Type: FileType.RegularFile })
        {
            return false;
        }

        try
        {
            using DigestingStream file = new(new FileStream(directory.OpenRead(name), FileAccess.Read, bufferSize: 0), digest.Algorithm);
            byte[] buffer = new byte[256 << 10];
            for (int length; (length = file.Read(buffer)) > 0;)
            {
                cancellationToken.ThrowIfCancellationRequested();
                watch.Read(length, cancellationToken);
            }

            return file.Finish() == digest;
        }
        catch (IOException e) when (e.HResult == Errno.EIO)
        {
            return false;
        }
    }

    /// <summary>Compares the tar with a sound one; with repair, writes what differs.</summary>
    private List<CheckFinding> CompareData(CheckedTree tree, DirectoryHandle directory, TreeCopy copy, CancellationToken cancellationToken)
    {
        using DirectoryHandle sound = TrustedDirectory.Open(copy.Directory);
        using SafeFileHandle from = sound.OpenRead(s_data);
        if (directory.TryStat(s_data) is not { Type: FileType.RegularFile })
        {
            if (options.Repair)
            {
                TreeRepairer.Replace(sound, s_data, directory, s_data);
            }

            return [Damage(tree, $"its tar t/{tree.Tree}/{ImageFiles.Data} is missing", options.Repair, "made again")];
        }

        using SafeFileHandle to = options.Repair ? directory.OpenReadWrite(s_data) : directory.OpenRead(s_data);
        DamagedRanges ranges = DamagedRanges.Find(from, to, options.Repair, cancellationToken);
        if (options.Repair)
        {
            FileOperations.SetTimes(to, null, Timestamp.Epoch, s_data);
        }

        return Describe(tree, from, ranges, cancellationToken);
    }

    private List<CheckFinding> Describe(CheckedTree tree, SafeFileHandle sound, DamagedRanges ranges, CancellationToken cancellationToken)
    {
        if (ranges.IsEmpty)
        {
            return [];
        }

        string what = TreeFaultText.Of(TreeFaults.Content, options.Repair);
        List<CheckFinding> found = [];
        using FileStream stream = new(sound, FileAccess.Read, bufferSize: 0) { Position = 0 };
        TarReader tar = new(stream);
        while (tar.Next() is { } entry)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (tar.ContentOffset is { } offset && ranges.Overlap(offset, entry.Size))
            {
                found.Add(Damage(tree, what, options.Repair) with { Path = Apply.EntryName.CleanTarget(entry.Name, int.MaxValue), Faults = TreeFaults.Content });
            }
        }

        return found.Count > 0 ? found : [Damage(tree, $"its tar t/{tree.Tree}/{ImageFiles.Data} is damaged where no file's content is", options.Repair, "set right")];
    }

    private void ReplaceImage(long tree, DirectoryHandle directory, TreeCopy copy, Digest image)
    {
        using DirectoryHandle sound = TrustedDirectory.Open(copy.Directory);
        TreeRepairer.Replace(sound, s_image, directory, s_image);
        FileSystemSync.SyncFileSystem(directory.Handle);
        snapshots.Trees.SetImage(tree, image);
        snapshots.Images!.Hide(tree);
    }

    private Task<bool> MakeAgainAsync(CheckedTree tree, CancellationToken cancellationToken) =>
        maker.MakeAsync(
            tree,
            copy =>
            {
                if (copy.Image is not { } image)
                {
                    return false;
                }

                snapshots.Images!.Hide(tree.Tree);
                snapshots.Trees.DeleteTree(tree.Tree);
                Directory.CreateDirectory(layout.Tree(tree.Tree));
                using DirectoryHandle directory = TrustedDirectory.Open(layout.Tree(tree.Tree));
                using DirectoryHandle sound = TrustedDirectory.Open(copy.Directory);
                sound.Rename(s_data, directory, s_data);
                ReplaceImage(tree.Tree, directory, copy, image);
                return true;
            },
            cancellationToken);
}
