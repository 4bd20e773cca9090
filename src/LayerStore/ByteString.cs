using System.Text;

namespace LayerStore;

/// <summary>
/// Immutable bytes that are usually text: a file name, a path, a link target, an xattr's name or value. Linux gives
/// them no encoding, so they stay bytes from the tar to the disk and back; they become text only to be printed.
/// </summary>
/// <remarks>Equality and order are bytewise. <c>default</c> is the empty string.</remarks>
public readonly struct ByteString : IEquatable<ByteString>, IComparable<ByteString>
{
    private readonly byte[]? _bytes;

    /// <summary>Copies bytes.</summary>
    public ByteString(ReadOnlySpan<byte> bytes) => _bytes = bytes.IsEmpty ? null : bytes.ToArray();

    private ByteString(byte[] bytes) => _bytes = bytes.Length == 0 ? null : bytes;

    /// <summary>No bytes.</summary>
    public static ByteString Empty => default;

    /// <summary>The bytes.</summary>
    public ReadOnlySpan<byte> Span => _bytes;

    /// <summary>The bytes.</summary>
    public ReadOnlyMemory<byte> Memory => _bytes;

    /// <summary>How many bytes.</summary>
    public int Length => _bytes?.Length ?? 0;

    /// <summary>Whether there are none.</summary>
    public bool IsEmpty => _bytes is null;

    /// <summary>The UTF-8 bytes of a text.</summary>
    public static ByteString FromText(string text) => new(Encoding.UTF8.GetBytes(text));

    /// <summary>Wraps an array without copying it: the caller gives it away and never changes it again.</summary>
    public static ByteString FromOwned(byte[] bytes)
    {
        ArgumentNullException.ThrowIfNull(bytes);
        return new ByteString(bytes);
    }

    /// <summary>The bytes from <paramref name="start"/> on.</summary>
    public ByteString Slice(int start) => new(Span[start..]);

    /// <summary>Some of the bytes.</summary>
    public ByteString Slice(int start, int length) => new(Span.Slice(start, length));

    /// <summary>Joins bytes, such as a directory's path, a slash and a name.</summary>
    public static ByteString Concat(ReadOnlySpan<byte> first, ReadOnlySpan<byte> second, ReadOnlySpan<byte> third = default)
    {
        byte[] joined = new byte[first.Length + second.Length + third.Length];
        first.CopyTo(joined);
        second.CopyTo(joined.AsSpan(first.Length));
        third.CopyTo(joined.AsSpan(first.Length + second.Length));
        return new ByteString(joined);
    }

    /// <summary>Whether the bytes begin with these.</summary>
    public bool StartsWith(ReadOnlySpan<byte> prefix) => Span.StartsWith(prefix);

    /// <inheritdoc/>
    public bool Equals(ByteString other) => Span.SequenceEqual(other.Span);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is ByteString other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        HashCode hash = default;
        hash.AddBytes(Span);
        return hash.ToHashCode();
    }

    /// <summary>Bytewise order, unsigned.</summary>
    public int CompareTo(ByteString other) => Span.SequenceCompareTo(other.Span);

    /// <summary>For people only: bytes that are not printable UTF-8 are escaped as <c>\xNN</c>. See <see cref="Printable.Bytes"/>.</summary>
    public override string ToString() => Printable.Bytes(Span);

    /// <summary>Equality by value.</summary>
    public static bool operator ==(ByteString left, ByteString right) => left.Equals(right);

    /// <summary>Inequality by value.</summary>
    public static bool operator !=(ByteString left, ByteString right) => !left.Equals(right);

    /// <summary>Bytewise order.</summary>
    public static bool operator <(ByteString left, ByteString right) => left.CompareTo(right) < 0;

    /// <summary>Bytewise order.</summary>
    public static bool operator >(ByteString left, ByteString right) => left.CompareTo(right) > 0;

    /// <summary>Bytewise order.</summary>
    public static bool operator <=(ByteString left, ByteString right) => left.CompareTo(right) <= 0;

    /// <summary>Bytewise order.</summary>
    public static bool operator >=(ByteString left, ByteString right) => left.CompareTo(right) >= 0;
}
