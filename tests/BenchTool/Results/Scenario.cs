namespace BenchTool.Results;

/// <summary>One thing to do, and what each tool took for it.</summary>
/// <param name="name">The scenario's word, as scripts have it.</param>
internal sealed class Scenario(string name)
{
    private readonly List<Series> _series = [];

    public string Name { get; } = name;

    /// <summary>What a reader sees.</summary>
    public string Title { get; set; } = name;

    /// <summary>What the sizes count, where it grows.</summary>
    public string Unit { get; set; } = "";

    public Floor? Floor { get; set; }

    public Aim? Aim { get; set; }

    /// <summary>In the order in which the tools had their first turn.</summary>
    public IReadOnlyList<Series> Series => _series;

    /// <summary>Those of other programs.</summary>
    public IEnumerable<Series> Peers => _series.Where(series => !IsOurs(series.Tool) && !IsLimit(series.Tool));

    /// <summary>Whether it was measured at several sizes.</summary>
    public bool Grows => _series.Count > 0 && _series.TrueForAll(series => series.Size is not null);

    /// <summary>The seconds of the floor, or null where there is none or a part of it was not measured.</summary>
    public double? FloorSeconds =>
        Floor is null || Floor.Parts.Any(part => Find(part) is null) ? null : Floor.Parts.Sum(part => Find(part)!.Wall) / Floor.Cores;

    /// <summary>What the others are compared with: the first of these that is ours, else the first.</summary>
    public static Series Ours(IReadOnlyList<Series> series) => series.FirstOrDefault(s => IsOurs(s.Tool)) ?? series[0];

    /// <summary>Whether a tool is LayerStore, in one way or another.</summary>
    public static bool IsOurs(string tool) => tool.StartsWith("layerstore", StringComparison.Ordinal);

    /// <summary>Whether a tool is a limit of the machine, and not a peer.</summary>
    public bool IsLimit(string tool) => Floor?.Parts.Contains(tool) == true || tool.StartsWith("limit-", StringComparison.Ordinal);

    /// <summary>Adds what one run took.</summary>
    public void Add(string tool, string at, Sample sample)
    {
        Series? series = _series.Find(s => s.Tool == tool && s.At == at);
        if (series is null)
        {
            series = new Series(tool, at);
            _series.Add(series);
        }

        series.Samples.Add(sample);
    }

    private Series? Find(string tool) => _series.Find(series => series.Tool == tool);
}
