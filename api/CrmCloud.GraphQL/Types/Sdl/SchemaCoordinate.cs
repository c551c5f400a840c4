using CrmCloud.GraphQL.Language;

namespace CrmCloud.GraphQL.Types;

/// <summary>
/// The specification's name for one element of a schema: <c>Type</c>, <c>Type.field</c>, <c>Type.field(argument:)</c>,
/// <c>@directive</c> or <c>@directive(argument:)</c>.
/// </summary>
/// <param name="Name">Name of the type or directive, without the at sign.</param>
/// <param name="Member">Field, input field or enum value; null for a type or directive.</param>
/// <param name="Argument">Null when it names no argument.</param>
public sealed record SchemaCoordinate(string Name, string? Member, string? Argument, bool IsDirective)
{
    /// <exception cref="GraphQLSyntaxException">Not a coordinate. White space is not allowed anywhere.</exception>
    public static SchemaCoordinate Parse(string text)
    {
        var position = 0;
        var isDirective = Skip(text, ref position, '@');
        var name = ReadName(text, ref position);
        var member = !isDirective && Skip(text, ref position, '.') ? ReadName(text, ref position) : null;
        string? argument = null;
        if ((isDirective || member is not null) && Skip(text, ref position, '('))
        {
            argument = ReadName(text, ref position);
            Expect(text, ref position, ':');
            Expect(text, ref position, ')');
        }

        return position == text.Length
            ? new SchemaCoordinate(name, member, argument, isDirective)
            : throw Error(text, position, "<EOF>");
    }

    /// <returns>The element named: a <see cref="NamedType"/> or a <see cref="SchemaMember"/>; null when there is
    /// none.</returns>
    public object? Resolve(Schema schema)
    {
        if (IsDirective)
        {
            var directive = schema.Directives.Find(Name);
            return Argument is null ? directive : directive?.Arguments.Find(Argument);
        }

        var type = schema.FindType(Name);
        if (Member is null)
        {
            return type;
        }

        return (type, Argument) switch
        {
            (FieldsType fields, null) => fields.Fields.Find(Member),
            (FieldsType fields, not null) => fields.Fields.Find(Member)?.Arguments.Find(Argument),
            (InputObjectType input, null) => input.Fields.Find(Member),
            (EnumType values, null) => values.Values.Find(Member),
            _ => null,
        };
    }

    public override string ToString() =>
        (IsDirective ? "@" : "") + Name + (Member is null ? "" : "." + Member)
        + (Argument is null ? "" : $"({Argument}:)");

    private static bool Skip(string text, ref int position, char wanted)
    {
        if (position >= text.Length || text[position] != wanted)
        {
            return false;
        }

        position++;
        return true;
    }

    private static void Expect(string text, ref int position, char wanted)
    {
        if (!Skip(text, ref position, wanted))
        {
            throw Error(text, position, $"\"{wanted}\"");
        }
    }

    private static string ReadName(string text, ref int position)
    {
        var start = position;
        while (position < text.Length && IsNameUnit(text[position], position > start))
        {
            position++;
        }

        return position > start ? text[start..position] : throw Error(text, start, "Name");
    }

    private static bool IsNameUnit(char unit, bool isInside) =>
        unit == '_' || char.IsAsciiLetter(unit) || (isInside && char.IsAsciiDigit(unit));

    private static GraphQLSyntaxException Error(string text, int position, string expected)
    {
        var place = new SourceLocation(1, position + 1);
        if (position == text.Length)
        {
            return new GraphQLSyntaxException($"Expected {expected}, found <EOF>.", place);
        }

        var unit = text[position];
        if (".():@".Contains(unit, StringComparison.Ordinal))
        {
            return new GraphQLSyntaxException($"Expected {expected}, found \"{unit}\".", place);
        }

        var end = position;
        while (end < text.Length && IsNameUnit(text[end], end > position))
        {
            end++;
        }

        return end > position
            ? new GraphQLSyntaxException($"Expected {expected}, found Name \"{text[position..end]}\".", place)
            : new GraphQLSyntaxException(
                unit is >= ' ' and <= '~' ? $"Invalid character: \"{unit}\"." : $"Invalid character: U+{(int)unit:X4}.",
                place);
    }
}
