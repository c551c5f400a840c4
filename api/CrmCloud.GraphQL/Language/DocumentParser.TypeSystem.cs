using System.Collections.Immutable;

namespace CrmCloud.GraphQL.Language;

internal ref partial struct DocumentParser
{
    private static readonly HashSet<string> DirectiveLocations =
    [
        "QUERY", "MUTATION", "SUBSCRIPTION", "FIELD", "FRAGMENT_DEFINITION", "FRAGMENT_SPREAD", "INLINE_FRAGMENT",
        "VARIABLE_DEFINITION", "SCHEMA", "SCALAR", "OBJECT", "FIELD_DEFINITION", "ARGUMENT_DEFINITION", "INTERFACE",
        "UNION", "ENUM", "ENUM_VALUE", "INPUT_OBJECT", "INPUT_FIELD_DEFINITION", "DIRECTIVE_DEFINITION",
    ];

    /// <summary>Null when the keyword begins no definition of the type system.</summary>
    private TypeSystemDefinitionNode? TypeSystemDefinition(Token keyword) =>
        IsKeyword(keyword, "schema"u8) ? Schema(isExtension: false)
        : IsKeyword(keyword, "directive"u8) ? Directive(isExtension: false)
        : TypeDefinition(keyword, isExtension: false);

    private TypeSystemDefinitionNode Extension()
    {
        var keyword = LookAhead();
        var extension = IsKeyword(keyword, "schema"u8) ? Schema(isExtension: true)
            : IsKeyword(keyword, "directive"u8) ? Directive(isExtension: true)
            : (TypeSystemDefinitionNode?)TypeDefinition(keyword, isExtension: true);
        return extension ?? throw Unexpected(keyword);
    }

    private TypeDefinitionNode? TypeDefinition(Token keyword, bool isExtension) =>
        IsKeyword(keyword, "scalar"u8) ? Scalar(isExtension)
        : IsKeyword(keyword, "type"u8) ? ObjectType(isExtension)
        : IsKeyword(keyword, "interface"u8) ? Interface(isExtension)
        : IsKeyword(keyword, "union"u8) ? Union(isExtension)
        : IsKeyword(keyword, "enum"u8) ? Enum(isExtension)
        : IsKeyword(keyword, "input"u8) ? InputObject(isExtension)
        : null;

    /// <summary>Reads what comes before the name: a description, or the word extend, and the keyword.</summary>
    private StringValueNode? Opening(bool isExtension, ReadOnlySpan<byte> keyword)
    {
        var description = isExtension ? null : Description();
        if (isExtension)
        {
            ExpectKeyword("extend"u8);
        }

        ExpectKeyword(keyword);
        return description;
    }

    private readonly void RequireContent(bool isExtension, bool isEmpty)
    {
        if (isExtension && isEmpty)
        {
            throw Unexpected(_token);
        }
    }

    private SchemaDefinitionNode Schema(bool isExtension)
    {
        var start = _token.Start;
        var description = Opening(isExtension, "schema"u8);
        var directives = Directives(isConst: true);
        Rule<OperationTypeDefinitionNode> item = static (scoped ref DocumentParser p) => p.OperationType();
        var operations = isExtension
            ? OptionalMany(TokenKind.BraceLeft, item, TokenKind.BraceRight)
            : Many(TokenKind.BraceLeft, item, TokenKind.BraceRight);
        RequireContent(isExtension, directives.IsEmpty && operations.IsEmpty);
        return new()
        {
            IsExtension = isExtension,
            Description = description,
            Directives = directives,
            OperationTypes = operations,
            Span = From(start),
        };
    }

    private OperationTypeDefinitionNode OperationType()
    {
        var start = _token.Start;
        var kind = Operation(Expect(TokenKind.Name));
        Expect(TokenKind.Colon);
        var type = NamedType();
        return new() { Operation = kind, Type = type, Span = From(start) };
    }

    private DirectiveDefinitionNode Directive(bool isExtension)
    {
        var start = _token.Start;
        var description = Opening(isExtension, "directive"u8);
        Expect(TokenKind.At);
        var name = Name();
        var arguments = isExtension ? [] : ArgumentDefinitions();
        var directives = Directives(isConst: true);
        RequireContent(isExtension, directives.IsEmpty);
        var repeatable = !isExtension && SkipKeyword("repeatable"u8);
        return new()
        {
            IsExtension = isExtension,
            Description = description,
            Name = name,
            Arguments = arguments,
            Directives = directives,
            IsRepeatable = repeatable,
            Locations = isExtension ? [] : Locations(),
            Span = From(start),
        };
    }

    private ImmutableArray<NameNode> Locations()
    {
        ExpectKeyword("on"u8);
        return Delimited(TokenKind.Pipe, static (scoped ref DocumentParser p) => p.Location());
    }

    private NameNode Location()
    {
        var token = _token;
        var name = Name();
        return DirectiveLocations.Contains(name.Value) ? name : throw Unexpected(token);
    }

    private ScalarTypeDefinitionNode Scalar(bool isExtension)
    {
        var start = _token.Start;
        var description = Opening(isExtension, "scalar"u8);
        var name = Name();
        var directives = Directives(isConst: true);
        RequireContent(isExtension, directives.IsEmpty);
        return new()
        {
            IsExtension = isExtension,
            Description = description,
            Name = name,
            Directives = directives,
            Span = From(start),
        };
    }

    private ObjectTypeDefinitionNode ObjectType(bool isExtension)
    {
        var start = _token.Start;
        var description = Opening(isExtension, "type"u8);
        var name = Name();
        var interfaces = Interfaces();
        var directives = Directives(isConst: true);
        var fields = Fields();
        RequireContent(isExtension, interfaces.IsEmpty && directives.IsEmpty && fields.IsEmpty);
        return new()
        {
            IsExtension = isExtension,
            Description = description,
            Name = name,
            Interfaces = interfaces,
            Directives = directives,
            Fields = fields,
            Span = From(start),
        };
    }

    private InterfaceTypeDefinitionNode Interface(bool isExtension)
    {
        var start = _token.Start;
        var description = Opening(isExtension, "interface"u8);
        var name = Name();
        var interfaces = Interfaces();
        var directives = Directives(isConst: true);
        var fields = Fields();
        RequireContent(isExtension, interfaces.IsEmpty && directives.IsEmpty && fields.IsEmpty);
        return new()
        {
            IsExtension = isExtension,
            Description = description,
            Name = name,
            Interfaces = interfaces,
            Directives = directives,
            Fields = fields,
            Span = From(start),
        };
    }

    private UnionTypeDefinitionNode Union(bool isExtension)
    {
        var start = _token.Start;
        var description = Opening(isExtension, "union"u8);
        var name = Name();
        var directives = Directives(isConst: true);
        var types = Skip(TokenKind.EqualsSign)
            ? Delimited(TokenKind.Pipe, static (scoped ref DocumentParser p) => p.NamedType())
            : [];
        RequireContent(isExtension, directives.IsEmpty && types.IsEmpty);
        return new()
        {
            IsExtension = isExtension,
            Description = description,
            Name = name,
            Directives = directives,
            Types = types,
            Span = From(start),
        };
    }
}
