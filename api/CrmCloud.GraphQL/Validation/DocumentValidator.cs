using CrmCloud.GraphQL.Language;
using CrmCloud.GraphQL.Types;

namespace CrmCloud.GraphQL.Validation;

/// <summary>Says whether a document can be executed against a schema. Safe for hostile documents.</summary>
/// <remarks>Limits first, then all rules in one pass. Work is bounded by <see cref="ValidationOptions"/>.</remarks>
public static class DocumentValidator
{
    /// <summary>Code of an error that a rule of the specification found.</summary>
    public const string Invalid = "GRAPHQL_VALIDATION_FAILED";

    /// <returns>Nothing for a valid document; else errors with the messages and order of graphql-js.</returns>
    /// <remarks>
    /// A document over a limit has exactly one error with the code of
    /// <see cref="GraphQLSyntaxException.OverLimit"/>, and extensions limit, maximum and measured.
    /// </remarks>
    public static IReadOnlyList<GraphQLError> Validate(
        Schema schema, DocumentNode document, ValidationOptions? options = null)
    {
        var context = new ValidationContext(schema, document, options ?? ValidationOptions.Default);
        try
        {
            new DocumentLimits(context).Check();
            var rules = context.Options.Rules.Select(name => ValidationRules.Create(name, context));
            new DocumentWalk(context, rules).Visit(document);
        }
        catch (ValidationAbortedException)
        {
            // The reason is the last error.
        }

        return context.Errors;
    }
}
