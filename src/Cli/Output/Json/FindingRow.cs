using Snapshotter.Layers.Check;

namespace LayerStore.Cli.Output.Json;

/// <summary>What a check found. <c>Path</c> is a file in a layer, relative to the root, which is <c>.</c>; see <see cref="PathText"/>.</summary>
internal sealed record FindingRow(
    string Subject, string Id, string? Path, string? PathBase64, IReadOnlyList<string> Faults, string What, bool Damage, bool Repaired)
{
    /// <summary>The row of a finding.</summary>
    public static FindingRow Of(CheckFinding finding)
    {
        PathText? path = finding.Path is { } file ? PathText.Of(file) : null;
        return new FindingRow(
            finding.Subject.ToString().ToLowerInvariant(),
            finding.Id,
            path?.Text,
            path?.Base64,
            [.. Enum.GetValues<TreeFaults>().Where(fault => fault != TreeFaults.None && finding.Faults.HasFlag(fault)).Select(Name)],
            finding.What,
            finding.IsDamage,
            finding.IsRepaired);
    }

    private static string Name(TreeFaults fault) => fault == TreeFaults.HardLink ? "hardLink" : fault.ToString().ToLowerInvariant();
}
