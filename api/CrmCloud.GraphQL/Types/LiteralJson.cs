using System.Text.Json;
using CrmCloud.GraphQL.Execution;
using CrmCloud.GraphQL.Language;

namespace CrmCloud.GraphQL.Types;

/// <summary>Literals of a document as JSON, for scalars that take any value.</summary>
internal static class LiteralJson
{
    // The parser bounds the depth of a literal, and with it this recursion.
    public static void Write(ValueNode node, Func<string, JsonElement?>? variables, JsonBuffer buffer)
    {
        switch (node)
        {
            case IntValueNode number:
                buffer.WriteRaw(System.Text.Encoding.ASCII.GetBytes(number.Value));
                break;
            case FloatValueNode number:
                buffer.WriteRaw(System.Text.Encoding.ASCII.GetBytes(number.Value));
                break;
            case StringValueNode text:
                buffer.WriteString(text.Value);
                break;
            case EnumValueNode name:
                buffer.WriteString(name.Value);
                break;
            case BooleanValueNode flag:
                buffer.WriteBoolean(flag.Value);
                break;
            case ListValueNode list:
                WriteList(list, variables, buffer);
                break;
            case ObjectValueNode map:
                WriteObject(map, variables, buffer);
                break;
            case VariableNode variable when variables?.Invoke(variable.Name.Value) is { } value:
                buffer.WriteValue(value);
                break;
            default:
                buffer.WriteNull();
                break;
        }
    }

    private static void WriteList(ListValueNode list, Func<string, JsonElement?>? variables, JsonBuffer buffer)
    {
        buffer.WriteByte((byte)'[');
        for (var i = 0; i < list.Values.Length; i++)
        {
            if (i > 0)
            {
                buffer.WriteByte((byte)',');
            }

            Write(list.Values[i], variables, buffer);
        }

        buffer.WriteByte((byte)']');
    }

    private static void WriteObject(ObjectValueNode map, Func<string, JsonElement?>? variables, JsonBuffer buffer)
    {
        buffer.WriteByte((byte)'{');
        for (var i = 0; i < map.Fields.Length; i++)
        {
            if (i > 0)
            {
                buffer.WriteByte((byte)',');
            }

            buffer.WriteString(map.Fields[i].Name.Value);
            buffer.WriteByte((byte)':');
            Write(map.Fields[i].Value, variables, buffer);
        }

        buffer.WriteByte((byte)'}');
    }
}
