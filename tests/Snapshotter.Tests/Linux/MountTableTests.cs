using System.Text;
using Snapshotter.Linux;
using MountTable = Snapshotter.Linux.MountTable;

namespace Snapshotter.Tests.Linux;

public sealed class MountTableTests
{
    [Fact]
    public void Mountinfo_escapes_are_resolved()
    {
        const string Text = """
            36 35 98:0 /a /mnt\040with\011tab\134x\012 rw,noatime master:1 shared:2 - ext4 /dev/a\040b rw,errors=continue
            37 35 98:0 / / rw - overlay over lay
            not a line

            38 35 98:0 / /short rw -
            """;
        IReadOnlyList<MountEntry> entries = MountTable.Parse(Encoding.UTF8.GetBytes(Text));
        Assert.Equal(
            [
                new MountEntry(36, "/mnt with\ttab\\x\n", "ext4", "/dev/a b", "rw,noatime", "rw,errors=continue") { Root = "/a" },
                new MountEntry(37, "/", "overlay", "over", "rw", "lay"),
            ],
            entries);
    }

    [Fact]
    public void The_maps_of_a_user_namespace_say_which_owners_a_file_can_have()
    {
        UserNamespace mapped = new(isInitial: false, "         0     100000      65536\n     70000  200000 1\n", "0 1000 1\n");
        Assert.True(mapped.IsMapped(0) && mapped.IsMapped(65535) && mapped.IsMapped(70000));
        Assert.False(mapped.IsMapped(65536) || mapped.IsMapped(4294967294));
        Assert.True(mapped.IsGroupMapped(0));
        Assert.False(mapped.IsGroupMapped(1));
    }
}
