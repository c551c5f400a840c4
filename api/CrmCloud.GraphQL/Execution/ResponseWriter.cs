using System.Collections;

namespace CrmCloud.GraphQL.Execution;

/// <summary>
/// Writes what stands around <c>data</c>: errors first, as the specification recommends, then extensions.
/// </summary>
internal static class ResponseWriter
{
    /// <summary>An answer without data.</summary>
    public static JsonBuffer Errors(
        IReadOnlyList<GraphQLError> errors, IEnumerable<KeyValuePair<string, object?>>? extensions = null)
    {
        var output = new JsonBuffer();
        output.WriteRaw("{"u8);
        WriteErrors(errors, output);
        WriteExtensions(extensions, output);
        output.WriteRaw("}"u8);
        return output;
    }

    /// <summary>Errors as a JSON list.</summary>
    public static JsonBuffer ErrorList(IReadOnlyList<GraphQLError> errors)
    {
        var output = new JsonBuffer();
        WriteErrorList(errors, output);
        return output;
    }

    /// <summary>Puts errors before data that has been written already.</summary>
    /// <param name="data">A JSON value.</param>
    public static void WriteWithErrors(ReadOnlySpan<byte> data, IReadOnlyList<GraphQLError> errors, JsonBuffer output)
    {
        output.WriteRaw("{"u8);
        WriteErrors(errors, output);
        output.WriteRaw(",\"data\":"u8);
        output.WriteRaw(data);
    }

    public static void WriteExtensions(IEnumerable<KeyValuePair<string, object?>>? extensions, JsonBuffer output)
    {
        var isFirst = true;
        foreach (var (name, value) in extensions ?? [])
        {
            output.WriteRaw(isFirst ? ",\"extensions\":{"u8 : ","u8);
            isFirst = false;
            output.WriteString(name);
            output.WriteRaw(":"u8);
            WriteValue(value, output);
        }

        if (!isFirst)
        {
            output.WriteRaw("}"u8);
        }
    }

    private static void WriteErrors(IReadOnlyList<GraphQLError> errors, JsonBuffer output)
    {
        output.WriteRaw("\"errors\":"u8);
        WriteErrorList(errors, output);
    }

    private static void WriteErrorList(IReadOnlyList<GraphQLError> errors, JsonBuffer output)
    {
        output.WriteRaw("["u8);
        for (var i = 0; i < errors.Count; i++)
        {
            output.WriteRaw(i == 0 ? ""u8 : ","u8);
            WriteError(errors[i], output);
        }

        output.WriteRaw("]"u8);
    }

    private static void WriteError(GraphQLError error, JsonBuffer output)
    {
        output.WriteRaw("{\"message\":"u8);
        output.WriteString(error.Message);
        for (var i = 0; i < error.Locations.Count; i++)
        {
            output.WriteRaw(i == 0 ? ",\"locations\":[{\"line\":"u8 : "},{\"line\":"u8);
            output.WriteNumber(error.Locations[i].Line);
            output.WriteRaw(",\"column\":"u8);
            output.WriteNumber(error.Locations[i].Column);
        }

        output.WriteRaw(error.Locations.Count > 0 ? "}]"u8 : ""u8);
        if (error.Path is { } path)
        {
            output.WriteRaw(",\"path\":"u8);
            WriteValue(path, output);
        }

        var extensions = error.Extensions ?? new Dictionary<string, object?>();
        WriteExtensions(error.Code is null ? extensions : extensions.Prepend(new("code", error.Code)), output);
        output.WriteRaw("}"u8);
    }

    private static void WriteValue(object? value, JsonBuffer output)
    {
        switch (value)
        {
            case null:
                output.WriteNull();
                break;
            case string text:
                output.WriteString(text);
                break;
            case bool flag:
                output.WriteBoolean(flag);
                break;
            case int number:
                output.WriteNumber(number);
                break;
            case long number:
                output.WriteNumber(number);
                break;
            case double number:
                output.WriteNumber(number);
                break;
            case IEnumerable<KeyValuePair<string, object?>> map:
                WriteMap(map, output);
                break;
            case IEnumerable items:
                WriteList(items, output);
                break;
            default:
                output.WriteString(value.ToString());
                break;
        }
    }

    private static void WriteMap(IEnumerable<KeyValuePair<string, object?>> map, JsonBuffer output)
    {
        var isFirst = true;
        foreach (var (name, value) in map)
        {
            output.WriteRaw(isFirst ? "{"u8 : ","u8);
            isFirst = false;
            output.WriteString(name);
            output.WriteRaw(":"u8);
            WriteValue(value, output);
        }

        output.WriteRaw(isFirst ? "{}"u8 : "}"u8);
    }

    private static void WriteList(IEnumerable items, JsonBuffer output)
    {
        output.WriteRaw("["u8);
        var isFirst = true;
        foreach (var item in items)
        {
            output.WriteRaw(isFirst ? ""u8 : ","u8);
            isFirst = false;
            WriteValue(item, output);
        }

        output.WriteRaw("]"u8);
    }
}
