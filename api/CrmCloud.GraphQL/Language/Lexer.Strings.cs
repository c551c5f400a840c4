using System.Text;

namespace CrmCloud.GraphQL.Language;

internal readonly ref partial struct Lexer
{
    private Token StringAt(int start)
    {
        var (position, chunk, value) = (start + 1, start + 1, (StringBuilder?)null);
        while (position < _body.Length)
        {
            switch (_body[position])
            {
                case (byte)'"':
                    var tail = Encoding.UTF8.GetString(_body[chunk..position]);
                    var text = value is null ? tail : value.Append(tail).ToString();
                    return new Token(TokenKind.String, start, position + 1, text);
                case (byte)'\\':
                    value = (value ?? new()).Append(Encoding.UTF8.GetString(_body[chunk..position]));
                    position += AppendEscape(value, position);
                    chunk = position;
                    break;
                case (byte)'\n' or (byte)'\r':
                    throw Error(position, "Unterminated string.");
                default:
                    position += StringCharacterLength(position);
                    break;
            }
        }

        throw Error(position, "Unterminated string.");
    }

    private Token BlockStringAt(int start)
    {
        var (position, chunk, raw) = (start + 3, start + 3, new StringBuilder());
        while (position < _body.Length)
        {
            var rest = _body[position..];
            if (rest.StartsWith("\"\"\""u8))
            {
                raw.Append(Encoding.UTF8.GetString(_body[chunk..position]));
                return new Token(TokenKind.BlockString, start, position + 3, BlockString.Dedent(raw.ToString()));
            }

            if (rest.StartsWith("\\\"\"\""u8))
            {
                raw.Append(Encoding.UTF8.GetString(_body[chunk..position]));
                chunk = position + 1;
                position += 4;
            }
            else if (rest[0] == '\r')
            {
                // Every kind of line end becomes a line feed.
                raw.Append(Encoding.UTF8.GetString(_body[chunk..position])).Append('\n');
                position += At(position + 1) == '\n' ? 2 : 1;
                chunk = position;
            }
            else
            {
                position += StringCharacterLength(position);
            }
        }

        throw Error(position, "Unterminated string.");
    }

    private int StringCharacterLength(int position)
    {
        var length = CharacterLength(position);
        return length > 0 ? length : throw Error(position, $"Invalid character within String: {Describe(position)}.");
    }

    /// <returns>The bytes of the escape sequence, backslash included.</returns>
    private int AppendEscape(StringBuilder value, int position)
    {
        if (At(position + 1) == 'u')
        {
            return At(position + 2) == '{' ? AppendBraced(value, position) : AppendFourDigits(value, position);
        }

        var unit = At(position + 1) switch
        {
            '"' => '"',
            '\\' => '\\',
            '/' => '/',
            'b' => '\b',
            'f' => '\f',
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            _ => throw Error(position, $"Invalid character escape sequence: \"{TextAt(position, 2)}\"."),
        };
        value.Append(unit);
        return 2;
    }

    // \u{...} with 1 to 8 digits, as graphql-js reads it; the loop is bounded at 12 bytes.
    private int AppendBraced(StringBuilder value, int position)
    {
        var (point, size) = (0L, 3);
        while (size < 12)
        {
            var digit = At(position + size++);
            if (digit == '}' && size >= 5 && Rune.IsValid((uint)point))
            {
                value.Append(new Rune((uint)point).ToString());
                return size;
            }

            if (digit < 0 || !char.IsAsciiHexDigit((char)digit))
            {
                break;
            }

            point = (point << 4) | (uint)HexValue(digit);
            if (point > int.MaxValue)
            {
                break;
            }
        }

        throw Error(position, $"Invalid Unicode escape sequence: \"{TextAt(position, size)}\".");
    }

    private int AppendFourDigits(StringBuilder value, int position)
    {
        var first = FourDigits(position + 2);
        if (first >= 0 && !char.IsSurrogate((char)first))
        {
            value.Append((char)first);
            return 6;
        }

        if (first >= 0 && char.IsHighSurrogate((char)first) && At(position + 6) == '\\' && At(position + 7) == 'u')
        {
            var second = FourDigits(position + 8);
            if (second >= 0 && char.IsLowSurrogate((char)second))
            {
                value.Append((char)first).Append((char)second);
                return 12;
            }
        }

        throw Error(position, $"Invalid Unicode escape sequence: \"{TextAt(position, 6)}\".");
    }

    private int FourDigits(int position)
    {
        var point = 0;
        for (var i = 0; i < 4; i++)
        {
            var digit = At(position + i);
            if (digit < 0 || !char.IsAsciiHexDigit((char)digit))
            {
                return -1;
            }

            point = (point << 4) | HexValue(digit);
        }

        return point;
    }

    private static int HexValue(int digit) => IsDigit(digit) ? digit - '0' : (digit | 0x20) - 'a' + 10;

    /// <summary>The source from a position on, at most so many characters, for a message.</summary>
    private string TextAt(int position, int characters)
    {
        var end = position;
        for (var i = 0; i < characters && end < _body.Length; i++)
        {
            end += Math.Max(1, CharacterLength(end));
        }

        return Encoding.UTF8.GetString(_body[position..end]);
    }
}
