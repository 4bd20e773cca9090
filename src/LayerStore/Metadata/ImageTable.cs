using LayerStore.Content;
using LayerStore.Images;
using LayerStore.Oci;

namespace LayerStore.Metadata;

/// <summary>The tables <c>images</c> and <c>image_labels</c>.</summary>
internal static class ImageTable
{
    private const string Columns =
        "name, target_type, target_digest, target_size, manifest_type, manifest_digest, manifest_size, os, architecture, variant, os_version, created, updated";

    public static Image? Find(SqliteSession session, string name) =>
        session.QueryFirst($"SELECT {Columns} FROM images WHERE name = ?1", Map, name) is { } image
            ? image with { Labels = LabelTable.OfImages.Get(session, name) }
            : null;

    public static List<Image> All(SqliteSession session)
    {
        Dictionary<string, IReadOnlyDictionary<string, string>> labels = LabelTable.OfImages.GetAll(session);
        List<Image> images = session.Query($"SELECT {Columns} FROM images ORDER BY name", Map);
        return images.ConvertAll(image => image with { Labels = labels.GetValueOrDefault(image.Name, Labels.None) });
    }

    public static void Put(SqliteSession session, string name, Descriptor target, Descriptor manifest, DateTimeOffset now) =>
        session.Execute(
            $"""
            INSERT INTO images ({Columns}) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?12)
            ON CONFLICT (name) DO UPDATE SET
                target_type = ?2, target_digest = ?3, target_size = ?4, manifest_type = ?5, manifest_digest = ?6, manifest_size = ?7,
                os = ?8, architecture = ?9, variant = ?10, os_version = ?11, updated = ?12
            """,
            name,
            target.MediaType,
            target.Digest.ToString(),
            target.Size,
            manifest.MediaType,
            manifest.Digest.ToString(),
            manifest.Size,
            manifest.Platform?.Os,
            manifest.Platform?.Architecture,
            manifest.Platform?.Variant,
            manifest.Platform?.OsVersion,
            UnixTime.ToNanoseconds(now));

    public static bool Delete(SqliteSession session, string name) => session.Execute("DELETE FROM images WHERE name = ?1", name) > 0;

    private static Image Map(SqliteRow row)
    {
        Platform? platform = row.IsNull(7) ? null : new Platform(row.GetString(7), row.GetString(8), TextOrNull(row, 9), TextOrNull(row, 10));
        return new Image(
            row.GetString(0),
            new Descriptor(row.GetString(1), Digest.Parse(row.GetString(2)), row.GetInt64(3)),
            new Descriptor(row.GetString(4), Digest.Parse(row.GetString(5)), row.GetInt64(6)) { Platform = platform },
            UnixTime.FromNanoseconds(row.GetInt64(11)),
            UnixTime.FromNanoseconds(row.GetInt64(12)));
    }

    private static string? TextOrNull(SqliteRow row, int column) => row.IsNull(column) ? null : row.GetString(column);
}
