using CrmCloud.Core.Shared;
using CrmCloud.Core.Tenants;
using CrmCloud.GraphQL.Binding;
using CrmCloud.Store;

namespace CrmCloud.Core.Bulk;

/// <summary>The tenant has as much of something as he may.</summary>
/// <param name="Limit">In the unit that the message names.</param>
/// <param name="Used">Without what was asked for.</param>
[GraphQLName("QuotaExceededError")]
public sealed record QuotaExceeded(string Message, string? At, long Limit, long Used)
    : Problem(UserErrorCode.QuotaExceeded, Message, At);

/// <summary>Keeps one tenant from filling the disk with files that nobody imports.</summary>
/// <remarks>Requests at the same moment do not see each other, so that it can be exceeded by as many.</remarks>
public static class UploadQuota
{
    /// <returns>Null when there is room for another file.</returns>
    public static async Task<Problem?> CheckAsync(long bytes, Caller caller, CancellationToken stop)
    {
        var query = new Query(Container.Master, "", "upload") { Take = 2 * BulkLimits.Uploads };
        var found = await caller.Store.QueryAsync<Upload>(query, stop);
        var uploads = found.Items.Where(u => u.ExpiresAt > caller.Now).ToList();
        if (uploads.Count >= BulkLimits.Uploads)
        {
            return new QuotaExceeded(
                $"{uploads.Count} of {BulkLimits.Uploads} uploads are kept; the first is gone {First(uploads):u}.",
                "input", BulkLimits.Uploads, uploads.Count);
        }

        var used = uploads.Sum(u => u.Bytes);
        return used + bytes <= BulkLimits.UploadsBytes ? null : new QuotaExceeded(
            $"{used} of {BulkLimits.UploadsBytes} bytes are announced or kept; "
                + $"the first file is gone {First(uploads):u}.",
            "input.bytes", BulkLimits.UploadsBytes, used);
    }

    private static DateTimeOffset First(List<Upload> uploads) => uploads.Min(u => u.ExpiresAt);
}
