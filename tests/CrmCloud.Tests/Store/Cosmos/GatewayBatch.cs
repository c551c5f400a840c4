using System.Reflection;
using System.Text.Json.Nodes;
using Microsoft.Azure.Cosmos;
using Microsoft.Azure.Cosmos.Serialization.HybridRow;
using Microsoft.Azure.Cosmos.Serialization.HybridRow.IO;
using Microsoft.Azure.Cosmos.Serialization.HybridRow.Layouts;
using Microsoft.Azure.Cosmos.Serialization.HybridRow.RecordIO;

namespace CrmCloud.Tests.Store.Cosmos;

/// <summary>
/// SELF-WRITTEN. Transactional batches on the wire: HybridRow records, read and written with the library that ships in
/// the client's package and the client's own schemas.
/// </summary>
internal static class GatewayBatch
{
    private const int CreateOperation = 0;
    private const int ReplaceOperation = 5;
    private const int DeleteOperation = 4;

    private static readonly Type Schemas = typeof(CosmosClient).Assembly
        .GetType("Microsoft.Azure.Cosmos.BatchSchemaProvider", throwOnError: true)!;

    private static readonly LayoutResolver Resolver = (LayoutResolver)Schema("BatchLayoutResolver");

    private static readonly Layout ResultLayout = (Layout)Schema("BatchResultLayout");

    public static (int Status, byte[] Answer) Run(GatewayContainer container, string partitionKey, byte[] body)
    {
        var writes = new List<GatewayWrite>();
        using var stream = new MemoryStream(body);
        var read = stream.ReadRecordIOAsync(
            (ReadOnlyMemory<byte> record) => ReadOne(record, writes),
            resizer: new MemorySpanResizer<byte>(body.Length)).GetAwaiter().GetResult();
        if (read != Result.Success)
        {
            throw new FormatException($"The batch could not be read: {read}.");
        }

        var results = container.Write(partitionKey, writes);
        var failed = results.Any(one => one.Status >= 400);
        return (failed ? 207 : 200, Write(results));
    }

    private static object Schema(string property) => Schemas
        .GetProperty(property, BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Static)!.GetValue(null)!;

    private static Result ReadOne(ReadOnlyMemory<byte> record, List<GatewayWrite> writes)
    {
        var row = new RowBuffer(record.Length);
        if (!row.ReadFrom(record.Span, HybridRowVersion.V1, Resolver))
        {
            return Result.Failure;
        }

        var reader = new RowReader(ref row);
        var (kind, id, etag, json) = (-1, default(string), default(string), default(JsonObject));
        while (reader.Read())
        {
            var result = Result.Success;
            switch (reader.Path.ToString())
            {
                case "operationType":
                    result = reader.ReadInt32(out kind);
                    break;
                case "id":
                    result = reader.ReadString(out id);
                    break;
                case "ifMatch":
                    result = reader.ReadString(out etag);
                    break;
                case "resourceBody":
                    result = reader.ReadBinary(out byte[] bytes);
                    json = JsonNode.Parse(bytes)!.AsObject();
                    break;
            }

            if (result != Result.Success)
            {
                return result;
            }
        }

        writes.Add(new(KindOf(kind), id, json, etag));
        return Result.Success;
    }

    private static GatewayWriteKind KindOf(int operation) => operation switch
    {
        CreateOperation => GatewayWriteKind.Create,
        ReplaceOperation => GatewayWriteKind.Replace,
        DeleteOperation => GatewayWriteKind.Delete,
        _ => throw new FormatException($"The adapter sends no operation {operation}."),
    };

    private static byte[] Write(IReadOnlyList<(int Status, GatewayItem? Item)> results)
    {
        var stream = new MemoryStream();
        var resizer = new MemorySpanResizer<byte>(1 << 16);
        var written = stream.WriteRecordIOAsync(
            default(Segment),
            (long index, out ReadOnlyMemory<byte> record) =>
            {
                record = default;
                return index >= results.Count ? Result.Success : WriteOne(results[(int)index], out record);
            },
            resizer).GetAwaiter().GetResult();
        return written == Result.Success
            ? stream.ToArray()
            : throw new FormatException($"The batch's answer could not be written: {written}.");
    }

    private static Result WriteOne((int Status, GatewayItem? Item) one, out ReadOnlyMemory<byte> record)
    {
        var row = new RowBuffer(1 << 12);
        row.InitLayout(HybridRowVersion.V1, ResultLayout, Resolver);
        var result = RowWriter.WriteBuffer(ref row, one, WriteResult);
        record = result == Result.Success ? row.ToArray() : default;
        return result;
    }

    private static Result WriteResult(
        ref RowWriter writer, TypeArgument type, (int Status, GatewayItem? Item) one)
    {
        var result = writer.WriteInt32("statusCode", one.Status);
        if (result == Result.Success && one.Item is { } item)
        {
            result = writer.WriteString("eTag", item.ETag);
        }

        return result == Result.Success ? writer.WriteFloat64("requestCharge", 1.5) : result;
    }
}
