using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using CrmCloud.GraphQL.Execution;

namespace CrmCloud.Tests.GraphQL.Execution;

public sealed class DiagnosticsTests
{
    [Fact]
    public async Task A_request_is_counted_timed_priced_and_traced()
    {
        using var told = new Told();
        var executor = ShopHost.Start();

        await executor.AskAsync("{ ping }");
        await executor.AskAsync("{ ping }");

        Assert.Equal(
            ["graphql.document_cache.lookups 1 found=False", "graphql.document_cache.lookups 1 found=True"],
            told.Of("graphql.document_cache.lookups"));
        Assert.Equal(2, told.Of("graphql.requests 1 graphql.operation.type=query graphql.stage=Executed").Count);
        Assert.Equal(2, told.Of("graphql.request.cost 0 graphql.operation.type=query graphql.stage=Executed").Count);
        Assert.Equal(2, told.Of("graphql.request.duration").Count);
        Assert.Equal(
            ["Server Ok graphql.operation.type=query graphql.stage=Executed graphql.cost=0 graphql.errors=0"],
            told.Of("graphql.request Server").Select(line => line["graphql.request ".Length..]).Distinct());
    }

    [Theory]
    [InlineData("{", "none", "NotParsed", "GRAPHQL_PARSE_FAILED")]
    [InlineData("{ secretName }", "none", "NotValid", "GRAPHQL_VALIDATION_FAILED")]
    [InlineData("query ($secretName: Int!) { echo(numbers: [$secretName]) }", "none", "Refused", "BAD_USER_INPUT")]
    [InlineData("{ products(first: 3) { secretName: maybeLabel } }", "query", "Executed", "TEAPOT")]
    public async Task An_error_is_told_by_its_code_and_nothing_the_caller_sent(
        string query, string operation, string stage, string code)
    {
        using var told = new Told();

        await ShopHost.Start().AskAsync(query);

        Assert.Single(told.Of($"graphql.requests 1 graphql.operation.type={operation} graphql.stage={stage}"));
        Assert.Equal([$"graphql.errors 1 code={code}"], told.Of("graphql.errors"));
        Assert.Contains(" Error ", Assert.Single(told.Of("graphql.request Server")), StringComparison.Ordinal);
        Assert.DoesNotContain(told.Of(""), line => line.Contains("secretName", StringComparison.Ordinal));
    }

    /// <summary>
    /// Everything the library tells about what this test does. Instruments are the process's, so what other tests do at
    /// the same time is told apart by the flow of execution.
    /// </summary>
    private sealed class Told : IDisposable
    {
        private readonly AsyncLocal<bool> _isMine = new() { Value = true };
        private readonly ConcurrentQueue<string> _lines = [];
        private readonly MeterListener _meters = new();
        private readonly ActivityListener _activities;

        public Told()
        {
            _meters.InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Meter.Name == Diagnostics.Name)
                {
                    listener.EnableMeasurementEvents(instrument);
                }
            };
            _meters.SetMeasurementEventCallback<long>((from, value, tags, _) => Add(from, value, tags));
            _meters.SetMeasurementEventCallback<int>((from, value, tags, _) => Add(from, value, tags));
            _meters.SetMeasurementEventCallback<double>((from, value, tags, _) => Add(from, value, tags));
            _meters.Start();
            _activities = new ActivityListener
            {
                ShouldListenTo = source => source.Name == Diagnostics.Name,
                Sample = (ref ActivityCreationOptions<ActivityContext> _) =>
                    _isMine.Value ? ActivitySamplingResult.AllData : ActivitySamplingResult.None,
                ActivityStopped = Add,
            };
            ActivitySource.AddActivityListener(_activities);
        }

        public IReadOnlyList<string> Of(string start) =>
            [.. _lines.Where(line => line.StartsWith(start, StringComparison.Ordinal))];

        public void Dispose()
        {
            _meters.Dispose();
            _activities.Dispose();
        }

        private void Add<T>(Instrument from, T value, ReadOnlySpan<KeyValuePair<string, object?>> tags) =>
            Add($"{from.Name} {value}{Text(tags.ToArray())}");

        private void Add(Activity done) =>
            Add($"{done.OperationName} {done.Kind} {done.Status}{Text(done.TagObjects)}");

        private void Add(string line)
        {
            if (_isMine.Value)
            {
                _lines.Enqueue(line);
            }
        }

        private static string Text(IEnumerable<KeyValuePair<string, object?>> tags) =>
            string.Concat(tags.Select(tag => $" {tag.Key}={tag.Value}"));
    }
}
