namespace Interop.Tests.Differential;

/// <summary>One thing that another tool reads otherwise than LayerStore.</summary>
/// <param name="Path">The file, escaped; <c>-</c> for the archive as a whole.</param>
/// <param name="Field">What of it: <c>archive</c> (read, or refused and why), <c>path</c> (its type, or absent), <c>type</c>, <c>mode</c>, <c>owner</c>, <c>time</c>,
/// <c>size</c>, <c>content</c>, <c>links</c> or <c>xattr:NAME</c>.</param>
/// <param name="Ours">What LayerStore says.</param>
/// <param name="Theirs">What the other tool says.</param>
internal sealed record Difference(string Path, string Field, string Ours, string Theirs)
{
    private const string Absent = "absent";

    /// <summary>All that differs, by path.</summary>
    public static IReadOnlyList<Difference> Between(Reading ours, Reading theirs)
    {
        if (ours.Refusal is not null || theirs.Refusal is not null)
        {
            // Who refuses for another reason refuses too.
            return (ours.Refusal is null) == (theirs.Refusal is null) ? [] : [new Difference("-", "archive", Outcome(ours), Outcome(theirs))];
        }

        List<Difference> differences = [];
        foreach (var path in ours.Files.Keys.Union(theirs.Files.Keys).Order(StringComparer.Ordinal))
        {
            var left = ours.Files.GetValueOrDefault(path);
            var right = theirs.Files.GetValueOrDefault(path);
            if (left is null || right is null)
                differences.Add(new Difference(path, "path", left?.Type ?? Absent, right?.Type ?? Absent));
            else if (left.Type != right.Type)
                differences.Add(new Difference(path, "type", left.Type, right.Type));
            else
                differences.AddRange(Between(path, left, right));
        }

        return differences;
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Path} {Field}: LayerStore {Ours}, the other {Theirs}";

    private static IEnumerable<Difference> Between(string path, FileLine left, FileLine right)
    {
        (string Field, string Ours, string Theirs)[] fields =
        [
            ("mode", left.Mode, right.Mode),
            ("owner", left.Owner, right.Owner),
            ("time", left.Time, right.Time),
            ("size", left.Size, right.Size),
            ("content", left.Content, right.Content),
            ("links", left.Links, right.Links),
        ];
        foreach (var (field, ours, theirs) in fields.Where(field => field.Ours != field.Theirs))
            yield return new Difference(path, field, ours, theirs);

        var leftXattrs = left.XattrValues();
        var rightXattrs = right.XattrValues();
        foreach (var name in leftXattrs.Keys.Union(rightXattrs.Keys).Order(StringComparer.Ordinal))
        {
            var (ours, theirs) = (Value(leftXattrs, name), Value(rightXattrs, name));
            if (ours != theirs)
                yield return new Difference(path, "xattr:" + name, ours, theirs);
        }
    }

    // A refusal in one word, so that a pattern can hold it to its reason.
    private static string Outcome(Reading reading) => reading.Refusal is { } why
        ? "refused:" + string.Join('_', why.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries))
        : "read";

    private static string Value(IReadOnlyDictionary<string, string> xattrs, string name) => xattrs.GetValueOrDefault(name) switch
    {
        null => Absent,
        "" => "empty",
        var value => value,
    };
}
