using CrmCloud.GraphQL.Language;
using CrmCloud.GraphQL.Types;

namespace CrmCloud.GraphQL.Validation;

internal sealed class LoneSchemaDefinitionRule(ValidationContext context) : ValidationRule(context)
{
    private readonly bool _isExtension = context.Schema is { } schema
        && (schema.Parts.Syntax ?? (object?)schema.Query ?? schema.Mutation ?? schema.Subscription) is not null;

    private bool _isDefined;

    public override bool Enter(SyntaxNode node)
    {
        if (node is not SchemaDefinitionNode { IsExtension: false })
        {
            return true;
        }

        if (_isExtension)
        {
            Context.Report("Cannot define a new schema within a schema extension.", node);
        }
        else if (_isDefined)
        {
            Context.Report("Must provide only one schema definition.", node);
        }

        _isDefined = true;
        return true;
    }
}

internal sealed class UniqueOperationTypesRule(ValidationContext context) : ValidationRule(context)
{
    private readonly Dictionary<OperationKind, SyntaxNode> _defined = [];

    public override bool Enter(SyntaxNode node)
    {
        if (node is SchemaDefinitionNode schema)
        {
            foreach (var operation in schema.OperationTypes)
            {
                Check(operation);
            }
        }

        return node is not DefinitionNode;
    }

    private void Check(OperationTypeDefinitionNode node)
    {
        var kind = node.Operation.ToString().ToLowerInvariant();
        if (Context.Schema?.RootOf(node.Operation) is not null)
        {
            Context.Report($"Type for {kind} already defined in the schema. It cannot be redefined.", node);
        }
        else if (!_defined.TryAdd(node.Operation, node))
        {
            Context.Report($"There can be only one {kind} type in schema.", _defined[node.Operation], node);
        }
    }
}

internal sealed class UniqueTypeNamesRule(ValidationContext context) : ValidationRule(context)
{
    private readonly Dictionary<string, NameNode> _known = new(StringComparer.Ordinal);

    public override bool Enter(SyntaxNode node)
    {
        if (node is TypeDefinitionNode { IsExtension: false, Name: var name })
        {
            if (Context.Schema?.FindType(name.Value) is not null)
            {
                Context.Report(
                    $"Type \"{name.Value}\" already exists in the schema. It cannot also be defined in this type "
                    + "definition.",
                    name);
            }
            else if (!_known.TryAdd(name.Value, name))
            {
                Context.Report($"There can be only one type named \"{name.Value}\".", _known[name.Value], name);
            }
        }

        return node is not DefinitionNode;
    }
}

internal sealed class UniqueDirectiveNamesRule(ValidationContext context) : ValidationRule(context)
{
    private readonly Dictionary<string, NameNode> _known = new(StringComparer.Ordinal);

    public override bool Enter(SyntaxNode node)
    {
        if (node is DirectiveDefinitionNode { IsExtension: false, Name: var name })
        {
            if (Context.Schema?.Directives.Find(name.Value) is not null)
            {
                Context.Report(
                    $"Directive \"@{name.Value}\" already exists in the schema. It cannot be redefined.", name);
            }
            else if (!_known.TryAdd(name.Value, name))
            {
                Context.Report($"There can be only one directive named \"@{name.Value}\".", _known[name.Value], name);
            }
        }

        return node is not DefinitionNode;
    }
}

internal sealed class PossibleTypeExtensionsRule(ValidationContext context) : ValidationRule(context)
{
    private readonly KnownDirectives _directives = new(context);
    private readonly Dictionary<string, TypeDefinitionNode> _defined = context.Document.Definitions
        .OfType<TypeDefinitionNode>()
        .Where(node => !node.IsExtension)
        .GroupBy(node => node.Name.Value, StringComparer.Ordinal)
        .ToDictionary(group => group.Key, group => group.Last(), StringComparer.Ordinal);

    public override bool Enter(SyntaxNode node)
    {
        switch (node)
        {
            case TypeDefinitionNode { IsExtension: true } extension:
                Check(extension);
                break;
            case DirectiveDefinitionNode { IsExtension: true, Name: var name }
                when _directives.LocationsOf(name.Value) is null:
                Context.Report($"Cannot extend directive \"@{name.Value}\" because it is not defined.", name);
                break;
        }

        return true;
    }

    private void Check(TypeDefinitionNode extension)
    {
        var name = extension.Name.Value;
        var defined = _defined.GetValueOrDefault(name);
        var expected = defined is not null ? KindOf(defined) : KindOf(Context.Schema?.FindType(name));
        if (expected is null)
        {
            var names = _defined.Keys.Concat(Context.Schema?.Types.Select(type => type.Name) ?? []);
            Context.Report(
                $"Cannot extend type \"{name}\" because it is not defined." + Context.DidYouMean(name, names),
                extension.Name);
        }
        else if (expected != KindOf(extension))
        {
            IEnumerable<SyntaxNode> nodes = defined is null ? [extension] : [defined, extension];
            Context.Report($"Cannot extend non-{KindOf(extension)} type \"{name}\".", nodes);
        }
    }

    private static string KindOf(TypeDefinitionNode node) => node switch
    {
        ScalarTypeDefinitionNode => "scalar",
        ObjectTypeDefinitionNode => "object",
        InterfaceTypeDefinitionNode => "interface",
        UnionTypeDefinitionNode => "union",
        EnumTypeDefinitionNode => "enum",
        _ => "input object",
    };

    private static string? KindOf(NamedType? type) => type switch
    {
        null => null,
        ScalarType => "scalar",
        ObjectType => "object",
        InterfaceType => "interface",
        UnionType => "union",
        EnumType => "enum",
        _ => "input object",
    };
}
