using Fuzz.Mutation;

namespace Fuzz.Targets;

/// <summary>The records of a PAX header: the input is the block of records, put before a file in an archive that is otherwise right.</summary>
internal sealed class PaxTarget : FuzzTarget
{
    public override string Name => "pax";

    public override string Description => "PAX records before a file: the rules of tar, with every byte an input of the records' parser";

    public override IReadOnlyList<string> Code => ["LayerStore.Tar.Pax", "LayerStore.Tar.Xattr", "LayerStore.Tar.Posix", "LayerStore.Tar.Sparse", "LayerStore.Tar.Tar"];

    public override IReadOnlyList<IMutator> Mutators { get; } = [new PaxMutator(), new PaxMutator(), new ByteMutator()];

    public override int MaxLength => 4 << 10;

    public override IEnumerable<byte[]> Seeds() => Targets.Seeds.Layers()
        .SelectMany(layer => TarModel.Parse(layer).Records)
        .Where(record => record.Type == 'x' && record.Data.Length < MaxLength)
        .Select(record => record.Data);

    public override void Run(byte[] input) => TarRules.Check(Wrap(input, [.. "0123456789"u8]));

    /// <summary>An archive of one file with these records.</summary>
    public static byte[] Wrap(byte[] records, byte[] content)
    {
        TarModel model = new() { Tail = new byte[1024] };
        model.Records.Add(TarRecord.Make((byte)'x', [.. "pax"u8], data: records));
        model.Records.Add(TarRecord.Make((byte)'0', [.. "file"u8], data: content));
        model.Records.ForEach(record => record.FixChecksum());
        return model.Write();
    }
}
