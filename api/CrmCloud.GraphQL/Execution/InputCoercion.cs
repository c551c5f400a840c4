using System.Text.Json;
using CrmCloud.GraphQL.Types;
using CrmCloud.GraphQL.Validation;

namespace CrmCloud.GraphQL.Execution;

/// <summary>One thing wrong with a given value.</summary>
/// <param name="Path">
/// Keys and indexes from the value to the part at fault, as text: <c>.a[0]</c>; empty for the value itself.
/// </param>
/// <param name="Value">The part at fault, as messages show it.</param>
public sealed record InputProblem(string Path, string Value, string Message);

/// <summary>Coerces JSON that a caller gave to an input type, and collects everything that is wrong with it.</summary>
/// <remarks>
/// Values of scalars are those of their codec, enum values their C# value, lists are object arrays, input objects are
/// the bound C# object or, built from SDL, a dictionary. The reader of the JSON bounds its depth, and so this
/// recursion.
/// </remarks>
public sealed class InputCoercion
{
    private readonly ValuePath _path = new();
    private readonly List<InputProblem> _problems = [];
    private readonly bool _suggestions;
    private readonly int _limit;

    private InputCoercion(bool suggestions, int limit)
    {
        _suggestions = suggestions;
        _limit = limit;
    }

    /// <param name="suggestions">Whether messages may name what exists in the schema.</param>
    /// <param name="limit">Problems after which the work stops.</param>
    /// <returns>The value, partly filled or <see cref="InputValue.Absent"/> where there are problems.</returns>
    public static (object? Value, IReadOnlyList<InputProblem> Problems) Coerce(
        JsonElement value, GraphQLType type, bool suggestions = true, int limit = 50)
    {
        var coercion = new InputCoercion(suggestions, limit);
        var coerced = coercion.Read(value, type);
        return (coerced, coercion._problems);
    }

    private object? Read(JsonElement value, GraphQLType type)
    {
        if (_problems.Count > _limit)
        {
            return InputValue.Absent;
        }

        if (type is NonNullType nonNull)
        {
            return IsNull(value)
                ? Refuse(value, $"Expected non-nullable type \"{type}\" not to be null.")
                : Read(value, nonNull.OfType);
        }

        if (IsNull(value))
        {
            return null;
        }

        return type switch
        {
            ListType list => ReadList(value, list),
            InputObjectType input => ReadObject(value, input),
            EnumType named => ReadEnum(value, named),
            ScalarType scalar => ReadScalar(value, scalar),
            _ => Refuse(value, $"Expected type \"{type}\"."),
        };
    }

    private static bool IsNull(JsonElement value) => value.ValueKind is JsonValueKind.Null or JsonValueKind.Undefined;

    private object?[] ReadList(JsonElement value, ListType list)
    {
        if (value.ValueKind != JsonValueKind.Array)
        {
            return [Present(Read(value, list.OfType))];
        }

        var items = new object?[value.GetArrayLength()];
        var index = 0;
        foreach (var item in value.EnumerateArray())
        {
            _path.Push(index);
            items[index++] = Present(Read(item, list.OfType));
            _path.Pop();
        }

        return items;
    }

    // Only where there is a problem is anything absent; then the list is shown, not used.
    private static object? Present(object? value) => ReferenceEquals(value, InputValue.Absent) ? null : value;

    private object? ReadObject(JsonElement value, InputObjectType type)
    {
        if (value.ValueKind != JsonValueKind.Object)
        {
            return Refuse(value, $"Expected type \"{type}\" to be an object.");
        }

        var problems = _problems.Count;
        var slots = new object?[type.Fields.Count];
        for (var i = 0; i < slots.Length; i++)
        {
            slots[i] = ReadField(value, type.Fields[i]);
        }

        RefuseUnknown(value, type);
        CheckOneOf(value, type, slots);
        return _problems.Count == problems || type.Create is null ? Make(value, type, slots) : InputValue.Absent;
    }

    private object? ReadField(JsonElement map, InputValue field)
    {
        if (!map.TryGetProperty(field.Name, out var given))
        {
            return field.DefaultValue is not null ? LiteralCoercion.DefaultOf(field)
                : field.Type.IsNonNull
                    ? Refuse(map, $"Field \"{field.Name}\" of required type \"{field.Type}\" was not provided.")
                    : InputValue.Absent;
        }

        _path.Push(field.Name);
        var value = Read(given, field.Type);
        _path.Pop();
        return value;
    }

    private object? Make(JsonElement value, InputObjectType type, object?[] slots)
    {
        try
        {
            return InputObjects.Make(type, slots);
        }
        catch (InputRejectedException rejected)
        {
            return Refuse(value, rejected.Message);
        }
    }

    private void RefuseUnknown(JsonElement value, InputObjectType type)
    {
        string? shown = null;
        foreach (var member in value.EnumerateObject())
        {
            if (_problems.Count > _limit)
            {
                return;
            }

            if (type.Fields.Find(member.Name) is null)
            {
                var similar = Similar(member.Name, type.Fields.Select(field => field.Name));
                Refuse(
                    value,
                    $"Field \"{JsonRaw.Cut(member.Name)}\" is not defined by type \"{type}\".{similar}",
                    shown ??= JsonRaw.Inspect(value));
            }
        }
    }

    private void CheckOneOf(JsonElement value, InputObjectType type, object?[] slots)
    {
        if (!type.IsOneOf)
        {
            return;
        }

        // A field with a wrong value is given all the same.
        var given = type.Fields.Count(field => value.TryGetProperty(field.Name, out _));
        if (given != 1)
        {
            Refuse(value, $"Exactly one key must be specified for OneOf type \"{type}\".");
        }

        for (var i = 0; i < slots.Length; i++)
        {
            if (slots[i] is null)
            {
                _path.Push(type.Fields[i].Name);
                Refuse(default, "Field \"" + type.Fields[i].Name + "\" must be non-null.", "null");
                _path.Pop();
            }
        }
    }

    private object? ReadEnum(JsonElement value, EnumType type)
    {
        if (value.ValueKind != JsonValueKind.String)
        {
            var shown = JsonRaw.Inspect(value);
            return Refuse(
                value, $"Enum \"{type}\" cannot represent non-string value: {shown}." + SimilarValue(shown, type));
        }

        var name = value.GetString()!;
        return type.Values.Find(name)?.Value ?? Refuse(
            value,
            $"Value \"{JsonRaw.Cut(name)}\" does not exist in \"{type}\" enum."
            + SimilarValue(name, type));
    }

    private object? ReadScalar(JsonElement value, ScalarType type)
    {
        var read = type.Codec.Read(new ScalarInput(value), out var error);
        return error is null ? read
            : Refuse(value, type.Codec.SpeaksForItself ? error : $"Expected type \"{type}\". {error}");
    }

    private string SimilarValue(string name, EnumType type) =>
        Similar(name, type.Values.Select(known => known.Name), "the enum value");

    private string Similar(string name, IEnumerable<string> known, string? verb = null) =>
        _suggestions ? Suggestion.Sentence(Suggestion.Nearest(name, known), verb) : "";

    private object Refuse(JsonElement value, string message, string? shown = null)
    {
        _problems.Add(new InputProblem(_path.ToString(), shown ?? JsonRaw.Inspect(value), message));
        return InputValue.Absent;
    }
}
