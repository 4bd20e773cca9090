namespace Fuzz.Coverage;

/// <summary>A method and its counters.</summary>
/// <param name="Type">The full name of the outermost type.</param>
/// <param name="Name">The method's name.</param>
/// <param name="First">Its first counter.</param>
/// <param name="Count">How many it has.</param>
internal sealed record InstrumentedMethod(string Type, string Name, int First, int Count);
