namespace CrmCloud.GraphQL.Execution;

/// <summary>
/// A coerced value does not fit the C# type behind it. Caught where the argument or variable is known.
/// </summary>
internal sealed class InputRejectedException(string message, Exception? inner = null) : Exception(message, inner);
