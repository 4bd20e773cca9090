using System.Security.Cryptography;

namespace LayerStore;

/// <summary>
/// A registered digest algorithm that this store can verify
/// (OCI image-spec, descriptor.md, "Registered algorithms").
/// </summary>
public enum DigestAlgorithm
{
    /// <summary>SHA-256: 64 lower-case hexadecimal digits.</summary>
    Sha256,

    /// <summary>SHA-512: 128 lower-case hexadecimal digits.</summary>
    Sha512,
}

/// <summary>The properties of each <see cref="DigestAlgorithm"/>.</summary>
public static class DigestAlgorithms
{
    /// <summary>The prefix of a digest's text form, <c>sha256</c> or <c>sha512</c>.</summary>
    public static string Name(this DigestAlgorithm algorithm) => algorithm switch
    {
        DigestAlgorithm.Sha256 => "sha256",
        DigestAlgorithm.Sha512 => "sha512",
        _ => throw new ArgumentOutOfRangeException(nameof(algorithm)),
    };

    /// <summary>The number of hexadecimal digits in the encoded part.</summary>
    public static int EncodedLength(this DigestAlgorithm algorithm) => algorithm switch
    {
        DigestAlgorithm.Sha256 => 64,
        DigestAlgorithm.Sha512 => 128,
        _ => throw new ArgumentOutOfRangeException(nameof(algorithm)),
    };

    /// <summary>Starts an incremental hash with this algorithm. The caller disposes it.</summary>
    public static IncrementalHash CreateHash(this DigestAlgorithm algorithm) => IncrementalHash.CreateHash(algorithm switch
    {
        DigestAlgorithm.Sha256 => HashAlgorithmName.SHA256,
        DigestAlgorithm.Sha512 => HashAlgorithmName.SHA512,
        _ => throw new ArgumentOutOfRangeException(nameof(algorithm)),
    });
}
