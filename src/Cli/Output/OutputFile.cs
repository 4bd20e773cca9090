namespace LayerStore.Cli.Output;

/// <summary>Writes a file that the user named.</summary>
internal static class OutputFile
{
    /// <summary>
    /// Writes it: a new file appears as a whole or not at all. What is there already, be it a file, a pipe or a device, is
    /// written over in place, as a shell's <c>&gt;</c> does.
    /// </summary>
    public static async Task WriteAsync(string path, Func<Stream, Task> write)
    {
        if (Directory.Exists(path) || !Directory.Exists(Path.GetDirectoryName(Path.GetFullPath(path))))
        {
            throw new LayerStoreException(
                ErrorKind.NotFound, $"cannot write {Printable.Text(path)}: it is a directory, or in one that does not exist", "Name a file in a directory that exists.");
        }

        bool isNew = !File.Exists(path);
        string partial = isNew ? $"{path}.{Path.GetRandomFileName()}.partial" : path;
        try
        {
            FileStream file = new(partial, isNew ? FileMode.CreateNew : FileMode.Create, FileAccess.Write);
            await using (file.ConfigureAwait(false))
            {
                await write(file).ConfigureAwait(false);
            }

            if (isNew)
            {
                File.Move(partial, path, overwrite: true);
            }
        }
        catch (Exception exception)
        {
            if (isNew)
            {
                File.Delete(partial);
            }

            if (IoErrors.IsIo(exception))
            {
                throw IoErrors.Translate(exception, $"write {Printable.Text(path)}");
            }

            throw;
        }
    }
}
