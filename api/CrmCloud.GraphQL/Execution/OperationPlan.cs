using CrmCloud.GraphQL.Language;
using CrmCloud.GraphQL.Types;

namespace CrmCloud.GraphQL.Execution;

/// <summary>
/// One operation, compiled for one answer to all its @skip and @include conditions. Shared by requests.
/// </summary>
internal sealed class OperationPlan
{
    public required OperationDefinitionNode Operation { get; init; }

    public required ObjectPlan Root { get; init; }

    /// <summary>Makes the plans of types that are met only when running.</summary>
    public required PlanCompiler Compiler { get; init; }

    /// <summary>Fields for which the cache has counted memory.</summary>
    public int CountedFields { get; set; }

    /// <summary>Whether types met when running have added to the plan since it was counted.</summary>
    public bool HasGrown => Compiler.FieldCount > CountedFields;

    /// <summary>Only __schema, __type and __typename, and no variables: the answer is always the same.</summary>
    public bool IsConstant { get; init; }

    /// <summary>The <c>data</c> of a constant plan, once it has been written.</summary>
    public byte[]? ConstantData { get; set; }

    /// <summary>Cost points when they do not depend on variables, once measured.</summary>
    public int? KnownCost { get; set; }

    /// <summary>Bytes the last answer took, as a first size for the next.</summary>
    public int LastBytes { get; set; } = 1024;
}

/// <summary>What is selected of objects of one type at one place of the operation.</summary>
internal sealed class ObjectPlan(ObjectType type, FieldPlan[] fields)
{
    public ObjectType Type { get; } = type;

    public FieldPlan[] Fields { get; } = fields;

    /// <summary>Guards on what is selected here and inside, as far as the types are known.</summary>
    public IReadOnlyList<GuardCheck> Checks => field ??= GuardCheck.Collect(this);

    /// <summary>Whether a field here, or somewhere inside, is answered in the resolve phase.</summary>
    public bool NeedsResolve { get; } = Array.Exists(fields, field => field.NeedsResolve);
}

/// <summary>One field of an answer: all selections that share its response name, merged.</summary>
internal sealed class FieldPlan
{
    public required string ResponseName { get; init; }

    /// <summary>The response name as it is written: quoted and with the colon.</summary>
    public required byte[] NameBytes { get; init; }

    public required ObjectType Parent { get; init; }

    public required Field Field { get; init; }

    public required FieldNode[] Nodes { get; init; }

    public required ArgumentPlan Arguments { get; init; }

    public required ValuePlan Value { get; init; }

    /// <summary>Position among the fields of the operation, for what is kept per request.</summary>
    public required int Number { get; init; }

    public required Resolver Resolver { get; init; }

    /// <summary>The value as bytes when it is always the same, as with __typename.</summary>
    public byte[]? Constant { get; init; }

    public bool NeedsResolve => Resolver is not PureResolver || Value.NeedsResolve;
}

/// <summary>How a value becomes JSON: the wrappers of the type, and what is selected inside.</summary>
internal abstract class ValuePlan
{
    public required bool IsNonNull { get; init; }

    /// <summary>Whether something inside is answered in the resolve phase.</summary>
    public virtual bool NeedsResolve => false;
}

internal sealed class ScalarPlan(ScalarType type) : ValuePlan
{
    public ScalarType Type { get; } = type;
}

internal sealed class EnumPlan(EnumType type) : ValuePlan
{
    private readonly Dictionary<object, byte[]> _names =
        type.Values.DistinctBy(value => value.Value)
            .ToDictionary(value => value.Value, value => JsonRaw.QuotedName(value.Name));

    public EnumType Type { get; } = type;

    public byte[]? NameOf(object value) => _names.GetValueOrDefault(value);
}

internal sealed class ListPlan(ValuePlan item) : ValuePlan
{
    public ValuePlan Item { get; } = item;

    public override bool NeedsResolve => Item.NeedsResolve;
}

/// <summary>A value with a selection; which plan applies depends on its type.</summary>
internal abstract class CompositePlan : ValuePlan;

internal sealed class ConcretePlan(ObjectPlan plan) : CompositePlan
{
    public ObjectPlan Plan { get; } = plan;

    public override bool NeedsResolve => Plan.NeedsResolve;
}

/// <summary>An interface or a union. Plans of types that the document does not name are made when first met.</summary>
internal sealed class AbstractPlan(
    NamedType type, IReadOnlyList<FieldNode> nodes, PlanCompiler compiler) : CompositePlan
{
    private readonly Lock _adding = new();
    private Dictionary<ObjectType, ObjectPlan> _plans = [];

    public NamedType Type { get; } = type;

    /// <summary>Plans made beforehand: one for each way the fragments can apply.</summary>
    public IReadOnlyList<StaticPlan> Known { get; private set; } = [];

    // What types met later need is not known yet.
    public override bool NeedsResolve => true;

    public ObjectPlan For(ObjectType concrete) =>
        _plans.TryGetValue(concrete, out var plan) ? plan : Add(concrete);

    /// <summary>Whether a fragment names the type of the plan, so that its guards ran before execution.</summary>
    public bool IsNamed(ObjectPlan plan)
    {
        foreach (var known in Known)
        {
            if (known.IsNamed && known.Plan == plan)
            {
                return true;
            }
        }

        return false;
    }

    public void Prepare(IEnumerable<(ObjectType Type, bool IsNamed)> types) =>
        Known = [.. types.Select(known => new StaticPlan(For(known.Type), known.IsNamed))];

    private ObjectPlan Add(ObjectType concrete)
    {
        var made = compiler.Select(concrete, nodes);
        lock (_adding)
        {
            // Readers do not lock: they see the old dictionary or the new one.
            _plans = new Dictionary<ObjectType, ObjectPlan>(_plans) { [concrete] = made };
        }

        return made;
    }
}

/// <param name="IsNamed">Whether a fragment of the document names the very type.</param>
internal sealed record StaticPlan(ObjectPlan Plan, bool IsNamed);
