using Xunit.Abstractions;

namespace Snapshotter.Tests.Identity;

/// <summary>Histories in an overlay that somebody mounts with <c>metacopy=on,redirect_dir=on</c>. A differ that reads such an upper alone writes zeros.</summary>
[Long]
public sealed class ReferringIdentityTests(ITestOutputHelper output)
{
    [SkippableFact]
    public void What_is_unpacked_is_what_was_mounted()
    {
        Tools.RequireRoot();
        output.WriteLine(IdentityProperty.Run(Variant.Referring, IdentityProperty.Share(25)));
    }
}
