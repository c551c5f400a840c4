using System.Text.Json;
using System.Text.Json.Serialization;

namespace CrmCloud.Core.Kpis;

/// <summary>Passes over everybody read a chunk for each customer: the general reader takes twice as long.</summary>
internal sealed class HistoryChunkJson : JsonConverter<HistoryChunk>
{
    public override HistoryChunk Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        var (customerId, packed, number, version) = ((string?)null, (byte[]?)null, 0, 0L);
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = reader.ValueSpan;
            reader.Read();
            if (name.SequenceEqual("version"u8))
            {
                version = reader.GetInt64();
            }
            else if (name.SequenceEqual("customerId"u8))
            {
                customerId = reader.GetString();
            }
            else if (name.SequenceEqual("number"u8))
            {
                number = reader.GetInt32();
            }
            else if (name.SequenceEqual("packed"u8))
            {
                packed = reader.GetBytesFromBase64();
            }
            else
            {
                reader.Skip();
            }
        }

        return new HistoryChunk
        {
            CustomerId = customerId ?? throw new JsonException("A piece of history names no customer."),
            Number = number,
            Packed = packed ?? throw new JsonException("A piece of history is empty."),
            Version = version,
        };
    }

    public override void Write(Utf8JsonWriter writer, HistoryChunk value, JsonSerializerOptions options)
    {
        writer.WriteStartObject();
        writer.WriteNumber("version"u8, value.Version);
        writer.WriteString("customerId"u8, value.CustomerId);
        writer.WriteNumber("number"u8, value.Number);
        writer.WriteBase64String("packed"u8, value.Packed);
        writer.WriteEndObject();
    }
}
