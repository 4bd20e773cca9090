namespace LayerStore.Tar;

/// <summary>Where a PAX entry has its sparse map.</summary>
internal enum PaxSparse
{
    /// <summary>It is not sparse.</summary>
    None,

    /// <summary>GNU formats 0.0 and 0.1: in the records.</summary>
    MapInHeader,

    /// <summary>GNU format 1.0: in the first blocks of the data.</summary>
    MapInData,
}
