namespace CrmCloud.Tests.Promises;

public sealed class BombTests
{
    private const string Customers = "customers(first: 1) { nodes { id } }";

    public static TheoryData<string, string, string> Bombs() => new()
    {
        {
            "depth",
            "{ customers(first: 1) " + Repeat("{ nodes { timeline(first: 1) ", 60) + Repeat("} }", 60) + "}",
            ""
        },
        { "aliases", "{ " + Many(101, i => $"a{i}: {Customers} ") + "}", "" },
        { "fields", "{ " + Repeat("customers(first: 1) { totalCount { value } } ", 2_100) + "}", "" },
        {
            "fragments",
            Many(30, i => $"fragment F{i} on Query {{ ...F{i + 1} ...F{i + 1} }} ")
                + $"fragment F30 on Query {{ {Customers} }} {{ ...F0 }}",
            ""
        },
        { "fragments in a circle", $"fragment F on Query {{ {Customers} ...F }} {{ ...F }}", "" },
        {
            "directives",
            "{ customers(first: 1) " + Repeat("@include(if: true) ", 11) + "{ nodes { id } } }",
            ""
        },
        {
            "fan-out",
            "{ customers(first: 250) { nodes { timeline(first: 250) { nodes { at } } } } }",
            "COST_LIMIT_EXCEEDED"
        },
        { "page", "{ customers(first: 251) { nodes { id } } }", "GRAPHQL_LIMIT_EXCEEDED" },
        { "conflicts", "{ " + Many(50, i => $"customers(first: {1 + i}) {{ nodes {{ id }} }} ") + "}", "" },
    };

    [Theory]
    [MemberData(nameof(Bombs))]
    public async Task A_bomb_is_refused_before_the_store_is_read(string name, string bomb, string code)
    {
        await using var cloud = await TestCloud.StartAsync(configure: CountingStore.Install);
        var counted = (CountingStore)cloud.Stores;
        var key = await cloud.TenantAsync("shop");
        var before = counted.Reads;
        await key.GetAsync($"{{ {Customers} }}");
        var reads = counted.Reads;
        Assert.True(reads > before, "A customer was found without a read of the store.");

        var answer = await key.AskAsync(bomb);

        Assert.True(answer.ErrorCode is { Length: > 0 }, $"{name}: {answer.Text}");
        Assert.True(code == "" || answer.ErrorCode == code, $"{name}: {answer.Text}");
        Assert.Null(answer.Json["data"]);
        Assert.Equal(reads, counted.Reads);
    }

    private static string Repeat(string text, int times) => string.Concat(Enumerable.Repeat(text, times));

    private static string Many(int times, Func<int, string> part) =>
        string.Concat(Enumerable.Range(0, times).Select(part));
}
