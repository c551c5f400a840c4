using CrmCloud.GraphQL.Language;

namespace CrmCloud.GraphQL.Validation;

internal sealed class ExecutableDefinitionsRule(ValidationContext context) : ValidationRule(context)
{
    public override bool Enter(SyntaxNode node)
    {
        foreach (var definition in Context.Document.Definitions.OfType<TypeSystemDefinitionNode>())
        {
            var name = definition switch
            {
                TypeDefinitionNode type => $"\"{type.Name.Value}\"",
                DirectiveDefinitionNode directive => $"\"{directive.Name.Value}\"",
                _ => "schema",
            };
            Context.Report($"The {name} definition is not executable.", definition);
        }

        return false;
    }
}

internal sealed class KnownOperationTypesRule(ValidationContext context) : ValidationRule(context)
{
    public override bool Enter(SyntaxNode node)
    {
        if (node is OperationDefinitionNode operation && Context.Schema?.RootOf(operation.Operation) is null)
        {
            var kind = operation.Operation.ToString().ToLowerInvariant();
            Context.Report($"The {kind} operation is not supported by the schema.", operation);
        }

        return node is not DefinitionNode;
    }
}

internal sealed class UniqueOperationNamesRule(ValidationContext context) : ValidationRule(context)
{
    private readonly Dictionary<string, NameNode> _known = new(StringComparer.Ordinal);

    public override bool Enter(SyntaxNode node)
    {
        if (node is OperationDefinitionNode { Name: { } name } && !_known.TryAdd(name.Value, name))
        {
            Context.Report($"There can be only one operation named \"{name.Value}\".", _known[name.Value], name);
        }

        return node is not DefinitionNode;
    }
}

internal sealed class UniqueFragmentNamesRule(ValidationContext context) : ValidationRule(context)
{
    private readonly Dictionary<string, NameNode> _known = new(StringComparer.Ordinal);

    public override bool Enter(SyntaxNode node)
    {
        if (node is FragmentDefinitionNode { Name: var name } && !_known.TryAdd(name.Value, name))
        {
            Context.Report($"There can be only one fragment named \"{name.Value}\".", _known[name.Value], name);
        }

        return node is not DefinitionNode;
    }
}

internal sealed class LoneAnonymousOperationRule(ValidationContext context) : ValidationRule(context)
{
    private readonly int _operations = context.Document.Definitions.OfType<OperationDefinitionNode>().Count();

    public override bool Enter(SyntaxNode node)
    {
        if (node is OperationDefinitionNode { Name: null } && _operations > 1)
        {
            Context.Report("This anonymous operation must be the only defined operation.", node);
        }

        return node is not DefinitionNode;
    }
}
