using System.Text;

namespace Fuzz.Mutation;

/// <summary>Names and entries that meet each other, and those that attacks are made of.</summary>
internal static class TarNames
{
    private static readonly byte[][] s_names = [.. new[]
    {
        "a", "b", "d", "d/", "d/f", "d/sub/", "d/sub/g", "./", ".", "/", "", "..", "../a", "../outside/secret", "/etc/passwd", "a/../b", "d/../../outside/x",
        ".wh.a", ".wh.d", "d/.wh.f", ".wh..wh..opq", "d/.wh..wh..opq", "d/sub/.wh..wh..opq", ".wh.", ".wh..", "d/.wh...", ".wh..wh.a", ".wh..wh.plnk", ".wh.a/b",
        "up", "up/x", "abs", "abs/x", "out", "out/secret", "out/x", "dlink", "dlink/f", "dlink/.wh.f", "h1", "h2", "loop", "loop/x", "fifo", "new/deep/er/file",
        "d//f", "d/./f", "a\nb", "a\\b", "\u00e9", "d/f/", "d/f/x", "a/", "a/x",
    }.Select(Encoding.UTF8.GetBytes), [(byte)'n', 0xFF], [.. Enumerable.Repeat((byte)'n', 100)], [.. Enumerable.Repeat((byte)'n', 300)]];

    private static readonly byte[] s_types = [.. "000111222555553467xgLKSVDMNA\0Z"u8];

    /// <summary>A type, the common ones more often.</summary>
    public static byte Type(MutationContext context) => context.Pick(s_types);

    /// <summary>A name: one that an attack or an edge has, or one that is there already, or something made of it.</summary>
    public static byte[] Name(TarModel model, MutationContext context)
    {
        if (model.Records.Count == 0 || context.OneIn(2))
        {
            return context.Pick(s_names);
        }

        byte[] name = context.Pick(model.Records).Name;
        int slash = Array.LastIndexOf(name, (byte)'/', Math.Max(0, name.Length - 2));
        return context.Random.Next(8) switch
        {
            0 => [.. name, .. "/x"u8],
            1 => [.. name.AsSpan(0, slash + 1), .. ".wh."u8, .. name.AsSpan(slash + 1)],
            2 => [.. name, .. "/.wh..wh..opq"u8],
            3 => name[..(slash + 1)],
            4 => [.. "./"u8, .. name],
            _ => name,
        };
    }

    /// <summary>An entry.</summary>
    public static TarRecord NewRecord(TarModel model, MutationContext context)
    {
        byte type = Type(context);
        byte[] name = Name(model, context);
        byte[] data = type switch
        {
            (byte)'x' or (byte)'g' => PaxMutator.NewBlock(context),
            (byte)'L' or (byte)'K' => Name(model, context),
            (byte)'0' or 0 or (byte)'7' when context.OneIn(2) => [.. Enumerable.Repeat((byte)'c', context.Random.Next(700))],
            _ => [],
        };
        TarRecord record = TarRecord.Make(type, name, Name(model, context), data);
        if (type is (byte)'3' or (byte)'4')
        {
            record.SetOctal(329, 8, context.Random.Next(3));
            record.SetOctal(337, 8, context.Random.Next(3));
        }

        return record;
    }
}
