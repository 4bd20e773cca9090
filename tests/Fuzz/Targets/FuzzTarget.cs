using Fuzz.Mutation;
using LayerStore;

namespace Fuzz.Targets;

/// <summary>Code under test: how to run it on an input, what to begin with, how to change that, and what may come of it.</summary>
internal abstract class FuzzTarget
{
    /// <summary>Its name on the command line and of its directories.</summary>
    public abstract string Name { get; }

    /// <summary>What is tested, and by which rules, in a line.</summary>
    public abstract string Description { get; }

    /// <summary>The namespaces and types whose literals the input may hold, by how they begin.</summary>
    public abstract IReadOnlyList<string> Code { get; }

    /// <summary>How inputs are changed; one that is there twice is used twice as often.</summary>
    public abstract IReadOnlyList<IMutator> Mutators { get; }

    /// <summary>The kinds of error with which an input may be refused.</summary>
    public virtual IReadOnlyList<ErrorKind> Refusals => [ErrorKind.DataLoss];

    /// <summary>No input is longer.</summary>
    public virtual int MaxLength => 32 << 10;

    /// <summary>Bytes that say nothing, the plainest first: a fault is shown with as many of them as will do.</summary>
    public virtual ReadOnlySpan<byte> PlainBytes => "\00a"u8;

    /// <summary>How often at most a fault's input is run to make it smaller.</summary>
    public virtual int MaxShrinkTries => 20_000;

    /// <summary>Whether only root can run it.</summary>
    public virtual bool NeedsRoot => false;

    /// <summary>Whether a run of all targets leaves it out: those that show that the fuzzer itself works.</summary>
    public virtual bool IsPlanted => false;

    /// <summary>The bytes that may be allocated, all together, for an input of this length.</summary>
    public virtual long AllowedAllocation(int length) => (8 << 20) + (512L * length);

    /// <summary>What to begin with.</summary>
    public abstract IEnumerable<byte[]> Seeds();

    /// <summary>Makes right what depends on other bytes, such as checksums.</summary>
    public virtual byte[] Repair(byte[] input) => input;

    /// <summary>
    /// Runs an input. It returns if the input is good, throws one of the <see cref="Refusals"/> if not, and anything else if
    /// there is a fault: <see cref="Engine.OracleException"/> where a rule of the target's own does not hold.
    /// </summary>
    public abstract void Run(byte[] input);
}
