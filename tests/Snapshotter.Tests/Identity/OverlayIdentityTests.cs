using Xunit.Abstractions;

namespace Snapshotter.Tests.Identity;

/// <summary>Histories in an overlay, mounted as the store says.</summary>
[Long]
public sealed class OverlayIdentityTests(ITestOutputHelper output)
{
    [SkippableFact]
    public void What_is_unpacked_is_what_was_mounted()
    {
        Tools.RequireRoot();
        output.WriteLine(IdentityProperty.Run(Variant.Overlay, IdentityProperty.Share(40)));
    }
}
