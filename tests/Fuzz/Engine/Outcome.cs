namespace Fuzz.Engine;

/// <summary>What became of an input.</summary>
internal enum Outcome
{
    /// <summary>It was read, and every rule held.</summary>
    Accepted,

    /// <summary>It was refused with an error as documented.</summary>
    Refused,

    /// <summary>It showed a fault.</summary>
    Fault,
}
