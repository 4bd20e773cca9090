namespace LayerStore.Cli.Output;

/// <summary>A column of a table.</summary>
/// <param name="Title">Its heading.</param>
/// <param name="Cell">The text of a row, untrusted; <see cref="Table"/> makes it safe.</param>
/// <param name="IsNumber">Whether it is set to the right.</param>
/// <param name="MaxLength">What a cell is cut to, unless nothing may be.</param>
internal sealed record Column<T>(string Title, Func<T, string> Cell, bool IsNumber = false, int MaxLength = 60);
