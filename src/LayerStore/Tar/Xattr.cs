namespace LayerStore.Tar;

/// <summary>An extended attribute: <c>security.capability</c> and some bytes (xattr(7)).</summary>
/// <param name="Name">The full name with its namespace, without a NUL.</param>
/// <param name="Value">Any bytes, also NUL and newline.</param>
public readonly record struct Xattr(ByteString Name, ByteString Value);
