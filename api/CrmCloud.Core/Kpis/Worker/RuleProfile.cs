using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using CrmCloud.Store;

namespace CrmCloud.Core.Kpis;

/// <summary>
/// A stored profile as far as rules read it, for passes over everybody: the general reader takes three times as long.
/// Never written.
/// </summary>
/// <param name="Stored">What no rule asks for has its default.</param>
[JsonConverter(typeof(RuleProfileReader))]
public sealed record RuleProfile(StoredProfile Stored) : IDocument
{
    public DocumentKey Key => Stored.Key;

    public long Version => Stored.Version;
}

internal sealed class RuleProfileReader : JsonConverter<RuleProfile>
{
    public override RuleProfile Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        var draft = new Draft();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            draft.Take(ref reader, options);
        }

        return new RuleProfile(draft.Profile());
    }

    public override void Write(Utf8JsonWriter writer, RuleProfile value, JsonSerializerOptions options) =>
        throw new NotSupportedException("A profile is written as a StoredProfile.");

    private struct Draft()
    {
        private string _customerId = "";
        private long _version;
        private bool _exists;
        private Lifecycle _lifecycle;
        private IdicStage _stage;
        private RfmGroup _group = RfmGroup.Prospect;
        private RfmMark? _rfm;
        private CustomerProfile? _value;
        private IReadOnlyList<ConsentMark> _consents = [];

        /// <summary>One member; the reader stands on its name and ends on the last token of its value.</summary>
        public void Take(ref Utf8JsonReader reader, JsonSerializerOptions options)
        {
            var name = reader.ValueSpan;
            reader.Read();
            if (name.SequenceEqual("customerId"u8))
            {
                _customerId = reader.GetString()!;
            }
            else if (name.SequenceEqual("version"u8))
            {
                _version = reader.GetInt64();
            }
            else if (name.SequenceEqual("exists"u8))
            {
                _exists = reader.GetBoolean();
            }
            else if (name.SequenceEqual("lifecycle"u8))
            {
                _lifecycle = EnumNames<Lifecycle>.Read(ref reader);
            }
            else if (name.SequenceEqual("idicStage"u8))
            {
                _stage = EnumNames<IdicStage>.Read(ref reader);
            }
            else if (name.SequenceEqual("rfmGroup"u8))
            {
                _group = EnumNames<RfmGroup>.Read(ref reader);
            }
            else
            {
                TakePart(name, ref reader, options);
            }
        }

        public readonly StoredProfile Profile() => new()
        {
            CustomerId = _customerId,
            Version = _version,
            Exists = _exists,
            Lifecycle = _lifecycle,
            IdicStage = _stage,
            RfmGroup = _group,
            Rfm = _rfm,
            Value = _value ?? new CustomerProfile(),
            Consents = _consents,
        };

        private void TakePart(ReadOnlySpan<byte> name, ref Utf8JsonReader reader, JsonSerializerOptions options)
        {
            if (name.SequenceEqual("value"u8))
            {
                _value = ReadValue(ref reader);
            }
            else if (name.SequenceEqual("rfm"u8))
            {
                _rfm = JsonSerializer.Deserialize<RfmMark>(ref reader, options);
            }
            else if (name.SequenceEqual("consents"u8))
            {
                _consents = JsonSerializer.Deserialize<ConsentMark[]>(ref reader, options) ?? [];
            }
            else
            {
                reader.Skip();
            }
        }

        private static CustomerProfile ReadValue(ref Utf8JsonReader reader)
        {
            var (orders, gross, net, lastDay) = (0, 0L, 0L, (int?)null);
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var name = reader.ValueSpan;
                reader.Read();
                if (name.SequenceEqual("orders"u8))
                {
                    orders = reader.GetInt32();
                }
                else if (name.SequenceEqual("gross"u8))
                {
                    gross = reader.GetInt64();
                }
                else if (name.SequenceEqual("net"u8))
                {
                    net = reader.GetInt64();
                }
                else if (name.SequenceEqual("lastOrderDay"u8))
                {
                    lastDay = reader.GetInt32();
                }
                else
                {
                    reader.Skip();
                }
            }

            return new CustomerProfile { Orders = orders, Gross = gross, Net = net, LastOrderDay = lastDay };
        }
    }

    private static class EnumNames<T> where T : struct, Enum
    {
        private static readonly (byte[] Name, T Value)[] All =
            [.. Enum.GetValues<T>().Select(value => (Encoding.UTF8.GetBytes(value.ToString()), value))];

        public static T Read(ref Utf8JsonReader reader)
        {
            foreach (var (name, value) in All)
            {
                if (reader.ValueSpan.SequenceEqual(name))
                {
                    return value;
                }
            }

            throw new JsonException($"'{reader.GetString()}' is no {typeof(T).Name}.");
        }
    }
}
