namespace Snapshotter.Layers.Check;

/// <summary>What a check found.</summary>
/// <param name="Findings">In the order of the checks: databases, blobs, images, layers, snapshots, directories, mounts, locks, leftovers.</param>
/// <param name="Blobs">How many blobs were checked.</param>
/// <param name="Layers">How many unpacked layers, or snapshots of the native driver.</param>
public sealed record CheckReport(IReadOnlyList<CheckFinding> Findings, int Blobs, int Layers)
{
    /// <summary>Whether nothing is damaged, or everything that was is mended.</summary>
    public bool IsSound => Findings.All(finding => !finding.IsDamage || finding.IsRepaired);
}
