using System.Globalization;
using System.Text.Json;
using CrmCloud.GraphQL.Execution;
using CrmCloud.GraphQL.Language;

namespace CrmCloud.GraphQL.Types;

public enum ScalarInputKind
{
    Null,
    String,
    Int,
    Float,
    Boolean,
    Enum,
    List,
    Object,
}

/// <summary>A value a caller gave for a scalar: a literal of the document, or JSON out of the variables.</summary>
public readonly struct ScalarInput
{
    private readonly ValueNode? _literal;
    private readonly JsonElement _json;
    private readonly Func<string, JsonElement?>? _variables;

    /// <param name="literal">Not a variable.</param>
    /// <param name="variables">
    /// Values of variables inside a list or object literal; null where none are allowed.
    /// </param>
    public ScalarInput(ValueNode literal, Func<string, JsonElement?>? variables = null)
    {
        _literal = literal;
        _variables = variables;
    }

    public ScalarInput(JsonElement json) => _json = json;

    /// <summary>Whether the value stands in the document, where 5 and "5" differ more than in JSON.</summary>
    public bool IsLiteral => _literal is not null;

    public ScalarInputKind Kind => _literal switch
    {
        null => JsonKind(_json),
        StringValueNode => ScalarInputKind.String,
        IntValueNode => ScalarInputKind.Int,
        FloatValueNode => ScalarInputKind.Float,
        BooleanValueNode => ScalarInputKind.Boolean,
        EnumValueNode => ScalarInputKind.Enum,
        ListValueNode => ScalarInputKind.List,
        ObjectValueNode => ScalarInputKind.Object,
        _ => ScalarInputKind.Null,
    };

    /// <summary>
    /// The text of a string, the digits of a number, the name of an enum value; null for anything else.
    /// </summary>
    public string? Text => _literal switch
    {
        null when _json.ValueKind == JsonValueKind.String => _json.GetString(),
        null when _json.ValueKind == JsonValueKind.Number => _json.GetRawText(),
        StringValueNode node => node.Value,
        IntValueNode node => node.Value,
        FloatValueNode node => node.Value,
        EnumValueNode node => node.Value,
        _ => null,
    };

    /// <summary>Only for <see cref="ScalarInputKind.Boolean"/>.</summary>
    public bool Boolean => _literal is BooleanValueNode node ? node.Value : _json.ValueKind == JsonValueKind.True;

    /// <summary>
    /// A whole number that fits, written as a number; in JSON also as 5.0, in the document only as 5.
    /// </summary>
    public bool TryGetInt64(out long value)
    {
        value = 0;
        return _literal switch
        {
            IntValueNode node =>
                long.TryParse(node.Value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out value),
            null when _json.ValueKind == JsonValueKind.Number => TryGetWhole(_json, out value),
            _ => false,
        };
    }

    /// <summary>A finite number.</summary>
    public bool TryGetDouble(out double value)
    {
        value = 0;
        return Kind is ScalarInputKind.Int or ScalarInputKind.Float
            && double.TryParse(Text, NumberStyles.Float, CultureInfo.InvariantCulture, out value)
            && double.IsFinite(value);
    }

    /// <summary>The value as JSON; enum names become strings. The result lives as long as it is referenced.</summary>
    public JsonElement ToJson()
    {
        if (_literal is null)
        {
            return _json.Clone();
        }

        using var buffer = new JsonBuffer();
        LiteralJson.Write(_literal, _variables, buffer);
        using var document = JsonDocument.Parse(buffer.Written);
        return document.RootElement.Clone();
    }

    /// <summary>The value as messages show it.</summary>
    public override string ToString() => _literal is null ? JsonRaw.Inspect(_json) : Printer.Print(_literal);

    private static ScalarInputKind JsonKind(JsonElement json) => json.ValueKind switch
    {
        JsonValueKind.String => ScalarInputKind.String,
        JsonValueKind.Number => TryGetWhole(json, out _) ? ScalarInputKind.Int : ScalarInputKind.Float,
        JsonValueKind.True or JsonValueKind.False => ScalarInputKind.Boolean,
        JsonValueKind.Array => ScalarInputKind.List,
        JsonValueKind.Object => ScalarInputKind.Object,
        _ => ScalarInputKind.Null,
    };

    private static bool TryGetWhole(JsonElement json, out long value)
    {
        if (json.TryGetInt64(out value))
        {
            return true;
        }

        if (json.TryGetDouble(out var real) && Math.Abs(real) < 9e15 && Math.Floor(real) == real)
        {
            value = (long)real;
            return true;
        }

        return false;
    }
}
