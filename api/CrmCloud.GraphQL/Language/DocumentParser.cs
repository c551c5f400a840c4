using System.Collections.Immutable;
using System.Text;

namespace CrmCloud.GraphQL.Language;

/// <summary>Recursive descent over the lexer's tokens; this file holds the tools, the others the grammar.</summary>
internal ref partial struct DocumentParser
{
    // A message repeats at most so much of what the caller wrote.
    private const int LongestQuote = 200;

    private readonly SourceText _source;
    private readonly ParserOptions _options;
    private readonly Lexer _lexer;
    private readonly NameTable _names = new();
    private Token _token;
    private Token? _ahead;
    private int _lastEnd;
    private int _tokenCount;
    private int _depth;

    public DocumentParser(SourceText source, ParserOptions options)
    {
        _source = source;
        _options = options;
        _lexer = new Lexer(source);
        if (source.Utf8.Length > options.DocumentBytes)
        {
            var size = source.Utf8.Length;
            throw OverLimit(0, $"Document is {size} bytes, more than the limit of {options.DocumentBytes}.");
        }

        _token = new Token(TokenKind.StartOfFile, 0, 0);
        Advance();
    }

    private delegate T Rule<T>(scoped ref DocumentParser parser);

    public void ExpectEnd() => Expect(TokenKind.EndOfFile);

    private Token Expect(TokenKind kind)
    {
        var token = _token;
        if (token.Kind != kind)
        {
            throw Error(token, $"Expected {TokenNames.Of(kind)}, found {Describe(token)}.");
        }

        Advance();
        return token;
    }

    private bool Skip(TokenKind kind)
    {
        if (_token.Kind != kind)
        {
            return false;
        }

        Advance();
        return true;
    }

    private readonly bool Peek(TokenKind kind) => _token.Kind == kind;

    private readonly bool IsKeyword(Token token, ReadOnlySpan<byte> keyword) =>
        token.Kind == TokenKind.Name && _lexer.Bytes(token).SequenceEqual(keyword);

    private void ExpectKeyword(ReadOnlySpan<byte> keyword)
    {
        if (!SkipKeyword(keyword))
        {
            throw Error(_token, $"Expected \"{Encoding.ASCII.GetString(keyword)}\", found {Describe(_token)}.");
        }
    }

    private bool SkipKeyword(ReadOnlySpan<byte> keyword)
    {
        if (!IsKeyword(_token, keyword))
        {
            return false;
        }

        Advance();
        return true;
    }

    private ImmutableArray<T> Any<T>(TokenKind open, Rule<T> item, TokenKind close)
    {
        Expect(open);
        if (Skip(close))
        {
            return [];
        }

        var items = ImmutableArray.CreateBuilder<T>();
        do
        {
            items.Add(item(ref this));
        }
        while (!Skip(close));
        return items.DrainToImmutable();
    }

    private ImmutableArray<T> OptionalMany<T>(TokenKind open, Rule<T> item, TokenKind close) =>
        Peek(open) ? Many(open, item, close) : [];

    private ImmutableArray<T> Many<T>(TokenKind open, Rule<T> item, TokenKind close)
    {
        Expect(open);
        var items = ImmutableArray.CreateBuilder<T>();
        do
        {
            items.Add(item(ref this));
        }
        while (!Skip(close));
        return items.DrainToImmutable();
    }

    private ImmutableArray<T> Delimited<T>(TokenKind delimiter, Rule<T> item)
    {
        Skip(delimiter);
        var items = ImmutableArray.CreateBuilder<T>();
        do
        {
            items.Add(item(ref this));
        }
        while (Skip(delimiter));
        return items.DrainToImmutable();
    }

    private void Enter()
    {
        if (++_depth > _options.SyntaxDepth)
        {
            throw OverLimit(
                _token.Start, $"Syntax is nested {_depth} levels deep, more than the limit of {_options.SyntaxDepth}.");
        }
    }

    private void Leave() => _depth--;

    private void Advance()
    {
        _lastEnd = _token.End;
        _token = _ahead ?? _lexer.Next(_token.End);
        _ahead = null;
        if (_token.Kind != TokenKind.EndOfFile && ++_tokenCount > _options.Tokens)
        {
            throw OverLimit(
                _token.Start, $"Document contains more that {_options.Tokens} tokens. Parsing aborted.");
        }
    }

    private Token LookAhead() => _ahead ??= _lexer.Next(_token.End);

    private readonly SourceSpan From(int start) => new(_source, start, _lastEnd);

    private readonly GraphQLSyntaxException Unexpected(Token token) => Error(token, $"Unexpected {Describe(token)}.");

    private readonly GraphQLSyntaxException Error(Token token, string reason) => _lexer.Error(token.Start, reason);

    private readonly GraphQLSyntaxException OverLimit(int position, string reason) =>
        new(reason, _source.LocationAt(position), GraphQLSyntaxException.OverLimit);

    private readonly string Describe(Token token)
    {
        if (token.Kind < TokenKind.Name)
        {
            return TokenNames.Of(token.Kind);
        }

        var text = token.Text ?? Encoding.ASCII.GetString(_lexer.Bytes(token));
        var quoted = text.Length <= LongestQuote ? text : string.Concat(text.AsSpan(0, LongestQuote), "...");
        return $"{TokenNames.Of(token.Kind)} \"{quoted}\"";
    }
}
