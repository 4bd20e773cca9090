namespace Fuzz.Engine;

/// <summary>How the program ends.</summary>
internal static class ExitCodes
{
    /// <summary>No fault was seen.</summary>
    public const int Clean = 0;

    /// <summary>A fault was seen.</summary>
    public const int Fault = 1;

    /// <summary>The command line is wrong.</summary>
    public const int Usage = 2;
}
