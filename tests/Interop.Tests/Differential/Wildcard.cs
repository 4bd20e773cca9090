using System.Text.RegularExpressions;

namespace Interop.Tests.Differential;

/// <summary>A pattern in which <c>*</c> stands for any characters, and nothing else for anything but itself.</summary>
internal sealed class Wildcard(string pattern)
{
    private readonly Regex _regex = new("^" + Regex.Escape(pattern).Replace(@"\*", ".*", StringComparison.Ordinal) + "$", RegexOptions.CultureInvariant);

    /// <summary>Whether all of a text fits.</summary>
    public bool Matches(string text) => _regex.IsMatch(text);

    /// <inheritdoc/>
    public override string ToString() => pattern;
}
