namespace Interop.Tests.Differential.Corpus;

/// <summary>What a format can say of a tree.</summary>
/// <param name="Nodes">FIFOs and devices.</param>
/// <param name="LargeNumbers">Owners over 2,097,151 and times before 1970.</param>
/// <param name="Attributes">Extended attributes and fractions of seconds.</param>
/// <param name="AnyByte">Names and values with bytes outside printable ASCII.</param>
/// <param name="LongName">Bytes of a name at most.</param>
/// <param name="LongPath">Bytes of a path at most.</param>
/// <param name="LongLink">Bytes of a hard link's target at most.</param>
internal sealed record RandomTreeLimits(bool Nodes, bool LargeNumbers, bool Attributes, bool AnyByte, int LongName, int LongPath, int LongLink);
