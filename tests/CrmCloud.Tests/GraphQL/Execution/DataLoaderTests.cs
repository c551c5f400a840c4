using System.Text;
using CrmCloud.GraphQL.Binding;
using CrmCloud.GraphQL.Execution;
using CrmCloud.GraphQL.Types;

namespace CrmCloud.Tests.GraphQL.Execution;

public sealed class DataLoaderTests
{
    private static readonly Schema Schema =
        new SchemaBuilder().AddRoots<Tree>().AddRequestState<Calls>().Build();

    [Fact]
    public async Task Keys_of_all_branches_are_loaded_by_one_call_for_each_level()
    {
        var (json, calls) = await AskAsync(
            "{ a: leaf(id: 1) { id next { id next { id } } } b: leaf(id: 5) { id next { id next { id } } } }");

        Assert.Equal(
            """{"data":{"a":{"id":1,"next":{"id":2,"next":{"id":3}}},"b":{"id":5,"next":{"id":6,"next":{"id":7}}}}}""",
            json);
        Assert.Equal(["1,5", "2,6", "3,7"], calls.Made);
    }

    [Fact]
    public async Task A_key_is_loaded_once_in_a_request_and_one_that_is_not_found_is_null()
    {
        var (json, calls) = await AskAsync("{ a: leaf(id: 1) { id } b: leaf(id: 1) { id } c: leaf(id: 99) { id } }");

        Assert.Equal("""{"data":{"a":{"id":1},"b":{"id":1},"c":null}}""", json);
        Assert.Equal(["1,99"], calls.Made);
    }

    [Fact]
    public async Task Keys_asked_for_after_a_wait_are_loaded_too()
    {
        var (json, _) = await AskAsync("{ a: later(id: 1) { id } b: later(id: 2) { id next { id } } }");

        Assert.Equal("""{"data":{"a":{"id":1},"b":{"id":2,"next":{"id":3}}}}""", json);
    }

    [Fact]
    public async Task A_call_that_fails_fails_the_fields_that_asked_and_no_others()
    {
        var (json, _) = await AskAsync("{ a: leaf(id: -1) { id } ping }");

        Assert.Contains("Unexpected error.", json, StringComparison.Ordinal);
        Assert.EndsWith("\"data\":{\"a\":null,\"ping\":1}}", json, StringComparison.Ordinal);
    }

    [Fact]
    public async Task More_keys_than_a_call_takes_are_loaded_by_several()
    {
        var fields = string.Join(' ', Enumerable.Range(1, 25).Select(id => $"f{id}: leaf(id: {id}) {{ id }}"));

        var (_, calls) = await AskAsync($"{{ {fields} }}");

        Assert.Equal([10, 10, 5], calls.Made.Select(keys => keys.Split(',').Length).Order().Reverse());
    }

    private static async Task<(string Json, Calls Calls)> AskAsync(string query)
    {
        var calls = new Calls();
        var executor = new Executor(Schema, new ExecutorOptions { ReportCost = false });
        using var result = await executor.ExecuteAsync(new GraphQLRequest
        {
            Document = Encoding.UTF8.GetBytes(query), State = new RequestState().Set(calls),
        }).AsTask().WaitAsync(TimeSpan.FromSeconds(20));
        return (result.ToString(), calls);
    }

    public sealed class Calls
    {
        public List<string> Made { get; } = [];
    }

    public sealed record Leaf(int Id)
    {
        public Task<Leaf?> NextAsync(Leaves leaves) => leaves.LoadAsync(Id + 1);
    }

    public sealed class Leaves : DataLoader<int, Leaf>
    {
        protected override int MaximumBatch => 10;

        protected override async Task<IReadOnlyDictionary<int, Leaf>> LoadBatchAsync(
            IReadOnlyList<int> keys, CancellationToken stop)
        {
            var calls = Request.State.Get<Calls>();
            lock (calls)
            {
                calls.Made.Add(string.Join(',', keys));
            }

            await Task.Yield();
            return keys.Contains(-1)
                ? throw new InvalidOperationException("secret")
                : keys.Where(key => key < 90).ToDictionary(key => key, key => new Leaf(key));
        }
    }

    public sealed class Tree
    {
        [Query]
        public int Ping() => 1;

        [Query]
        public Task<Leaf?> LeafAsync(int id, Leaves leaves) => leaves.LoadAsync(id);

        [Query]
        public async Task<Leaf?> LaterAsync(int id, Leaves leaves)
        {
            await Task.Yield();
            return await leaves.LoadAsync(id);
        }
    }
}
