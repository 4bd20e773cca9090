using System.Text;

namespace LayerStore.Oci;

/// <summary>
/// Names for stacks of layers (OCI image-spec, config.md, "Layer ChainID"): the base layer's is its diffID, each further
/// one is <c>sha256(chainID below + " " + diffID)</c>.
/// </summary>
public static class ChainId
{
    /// <summary>The chain IDs of all layers, base first; the last names the whole image. None for no layers.</summary>
    public static IReadOnlyList<Digest> Compute(IEnumerable<Digest> diffIds)
    {
        ArgumentNullException.ThrowIfNull(diffIds);
        List<Digest> chain = [];
        foreach (Digest diffId in diffIds)
        {
            chain.Add(chain.Count == 0 ? diffId : Append(chain[^1], diffId));
        }

        return chain;
    }

    /// <summary>The chain ID of a layer on top of a chain; null is the empty chain.</summary>
    public static Digest Append(Digest? parent, Digest diffId)
    {
        ArgumentNullException.ThrowIfNull(diffId);
        return parent is null ? diffId : Digest.Compute(Encoding.ASCII.GetBytes($"{parent} {diffId}"));
    }
}
