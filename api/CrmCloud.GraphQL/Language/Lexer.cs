using System.Buffers;
using System.Text;

namespace CrmCloud.GraphQL.Language;

/// <summary>Reads tokens from UTF-8 bytes; every byte is looked at a bounded number of times.</summary>
internal readonly ref partial struct Lexer
{
    private static readonly SearchValues<byte> NameBytes =
        SearchValues.Create("_0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"u8);

    private readonly SourceText _source;
    private readonly ReadOnlySpan<byte> _body;

    public Lexer(SourceText source)
    {
        _source = source;
        _body = source.Utf8.Span;
    }

    public ReadOnlySpan<byte> Bytes(Token token) => _body[token.Start..token.End];

    /// <summary>
    /// The next token at or after a byte offset; white space, commas, comments and byte order marks are skipped.
    /// </summary>
    public Token Next(int position)
    {
        while (position < _body.Length)
        {
            switch (_body[position])
            {
                case (byte)' ' or (byte)'\t' or (byte)'\n' or (byte)'\r' or (byte)',':
                    position++;
                    continue;
                case 0xEF when _body[position..].StartsWith("\uFEFF"u8):
                    position += 3;
                    continue;
                case (byte)'#':
                    position = AfterComment(position + 1);
                    continue;
                default:
                    return TokenAt(position);
            }
        }

        return new Token(TokenKind.EndOfFile, _body.Length, _body.Length);
    }

    public GraphQLSyntaxException Error(int position, string reason) => new(reason, _source.LocationAt(position));

    private static TokenKind PunctuatorOf(byte b) => b switch
    {
        (byte)'!' => TokenKind.Bang,
        (byte)'$' => TokenKind.Dollar,
        (byte)'&' => TokenKind.Ampersand,
        (byte)'(' => TokenKind.ParenLeft,
        (byte)')' => TokenKind.ParenRight,
        (byte)':' => TokenKind.Colon,
        (byte)'=' => TokenKind.EqualsSign,
        (byte)'@' => TokenKind.At,
        (byte)'[' => TokenKind.BracketLeft,
        (byte)']' => TokenKind.BracketRight,
        (byte)'{' => TokenKind.BraceLeft,
        (byte)'|' => TokenKind.Pipe,
        (byte)'}' => TokenKind.BraceRight,
        _ => TokenKind.StartOfFile,
    };

    private static bool IsNameStart(int b) => b == '_' || (b is >= 0 and < 0x80 && char.IsAsciiLetter((char)b));

    private static bool IsDigit(int b) => b is >= '0' and <= '9';

    private Token TokenAt(int position)
    {
        var first = _body[position];
        if (IsNameStart(first))
        {
            var length = _body[position..].IndexOfAnyExcept(NameBytes);
            return new Token(TokenKind.Name, position, length < 0 ? _body.Length : position + length);
        }

        var punctuator = PunctuatorOf(first);
        if (punctuator != TokenKind.StartOfFile)
        {
            return new Token(punctuator, position, position + 1);
        }

        if (first == '"')
        {
            return _body[position..].StartsWith("\"\"\""u8) ? BlockStringAt(position) : StringAt(position);
        }

        if (IsDigit(first) || first == '-')
        {
            return NumberAt(position);
        }

        return _body[position..].StartsWith("..."u8)
            ? new Token(TokenKind.Spread, position, position + 3)
            : throw UnexpectedCharacter(position);
    }

    private GraphQLSyntaxException UnexpectedCharacter(int position)
    {
        if (_body[position] == '\'')
        {
            return Error(
                position, "Unexpected single quote character ('), did you mean to use a double quote (\")?");
        }

        return CharacterLength(position) > 0
            ? Error(position, $"Unexpected character: {Describe(position)}.")
            : Error(position, $"Invalid character: {Describe(position)}.");
    }

    private int AfterComment(int position)
    {
        while (position < _body.Length && _body[position] is not ((byte)'\n' or (byte)'\r'))
        {
            var length = CharacterLength(position);
            if (length == 0)
            {
                throw Error(position, $"Invalid character: {Describe(position)}.");
            }

            position += length;
        }

        return position;
    }

    private int At(int position) => position < _body.Length ? _body[position] : -1;

    /// <summary>Bytes of the character at a position; 0 where the bytes are not a Unicode scalar value.</summary>
    private int CharacterLength(int position) =>
        _body[position] < 0x80 ? 1
        : Rune.DecodeFromUtf8(_body[position..], out _, out var length) == OperationStatus.Done ? length
        : 0;

    private string Describe(int position)
    {
        if (position >= _body.Length)
        {
            return TokenNames.Of(TokenKind.EndOfFile);
        }

        if (_body[position] is >= 0x20 and <= 0x7E)
        {
            return _body[position] == '"' ? "'\"'" : $"\"{(char)_body[position]}\"";
        }

        if (Rune.DecodeFromUtf8(_body[position..], out var rune, out _) == OperationStatus.Done)
        {
            return $"U+{rune.Value:X4}";
        }

        // A surrogate on its own has a number people can look up; other bytes that are not UTF-8 have only themselves.
        return At(position) == 0xED && At(position + 1) is >= 0xA0 and <= 0xBF && (At(position + 2) & 0xC0) == 0x80
            ? $"U+{0xD000 | ((_body[position + 1] & 0x3F) << 6) | (_body[position + 2] & 0x3F):X4}"
            : $"byte 0x{_body[position]:X2}, which is not UTF-8";
    }

    private Token NumberAt(int start)
    {
        var position = At(start) == '-' ? start + 1 : start;
        var kind = TokenKind.Int;
        if (At(position) == '0')
        {
            position++;
            if (IsDigit(At(position)))
            {
                throw Error(position, $"Invalid number, unexpected digit after 0: {Describe(position)}.");
            }
        }
        else
        {
            position = AfterDigits(position);
        }

        if (At(position) == '.')
        {
            kind = TokenKind.Float;
            position = AfterDigits(position + 1);
        }

        if (At(position) is 'e' or 'E')
        {
            kind = TokenKind.Float;
            position += At(position + 1) is '+' or '-' ? 2 : 1;
            position = AfterDigits(position);
        }

        return At(position) == '.' || IsNameStart(At(position))
            ? throw Error(position, $"Invalid number, expected digit but got: {Describe(position)}.")
            : new Token(kind, start, position);
    }

    private int AfterDigits(int position)
    {
        if (!IsDigit(At(position)))
        {
            throw Error(position, $"Invalid number, expected digit but got: {Describe(position)}.");
        }

        do
        {
            position++;
        }
        while (IsDigit(At(position)));
        return position;
    }
}
