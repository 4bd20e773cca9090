using System.Text;

namespace LayerStore.Cli.Output;

/// <summary>Writes rows as aligned columns without any control character.</summary>
internal static class Table
{
    private const string Gap = "  ";

    /// <summary>Writes a heading and the rows.</summary>
    /// <param name="rows">The rows.</param>
    /// <param name="columns">The columns.</param>
    /// <param name="full">Whether cells are written whole; else digests are abbreviated and long texts cut.</param>
    /// <param name="output">Where to.</param>
    public static void Write<T>(IReadOnlyCollection<T> rows, IReadOnlyList<Column<T>> columns, bool full, TextWriter output)
    {
        string[][] cells = [[.. columns.Select(column => column.Title)], .. rows.Select(row => columns.Select(column => Cell(column, row, full)).ToArray())];
        int[] widths = new int[columns.Count];
        foreach (string[] row in cells)
        {
            for (int i = 0; i < row.Length; i++)
            {
                widths[i] = Math.Max(widths[i], row[i].Length);
            }
        }

        StringBuilder line = new();
        foreach (string[] row in cells)
        {
            line.Clear();
            for (int i = 0; i < row.Length; i++)
            {
                line.Append(columns[i].IsNumber ? row[i].PadLeft(widths[i]) : row[i].PadRight(widths[i])).Append(Gap);
            }

            output.WriteLine(line.ToString().TrimEnd());
        }
    }

    /// <summary>A digest as people read it: the algorithm and the first twelve digits. Other text as it is.</summary>
    public static string Abbreviate(string text) =>
        Digest.TryParse(text, out Digest? digest) ? $"{digest.Algorithm.Name()}:{digest.Abbreviated}" : text;

    private static string Cell<T>(Column<T> column, T row, bool full)
    {
        string text = column.Cell(row);
        if (full)
        {
            return text.Length == 0 ? "-" : Printable.Text(text);
        }

        text = Printable.Text(Abbreviate(text));
        return text.Length == 0 ? "-" : text.Length <= column.MaxLength ? text : text[..(column.MaxLength - 1)] + "…";
    }
}
