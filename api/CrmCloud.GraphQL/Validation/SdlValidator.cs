using CrmCloud.GraphQL.Language;
using CrmCloud.GraphQL.Types;

namespace CrmCloud.GraphQL.Validation;

/// <summary>
/// Says whether the definitions of a type-system document fit together, before a schema is made of them.
/// </summary>
public static class SdlValidator
{
    private static readonly Dictionary<string, Func<ValidationContext, ValidationRule>> ByName =
        new(StringComparer.Ordinal)
    {
        [nameof(LoneSchemaDefinitionRule)] = c => new LoneSchemaDefinitionRule(c),
        [nameof(UniqueOperationTypesRule)] = c => new UniqueOperationTypesRule(c),
        [nameof(UniqueTypeNamesRule)] = c => new UniqueTypeNamesRule(c),
        [nameof(UniqueEnumValueNamesRule)] = c => new UniqueEnumValueNamesRule(c),
        [nameof(UniqueFieldDefinitionNamesRule)] = c => new UniqueFieldDefinitionNamesRule(c),
        [nameof(UniqueArgumentDefinitionNamesRule)] = c => new UniqueArgumentDefinitionNamesRule(c),
        [nameof(UniqueDirectiveNamesRule)] = c => new UniqueDirectiveNamesRule(c),
        [nameof(KnownTypeNamesRule)] = c => new KnownTypeNamesRule(c),
        [nameof(KnownDirectivesRule)] = c => new KnownDirectivesRule(c),
        [nameof(UniqueDirectivesPerLocationRule)] = c => new UniqueDirectivesPerLocationRule(c),
        [nameof(PossibleTypeExtensionsRule)] = c => new PossibleTypeExtensionsRule(c),
        [nameof(KnownArgumentNamesOnDirectivesRule)] = c => new KnownArgumentNamesOnDirectivesRule(c),
        [nameof(UniqueArgumentNamesRule)] = c => new UniqueArgumentNamesRule(c),
        [nameof(UniqueInputFieldNamesRule)] = c => new UniqueInputFieldNamesRule(c),
        [nameof(ProvidedRequiredArgumentsOnDirectivesRule)] = c => new ProvidedRequiredArgumentsOnDirectivesRule(c),
    };

    /// <summary>Names of the rules, in the order in which they report on one definition.</summary>
    public static IReadOnlyList<string> Rules { get; } = [.. ByName.Keys];

    /// <param name="extended">The schema the document adds to; null when it is a schema of its own.</param>
    /// <param name="rules">Names of <see cref="Rules"/>; null for all.</param>
    /// <returns>Nothing for a valid document; else all errors with the messages and order of graphql-js.</returns>
    /// <remarks>For text of our own: the work is linear, but nothing bounds the size of the document.</remarks>
    public static IReadOnlyList<GraphQLError> Validate(
        DocumentNode document, Schema? extended = null, IEnumerable<string>? rules = null)
    {
        var context = new ValidationContext(extended, document, new ValidationOptions { Errors = int.MaxValue });
        new DocumentWalk(context, (rules ?? Rules).Select(name => ByName[name](context))).Visit(document);
        return context.Errors;
    }
}
