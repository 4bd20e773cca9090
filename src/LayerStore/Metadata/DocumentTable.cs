using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using LayerStore.Images;
using LayerStore.Oci;

namespace LayerStore.Metadata;

/// <summary>The tables <c>documents</c> and <c>document_names</c>.</summary>
internal static class DocumentTable
{
    public static DocumentSummary? Find(SqliteSession session, Digest digest, bool isIndex)
    {
        // Who reads a digest as a manifest does not know whether it is an image's.
        Found? found = session.QueryFirst(
            "SELECT kind, os, architecture, variant, os_version, sum FROM documents WHERE digest = ?1 AND (kind = 'index') = ?2",
            row => new Found(
                row.GetString(0),
                row.IsNull(1) ? null : new Platform(row.GetString(1), row.GetString(2), TextOrNull(row, 3), TextOrNull(row, 4)),
                row.GetInt64(5)),
            digest.ToString(),
            isIndex);
        if (found is null)
        {
            return null;
        }

        List<(Descriptor? Name, Digest? DiffId)> names = session.Query(
            "SELECT type, digest, size, diff_id FROM document_names WHERE document = ?1 AND kind = ?2 ORDER BY position",
            row => (
                Digest.TryParse(row.GetString(1), out Digest? name) ? new Descriptor(row.GetString(0), name, row.GetInt64(2)) : null,
                Digest.TryParse(TextOrNull(row, 3), out Digest? diffId) ? diffId : null),
            digest.ToString(),
            found.Kind);
        DocumentSummary summary = new(
            [.. names.Select(name => name.Name).OfType<Descriptor>()], found.Kind == Image ? [.. names.Select(name => name.DiffId).OfType<Digest>()] : null, found.Platform);
        return SumOf(digest, summary) == found.Sum ? summary : null;
    }

    /// <summary>Adds a document, in the place of one that is there.</summary>
    public static void Put(SqliteSession session, Digest digest, bool isIndex, DocumentSummary summary)
    {
        string kind = isIndex ? "index" : summary.DiffIds is null ? "manifest" : Image;
        session.Execute("DELETE FROM documents WHERE digest = ?1 AND (kind = 'index') = ?2", digest.ToString(), isIndex);
        session.Execute(
            "INSERT INTO documents VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
            digest.ToString(),
            kind,
            summary.Platform?.Os,
            summary.Platform?.Architecture,
            summary.Platform?.Variant,
            summary.Platform?.OsVersion,
            SumOf(digest, summary));
        for (int i = 0; i < summary.Names.Count; i++)
        {
            Descriptor name = summary.Names[i];
            session.Execute(
                "INSERT INTO document_names VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
                digest.ToString(),
                kind,
                i,
                name.MediaType,
                name.Digest.ToString(),
                name.Size,
                i == 0 ? null : summary.DiffIds?[i - 1].ToString()); // The first one is the config.
        }
    }

    /// <summary>Forgets a document, as whatever it was read.</summary>
    public static void Delete(SqliteSession session, Digest digest) => session.Execute("DELETE FROM documents WHERE digest = ?1", digest.ToString());

    private const string Image = "image";

    private static string? TextOrNull(SqliteRow row, int column) => row.IsNull(column) ? null : row.GetString(column);

    // What decides what is deleted must not be wrong by a bit that a disk lost; documents have their digest, and rows have this.
    private static long SumOf(Digest digest, DocumentSummary summary)
    {
        StringBuilder text = new($"{digest} {summary.Platform} {summary.DiffIds?.Count}");
        foreach (Descriptor name in summary.Names)
        {
            text.Append('\n').Append(name.MediaType).Append(' ').Append(name.Digest).Append(' ').Append(name.Size);
        }

        text.Append('\n').AppendJoin(' ', summary.DiffIds ?? []);
        return BinaryPrimitives.ReadInt64LittleEndian(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())));
    }

    private sealed record Found(string Kind, Platform? Platform, long Sum);
}
