using System.Text;

namespace LayerStore.Daemon.Configuration;

/// <summary>Writes settings as a configuration file with a comment on each.</summary>
internal static class ConfigText
{
    private const int Width = 100;

    /// <summary>The file. It says every setting, also those that are as they would be anyway.</summary>
    public static string Write(DaemonSettings settings)
    {
        StringBuilder text = new();
        text.Append("# The configuration of `layerstore serve`: ").Append(ConfigFile.DefaultPath).Append('\n');
        text.Append("# Every setting may be left out. Options on the command line count more than this file. `layerstore config check` reads it as the daemon will.\n");
        string section = "";
        foreach (Setting setting in SettingList.All)
        {
            string[] parts = setting.Key.Split('.');
            string indent = parts.Length > 1 ? "  " : "";
            text.Append('\n');
            if (parts.Length > 1 && parts[0] != section)
            {
                text.Append(parts[0]).Append(":\n");
            }

            section = parts.Length > 1 ? parts[0] : "";
            foreach (string line in Wrap(setting.Meaning))
            {
                text.Append(indent).Append("# ").Append(line).Append('\n');
            }

            text.Append(indent).Append(parts[^1]).Append(": ").Append(Quote(setting.Show(settings))).Append('\n');
        }

        return text.ToString();
    }

    // A number with a leading zero is octal for some readers of YAML and decimal for others: in quotes it is a text for all.
    private static string Quote(string? value) =>
        value is null ? "null" : value.Length > 1 && value[0] == '0' && value.All(char.IsAsciiDigit) || value == "null" || value.Any(IsSpecial)
            ? $"\"{value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\""
            : value;

    private static bool IsSpecial(char c) => !(char.IsAsciiLetterOrDigit(c) || c is '/' or '.' or '-' or '_' or ':');

    private static IEnumerable<string> Wrap(string text)
    {
        string line = "";
        foreach (string word in text.Split(' '))
        {
            if (line.Length + 1 + word.Length > Width)
            {
                yield return line;
                line = "";
            }

            line += line.Length == 0 ? word : " " + word;
        }

        yield return line;
    }
}
