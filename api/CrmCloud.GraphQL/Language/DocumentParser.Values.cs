using System.Text;

namespace CrmCloud.GraphQL.Language;

internal ref partial struct DocumentParser
{
    public ValueNode Value() => Value(isConst: false);

    public ValueNode ConstValue() => Value(isConst: true);

    public TypeNode Type()
    {
        var start = _token.Start;
        TypeNode type;
        if (Skip(TokenKind.BracketLeft))
        {
            Enter();
            var inner = Type();
            Leave();
            Expect(TokenKind.BracketRight);
            type = new ListTypeNode { Type = inner, Span = From(start) };
        }
        else
        {
            type = NamedType();
        }

        return Skip(TokenKind.Bang) ? new NonNullTypeNode { Type = type, Span = From(start) } : type;
    }

    private NameNode Name()
    {
        var token = Expect(TokenKind.Name);
        return new() { Value = _names.Intern(_lexer.Bytes(token)), Span = From(token.Start) };
    }

    private NamedTypeNode NamedType()
    {
        var name = Name();
        return new() { Name = name, Span = name.Span };
    }

    private VariableNode Variable()
    {
        var start = Expect(TokenKind.Dollar).Start;
        var name = Name();
        return new() { Name = name, Span = From(start) };
    }

    private ValueNode Value(bool isConst)
    {
        var token = _token;
        switch (token.Kind)
        {
            case TokenKind.BracketLeft:
                return List(isConst);
            case TokenKind.BraceLeft:
                return Object(isConst);
            case TokenKind.Int:
                Advance();
                return new IntValueNode { Value = NumberText(token), Span = From(token.Start) };
            case TokenKind.Float:
                Advance();
                return new FloatValueNode { Value = NumberText(token), Span = From(token.Start) };
            case TokenKind.String or TokenKind.BlockString:
                return String();
            case TokenKind.Name:
                return NamedValue();
            case TokenKind.Dollar:
                return isConst ? throw VariableInConstant() : Variable();
            default:
                throw Unexpected(token);
        }
    }

    private readonly string NumberText(Token token) => Encoding.ASCII.GetString(_lexer.Bytes(token));

    private ValueNode NamedValue()
    {
        var token = _token;
        Advance();
        var span = From(token.Start);
        return IsKeyword(token, "true"u8) ? new BooleanValueNode { Value = true, Span = span }
            : IsKeyword(token, "false"u8) ? new BooleanValueNode { Value = false, Span = span }
            : IsKeyword(token, "null"u8) ? new NullValueNode { Span = span }
            : new EnumValueNode { Value = _names.Intern(_lexer.Bytes(token)), Span = span };
    }

    private GraphQLSyntaxException VariableInConstant()
    {
        var dollar = Expect(TokenKind.Dollar);
        return Peek(TokenKind.Name)
            ? Error(dollar, $"Unexpected variable \"${_names.Intern(_lexer.Bytes(_token))}\" in constant value.")
            : Unexpected(dollar);
    }

    private ListValueNode List(bool isConst)
    {
        var start = _token.Start;
        Enter();
        var values = Any<ValueNode>(
            TokenKind.BracketLeft,
            isConst
                ? static (scoped ref DocumentParser p) => p.Value(isConst: true)
                : static (scoped ref DocumentParser p) => p.Value(isConst: false),
            TokenKind.BracketRight);
        Leave();
        return new() { Values = values, Span = From(start) };
    }

    private ObjectValueNode Object(bool isConst)
    {
        var start = _token.Start;
        Enter();
        var fields = Any<ObjectFieldNode>(
            TokenKind.BraceLeft,
            isConst
                ? static (scoped ref DocumentParser p) => p.ObjectField(isConst: true)
                : static (scoped ref DocumentParser p) => p.ObjectField(isConst: false),
            TokenKind.BraceRight);
        Leave();
        return new() { Fields = fields, Span = From(start) };
    }

    private ObjectFieldNode ObjectField(bool isConst)
    {
        var start = _token.Start;
        var name = Name();
        Expect(TokenKind.Colon);
        var value = Value(isConst);
        return new() { Name = name, Value = value, Span = From(start) };
    }

    private readonly bool PeekDescription() => _token.Kind is TokenKind.String or TokenKind.BlockString;

    private StringValueNode? Description() => PeekDescription() ? String() : null;

    private StringValueNode String()
    {
        var token = _token;
        Advance();
        return new()
        {
            Value = token.Text!,
            IsBlock = token.Kind == TokenKind.BlockString,
            Span = From(token.Start),
        };
    }
}
