namespace LayerStore.Cli.Output;

/// <summary>Writes a file that the user named.</summary>
internal static class OutputFile
{
    /// <summary>
    /// Writes it: a new file appears as a whole, on the disk, or not at all. What is there already, be it a file, a pipe or a device, is
    /// written over in place, as a shell's <c>&gt;</c> does.
    /// </summary>
    public static async Task WriteAsync(string path, Func<Stream, Task> write)
    {
        if (Directory.Exists(path) || !Directory.Exists(Path.GetDirectoryName(Path.GetFullPath(path))))
        {
            throw new LayerStoreException(
                ErrorKind.NotFound, $"cannot write {Printable.Text(path)}: it is a directory, or in one that does not exist", "Name a file in a directory that exists.");
        }

        string what = Printable.Text(path);
        try
        {
            if (!File.Exists(path))
            {
                using StagedFile staged = StagedFile.Create(Path.GetDirectoryName(Path.GetFullPath(path))!, what);
                await write(staged.Stream).ConfigureAwait(false);
                staged.Publish(path);
                return;
            }

            FileStream file = new(path, FileMode.Create, FileAccess.Write);
            await using (file.ConfigureAwait(false))
            {
                await write(file).ConfigureAwait(false);
            }
        }
        catch (Exception exception) when (IoErrors.IsIo(exception))
        {
            throw IoErrors.Translate(exception, $"write {what}");
        }
    }
}
