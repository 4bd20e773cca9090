using System.Globalization;
using FsCheck;
using FsCheck.Fluent;

namespace Snapshotter.Tests.Identity;

/// <summary>Runs random histories, and reports the smallest that shows a difference.</summary>
internal static class IdentityProperty
{
    /// <summary>So many percent of all histories: of 1,000, or what LAYERSTORE_HISTORIES says. LAYERSTORE_HISTORY_SEED gives others.</summary>
    public static int Share(int percent) => (int)Number("LAYERSTORE_HISTORIES", 1000) * percent / 100;

    /// <summary>Lets histories take place.</summary>
    /// <param name="variant">Where.</param>
    /// <param name="count">How many.</param>
    /// <returns>What was done, for people.</returns>
    public static string Run(Variant variant, int count)
    {
        ulong seed = Number("LAYERSTORE_HISTORY_SEED", 1) + (ulong)variant;
        using Laboratory laboratory = new(variant);
        (History? history, Exception? failure) = (null, null);
        int run = 0;
        try
        {
            Check.One(
                Config.QuickThrowOnFailure.WithQuietOnSuccess(true).WithReplay(seed, gamma: 1).WithMaxTest(count),
                Prop.ForAll(History.Random, tried =>
                {
                    try
                    {
                        run += failure is null ? 1 : 0;
                        laboratory.Run(tried);
                    }
                    catch (Exception e)
                    {
                        // The last that fails is the smallest that was found.
                        (history, failure) = (tried, e);
                        throw;
                    }
                }));
        }
        catch (Exception) when (failure is not null)
        {
            Assert.Fail($"history {run} of seed {seed}, in {variant}, made smaller:\n{history}\n{failure.Message}\n{failure.StackTrace}");
        }

        return string.Create(
            CultureInfo.InvariantCulture, $"{count} histories, {laboratory.Changes} changes in {laboratory.Operations} operations, {laboratory.Commits} commits ({variant}, seed {seed}): no difference");
    }

    private static ulong Number(string variable, ulong otherwise) =>
        ulong.TryParse(Environment.GetEnvironmentVariable(variable), CultureInfo.InvariantCulture, out ulong value) ? value : otherwise;
}
