using CrmCloud.GraphQL.Language;
using CrmCloud.GraphQL.Types;

namespace CrmCloud.GraphQL.Validation;

internal sealed class UniqueVariableNamesRule(ValidationContext context) : ValidationRule(context)
{
    public override bool Enter(SyntaxNode node)
    {
        if (node is OperationDefinitionNode operation)
        {
            var groups = operation.VariableDefinitions.Select(definition => definition.Variable.Name)
                .GroupBy(name => name.Value, StringComparer.Ordinal);
            foreach (var group in groups.Where(group => group.Skip(1).Any()))
            {
                Context.Report($"There can be only one variable named \"${group.Key}\".", group);
            }
        }

        return node is not DefinitionNode;
    }
}

internal sealed class NoUndefinedVariablesRule(ValidationContext context) : ValidationRule(context)
{
    public override void Leave(SyntaxNode node)
    {
        if (node is not OperationDefinitionNode operation)
        {
            return;
        }

        var defined = operation.VariableDefinitions.Select(definition => definition.Variable.Name.Value)
            .ToHashSet(StringComparer.Ordinal);
        var by = operation.Name is null ? "." : $" by operation \"{operation.Name.Value}\".";
        foreach (var usage in Context.UsagesOf(operation).Where(usage => !defined.Contains(usage.Node.Name.Value)))
        {
            Context.Report($"Variable \"${usage.Node.Name.Value}\" is not defined{by}", usage.Node, operation);
        }
    }
}

internal sealed class NoUnusedVariablesRule(ValidationContext context) : ValidationRule(context)
{
    public override void Leave(SyntaxNode node)
    {
        if (node is not OperationDefinitionNode operation)
        {
            return;
        }

        var used = Context.UsagesOf(operation).Select(usage => usage.Node.Name.Value).ToHashSet(StringComparer.Ordinal);
        var where = operation.Name is null ? "." : $" in operation \"{operation.Name.Value}\".";
        foreach (var definition in operation.VariableDefinitions)
        {
            if (!used.Contains(definition.Variable.Name.Value))
            {
                Context.Report($"Variable \"${definition.Variable.Name.Value}\" is never used{where}", definition);
            }
        }
    }
}

internal sealed class VariablesInAllowedPositionRule(ValidationContext context) : ValidationRule(context)
{
    public override void Leave(SyntaxNode node)
    {
        if (node is not OperationDefinitionNode operation)
        {
            return;
        }

        var definitions =
            new Dictionary<string, (VariableDefinitionNode Node, GraphQLType? Type)>(StringComparer.Ordinal);
        foreach (var definition in operation.VariableDefinitions)
        {
            definitions[definition.Variable.Name.Value] = (definition, Context.Schema!.TypeOf(definition.Type));
        }

        foreach (var usage in Context.UsagesOf(operation))
        {
            if (usage.Type is not null
                && definitions.TryGetValue(usage.Node.Name.Value, out var known)
                && known.Type is not null)
            {
                Check(usage, known.Node, known.Type);
            }
        }
    }

    private void Check(VariableUsage usage, VariableDefinitionNode definition, GraphQLType type)
    {
        var name = usage.Node.Name.Value;
        if (!IsAllowed(type, definition.DefaultValue, usage))
        {
            Context.Report(
                $"Variable \"${name}\" of type \"{type}\" used in position expecting type \"{usage.Type}\".",
                definition,
                usage.Node);
        }

        if (usage.Parent is InputObjectType { IsOneOf: true } parent && !type.IsNonNull)
        {
            Context.Report(
                $"Variable \"${name}\" is of type \"{type}\" but must be non-nullable to be used for OneOf Input "
                + $"Object \"{parent}\".",
                definition,
                usage.Node);
        }
    }

    private bool IsAllowed(GraphQLType variable, ValueNode? variableDefault, VariableUsage usage)
    {
        if (usage.Type is NonNullType wanted && !variable.IsNonNull)
        {
            return (variableDefault is not (null or NullValueNode) || usage.HasDefault)
                && Context.Schema!.IsSubtype(variable, wanted.OfType);
        }

        return Context.Schema!.IsSubtype(variable, usage.Type!);
    }
}
