using System.Globalization;
using System.Text.Json;
using CrmCloud.GraphQL.Execution;

namespace CrmCloud.GraphQL.Types;

/// <summary>The five scalars of the specification. Shared by all schemas.</summary>
public static class BuiltInScalars
{
    public static ScalarType Int { get; } = Make(
        "Int",
        "The `Int` scalar type represents non-fractional signed whole numeric values. Int can represent values between "
        + "-(2^31) and 2^31 - 1.",
        new IntCodec());

    public static ScalarType Float { get; } = Make(
        "Float",
        "The `Float` scalar type represents signed double-precision fractional values as specified by "
        + "[IEEE 754](https://en.wikipedia.org/wiki/IEEE_floating_point).",
        new FloatCodec());

    public static ScalarType String { get; } = Make(
        "String",
        "The `String` scalar type represents textual data, represented as UTF-8 character sequences. "
        + "The String type is most often used by GraphQL to represent free-form human-readable text.",
        new StringCodec());

    public static ScalarType Boolean { get; } = Make(
        "Boolean", "The `Boolean` scalar type represents `true` or `false`.", new BooleanCodec());

    public static ScalarType Id { get; } = Make(
        "ID",
        "The `ID` scalar type represents a unique identifier, often used to refetch an object or as key for a cache. "
        + "The ID type appears in a JSON response as a String; however, it is not intended to be human-readable. When "
        + "expected as an input type, any string (such as `\"4\"`) or integer (such as `4`) input value will be "
        + "accepted as an ID.",
        new IdCodec());

    public static IReadOnlyList<ScalarType> All { get; } = [String, Int, Float, Boolean, Id];

    private static ScalarType Make(string name, string description, ScalarCodec codec) =>
        new(name) { Description = description, Codec = codec, IsBuiltIn = true };

    /// <summary>
    /// What is common to the built-in ones: values of resolvers may be JSON, and errors are whole sentences.
    /// </summary>
    private abstract class BuiltInCodec : ScalarCodec
    {
        public override bool SpeaksForItself => true;

        protected static string Show(object value) => value switch
        {
            JsonElement json => JsonRaw.Inspect(json),
            string text => JsonRaw.Quote(text),
            bool flag => flag ? "true" : "false",
            IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
            _ => value.GetType().Name,
        };

        /// <summary>
        /// Numbers of any C# or JSON kind, and what graphql-js takes for one: booleans and numeric strings.
        /// </summary>
        protected static double? AsNumber(object value) => value switch
        {
            bool flag => flag ? 1 : 0,
            JsonElement { ValueKind: JsonValueKind.True } => 1,
            JsonElement { ValueKind: JsonValueKind.False } => 0,
            JsonElement { ValueKind: JsonValueKind.Number } json => json.GetDouble(),
            JsonElement { ValueKind: JsonValueKind.String } json => ParseNumber(json.GetString()!),
            string text => ParseNumber(text),
            IConvertible number when value is not (char or DateTime) => number.ToDouble(CultureInfo.InvariantCulture),
            _ => null,
        };

        private static double? ParseNumber(string text) =>
            text.Length > 0 && double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number)
                ? number
                : null;
    }

    private sealed class IntCodec : BuiltInCodec
    {
        public override Type ClrType => typeof(int);

        public override object? Read(in ScalarInput input, out string? error)
        {
            var isWhole = input.TryGetInt64(out var value) || IsWholeNumber(input, out value);
            error = !isWhole ? $"Int cannot represent non-integer value: {input}"
                : value is < int.MinValue or > int.MaxValue
                    ? $"Int cannot represent non 32-bit signed integer value: {input}"
                : null;
            return error is null ? (int)value : null;
        }

        public override string? Write(object value, JsonBuffer output)
        {
            if (value is int plain)
            {
                output.WriteNumber(plain);
                return null;
            }

            if (AsNumber(value) is not { } number || Math.Floor(number) != number)
            {
                return $"Int cannot represent non-integer value: {Show(value)}";
            }

            if (number is < int.MinValue or > int.MaxValue)
            {
                return $"Int cannot represent non 32-bit signed integer value: {Show(value)}";
            }

            output.WriteNumber((int)number);
            return null;
        }

        // Too large even for a long, so certainly too large for an Int.
        private static bool IsWholeNumber(in ScalarInput input, out long value)
        {
            value = long.MaxValue;
            return input.Kind == ScalarInputKind.Int
                || (!input.IsLiteral && input.TryGetDouble(out var number) && Math.Floor(number) == number);
        }
    }

    private sealed class FloatCodec : BuiltInCodec
    {
        public override Type ClrType => typeof(double);

        public override object? Read(in ScalarInput input, out string? error)
        {
            var isNumber = input.TryGetDouble(out var value);
            error = isNumber ? null : $"Float cannot represent non numeric value: {input}";
            return isNumber ? value : null;
        }

        public override string? Write(object value, JsonBuffer output)
        {
            if (AsNumber(value) is not { } number || !double.IsFinite(number))
            {
                return $"Float cannot represent non numeric value: {Show(value)}";
            }

            output.WriteNumber(number);
            return null;
        }
    }

    private sealed class StringCodec : BuiltInCodec
    {
        public override Type ClrType => typeof(string);

        public override object? Read(in ScalarInput input, out string? error)
        {
            error = input.Kind == ScalarInputKind.String
                ? null
                : $"String cannot represent a non string value: {input}";
            return error is null ? input.Text : null;
        }

        public override string? Write(object value, JsonBuffer output)
        {
            var text = value as string ?? value switch
            {
                JsonElement { ValueKind: JsonValueKind.String } json => json.GetString(),
                JsonElement { ValueKind: JsonValueKind.Object or JsonValueKind.Array } => null,
                _ => Show(value),
            };
            if (text is null)
            {
                return $"String cannot represent value: {Show(value)}";
            }

            output.WriteString(text);
            return null;
        }
    }

    private sealed class BooleanCodec : BuiltInCodec
    {
        public override Type ClrType => typeof(bool);

        public override object? Read(in ScalarInput input, out string? error)
        {
            error = input.Kind == ScalarInputKind.Boolean
                ? null
                : $"Boolean cannot represent a non boolean value: {input}";
            return error is null ? input.Boolean : null;
        }

        public override string? Write(object value, JsonBuffer output)
        {
            var isText = value is string or JsonElement { ValueKind: JsonValueKind.String };
            if (isText || AsNumber(value) is not { } number || !double.IsFinite(number))
            {
                return $"Boolean cannot represent a non boolean value: {Show(value)}";
            }

            output.WriteBoolean(number != 0);
            return null;
        }
    }

    private sealed class IdCodec : BuiltInCodec
    {
        public override Type ClrType => typeof(string);

        public override object? Read(in ScalarInput input, out string? error)
        {
            error = input.Kind is ScalarInputKind.String or ScalarInputKind.Int ? null
                : input.IsLiteral ? $"ID cannot represent a non-string and non-integer value: {input}"
                : $"ID cannot represent value: {input}";
            return error is null ? input.Text : null;
        }

        public override string? Write(object value, JsonBuffer output)
        {
            var text = value switch
            {
                string plain => plain,
                JsonElement { ValueKind: JsonValueKind.String } json => json.GetString(),
                JsonElement { ValueKind: JsonValueKind.Number } json when json.TryGetInt64(out _) => json.GetRawText(),
                Guid or int or long or short or uint or ulong => Show(value),
                _ => null,
            };
            if (text is null)
            {
                return $"ID cannot represent value: {Show(value)}";
            }

            output.WriteString(text);
            return null;
        }
    }
}
