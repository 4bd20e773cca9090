using System.Globalization;
using Xunit.Abstractions;

namespace Snapshotter.Tests.Identity;

/// <summary>Histories in an overlay for root of a user namespace, who has ids from 0 to 65535 and neither devices nor <c>trusted.*</c>.</summary>
[Long]
public sealed class UserNamespaceIdentityTests(ITestOutputHelper output) : IDisposable
{
    private readonly TempDirectory _temp = new();

    public void Dispose() => _temp.Dispose();

    [SkippableFact]
    public void What_is_unpacked_is_what_was_mounted()
    {
        MappedNamespace.Require();
        string program = Path.Combine(AppContext.BaseDirectory, "Snapshotter.Tests.dll");
        string count = IdentityProperty.Share(15).ToString(CultureInfo.InvariantCulture);
        string[] command = [.. MappedNamespace.Wrapper(_temp), "dotnet", "exec", program, "identity", nameof(Variant.UserNamespace), count];
        ToolResult result = new ToolCommand(command[0], command[1..]) { Timeout = TimeSpan.FromHours(1) }.Run();
        Assert.True(result.ExitCode == 0, result.Output + result.Error);
        output.WriteLine(result.Output.Trim());
    }
}
