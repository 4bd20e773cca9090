namespace Interop.Tests.Faults;

/// <summary>What a fault brought to light.</summary>
internal enum FaultKind
{
    /// <summary>Something that was reported done is missing or damaged, or the store does not open.</summary>
    Lost,

    /// <summary>Something that was not finished is visible.</summary>
    HalfDone,

    /// <summary>Something is left that the collection does not reclaim.</summary>
    Leftover,

    /// <summary>The command hid the error, explained it badly, or cannot be run again.</summary>
    Unclear,
}
