using LayerStore;
using LayerStore.Cli.Commands;
using LayerStore.Cli.Parsing;

namespace Cli.Tests.Parsing;

/// <summary>How arguments are read, one rule a line.</summary>
public sealed class PosixArgumentsTests
{
    [Theory]
    // The command's path comes first, its options next, its operands after --.
    [InlineData("images", "images --")]
    [InlineData("snapshot ls", "snapshot ls --")]
    [InlineData("mount busybox /mnt --key k", "mount --key k -- busybox /mnt")]
    [InlineData("mount --key k busybox /mnt", "mount --key k -- busybox /mnt")]
    [InlineData("mount --key=k busybox /mnt", "mount --key k -- busybox /mnt")]
    // --root and --driver stand before or after the command, and the last one counts.
    [InlineData("--root r images", "images --root r --")]
    [InlineData("images --root r", "images --root r --")]
    [InlineData("snapshot --root r ls", "snapshot ls --root r --")]
    [InlineData("--root r images --root s", "images --root s --")]
    [InlineData("--driver native --root=r images", "images --driver native --root r --")]
    // Words that are commands elsewhere are operands where operands are due.
    [InlineData("tag pull images", "tag -- pull images")]
    [InlineData("--root pull images", "images --root pull --")]
    // Options end at --.
    [InlineData("mount -- --key --read-only", "mount -- --key --read-only")]
    [InlineData("mount a -- b", "mount -- a b")]
    [InlineData("mount -- a -- b", "mount -- a -- b")]
    // A value that begins with a dash, or is empty, is written with =.
    [InlineData("mount a b --key=--read-only", "mount --key --read-only -- a b")]
    [InlineData("mount a b --key=", "mount --key <> -- a b")]
    [InlineData("mount a b --key <>", "mount --key <> -- a b")]
    [InlineData("mount a b --key=--", "mount --key -- -- a b")]
    [InlineData("mount a b --key=x=y", "mount --key x=y -- a b")]
    // Short options: alone, in one word, with their value in the same or the next one.
    [InlineData("diff k -o f", "diff --output f -- k")]
    [InlineData("diff k -of", "diff --output f -- k")]
    [InlineData("diff k -o -", "diff --output - -- k")]
    [InlineData("images -q", "images --quiet --")]
    [InlineData("diff k -qof", "diff --quiet --output f -- k")]
    [InlineData("images -?", "images --help --")]
    [InlineData("images -h", "images --help --")]
    // Neither response files nor directives; a dash alone is an operand.
    [InlineData("pull @x", "pull -- @x")]
    [InlineData("pull [diagram]", "pull -- [diagram]")]
    [InlineData("mount - /mnt", "mount -- - /mnt")]
    // Neither /h nor --name:value.
    [InlineData("mount /h /?", "mount -- /h /?")]
    // Options that may be repeated keep all their values.
    [InlineData("lease create a --label b=c --label=d=e", "lease create --label b=c --label d=e -- a")]
    public void Arguments_are_read_by_the_rules_of_posix_and_gnu(string given, string expected) => Assert.Equal(expected, Read(given));

    [Theory]
    [InlineData("mount --key --read-only a b", "option --key has no value", "A value that begins with a dash is written --key=VALUE.")]
    [InlineData("mount --key -x a b", "option --key has no value", "--key=VALUE")]
    [InlineData("mount a b --key", "option --key has no value", "layerstore mount --help")]
    [InlineData("mount a b --key --", "option --key has no value", "--key=VALUE")]
    [InlineData("diff k -o", "option -o has no value", "layerstore diff --help")]
    [InlineData("diff k -o -q", "option -o has no value", "layerstore diff --help")]
    [InlineData("--root", "option --root has no value", "layerstore --help")]
    [InlineData("mount a b --bogus", "unknown option --bogus", "layerstore mount --help")]
    [InlineData("mount a b --key:x", "unknown option --key:x", "layerstore mount --help")]
    [InlineData("mount a b --ke x", "unknown option --ke", "layerstore mount --help")]
    [InlineData("images -x", "unknown option -x", "layerstore images --help")]
    [InlineData("--key k mount a b", "unknown option --key", "Options of a command stand after the command.")]
    [InlineData("images --quiet=yes", "option --quiet takes no value", "layerstore images --help")]
    [InlineData("mount <> /mnt", "an operand is empty", "layerstore mount --help")]
    [InlineData("bogus", "unknown command \"bogus\"", "layerstore --help")]
    [InlineData("[diagram] images", "unknown command \"[diagram]\"", "layerstore --help")]
    [InlineData("@file", "unknown command \"@file\"", "layerstore --help")]
    [InlineData("/?", "unknown command \"/?\"", "layerstore --help")]
    [InlineData("snapshot bogus", "unknown command \"bogus\"", "layerstore snapshot --help")]
    [InlineData("dust", "unknown command \"dust\"", "layerstore --help")]
    public void What_breaks_a_rule_is_a_usage_error(string given, string message, string hint)
    {
        LayerStoreException error = Assert.Throws<LayerStoreException>(() => Read(given));
        Assert.Equal(ErrorKind.InvalidArgument, error.Kind);
        Assert.Equal(message, error.Message);
        Assert.Contains(hint, error.Hint, StringComparison.Ordinal);
    }

    // <> stands for an empty argument.
    private static string Read(string given)
    {
        Command root = CommandTree.Build(new GlobalOptions());
        ParsedArguments result = PosixArguments.Parse(root, [.. given.Split(' ').Select(word => word == "<>" ? "" : word)]);
        IEnumerable<string> options = result.Options.SelectMany(given => given.Value is { } value ? [given.Option.Name, value] : new[] { given.Option.Name });
        string[] words = [result.Command.FullName["layerstore ".Length..], .. options, "--", .. result.Operands];
        return string.Join(' ', words.Select(word => word.Length == 0 ? "<>" : word));
    }
}
