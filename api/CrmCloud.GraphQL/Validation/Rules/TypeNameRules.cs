using CrmCloud.GraphQL.Language;
using CrmCloud.GraphQL.Types;

namespace CrmCloud.GraphQL.Validation;

internal sealed class KnownTypeNamesRule(ValidationContext context) : ValidationRule(context)
{
    // Known in every type-system document, whether or not a schema is extended.
    private static readonly IReadOnlyList<string> Standard =
    [
        .. BuiltInScalars.All.Select(type => type.Name),
        "__Schema", "__Directive", "__DirectiveLocation", "__Type", "__Field", "__InputValue", "__EnumValue",
        "__TypeKind",
    ];

    private readonly HashSet<string> _defined = context.Document.Definitions.OfType<TypeDefinitionNode>()
        .Where(definition => !definition.IsExtension)
        .Select(definition => definition.Name.Value)
        .ToHashSet(StringComparer.Ordinal);

    public override bool Enter(SyntaxNode node)
    {
        if (node is NamedTypeNode { Name.Value: var name }
            && Context.Schema?.FindType(name) is null
            && !_defined.Contains(name))
        {
            Report(name, node);
        }

        return true;
    }

    private void Report(string name, SyntaxNode node)
    {
        var isTypeSystem = Context.Ancestors.Count > 1 && Context.Ancestors[1] is TypeSystemDefinitionNode;
        if (isTypeSystem && Standard.Contains(name))
        {
            return;
        }

        var names = (isTypeSystem ? Standard : [])
            .Concat(Context.Schema?.Types.Select(type => type.Name) ?? [])
            .Concat(_defined);
        Context.Report($"Unknown type \"{name}\"." + Context.DidYouMean(name, names), node);
    }
}

internal sealed class FragmentsOnCompositeTypesRule(ValidationContext context) : ValidationRule(context)
{
    public override bool Enter(SyntaxNode node)
    {
        switch (node)
        {
            case InlineFragmentNode { TypeCondition: { } condition } when IsNotComposite(condition):
                Context.Report(
                    $"Fragment cannot condition on non composite type \"{condition.Name.Value}\".", condition);
                break;
            case FragmentDefinitionNode { TypeCondition: var condition } fragment when IsNotComposite(condition):
                Context.Report(
                    $"Fragment \"{fragment.Name.Value}\" cannot condition on non composite type "
                    + $"\"{condition.Name.Value}\".",
                    condition);
                break;
        }

        return true;
    }

    private bool IsNotComposite(NamedTypeNode condition) =>
        Context.Schema?.FindType(condition.Name.Value) is { IsComposite: false };
}

internal sealed class VariablesAreInputTypesRule(ValidationContext context) : ValidationRule(context)
{
    public override bool Enter(SyntaxNode node)
    {
        if (node is VariableDefinitionNode variable && Context.Schema?.TypeOf(variable.Type) is { IsInput: false })
        {
            Context.Report(
                $"Variable \"${variable.Variable.Name.Value}\" cannot be non-input type \"{variable.Type}\".",
                variable.Type);
        }

        return true;
    }
}
