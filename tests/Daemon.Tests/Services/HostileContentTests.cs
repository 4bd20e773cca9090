using Daemon.Tests.Support;
using LayerStore;
using LayerStore.Daemon.Grpc;
using LayerStore.Daemon.Protos.Content;
using ByteString = Google.Protobuf.ByteString;

namespace Daemon.Tests.Services;

/// <summary>The content service and a client that lies about offsets, sizes and digests.</summary>
public sealed class HostileContentTests : ContentServiceFixture
{
    private static readonly ByteString s_data = ByteString.CopyFromUtf8("data");
    private static readonly string s_digest = Digest.Compute("data"u8).ToString();
    private static readonly string s_other = Digest.Compute("other"u8).ToString();

    [Theory]
    [InlineData(long.MinValue, 0, "OutOfRange")]
    [InlineData(long.MaxValue, 0, "OutOfRange")]
    [InlineData(1, 0, "OutOfRange")]
    [InlineData(0, long.MaxValue, "FailedPrecondition")]
    [InlineData(0, 3, "FailedPrecondition")]
    [InlineData(0, long.MinValue, "Ok")]
    public async Task A_lie_about_offset_or_size_costs_nothing_and_publishes_nothing(long offset, long total, string status)
    {
        WireReply reply = await WriteAsync(new WriteContentRequest { Ref = "r", Action = WriteAction.Commit, Data = s_data, Offset = offset, Total = total });

        Assert.Equal(status, reply.Status.ToString());
        Assert.Equal(reply.Status == GrpcStatus.Ok ? [s_digest] : [], await ListAsync());
    }

    [Fact]
    public async Task The_last_word_about_the_digest_counts_and_a_false_one_publishes_nothing()
    {
        WireReply lie = await WriteAsync(
            new WriteContentRequest { Ref = "r", Action = WriteAction.Write, Data = s_data, Expected = s_digest },
            new WriteContentRequest { Action = WriteAction.Commit, Offset = 4, Expected = s_other });
        Assert.Equal(GrpcStatus.FailedPrecondition, lie.Status);
        Assert.Empty(await ListAsync());

        foreach (string digest in (string[])["sha256:../../../etc/passwd", "sha512:00", "sha256:" + new string('0', 1 << 20), "\0"])
        {
            Assert.Equal(GrpcStatus.InvalidArgument, (await WriteAsync(new WriteContentRequest { Ref = "r", Expected = digest })).Status);
        }

        // A reference is a name and no path; another one in a later message is not taken for this one.
        foreach (string reference in (string[])["../../blobs/sha256/x", "/etc/passwd", ".", "..", new('r', 4096)])
        {
            Assert.Equal(GrpcStatus.Ok, (await WriteAsync(new WriteContentRequest { Ref = reference })).Status);
        }

        Assert.Equal(GrpcStatus.InvalidArgument, (await WriteAsync(new WriteContentRequest { Ref = new string('r', 4097) })).Status);
        Assert.Equal(6, (await ListStatusesAsync()).Length);
    }

    [Theory]
    [InlineData(long.MaxValue, 0, "OutOfRange", 0)]
    [InlineData(5, long.MaxValue, "OutOfRange", 0)]
    [InlineData(long.MinValue, long.MaxValue, "Ok", 4)]
    [InlineData(4, long.MaxValue, "Ok", 0)]
    [InlineData(3, long.MaxValue, "Ok", 1)]
    [InlineData(0, long.MinValue, "Ok", 4)]
    public async Task A_read_of_what_is_not_there_gives_what_is(long offset, long size, string status, int length)
    {
        string digest = await StoreAsync("data"u8.ToArray());

        WireReply reply = await CallAsync("Read", new ReadContentRequest { Digest = digest, Offset = offset, Size = size });

        Assert.Equal((status, length), (reply.Status.ToString(), reply.Messages.Sum(message => ReadContentResponse.Parser.ParseFrom(message).Data.Length)));
    }

    [Fact]
    public async Task Labels_that_grow_with_each_update_end_at_the_limit()
    {
        string digest = await StoreAsync("data"u8.ToArray(), Some(0, 200));

        await UpdateAsync(digest, [.. Some(200, 50).Select(label => "labels." + label.Key)], Some(200, 50));
        await Assert.ThrowsAnyAsync<Exception>(() => UpdateAsync(digest, [.. Some(250, 50).Select(label => "labels." + label.Key)], Some(250, 50)));

        Assert.Equal(250, (await CallAsync("Info", new InfoRequest { Digest = digest })).Only<InfoResponse>().Info.Labels.Count);

        static (string Key, string Value)[] Some(int first, int count) => [.. Enumerable.Range(first, count).Select(i => ($"k{i}", new string('v', 4000)))];
    }
}
