namespace LayerStore.Content;

/// <summary>That an owner other than the command line holds a blob.</summary>
/// <param name="Owner">Who.</param>
/// <param name="Digest">Which blob. Only its own bytes: what they name the owner claims as well, or does not need.</param>
public sealed record BlobClaim(string Owner, Digest Digest);
