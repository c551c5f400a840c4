namespace CrmCloud.GraphQL.Types;

/// <summary>A schema is wrong: a mistake of whoever wrote it, found at startup, never caused by a request.</summary>
#pragma warning disable CA1032 // Without its errors it would say nothing.
public sealed class SchemaException(IReadOnlyList<GraphQLError> errors)
    : Exception(string.Join("\n\n", errors.Select(error => error.Message)))
#pragma warning restore CA1032
{
    /// <param name="message">Names the schema coordinate at fault.</param>
    public SchemaException(string message)
        : this([new GraphQLError(message)])
    {
    }

    public IReadOnlyList<GraphQLError> Errors { get; } = errors;
}
