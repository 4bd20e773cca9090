using System.Diagnostics;

namespace Interop.Tests.Daemon.Support;

/// <summary>A program that serves until it is told to end. What it writes goes to a file. Disposing kills it, whatever became of it.</summary>
internal sealed class Service : IDisposable
{
    /// <summary>Long enough for a slow machine under load; whoever waits looks again every few milliseconds.</summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(5);

    private readonly string _log;
    private readonly Process _process;
    private bool _isDisposed;

    private Service(string log, Process process)
    {
        _log = log;
        _process = process;
    }

    /// <summary>Its process id.</summary>
    public int Id => _process.Id;

    /// <summary>What it wrote so far.</summary>
    public string Log => File.Exists(_log) ? File.ReadAllText(_log) : "";

    /// <summary>Starts a program, and returns when it is ready.</summary>
    /// <param name="command">The program.</param>
    /// <param name="log">The file for what it writes; appended to.</param>
    /// <param name="isReady">Asked again and again.</param>
    public static Service Start(ToolCommand command, string log, Func<bool> isReady)
    {
        // A shell that becomes the program: its output goes to a file, and no pipe is held open by what outlives it.
        var info = new ProcessStartInfo("/bin/bash") { UseShellExecute = false };
        foreach (var word in new[] { "-c", "exec \"${@:2}\" < /dev/null >> \"$1\" 2>&1", "service", log, Tools.Find(command.File) ?? command.File }.Concat(command.Arguments))
            info.ArgumentList.Add(word);
        foreach (var (name, value) in command.Environment)
            info.Environment[name] = value;
        var service = new Service(log, Process.Start(info)!);
        try
        {
            WaitUntil(() => service._process.HasExited || isReady(), $"{command.File} to be ready", () => service.Log);
            if (service._process.HasExited)
                throw new ToolFailedException($"{command.File} {string.Join(' ', command.Arguments)} ended with exit code {service._process.ExitCode}\n{service.Log}");
            return service;
        }
        catch
        {
            service.Dispose();
            throw;
        }
    }

    /// <summary>Waits for something that another process does.</summary>
    /// <param name="condition">Asked again and again.</param>
    /// <param name="what">What is waited for.</param>
    /// <param name="describe">What to tell if it does not come.</param>
    /// <exception cref="ToolFailedException">It did not come.</exception>
    public static void WaitUntil(Func<bool> condition, string what, Func<string>? describe = null)
    {
        for (var watch = Stopwatch.StartNew(); !condition(); Thread.Sleep(20))
        {
            if (watch.Elapsed > s_patience)
                throw new ToolFailedException($"waited in vain for {what}\n{describe?.Invoke()}");
        }
    }

    /// <summary>Asks it to end (SIGTERM), and gives its exit code.</summary>
    public int Terminate()
    {
        ProcessRunner.Run("kill", $"{Id}");
        WaitUntil(() => _process.HasExited, $"the end of process {Id}", () => Log);
        return _process.ExitCode;
    }

    /// <summary>Ends it at once (SIGKILL).</summary>
    public void Kill()
    {
        _process.Kill();
        _process.WaitForExit();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_isDisposed)
            return;

        _isDisposed = true;
        if (!_process.HasExited)
            Kill();
        _process.Dispose();
    }
}
