using Snapshotter.Doctor;

namespace LayerStore.Cli.Output.Json;

/// <summary>A line of <c>doctor</c>.</summary>
internal sealed record DiagnosisRow(string Area, string Name, bool Healthy, bool Required, string What, string? Remedy)
{
    /// <summary>The row of a diagnosis.</summary>
    public static DiagnosisRow Of(Diagnosis diagnosis) => new(
        diagnosis.Area switch
        {
            DoctorArea.FileSystem => "fileSystem",
            _ => diagnosis.Area.ToString().ToLowerInvariant(),
        },
        diagnosis.Name,
        diagnosis.IsHealthy,
        diagnosis.IsRequired,
        diagnosis.What,
        diagnosis.Remedy);
}
