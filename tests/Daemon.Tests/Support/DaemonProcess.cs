using System.Diagnostics;
using System.Text;

namespace Daemon.Tests.Support;

/// <summary>The daemon in a process of its own. Disposing it ends the process however it is.</summary>
internal sealed class DaemonProcess : IDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(2);

    private readonly Process _process;
    private readonly StringBuilder _log = new();
    private readonly TaskCompletionSource _logEnded = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private DaemonProcess(Process process)
    {
        _process = process;
        process.ErrorDataReceived += (_, line) =>
        {
            lock (_log)
            {
                _ = line.Data is null ? _log : _log.Append(line.Data).Append('\n');
                Monitor.PulseAll(_log);
            }

            if (line.Data is null)
            {
                _logEnded.TrySetResult();
            }
        };
        process.BeginErrorReadLine();
    }

    /// <summary>The daemon's program.</summary>
    public static string[] Program => ["dotnet", "exec", Path.Combine(AppContext.BaseDirectory, "layerstore-daemon.dll")];

    /// <summary>Its process id.</summary>
    public int Id => _process.Id;

    /// <summary>Whether it runs.</summary>
    public bool IsRunning => !_process.HasExited;

    /// <summary>What it has logged up to now.</summary>
    public string Log
    {
        get
        {
            lock (_log)
            {
                return _log.ToString();
            }
        }
    }

    /// <summary>Starts it with these arguments after <c>serve</c>, under the wrapper if one is given. The machine's own configuration is not read.</summary>
    public static DaemonProcess Start(string[] arguments, string[]? wrapper = null, IReadOnlyDictionary<string, string>? variables = null)
    {
        string[] words = [.. wrapper ?? [], .. Program, "serve", .. arguments.Contains("--config") ? [] : (string[])["--config", "/dev/null"], .. arguments];
        ProcessStartInfo info = new(Tools.Find(words[0])!, words[1..]) { RedirectStandardError = true };
        foreach ((string name, string value) in variables ?? new Dictionary<string, string>())
        {
            info.Environment[name] = value;
        }

        return new DaemonProcess(Process.Start(info)!);
    }

    /// <summary>The same, and waits until it serves.</summary>
    public static DaemonProcess Serve(params string[] arguments)
    {
        DaemonProcess daemon = Start(arguments);
        daemon.WaitForLog("msg=\"serving");
        return daemon;
    }

    /// <summary>Waits until something is in the log, and gives its line.</summary>
    public string WaitForLog(string text)
    {
        long until = Environment.TickCount64 + (long)s_patience.TotalMilliseconds;
        lock (_log)
        {
            while (true)
            {
                if (_log.ToString().Split('\n').FirstOrDefault(line => line.Contains(text, StringComparison.Ordinal)) is { } found)
                {
                    return found;
                }

                Assert.False(_logEnded.Task.IsCompleted, $"the daemon ended before it logged {text}:\n{_log}");
                Assert.True(Environment.TickCount64 < until, $"the daemon does not log {text}:\n{_log}");
                Monitor.Wait(_log, 100);
            }
        }
    }

    /// <summary>Sends a signal.</summary>
    public void Signal(string name) => ProcessRunner.Run("kill", "-s", name, Id.ToString());

    /// <summary>Waits for its end.</summary>
    /// <returns>Its exit code.</returns>
    public async Task<int> EndAsync()
    {
        await _process.WaitForExitAsync().WaitAsync(s_patience);
        await _logEnded.Task.WaitAsync(s_patience);
        return _process.ExitCode;
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
            _process.WaitForExit();
        }

        _process.Dispose();
    }
}
