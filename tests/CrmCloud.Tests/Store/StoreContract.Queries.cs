using CrmCloud.Store;

namespace CrmCloud.Tests.Store;

public abstract partial class StoreContract
{
    [SkippableTheory]
    [InlineData("text", Comparison.Equal, "beta", "b")]
    [InlineData("text", Comparison.NotEqual, "beta", "a c d")]
    [InlineData("text", Comparison.Less, "beta", "a")]
    [InlineData("text", Comparison.LessOrEqual, "beta", "a b")]
    [InlineData("text", Comparison.Greater, "alpha_1", "b c")]
    [InlineData("text", Comparison.GreaterOrEqual, "beta", "b c")]
    [InlineData("text", Comparison.StartsWith, "ALPHA_", "a")]
    [InlineData("text", Comparison.StartsWith, "%", "")]
    [InlineData("text", Comparison.Contains, "ET", "b")]
    [InlineData("text", Comparison.Contains, "a_", "a")]
    [InlineData("text", Comparison.Contains, "\\", "c")]
    [InlineData("text", Comparison.Equal, "gam'ma\\", "c")]
    [InlineData("text", Comparison.IsNull, null, "d")]
    [InlineData("text", Comparison.IsNotNull, null, "a b c")]
    [InlineData("count", Comparison.Equal, 2, "b")]
    [InlineData("count", Comparison.Equal, "2", "")]
    [InlineData("count", Comparison.NotEqual, 2L, "a c d")]
    [InlineData("count", Comparison.Less, 2.5, "a b")]
    [InlineData("count", Comparison.Greater, "", "")]
    [InlineData("count", Comparison.Equal, true, "")]
    [InlineData("weight", Comparison.GreaterOrEqual, 0.5, "b c")]
    [InlineData("weight", Comparison.Equal, 3, "c")]
    [InlineData("ready", Comparison.Equal, true, "a")]
    [InlineData("ready", Comparison.Equal, false, "b")]
    [InlineData("ready", Comparison.Equal, 1, "")]
    [InlineData("ready", Comparison.NotEqual, true, "b c d")]
    [InlineData("inner.group", Comparison.Equal, "x", "a c")]
    [InlineData("inner.rank", Comparison.Greater, 1, "b c")]
    [InlineData("inner.group", Comparison.IsNull, null, "b d")]
    [InlineData("version", Comparison.Equal, 1, "a b c d")]
    [InlineData("no.such", Comparison.IsNull, null, "a b c d")]
    public async Task A_condition_means_what_the_port_says(
        string path, Comparison comparison, object? value, string names)
    {
        Needs(comparison is Comparison.StartsWith or Comparison.Contains ? Ability.BlindSearch : Ability.Documents);
        await SaveFourAsync();

        var page = await Red.QueryAsync<Thing>(
            new(Container.Master, "7", "thing") { Where = [new(path, comparison, value)] }, Stop);

        Assert.Equal(names, string.Join(' ', page.Items.Select(thing => thing.Name)));
    }

    [SkippableFact]
    public async Task In_finds_any_of_many_values_and_all_conditions_must_hold()
    {
        Needs(Ability.Documents);
        await SaveFourAsync();
        var choices = Enumerable.Range(0, 248).Select(n => $"v{n}").Append("beta").Append("gam'ma\\").ToList();
        var query = new Query(Container.Master, "7", "thing") { Where = [new("text", Comparison.In, choices)] };

        Assert.Equal(["b", "c"], await NamesAsync(query));
        var both = query with { Where = [.. query.Where, new("count", Comparison.Greater, 2)] };
        Assert.Equal(["c"], await NamesAsync(both));
        Assert.Empty(await NamesAsync(query with { Where = [new("text", Comparison.In, Array.Empty<string>())] }));
    }

    [SkippableFact]
    public async Task A_query_sees_one_partition_and_one_kind_and_no_deleted_documents()
    {
        Needs(Ability.Documents);
        await SaveFourAsync();
        await SaveAsync(new Thing { Name = "e", Bucket = "8" });
        await SaveAsync(new Thing { Name = "f", Kind = "things" });
        await SaveAsync(new Thing { Name = "g", Place = Container.Figures });
        await Red.SaveAsync(new Batch().Delete((await Red.FindAsync<Thing>(Key("b"), Stop))!), Stop);

        Assert.Equal(["a", "c", "d"], await NamesAsync(new(Container.Master, "7", "thing")));
        Assert.Equal(["a", "c"], await NamesAsync(new(Container.Master, "7", "thing") { OrderBy = "text" }));
    }

    [SkippableFact]
    public async Task An_id_prefix_finds_one_owners_documents_in_any_order()
    {
        Needs(Ability.Documents);
        foreach (var name in new[] { "ann/1", "ann/2", "ann/3", "anna/1", "an/1" })
        {
            await SaveAsync(new Thing { Name = name, Count = '9' - name[^1] });
        }

        var query = new Query(Container.Master, "7", "thing") { IdPrefix = "ann/" };

        Assert.Equal(["ann/1", "ann/2", "ann/3"], await NamesAsync(query));
        query = query with { OrderBy = "count" };
        Assert.Equal(["ann/3", "ann/2", "ann/1"], await NamesAsync(query));
        Assert.Equal(["ann/2"], await NamesAsync(query with { After = new(6L, "thing/ann/3"), Take = 1 }));
    }

    [SkippableTheory]
    [InlineData(null, false)]
    [InlineData(null, true)]
    [InlineData("count", false)]
    [InlineData("count", true)]
    [InlineData("text", false)]
    [InlineData("text", true)]
    [InlineData("weight", true)]
    public async Task Pages_follow_one_another_without_gap_or_repeat(string? orderBy, bool descending)
    {
        Needs(Ability.Documents);
        var things = Enumerable.Range(0, 57).Select(n => new Thing
        {
            Name = $"{n * 31 % 57:d2}",
            Count = n / 5,
            Text = $"same {n / 9}",
            Weight = n / 7 / 4.0,
        }).ToList();
        await SaveAllAsync(things);
        var query = new Query(Container.Master, "7", "thing") { OrderBy = orderBy, Descending = descending, Take = 6 };

        var seen = new List<string>();
        var pages = 0;
        for (Page<Thing>? page = null; page is null or { HasMore: true }; pages++)
        {
            page = await Red.QueryAsync<Thing>(query with { After = page?.Positions[^1] }, Stop);
            seen.AddRange(page.Items.Select(thing => thing.Name));
            Assert.Equal(page.Items.Select(thing => thing.Key.Id), page.Positions.Select(position => position.Id));
        }

        var expected = things.OrderBy(thing => orderBy switch
        {
            "count" => thing.Count!.Value,
            "text" => thing.Text![5] - '0',
            "weight" => thing.Weight!.Value,
            _ => 0.0,
        }).ThenBy(thing => thing.Name, StringComparer.Ordinal).Select(thing => thing.Name);
        Assert.Equal(descending ? expected.Reverse() : expected, seen);
        Assert.Equal(10, pages);
    }

    [SkippableFact]
    public async Task A_query_beyond_its_limits_is_refused()
    {
        Needs(Ability.Documents);
        var query = new Query(Container.Master, "7", "thing");
        var many = Enumerable.Repeat(new Condition("text", Comparison.IsNull), 21).ToList();
        var choices = Enumerable.Range(0, 251).Select(n => $"{n}").ToList();
        Query[] refused =
        [
            query with { Take = 0 },
            query with { Take = 1_001 },
            query with { Where = many },
            query with { Where = [new("text", Comparison.In, choices)] },
            query with { Where = [new("text", Comparison.Equal, null)] },
            query with { Where = [new("a') OR 1=1 --", Comparison.IsNull)] },
            query with { OrderBy = "text'" },
            query with { Kind = "thing' OR '1'='1" },
        ];

        foreach (var one in refused)
        {
            await Assert.ThrowsAsync<ArgumentException>(() => Red.QueryAsync<Thing>(one, Stop));
        }
    }

    private async Task SaveFourAsync()
    {
        Thing[] things =
        [
            new() { Name = "a", Text = "alpha_1", Count = 1, Weight = 0.25, Ready = true, Inner = new("x", 1) },
            new() { Name = "b", Text = "beta", Count = 2, Weight = 0.5, Ready = false, Inner = new(null, 2) },
            new() { Name = "c", Text = "gam'ma\\", Count = 3, Weight = 3, Inner = new("x", 3) },
            new() { Name = "d" },
        ];
        await SaveAllAsync(things);
    }

    private async Task SaveAllAsync(IReadOnlyList<Thing> things)
    {
        foreach (var some in things.Chunk(Lacks.HasFlag(Ability.Batches) ? 1 : Batch.MaxWrites))
        {
            await Red.SaveAsync(Batch.Of(some), Stop);
        }
    }

    private async Task<List<string>> NamesAsync(Query query) =>
        [.. (await Red.QueryAsync<Thing>(query, Stop)).Items.Select(thing => thing.Name)];
}
