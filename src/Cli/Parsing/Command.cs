using System.Collections;

namespace LayerStore.Cli.Parsing;

/// <summary>What a command line can ask for: a command, or a group of them.</summary>
/// <param name="name">The word for it.</param>
/// <param name="description">What it does, in a line without a full stop.</param>
internal class Command(string name, string description) : IEnumerable<Command>
{
    private readonly List<Argument> _arguments = [];
    private readonly List<Option> _options = [];
    private readonly List<Command> _commands = [];

    /// <summary>The word for it.</summary>
    public string Name => name;

    /// <summary>What it does.</summary>
    public string Description => description;

    /// <summary>The group that it is in; null for the program itself.</summary>
    public Command? Parent { get; private set; }

    /// <summary>Its operands, in their order.</summary>
    public IReadOnlyList<Argument> Arguments => _arguments;

    /// <summary>Its options.</summary>
    public IReadOnlyList<Option> Options => _options;

    /// <summary>The commands in this group.</summary>
    public IReadOnlyList<Command> Commands => _commands;

    /// <summary>How to call it, from the program's name on.</summary>
    public string FullName => Parent is null ? Name : $"{Parent.FullName} {Name}";

    /// <summary>Adds an operand.</summary>
    public void Add(Argument argument) => _arguments.Add(argument);

    /// <summary>Adds an option.</summary>
    public void Add(Option option) => _options.Add(option);

    /// <summary>Adds a command to this group.</summary>
    public void Add(Command command)
    {
        command.Parent = this;
        _commands.Add(command);
    }

    /// <inheritdoc/>
    public IEnumerator<Command> GetEnumerator() => _commands.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
