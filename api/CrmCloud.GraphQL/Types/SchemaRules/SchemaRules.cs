using CrmCloud.GraphQL.Language;

namespace CrmCloud.GraphQL.Types;

/// <summary>Says whether a schema is one a server may serve: the type validation of the specification.</summary>
/// <remarks>Messages name schema coordinates, in the words of graphql-js 16 where it has the rule.</remarks>
public static class SchemaRules
{
    /// <returns>Nothing for a valid schema; else all errors.</returns>
    public static IReadOnlyList<GraphQLError> Validate(Schema schema)
    {
        var errors = new SchemaErrors(schema);
        CheckRoots(errors);
        foreach (var directive in schema.Directives)
        {
            CheckDirective(errors, directive);
        }

        var inputs = new InputObjectRules(errors);
        foreach (var type in schema.Types)
        {
            CheckType(errors, inputs, type);
        }

        return errors.All;
    }

    /// <exception cref="SchemaException">The schema is not valid.</exception>
    public static void Require(Schema schema)
    {
        var errors = Validate(schema);
        if (errors.Count > 0)
        {
            throw new SchemaException(errors);
        }
    }

    private static void CheckRoots(SchemaErrors errors)
    {
        var parts = errors.Schema.Parts;
        if (parts.Query is null)
        {
            errors.Report("Query root type must be provided.", parts.Syntax);
        }

        (OperationKind Kind, NamedType? Type)[] roots =
        [
            (OperationKind.Query, parts.Query),
            (OperationKind.Mutation, parts.Mutation),
            (OperationKind.Subscription, parts.Subscription),
        ];
        foreach (var (kind, type) in roots)
        {
            if (type is not (null or ObjectType))
            {
                var condition = kind == OperationKind.Query ? "" : " if provided";
                errors.Report(
                    $"{kind} root type must be Object type{condition}, it cannot be {type}.",
                    RootNode(parts, kind) ?? type.Syntax);
            }
        }

        foreach (var shared in roots.Where(root => root.Type is ObjectType).GroupBy(root => root.Type!.Name))
        {
            CheckShared(errors, parts, shared.Key, [.. shared.Select(root => root.Kind)]);
        }
    }

    private static void CheckShared(SchemaErrors errors, SchemaParts parts, string type, OperationKind[] kinds)
    {
        if (kinds.Length > 1)
        {
            var names = kinds.Select(kind => kind.ToString().ToLowerInvariant()).ToArray();
            var list = names.Length == 2
                ? $"{names[0]} and {names[1]}"
                : $"{string.Join(", ", names[..^1])}, and {names[^1]}";
            errors.Report(
                $"All root types must be different, \"{type}\" type is used as {list} root types.",
                [.. kinds.Select(kind => RootNode(parts, kind))]);
        }
    }

    private static NamedTypeNode? RootNode(SchemaParts parts, OperationKind kind) =>
        parts.Extensions.Prepend(parts.Syntax)
            .OfType<SchemaDefinitionNode>()
            .SelectMany(node => node.OperationTypes)
            .FirstOrDefault(operation => operation.Operation == kind)?.Type;

    private static void CheckDirective(SchemaErrors errors, Directive directive)
    {
        errors.CheckName(directive.Name, directive.Syntax);
        if (directive.Locations.Count == 0)
        {
            errors.Report($"Directive @{directive.Name} must include 1 or more locations.", directive.Syntax);
        }

        foreach (var argument in directive.Arguments)
        {
            errors.CheckArgument($"@{directive.Name}({argument.Name}:)", argument, argument.Syntax);
        }

        DirectiveCycleRule.Check(errors, directive);
    }

    private static void CheckType(SchemaErrors errors, InputObjectRules inputs, NamedType type)
    {
        if (!type.IsBuiltIn)
        {
            errors.CheckName(type.Name, type.Syntax);
        }

        switch (type)
        {
            case FieldsType fields:
                FieldRules.Check(errors, fields);
                InterfaceRules.Check(errors, fields);
                break;
            case UnionType union:
                CheckUnion(errors, union);
                break;
            case EnumType values:
                CheckEnum(errors, values);
                break;
            case InputObjectType input:
                inputs.Check(input);
                break;
        }
    }

    private static void CheckUnion(SchemaErrors errors, UnionType union)
    {
        if (union.Members.Count == 0)
        {
            errors.Report($"Union type {union} must define one or more member types.", SchemaErrors.Definitions(union));
        }

        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var member in union.Members)
        {
            var nodes = SchemaErrors.Definitions(union).OfType<UnionTypeDefinitionNode>()
                .SelectMany(node => node.Types)
                .Where(node => node.Name.Value == member.Name);
            if (!names.Add(member.Name))
            {
                errors.Report($"Union type {union} can only include type {member} once.", [.. nodes]);
            }
            else if (member is not ObjectType)
            {
                errors.Report(
                    $"Union type {union} can only include Object types, it cannot include {member}.", [.. nodes]);
            }
        }
    }

    private static void CheckEnum(SchemaErrors errors, EnumType type)
    {
        if (type.Values.Count == 0)
        {
            errors.Report($"Enum type {type} must define one or more values.", SchemaErrors.Definitions(type));
        }

        foreach (var value in type.Values)
        {
            errors.CheckName(value.Name, value.Syntax);
        }
    }
}
