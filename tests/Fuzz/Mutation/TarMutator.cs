using System.Buffers.Binary;
using System.Text;

namespace Fuzz.Mutation;

/// <summary>Changes archives by records: fields of headers with the checksum made right, PAX records, whole entries.</summary>
internal sealed class TarMutator : IMutator
{
    /// <summary>Start and length of the fields that are numbers; the last ones belong to old GNU sparse files.</summary>
    private static readonly (int Start, int Length)[] s_numbers =
    [
        (100, 8), (108, 8), (116, 8), (124, 12), (124, 12), (136, 12), (329, 8), (337, 8), (345, 12), (386, 12), (398, 12), (410, 12), (483, 12),
    ];

    private static readonly byte[][] s_magics =
        [[.. "ustar\0"u8, (byte)'0', (byte)'0'], [.. "ustar  \0"u8], new byte[8], [.. "ustar\0"u8, 0, 0], [.. "ustar 00"u8]];

    private readonly PaxMutator _pax = new();
    private readonly ByteMutator _bytes = new();

    public byte[]? Mutate(byte[] input, MutationContext context)
    {
        TarModel model = TarModel.Parse(input);
        if (model.Records.Count == 0 || context.OneIn(6))
        {
            Insert(model, context);
        }
        else
        {
            Change(model, context.Random.Next(model.Records.Count), context);
        }

        if (context.OneIn(50))
        {
            model.Tail = context.OneIn(2) ? new byte[1024] : model.Tail[..(model.Tail.Length / 2)];
        }

        return model.Write();
    }

    private static void Insert(TarModel model, MutationContext context)
    {
        int at = context.Random.Next(model.Records.Count + 1);
        TarRecord record = TarNames.NewRecord(model, context);
        record.FixChecksum();
        model.Records.Insert(at, record);
        if (context.OneIn(3))
        {
            TarRecord pax = TarRecord.Make((byte)'x', [.. "pax"u8], data: PaxMutator.NewBlock(context));
            pax.FixChecksum();
            model.Records.Insert(at, pax);
        }
    }

    private void Change(TarModel model, int index, MutationContext context)
    {
        TarRecord record = model.Records[index];
        switch (context.Random.Next(12))
        {
            case 0:
                model.Records.RemoveAt(index);
                return;
            case 1:
                model.Records.Insert(context.Random.Next(model.Records.Count + 1), record.Copy());
                return;
            case 2:
                int other = context.Random.Next(model.Records.Count);
                (model.Records[index], model.Records[other]) = (model.Records[other], record);
                return;
            case 3:
                TarModel source = TarModel.Parse(context.Other());
                model.Records.InsertRange(index, source.Records.Skip(context.Random.Next(source.Records.Count + 1)).Take(1 + context.Random.Next(3)));
                return;
            case 4:
                record.Name = TarNames.Name(model, context);
                break;
            case 5:
                record.SetText(157, 100, TarNames.Name(model, context));
                break;
            case 6:
                record.Type = TarNames.Type(context);
                break;
            case 7:
                context.Pick(s_magics).CopyTo(record.Header, 257);
                break;
            case 8:
                (int start, int length) = context.Pick(s_numbers);
                SetNumber(record, start, length, context);
                break;
            case 9 when record.Data.Length > 0 && record.Type is (byte)'x' or (byte)'g':
                record.SetData(_pax.Mutate(record.Data, context) ?? record.Data);
                break;
            case 10:
                record.SetData(_bytes.Mutate(record.Data, context) ?? record.Data);
                break;
            default:
                record.Header[context.Random.Next(TarRecord.BlockSize)] = (byte)context.Random.Next(256);
                break;
        }

        if (!context.OneIn(40))
        {
            record.FixChecksum();
        }
    }

    private static void SetNumber(TarRecord record, int start, int length, MutationContext context)
    {
        long value = context.Number();
        switch (context.Random.Next(5))
        {
            case 0:
                Span<byte> field = record.Header.AsSpan(start, length);
                Span<byte> wide = stackalloc byte[16];
                BinaryPrimitives.WriteInt128BigEndian(wide, value);
                wide[^length..].CopyTo(field);
                field[0] = (byte)(value < 0 ? field[0] | 0xC0 : 0x80);
                break;
            case 1:
                record.SetText(start, length, Encoding.ASCII.GetBytes(Convert.ToString(value, 8).PadLeft(length, ' ')));
                break;
            case 2:
                record.SetText(start, length, Encoding.ASCII.GetBytes(Convert.ToString(value, 8)));
                break;
            default:
                record.SetOctal(start, length, value & ((1L << (3 * (length - 1))) - 1));
                break;
        }
    }
}
