using LayerStore;
using Snapshotter.Layers.Manifest;
using Snapshotter.Layers.Owners;
using Snapshotter.Linux;

namespace Snapshotter.Tests.Layers.Owners;

/// <summary>Which squashed owners still hold after further layers.</summary>
public sealed class TrueOwnersTests : IDisposable
{
    private static readonly FileOwner s_someone = new(123, 456);

    private readonly TempDirectory _temp = new();

    public void Dispose() => _temp.Dispose();

    [Theory]
    [InlineData("d/ a b d/f", "", "a b d d/f")]
    [InlineData("d/ a b d/f", "a", "b d d/f")] // replaced
    [InlineData("d/ a b d/f", "d/ !b", "a d d/f")] // deleted
    [InlineData("d/ a b d/f", "!d", "a b")]
    [InlineData("d/ a b d/f", "d", "a b")] // a file took the directory's place
    [InlineData("d/ a b d/f d/g", "d/ !d/f", "a b d d/g")]
    [InlineData("d/ a b d/f", "d/opaque", "a b")] // made anew after it was deleted
    [InlineData("d/ a b d/f", "opaque", "")]
    [InlineData("d/ a b d/f", "d/ +d/f", "a b d d/f")] // a new squashed owner
    [InlineData("d/ d-e a", "!d", "a d-e")]
    [InlineData("a", "a=b", "")] // a link to a file of root's
    [InlineData("d/ a d/f", "0d/", "a d/f")] // given to root
    public void What_a_later_layer_makes_hides_or_deletes_has_the_owner_that_it_says(string lower, string upper, string expected)
    {
        TrueOwners owners = new();
        owners.Add(Manifest("lower", [.. lower.Split(' ').Select(name => "+" + name)]), _ => false);
        string[] entries = upper.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        owners.Add(Manifest("upper", entries), path => entries.Contains((path.IsEmpty ? "" : path + "/") + "opaque"));
        Assert.Equal(expected.Split(' ', StringSplitOptions.RemoveEmptyEntries), owners.ByPath.Where(owner => owner.Value == s_someone).Select(owner => owner.Key.ToString()).Order(StringComparer.Ordinal));
        Assert.All(owners.ByPath.Values, owner => Assert.True(owner == s_someone || owner == default));
    }

    [Fact]
    public void Further_names_of_a_file_have_its_owner()
    {
        TrueOwners owners = new();
        owners.Add(Manifest("links", ["+a", "b=a", "c"]), _ => false);
        Assert.Equal(["a", "b"], owners.ByPath.Keys.Select(path => path.ToString()).Order(StringComparer.Ordinal));
    }

    /// <summary>Writes a manifest: "name" a file, "name/" a directory, "!name" a whiteout, "name=other" a link, "dir/opaque" a directory; "+" gives it an owner, "0" notes that it is root's.</summary>
    private byte[] Manifest(string file, string[] entries)
    {
        using (ManifestWriter writer = new(_temp[file]))
        {
            writer.Add(new ManifestEntry { Path = ByteString.Empty, Type = FileType.Directory });
            foreach (string entry in entries.Where(entry => entry != "opaque"))
            {
                writer.Add(Entry(entry));
            }

            writer.Finish();
        }

        return File.ReadAllBytes(_temp[file]);
    }

    private static ManifestEntry Entry(string text)
    {
        string[] link = text.TrimStart('+', '!', '0').Split('=');
        string name = link[0].EndsWith("/opaque", StringComparison.Ordinal) ? link[0][..^"/opaque".Length] : link[0];
        return new ManifestEntry
        {
            Path = ByteString.FromText(name.TrimEnd('/')),
            Type = text.StartsWith('!') ? FileType.CharacterDevice : name != link[0] || name.EndsWith('/') ? FileType.Directory : FileType.RegularFile,
            TrueOwner = text[0] switch { '+' => s_someone, '0' => new FileOwner(0, 0), _ => null },
            LinkOf = link.Length > 1 ? ByteString.FromText(link[1]) : null,
        };
    }
}
