using System.IO.Compression;
using System.Security.Cryptography;

namespace BenchTool.Limits;

/// <summary>What bytes cost: hashing and decompressing them.</summary>
internal static class ByteLimits
{
    /// <summary>SHA-256 (OpenSSL's, by the class library) of so many bytes that are in memory.</summary>
    public static void Sha256(long bytes)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        byte[] buffer = new byte[MachineLimit.BufferSize];
        for (long left = bytes; left > 0; left -= buffer.Length)
            hash.AppendData(buffer, 0, (int)Math.Min(left, buffer.Length));
        hash.GetHashAndReset();
    }

    /// <summary>Decompresses gzip files (zlib-ng, by the class library) and drops the data.</summary>
    /// <returns>How many bytes that were.</returns>
    public static long Inflate(IEnumerable<string> files)
    {
        byte[] buffer = new byte[MachineLimit.BufferSize];
        long total = 0;
        foreach (string file in files)
        {
            using GZipStream stream = new(new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.Read, MachineLimit.BufferSize), CompressionMode.Decompress);
            for (int length; (length = stream.Read(buffer)) > 0;)
                total += length;
        }

        return total;
    }
}
