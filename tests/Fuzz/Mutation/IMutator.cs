namespace Fuzz.Mutation;

/// <summary>Changes inputs of one format.</summary>
internal interface IMutator
{
    /// <summary>A changed copy; null if there is nothing that this one can change.</summary>
    byte[]? Mutate(byte[] input, MutationContext context);
}
