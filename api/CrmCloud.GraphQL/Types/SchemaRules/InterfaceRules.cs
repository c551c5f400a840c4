using CrmCloud.GraphQL.Language;

namespace CrmCloud.GraphQL.Types;

/// <summary>Rules for what implements an interface.</summary>
internal static class InterfaceRules
{
    public static void Check(SchemaErrors errors, FieldsType type)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var declared in type.Interfaces)
        {
            var nodes = ImplementsNodes(type, declared);
            if (declared is not InterfaceType parent)
            {
                errors.Report(
                    $"Type {type} must only implement Interface types, it cannot implement {declared}.", [.. nodes]);
            }
            else if (ReferenceEquals(type, parent))
            {
                errors.Report(
                    $"Type {type} cannot implement itself because it would create a circular reference.", [.. nodes]);
            }
            else if (!names.Add(parent.Name))
            {
                errors.Report($"Type {type} can only implement {parent} once.", [.. nodes]);
            }
            else
            {
                CheckAncestors(errors, type, parent);
                CheckFields(errors, type, parent);
            }
        }
    }

    private static IEnumerable<SyntaxNode> ImplementsNodes(FieldsType type, NamedType parent) =>
        SchemaErrors.Definitions(type).OfType<FieldsTypeDefinitionNode>()
            .SelectMany(node => node.Interfaces)
            .Where(node => node.Name.Value == parent.Name);

    private static void CheckAncestors(SchemaErrors errors, FieldsType type, InterfaceType parent)
    {
        foreach (var ancestor in parent.Interfaces.Where(ancestor => !type.Interfaces.Contains(ancestor)))
        {
            errors.Report(
                ReferenceEquals(ancestor, type)
                    ? $"Type {type} cannot implement {parent} because it would create a circular reference."
                    : $"Type {type} must implement {ancestor} because it is implemented by {parent}.",
                [.. ImplementsNodes(parent, ancestor), .. ImplementsNodes(type, parent)]);
        }
    }

    private static void CheckFields(SchemaErrors errors, FieldsType type, InterfaceType parent)
    {
        foreach (var wanted in parent.Fields)
        {
            if (type.Fields.Find(wanted.Name) is not { } given)
            {
                errors.Report(
                    $"Interface field {parent}.{wanted.Name} expected but {type} does not provide it.",
                    [wanted.Syntax, .. SchemaErrors.Definitions(type)]);
                continue;
            }

            CheckField(errors, (type, given), (parent, wanted));
        }
    }

    private static void CheckField(
        SchemaErrors errors, (FieldsType Type, Field Field) given, (InterfaceType Type, Field Field) wanted)
    {
        var (givenName, wantedName) = ($"{given.Type}.{given.Field.Name}", $"{wanted.Type}.{wanted.Field.Name}");
        var givenNode = given.Field.Syntax as FieldDefinitionNode;
        if (!errors.Schema.IsSubtype(given.Field.Type, wanted.Field.Type))
        {
            errors.Report(
                $"Interface field {wantedName} expects type {wanted.Field.Type} but {givenName} is type "
                + $"{given.Field.Type}.",
                (wanted.Field.Syntax as FieldDefinitionNode)?.Type,
                givenNode?.Type);
        }

        foreach (var argument in wanted.Field.Arguments)
        {
            CheckArgument(errors, (givenName, given.Field), (wantedName, argument));
        }

        foreach (var argument in given.Field.Arguments)
        {
            if (argument.IsRequired && wanted.Field.Arguments.Find(argument.Name) is null)
            {
                errors.Report(
                    $"Object field {givenName} includes required argument {argument.Name} that is missing from the "
                    + $"Interface field {wantedName}.",
                    argument.Syntax,
                    wanted.Field.Syntax);
            }
        }

        if (given.Field.IsDeprecated && !wanted.Field.IsDeprecated)
        {
            errors.Report(
                $"Interface field {wantedName} is not deprecated, so implementation field {givenName} must not be "
                + "deprecated.",
                SchemaErrors.DeprecatedNode(givenNode),
                givenNode?.Type);
        }
    }

    private static void CheckArgument(
        SchemaErrors errors, (string Name, Field Field) given, (string FieldName, InputValue Argument) wanted)
    {
        var (fieldName, argument) = wanted;
        var coordinate = $"{fieldName}({argument.Name}:)";
        if (given.Field.Arguments.Find(argument.Name) is not { } match)
        {
            errors.Report(
                $"Interface field argument {coordinate} expected but {given.Name} does not provide it.",
                argument.Syntax,
                given.Field.Syntax);
        }
        else if (!GraphQLType.Same(argument.Type, match.Type))
        {
            errors.Report(
                $"Interface field argument {coordinate} expects type {argument.Type} but {given.Name}({match.Name}:) "
                + $"is type {match.Type}.",
                (argument.Syntax as InputValueDefinitionNode)?.Type,
                (match.Syntax as InputValueDefinitionNode)?.Type);
        }
    }
}
