using Google.Protobuf.WellKnownTypes;
using LayerStore.Daemon.Grpc;

namespace LayerStore.Daemon.Services;

/// <summary>Which labels an update changes, as containerd's field masks say it.</summary>
internal static class LabelMask
{
    private const string All = "labels";
    private const string Prefix = "labels.";

    /// <summary>Reads a mask: <c>labels</c>, or nothing at all, for all labels; <c>labels.KEY</c> for one, which is removed if it has no value.</summary>
    /// <param name="mask">The mask, or null.</param>
    /// <param name="labels">The labels that came with it.</param>
    /// <returns>The changes; null if the labels replace all that there are.</returns>
    /// <exception cref="GrpcException">InvalidArgument: it names another field.</exception>
    public static IReadOnlyDictionary<string, string?>? Read(FieldMask? mask, IDictionary<string, string> labels)
    {
        Dictionary<string, string?> changes = new(StringComparer.Ordinal);
        bool isAll = mask is null || mask.Paths.Count == 0;
        foreach (string path in mask?.Paths ?? [])
        {
            if (path.StartsWith(Prefix, StringComparison.Ordinal))
            {
                string key = path[Prefix.Length..];
                changes[key] = labels.TryGetValue(key, out string? value) ? value : null;
            }
            else if (path == All)
            {
                isAll = true;
            }
            else
            {
                throw new GrpcException(GrpcStatus.InvalidArgument, $"cannot update the field \"{Printable.Text(path)}\": labels can be updated");
            }
        }

        return isAll ? null : changes;
    }
}
