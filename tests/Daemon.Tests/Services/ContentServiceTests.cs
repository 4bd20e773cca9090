using System.Security.Cryptography;
using Daemon.Tests.Support;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using LayerStore;
using LayerStore.Daemon.Grpc;
using LayerStore.Daemon.Protos.Content;
using ByteString = Google.Protobuf.ByteString;

namespace Daemon.Tests.Services;

/// <summary>The content service by its messages: what containerd's own suite does not look at.</summary>
public sealed class ContentServiceTests : ContentServiceFixture
{
    [Theory]
    [InlineData("")]
    [InlineData("sha256:abc")]
    [InlineData("md5:d41d8cd98f00b204e9800998ecf8427e")]
    public async Task What_is_no_digest_is_InvalidArgument(string digest)
    {
        IMessage update = new UpdateRequest { Info = new Info { Digest = digest } };
        foreach ((string method, IMessage request) in new[]
        {
            ("Info", new InfoRequest { Digest = digest }), ("Update", update), ("Delete", new DeleteContentRequest { Digest = digest }),
            ("Read", new ReadContentRequest { Digest = digest }),
        })
        {
            Assert.Equal((method, GrpcStatus.InvalidArgument), (method, (await CallAsync(method, request)).Status));
        }
    }

    [Fact]
    public async Task What_is_not_here_is_NotFound()
    {
        string digest = Digest.Compute("absent"u8).ToString();
        foreach ((string method, IMessage request) in new (string, IMessage)[]
        {
            ("Info", new InfoRequest { Digest = digest }), ("Update", new UpdateRequest { Info = new Info { Digest = digest } }),
            ("Delete", new DeleteContentRequest { Digest = digest }), ("Read", new ReadContentRequest { Digest = digest }),
            ("Status", new StatusRequest { Ref = "absent" }),
        })
        {
            Assert.Equal((method, GrpcStatus.NotFound), (method, (await CallAsync(method, request)).Status));
        }
    }

    [Fact]
    public async Task A_mask_says_which_labels_change()
    {
        string digest = await StoreAsync("blob"u8.ToArray(), ("a", "1"), ("b", "2"), ("dotted.key/x", "3"));

        Assert.Equal("b=2 c=9 dotted.key/x=3", await UpdateAsync(digest, ["labels.a", "labels.c"], ("c", "9"), ("b", "not named")));
        Assert.Equal("b=2 c=9", await UpdateAsync(digest, ["labels.dotted.key/x"], ("dotted.key/x", "")));
        Assert.Equal("d=4", await UpdateAsync(digest, ["labels"], ("d", "4")));
        Assert.Equal("e=5", await UpdateAsync(digest, [], ("e", "5")));
        Assert.Equal("", await UpdateAsync(digest, []));
        WireReply other = await CallAsync("Update", new UpdateRequest { Info = new Info { Digest = digest }, UpdateMask = new FieldMask { Paths = { "size" } } });
        Assert.Equal(GrpcStatus.InvalidArgument, other.Status);
    }

    [Fact]
    public async Task A_listing_comes_in_batches_of_a_hundred()
    {
        for (int i = 0; i < 101; i++)
        {
            await StoreAsync(BitConverter.GetBytes(i));
        }

        WireReply reply = await CallAsync("List", new ListContentRequest());

        Assert.Equal([100, 1], reply.Messages.Select(message => ListContentResponse.Parser.ParseFrom(message).Info.Count));
    }

    [Fact]
    public async Task A_listing_is_filtered_by_digest_and_labels()
    {
        string one = await StoreAsync("one"u8.ToArray(), ("color", "red"), ("a.b/c", "x"));
        string two = await StoreAsync("two"u8.ToArray(), ("color", "blue"));

        Assert.Equal([one], await ListAsync($"digest=={one}"));
        Assert.Equal([one], await ListAsync("labels.color==red"));
        Assert.Equal([one], await ListAsync("labels.\"a.b/c\""));
        Assert.Equal([two], await ListAsync("labels.color~=^bl,labels.color!=red"));
        Assert.Equal(new[] { one, two }.Order(), await ListAsync("labels.color==red", $"digest=={two}"));
        Assert.Empty(await ListAsync("size==3"));
        Assert.Empty(await ListAsync("unknown!=x"));
        Assert.Equal(GrpcStatus.InvalidArgument, (await CallAsync("List", new ListContentRequest { Filters = { "labels.color=red" } })).Status);
    }

    [Theory]
    [InlineData(0, 0, 0, 2_500_000)]
    [InlineData(-5, -1, 0, 2_500_000)]
    [InlineData(0, 10, 0, 10)]
    [InlineData(1, 0, 1, 2_499_999)]
    [InlineData(2_499_999, 5, 2_499_999, 1)]
    [InlineData(2_500_000, 0, 0, 0)]
    [InlineData(7, long.MaxValue, 7, 2_499_993)]
    public async Task A_read_gives_a_range_in_chunks(long offset, long size, int start, int length)
    {
        byte[] bytes = RandomNumberGenerator.GetBytes(2_500_000);
        string digest = await StoreAsync(bytes);

        WireReply reply = await CallAsync("Read", new ReadContentRequest { Digest = digest, Offset = offset, Size = size });

        Assert.Equal(GrpcStatus.Ok, reply.Status);
        List<byte> read = [];
        foreach (ReadContentResponse chunk in reply.Messages.Select(message => ReadContentResponse.Parser.ParseFrom(message)))
        {
            Assert.Equal(start + read.Count, chunk.Offset);
            Assert.InRange(chunk.Data.Length, 1, 1 << 20);
            read.AddRange(chunk.Data.Span);
        }

        Assert.True(bytes.AsSpan(start, length).SequenceEqual(read.ToArray()));
    }

    [Fact]
    public async Task A_read_past_the_end_is_OutOfRange()
    {
        string digest = await StoreAsync("12345"u8.ToArray());

        Assert.Equal(GrpcStatus.OutOfRange, (await CallAsync("Read", new ReadContentRequest { Digest = digest, Offset = 6 })).Status);
    }

    [Fact]
    public async Task A_damaged_blob_is_DataLoss_before_its_last_bytes_are_given()
    {
        string digest = await StoreAsync(new byte[1_500_000]);
        Damage(digest);

        WireReply reply = await CallAsync("Read", new ReadContentRequest { Digest = digest });

        Assert.Equal((GrpcStatus.DataLoss, 1), (reply.Status, reply.Messages.Count));
        Assert.Equal(GrpcStatus.NotFound, (await CallAsync("Info", new InfoRequest { Digest = digest })).Status);
    }

    [Fact]
    public async Task Ingests_are_listed_by_reference()
    {
        await WriteAsync(new WriteContentRequest { Ref = "a/1", Total = 10, Expected = Digest.Compute("x"u8).ToString() });
        await WriteAsync(new WriteContentRequest { Action = WriteAction.Write, Ref = "b 2", Data = ByteString.CopyFromUtf8("four") });

        Status status = (await CallAsync("Status", new StatusRequest { Ref = "a/1" })).Only<StatusResponse>().Status;
        Assert.Equal(("a/1", 0L, 10L, Digest.Compute("x"u8).ToString()), (status.Ref, status.Offset, status.Total, status.Expected));
        Assert.Equal(["a/1", "b 2"], await ListStatusesAsync());
        Assert.Equal(["b 2"], await ListStatusesAsync("ref~=^b"));
        Assert.Equal(["a/1"], await ListStatusesAsync("ref==a/1"));
    }

    [Fact]
    public async Task What_another_owner_has_is_neither_seen_nor_touched()
    {
        string digest = await StoreAsOtherAsync("of another"u8.ToArray());

        Assert.Equal(GrpcStatus.NotFound, (await CallAsync("Info", new InfoRequest { Digest = digest })).Status);
        Assert.Empty(await ListAsync());
        Assert.Equal(GrpcStatus.NotFound, (await CallAsync("Delete", new DeleteContentRequest { Digest = digest })).Status);

        // Once it is written here too it is there at once, and its removal is not the other's.
        Assert.Equal(GrpcStatus.AlreadyExists, (await WriteAsync(new WriteContentRequest { Ref = "r", Expected = digest })).Status);
        Assert.Equal([digest], await ListAsync());
        Assert.Equal(GrpcStatus.Ok, (await CallAsync("Delete", new DeleteContentRequest { Digest = digest })).Status);
        Assert.Empty(await ListAsync());
        Assert.True(await OtherHasAsync(digest));
    }
}
