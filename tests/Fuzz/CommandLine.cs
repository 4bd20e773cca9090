using System.Globalization;
using Fuzz.Engine;
using Fuzz.Targets;
using TestSupport;

namespace Fuzz;

/// <summary>What the user asks for.</summary>
/// <param name="Verb">What to do.</param>
/// <param name="Target">With which target.</param>
/// <param name="Files">On which inputs.</param>
/// <param name="Options">How.</param>
internal sealed record CommandLine(string Verb, string Target, IReadOnlyList<string> Files, CampaignOptions Options)
{
    /// <summary>The usage.</summary>
    public const string Usage = """
        Usage: Fuzz list
               Fuzz run TARGET [--time SECONDS] [--executions N] [--seed N] [--directory DIR] [--fresh] [--blind] [--coverage] [--limit SECONDS]
               Fuzz replay TARGET FILE...
               Fuzz minimize TARGET FILE...

        run       looks for faults, and saves them small in DIR/faults/TARGET (default: .cache/fuzz). --fresh neither reads nor keeps a corpus,
                  --blind mutates the seeds only, so that the inputs do not depend on the code
        replay    runs inputs, without instruments, and says what comes of each
        minimize  makes inputs that show a fault smaller: FILE.min
        """;

    /// <summary>Reads the arguments; null if they are wrong.</summary>
    public static CommandLine? Parse(IReadOnlyList<string> arguments)
    {
        if (arguments is ["list"])
        {
            return new CommandLine("list", "", [], new CampaignOptions { Directory = "" });
        }

        if (arguments is not [("run" or "replay" or "minimize") and var verb, var target, ..] || AllTargets.Find(target) is null)
        {
            return null;
        }

        if (verb != "run")
        {
            return arguments.Count > 2 ? new CommandLine(verb, target, [.. arguments.Skip(2)], new CampaignOptions { Directory = "" }) : null;
        }

        CampaignOptions options = new() { Directory = Repository.PathOf(".cache/fuzz") };
        for (int i = 2; i < arguments.Count; i++)
        {
            string? value = i + 1 < arguments.Count ? arguments[i + 1] : null;
            switch (arguments[i])
            {
                case "--fresh":
                    options = options with { KeepsCorpus = false };
                    continue;
                case "--blind":
                    options = options with { KeepsCorpus = false, IsBlind = true };
                    continue;
                case "--coverage":
                    options = options with { ListsCoverage = true };
                    continue;
                case "--directory" when value is not null:
                    options = options with { Directory = Path.GetFullPath(value) };
                    break;
                case "--time" when Number(value) is { } seconds:
                    options = options with { Time = TimeSpan.FromSeconds(seconds) };
                    break;
                case "--limit" when Number(value) is { } seconds:
                    options = options with { Limit = TimeSpan.FromSeconds(seconds) };
                    break;
                case "--executions" when Number(value) is { } executions:
                    options = options with { Executions = executions };
                    break;
                case "--seed" when Number(value) is { } seed:
                    options = options with { Seed = seed };
                    break;
                default:
                    return null;
            }

            i++;
        }

        return new CommandLine(verb, target, [], options);
    }

    private static int? Number(string? text) => int.TryParse(text, CultureInfo.InvariantCulture, out int number) ? number : null;
}
