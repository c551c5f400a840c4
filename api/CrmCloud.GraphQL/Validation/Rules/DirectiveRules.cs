using System.Collections.Immutable;
using CrmCloud.GraphQL.Language;
using CrmCloud.GraphQL.Types;

namespace CrmCloud.GraphQL.Validation;

internal sealed class KnownDirectivesRule(ValidationContext context) : ValidationRule(context)
{
    private readonly KnownDirectives _known = new(context);

    public override bool Enter(SyntaxNode node)
    {
        if (node is not DirectiveNode { Name.Value: var name })
        {
            return true;
        }

        if (_known.LocationsOf(name) is not { } locations)
        {
            Context.Report($"Unknown directive \"@{name}\".", node);
        }
        else if (CurrentLocation() is { } location && !locations.Contains(location))
        {
            Context.Report($"Directive \"@{name}\" may not be used on {location}.", node);
        }

        return true;
    }

    private string? CurrentLocation() => Context.Ancestors[^1] switch
    {
        OperationDefinitionNode operation => operation.Operation.ToString().ToUpperInvariant(),
        FieldNode => "FIELD",
        FragmentSpreadNode => "FRAGMENT_SPREAD",
        InlineFragmentNode => "INLINE_FRAGMENT",
        FragmentDefinitionNode => "FRAGMENT_DEFINITION",
        VariableDefinitionNode => "VARIABLE_DEFINITION",
        SchemaDefinitionNode => "SCHEMA",
        DirectiveDefinitionNode => "DIRECTIVE_DEFINITION",
        ScalarTypeDefinitionNode => "SCALAR",
        ObjectTypeDefinitionNode => "OBJECT",
        InterfaceTypeDefinitionNode => "INTERFACE",
        UnionTypeDefinitionNode => "UNION",
        EnumTypeDefinitionNode => "ENUM",
        InputObjectTypeDefinitionNode => "INPUT_OBJECT",
        FieldDefinitionNode => "FIELD_DEFINITION",
        EnumValueDefinitionNode => "ENUM_VALUE",
        InputValueDefinitionNode when Context.Ancestors[^2] is InputObjectTypeDefinitionNode =>
            "INPUT_FIELD_DEFINITION",
        InputValueDefinitionNode => "ARGUMENT_DEFINITION",
        _ => null,
    };
}

internal sealed class UniqueDirectivesPerLocationRule(ValidationContext context) : ValidationRule(context)
{
    private readonly KnownDirectives _known = new(context);
    private readonly Dictionary<string, Dictionary<string, DirectiveNode>> _byDefinition = new(StringComparer.Ordinal);

    public override bool Enter(SyntaxNode node)
    {
        var directives = DirectivesOf(node);
        if (directives.Length == 0)
        {
            return true;
        }

        var seen = SeenAt(node);
        foreach (var directive in directives)
        {
            var name = directive.Name.Value;
            if (_known.IsUnique(name) && !seen.TryAdd(name, directive))
            {
                Context.Report(
                    $"The directive \"@{name}\" can only be used once at this location.", seen[name], directive);
            }
        }

        return true;
    }

    // A definition and its extensions are one location.
    private Dictionary<string, DirectiveNode> SeenAt(SyntaxNode node)
    {
        var key = node switch
        {
            SchemaDefinitionNode => "schema",
            DirectiveDefinitionNode directive => "@" + directive.Name.Value,
            TypeDefinitionNode type => "type " + type.Name.Value,
            _ => null,
        };
        if (key is null)
        {
            return new(StringComparer.Ordinal);
        }

        return _byDefinition.TryGetValue(key, out var seen) ? seen : _byDefinition[key] = new(StringComparer.Ordinal);
    }

    private static ImmutableArray<DirectiveNode> DirectivesOf(SyntaxNode node) => node switch
    {
        SelectionNode selection => selection.Directives,
        DefinitionNode definition => definition.Directives,
        VariableDefinitionNode variable => variable.Directives,
        MemberDefinitionNode member => member.Directives,
        _ => [],
    };
}

/// <summary>The directives of the schema, or of the specification, and those the document itself defines.</summary>
internal sealed class KnownDirectives
{
    private readonly IEnumerable<Directive> _ofSchema;
    private readonly Dictionary<string, DirectiveDefinitionNode> _ofDocument = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Directive> _byName = new(StringComparer.Ordinal);

    public KnownDirectives(ValidationContext context)
    {
        _ofSchema = context.Schema?.Directives ?? (IEnumerable<Directive>)SpecifiedDirectives.All;
        foreach (var directive in _ofSchema)
        {
            _byName.TryAdd(directive.Name, directive);
        }

        foreach (var node in context.Document.Definitions.OfType<DirectiveDefinitionNode>().Where(n => !n.IsExtension))
        {
            _ofDocument[node.Name.Value] = node;
        }
    }

    /// <summary>Null for an unknown directive.</summary>
    public IEnumerable<string>? LocationsOf(string name) =>
        _ofDocument.TryGetValue(name, out var node) ? node.Locations.Select(location => location.Value)
        : _byName.TryGetValue(name, out var directive) ? directive.Locations
        : null;

    /// <summary>False for a repeatable and for an unknown directive.</summary>
    public bool IsUnique(string name) =>
        _ofDocument.TryGetValue(name, out var node)
            ? !node.IsRepeatable
            : _byName.TryGetValue(name, out var directive) && !directive.IsRepeatable;

    /// <summary>Null for an unknown directive.</summary>
    public IEnumerable<string>? ArgumentsOf(string name) =>
        _ofDocument.TryGetValue(name, out var node) ? node.Arguments.Select(argument => argument.Name.Value)
        : _byName.TryGetValue(name, out var directive) ? directive.Arguments.Select(argument => argument.Name)
        : null;

    /// <summary>Names and types of the arguments that must be given.</summary>
    public IEnumerable<(string Name, string Type)> RequiredArgumentsOf(string name) =>
        _ofDocument.TryGetValue(name, out var node)
            ? node.Arguments.Where(a => a.Type is NonNullTypeNode && a.DefaultValue is null)
                .Select(a => (a.Name.Value, a.Type.ToString()))
        : _byName.TryGetValue(name, out var directive)
            ? directive.Arguments.Where(a => a.IsRequired).Select(a => (a.Name, a.Type.ToString()!))
        : [];
}
