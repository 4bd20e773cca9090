namespace Snapshotter.Layers.Check;

/// <summary>What is wrong with a file, in words.</summary>
internal static class TreeFaultText
{
    private static readonly (TreeFaults Fault, string Text)[] s_texts =
    [
        (TreeFaults.Missing, "missing"),
        (TreeFaults.Extra, "not of this layer"),
        (TreeFaults.Type, "another type of file"),
        (TreeFaults.Content, "other content"),
        (TreeFaults.Target, "another target"),
        (TreeFaults.HardLink, "not the hard link it was"),
        (TreeFaults.Mode, "another mode"),
        (TreeFaults.Owner, "another owner"),
        (TreeFaults.Time, "another time"),
        (TreeFaults.Xattrs, "other xattrs"),
    ];

    /// <summary>The faults, separated by commas, and what became of the file.</summary>
    /// <param name="faults">The faults.</param>
    /// <param name="isRepaired">Whether the file is now as it should be. Then it says what was removed for that: nothing goes unsaid.</param>
    public static string Of(TreeFaults faults, bool isRepaired)
    {
        string text = string.Join(", ", s_texts.Where(one => faults.HasFlag(one.Fault)).Select(one => one.Text));
        return !isRepaired ? text
            : faults.HasFlag(TreeFaults.Extra) ? $"{text}; removed"
            : faults.HasFlag(TreeFaults.Missing) ? $"{text}; made again"
            : (faults & (TreeFaults.Type | TreeFaults.Content)) != 0 ? $"{text}; replaced"
            : $"{text}; set right";
    }
}
