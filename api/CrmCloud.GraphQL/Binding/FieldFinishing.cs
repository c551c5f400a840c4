using System.Globalization;
using System.Reflection;
using CrmCloud.GraphQL.Language;
using CrmCloud.GraphQL.Types;

namespace CrmCloud.GraphQL.Binding;

/// <summary>The last step: attributes and hooks are applied to each field, and the fields become final.</summary>
internal static class FieldFinishing
{
    public static void Finish(
        SchemaAssembly assembly, Dictionary<FieldsType, List<FieldBuilder>> fields, List<Directive> directives)
    {
        foreach (var type in fields.Keys.OrderBy(type => type.Name, StringComparer.Ordinal))
        {
            FinishType(assembly, type);
            foreach (var field in fields[type])
            {
                FinishField(assembly, field);
                type.Fields.Add(field.Build(hasResolver: type is ObjectType));
            }
        }

        CostDirectives.AddDefinitions(fields.Keys, directives);
    }

    private static void FinishType(SchemaAssembly assembly, FieldsType type)
    {
        var builder = new TypeBuilder(type);
        foreach (var attribute in type.ClrType?.GetCustomAttributes<SchemaDirectiveAttribute>(false) ?? [])
        {
            builder.AddDirective(NameOf(assembly, attribute, type.Name), AttributeDirectives.Arguments(attribute));
            attribute.Apply(builder);
        }

        if (type.ClrType?.GetCustomAttribute<CostAttribute>(false) is { } cost)
        {
            type.Cost = cost.Weight;
            builder.AddDirective("cost", ("weight", Weight(cost.Weight)));
        }

        assembly.Builder.TypeHooks.ForEach(hook => hook(builder));
    }

    private static void FinishField(SchemaAssembly assembly, FieldBuilder field)
    {
        foreach (var attribute in field.Member?.GetCustomAttributes<SchemaDirectiveAttribute>(true) ?? [])
        {
            field.AddDirective(NameOf(assembly, attribute, field.Coordinate), AttributeDirectives.Arguments(attribute));
            attribute.Apply(field);
        }

        field.Cost ??= field.Member?.GetCustomAttribute<CostAttribute>()?.Weight;
        field.ListSize ??= field.Member?.GetCustomAttribute<ListSizeAttribute>();
        assembly.Builder.FieldHooks.ForEach(hook => hook(field));
        if (field.Cost is { } weight)
        {
            field.AddDirective("cost", ("weight", Weight(weight)));
        }

        if (field.ListSize is { } size)
        {
            field.AddDirective("listSize", CostDirectives.Arguments(size));
        }
    }

    private static string NameOf(SchemaAssembly assembly, SchemaDirectiveAttribute attribute, string coordinate) =>
        assembly.Builder.DirectiveNames.GetValueOrDefault(attribute.GetType())
        ?? throw new SchemaException(
            $"{coordinate}: {attribute.GetType().Name} is not registered; "
            + $"call AddDirective<{attribute.GetType().Name}>.");

    // The cost specification has weights as strings.
    private static string Weight(double weight) => weight.ToString(CultureInfo.InvariantCulture);
}

/// <summary>The directives of the cost specification, defined where they are used.</summary>
internal static class CostDirectives
{
    public static (string Name, object? Value)[] Arguments(ListSizeAttribute size)
    {
        var arguments = new List<(string, object?)>();
        if (size.AssumedSize > 0)
        {
            arguments.Add(("assumedSize", size.AssumedSize));
        }

        if (size.SlicingArguments.Length > 0)
        {
            arguments.Add(("slicingArguments", size.SlicingArguments));
        }

        if (size.SizedFields.Length > 0)
        {
            arguments.Add(("sizedFields", size.SizedFields));
        }

        if (!size.RequireOneSlicingArgument)
        {
            arguments.Add(("requireOneSlicingArgument", false));
        }

        return [.. arguments];
    }

    public static void AddDefinitions(IEnumerable<FieldsType> types, List<Directive> directives)
    {
        var fields = types.SelectMany(type => type.Fields).ToList();
        if (types.Any(type => type.Cost is not null)
            || fields.Exists(field => field.Cost is not null || field.Arguments.Any(argument => argument.Cost > 0)))
        {
            var cost = new Directive("cost", ["FIELD_DEFINITION", "ARGUMENT_DEFINITION", "OBJECT"])
            {
                Description = "Cost points, added up and checked before execution.",
            };
            cost.Arguments.Add(new InputValue("weight", NonNullType.Of(BuiltInScalars.String)));
            directives.Add(cost);
        }

        if (fields.Exists(field => field.ListSize is not null))
        {
            directives.Add(ListSize());
        }
    }

    private static Directive ListSize()
    {
        var names = new ListType(NonNullType.Of(BuiltInScalars.String));
        var directive = new Directive("listSize", ["FIELD_DEFINITION"])
        {
            Description = "How long a list can be; multiplies the cost of what is selected in it.",
        };
        directive.Arguments.Add(new InputValue("assumedSize", BuiltInScalars.Int));
        directive.Arguments.Add(new InputValue("slicingArguments", names));
        directive.Arguments.Add(new InputValue("sizedFields", names));
        directive.Arguments.Add(new InputValue("requireOneSlicingArgument", BuiltInScalars.Boolean)
        {
            DefaultValue = new BooleanValueNode { Value = true },
        });
        return directive;
    }
}
