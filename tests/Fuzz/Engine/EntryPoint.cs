using System.Globalization;
using Fuzz.Coverage;
using Fuzz.Mutation;
using Fuzz.Targets;

namespace Fuzz.Engine;

/// <summary>Where the instrumented copy of this program begins. What it is given are types that both copies share.</summary>
internal static class EntryPoint
{
    /// <summary>Runs a campaign.</summary>
    /// <param name="counters">The first counter.</param>
    /// <param name="methods">Type, name, first counter and count of each method.</param>
    /// <param name="tokens">Type and bytes of each literal.</param>
    /// <param name="arguments">The command line.</param>
    public static int Run(nint counters, (string, string, int, int)[] methods, (string Type, byte[] Bytes)[] tokens, string[] arguments)
    {
        CommandLine command = CommandLine.Parse(arguments)!;
        FuzzTarget target = AllTargets.Find(command.Target)!;
        CampaignOptions options = command.Options;
        CoverageMap coverage = new(counters, [.. methods.Select(method => new InstrumentedMethod(method.Item1, method.Item2, method.Item3, method.Item4))]);
        Corpus corpus = new(options.KeepsCorpus ? Path.Combine(options.Directory, "corpus", target.Name) : null);
        Random random = new(options.Seed);
        MutationContext context = new()
        {
            Random = random,
            Tokens = [.. tokens.Where(token => !options.IsBlind && target.Code.Any(code => token.Type.StartsWith(code, StringComparison.Ordinal))).Select(token => token.Bytes)],
            Other = () => corpus.Any(random),
            MaxLength = target.MaxLength,
        };
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{target.Name}: seed {options.Seed}, {methods.Sum(method => (long)method.Item4)} edges in all, {context.Tokens.Count} literals"));
        return new Campaign(target, coverage, context, corpus, options).Run();
    }
}
