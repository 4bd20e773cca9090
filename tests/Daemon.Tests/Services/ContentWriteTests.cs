using Daemon.Tests.Support;
using LayerStore;
using LayerStore.Daemon.Grpc;
using LayerStore.Daemon.Protos.Content;
using ByteString = Google.Protobuf.ByteString;

namespace Daemon.Tests.Services;

/// <summary>The stream that writes a blob, by its messages.</summary>
public sealed class ContentWriteTests : ContentServiceFixture
{
    private static readonly ByteString s_half = ByteString.CopyFromUtf8("half");
    private static readonly string s_digest = Digest.Compute("halfhalf"u8).ToString();

    [Fact]
    public async Task A_stream_tells_after_each_message_how_far_it_is()
    {
        WireReply reply = await WriteAsync(
            new WriteContentRequest { Ref = "r", Total = 8, Expected = s_digest },
            new WriteContentRequest { Action = WriteAction.Write, Data = s_half },
            new WriteContentRequest { Action = WriteAction.Write, Data = s_half, Offset = 4 },
            new WriteContentRequest { Action = WriteAction.Commit, Offset = 8, Labels = { ["a"] = "b" } });

        Assert.Equal(GrpcStatus.Ok, reply.Status);
        Assert.Equal(
            [
                (WriteAction.Stat, 0L, 8L, Digest.Compute(""u8).ToString()),
                (WriteAction.Write, 4L, 8L, Digest.Compute("half"u8).ToString()),
                (WriteAction.Write, 8L, 8L, s_digest),
                (WriteAction.Commit, 8L, 8L, s_digest),
            ],
            Answers(reply).Select(answer => (answer.Action, answer.Offset, answer.Total, answer.Digest)));
        Assert.All(Answers(reply), answer => Assert.True(answer.UpdatedAt.ToDateTime() >= answer.StartedAt.ToDateTime()));
        Info info = (await CallAsync("Info", new InfoRequest { Digest = s_digest })).Only<InfoResponse>().Info;
        Assert.Equal((8L, "b"), (info.Size, info.Labels["a"]));
        Assert.Empty(await ListStatusesAsync());
    }

    [Fact]
    public async Task One_message_can_be_the_whole_blob()
    {
        WireReply reply = await WriteAsync(new WriteContentRequest { Ref = "r", Action = WriteAction.Commit, Data = ByteString.CopyFromUtf8("halfhalf") });

        Assert.Equal((s_digest, 8L), (Answers(reply).Single().Digest, Answers(reply).Single().Offset));
    }

    [Fact]
    public async Task A_stream_without_a_reference_is_InvalidArgument()
    {
        Assert.Equal(GrpcStatus.InvalidArgument, (await WriteAsync(new WriteContentRequest())).Status);
        Assert.Equal(GrpcStatus.InvalidArgument, (await WriteAsync()).Status);
        Assert.Equal(GrpcStatus.InvalidArgument, (await WriteAsync(new WriteContentRequest { Ref = "a\nb" })).Status);
        Assert.Equal(GrpcStatus.InvalidArgument, (await WriteAsync(new WriteContentRequest { Ref = "r", Action = (WriteAction)7 })).Status);
    }

    [Theory]
    [InlineData(3)]
    [InlineData(5)]
    [InlineData(-1)]
    public async Task An_offset_that_is_not_the_end_is_OutOfRange_and_the_ingest_is_kept(long offset)
    {
        WireReply reply = await WriteAsync(
            new WriteContentRequest { Ref = "r", Action = WriteAction.Write, Data = s_half },
            new WriteContentRequest { Action = WriteAction.Write, Data = s_half, Offset = offset });

        Assert.Equal(GrpcStatus.OutOfRange, reply.Status);
        Assert.Equal(4, await OffsetAsync("r"));
    }

    [Fact]
    public async Task An_offset_of_0_begins_anew()
    {
        WireReply reply = await WriteAsync(
            new WriteContentRequest { Ref = "r", Action = WriteAction.Write, Data = ByteString.CopyFromUtf8("something else") },
            new WriteContentRequest { Action = WriteAction.Write, Data = s_half },
            new WriteContentRequest { Action = WriteAction.Commit, Data = s_half, Offset = 4, Expected = s_digest });

        Assert.Equal((GrpcStatus.Ok, s_digest), (reply.Status, Answers(reply).Last().Digest));
    }

    [Fact]
    public async Task A_wrong_size_or_digest_is_FailedPrecondition_and_the_ingest_can_be_committed_later()
    {
        await WriteAsync(new WriteContentRequest { Ref = "r", Action = WriteAction.Write, Data = ByteString.CopyFromUtf8("halfhalf") });

        Assert.Equal(GrpcStatus.FailedPrecondition, (await WriteAsync(Commit(total: 9))).Status);
        Assert.Equal(GrpcStatus.FailedPrecondition, (await WriteAsync(Commit(expected: Digest.Compute("x"u8).ToString()))).Status);
        Assert.Equal(8, await OffsetAsync("r"));
        Assert.Equal(GrpcStatus.Ok, (await WriteAsync(Commit(expected: s_digest, total: 8))).Status);

        WriteContentRequest Commit(string expected = "", long total = 0) =>
            new() { Ref = "r", Action = WriteAction.Commit, Offset = 8, Expected = expected, Total = total };
    }

    [Fact]
    public async Task A_blob_that_is_here_is_AlreadyExists_at_every_message_and_the_ingest_is_dropped()
    {
        await StoreAsync("halfhalf"u8.ToArray());
        WriteContentRequest some = new() { Ref = "r", Action = WriteAction.Write, Data = s_half };

        Assert.Equal(GrpcStatus.AlreadyExists, (await WriteAsync(new WriteContentRequest { Ref = "r", Expected = s_digest })).Status);
        await WriteAsync(some);
        Assert.Equal(GrpcStatus.AlreadyExists, (await WriteAsync(new WriteContentRequest { Ref = "r", Expected = s_digest })).Status);
        Assert.Empty(await ListStatusesAsync());
        Assert.Equal(GrpcStatus.AlreadyExists, (await WriteAsync(some, new WriteContentRequest { Expected = s_digest })).Status);
        Assert.Empty(await ListStatusesAsync());
        WriteContentRequest all = new() { Action = WriteAction.Commit, Data = s_half, Offset = 4 };
        Assert.Equal(GrpcStatus.AlreadyExists, (await WriteAsync(some, all)).Status);
        Assert.Empty(await ListStatusesAsync());
    }

    [Fact]
    public async Task A_second_writer_is_Unavailable_until_the_first_stream_ends()
    {
        using PushContent first = new();
        Task<HttpResponseMessage> sending = Client.SendAsync(Path("Write"), first, CancellationToken.None);
        await first.SendAsync(WireClient.Frame(new WriteContentRequest { Ref = "r", Action = WriteAction.Write, Data = s_half }));
        using HttpResponseMessage response = await sending;

        Assert.Equal(GrpcStatus.Unavailable, (await WriteAsync(new WriteContentRequest { Ref = "r" })).Status);
        Assert.Equal(GrpcStatus.Ok, (await WriteAsync(new WriteContentRequest { Ref = "other" })).Status);
        first.End();
        Assert.Equal(GrpcStatus.Ok, (await WireReply.ReadAsync(response)).Status);
        Assert.Equal(4, Answers(await WriteAsync(new WriteContentRequest { Ref = "r" })).Single().Offset);
    }

    [Fact]
    public async Task A_client_that_goes_away_leaves_its_reference_and_its_bytes()
    {
        using PushContent first = new();
        using (WireClient other = new(Address))
        {
            Task<HttpResponseMessage> sending = other.SendAsync(Path("Write"), first, CancellationToken.None);
            await first.SendAsync(WireClient.Frame(new WriteContentRequest { Ref = "r", Action = WriteAction.Write, Data = s_half }));
            using HttpResponseMessage response = await sending;
        }

        WireReply reply = await WriteAsync(new WriteContentRequest { Ref = "r" });
        for (int attempt = 0; reply.Status == GrpcStatus.Unavailable && attempt < 100; attempt++)
        {
            reply = await WriteAsync(new WriteContentRequest { Ref = "r" });
        }

        Assert.Equal(4, Answers(reply).Single().Offset);
        first.End();
    }

    [Fact]
    public async Task An_abort_ends_the_writer_and_drops_the_bytes()
    {
        using PushContent first = new();
        Task<HttpResponseMessage> sending = Client.SendAsync(Path("Write"), first, CancellationToken.None);
        await first.SendAsync(WireClient.Frame(new WriteContentRequest { Ref = "r", Action = WriteAction.Write, Data = s_half }));
        using HttpResponseMessage response = await sending;

        Assert.Equal(GrpcStatus.Ok, (await CallAsync("Abort", new AbortRequest { Ref = "r" })).Status);

        Assert.Equal(GrpcStatus.Aborted, (await WireReply.ReadAsync(response)).Status);
        Assert.Empty(await ListStatusesAsync());
        Assert.Equal(0, Answers(await WriteAsync(new WriteContentRequest { Ref = "r" })).Single().Offset);
        first.End();
    }

    [Fact]
    public async Task To_abort_what_is_not_there_is_no_error() =>
        Assert.Equal(GrpcStatus.Ok, (await CallAsync("Abort", new AbortRequest { Ref = "none" })).Status);

    private static IEnumerable<WriteContentResponse> Answers(WireReply reply) => reply.Messages.Select(message => WriteContentResponse.Parser.ParseFrom(message));

    private async Task<long> OffsetAsync(string reference) =>
        (await CallAsync("Status", new StatusRequest { Ref = reference })).Only<StatusResponse>().Status.Offset;
}
