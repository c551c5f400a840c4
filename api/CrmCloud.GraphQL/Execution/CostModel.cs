using CrmCloud.GraphQL.Binding;
using CrmCloud.GraphQL.Types;

namespace CrmCloud.GraphQL.Execution;

/// <summary>Prices an operation before it runs, with the actual values of its variables.</summary>
/// <remarks>
/// Each object that can be returned costs 1 point, or the weight of its type. A field adds its own weight, 0 unless
/// declared, and that of its given arguments. A list is as long as its slicing argument says, else as assumed for it,
/// and multiplies what is selected inside. Of several possible types the dearest counts. Introspection has a fixed
/// price.
/// </remarks>
internal sealed class CostModel(RequestWork work, QueryLimits limits)
{
    /// <summary>Price of __schema or __type with all that is inside.</summary>
    public const int IntrospectionPoints = 10;

    /// <summary>A page size over the limit; null when there is none.</summary>
    public GraphQLError? Refusal { get; private set; }

    /// <summary>Cost points, rounded up; at most int.MaxValue.</summary>
    public int Measure() => (int)Math.Min(int.MaxValue, Math.Ceiling(OfFields(work.Plan.Root, 0, [])));

    /// <param name="inheritedSize">Length of the lists in the sized fields of a connection; 0 for none.</param>
    private double OfFields(ObjectPlan plan, double inheritedSize, string[] sizedFields)
    {
        var sum = 0.0;
        foreach (var field in plan.Fields)
        {
            sum += OfField(field, Array.IndexOf(sizedFields, field.Field.Name) >= 0 ? inheritedSize : 0);
        }

        return sum;
    }

    private double OfField(FieldPlan plan, double inheritedSize)
    {
        var field = plan.Field;
        if (field.Name.StartsWith("__", StringComparison.Ordinal))
        {
            return field == Introspection.TypenameField ? 0 : IntrospectionPoints;
        }

        var arguments = work.ArgumentsOf(plan);
        var own = (field.Cost ?? 0) + OfArguments(field, arguments);
        var size = SizeOf(plan, arguments);
        var isConnection = field.ListSize?.SizedFields.Length > 0;
        return own + OfValue(
            plan.Value,
            inheritedSize > 0 ? inheritedSize : isConnection ? 0 : size,
            isConnection ? size : 0,
            field.ListSize?.SizedFields ?? []);
    }

    private double OfValue(ValuePlan value, double listSize, double inheritedSize, string[] sizedFields) => value switch
    {
        // Of lists in lists, the outer one is as long as declared.
        ListPlan list =>
            OfValue(list.Item, 0, inheritedSize, sizedFields) * (listSize > 0 ? listSize : limits.AssumedListSize),
        ConcretePlan concrete => OfObject(concrete.Plan, inheritedSize, sizedFields),
        AbstractPlan { Known.Count: > 0 } several =>
            several.Known.Max(known => OfObject(known.Plan, inheritedSize, sizedFields)),
        AbstractPlan => 1,
        _ => 0,
    };

    private double OfObject(ObjectPlan plan, double inheritedSize, string[] sizedFields) =>
        (plan.Type.Cost ?? 1) + OfFields(plan, inheritedSize, sizedFields);

    private static double OfArguments(Field field, CoercedArguments arguments)
    {
        var sum = 0.0;
        for (var i = 0; i < arguments.Values.Length; i++)
        {
            sum += ReferenceEquals(arguments.Values[i], InputValue.Absent) ? 0 : field.Arguments[i].Cost;
        }

        return sum;
    }

    /// <summary>0 when nothing is declared.</summary>
    private double SizeOf(FieldPlan plan, CoercedArguments arguments)
    {
        if (plan.Field.ListSize is not { } declared || arguments.Error is not null)
        {
            return 0;
        }

        int? largest = null;
        for (var i = 0; i < arguments.Values.Length; i++)
        {
            var argument = plan.Field.Arguments[i];
            if (Array.IndexOf(declared.SlicingArguments, argument.Name) >= 0 && arguments.Values[i] is int given)
            {
                CheckPageSize(plan, argument, given);
                largest = Math.Max(largest ?? 0, given);
            }
        }

        return largest ?? (declared.AssumedSize > 0 ? declared.AssumedSize : limits.AssumedListSize);
    }

    private void CheckPageSize(FieldPlan plan, InputValue argument, int given)
    {
        if (given > limits.PageSize || given < 0)
        {
            Refusal ??= new GraphQLError(
                $"Argument \"{argument.Name}\" of \"{plan.Parent}.{plan.Field.Name}\" is {given}; "
                + (given < 0 ? "a page size is not negative." : $"it may be at most {limits.PageSize}."))
            {
                Code = given < 0 ? VariableValues.BadInput : "GRAPHQL_LIMIT_EXCEEDED",
                Locations = Places.Of(plan.Nodes),
                Extensions = new Dictionary<string, object?>
                {
                    ["limit"] = "PageSize", ["maximum"] = limits.PageSize, ["measured"] = given,
                },
            };
        }
    }
}
