namespace LayerStore.Daemon.Configuration;

/// <summary>Puts the settings together: the command line counts more than the file, and the file more than the defaults.</summary>
internal static class SettingSources
{
    /// <summary>Names another file than the usual one, which then must be there.</summary>
    public const string FileOption = "--config";

    /// <summary>The options that set something, and <see cref="FileOption"/>.</summary>
    public static IEnumerable<string> Options => SettingList.All.Select(setting => setting.Option).OfType<string>().Append(FileOption);

    /// <summary>Reads the file and the options.</summary>
    /// <param name="arguments">The command line.</param>
    /// <param name="defaultFile">Where the file is if the command line does not say.</param>
    /// <exception cref="LayerStoreException"><see cref="ErrorKind.InvalidArgument"/>, <see cref="ErrorKind.NotFound"/>.</exception>
    public static DaemonSettings Resolve(DaemonArguments arguments, string defaultFile = ConfigFile.DefaultPath)
    {
        string? file = arguments.Get(FileOption);
        DaemonSettings settings = ConfigFile.Read(file ?? defaultFile, mustExist: file is not null, new DaemonSettings());
        foreach (Setting setting in SettingList.All)
        {
            if (setting.Option is not null && arguments.Get(setting.Option) is { } value)
            {
                settings = Set(settings, setting, value);
            }
        }

        return settings;
    }

    private static DaemonSettings Set(DaemonSettings settings, Setting setting, string value)
    {
        try
        {
            return setting.Read(settings, value);
        }
        catch (LayerStoreException e) when (e.Kind == ErrorKind.InvalidArgument)
        {
            throw new LayerStoreException(e.Kind, $"option {setting.Option}: {e.Message}", "See: layerstore serve --help");
        }
    }
}
