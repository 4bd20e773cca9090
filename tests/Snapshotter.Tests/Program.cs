using System.Globalization;
using Snapshotter.Tests.Identity;

// Usage: Snapshotter.Tests identity VARIANT COUNT. The test runner does not come through here; a test that needs another user
// namespace does, and so may a person who wants more histories.
try
{
    Console.WriteLine(IdentityProperty.Run(Enum.Parse<Variant>(args[1]), int.Parse(args[2], CultureInfo.InvariantCulture)));
    return 0;
}
catch (Xunit.Sdk.FailException e)
{
    Console.WriteLine(e.Message);
    return 1;
}
