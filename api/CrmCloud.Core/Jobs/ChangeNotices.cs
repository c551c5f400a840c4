using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using CrmCloud.Core.Tenants;
using CrmCloud.Store;

namespace CrmCloud.Core.Jobs;

/// <param name="Visited">Tenants, each in one mode, that were brought up to date.</param>
/// <param name="Skipped">Documents of no interest to this consumer.</param>
/// <param name="Unreadable">Documents of which cannot be said whose they are; recorded in the directory.</param>
public sealed record NoticeReport(int Visited, int Skipped, int Unreadable);

/// <summary>
/// Takes what a change feed over all tenants delivers as a notification only: reads whose it is and brings them up to
/// date from the store itself. The delivered text is lossy, may come again, late and in any order.
/// </summary>
public sealed class ChangeNotices(IDocumentStore stores, VisitDesk desk, TimeProvider clock)
{
    /// <summary>Documents of one delivery; the Functions host is told to send at most 100.</summary>
    public const int MostDocuments = 10_000;

    /// <summary>
    /// Of one delivery; beyond it they are only counted, so that rubbish does not fill the directory.
    /// </summary>
    public const int MostRecorded = 100;

    private const int MostAttempts = 5;

    /// <summary>Ends when everybody touched is up to date and every unreadable document is recorded.</summary>
    /// <param name="consumer">1 to 64 letters and digits.</param>
    /// <param name="wakes">Whether a document of this kind is of interest; a document without a kind always is.</param>
    /// <param name="failed">
    /// Gets each visit that failed and sees to it that it is made again. Null: the first is thrown when all have ended.
    /// </param>
    /// <remarks>Safe to repeat.</remarks>
    public async Task<NoticeReport> ReceiveAsync(
        string consumer, IReadOnlyList<JsonElement> documents, Func<string, bool> wakes, CancellationToken stop,
        Func<TenantMode, Exception, Task>? failed = null)
    {
        var (touched, unreadable, skipped) = (new HashSet<TenantMode>(), new List<(JsonElement, string)>(), 0);
        foreach (var document in documents)
        {
            if (OwnerOf(document) is not { } owner)
            {
                unreadable.Add((document, "The document does not say whose it is."));
            }
            else if (KindOf(document) is { } kind && !wakes(kind))
            {
                skipped++;
            }
            else if (!touched.Contains(owner) && await IsArrivingAsync(owner.Tenant, stop))
            {
                // He is visited when he is there.
                skipped++;
            }
            else if (!touched.Contains(owner) && !await ExistsAsync(owner.Tenant, stop))
            {
                // Not opened: the embedded store would make a file for whatever name comes along.
                unreadable.Add((document, "There is no such tenant."));
            }
            else
            {
                touched.Add(owner);
            }
        }

        foreach (var (document, reason) in unreadable.Take(MostRecorded))
        {
            await RecordAsync(consumer, document, reason, stop);
        }

        await Task.WhenAll(touched.Select(tenant => VisitAsync(tenant, failed, stop)));
        return new(touched.Count, skipped, unreadable.Count);
    }

    private async Task VisitAsync(
        TenantMode tenant, Func<TenantMode, Exception, Task>? failed, CancellationToken stop)
    {
        try
        {
            await desk.VisitAsync(tenant, stop);
        }
#pragma warning disable CA1031 // Not swallowed: given to who asked for it.
        catch (Exception failure) when (failed is not null && !stop.IsCancellationRequested)
#pragma warning restore CA1031
        {
            await failed(tenant, failure);
        }
    }

    private static TenantMode? OwnerOf(JsonElement document) =>
        TextOf(document, "pk") is { } key && CloudPartition.TryRead(key, out var tenant, out var mode, out _)
            ? new(tenant, mode)
            : null;

    private static string? KindOf(JsonElement document) => TextOf(document, "kind");

    private static string? TextOf(JsonElement document, string member)
    {
        try
        {
            return document.ValueKind == JsonValueKind.Object && document.TryGetProperty(member, out var value)
                && value.ValueKind == JsonValueKind.String
                ? value.GetString()
                : null;
        }
        catch (InvalidOperationException)
        {
            // Half a surrogate pair, which JSON can write and no text can hold.
            return null;
        }
    }

    private async Task<bool> ExistsAsync(string tenant, CancellationToken stop) =>
        await stores.Directory.FindAsync<TenantEntry>(TenantEntry.KeyOf(tenant), stop) is not null;

    private async Task<bool> IsArrivingAsync(string tenant, CancellationToken stop) =>
        await stores.Directory.FindAsync<TenantArrival>(TenantArrival.KeyOf(tenant), stop) is not null;

    private async Task RecordAsync(string consumer, JsonElement document, string reason, CancellationToken stop)
    {
        var hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(document.GetRawText())));
        for (var attempt = 1; ; attempt++)
        {
            var (now, key) = (clock.GetUtcNow(), UnreadableChange.KeyOf(consumer, hash));
            var known = await stores.Directory.FindAsync<UnreadableChange>(key, stop);
            var record = known is not null
                ? known with { LastAt = now, Attempts = known.Attempts + 1, Reason = reason }
                : new UnreadableChange
                {
                    Consumer = consumer, Hash = hash, Reason = reason, FirstAt = now, LastAt = now,
                };
            try
            {
                await stores.Directory.SaveAsync(Batch.Of(record), stop);
                return;
            }
            catch (VersionConflictException) when (attempt < MostAttempts)
            {
                // The same rubbish arrives twice at this moment.
            }
        }
    }
}
