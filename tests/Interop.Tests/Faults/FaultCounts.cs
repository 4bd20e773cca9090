using Xunit.Abstractions;

namespace Interop.Tests.Faults;

/// <summary>Counts what a test did to the store and what it found, and says so at its end.</summary>
internal sealed class FaultCounts
{
    private readonly Lock _lock = new();
    private readonly SortedDictionary<string, int> _done = new(StringComparer.Ordinal);
    private readonly List<(FaultKind Kind, string Message)> _found = [];

    /// <summary>How many points of each command are tried: what continuous integration has time for, or more (`make faults`).</summary>
    public static int Points { get; } =
        int.TryParse(Environment.GetEnvironmentVariable("FAULTS"), System.Globalization.CultureInfo.InvariantCulture, out var points) ? points : 6;

    /// <summary>Counts one: "kills", "injected errors".</summary>
    public void Add(string what)
    {
        lock (_lock)
            _done[what] = _done.GetValueOrDefault(what) + 1;
    }

    /// <summary>Notes what was found.</summary>
    public void Found(FaultKind kind, string message)
    {
        lock (_lock)
            _found.Add((kind, message));
    }

    /// <summary>Prints the counts, adds them to the file that `make faults` sums up, and fails if anything was found.</summary>
    public void Close(ITestOutputHelper output)
    {
        var found = Enum.GetValues<FaultKind>().Select(kind => (Name: Describe(kind), Count: _found.Count(one => one.Kind == kind)));
        (string Name, int Count)[] lines = [.. _done.Select(one => (one.Key, one.Value)), .. found];
        output.WriteLine("faults: " + string.Join(", ", lines.Select(line => $"{line.Count} {line.Name}")));
        if (Environment.GetEnvironmentVariable("FAULTS_COUNTS") is { Length: > 0 } file)
            File.AppendAllLines(file, lines.Select(line => $"{line.Count}\t{line.Name}"));
        Assert.True(_found.Count == 0, $"{_found.Count} found\n" + string.Join('\n', _found.Select(one => $"{Describe(one.Kind)}: {one.Message}").Order(StringComparer.Ordinal)));
    }

    private static string Describe(FaultKind kind) => kind switch
    {
        FaultKind.Lost => "lost",
        FaultKind.HalfDone => "half-done",
        FaultKind.Leftover => "left over",
        _ => "unclear",
    };
}
