using CrmCloud.Core.Customers;
using CrmCloud.Core.Pipeline;
using CrmCloud.Core.Shared;
using CrmCloud.Core.Tenants;
using CrmCloud.Store;

namespace CrmCloud.Core.Bulk;

/// <summary>What decisions about the records of one import depend on beside the records.</summary>
public sealed record ChunkContext
{
    public required ITenantStore Store { get; init; }

    public required Tenant Tenant { get; init; }

    public required BulkOperation Operation { get; init; }

    public required AttributeCatalog Attributes { get; init; }

    public required DateTimeOffset Now { get; init; }

    /// <summary>What earlier chunks would have written, where nothing is written; null in a real run.</summary>
    public CheckMemory? Memory { get; init; }

    /// <summary>
    /// The id of a customer whom this import makes: the same when a chunk is done again, because claims of the first
    /// attempt may name it already.
    /// </summary>
    public string NewCustomerId(CustomerKey key) => Buckets.NewCustomerId(
        Guid.ParseExact(KeyHash.Of(Operation.OperationId, key.Hash), "N"), Tenant.Buckets);

    public CustomerContext For(KeyHolders holders, UpsertConflict onConflict, string path) => new()
    {
        Now = Now,
        Source = "import",
        Attributes = Attributes,
        Holders = holders,
        OnConflict = onConflict,
        Path = path,
    };
}

/// <summary>Decides what a chunk's records do to the store, in their order, without writing.</summary>
public interface IChunkDecider
{
    Task<ChunkDecision> DecideAsync(RecordChunk chunk, ChunkContext context, CancellationToken stop);
}
