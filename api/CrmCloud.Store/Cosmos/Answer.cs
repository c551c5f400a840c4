using System.Net;
using Microsoft.Azure.Cosmos;

namespace CrmCloud.Store.Cosmos;

internal enum AnswerKind
{
    /// <summary>Status 2xx, or 304: nothing new.</summary>
    Done,

    /// <summary>404, 409 or 412: the store is not in the state that was assumed. Nothing was written.</summary>
    Changed,

    /// <summary>429, 449 or a replica that is behind: refused for now. Nothing was written.</summary>
    Later,

    /// <summary>No answer, or one that does not say whether a write was carried out.</summary>
    Lost,
}

/// <summary>What came back from one call, read to its end.</summary>
/// <param name="Body">Empty where there is none.</param>
internal sealed record Answer(AnswerKind Kind, HttpStatusCode Status, ReadOnlyMemory<byte> Body)
{
    public static Answer Nothing { get; } = new(AnswerKind.Lost, HttpStatusCode.RequestTimeout, default);

    public string? ETag { get; init; }

    /// <summary>How new the replica was that answered; null where the account did not say.</summary>
    public string? Session { get; init; }

    /// <summary>ETags of a batch's documents, in its order; null for removed ones.</summary>
    public IReadOnlyList<string?> Parts { get; init; } = [];

    public string? Continuation { get; init; }

    public TimeSpan? RetryAfter { get; init; }

    public double RequestCharge { get; init; }

    /// <summary>Where 404 can only mean that the container itself is not there.</summary>
    public void ThrowIfMissing(string container)
    {
        if (Status == HttpStatusCode.NotFound)
        {
            throw new StoreUnavailableException($"Cosmos DB has no container '{container}' in the database.");
        }
    }

    public static async Task<Answer> OfAsync(ResponseMessage response, CancellationToken stop)
    {
        var kind = IsBehind(response.StatusCode, response.Headers["x-ms-substatus"])
            ? AnswerKind.Later
            : KindOf(response.StatusCode, response.ErrorMessage);
        using var body = new MemoryStream();
        if (response.IsSuccessStatusCode && response.Content is { } content)
        {
            await content.CopyToAsync(body, stop);
        }

        return new(kind, response.StatusCode, body.GetBuffer().AsMemory(0, (int)body.Length))
        {
            ETag = response.Headers.ETag,
            Session = response.Headers.Session,
            Continuation = response.Headers.ContinuationToken,
            RetryAfter = RetryAfterOf(response.Headers["x-ms-retry-after-ms"]),
            RequestCharge = response.Headers.RequestCharge,
        };
    }

    public static Answer Of(TransactionalBatchResponse response)
    {
        // The refused one speaks for the batch; 424 says only that another was refused.
        var status = response.Select(part => part.StatusCode)
            .FirstOrDefault(one => (int)one >= 400 && one != HttpStatusCode.FailedDependency, response.StatusCode);
        return new(KindOf(status, response.ErrorMessage), status, default)
        {
            Parts = [.. response.Select(part => part.ETag)],
            Session = response.Headers.Session,
            RetryAfter = response.RetryAfter ?? response.Select(part => part.RetryAfter).Max(),
            RequestCharge = response.RequestCharge,
        };
    }

    /// <exception cref="StoreUnavailableException">The account refuses us.</exception>
    /// <exception cref="ArgumentException">The request is larger than Cosmos DB takes.</exception>
    /// <exception cref="InvalidOperationException">The request is wrong: a bug, or an index is missing.</exception>
    public static AnswerKind KindOf(HttpStatusCode status, string? message) => (int)status switch
    {
        < 300 or 304 => AnswerKind.Done,
        404 or 409 or 412 => AnswerKind.Changed,
        429 or 449 => AnswerKind.Later,
        408 or 410 or >= 500 => AnswerKind.Lost,
        401 or 403 => throw new StoreUnavailableException($"Cosmos DB refuses access ({(int)status}). {message}"),
        413 => throw new ArgumentException($"Cosmos DB takes no request of this size. {message}"),
        _ => throw new InvalidOperationException($"Cosmos DB answered {(int)status}. {message}"),
    };

    /// <summary>Not "not there", but "no replica found that is as new as the session asks for".</summary>
    public static bool IsBehind(HttpStatusCode status, string? subStatus) =>
        status == HttpStatusCode.NotFound && subStatus == "1002";

    private static TimeSpan? RetryAfterOf(string? milliseconds) =>
        double.TryParse(milliseconds, out var value) && value >= 0 ? TimeSpan.FromMilliseconds(value) : null;
}
