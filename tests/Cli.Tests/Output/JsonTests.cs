using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using System.Text.RegularExpressions;
using Cli.Tests.Support;
using LayerStore.Cli.Output;
using LayerStore.Cli.Output.Json;

namespace Cli.Tests.Output;

/// <summary>The JSON that the program writes: every type with every field, as agreed in Golden/json.txt and told in docs/json.md.</summary>
public sealed partial class JsonTests
{
    private const string Digest = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    private static readonly DateTimeOffset Time = new(2026, 11, 21, 4, 18, 20, 123, 456, TimeSpan.Zero);
    private static readonly Dictionary<string, string> Labels = new() { ["a.b/c"] = "d" };

    [Fact]
    public void Every_type_is_as_agreed() => GoldenFile.Verify("json.txt", All());

    [Fact]
    public void Every_field_is_documented()
    {
        string manual = File.ReadAllText(Repository.PathOf("docs/json.md"));
        Assert.All(
            FieldName().Matches(All()).Select(match => match.Groups[1].Value).Distinct(),
            field => Assert.Contains($"`{field}`", manual, StringComparison.Ordinal));
    }

    [Fact]
    public void Text_from_an_image_cannot_control_a_terminal_and_comes_back_whole()
    {
        const string Text = "\e[2J\r\n\u0085\u009b\u202e\u2028\"\\+<é>\ufeff";
        string json = JsonText.Format(new ChangeRow("added", Text, null), CliJsonContext.Default.ChangeRow, indented: false);
        Assert.DoesNotContain(json, c => char.IsControl(c) || char.GetUnicodeCategory(c) == System.Globalization.UnicodeCategory.Format);
        Assert.Equal(Text, JsonDocument.Parse(json).RootElement.GetProperty("path").GetString());
        Assert.Contains("+<é>", json, StringComparison.Ordinal);
    }

    private static string All()
    {
        StringBuilder text = new();
        Append(text, new ImageRow("docker.io/library/busybox:latest", Digest, Digest, "linux/amd64", 1, Time, Time, 10, 20, 30, 0, Labels), CliJsonContext.Default.ImageRow);
        Append(text, new ImageRow("artifact", Digest, Digest, null, 1, Time, Time, 10, null, 10, 0, LayerStore.Content.Labels.None), CliJsonContext.Default.ImageRow);
        DescriptorView blob = new("application/vnd.oci.image.manifest.v1+json", Digest, 7);
        using JsonDocument document = JsonDocument.Parse("""{"size":[1.50,{}]}""");
        Append(
            text,
            new ImageDetails(
                "busybox", blob, blob, blob, "linux/arm64/v8", Digest, Time, Time, Labels,
                [new LayerView("application/vnd.oci.image.layer.v1.tar+gzip", Digest, 7, Digest, Digest)],
                document.RootElement, null),
            CliJsonContext.Default.ImageDetails);
        Append(text, new HistoryRow(Time, "RUN x", "me", "why", false, Digest, Digest, 7), CliJsonContext.Default.HistoryRow);
        Append(text, new SnapshotRow("key", "active", Digest, Time, Time, Labels, "cli"), CliJsonContext.Default.SnapshotRow);
        Append(text, new UsageRow("key", 4096, 1), CliJsonContext.Default.UsageRow);
        Append(text, new BlobRow(Digest, 7, Time, Time, Labels), CliJsonContext.Default.BlobRow);
        Append(text, new IngestRow("ref", 3, 7, Digest, Time, Time, false), CliJsonContext.Default.IngestRow);
        Append(text, new LeaseRow("id", Time, null, Labels), CliJsonContext.Default.LeaseRow);
        Append(text, new ChangeRow("modified", "a\ufffd", "Yf8="), CliJsonContext.Default.ChangeRow);
        Append(
            text,
            new FindingRow("layer", Digest, "a\ufffd", "Yf8=", ["content", "hardLink"], "other content, not the hard link it was", true, false),
            CliJsonContext.Default.FindingRow);
        Append(text, new DiagnosisRow("fileSystem", "reflink", false, false, "files cannot share bytes", "mkfs.btrfs DEVICE"), CliJsonContext.Default.DiagnosisRow);
        Append(text, new ProgressLine(Digest, "unpack", "running", 3, 7), CliJsonContext.Default.ProgressLine);
        return text.ToString();
    }

    private static void Append<T>(StringBuilder text, T value, JsonTypeInfo<T> type) =>
        text.Append(typeof(T).Name).Append(' ').Append(JsonText.Format(value, type, indented: true)).Append('\n');

    [GeneratedRegex("^  (?:  )?\"([A-Za-z0-9]+)\":", RegexOptions.Multiline)]
    private static partial Regex FieldName();
}
