using LayerStore;
using LayerStore.Cli;
using LayerStore.Cli.Output;

namespace Cli.Tests.Output;

public sealed class ErrorReportTests
{
    public static TheoryData<Exception, int, string> Cases => new()
    {
        { new LayerStoreException(ErrorKind.NotFound, "no such thing", "Look elsewhere."), 2, "error: no such thing\nhint: Look elsewhere.\n" },
        { new LayerStoreException(ErrorKind.Unknown, "broken"), 1, "error: broken\n" },
        { new AggregateException(new LayerStoreException(ErrorKind.DataLoss, "wrong digest")), 3, "error: wrong digest\n" },
        { new LayerStoreException(ErrorKind.Unknown, "a\nb\e[31m"), 1, "error: a\\x0ab\\x1b[31m\n" },
        { new IOException("No space left on device", 28), 8, "error: cannot read or write: No space left on device\nhint: Free some space on this file system, then try again.\n" },
        { new UnauthorizedAccessException("Access to the path '/x' is denied."), 7, "error: cannot read or write: Permission denied\nhint: " },
        { new InvalidOperationException("What was that."), 1, "error: this should not happen: What was that\nhint: This is a defect in the program: please report it, with the command line.\n" },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public void Whatever_went_wrong_is_a_line_a_hint_and_a_code(Exception exception, int code, string text)
    {
        using StringWriter error = new() { NewLine = "\n" };
        Assert.Equal(code, ErrorReport.Write(new Host(Stream.Null, Stream.Null, error), exception));
        Assert.StartsWith(text, error.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("xterm", null, true)]
    [InlineData("xterm", "", true)]
    [InlineData("xterm", "1", false)]
    [InlineData("dumb", null, false)]
    [InlineData(null, null, false)]
    public void Colour_is_for_terminals_whose_user_did_not_refuse_it(string? terminal, string? noColor, bool expected)
    {
        using StringWriter error = new() { NewLine = "\n" };
        Host host = new(Stream.Null, Stream.Null, error)
        {
            ErrorIsTerminal = true,
            Variable = name => name switch { "TERM" => terminal, "NO_COLOR" => noColor, _ => null },
        };
        ErrorReport.Write(host, new LayerStoreException(ErrorKind.NotFound, "nothing"));
        Assert.Equal(expected ? "\e[31merror:\e[0m nothing\n" : "error: nothing\n", error.ToString());
    }

    [Fact]
    public void No_colour_goes_to_a_file()
    {
        using StringWriter error = new() { NewLine = "\n" };
        ErrorReport.Write(new Host(Stream.Null, Stream.Null, error) { Variable = _ => "xterm" }, new LayerStoreException(ErrorKind.NotFound, "nothing"));
        Assert.Equal("error: nothing\n", error.ToString());
    }
}
