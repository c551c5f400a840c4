using CrmCloud.GraphQL.Language;

namespace CrmCloud.GraphQL.Types;

/// <summary>
/// A schema as text: the same schema always gives the same text, so a diff of it is a change of the API.
/// </summary>
public static class SchemaPrinter
{
    /// <summary>
    /// Directives first, then types in the order of the schema, with descriptions and applied directives.
    /// </summary>
    /// <remarks>What is part of every schema is left out.</remarks>
    public static string Print(Schema schema) => Printer.Print(Document(schema)) + "\n";

    /// <summary>The same as a syntax tree.</summary>
    public static DocumentNode Document(Schema schema) => new()
    {
        Definitions =
        [
            .. RootDefinition(schema),
            .. schema.Directives.Where(directive => !directive.IsSpecified).Select(Definition),
            .. schema.Types.Where(type => !type.IsBuiltIn).Select(Definition),
        ],
    };

    private static IEnumerable<DefinitionNode> RootDefinition(Schema schema)
    {
        (OperationKind Kind, string Name, NamedType? Type)[] roots =
        [
            (OperationKind.Query, "Query", schema.Parts.Query),
            (OperationKind.Mutation, "Mutation", schema.Parts.Mutation),
            (OperationKind.Subscription, "Subscription", schema.Parts.Subscription),
        ];

        // The usual names need no definition, unless a type has such a name and is no root.
        var isUsual = Array.TrueForAll(roots, root => (root.Type?.Name ?? root.Name) == root.Name
            && (root.Type is not null || schema.FindType(root.Name) is null));
        if (!isUsual || schema.Description is not null || schema.AppliedDirectives.Count > 0)
        {
            yield return new SchemaDefinitionNode
            {
                Description = Text(schema.Description),
                Directives = [.. schema.AppliedDirectives.Select(Applied)],
                OperationTypes = [.. roots.Where(root => root.Type is not null).Select(
                    root => new OperationTypeDefinitionNode { Operation = root.Kind, Type = Reference(root.Type!) })],
            };
        }
    }

    private static DefinitionNode Definition(Directive directive) => new DirectiveDefinitionNode
    {
        Name = Name(directive.Name),
        Description = Text(directive.Description),
        Arguments = [.. directive.Arguments.Select(Input)],
        IsRepeatable = directive.IsRepeatable,
        Locations = [.. directive.Locations.Select(Name)],
        Directives = [.. Applied(directive)],
    };

    private static DefinitionNode Definition(NamedType type)
    {
        var name = Name(type.Name);
        var description = Text(type.Description);
        DirectiveNode[] directives = [.. type.AppliedDirectives.Select(Applied), .. OwnDirectives(type)];
        return type switch
        {
            ScalarType => new ScalarTypeDefinitionNode
            {
                Name = name, Description = description, Directives = [.. directives],
            },
            ObjectType t => new ObjectTypeDefinitionNode
            {
                Name = name, Description = description, Directives = [.. directives],
                Interfaces = [.. t.Interfaces.Select(Reference)], Fields = [.. t.Fields.Select(Field)],
            },
            InterfaceType t => new InterfaceTypeDefinitionNode
            {
                Name = name, Description = description, Directives = [.. directives],
                Interfaces = [.. t.Interfaces.Select(Reference)], Fields = [.. t.Fields.Select(Field)],
            },
            UnionType t => new UnionTypeDefinitionNode
            {
                Name = name, Description = description, Directives = [.. directives],
                Types = [.. t.Members.Select(Reference)],
            },
            EnumType t => new EnumTypeDefinitionNode
            {
                Name = name, Description = description, Directives = [.. directives],
                Values = [.. t.Values.Select(Value)],
            },
            InputObjectType t => new InputObjectTypeDefinitionNode
            {
                Name = name, Description = description, Directives = [.. directives],
                Fields = [.. t.Fields.Select(Input)],
            },
            _ => throw new ArgumentException($"{type.GetType().Name} is no type of this library.", nameof(type)),
        };
    }

    private static IEnumerable<DirectiveNode> OwnDirectives(NamedType type) => type switch
    {
        ScalarType { SpecifiedBy: { } url } => [Directive("specifiedBy", ("url", new StringValueNode { Value = url }))],
        InputObjectType { IsOneOf: true } => [Directive("oneOf")],
        _ => [],
    };

    private static FieldDefinitionNode Field(Field field) => new()
    {
        Name = Name(field.Name),
        Description = Text(field.Description),
        Arguments = [.. field.Arguments.Select(Input)],
        Type = Reference(field.Type),
        Directives = [.. Applied(field)],
    };

    private static InputValueDefinitionNode Input(InputValue input) => new()
    {
        Name = Name(input.Name),
        Description = Text(input.Description),
        Type = Reference(input.Type),
        DefaultValue = input.DefaultValue,
        Directives = [.. Applied(input)],
    };

    private static EnumValueDefinitionNode Value(EnumValue value) => new()
    {
        Name = Name(value.Name), Description = Text(value.Description), Directives = [.. Applied(value)],
    };

    private static IEnumerable<DirectiveNode> Applied(SchemaMember member)
    {
        var applied = member.AppliedDirectives.Select(Applied);
        return member.DeprecationReason switch
        {
            null => applied,
            SpecifiedDirectives.DefaultDeprecationReason => applied.Append(Directive("deprecated")),
            var reason => applied.Append(Directive("deprecated", ("reason", new StringValueNode { Value = reason }))),
        };
    }

    private static DirectiveNode Applied(AppliedDirective applied) =>
        Directive(applied.Name, [.. applied.Arguments.Select(argument => (argument.Name, argument.Value))]);

    private static DirectiveNode Directive(string name, params (string Name, ValueNode Value)[] arguments) => new()
    {
        Name = Name(name),
        Arguments = [.. arguments.Select(given => new ArgumentNode { Name = Name(given.Name), Value = given.Value })],
    };

    private static TypeNode Reference(GraphQLType type) => type switch
    {
        NonNullType nonNull => new NonNullTypeNode { Type = Reference(nonNull.OfType) },
        ListType list => new ListTypeNode { Type = Reference(list.OfType) },
        _ => Reference(type.Named),
    };

    private static NamedTypeNode Reference(NamedType type) => new() { Name = Name(type.Name) };

    private static NameNode Name(string name) => new() { Value = name };

    // A block string cannot say everything: control characters, and blank lines or indentation at the edges.
    private static StringValueNode? Text(string? description) => description is null ? null : new StringValueNode
    {
        Value = description,
        IsBlock = description.Length > 0 && BlockString.Dedent(description) == description
            && !description.Any(unit => char.IsControl(unit) && unit is not ('\n' or '\t')),
    };
}
