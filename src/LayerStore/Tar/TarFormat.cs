namespace LayerStore.Tar;

/// <summary>The dialect of one header block, by its magic.</summary>
internal enum TarFormat
{
    /// <summary>No magic: Unix version 7.</summary>
    V7,

    /// <summary>POSIX, also under a PAX header.</summary>
    Ustar,

    /// <summary>GNU tar's own.</summary>
    Gnu,
}
