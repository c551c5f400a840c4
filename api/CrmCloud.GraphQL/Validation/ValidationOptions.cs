namespace CrmCloud.GraphQL.Validation;

/// <summary>What one document may ask for, and which rules it is held to.</summary>
/// <remarks>Every limit is checked before the rules run, so the rules work on bounded input.</remarks>
public sealed record ValidationOptions
{
    private readonly int _operationDepth = 20;
    private readonly int _fragmentDepth = 64;

    public static ValidationOptions Default { get; } = new();

    /// <summary>Names of <see cref="ValidationRules"/>. Default: those of the specification.</summary>
    public IReadOnlyList<string> Rules { get; init; } = ValidationRules.Specified;

    /// <summary>
    /// Adds "Did you mean ...?", which tells names of the schema. Default on; off for callers without a key.
    /// </summary>
    public bool Suggestions { get; init; } = true;

    /// <summary>Errors reported before validation stops. Default 100.</summary>
    public int Errors { get; init; } = 100;

    /// <summary>Operations of the document. Default 100.</summary>
    public int Operations { get; init; } = 100;

    /// <summary>Fields of one operation with its fragments spread out. Default 2,048.</summary>
    public int Fields { get; init; } = 2_048;

    /// <summary>
    /// Fields inside fields of one operation, 1 to 200. Default 20; the introspection query is 15 deep.
    /// </summary>
    public int OperationDepth
    {
        get => _operationDepth;
        init => _operationDepth = value is >= 1 and <= 200
            ? value
            : throw new ArgumentOutOfRangeException(nameof(value), value, "Operation depth is 1 to 200.");
    }

    /// <summary>Fragments, named or inline, inside fragments, 1 to 200. Default 64.</summary>
    public int FragmentDepth
    {
        get => _fragmentDepth;
        init => _fragmentDepth = value is >= 1 and <= 200
            ? value
            : throw new ArgumentOutOfRangeException(nameof(value), value, "Fragment depth is 1 to 200.");
    }

    /// <summary>Fragments, named or inline, visited when one operation is spread out. Default 1,000.</summary>
    public int FragmentVisits { get; init; } = 1_000;

    /// <summary>How often one operation may select fields of the same name under an alias. Default 100.</summary>
    public int AliasesOfOneField { get; init; } = 100;

    /// <summary>Directives on one field, fragment, variable or operation. Default 10.</summary>
    public int DirectivesPerLocation { get; init; } = 10;

    /// <summary>
    /// Uses of variables, summed over the operations and the fragments that each uses. Default 50,000.
    /// </summary>
    public int VariableUses { get; init; } = 50_000;

    /// <summary>Pairs of fields compared to see whether they can be merged. Default 250,000.</summary>
    public int MergeComparisons { get; init; } = 250_000;
}
