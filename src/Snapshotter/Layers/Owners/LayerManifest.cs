using System.Buffers.Binary;
using LayerStore;

namespace Snapshotter.Layers.Owners;

/// <summary>
/// The file <c>m/N</c> beside a layer: what its directory cannot say. Today that is the true owners of files that were
/// given to root, because their owners are not mapped in the user namespace that unpacked them.
/// </summary>
/// <remarks>
/// Format: the eight bytes <c>LSMANIF1</c>, then for each file, ordered bytewise by path: the path's length (u32), the path,
/// the user id (u32) and the group id (u32); all little-endian. The file's digest is in the layer's row.
/// </remarks>
internal static class LayerManifest
{
    private static ReadOnlySpan<byte> Magic => "LSMANIF1"u8;

    /// <summary>Writes a manifest and returns its digest. It becomes durable with the layer.</summary>
    public static Digest Write(string path, IReadOnlyDictionary<ByteString, FileOwner> owners)
    {
        using MemoryStream buffer = new();
        buffer.Write(Magic);
        Span<byte> number = stackalloc byte[4];
        foreach ((ByteString file, FileOwner owner) in owners.OrderBy(pair => pair.Key))
        {
            Put(buffer, number, (uint)file.Length);
            buffer.Write(file.Span);
            Put(buffer, number, owner.UserId);
            Put(buffer, number, owner.GroupId);
        }

        byte[] bytes = buffer.ToArray();
        try
        {
            File.WriteAllBytes(path, bytes);
        }
        catch (Exception e) when (IoErrors.IsIo(e))
        {
            throw IoErrors.Translate(e, $"write {Printable.Text(path)}");
        }

        return Digest.Compute(bytes);
    }

    /// <summary>Reads a manifest; empty if the layer has none.</summary>
    /// <exception cref="LayerStoreException"><see cref="ErrorKind.DataLoss"/>: the file is damaged.</exception>
    public static IReadOnlyDictionary<ByteString, FileOwner> Read(string path)
    {
        Dictionary<ByteString, FileOwner> owners = [];
        if (!File.Exists(path))
        {
            return owners;
        }

        ReadOnlySpan<byte> rest = File.ReadAllBytes(path);
        if (!rest.StartsWith(Magic))
        {
            throw Damaged(path);
        }

        rest = rest[Magic.Length..];
        while (!rest.IsEmpty)
        {
            if (rest.Length < 4 || BinaryPrimitives.ReadUInt32LittleEndian(rest) is uint length && length > rest.Length - 12)
            {
                throw Damaged(path);
            }

            ByteString file = new(rest.Slice(4, (int)length));
            rest = rest[(4 + (int)length)..];
            owners[file] = new FileOwner(BinaryPrimitives.ReadUInt32LittleEndian(rest), BinaryPrimitives.ReadUInt32LittleEndian(rest[4..]));
            rest = rest[8..];
        }

        return owners;
    }

    private static void Put(MemoryStream buffer, Span<byte> scratch, uint value)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(scratch, value);
        buffer.Write(scratch);
    }

    private static LayerStoreException Damaged(string path) => new(
        ErrorKind.DataLoss, $"the layer manifest {Printable.Text(path)} is damaged", "Remove the image and pull it again with --squash-ids.");
}
