using System.Text.Json.Serialization.Metadata;
using LayerStore.Cli.Output.Json;

namespace LayerStore.Cli.Output;

/// <summary>Writes rows of one kind as a table, as JSON, or as names: one model for all three.</summary>
/// <param name="json">How a row is written as JSON. Asked when one is: to describe it takes longer than to list a few.</param>
/// <param name="name">What names a row.</param>
/// <param name="columns">The columns of the table.</param>
internal sealed class Listing<T>(Func<CliJsonContext, JsonTypeInfo<T>> json, Func<T, string> name, params IReadOnlyList<Column<T>> columns)
{
    /// <summary>Writes the rows to standard output.</summary>
    public async Task WriteAsync(Session session, ListingOptions options, IAsyncEnumerable<T> rows, CancellationToken cancellationToken)
    {
        OutputFormat format = session.Get(options.Format);
        bool quiet = session.Get(options.Quiet);
        List<T> all = [];
        await foreach (T row in rows.WithCancellation(cancellationToken).ConfigureAwait(false))
        {
            if (quiet)
            {
                session.PrintName(name(row));
            }
            else if (format == OutputFormat.JsonLines)
            {
                session.Print(JsonText.Format(row, json(CliJsonContext.Default), indented: false));
            }
            else
            {
                all.Add(row);
            }
        }

        if (!quiet && format == OutputFormat.Json)
        {
            session.Print(JsonText.FormatArray(all, json(CliJsonContext.Default)));
        }
        else if (!quiet && format == OutputFormat.Table)
        {
            Table.Write(all, columns, session.Get(options.NoTruncation), session.Host.Text);
        }
    }
}
