using System.Runtime.InteropServices;

namespace LayerStore.Cli.Linux;

/// <summary>This program, run once more for work that nobody waits for.</summary>
/// <remarks>It has a session of its own, so that neither Ctrl-C nor the end of the terminal ends it, the root for its directory, and none of this process's
/// descriptors: whoever reads this process's output through a pipe is at its end when this process is.</remarks>
internal static unsafe partial class BackgroundProgram
{
    private const short POSIX_SPAWN_SETSID = 0x80;
    private const int O_RDWR = 2;

    // Both structures are opaque; glibc's are 80 and 336 bytes, musl's 80 and 336.
    private const int StructureSize = 512;

    /// <summary>Starts it.</summary>
    /// <returns>False if it cannot be started.</returns>
    public static bool TryStart(IReadOnlyList<string> arguments)
    {
        if (Environment.ProcessPath is not { } program)
        {
            return false;
        }

        // Run by `dotnet`, this program is its first argument.
        string[] words = Path.GetFileName(program) == "dotnet" ? [program, "exec", Environment.GetCommandLineArgs()[0]] : [program];
        byte* actions = stackalloc byte[StructureSize];
        byte* attributes = stackalloc byte[StructureSize];
        if (posix_spawn_file_actions_init(actions) != 0 || posix_spawnattr_init(attributes) != 0)
        {
            return false;
        }

        try
        {
            // Every other descriptor of .NET is closed by execve(2).
            bool isSet = posix_spawnattr_setflags(attributes, POSIX_SPAWN_SETSID) == 0
                && posix_spawn_file_actions_addchdir_np(actions, "/") == 0;
            for (int descriptor = 0; descriptor <= 2; descriptor++)
            {
                isSet &= posix_spawn_file_actions_addopen(actions, descriptor, "/dev/null", O_RDWR, 0) == 0;
            }

            return isSet && posix_spawn(out _, program, actions, attributes, [.. words, .. arguments, null], Environ()) == 0;
        }
        finally
        {
            _ = posix_spawn_file_actions_destroy(actions);
            _ = posix_spawnattr_destroy(attributes);
        }
    }

    private static string?[] Environ() =>
        [.. Environment.GetEnvironmentVariables().Cast<System.Collections.DictionaryEntry>().Select(pair => $"{pair.Key}={pair.Value}"), null];

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int posix_spawn(out int process, string path, byte* actions, byte* attributes, string?[] arguments, string?[] environment);

    [LibraryImport("libc")]
    private static partial int posix_spawn_file_actions_init(byte* actions);

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int posix_spawn_file_actions_addopen(byte* actions, int descriptor, string path, int flags, uint mode);

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int posix_spawn_file_actions_addchdir_np(byte* actions, string path);

    [LibraryImport("libc")]
    private static partial int posix_spawn_file_actions_destroy(byte* actions);

    [LibraryImport("libc")]
    private static partial int posix_spawnattr_init(byte* attributes);

    [LibraryImport("libc")]
    private static partial int posix_spawnattr_setflags(byte* attributes, short flags);

    [LibraryImport("libc")]
    private static partial int posix_spawnattr_destroy(byte* attributes);
}
