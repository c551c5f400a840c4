using System.Text;

namespace CrmCloud.Core.Rules;

internal enum TokenKind
{
    Word,

    /// <summary>A name in double quotes, without them.</summary>
    Quoted,
    Number,

    /// <summary>A number and a unit, such as 30d.</summary>
    Duration,
    Date,

    /// <summary>A text in single quotes, without them.</summary>
    Text,
    Sign,
    End,
}

internal readonly record struct Token(TokenKind Kind, string Text, Place At)
{
    public bool Is(string text) => Kind is TokenKind.Word or TokenKind.Sign && Text == text;

    /// <summary>As it is named in a message.</summary>
    public string Shown => Kind switch
    {
        TokenKind.End => "the end of the rule",
        TokenKind.Text => "a text",
        _ => $"'{Text}'",
    };
}

/// <summary>A rule's text as tokens.</summary>
internal sealed class RuleLexer(string text)
{
    private static readonly string[] Signs = ["(", ")", ",", ".", .. RuleWords.Operators];

    private readonly List<Token> _tokens = [];
    private int _position;
    private int _line = 1;
    private int _lineStart;

    /// <exception cref="RuleSyntaxException">Something that belongs to no token.</exception>
    public static List<Token> Read(string text) => new RuleLexer(text).Read();

    private List<Token> Read()
    {
        while (Blank())
        {
            var at = Here();
            var c = text[_position];
            _tokens.Add(c switch
            {
                '\'' => new Token(TokenKind.Text, Quoted('\'', at), at),
                '"' => new Token(TokenKind.Quoted, Name(at), at),
                _ when RuleWords.IsWordStart(c) => new Token(TokenKind.Word, While(RuleWords.IsWordPart), at),
                _ when char.IsAsciiDigit(c) || (c == '-' && char.IsAsciiDigit(Ahead(1))) => Number(at),
                _ => new Token(TokenKind.Sign, Sign(at), at),
            });
        }

        _tokens.Add(new Token(TokenKind.End, "", Here()));
        return _tokens;
    }

    // Skips white space; false at the end.
    private bool Blank()
    {
        while (_position < text.Length && char.IsWhiteSpace(text[_position]))
        {
            Step();
        }

        return _position < text.Length;
    }

    private void Step()
    {
        var c = text[_position++];
        if (c == '\n' || (c == '\r' && Ahead(0) != '\n'))
        {
            _line++;
            _lineStart = _position;
        }
    }

    private Place Here() => new(_line, _position - _lineStart + 1);

    private char Ahead(int count) => _position + count < text.Length ? text[_position + count] : '\0';

    private string While(Func<char, bool> belongs)
    {
        var start = _position;
        while (_position < text.Length && belongs(text[_position]))
        {
            _position++;
        }

        return text[start.._position];
    }

    private string Name(Place at) => Quoted('"', at) is { Length: > 0 } name
        ? name
        : throw new RuleSyntaxException(at, "A name is empty.", ["a name"]);

    private string Quoted(char quote, Place at)
    {
        var value = new StringBuilder();
        Step();
        while (_position < text.Length)
        {
            if (text[_position] != quote)
            {
                value.Append(text[_position]);
            }
            else if (Ahead(1) == quote)
            {
                // Twice means once.
                value.Append(quote);
                _position++;
            }
            else
            {
                _position++;
                return value.ToString();
            }

            Step();
        }

        throw new RuleSyntaxException(at, "A quote is opened and never closed.", [quote.ToString()]);
    }

    private Token Number(Place at)
    {
        var start = _position++;
        While(char.IsAsciiDigit);
        if (IsDate(start))
        {
            _position += 6;
            return new Token(TokenKind.Date, text[start.._position], at);
        }

        var isWhole = Ahead(0) != '.' || !char.IsAsciiDigit(Ahead(1));
        if (!isWhole)
        {
            _position++;
            While(char.IsAsciiDigit);
        }

        var end = _position;
        var unit = While(RuleWords.IsWordPart);
        if (unit.Length == 0)
        {
            return new Token(TokenKind.Number, text[start..end], at);
        }

        return isWhole && text[start] != '-' && RuleWords.TimeUnits.Contains(unit)
            ? new Token(TokenKind.Duration, text[start.._position], at)
            : throw new RuleSyntaxException(
                at, $"'{text[start.._position]}' is neither a number nor a duration.",
                ["30h", "30d", "30w", "30mo", "30y"]);
    }

    // Four digits, and then -dd-dd that ends there.
    private bool IsDate(int start) =>
        _position - start == 4 && text[start] != '-' && Ahead(0) == '-' && char.IsAsciiDigit(Ahead(1))
        && char.IsAsciiDigit(Ahead(2)) && Ahead(3) == '-' && char.IsAsciiDigit(Ahead(4)) && char.IsAsciiDigit(Ahead(5))
        && !RuleWords.IsWordPart(Ahead(6));

    private string Sign(Place at)
    {
        var two = _position + 1 < text.Length ? text.Substring(_position, 2) : "";
        var advice = SignAdvice(two);
        var sign = advice.Length > 0 || two is "<=" or ">=" or "!=" ? two : text[_position].ToString();
        if (advice.Length > 0 || !Signs.Contains(sign))
        {
            throw new RuleSyntaxException(at, $"'{sign}' has no meaning in a rule.", advice);
        }

        _position += sign.Length;
        return sign;
    }

    // What people write who come from other languages.
    private static string[] SignAdvice(string two) => two switch
    {
        "<>" => ["!="],
        "=>" => [">="],
        "=<" => ["<="],
        "==" => ["="],
        "&&" => ["and"],
        "||" => ["or"],
        _ => [],
    };
}

/// <summary>Stops the reading of a rule at its first fault; caught where reading began.</summary>
internal sealed class RuleSyntaxException(Place at, string message, IReadOnlyList<string> expected) : Exception(message)
{
    public Place At { get; } = at;

    public IReadOnlyList<string> Expected { get; } = expected;
}
