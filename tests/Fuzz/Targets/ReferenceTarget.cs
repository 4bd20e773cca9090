using System.Text;
using Fuzz.Mutation;
using LayerStore;
using LayerStore.Images;
using LayerStore.Oci;
using LayerStore.Transports;

namespace Fuzz.Targets;

/// <summary>References, names and platforms, as users and archives spell them.</summary>
internal sealed class ReferenceTarget : FuzzTarget
{
    public override string Name => "reference";

    public override string Description => "references, names, platforms: what was parsed and printed parses as the same, and any text becomes a name";

    public override IReadOnlyList<string> Code => ["LayerStore.Oci.ImageReference", "LayerStore.Oci.Platform", "LayerStore.Images.ImageName", "LayerStore.Transports.TransportReference", "LayerStore.Digest"];

    public override IReadOnlyList<IMutator> Mutators { get; } = [new ByteMutator()];

    public override IReadOnlyList<ErrorKind> Refusals => [ErrorKind.InvalidArgument];

    public override int MaxLength => 2 << 10;

    public override ReadOnlySpan<byte> PlainBytes => "a0"u8;

    public override IEnumerable<byte[]> Seeds() => Targets.Seeds.Texts(
        "busybox", "busybox:1.36", "docker.io/library/a", "index.docker.io/a/b:c", "localhost/x", "h:5000/a/b_c/d__e/f-g--h.i:T_a.g-1",
        "a@sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", "[::1]:80/a", "Host.Name/a", "linux/arm64/v8", "linux/arm", "windows",
        "oci:dir:tag", "oci-archive:f.tar", "docker-archive:a.tar:b:c", "docker://a", "MyLayout", "team/Nightly.2", new string('a', 300));

    public override void Run(byte[] input)
    {
        string text = Encoding.UTF8.GetString(input);
        string name = ImageName.FromText(text);
        Rule.Holds(ImageName.Normalize(name) == name, "a name made of any text is a name already", name);
        Rule.Holds(ImageName.FromText(name) == name, "a name made of a name is that name", name);

        // Each parser may refuse what the others take; what all refuse is refused.
        bool[] parsed = [Accepts(() => CheckReference(text)), Accepts(() => CheckPlatform(text)), Accepts(() => CheckTransport(text))];
        if (!parsed.Contains(true))
        {
            ImageReference.Parse(text);
        }
    }

    private static void CheckReference(string text)
    {
        ImageReference reference = ImageReference.Parse(text);
        Rule.Holds(ImageReference.Parse(reference.ToString()) == reference, "a reference's full form is that reference", reference.ToString());
        Rule.Holds(ImageReference.Parse(reference.Familiar) == reference, "a reference's short form is that reference", reference.Familiar);
        Rule.Holds(reference.ToString().All(char.IsAscii), "a reference is ASCII", reference.ToString());
        Rule.Holds(!reference.Path.Split('/').Any(part => part is "" or "." or ".."), "a reference's path leads nowhere else", reference.Path);
    }

    private static void CheckPlatform(string text)
    {
        Platform platform = Platform.Parse(text);
        Rule.Holds(Platform.Parse(platform.ToString()) == platform, "a platform's text is that platform", platform.ToString());
        Rule.Holds(platform.Normalize() == platform.Normalize().Normalize(), "a normal platform is its own normal form", platform.ToString());
        Rule.Holds(platform.Matches(platform), "a platform matches itself", platform.ToString());
    }

    private static void CheckTransport(string text)
    {
        TransportReference reference = TransportReference.Parse(text);
        Rule.Holds(TransportReference.Parse(reference.ToString()) == reference, "a transport's text is that transport", reference.ToString());
    }

    private static bool Accepts(Action check)
    {
        try
        {
            check();
            return true;
        }
        catch (LayerStoreException e) when (e.Kind == ErrorKind.InvalidArgument)
        {
            return false;
        }
    }
}
