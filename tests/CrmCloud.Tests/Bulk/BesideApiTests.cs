using System.Text;
using CrmCloud.Core.Audit;
using CrmCloud.Core.Bulk;
using CrmCloud.Core.Customers;
using CrmCloud.Core.Jobs;
using CrmCloud.Core.Pipeline;
using CrmCloud.Core.Shared;
using CrmCloud.Store;
using CrmCloud.Tests.Customers;

namespace CrmCloud.Tests.Bulk;

/// <summary>Imports while others write the same customers.</summary>
public sealed class BesideApiTests : IAsyncLifetime, IAsyncDisposable
{
    private const int People = 300;
    private const int Writers = 8;

    private static readonly BulkImportInput Input = ImportRulesTests.Input(ImportTarget.Customers,
        ("externalId.source", "=erp"), ("externalId.id", "id"), ("email", "mail"), ("displayName", "name"));

    private readonly Desk _desk = new(buckets: 16);

    public async Task InitializeAsync() => await _desk.Caller.Store.SaveAsync(Batch.Of(_desk.Tenant), default);

    Task IAsyncLifetime.DisposeAsync() => DisposeAsync().AsTask();

    public ValueTask DisposeAsync() => _desk.DisposeAsync();

    [Theory]
    [InlineData(ErrorPolicy.SkipFailedRows)]
    [InlineData(ErrorPolicy.RejectAll)]
    public async Task Upserts_of_the_same_customers_cost_an_import_no_row_and_make_nobody_twice(ErrorPolicy policy)
    {
        var file = "id,mail,name\n"
            + string.Concat(Enumerable.Range(0, People).Select(i => $"{i},p{i}@x.com,Ann {i}\n"));
        var operation = await QueueAsync(file, Input with { ErrorPolicy = policy });

        var import = RunAsync(operation);
        await Task.WhenAll(Enumerable.Range(0, Writers).Select(UpsertAllAsync).Append(import));
        var done = await import;
        var customers = await _desk.AllCustomersAsync();

        Assert.Equal([], done.Progress.Errors);
        Assert.Equal((JobStatus.Succeeded, People), (done.Status, (int)done.Progress.Records.Read));
        Assert.Equal(People, customers.Count);
        Assert.Equal(People, customers.SelectMany(c => c.ExternalIds).Distinct().Count());
        Assert.All(customers, c => Assert.Equal($"p{Assert.Single(c.ExternalIds).Id}@x.com", c.Email));
    }

    [Fact]
    public async Task A_claim_that_an_earlier_attempt_left_for_another_owner_is_taken_over_at_once()
    {
        var operation = await QueueAsync("id,mail,name\n1,a@x.com,Ann\n", Input);
        var key = CustomerKey.External("erp", "1");
        var left = Buckets.NewCustomerId(
            Guid.ParseExact(KeyHash.Of(operation.OperationId, key.Hash), "N"), _desk.Tenant.Buckets);
        var mail = CustomerKey.OfIdentity(IdentityKind.Email, "a@x.com", verified: false);
        await _desk.Caller.Store.SaveAsync(
            Batch.Of(Claim.On(mail.ClaimKind, mail.Hash, left) with { TakenAt = TimeProvider.System.GetUtcNow() }),
            default);
        var ann = await _desk.CustomerAsync(Given.Customer("1"));

        var done = await RunAsync(operation);
        var stored = Assert.Single(await _desk.AllCustomersAsync());

        Assert.Equal((JobStatus.Succeeded, ann.CustomerId, "a@x.com"), (done.Status, stored.CustomerId, stored.Email));
    }

    private async Task UpsertAllAsync(int writer)
    {
        await Task.Yield();
        for (var i = 0; i < People; i++)
        {
            var id = ((i * 7) + (writer * 5)) % People;
            var input = Given.Upsert(
                new() { Email = new($"p{id}@x.com") }, Given.Match($"{id}"),
                new CustomerMatch { Email = $"p{id}@x.com" });
            await _desk.RunAsync<CustomerUpsertInput, CustomerUpsertPayload>(
                _desk.Customers.CustomerUpsertAsync, input, null,
                _desk.Caller with { Now = TimeProvider.System.GetUtcNow() });
        }
    }

    private async Task<BulkOperation> QueueAsync(string file, BulkImportInput input)
    {
        var uploadId = Guid.NewGuid().ToString("N");
        using var content = new MemoryStream(Encoding.UTF8.GetBytes(file));
        Assert.NotNull(await Files.ReceiveAsync(uploadId, content, (content.Length, null), default));
        var now = TimeProvider.System.GetUtcNow();
        var operation = new BulkOperation
        {
            OperationId = BulkOperation.NewId(Guid.NewGuid(), now),
            Status = JobStatus.Queued,
            CreatedAt = now,
            RequestedBy = new(ActorKind.App, null, "test"),
            Input = input with { UploadId = uploadId },
            Stage = input.ErrorPolicy == ErrorPolicy.RejectAll ? ImportStage.Checking : ImportStage.Writing,
        };
        await _desk.Caller.Store.SaveAsync(Batch.Of(operation), default);
        return operation with { Version = 1 };
    }

    private async Task<BulkOperation> RunAsync(BulkOperation operation)
    {
        await Task.Yield();
        var setting = new ImportSetting(_desk.Caller.Store, Files, TimeProvider.System, "worker", () => { })
        {
            RecordsPerChunk = 100,
        };
        return (await new ImportRun(setting).RunAsync(operation, default))!;
    }

    private UploadFolder Files => _desk.Uploads.Open("red-shop", DataMode.Live);
}
