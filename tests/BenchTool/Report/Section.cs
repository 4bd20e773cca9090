using System.Text;
using BenchTool.Plots;
using BenchTool.Results;

namespace BenchTool.Report;

/// <summary>A part's section of the document, and the plots in it.</summary>
/// <param name="Text">Markdown.</param>
/// <param name="Plots">File names and SVG.</param>
internal sealed record Section(string Text, IReadOnlyList<(string Name, string Svg)> Plots)
{
    /// <param name="part">The part's word, with which the plots' names begin.</param>
    /// <param name="scenarios">Its scenarios, each with the file that has it.</param>
    public static Section Of(string part, IReadOnlyList<(ResultFile File, Scenario Scenario)> scenarios)
    {
        StringBuilder text = new();
        List<(string, string)> plots = [];
        List<(ResultFile File, Scenario Scenario)> compared = [.. scenarios.Where(s => !s.Scenario.Grows && s.Scenario.Series.All(series => series.At.Length == 0))];
        if (compared.Count > 0)
            Add(part, part, BarPlot.Draw([.. compared.Select(s => BarGroup.Of(s.File, s.Scenario))]));
        string machine = "";
        foreach ((ResultFile file, Scenario scenario) in scenarios)
        {
            if (file.Machine != machine)
            {
                machine = file.Machine;
                text.Append('\n').Append(machine).Append('\n');
            }

            if (scenario.Grows)
                Add($"{part}-{scenario.Name}", scenario.Title, LinePlot.Draw(file, scenario));
            text.Append(Tables.Of(file, scenario));
        }

        return new Section(text.ToString(), plots);

        void Add(string name, string title, string svg)
        {
            plots.Add(($"{name}.svg", svg));
            text.Append($"\n![{title}](plots/{name}.svg)\n");
        }
    }
}
