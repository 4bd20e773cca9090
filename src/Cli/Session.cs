using LayerStore.Cli.Output;
using LayerStore.Cli.Parsing;
using LayerStore.Cli.Progress;
using Snapshotter;
using Snapshotter.Linux;

namespace LayerStore.Cli;

/// <summary>What a running command has: its arguments, its surroundings, and the way to the store.</summary>
internal sealed class Session(Host host, ParsedArguments parsed, GlobalOptions options)
{
    private ProgressDisplay? _display;

    /// <summary>Its surroundings.</summary>
    public Host Host => host;

    /// <summary>The store's directory, an absolute path.</summary>
    public string Root => StoreRoot.Find(Get(options.Root), host.Variable, Privileges.IsRoot);

    /// <summary>The store's directory if the command line says where, an absolute path; null leaves it to the environment and to what is usual.</summary>
    public string? GivenRoot => Get(options.Root) is null ? null : Root;

    /// <summary>What is to be logged if the command line says so, else null.</summary>
    public LogLevel? GivenLogLevel => Has(options.LogLevel) ? Get(options.LogLevel) : null;

    /// <summary>The driver that was asked for, or null.</summary>
    public StoreDriver? Driver => Get(options.Driver);

    /// <summary>The value of an option.</summary>
    public T Get<T>(Option<T> option) => parsed.Get(option);

    /// <summary>The value of an operand.</summary>
    public T Get<T>(Argument<T> argument) => parsed.Get(argument);

    /// <summary>Whether an option was given.</summary>
    public bool Has(Option option) => parsed.Has(option);

    /// <summary>Opens the store.</summary>
    /// <param name="create">Whether to make one where there is none; else its absence is an error.</param>
    /// <param name="cancellationToken">Cancels.</param>
    /// <param name="sync">Whether what is reported done is on the disk.</param>
    /// <param name="owner">Whose blobs and snapshots to see; null for the command line's.</param>
    /// <param name="leaveTrash">Whether removals leave most of the freeing to <see cref="FreeRemovedAsync"/>.</param>
    public Task<Store> OpenAsync(bool create, CancellationToken cancellationToken, bool sync = true, string? owner = null, bool leaveTrash = false)
    {
        string root = Root;
        Log(LogLevel.Debug, $"the store is {root}");
        return Store.OpenAsync(root, new StoreOptions { Driver = Driver, Create = create, Sync = sync, Owner = owner ?? StoreOwner.CommandLine, LeaveTrash = leaveTrash }, cancellationToken);
    }

    /// <summary>
    /// Has the space of what the command removed freed by a process of its own, so that the user need not wait; without one, frees it. A failure is no error of the
    /// command's: what it removed is gone, and the next collection goes on.
    /// </summary>
    public async Task FreeRemovedAsync(Store store)
    {
        try
        {
            if (store.HasTrash && !host.StartBehind(["--root", Root, "gc", "--trash"]))
            {
                await store.EmptyTrashAsync(CancellationToken.None).ConfigureAwait(false);
            }
        }
        catch (LayerStoreException e)
        {
            Warn($"not all of what was removed is freed yet: {e.Message}");
        }
    }

    /// <summary>Opens the store; null where there is none, which a listing shows as an empty one.</summary>
    public async Task<Store?> TryOpenAsync(CancellationToken cancellationToken, string? owner = null) =>
        Store.Exists(Root) ? await OpenAsync(create: false, cancellationToken, owner: owner).ConfigureAwait(false) : null;

    /// <summary>Begins to show progress; disposing the result ends it.</summary>
    public ProgressDisplay ShowProgress(Option<ProgressMode> mode) => _display = ProgressOption.Open(host, Get(mode));

    /// <summary>Prints a line of results.</summary>
    public void Print(string line) => host.Text.WriteLine(line);

    /// <summary>Prints a name as it is, for scripts; to a terminal without what could control it.</summary>
    public void PrintName(string name) => Print(host.OutputIsTerminal ? Printable.Text(name) : name);

    /// <summary>Warns, on standard error. Several threads may.</summary>
    public void Warn(string text) => Log(LogLevel.Warning, text);

    /// <summary>Logs, on standard error, what the level lets through. Several threads may.</summary>
    public void Log(LogLevel level, string text)
    {
        if (level < Get(options.LogLevel))
        {
            return;
        }

        if (_display is null)
        {
            Diagnostics.Write(host, level, text);
        }
        else
        {
            _display.Say(() => Diagnostics.Write(host, level, text));
        }
    }

    /// <summary>Says what was done, on standard error, without being asked.</summary>
    public void Say(string line) => host.Error.WriteLine(Printable.Text(line));

    /// <summary>Refuses to write bytes that are not text to a terminal.</summary>
    /// <param name="what">What would be written.</param>
    public void RefuseTerminal(string what)
    {
        if (host.OutputIsTerminal)
        {
            throw new LayerStoreException(
                ErrorKind.InvalidArgument, $"standard output is a terminal, and {what} is not text", "Redirect it to a file or pipe it into another program.");
        }
    }
}
