namespace Snapshotter.Layers.Check;

/// <summary>What is wrong with one name in a layer's tree.</summary>
[Flags]
public enum TreeFaults
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>It is not there.</summary>
    Missing = 1 << 0,

    /// <summary>The layer has no such name.</summary>
    Extra = 1 << 1,

    /// <summary>It is something else: a directory, say, where a file was.</summary>
    Type = 1 << 2,

    /// <summary>Other permission bits.</summary>
    Mode = 1 << 3,

    /// <summary>Another owner.</summary>
    Owner = 1 << 4,

    /// <summary>Another modification time.</summary>
    Time = 1 << 5,

    /// <summary>Other bytes, more or fewer; or they cannot be read.</summary>
    Content = 1 << 6,

    /// <summary>Other extended attributes.</summary>
    Xattrs = 1 << 7,

    /// <summary>A symbolic link elsewhere, or another device.</summary>
    Target = 1 << 8,

    /// <summary>Not the hard link that it was.</summary>
    HardLink = 1 << 9,
}
