namespace Fuzz.Coverage;

/// <summary>A literal of the code under test, which a parser may wait for.</summary>
/// <param name="Type">The full name of the outermost type that has it.</param>
/// <param name="Bytes">The literal; a text in UTF-8.</param>
internal sealed record Token(string Type, byte[] Bytes);
