using Xunit.Abstractions;

namespace Snapshotter.Tests.Identity;

/// <summary>Histories in whole trees.</summary>
[Long]
public sealed class NativeIdentityTests(ITestOutputHelper output)
{
    [SkippableFact]
    public void What_is_unpacked_is_what_was_mounted()
    {
        Tools.RequireRoot();
        output.WriteLine(IdentityProperty.Run(Variant.Native, IdentityProperty.Share(20)));
    }
}
