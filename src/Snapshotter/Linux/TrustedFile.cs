using LayerStore;

namespace Snapshotter.Linux;

/// <summary>Files of the store itself: their paths come from no image.</summary>
internal static class TrustedFile
{
    /// <summary>Removes a file that is in nobody's way, if that can be done: for the end of a call, which has said already how it went.</summary>
    public static void Discard(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception e) when (IoErrors.IsIo(e))
        {
        }
    }
}
