namespace CrmCloud.GraphQL.Http;

/// <summary>
/// A request that is not GraphQL over HTTP, or not allowed. Thrown while reading, answered in one place.
/// </summary>
/// <param name="message">Shown to the caller.</param>
internal sealed class HttpRefusalException(int status, string code, string message) : Exception(message)
{
    public IReadOnlyList<(string Name, string Value)> Headers { get; init; } = [];

    public int Status { get; } = status;

    public string Code { get; } = code;
}
