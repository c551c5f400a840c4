using System.Net;
using Microsoft.Azure.Cosmos;

namespace CrmCloud.Store.Cosmos;

internal enum AnswerKind
{
    /// <summary>Status 2xx, or 304: nothing new.</summary>
    Done,

    /// <summary>
    /// 404, 409, 412 or a continuation of another container: the store is not in the state that was assumed. Nothing
    /// was written.
    /// </summary>
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
    // Cosmos DB's own numbers: the copy asked is behind the session; the container is not there. The client's own:
    // a continuation that was made for another container.
    private const int BehindSession = 1002;
    private const int NoContainer = 1003;
    private const int OtherContinuation = 20_007;

    public static Answer Nothing { get; } = new(AnswerKind.Lost, HttpStatusCode.RequestTimeout, default);

    public string? ETag { get; init; }

    /// <summary>How new the replica was that answered; null where the account did not say.</summary>
    public string? Session { get; init; }

    /// <summary>ETags of a batch's documents, in its order; null for removed ones.</summary>
    public IReadOnlyList<string?> Parts { get; init; } = [];

    public string? Continuation { get; init; }

    public TimeSpan? RetryAfter { get; init; }

    public double RequestCharge { get; init; }

    /// <summary>What is finer than the status; 0 for nothing.</summary>
    public int SubStatus { get; init; }

    /// <summary>Whether 404 is said of the container and not of a document.</summary>
    public bool IsNoContainer => Status == HttpStatusCode.NotFound && SubStatus == NoContainer;

    /// <summary>Whether the feed cannot go on from where it was: the container was made or restored anew.</summary>
    public bool IsOtherContinuation => Status == HttpStatusCode.BadRequest && SubStatus == OtherContinuation;

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
        _ = int.TryParse(response.Headers["x-ms-substatus"], out var subStatus);
        var kind = KindOf(response.StatusCode, subStatus, response.ErrorMessage);
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
            SubStatus = subStatus,
        };
    }

    public static Answer Of(TransactionalBatchResponse response)
    {
        // The refused one speaks for the batch; 424 says only that another was refused.
        var status = response.Select(part => part.StatusCode)
            .FirstOrDefault(one => (int)one >= 400 && one != HttpStatusCode.FailedDependency, response.StatusCode);
        return new(KindOf(status, 0, response.ErrorMessage), status, default)
        {
            Parts = [.. response.Select(part => part.ETag)],
            Session = response.Headers.Session,
            RetryAfter = response.RetryAfter ?? LongestOf(response),
            RequestCharge = response.RequestCharge,
        };
    }

    /// <exception cref="StoreUnavailableException">The account refuses us.</exception>
    /// <exception cref="ArgumentException">The request is larger than Cosmos DB takes.</exception>
    /// <exception cref="InvalidOperationException">The request is wrong: a bug, or an index is missing.</exception>
    public static AnswerKind KindOf(HttpStatusCode status, int subStatus, string? message) => (int)status switch
    {
        < 300 or 304 => AnswerKind.Done,
        404 when subStatus == BehindSession => AnswerKind.Later,
        400 when subStatus == OtherContinuation => AnswerKind.Changed,
        404 or 409 or 412 => AnswerKind.Changed,
        429 or 449 => AnswerKind.Later,
        408 or 410 or >= 500 => AnswerKind.Lost,
        401 or 403 => throw new StoreUnavailableException($"Cosmos DB refuses access ({(int)status}). {message}"),
        413 => throw new ArgumentException($"Cosmos DB takes no request of this size. {message}"),
        _ => throw new InvalidOperationException($"Cosmos DB answered {(int)status}. {message}"),
    };

    // A part that asks for no wait says zero, which is no wish to be asked again at once.
    private static TimeSpan? LongestOf(TransactionalBatchResponse response)
    {
        var longest = response.Select(part => part.RetryAfter).Append(TimeSpan.Zero).Max();
        return longest > TimeSpan.Zero ? longest : null;
    }

    private static TimeSpan? RetryAfterOf(string? milliseconds) =>
        double.TryParse(milliseconds, out var value) && value >= 0 ? TimeSpan.FromMilliseconds(value) : null;
}
