using System.Diagnostics;

namespace LayerStore.Tests.Content;

/// <summary>The program in tests/TestProcess, running; killed if it still does when this is disposed.</summary>
internal sealed class OtherProcess : IDisposable
{
    private readonly Process _process;

    private OtherProcess(Process process) => _process = process;

    /// <summary>Starts it, optionally as the child of another command such as strace.</summary>
    public static OtherProcess Start(string[] arguments, params string[] wrapper)
    {
        string[] command =
        [
            .. wrapper,
            Environment.ProcessPath is { } host && Path.GetFileName(host) == "dotnet" ? host : "dotnet",
            "exec",
            Path.Join(AppContext.BaseDirectory, "TestProcess.dll"),
            .. arguments,
        ];
        return new OtherProcess(Process.Start(new ProcessStartInfo(command[0], command[1..])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!);
    }

    /// <summary>Waits for a line on its stdout.</summary>
    public async Task<string?> ReadLineAsync() => await _process.StandardOutput.ReadLineAsync();

    /// <summary>Waits for its end.</summary>
    /// <returns>Its exit code and what it wrote to stderr.</returns>
    public async Task<(int Code, string Errors)> WaitAsync()
    {
        string errors = await _process.StandardError.ReadToEndAsync();
        await _process.WaitForExitAsync();
        return (_process.ExitCode, errors);
    }

    /// <summary>kill -9.</summary>
    public async Task KillAsync()
    {
        _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
        }

        _process.Dispose();
    }
}
