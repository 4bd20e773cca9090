using Xunit.Abstractions;

namespace TestSupport;

/// <summary>The order in which test classes begin (xunit calls each a collection): those with <see cref="LongAttribute"/> first.</summary>
internal sealed class LongFirst : ITestCollectionOrderer
{
    private const string Prefix = "Test collection for ";

    /// <inheritdoc/>
    public IEnumerable<ITestCollection> OrderTestCollections(IEnumerable<ITestCollection> testCollections) => testCollections.OrderByDescending(IsLong);

    private static bool IsLong(ITestCollection collection) =>
        collection.DisplayName.StartsWith(Prefix, StringComparison.Ordinal)
        && collection.TestAssembly.Assembly.GetType(collection.DisplayName[Prefix.Length..]) is { } type
        && type.GetCustomAttributes(typeof(LongAttribute).AssemblyQualifiedName).Any();
}
