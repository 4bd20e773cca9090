using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;

namespace LayerStore;

/// <summary>
/// The name of some bytes: an algorithm and the hash, <c>sha256:6c3c…</c>
/// (OCI image-spec, descriptor.md, "Digests").
/// </summary>
/// <remarks>
/// Only what <see cref="Parse"/> accepts becomes a digest, so a digest never holds a path separator, upper case or a
/// wrong length, and only a digest makes a path in the store. Algorithms that cannot be verified are refused.
/// </remarks>
public sealed class Digest : IEquatable<Digest>, IComparable<Digest>
{
    // The whole text: most often it came so and is asked for again, by a database and as a key.
    private readonly string _text;

    private Digest(DigestAlgorithm algorithm, string text)
    {
        Algorithm = algorithm;
        _text = text;
    }

    /// <summary>The hash algorithm.</summary>
    public DigestAlgorithm Algorithm { get; }

    /// <summary>The hash in lower-case hexadecimal, without the algorithm's name.</summary>
    public string Encoded => _text[^Algorithm.EncodedLength()..];

    /// <summary>Parses <c>algorithm:encoded</c>.</summary>
    /// <exception cref="LayerStoreException"><see cref="ErrorKind.DataLoss"/>: not a digest, or an algorithm that cannot be verified here.</exception>
    public static Digest Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return TryParse(text, out Digest? digest)
            ? digest
            : throw new LayerStoreException(
                ErrorKind.DataLoss,
                $"\"{Printable.Text(text)}\" is not a digest that can be verified",
                "A digest is sha256: and 64, or sha512: and 128, lower-case hexadecimal digits.");
    }

    /// <summary>Parses <c>algorithm:encoded</c>; false for anything that <see cref="Parse"/> would refuse.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, [NotNullWhen(true)] out Digest? digest)
    {
        digest = null;
        int colon = text?.IndexOf(':', StringComparison.Ordinal) ?? -1;
        if (colon < 0)
        {
            return false;
        }

        DigestAlgorithm algorithm;
        switch (text.AsSpan(0, colon))
        {
            case "sha256":
                algorithm = DigestAlgorithm.Sha256;
                break;
            case "sha512":
                algorithm = DigestAlgorithm.Sha512;
                break;
            default:
                return false;
        }

        ReadOnlySpan<char> encoded = text.AsSpan(colon + 1);
        if (encoded.Length != algorithm.EncodedLength() || !IsLowerHex(encoded))
        {
            return false;
        }

        digest = new Digest(algorithm, text!);
        return true;
    }

    /// <summary>A digest from a finished hash's bytes.</summary>
    /// <exception cref="ArgumentException">The hash has the wrong length for the algorithm.</exception>
    public static Digest FromHash(DigestAlgorithm algorithm, ReadOnlySpan<byte> hash) =>
        hash.Length * 2 == algorithm.EncodedLength()
            ? new Digest(algorithm, $"{algorithm.Name()}:{Convert.ToHexStringLower(hash)}")
            : throw new ArgumentException($"A {algorithm.Name()} hash has {algorithm.EncodedLength() / 2} bytes, not {hash.Length}.", nameof(hash));

    /// <summary>The digest of bytes in memory.</summary>
    public static Digest Compute(ReadOnlySpan<byte> data, DigestAlgorithm algorithm = DigestAlgorithm.Sha256) =>
        FromHash(algorithm, algorithm == DigestAlgorithm.Sha512 ? SHA512.HashData(data) : SHA256.HashData(data));

    /// <summary>Finishes an incremental hash that was made with <see cref="DigestAlgorithms.CreateHash"/>, and resets it.</summary>
    public static Digest Finish(DigestAlgorithm algorithm, IncrementalHash hash)
    {
        ArgumentNullException.ThrowIfNull(hash);
        return FromHash(algorithm, hash.GetHashAndReset());
    }

    /// <summary>The first twelve digits, for people.</summary>
    public string Abbreviated => Encoded[..12];

    /// <inheritdoc/>
    public bool Equals(Digest? other) => other is not null && string.Equals(_text, other._text, StringComparison.Ordinal);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as Digest);

    /// <inheritdoc/>
    public override int GetHashCode() => StringComparer.Ordinal.GetHashCode(_text);

    /// <summary>Orders by text, so by algorithm first.</summary>
    public int CompareTo(Digest? other) => string.CompareOrdinal(_text, other?._text);

    /// <summary>The text form, <c>algorithm:encoded</c>.</summary>
    public override string ToString() => _text;

    /// <summary>Equality by value.</summary>
    public static bool operator ==(Digest? left, Digest? right) => left is null ? right is null : left.Equals(right);

    /// <summary>Inequality by value.</summary>
    public static bool operator !=(Digest? left, Digest? right) => !(left == right);

    /// <summary>Order by text.</summary>
    public static bool operator <(Digest? left, Digest? right) => string.CompareOrdinal(left?._text, right?._text) < 0;

    /// <summary>Order by text.</summary>
    public static bool operator >(Digest? left, Digest? right) => right < left;

    /// <summary>Order by text.</summary>
    public static bool operator <=(Digest? left, Digest? right) => !(right < left);

    /// <summary>Order by text.</summary>
    public static bool operator >=(Digest? left, Digest? right) => !(left < right);

    private static bool IsLowerHex(ReadOnlySpan<char> text)
    {
        foreach (char c in text)
        {
            if (c is not ((>= '0' and <= '9') or (>= 'a' and <= 'f')))
            {
                return false;
            }
        }

        return true;
    }
}
