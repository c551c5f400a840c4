using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Net;
using Azure.Identity;
using Microsoft.Azure.Cosmos;

namespace CrmCloud.Store.Cosmos;

/// <summary>
/// Makes one tenant's calls: bounds each in time, turns every kind of failure into an <see cref="Answer"/>, and meters
/// what it cost.
/// </summary>
internal sealed class CosmosCalls(string tenant, CosmosStoreOptions options, TimeProvider clock)
{
    public const string MeterName = "CrmCloud.Store.Cosmos";

    private static readonly Meter Meter = new(MeterName);

    private static readonly Counter<double> Charge = Meter.CreateCounter<double>(
        "crmcloud.cosmos.request_charge", "{request_unit}", "Request units by tenant and operation.");

    private static readonly Counter<long> Calls = Meter.CreateCounter<long>(
        "crmcloud.cosmos.calls", "{call}", "Calls by tenant, operation and how they ended.");

    public RetryBudget NewBudget() => new(options, clock);

    /// <summary>One reading call, repeated until it is answered.</summary>
    /// <param name="whole">Of the operation that it is a part of; null where it is all of it.</param>
    /// <returns>Done or Changed.</returns>
    /// <exception cref="StoreUnavailableException">Not within the budget.</exception>
    public async Task<Answer> ReadAsync(
        string operation, Func<CancellationToken, Task<ResponseMessage>> call, CancellationToken stop,
        RetryBudget? whole = null)
    {
        var budget = whole?.Part() ?? NewBudget();
        while (true)
        {
            var answer = await TryAsync(operation, call, budget, stop);
            if (answer.Kind is AnswerKind.Done or AnswerKind.Changed)
            {
                return answer;
            }

            await budget.WaitAsync(answer.RetryAfter, $"the last answer to a read was {(int)answer.Status}.", stop);
        }
    }

    public Task<Answer> TryAsync(
        string operation, Func<CancellationToken, Task<ResponseMessage>> call, RetryBudget budget,
        CancellationToken stop) =>
        BoundedAsync(
            operation,
            budget.AttemptLimit,
            async bounded =>
            {
                using var response = await call(bounded);
                return await Answer.OfAsync(response, bounded);
            },
            stop);

    public Task<Answer> TryBatchAsync(
        string operation, Func<CancellationToken, Task<TransactionalBatchResponse>> call, RetryBudget budget,
        CancellationToken stop) =>
        BoundedAsync(
            operation,
            budget.AttemptLimit,
            async bounded =>
            {
                using var response = await call(bounded);
                return Answer.Of(response);
            },
            stop);

    private async Task<Answer> BoundedAsync(
        string operation, TimeSpan limit, Func<CancellationToken, Task<Answer>> call, CancellationToken stop)
    {
        stop.ThrowIfCancellationRequested();
        using var late = new CancellationTokenSource(limit, clock);
        using var bounded = CancellationTokenSource.CreateLinkedTokenSource(late.Token, stop);
        var answer = Answer.Nothing;
        try
        {
            // Left behind where it does not watch its token, as when the client asks for the account by itself.
            return answer = await call(bounded.Token).WaitAsync(bounded.Token);
        }
        catch (CosmosException failure)
        {
            var kind = Answer.KindOf(failure.StatusCode, failure.SubStatusCode, failure.Message);
            return answer = new(kind, failure.StatusCode, default)
            {
                RetryAfter = failure.RetryAfter,
                RequestCharge = failure.RequestCharge,
                SubStatus = failure.SubStatusCode,
            };
        }
        catch (AuthenticationFailedException failure)
        {
            // Nothing was sent. The identity's own client has tried again already.
            throw new StoreUnavailableException("There is no Azure identity to sign in with at this moment.", failure);
        }
        catch (Exception failure) when (failure is HttpRequestException or IOException or TimeoutException
            || (failure is OperationCanceledException && !stop.IsCancellationRequested))
        {
            // The connection broke or nothing came in time. Whether a write was carried out is for the caller to see.
            return answer;
        }
        finally
        {
            Measure(operation, answer);
        }
    }

    private void Measure(string operation, Answer answer)
    {
        var tags = new TagList { { "tenant", tenant }, { "operation", operation } };
        Charge.Add(answer.RequestCharge, tags);
        tags.Add("outcome", answer.Kind == AnswerKind.Later && answer.Status == HttpStatusCode.TooManyRequests
            ? "throttled"
            : answer.Kind.ToString().ToLowerInvariant());
        Calls.Add(1, tags);
    }
}
