namespace LayerStore;

/// <summary>What a <see cref="Limit"/> counts.</summary>
public enum LimitUnit
{
    /// <summary>Things.</summary>
    Count,

    /// <summary>Bytes.</summary>
    Bytes,

    /// <summary>Seconds.</summary>
    Seconds,
}
