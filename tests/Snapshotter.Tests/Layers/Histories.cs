using System.Globalization;

namespace Snapshotter.Tests.Layers;

/// <summary>How many random histories the property tests run: 30, or what <c>LAYERSTORE_HISTORIES</c> says.</summary>
internal static class Histories
{
    public static int Count =>
        int.TryParse(Environment.GetEnvironmentVariable("LAYERSTORE_HISTORIES"), CultureInfo.InvariantCulture, out int count) ? count : 30;
}
