using CrmCloud.GraphQL.Language;
using CrmCloud.GraphQL.Validation;

namespace CrmCloud.GraphQL.Types;

/// <summary>The errors of one schema, and the checks that several rules share.</summary>
internal sealed class SchemaErrors(Schema schema)
{
    private static readonly DocumentNode NoDocument = new() { Definitions = [] };

    private readonly List<GraphQLError> _errors = [];

    public Schema Schema { get; } = schema;

    public IReadOnlyList<GraphQLError> All => _errors;

    /// <summary>The definition of a type and its extensions; nothing for a type bound to code.</summary>
    public static SyntaxNode?[] Definitions(NamedType type) => [type.Syntax, .. type.Extensions];

    public void Report(string message, params ReadOnlySpan<SyntaxNode?> nodes)
    {
        var locations = new List<SourceLocation>();
        foreach (var node in nodes)
        {
            if (node?.Span.Location is { } location)
            {
                locations.Add(location);
            }
        }

        _errors.Add(new GraphQLError(message) { Locations = locations });
    }

    public void CheckName(string name, SyntaxNode? node)
    {
        if (name.StartsWith("__", StringComparison.Ordinal))
        {
            Report($"Name \"{name}\" must not begin with \"__\", which is reserved by GraphQL introspection.", node);
        }
    }

    /// <param name="coordinate">Schema coordinate, such as <c>Query.find(id:)</c>.</param>
    /// <param name="typeNode">Where to point when the type is wrong.</param>
    public void CheckArgument(string coordinate, InputValue argument, SyntaxNode? typeNode)
    {
        CheckName(argument.Name, argument.Syntax);
        CheckInput(coordinate, argument, typeNode, "argument");
    }

    /// <param name="kind">"argument" or "input field".</param>
    public void CheckInput(string coordinate, InputValue value, SyntaxNode? typeNode, string kind)
    {
        if (!value.Type.IsInput)
        {
            Report($"The type of {coordinate} must be Input Type but got: {value.Type}.", typeNode);
        }

        var node = value.Syntax as InputValueDefinitionNode;
        if (value is { IsRequired: true, IsDeprecated: true })
        {
            Report($"Required {kind} {coordinate} cannot be deprecated.", DeprecatedNode(node), node?.Type);
        }

        CheckDefault(coordinate, value, node);
    }

    public static DirectiveNode? DeprecatedNode(MemberDefinitionNode? node) =>
        node?.Directives.FirstOrDefault(directive => directive.Name.Value == "deprecated");

    // A default is a literal of the type, so it is held to the rule for literals.
    private void CheckDefault(string coordinate, InputValue value, InputValueDefinitionNode? node)
    {
        if (value.DefaultValue is null || !value.Type.IsInput)
        {
            return;
        }

        var context = new ValidationContext(Schema, NoDocument, ValidationOptions.Default)
        {
            At = new TypePosition { Input = value.Type },
        };
        new DocumentWalk(context, [new ValuesOfCorrectTypeRule(context), new UniqueInputFieldNamesRule(context)])
            .Visit(value.DefaultValue);
        foreach (var error in context.Errors)
        {
            _errors.Add(error with
            {
                Code = null,
                Message = $"{coordinate} has invalid default value: {error.Message}",
                Locations = error.Locations.Count > 0 || node?.Span.Location is not { } place
                    ? error.Locations
                    : [place],
            });
        }
    }
}
