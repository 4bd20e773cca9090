namespace TestSupport;

/// <summary>A class that takes long is begun before the others: begun last it would run alone, with a processor idle.</summary>
[AttributeUsage(AttributeTargets.Class)]
internal sealed class LongAttribute : Attribute;
