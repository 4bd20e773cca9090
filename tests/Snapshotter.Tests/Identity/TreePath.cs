using System.Text;
using LayerStore;

namespace Snapshotter.Tests.Identity;

/// <summary>A file's place in a tree, by the names on the way; none is the root. It may be longer than the kernel takes in one call.</summary>
internal sealed record TreePath(params IReadOnlyList<ByteString> Names)
{
    /// <summary>From here on a shell cannot name it in one word (PATH_MAX).</summary>
    private const int ShellLimit = 3000;

    /// <summary>The root.</summary>
    public static TreePath Root { get; } = new();

    public bool IsRoot => Names.Count == 0;

    /// <summary>The last name.</summary>
    public ByteString Name => Names[^1];

    public TreePath Parent => new([.. Names.Take(Names.Count - 1)]);

    /// <summary>Bytes with the slashes between.</summary>
    public int Length => Names.Sum(static name => name.Length + 1) - (IsRoot ? 0 : 1);

    public bool IsLong => Length > ShellLimit;

    public static TreePath Of(params string[] names) => new([.. names.Select(ByteString.FromText)]);

    /// <summary>A directory so deep that its path has this many bytes.</summary>
    public static TreePath Deep(int length)
    {
        List<ByteString> names = [];
        for (int left = length; left > 0;)
        {
            // A last name of nothing cannot be.
            int next = left <= 255 ? left : left == 256 ? 254 : 255;
            names.Add(new ByteString(Encoding.ASCII.GetBytes(new string('0', next))));
            left -= next + 1;
        }

        return new TreePath(names);
    }

    public TreePath Below(ByteString name) => new([.. Names, name]);

    /// <summary>A name in this directory whose path has as many bytes, or nearly: a name has 255 at most.</summary>
    public TreePath Fill(int length) => Below(new ByteString(Encoding.ASCII.GetBytes(new string('0', Math.Clamp(length - Length - 1, 1, 255)))));

    /// <summary>Shorter places, for a smaller example.</summary>
    public IEnumerable<TreePath> Simpler()
    {
        if (Names.Count > 1)
        {
            yield return new TreePath([.. Names.Skip(1)]);
            yield return Parent;
        }

        for (int i = 0; i < Names.Count; i++)
        {
            foreach (string simple in (string[])["a", "b"])
            {
                if (Names[i].CompareTo(ByteString.FromText(simple)) is not 0 && !(simple == "b" && Names[i] == ByteString.FromText("a")))
                {
                    yield return new TreePath([.. Names.Take(i), ByteString.FromText(simple), .. Names.Skip(i + 1)]);
                }
            }
        }
    }

    /// <summary>The path as one word of a shell that stands in the root.</summary>
    public string ToShell() => IsRoot ? "." : "./" + string.Join('/', Names.Select(Quote));

    public bool Equals(TreePath? other) => other is not null && Names.SequenceEqual(other.Names);

    public override int GetHashCode() => Names.Aggregate(0, HashCode.Combine);

    private static string Quote(ByteString name)
    {
        int zeros = name.Span.IndexOfAnyExcept((byte)'0') is var end && end < 0 ? name.Length : 0;
        if (zeros > 20)
        {
            return $"$(printf %0{zeros}d 0)";
        }

        StringBuilder quoted = new();
        bool isPlain = true;
        foreach (byte b in name.Span)
        {
            bool isSafe = char.IsAsciiLetterOrDigit((char)b) || b is (byte)'.' or (byte)'_';
            isPlain &= isSafe;
            quoted.Append(isSafe ? $"{(char)b}" : $"\\x{b:x2}");
        }

        return isPlain ? quoted.ToString() : $"$'{quoted}'";
    }
}
