namespace CrmCloud.GraphQL.Validation;

/// <summary>The rules by the names graphql-js gives them.</summary>
public static class ValidationRules
{
    private static readonly Dictionary<string, Func<ValidationContext, ValidationRule>> ByName =
        new(StringComparer.Ordinal)
    {
        [nameof(ExecutableDefinitionsRule)] = c => new ExecutableDefinitionsRule(c),
        [nameof(KnownOperationTypesRule)] = c => new KnownOperationTypesRule(c),
        [nameof(UniqueOperationNamesRule)] = c => new UniqueOperationNamesRule(c),
        [nameof(LoneAnonymousOperationRule)] = c => new LoneAnonymousOperationRule(c),
        [nameof(SingleFieldSubscriptionsRule)] = c => new SingleFieldSubscriptionsRule(c),
        [nameof(KnownTypeNamesRule)] = c => new KnownTypeNamesRule(c),
        [nameof(FragmentsOnCompositeTypesRule)] = c => new FragmentsOnCompositeTypesRule(c),
        [nameof(VariablesAreInputTypesRule)] = c => new VariablesAreInputTypesRule(c),
        [nameof(ScalarLeafsRule)] = c => new ScalarLeafsRule(c),
        [nameof(FieldsOnCorrectTypeRule)] = c => new FieldsOnCorrectTypeRule(c),
        [nameof(UniqueFragmentNamesRule)] = c => new UniqueFragmentNamesRule(c),
        [nameof(KnownFragmentNamesRule)] = c => new KnownFragmentNamesRule(c),
        [nameof(NoUnusedFragmentsRule)] = c => new NoUnusedFragmentsRule(c),
        [nameof(PossibleFragmentSpreadsRule)] = c => new PossibleFragmentSpreadsRule(c),
        [nameof(NoFragmentCyclesRule)] = c => new NoFragmentCyclesRule(c),
        [nameof(UniqueVariableNamesRule)] = c => new UniqueVariableNamesRule(c),
        [nameof(NoUndefinedVariablesRule)] = c => new NoUndefinedVariablesRule(c),
        [nameof(NoUnusedVariablesRule)] = c => new NoUnusedVariablesRule(c),
        [nameof(KnownDirectivesRule)] = c => new KnownDirectivesRule(c),
        [nameof(UniqueDirectivesPerLocationRule)] = c => new UniqueDirectivesPerLocationRule(c),
        [nameof(KnownArgumentNamesRule)] = c => new KnownArgumentNamesRule(c),
        [nameof(UniqueArgumentNamesRule)] = c => new UniqueArgumentNamesRule(c),
        [nameof(ValuesOfCorrectTypeRule)] = c => new ValuesOfCorrectTypeRule(c),
        [nameof(ProvidedRequiredArgumentsRule)] = c => new ProvidedRequiredArgumentsRule(c),
        [nameof(VariablesInAllowedPositionRule)] = c => new VariablesInAllowedPositionRule(c),
        [nameof(OverlappingFieldsCanBeMergedRule)] = c => new OverlappingFieldsCanBeMergedRule(c),
        [nameof(UniqueInputFieldNamesRule)] = c => new UniqueInputFieldNamesRule(c),
        [nameof(MaxIntrospectionDepthRule)] = c => new MaxIntrospectionDepthRule(c),
        [nameof(NoDeprecatedCustomRule)] = c => new NoDeprecatedCustomRule(c),
        [nameof(NoSchemaIntrospectionCustomRule)] = c => new NoSchemaIntrospectionCustomRule(c),
    };

    /// <summary>Every rule for executable documents, in the order in which they report on one node.</summary>
    public static IReadOnlyList<string> All { get; } = [.. ByName.Keys];

    /// <summary>The rules of the specification, and the bound on the depth of introspection.</summary>
    public static IReadOnlyList<string> Specified { get; } =
        [.. All.Where(name => !name.EndsWith("CustomRule", StringComparison.Ordinal))];

    /// <exception cref="ArgumentException">No rule has the name: a mistake in our options, not in a
    /// document.</exception>
    internal static ValidationRule Create(string name, ValidationContext context) =>
        ByName.TryGetValue(name, out var create)
            ? create(context)
            : throw new ArgumentException($"There is no validation rule \"{name}\".", nameof(name));
}
