namespace LayerStore.Content;

/// <summary>A blob that was here once.</summary>
/// <param name="Digest">Its name.</param>
/// <param name="IsSetAside">Whether its bytes were found damaged and are kept beside; else its file is gone.</param>
public sealed record AbsentBlob(Digest Digest, bool IsSetAside);
