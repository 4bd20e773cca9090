namespace Fuzz.Engine;

/// <summary>A target's rule does not hold for an input.</summary>
/// <param name="rule">The rule, the same words for every input: findings are told apart by it.</param>
/// <param name="detail">What was seen.</param>
internal sealed class OracleException(string rule, string detail = "") : Exception(detail.Length == 0 ? rule : $"{rule}: {detail}")
{
    /// <summary>The rule.</summary>
    public string Rule => rule;
}
