using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace BenchTool.Results;

/// <summary>What one run of one part of the benchmark measured.</summary>
/// <remarks>
/// A text file of tab-separated fields, one record a line; the first field says which:
/// <code>
/// part      PART
/// machine   TEXT                  processor, memory, kernel, file system, versions, date
/// label     TOOL      TEXT        Markdown
/// scenario  SCENARIO  TITLE  UNIT where it grows, the unit of its sizes, else empty
/// floor     SCENARIO  CORES  TOOL+TOOL...
/// aim       SCENARIO  TIMES  TEXT       how many times as fast as the fastest peer it is to be, and what a reader sees of it
/// sample    SCENARIO  TOOL   AT   WALL-SECONDS  CPU-SECONDS  PEAK-BYTES  WRITTEN-BYTES
/// </code>
/// </remarks>
internal sealed class ResultFile
{
    private readonly List<Scenario> _scenarios = [];
    private readonly Dictionary<string, string> _labels = new(StringComparer.Ordinal);

    private ResultFile()
    {
    }

    public string Part { get; private set; } = "";

    /// <summary>Where, with what and when it was measured.</summary>
    public string Machine { get; private set; } = "";

    /// <summary>Those that have samples, in the file's order.</summary>
    public IReadOnlyList<Scenario> Scenarios => [.. _scenarios.Where(scenario => scenario.Series.Count > 0)];

    /// <summary>What a reader sees of a tool.</summary>
    public string LabelOf(string tool) => _labels.GetValueOrDefault(tool, tool);

    /// <exception cref="FormatException">A line is none of a result file; the message has its number.</exception>
    public static ResultFile Parse(string name, TextReader text)
    {
        ResultFile file = new();
        int number = 0;
        while (text.ReadLine() is { } line)
        {
            number++;
            try
            {
                file.Take(line.Split('\t'));
            }
            catch (FormatException e)
            {
                throw new FormatException($"{name}, line {number}: {e.Message}", e);
            }
        }

        return file.Part.Length > 0 ? file : throw new FormatException($"{name} does not say which part it is");
    }

    [SuppressMessage("Style", "IDE0072", Justification = "Every other line is refused.")]
    private void Take(string[] fields)
    {
        switch (fields)
        {
            case ["part", var part]:
                Part = part;
                break;
            case ["machine", var machine]:
                Machine = machine;
                break;
            case ["label", var tool, var text]:
                _labels[tool] = text;
                break;
            case ["scenario", var scenario, var title, var unit]:
                ScenarioOf(scenario).Title = title;
                ScenarioOf(scenario).Unit = unit;
                break;
            case ["floor", var scenario, var cores, var parts]:
                ScenarioOf(scenario).Floor = new Floor(Cores(cores), parts.Split('+'));
                break;
            case ["aim", var scenario, var times, var text]:
                ScenarioOf(scenario).Aim = new Aim(Times(times), text);
                break;
            case ["sample", var scenario, var tool, var at, _, _, _, _]:
                ScenarioOf(scenario).Add(tool, at, Sample.Parse(fields.AsSpan(4)));
                break;
            default:
                throw new FormatException($"no such record with {fields.Length} fields: {fields[0]}");
        }
    }

    private Scenario ScenarioOf(string name)
    {
        Scenario? scenario = _scenarios.Find(s => s.Name == name);
        if (scenario is null)
        {
            scenario = new Scenario(name);
            _scenarios.Add(scenario);
        }

        return scenario;
    }

    private static double Times(string field) =>
        double.TryParse(field, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double times) && times > 0
            ? times
            : throw new FormatException($"\"{field}\" is not how many times as fast");

    private static int Cores(string field) =>
        int.TryParse(field, NumberStyles.None, CultureInfo.InvariantCulture, out int cores) && cores > 0
            ? cores
            : throw new FormatException($"\"{field}\" is no number of cores");
}
