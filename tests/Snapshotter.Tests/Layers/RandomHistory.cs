namespace Snapshotter.Tests.Layers;

/// <summary>Random changes to a tree, as a bash script: what somebody could type. The same seed gives the same script.</summary>
/// <remarks>No link leads out of the tree to a file that exists: the scripts run as root. Nothing is written to a fifo, which would wait.</remarks>
internal sealed class RandomHistory(int seed)
{
    private static readonly string[] Names = ["a", "b", "c", "dir", "d2", "$'\\xff\\xfe'", "$'new\\nline'", "'ü ~'", "-x", ".hidden"];

    private readonly Random _random = new(seed);

    /// <summary>Makes a script; each command may fail, as it does when its file is not there.</summary>
    public string Script(int commands) => string.Join('\n', Enumerable.Range(0, commands).Select(_ => $"{{ {Command()}; }} 2>/dev/null || true"));

    private string Command()
    {
        string path = Path();
        return _random.Next(25) switch
        {
            0 or 1 or 2 => $"[ ! -p {path} ] && printf %s {_random.Next()} > {path}",
            3 => $"[ ! -p {path} ] && printf %s {_random.Next()} >> {path}",
            4 => $"truncate -s {_random.Next(20000)} {path}",
            5 or 6 => $"mv -T {path} {Path()}",
            7 or 8 => $"rm -rf {path}",
            9 or 10 or 11 => $"mkdir -p {path}",
            12 => $"rm -rf {path}; mkdir {path}; printf 1 > {path}/a; printf 2 > {path}/b",
            13 => $"rm -rf {path}; printf %s {_random.Next()} > {path}",
            14 => $"chmod {Pick("600", "4755", "2775", "1777", "000", "644")} {path}",
            15 => $"chown -h {_random.Next(100000)}:{_random.Next(100000)} {path}",
            16 => $"setfattr -h -n {Pick("user.x", "user.y", "trusted.z", "trusted.overlay.opaque", "trusted.overlay.overlay.x")} -v 0x{_random.Next(256):x2}0a00 {path}",
            17 => $"setfattr -n security.capability -v 0x0100000200ff0a00000000000000000000000000 {path}",
            18 or 19 => $"ln {path} {Path()}",
            20 => $"ln -s {Pick("a", "../b", "/nonexistent", "dangling")} {path}",
            21 => $"mknod {path} {Pick("p", "c 1 3", "b 300 700")}",
            22 => $"touch -h -d @{_random.Next(-1000, 1000)}.{_random.Next(1000000000):d9} {path}",
            23 => $"{Pick("chmod 1755", "chmod 700", "chown 5:6", "touch -d @77.5", "setfattr -n user.root -v 1", "setfattr -x user.root")} .",
            _ => $"cp -a --remove-destination {path} {Path()}",
        };
    }

    /// <summary>A path of one to three names; the directories may be missing, and may be anything else.</summary>
    private string Path() => "./" + string.Join('/', Enumerable.Range(0, _random.Next(1, 4)).Select(_ => Pick(Names)));

    private string Pick(params string[] choices) => choices[_random.Next(choices.Length)];
}
