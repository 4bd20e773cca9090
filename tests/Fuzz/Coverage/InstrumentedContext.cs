using System.Reflection;
using System.Runtime.Loader;

namespace Fuzz.Coverage;

/// <summary>Where the rewritten assemblies are loaded: this program once more, and what it tests. All else is shared.</summary>
internal sealed class InstrumentedContext(IReadOnlyDictionary<string, byte[]> images) : AssemblyLoadContext("instrumented")
{
    protected override Assembly? Load(AssemblyName assemblyName)
    {
        if (!images.TryGetValue(assemblyName.Name!, out byte[]? image))
        {
            return null;
        }

        using MemoryStream stream = new(image);
        return LoadFromStream(stream);
    }
}
