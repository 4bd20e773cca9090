using System.Buffers.Binary;
using System.IO.MemoryMappedFiles;

namespace Fuzz.Engine;

/// <summary>
/// The input that runs now, in a mapped file: it is still there when the process dies of it (a stack overflow, a fault in native
/// code), and the next run of the target finds it.
/// </summary>
internal sealed class CurrentInput : IDisposable
{
    private readonly string _path;
    private readonly MemoryMappedFile _file;
    private readonly MemoryMappedViewAccessor _view;
    private readonly int _max;

    /// <param name="path">The file.</param>
    /// <param name="max">The longest input.</param>
    public CurrentInput(string path, int max)
    {
        _path = path;
        _max = max;
        _file = MemoryMappedFile.CreateFromFile(path, FileMode.Create, null, max + sizeof(int));
        _view = _file.CreateViewAccessor();
    }

    /// <summary>What ran when a process before this one died; null if none did.</summary>
    public static byte[]? Left(string path)
    {
        if (!File.Exists(path))
        {
            return null;
        }

        byte[] bytes = File.ReadAllBytes(path);
        int length = bytes.Length < sizeof(int) ? 0 : BinaryPrimitives.ReadInt32LittleEndian(bytes);
        return length > 0 ? bytes[sizeof(int)..(sizeof(int) + length)] : null;
    }

    /// <summary>An input begins.</summary>
    public void Set(byte[] input)
    {
        int length = Math.Min(input.Length, _max);
        _view.WriteArray(sizeof(int), input, 0, length);
        _view.Write(0, length);
    }

    /// <summary>All is well: nothing is left.</summary>
    public void Dispose()
    {
        _view.Dispose();
        _file.Dispose();
        File.Delete(_path);
    }
}
