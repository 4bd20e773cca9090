namespace Interop.Tests.Collection;

/// <summary>One thing that an owner does.</summary>
/// <param name="Kind">What.</param>
/// <param name="Choice">To which of the things that it may be done to.</param>
internal sealed record OwnerStep(OwnerStepKind Kind, int Choice);
