namespace Interop.Tests.Collection;

/// <summary>What owners do.</summary>
internal enum OwnerStepKind
{
    /// <summary>Writes a blob, or claims it if it is here.</summary>
    Write,

    /// <summary>Gives a blob up.</summary>
    Delete,

    /// <summary>Makes committed snapshots over layers that are here, as for an image that was pulled already.</summary>
    Adopt,

    /// <summary>Makes an active snapshot.</summary>
    Prepare,

    /// <summary>Removes a snapshot.</summary>
    Remove,

    /// <summary>Frees what owners gave up.</summary>
    Reclaim,
}
