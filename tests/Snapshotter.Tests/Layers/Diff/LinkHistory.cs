namespace Snapshotter.Tests.Layers.Diff;

/// <summary>
/// Random changes, as a bash script, to a handful of files that share names: hard links made, broken, copied up without a
/// change, moved, replaced and made again as they were. The same seed gives the same script.
/// </summary>
internal sealed class LinkHistory(int seed)
{
    private static readonly string[] Names = ["a", "b", "c", "d/a", "d/b", "e/a", "e/f/b"];

    private readonly Random _random = new(seed);

    /// <summary>A tree of three directories, in which few files have many names.</summary>
    public string Lower() => Script("mkdir -p d e/f; echo 1 > a; touch -d @5 a; cp -p a d/b", 12);

    /// <summary>What happens to it.</summary>
    public string Changes() => Script("true", 10);

    private string Script(string first, int commands) =>
        string.Join('\n', Enumerable.Range(0, commands).Select(_ => $"{{ {Command()}; }} 2>/dev/null || true").Prepend(first));

    private string Command() => _random.Next(14) switch
    {
        0 or 1 or 2 or 3 => $"ln -f {Name()} {Name()}",
        4 or 5 or 6 => $"chown -h --reference={Name()} {Name()}",
        7 => $"rm {Name()}",
        8 => $"mv {Name()} {Name()}",
        9 => $"cp -p --remove-destination {Name()} {Name()}",
        10 => $"echo {_random.Next(3)} > {Name()}; touch -d @5 a b c d/a d/b",
        11 => $"touch -d @{_random.Next(5, 7)} {Name()}",
        12 => $"setfattr -n user.x -v {_random.Next(2)} {Name()}",
        _ => $"{Pick("mv d z; mv z d", "mv e/f f; mv f e/f", "mv d z", "mv e d/e", "chmod 700 d; chmod 755 d", "rm -r e/f; mkdir -p e/f")}",
    };

    private string Name() => Pick(Names);

    private string Pick(params string[] choices) => choices[_random.Next(choices.Length)];
}
