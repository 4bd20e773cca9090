using System.Text;
using Fuzz.Mutation;
using LayerStore;

namespace Fuzz.Targets;

/// <summary>Digests, which become paths of the store.</summary>
internal sealed class DigestTarget : FuzzTarget
{
    public override string Name => "digest";

    public override string Description => "digests: an accepted one is printed as it was read, and holds nothing but an algorithm, a colon and lower-case hexadecimal digits";

    public override IReadOnlyList<string> Code => ["LayerStore.Digest"];

    public override IReadOnlyList<IMutator> Mutators { get; } = [new ByteMutator()];

    public override int MaxLength => 512;

    public override ReadOnlySpan<byte> PlainBytes => "a0"u8;

    public override IEnumerable<byte[]> Seeds() => Targets.Seeds.Texts(
        $"sha256:{new string('a', 64)}", $"sha512:{new string('0', 128)}", $"SHA256:{new string('a', 64)}", $"sha256:{new string('A', 64)}", "sha256:", "md5:00", "sha256:../..");

    public override void Run(byte[] input)
    {
        string text = Encoding.UTF8.GetString(input);
        bool accepted = Digest.TryParse(text, out _);
        Digest digest = Digest.Parse(text);
        Rule.Holds(accepted, "both ways to parse a digest agree");
        Rule.Holds(digest.ToString() == text, "a digest is printed as it was read", digest.ToString());
        Rule.Holds(
            text is ['s', 'h', 'a', _, _, _, ':', .. var hex] && hex.Length is 64 or 128 && hex.All(c => c is (>= '0' and <= '9') or (>= 'a' and <= 'f')),
            "a digest is an algorithm, a colon and lower-case hexadecimal digits",
            text);
    }
}
