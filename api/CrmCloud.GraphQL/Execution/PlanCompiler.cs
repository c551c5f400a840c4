using System.Text;
using CrmCloud.GraphQL.Language;
using CrmCloud.GraphQL.Types;
using CrmCloud.GraphQL.Validation;

namespace CrmCloud.GraphQL.Execution;

/// <summary>
/// Compiles an operation for one set of true condition variables. Also used later, for types met when running.
/// </summary>
/// <remarks>Works on documents that were never validated: what it does not understand, it leaves out.</remarks>
internal sealed class PlanCompiler
{
    /// <summary>
    /// Fields of one plan, over all runtime types. Keeps a document that was not validated within bounds.
    /// </summary>
    private const int MaximumFields = 100_000;

    private readonly Schema _schema;
    private readonly FieldCollector _collector;
    private readonly int _maximumDepth;
    private int _fields;

    private PlanCompiler(Schema schema, FieldCollector collector, int maximumDepth)
    {
        _schema = schema;
        _collector = collector;
        _maximumDepth = maximumDepth;
    }

    /// <summary>Fields compiled so far; grows when new types are met.</summary>
    public int FieldCount => Volatile.Read(ref _fields);

    /// <exception cref="GraphQLRequestException">The plan would be too large or too deep.</exception>
    public static OperationPlan Compile(
        Schema schema,
        DocumentNode document,
        OperationDefinitionNode operation,
        ObjectType root,
        ConditionSet conditions)
    {
        var compiler = new PlanCompiler(schema, new FieldCollector(schema, document, conditions), 200);
        var plan = compiler.Plan(root, compiler._collector.Collect(root, [operation.SelectionSet]), 0);
        return new OperationPlan
        {
            Operation = operation,
            Root = plan,
            Compiler = compiler,
            IsConstant = operation.VariableDefinitions.IsEmpty && plan.Fields.Length > 0
                && Array.TrueForAll(plan.Fields, field => field.Field.Name.StartsWith("__", StringComparison.Ordinal)),
        };
    }

    /// <summary>What the selections of the merged nodes ask of an object of the type.</summary>
    public ObjectPlan Select(ObjectType type, IReadOnlyList<FieldNode> nodes) => Select(type, nodes, 0);

    private ObjectPlan Select(ObjectType type, IReadOnlyList<FieldNode> nodes, int depth)
    {
        var sets = nodes.Where(node => node.SelectionSet is not null).Select(node => node.SelectionSet!);
        return Plan(type, _collector.Collect(type, sets), depth);
    }

    private ObjectPlan Plan(ObjectType type, IEnumerable<KeyValuePair<string, List<FieldNode>>> groups, int depth)
    {
        if (depth > _maximumDepth)
        {
            throw new GraphQLRequestException(
                "GRAPHQL_LIMIT_EXCEEDED", $"The operation is more than {_maximumDepth} fields deep.");
        }

        var fields = new List<FieldPlan>();
        foreach (var (name, nodes) in groups)
        {
            // An unknown field is what validation reports; unvalidated, it is left out.
            if (_schema.FieldOf(type, nodes[0].Name.Value) is { } field)
            {
                fields.Add(Plan(type, name, field, nodes, depth));
            }
        }

        return new ObjectPlan(type, [.. fields]);
    }

    private FieldPlan Plan(ObjectType type, string name, Field field, List<FieldNode> nodes, int depth)
    {
        var number = NextNumber();
        var arguments = ArgumentPlan.Make(field.Arguments, nodes[0].Arguments, nodes[0]);
        return new FieldPlan
        {
            ResponseName = name,
            NameBytes = Encoding.UTF8.GetBytes($"\"{name}\":"),
            Parent = type,
            Field = field,
            Nodes = [.. nodes],
            Arguments = arguments,
            Value = Value(field.Type, nodes, depth),
            Number = number,
            Resolver = Resolver(field, nodes, arguments),
            Constant = field == Introspection.TypenameField ? JsonRaw.QuotedName(type.Name) : null,
        };
    }

    private int NextNumber()
    {
        var number = Interlocked.Increment(ref _fields) - 1;
        return number < MaximumFields ? number : throw new GraphQLRequestException(
            "GRAPHQL_LIMIT_EXCEEDED", $"The operation has more than {MaximumFields} fields.");
    }

    // What introspection says is not changed.
    private Resolver Resolver(Field field, List<FieldNode> nodes, ArgumentPlan arguments)
    {
        var resolver = field.Resolver ?? PropertyOfName.Resolver(field.Name);

        // Arguments that may be wrong are looked at even where the value does not depend on them.
        resolver = resolver is PureResolver { Direct: not null } direct && arguments.Constant is not { Error: null }
            ? new PureResolver(direct.Get)
            : resolver;
        return field.Name.StartsWith("__", StringComparison.Ordinal)
            ? resolver
            : DirectivePlan.Around(resolver, _schema, nodes, NextNumber);
    }

    private ValuePlan Value(GraphQLType type, List<FieldNode> nodes, int depth)
    {
        var isNonNull = type.IsNonNull;
        return type.Nullable switch
        {
            ListType list => new ListPlan(Value(list.OfType, nodes, depth)) { IsNonNull = isNonNull },
            ScalarType scalar => new ScalarPlan(scalar) { IsNonNull = isNonNull },
            EnumType named => new EnumPlan(named) { IsNonNull = isNonNull },
            ObjectType concrete => new ConcretePlan(Select(concrete, nodes, depth + 1)) { IsNonNull = isNonNull },
            NamedType named => Abstract(named, nodes, isNonNull, depth),
            _ => throw new InvalidOperationException($"The type {type} cannot be an answer."),
        };
    }

    private AbstractPlan Abstract(NamedType type, List<FieldNode> nodes, bool isNonNull, int depth)
    {
        if (depth > _maximumDepth)
        {
            throw new GraphQLRequestException(
                "GRAPHQL_LIMIT_EXCEEDED", $"The operation is more than {_maximumDepth} fields deep.");
        }

        var plan = new AbstractPlan(type, nodes, this) { IsNonNull = isNonNull };
        plan.Prepare(_collector.DistinctTypes(type, nodes));
        return plan;
    }
}
