using System.Globalization;
using LayerStore;

namespace Snapshotter.Linux;

/// <summary>How the users and groups of files are numbered outside of a container.</summary>
/// <remarks>As text, <c>INSIDE:OUTSIDE:COUNT</c> joined by commas, as containerd writes it. The number 0 inside must be mapped: it owns the root directory.</remarks>
internal sealed class IdMapping
{
    // user_namespaces(7): since Linux 4.15.
    private const int MaxRanges = 340;

    private IdMapping(IReadOnlyList<IdRange> users, IReadOnlyList<IdRange> groups)
    {
        Users = users;
        Groups = groups;
    }

    /// <summary>The users.</summary>
    public IReadOnlyList<IdRange> Users { get; }

    /// <summary>The groups.</summary>
    public IReadOnlyList<IdRange> Groups { get; }

    /// <summary>The users as text.</summary>
    public string UserText => Format(Users);

    /// <summary>The groups as text.</summary>
    public string GroupText => Format(Groups);

    /// <summary>A mapping of these users and groups.</summary>
    /// <exception cref="LayerStoreException"><see cref="ErrorKind.InvalidArgument"/>: one of them is missing, or the kernel would refuse it.</exception>
    public static IdMapping Parse(string? users, string? groups) => new(ParseRanges(users, "users"), ParseRanges(groups, "groups"));

    /// <summary>A mapping of the same run of users and of groups.</summary>
    public static IdMapping Of(IdRange range) => new([range], [range]);

    /// <summary>The number outside of a user; that of user 0 for one who is not mapped.</summary>
    public uint MapUser(uint userId) => Map(Users, userId);

    /// <summary>The number outside of a group; that of group 0 for one that is not mapped.</summary>
    public uint MapGroup(uint groupId) => Map(Groups, groupId);

    private static uint Map(IReadOnlyList<IdRange> ranges, uint id)
    {
        foreach (IdRange range in ranges)
        {
            if (id >= range.Inside && id - range.Inside < range.Count)
            {
                return range.Outside + (id - range.Inside);
            }
        }

        return Map(ranges, 0);
    }

    private static string Format(IEnumerable<IdRange> ranges) =>
        string.Join(',', ranges.Select(r => string.Create(CultureInfo.InvariantCulture, $"{r.Inside}:{r.Outside}:{r.Count}")));

    private static List<IdRange> ParseRanges(string? text, string what)
    {
        if (string.IsNullOrEmpty(text))
        {
            throw Invalid($"only one of users and groups is mapped, not {what}");
        }

        string[] parts = text.Split(',', MaxRanges + 1);
        if (parts.Length > MaxRanges)
        {
            throw Invalid($"the mapping of {what} has more than {MaxRanges} ranges");
        }

        List<IdRange> ranges = [.. parts.Select(part => TryParse(part) ?? throw Invalid($"\"{Printable.Text(part)}\" is not a mapping of {what}"))];
        return !ranges.Exists(r => r.Inside == 0) ? throw Invalid($"the mapping of {what} has no number for 0")
            : Overlap(ranges.Select(r => (r.Inside, r.Count))) || Overlap(ranges.Select(r => (r.Outside, r.Count))) ? throw Invalid($"the mapping of {what} maps a number twice")
            : ranges;
    }

    private static IdRange? TryParse(string text)
    {
        string[] numbers = text.Split(':');
        return numbers.Length == 3 && IsNumber(numbers[0], out uint inside) && IsNumber(numbers[1], out uint outside) && IsNumber(numbers[2], out uint count)
            && count > 0 && inside <= uint.MaxValue - count && outside <= uint.MaxValue - count
            ? new IdRange(inside, outside, count)
            : null;
    }

    private static bool IsNumber(string text, out uint number) => uint.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);

    private static bool Overlap(IEnumerable<(uint First, uint Count)> runs)
    {
        ulong end = 0;
        foreach ((uint first, uint count) in runs.OrderBy(r => r.First))
        {
            if (first < end)
            {
                return true;
            }

            end = (ulong)first + count;
        }

        return false;
    }

    private static LayerStoreException Invalid(string what) =>
        new(ErrorKind.InvalidArgument, what, "A mapping is INSIDE:OUTSIDE:COUNT, joined by commas, for users and for groups.");
}
