using System.Globalization;
using System.Security;
using System.Text;

namespace BenchTool.Plots;

/// <summary>Writes an SVG picture without a background, in colours that can be read on white and on black.</summary>
internal sealed class Svg
{
    /// <summary>Of text and axes.</summary>
    public const string Ink = "#768390";

    /// <summary>Of lines that only guide the eye.</summary>
    public const string Faint = "#76839055";

    private readonly StringBuilder _body = new();

    public void Rectangle(double x, double y, double width, double height, string fill) =>
        _body.Append(CultureInfo.InvariantCulture, $"<rect x=\"{x:0.##}\" y=\"{y:0.##}\" width=\"{width:0.##}\" height=\"{height:0.##}\" rx=\"2\" fill=\"{fill}\"/>\n");

    public void Line(double x1, double y1, double x2, double y2, string stroke) =>
        _body.Append(CultureInfo.InvariantCulture, $"<line x1=\"{x1:0.##}\" y1=\"{y1:0.##}\" x2=\"{x2:0.##}\" y2=\"{y2:0.##}\" stroke=\"{stroke}\"/>\n");

    public void Curve(IEnumerable<(double X, double Y)> points, string stroke) => _body.Append(
        CultureInfo.InvariantCulture,
        $"<polyline points=\"{string.Join(' ', points.Select(p => string.Create(CultureInfo.InvariantCulture, $"{p.X:0.##},{p.Y:0.##}")))}\" fill=\"none\" stroke=\"{stroke}\" stroke-width=\"2\"/>\n");

    public void Dot(double x, double y, string fill) =>
        _body.Append(CultureInfo.InvariantCulture, $"<circle cx=\"{x:0.##}\" cy=\"{y:0.##}\" r=\"3.5\" fill=\"{fill}\"/>\n");

    /// <param name="x">Where it is anchored.</param>
    /// <param name="y">The base line.</param>
    /// <param name="text">Any text; it is escaped, and Markdown's marks for code are left out.</param>
    /// <param name="anchor">start, middle or end.</param>
    /// <param name="bold">For titles.</param>
    public void Text(double x, double y, string text, string anchor = "start", bool bold = false) => _body.Append(
        CultureInfo.InvariantCulture,
        $"<text x=\"{x:0.##}\" y=\"{y:0.##}\" text-anchor=\"{anchor}\"{(bold ? " font-weight=\"bold\"" : "")}>{SecurityElement.Escape(text.Replace("`", "", StringComparison.Ordinal))}</text>\n");

    /// <summary>The whole picture.</summary>
    public string End(double width, double height) => string.Create(
        CultureInfo.InvariantCulture,
        $"<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width:0}\" height=\"{height:0}\" viewBox=\"0 0 {width:0} {height:0}\" font-family=\"system-ui, sans-serif\" font-size=\"12\" fill=\"{Ink}\">\n{_body}</svg>\n");
}
