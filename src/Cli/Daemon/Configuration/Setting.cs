namespace LayerStore.Daemon.Configuration;

/// <summary>One setting: its name in the file, its option, and how it is read and shown.</summary>
/// <param name="Key">Its name in the file; what stands before a dot is a mapping.</param>
/// <param name="Option">Its option on the command line of <c>serve</c>, or null if it is only in the file.</param>
/// <param name="Meaning">What it is, a line for the file that <c>config default</c> prints.</param>
/// <param name="Show">Its value as text; null if it has none.</param>
/// <param name="Read">The settings with this value. What is wrong with it is a <see cref="LayerStoreException"/>.</param>
internal sealed record Setting(
    string Key, string? Option, string Meaning, Func<DaemonSettings, string?> Show, Func<DaemonSettings, string, DaemonSettings> Read)
{
    /// <summary>Whether it may have no value; the settings without.</summary>
    public Func<DaemonSettings, DaemonSettings>? Clear { get; init; }
}
