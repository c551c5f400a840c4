using System.Collections.Immutable;

namespace CrmCloud.GraphQL.Language;

internal ref partial struct DocumentParser
{
    public DocumentNode Document()
    {
        var definitions = ImmutableArray.CreateBuilder<DefinitionNode>();
        do
        {
            definitions.Add(Definition());
        }
        while (!Peek(TokenKind.EndOfFile));
        return new DocumentNode
        {
            Definitions = definitions.DrainToImmutable(),
            TokenCount = _tokenCount,
            Span = new SourceSpan(_source, 0, _token.End),
        };
    }

    private DefinitionNode Definition()
    {
        if (Peek(TokenKind.BraceLeft))
        {
            return ShorthandQuery();
        }

        var described = PeekDescription();
        var keyword = described ? LookAhead() : _token;
        if (described && keyword.Kind == TokenKind.BraceLeft)
        {
            throw Error(_token, "Unexpected description, descriptions are not supported on shorthand queries.");
        }

        if (keyword.Kind != TokenKind.Name)
        {
            throw Unexpected(keyword);
        }

        if (TryOperationKind(keyword) is not null)
        {
            return Operation();
        }

        if (IsKeyword(keyword, "fragment"u8))
        {
            return Fragment();
        }

        if (TypeSystemDefinition(keyword) is { } definition)
        {
            return definition;
        }

        if (described)
        {
            throw Error(_token, "Unexpected description, descriptions are supported only on type definitions.");
        }

        return IsKeyword(keyword, "extend"u8) ? Extension() : throw Unexpected(keyword);
    }

    private OperationDefinitionNode ShorthandQuery()
    {
        var start = _token.Start;
        var selections = SelectionSet();
        return new() { Operation = OperationKind.Query, SelectionSet = selections, Span = From(start) };
    }

    private OperationDefinitionNode Operation()
    {
        var start = _token.Start;
        var description = Description();
        var kind = Operation(_token);
        Advance();
        var name = Peek(TokenKind.Name) ? Name() : null;
        var variables = VariableDefinitions();
        var directives = Directives(isConst: false);
        var selections = SelectionSet();
        return new()
        {
            Description = description,
            Operation = kind,
            Name = name,
            VariableDefinitions = variables,
            Directives = directives,
            SelectionSet = selections,
            Span = From(start),
        };
    }

    private readonly OperationKind Operation(Token token) => TryOperationKind(token) ?? throw Unexpected(token);

    private readonly OperationKind? TryOperationKind(Token token) =>
        IsKeyword(token, "query"u8) ? OperationKind.Query
        : IsKeyword(token, "mutation"u8) ? OperationKind.Mutation
        : IsKeyword(token, "subscription"u8) ? OperationKind.Subscription
        : null;

    private FragmentDefinitionNode Fragment()
    {
        var start = _token.Start;
        var description = Description();
        ExpectKeyword("fragment"u8);
        var name = FragmentName();
        var variables = _options.LegacyFragmentVariables ? VariableDefinitions() : [];
        ExpectKeyword("on"u8);
        var condition = NamedType();
        var directives = Directives(isConst: false);
        var selections = SelectionSet();
        return new()
        {
            Description = description,
            Name = name,
            VariableDefinitions = variables,
            TypeCondition = condition,
            Directives = directives,
            SelectionSet = selections,
            Span = From(start),
        };
    }

    private NameNode FragmentName() => IsKeyword(_token, "on"u8) ? throw Unexpected(_token) : Name();

    private ImmutableArray<VariableDefinitionNode> VariableDefinitions() => OptionalMany(
        TokenKind.ParenLeft, static (scoped ref DocumentParser p) => p.VariableDefinition(), TokenKind.ParenRight);

    private VariableDefinitionNode VariableDefinition()
    {
        var start = _token.Start;
        var description = Description();
        var variable = Variable();
        Expect(TokenKind.Colon);
        var type = Type();
        var value = Skip(TokenKind.EqualsSign) ? ConstValue() : null;
        var directives = Directives(isConst: true);
        return new()
        {
            Description = description,
            Variable = variable,
            Type = type,
            DefaultValue = value,
            Directives = directives,
            Span = From(start),
        };
    }

    private SelectionSetNode SelectionSet()
    {
        var start = _token.Start;
        Enter();
        var selections = Any(
            TokenKind.BraceLeft, static (scoped ref DocumentParser p) => p.Selection(), TokenKind.BraceRight);
        Leave();
        return new() { Selections = selections, Span = From(start) };
    }

    private SelectionNode Selection() => Peek(TokenKind.Spread) ? FragmentSelection() : Field();

    private FieldNode Field()
    {
        var start = _token.Start;
        var name = Name();
        NameNode? alias = null;
        if (Skip(TokenKind.Colon))
        {
            (alias, name) = (name, Name());
        }

        var arguments = Arguments(isConst: false);
        var directives = Directives(isConst: false);
        var selections = Peek(TokenKind.BraceLeft) ? SelectionSet() : null;
        return new()
        {
            Alias = alias,
            Name = name,
            Arguments = arguments,
            Directives = directives,
            SelectionSet = selections,
            Span = From(start),
        };
    }

    private SelectionNode FragmentSelection()
    {
        var start = _token.Start;
        Expect(TokenKind.Spread);
        var conditioned = SkipKeyword("on"u8);
        if (!conditioned && Peek(TokenKind.Name))
        {
            var name = FragmentName();
            var spreadDirectives = Directives(isConst: false);
            return new FragmentSpreadNode { Name = name, Directives = spreadDirectives, Span = From(start) };
        }

        var condition = conditioned ? NamedType() : null;
        var directives = Directives(isConst: false);
        var selections = SelectionSet();
        return new InlineFragmentNode
        {
            TypeCondition = condition,
            Directives = directives,
            SelectionSet = selections,
            Span = From(start),
        };
    }

    private ImmutableArray<ArgumentNode> Arguments(bool isConst) => OptionalMany<ArgumentNode>(
        TokenKind.ParenLeft,
        isConst
            ? static (scoped ref DocumentParser p) => p.Argument(isConst: true)
            : static (scoped ref DocumentParser p) => p.Argument(isConst: false),
        TokenKind.ParenRight);

    private ArgumentNode Argument(bool isConst)
    {
        var start = _token.Start;
        var name = Name();
        Expect(TokenKind.Colon);
        var value = Value(isConst);
        return new() { Name = name, Value = value, Span = From(start) };
    }

    private ImmutableArray<DirectiveNode> Directives(bool isConst)
    {
        if (!Peek(TokenKind.At))
        {
            return [];
        }

        var directives = ImmutableArray.CreateBuilder<DirectiveNode>();
        do
        {
            var start = Expect(TokenKind.At).Start;
            var name = Name();
            var arguments = Arguments(isConst);
            directives.Add(new() { Name = name, Arguments = arguments, Span = From(start) });
        }
        while (Peek(TokenKind.At));
        return directives.DrainToImmutable();
    }
}
