using Microsoft.Win32.SafeHandles;

namespace LayerStore.Content;

/// <summary>Bytes that are a blob's, under the name of an ingest.</summary>
/// <param name="Owner">Whose the blob is to be.</param>
/// <param name="Digest">Their digest.</param>
/// <param name="Size">Their length in bytes.</param>
/// <param name="Data">The open file.</param>
/// <param name="Path">Its path.</param>
/// <param name="Labels">Labels to add to the blob.</param>
internal sealed record VerifiedIngest(string Owner, Digest Digest, long Size, SafeFileHandle Data, string Path, IReadOnlyDictionary<string, string> Labels);
