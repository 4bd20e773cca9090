using System.Diagnostics;
using Fuzz.Coverage;
using Fuzz.Mutation;
using Fuzz.Targets;

namespace Fuzz.Engine;

/// <summary>
/// The loop: take an input, change it, run it; keep it if it reached what none before did. Each new fault is made small and saved
/// under <c>faults/</c>. With the same seed and an empty directory a run is the same every time.
/// </summary>
internal sealed class Campaign(FuzzTarget target, CoverageMap coverage, MutationContext context, Corpus corpus, CampaignOptions options)
{
    private const int MaxStackedMutations = 6;
    private static readonly TimeSpan s_reportEvery = TimeSpan.FromSeconds(10);

    private readonly Stopwatch _clock = Stopwatch.StartNew();
    private readonly Dictionary<string, string> _faults = [];
    private readonly long[] _outcomes = new long[3];
    private TimeSpan _nextReport = s_reportEvery;
    private byte[] _running = [];

    private string FaultDirectory => Path.Combine(options.Directory, "faults", target.Name);

    private string CurrentFile => Path.Combine(options.Directory, $"current-{target.Name}");

    private long Executions => _outcomes.Sum();

    /// <summary>Runs, and gives an exit code.</summary>
    public int Run()
    {
        Directory.CreateDirectory(options.Directory);
        if (CurrentInput.Left(CurrentFile) is { } fatal)
        {
            Save("died", "The process died while this input ran, or was killed.", fatal);
        }

        using CurrentInput current = new(CurrentFile, context.MaxLength);
        using Watchdog watchdog = new(options.Limit, ReportHang);
        foreach (byte[] seed in Seeds())
        {
            Try(seed, current, watchdog);
            if (options.IsBlind)
            {
                corpus.Add(seed, features: 1);
            }
        }

        if (corpus.Count == 0)
        {
            // Everything a seed could reach was a fault.
            corpus.Add([], 0);
        }

        while (_clock.Elapsed < options.Time && Executions < options.Executions)
        {
            Try(Mutate(), current, watchdog);
            Report();
        }

        Summarize();
        return _faults.Count == 0 ? ExitCodes.Clean : ExitCodes.Fault;
    }

    private IEnumerable<byte[]> Seeds() => target.Seeds()
        .Concat(options.IsBlind ? [] : Corpus.Read(Path.Combine(Regressions.Root, target.Name)))
        .Concat(options.KeepsCorpus ? Corpus.Read(Path.Combine(options.Directory, "corpus", target.Name)) : [])
        .Where(seed => seed.Length <= context.MaxLength);

    private byte[] Mutate()
    {
        byte[] input = corpus.Choose(context.Random);
        for (int count = 1 + context.Random.Next(MaxStackedMutations); count > 0; count--)
        {
            IMutator mutator = target.Mutators[context.Random.Next(target.Mutators.Count)];
            byte[]? changed = mutator.Mutate(input, context);
            input = changed is null || changed.Length > context.MaxLength ? input : changed;
        }

        return input;
    }

    private void Try(byte[] input, CurrentInput current, Watchdog watchdog)
    {
        current.Set(input);
        _running = input;
        watchdog.Start();
        coverage.Reset();
        Verdict verdict = Execution.Run(target, input);
        int features = coverage.Take();
        watchdog.Stop();
        _outcomes[(int)verdict.Outcome]++;
        if (verdict.Outcome == Outcome.Fault)
        {
            AddFault(verdict, input);
        }
        else if (features > 0 && !options.IsBlind)
        {
            corpus.Add(input, features);
        }
    }

    private void AddFault(Verdict verdict, byte[] input)
    {
        if (_faults.ContainsKey(verdict.Key))
        {
            return;
        }

        _faults[verdict.Key] = "";
        byte[] small = new Minimizer(target, candidate => Execution.Run(target, candidate).Key == verdict.Key, target.MaxShrinkTries).Shrink(input);
        Save(verdict.Key, Execution.Run(target, small).Detail, small);
    }

    private void Save(string key, string detail, byte[] input)
    {
        Directory.CreateDirectory(FaultDirectory);
        string file = Path.Combine(FaultDirectory, Corpus.NameOf(input));
        File.WriteAllBytes(file, input);
        _faults[key] = file;
        Console.WriteLine($"{target.Name}: FAULT {key}, {input.Length} bytes in {file}\n{detail}");
    }

    private void ReportHang()
    {
        Save("hang", $"It did not end within {options.Limit.TotalSeconds} s.", _running);
        File.Delete(CurrentFile);
        Summarize();
    }

    private void Report()
    {
        if (_clock.Elapsed >= _nextReport)
        {
            _nextReport = _clock.Elapsed + s_reportEvery;
            Console.WriteLine(Status());
        }
    }

    private string Status() =>
        $"{target.Name}: {Executions} executions, {Executions / _clock.Elapsed.TotalSeconds:0} a second, {coverage.Edges} edges, {coverage.Features} features, "
        + $"corpus {corpus.Count}, {_outcomes[(int)Outcome.Accepted]} accepted, {_outcomes[(int)Outcome.Refused]} refused, {_faults.Count} faults";

    private void Summarize()
    {
        if (options.ListsCoverage)
        {
            foreach (string line in coverage.Describe())
            {
                Console.WriteLine(line);
            }
        }

        Console.WriteLine(Status());
    }
}
