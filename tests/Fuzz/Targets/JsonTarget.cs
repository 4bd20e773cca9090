using System.Text;
using System.Text.Json;
using Fuzz.Engine;
using Fuzz.Mutation;
using LayerStore;
using LayerStore.Oci;

namespace Fuzz.Targets;

/// <summary>A document of JSON.</summary>
/// <param name="name">The target's name.</param>
/// <param name="mark">What the documents in testdata/ have that are of this kind.</param>
/// <param name="parse">Reads one.</param>
internal sealed class JsonTarget(string name, string mark, Func<byte[], object> parse) : FuzzTarget
{
    private const string Hash = "sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a";
    private const string Blob = $$$"""{"mediaType":"application/vnd.oci.image.layer.v1.tar","digest":"{{{Hash}}}","size":2,"data":"e30=","urls":["x"],"annotations":{"a":"\u00e9"}}""";

    private static readonly string[] s_seeds =
    [
        $$$"""{"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json","config":{{{Blob}}},"layers":[{{{Blob}}}],"subject":{{{Blob}}},"artifactType":"x/y","annotations":{"k":"v"}}""",
        $$$"""{"schemaVersion":2,"manifests":[{{{Blob}}},{"mediaType":"x/y","digest":"{{{Hash}}}","size":2,"platform":{"os":"linux","architecture":"arm","variant":"v7","os.version":"1","os.features":["a"]}}]}""",
        $$$"""{"created":"2024-05-06T07:08:09Z","author":"a","architecture":"amd64","os":"linux","config":{"User":"u","Env":["A=B"],"Cmd":"x","Entrypoint":["e"],"Labels":{"a":"b"},"WorkingDir":"/","StopSignal":"9","ExposedPorts":{"80/tcp":{} },"Volumes":{"/v":{} } },"rootfs":{"type":"layers","diff_ids":["{{{Hash}}}"]},"history":[{"created_by":"x","created":"2024-05-06T07:08:09Z","comment":"c","author":"a","empty_layer":true}]}""",
        """[{"Config":"a.json","RepoTags":["a:b","c"],"Layers":["1/layer.tar","2/layer.tar"]},{"Config":"b","RepoTags":null,"Layers":[]}]""",
    ];

    public override string Name => name;

    public override string Description => $"JSON, {name}: an accepted document has no key twice, and says the same when it is written anew";

    public override IReadOnlyList<string> Code => ["LayerStore.Oci.", "LayerStore.Transports.DockerArchive.DockerArchiveEntry"];

    public override IReadOnlyList<IMutator> Mutators { get; } = [new JsonMutator(), new JsonMutator(), new ByteMutator()];

    public override int MaxLength => 8 << 10;

    public override ReadOnlySpan<byte> PlainBytes => " 0a"u8;

    public override IEnumerable<byte[]> Seeds() => [.. Targets.Seeds.Documents(mark), .. s_seeds.Where(seed => seed.Contains(mark, StringComparison.Ordinal)).Select(Encoding.UTF8.GetBytes)];

    public override void Run(byte[] input)
    {
        string view = View(parse(input));
        CheckKeys(input);
        if (input.AsSpan().TrimStart(" \t\r\n"u8).StartsWith("{"u8))
        {
            byte[] edited = RawJson.Edit(input);
            Rule.Holds(View(Parse(edited)) == view, "a document that is written anew says the same");
            Rule.Same(edited, RawJson.Edit(edited), "a document that is written anew twice is the same");
        }
    }

    private object Parse(byte[] document)
    {
        try
        {
            return parse(document);
        }
        catch (LayerStoreException e)
        {
            throw new OracleException("a document that is written anew can be read", e.Message);
        }
    }

    /// <summary>All that was read, but for the bytes and their own descriptor.</summary>
    private static string View(object document) => JsonSerializer.Serialize(document, document.GetType(), DocumentView.Options);

    private static void CheckKeys(byte[] document)
    {
        Utf8JsonReader reader = new(document);
        Stack<HashSet<string>> open = new();
        while (reader.Read())
        {
            switch (reader.TokenType)
            {
                case JsonTokenType.StartObject:
                    open.Push(new HashSet<string>(StringComparer.Ordinal));
                    break;
                case JsonTokenType.EndObject:
                    open.Pop();
                    break;
                case JsonTokenType.PropertyName:
                    Rule.Holds(open.Peek().Add(reader.GetString()!), "no key of an accepted document is there twice", reader.GetString()!);
                    break;
            }
        }
    }
}
