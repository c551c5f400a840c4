using System.Collections.Immutable;

namespace CrmCloud.GraphQL.Language;

internal ref partial struct DocumentParser
{
    private EnumTypeDefinitionNode Enum(bool isExtension)
    {
        var start = _token.Start;
        var description = Opening(isExtension, "enum"u8);
        var name = Name();
        var directives = Directives(isConst: true);
        var values = OptionalMany(
            TokenKind.BraceLeft, static (scoped ref DocumentParser p) => p.EnumValue(), TokenKind.BraceRight);
        RequireContent(isExtension, directives.IsEmpty && values.IsEmpty);
        return new()
        {
            IsExtension = isExtension,
            Description = description,
            Name = name,
            Directives = directives,
            Values = values,
            Span = From(start),
        };
    }

    private EnumValueDefinitionNode EnumValue()
    {
        var start = _token.Start;
        var description = Description();
        if (IsKeyword(_token, "true"u8) || IsKeyword(_token, "false"u8) || IsKeyword(_token, "null"u8))
        {
            throw Error(_token, $"{Describe(_token)} is reserved and cannot be used for an enum value.");
        }

        var name = Name();
        var directives = Directives(isConst: true);
        return new() { Description = description, Name = name, Directives = directives, Span = From(start) };
    }

    private InputObjectTypeDefinitionNode InputObject(bool isExtension)
    {
        var start = _token.Start;
        var description = Opening(isExtension, "input"u8);
        var name = Name();
        var directives = Directives(isConst: true);
        var fields = OptionalMany(
            TokenKind.BraceLeft, static (scoped ref DocumentParser p) => p.InputValue(), TokenKind.BraceRight);
        RequireContent(isExtension, directives.IsEmpty && fields.IsEmpty);
        return new()
        {
            IsExtension = isExtension,
            Description = description,
            Name = name,
            Directives = directives,
            Fields = fields,
            Span = From(start),
        };
    }

    private ImmutableArray<NamedTypeNode> Interfaces() => SkipKeyword("implements"u8)
        ? Delimited(TokenKind.Ampersand, static (scoped ref DocumentParser p) => p.NamedType())
        : [];

    private ImmutableArray<FieldDefinitionNode> Fields() => OptionalMany(
        TokenKind.BraceLeft, static (scoped ref DocumentParser p) => p.FieldDefinition(), TokenKind.BraceRight);

    private FieldDefinitionNode FieldDefinition()
    {
        var start = _token.Start;
        var description = Description();
        var name = Name();
        var arguments = ArgumentDefinitions();
        Expect(TokenKind.Colon);
        var type = Type();
        var directives = Directives(isConst: true);
        return new()
        {
            Description = description,
            Name = name,
            Arguments = arguments,
            Type = type,
            Directives = directives,
            Span = From(start),
        };
    }

    private ImmutableArray<InputValueDefinitionNode> ArgumentDefinitions() => OptionalMany(
        TokenKind.ParenLeft, static (scoped ref DocumentParser p) => p.InputValue(), TokenKind.ParenRight);

    private InputValueDefinitionNode InputValue()
    {
        var start = _token.Start;
        var description = Description();
        var name = Name();
        Expect(TokenKind.Colon);
        var type = Type();
        var value = Skip(TokenKind.EqualsSign) ? ConstValue() : null;
        var directives = Directives(isConst: true);
        return new()
        {
            Description = description,
            Name = name,
            Type = type,
            DefaultValue = value,
            Directives = directives,
            Span = From(start),
        };
    }
}
