using LayerStore;
using LayerStore.Cli;

namespace Cli.Tests.Output;

public sealed class ExitCodeTests
{
    [Theory]
    [InlineData(ErrorKind.Unknown, 1)]
    [InlineData(ErrorKind.OutOfRange, 1)]
    [InlineData(ErrorKind.NotFound, 2)]
    [InlineData(ErrorKind.DataLoss, 3)]
    [InlineData(ErrorKind.AlreadyExists, 4)]
    [InlineData(ErrorKind.FailedPrecondition, 4)]
    [InlineData(ErrorKind.Aborted, 4)]
    [InlineData(ErrorKind.Unauthenticated, 5)]
    [InlineData(ErrorKind.Unavailable, 6)]
    [InlineData(ErrorKind.PermissionDenied, 7)]
    [InlineData(ErrorKind.Unimplemented, 7)]
    [InlineData(ErrorKind.ResourceExhausted, 8)]
    [InlineData(ErrorKind.InvalidArgument, 64)]
    public void A_kind_of_error_has_one_exit_code(ErrorKind kind, int code) => Assert.Equal(code, ExitCode.From(kind));

    [Fact]
    public void No_kind_of_error_is_left_out() => Assert.Equal(13, Enum.GetValues<ErrorKind>().Length);

    [Fact]
    public void The_manual_has_every_code()
    {
        string manual = File.ReadAllText(Repository.PathOf("docs/exit-codes.md"));
        Assert.All([0, 1, 2, 3, 4, 5, 6, 7, 8, 64, 130], code => Assert.Contains($"| {code} |", manual, StringComparison.Ordinal));
    }
}
