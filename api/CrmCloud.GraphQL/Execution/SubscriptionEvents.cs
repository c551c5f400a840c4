using Microsoft.Extensions.DependencyInjection;

namespace CrmCloud.GraphQL.Execution;

/// <summary>
/// The answers of one subscription, one for each event of its source (MapSourceToResponseEvent). Nothing is read
/// ahead: the source is asked for the next event when the last answer has been taken, so a transport that waits for
/// its client makes the source wait. Not for use by several threads at once.
/// </summary>
public sealed class SubscriptionEvents : IAsyncDisposable
{
    private readonly Executor _executor;
    private readonly RequestWork _work;
    private readonly int _cost;
    private readonly EventSource _source;
    private readonly CancellationToken _stop;
    private Task<bool>? _moving;
    private bool _ended;

    internal SubscriptionEvents(PreparedWork prepared, EventSource source, CancellationToken stop)
    {
        _executor = prepared.Work.Executor;
        _work = prepared.Work;
        _cost = prepared.Cost;
        _source = source;
        _stop = stop;
        Diagnostics.Subscriptions.Add(1);
    }

    /// <returns>
    /// The answer to the next event, to be disposed; null when there are no more. What is of the stage
    /// <see cref="ExecutionStage.StreamFailed"/> is the last.
    /// </returns>
    /// <exception cref="OperationCanceledException">The subscription was cancelled.</exception>
    public async ValueTask<ExecutionResult?> NextAsync()
    {
        if (_ended)
        {
            return null;
        }

        try
        {
            // A source that does not watch its token is left behind, not waited for.
            _moving = _source.MoveNextAsync().AsTask();
            if (await _moving.WaitAsync(_stop).ConfigureAwait(false))
            {
                return await AnswerAsync(_source.Current).ConfigureAwait(false);
            }

            _ended = true;
            return null;
        }
        catch (Exception failure) when (!_stop.IsCancellationRequested)
        {
            _ended = true;
            return _executor.Refuse(_work.Request, ExecutionStage.StreamFailed, [_work.Failure(
                failure, () => [_work.Plan.Root.Fields[0].ResponseName]).Error]);
        }
    }

    public async ValueTask DisposeAsync()
    {
        _ended = true;
        Diagnostics.Subscriptions.Add(-1);
        if (_moving is { IsCompleted: false } left)
        {
            // Disposing an iterator while it runs is not allowed; it is disposed when it comes back.
            _ = left.ContinueWith(_ => DisposeSourceAsync(), CancellationToken.None, TaskContinuationOptions.None,
                TaskScheduler.Default);
            return;
        }

        await DisposeSourceAsync().ConfigureAwait(false);
    }

    private async Task DisposeSourceAsync()
    {
        try
        {
            await _source.DisposeAsync().ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // The way an iterator ends that was cancelled.
        }
        catch (Exception failure)
        {
            _executor.Report(failure, _work.Request, null);
        }
    }

    private async ValueTask<ExecutionResult> AnswerAsync(object? source)
    {
        var request = _work.Request;
        var state = request.RenewState is { } renew ? await renew(_stop).ConfigureAwait(false) : request.State;
        var scope = new ScopeOfEvent(request);
        await using var _ = scope.ConfigureAwait(false);
        var work = new RequestWork(
            _executor, request.ForEvent(source, state, scope.Services), _work.Plan, _work.Variables);

        // What the caller may see can have changed since the subscription began.
        var refusals = work.Plan.Root.Checks.Count == 0 ? [] : GuardCheck.Run(work.Plan.Root.Checks, work).ToList();
        if (refusals.Count > 0)
        {
            _ended = true;
            return _executor.Refuse(work.Request, ExecutionStage.StreamFailed, refusals);
        }

        return await new OperationRun(_executor, work, _cost).RunAsync(_stop).ConfigureAwait(false);
    }

    /// <summary>Services of one event, so that what is scoped does not live as long as the subscription.</summary>
    private sealed class ScopeOfEvent(GraphQLRequest request) : IAsyncDisposable
    {
        private AsyncServiceScope? _scope;

        public IServiceProvider Services()
        {
            var outer = request.Services
                ?? throw new InvalidOperationException("The request has no services.");
            _scope ??= outer.CreateAsyncScope();
            return _scope.Value.ServiceProvider;
        }

        public ValueTask DisposeAsync() => _scope?.DisposeAsync() ?? default;
    }
}

/// <summary>What a request became: one answer, or the answers to come of a subscription. One of them is null.</summary>
public readonly record struct ExecutionStart(ExecutionResult? Answer, SubscriptionEvents? Events);
