using System.Diagnostics;

namespace TestSupport;

/// <summary>A program to run. Build it with an initializer when <see cref="ProcessRunner"/>'s short forms are not enough.</summary>
internal sealed record ToolCommand(string File, params string[] Arguments)
{
    /// <summary>Long enough for a slow machine under load; a tool that is stuck still fails the test and not the whole run.</summary>
    public static readonly TimeSpan DefaultTimeout = TimeSpan.FromMinutes(5);

    /// <summary>The directory to run in; the temporary directory when null, so that nothing lands in the source tree.</summary>
    public string? WorkingDirectory { get; init; }

    /// <summary>Variables to set (or, with a null value, to remove) on top of this process's own.</summary>
    public IReadOnlyDictionary<string, string?> Environment { get; init; } = new Dictionary<string, string?>();

    /// <summary>Bytes for standard input, which is empty without them.</summary>
    public ReadOnlyMemory<byte> Input { get; init; }

    /// <summary>After this the program and its children are killed and the test fails.</summary>
    public TimeSpan Timeout { get; init; } = DefaultTimeout;

    /// <summary>Runs to the end, whatever the exit code.</summary>
    /// <exception cref="ToolFailedException">The program could not be started or did not end in time.</exception>
    public ToolResult Run() => RunAsync().GetAwaiter().GetResult();

    /// <inheritdoc cref="Run"/>
    public async Task<ToolResult> RunAsync()
    {
        using var process = new Process { StartInfo = StartInfo() };
        try
        {
            process.Start();
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            throw new ToolFailedException($"cannot start: {e.Message}\n$ {CommandLine}");
        }

        using var timeout = new CancellationTokenSource(Timeout);
        using var output = new MemoryStream();
        using var error = new MemoryStream();
        try
        {
            // All three at once: a pipe that nobody drains blocks the program.
            await Task.WhenAll(
                FeedAsync(process, timeout.Token),
                process.StandardOutput.BaseStream.CopyToAsync(output, timeout.Token),
                process.StandardError.BaseStream.CopyToAsync(error, timeout.Token),
                process.WaitForExitAsync(timeout.Token)).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            var sofar = new ToolResult(CommandLine, -1, output.ToArray(), error.ToArray());
            throw new ToolFailedException($"not finished after {Timeout.TotalSeconds:0} s\n{sofar}");
        }

        return new ToolResult(CommandLine, process.ExitCode, output.ToArray(), error.ToArray());
    }

    private string CommandLine => string.Join(' ', new[] { File }.Concat(Arguments).Select(Quote));

    private ProcessStartInfo StartInfo()
    {
        var info = new ProcessStartInfo(Tools.Find(File) ?? File)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = WorkingDirectory ?? Path.GetTempPath(),
        };
        foreach (var argument in Arguments)
            info.ArgumentList.Add(argument);

        // Messages and sort orders that tests compare must not depend on the user's language.
        info.Environment["LC_ALL"] = "C";
        foreach (var (name, value) in Environment)
            info.Environment[name] = value;
        return info;
    }

    private async Task FeedAsync(Process process, CancellationToken cancel)
    {
        try
        {
            await process.StandardInput.BaseStream.WriteAsync(Input, cancel).ConfigureAwait(false);
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // The program ended without reading all of it. Its exit code says whether that is wrong.
        }
    }

    private static string Quote(string word) =>
        word.Length > 0 && word.All(c => char.IsAsciiLetterOrDigit(c) || "-_./:=@,+%".Contains(c, StringComparison.Ordinal))
            ? word
            : $"'{word.Replace("'", @"'\''", StringComparison.Ordinal)}'";
}
