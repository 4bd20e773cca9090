using System.Globalization;
using LayerStore.Compression;
using LayerStore.Content;
using LayerStore.Metadata;

// Usage: TestProcess VERB ROOT ARGUMENT...; one line on stdout when done, or when ready to be killed.
using SqliteDatabase database = MetadataDatabase.Open(StoreLayout.OpenOrCreate(args[1], XattrNamespace.Trusted));
ContentStore store = new(StoreLayout.Open(args[1]), database);
switch (args[0])
{
    // write REFERENCE SIZE: one blob.
    case "write":
        byte[] whole = Bytes(args[3]);
        Console.WriteLine((await store.WriteBlobAsync(args[2], whole, new("x/y", LayerStore.Digest.Compute(whole), whole.Length))).Digest);
        break;

    // write-all SIZE...: blobs, committed together.
    case "write-all":
        List<FinishedIngest> ingests = [];
        foreach (string size in args[2..])
        {
            IngestWriter begun = await store.BeginIngestAsync(size);
            begun.Write(Bytes(size));
            ingests.Add(new FinishedIngest(begun));
        }

        Console.WriteLine(string.Join(' ', (await store.CommitAllAsync(ingests)).Select(blob => blob.Digest)));
        break;

    // hang REFERENCE SIZE: the first half of a blob, and then nothing, for ever.
    case "hang":
        byte[] half = Bytes(args[3]);
        using (IngestWriter writer = await store.BeginIngestAsync(args[2]))
        {
            writer.Write(half.AsSpan(0, half.Length / 2));
            Console.WriteLine("ready");
            await Task.Delay(Timeout.Infinite);
        }

        break;

    // stream: blobs of growing size with labels, for ever.
    case "stream":
        for (int size = 1; ; size++)
        {
            await store.WriteBlobAsync($"r{size % 3}", Bytes($"{size * 100}"), labels: new Dictionary<string, string> { ["size"] = $"{size * 100}" });
            if (size == 3)
            {
                Console.WriteLine("ready");
            }
        }

    // label DIGEST PREFIX COUNT: that many labels, one by one.
    case "label":
        for (int i = 0; i < int.Parse(args[4], CultureInfo.InvariantCulture); i++)
        {
            await store.SetLabelsAsync(LayerStore.Digest.Parse(args[2]), new Dictionary<string, string?> { [$"{args[3]}{i}"] = "x" });
        }

        break;

    // pack FILE: its digest when packed with gzip.
    case "pack":
        using (MemoryStream packed = new())
        {
            using (Stream packer = Compressor.Create(CompressionKind.Gzip, packed))
            {
                packer.Write(File.ReadAllBytes(args[2]));
            }

            Console.WriteLine(LayerStore.Digest.Compute(packed.ToArray()));
        }

        break;
}

// The same bytes as the contract's.
static byte[] Bytes(string size)
{
    byte[] bytes = new byte[int.Parse(size, CultureInfo.InvariantCulture)];
    new Random(bytes.Length).NextBytes(bytes);
    return bytes;
}
