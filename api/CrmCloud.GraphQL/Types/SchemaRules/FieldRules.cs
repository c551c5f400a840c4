using CrmCloud.GraphQL.Language;

namespace CrmCloud.GraphQL.Types;

/// <summary>Rules for the fields of objects and interfaces.</summary>
internal static class FieldRules
{
    public static void Check(SchemaErrors errors, FieldsType type)
    {
        if (type.Fields.Count == 0)
        {
            errors.Report($"Type {type} must define one or more fields.", SchemaErrors.Definitions(type));
        }

        foreach (var field in type.Fields)
        {
            // The introspection types name themselves, but their fields begin like any other.
            errors.CheckName(field.Name, field.Syntax);
            if (!field.Type.IsOutput)
            {
                errors.Report(
                    $"The type of {type}.{field.Name} must be Output Type but got: {field.Type}.",
                    (field.Syntax as FieldDefinitionNode)?.Type);
            }

            foreach (var argument in field.Arguments)
            {
                errors.CheckArgument(
                    $"{type}.{field.Name}({argument.Name}:)",
                    argument,
                    (argument.Syntax as InputValueDefinitionNode)?.Type);
            }
        }
    }
}
