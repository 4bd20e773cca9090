namespace TestSupport;

/// <summary>A program of a test ended in a way that the test did not expect. The message holds the command and both outputs.</summary>
internal sealed class ToolFailedException(string message) : Exception(message);
