using CrmCloud.Core.Audit;
using CrmCloud.Core.Customers;
using CrmCloud.Core.Jobs;
using CrmCloud.Core.Kpis;
using CrmCloud.Core.Kpis.Api;
using CrmCloud.Core.Rules;
using CrmCloud.Core.Segments;
using CrmCloud.Core.Shared;
using CrmCloud.Store;
using CrmCloud.Tests.Figures;

namespace CrmCloud.Tests.Segments;

/// <summary>
/// A tenant with customers and segments in a real store, and beside it a plain way to say who must be a member:
/// every rule asked of every customer, one by one.
/// </summary>
internal sealed class SegmentWorld(FigureWorld figures) : IAsyncDisposable
{
    public static readonly CancellationToken Stop = CancellationToken.None;

    private static readonly Actor Me = new(ActorKind.SystemJob, null, "test");

    private readonly HashSet<(string Customer, string Segment)> _named = [];
    private readonly Dictionary<string, HashSet<string>> _snapshots = [];
    private int _requests;

    public FigureWorld Figures => figures;

    public Dictionary<string, SegmentDefinition> Segments { get; } = [];

    public MembershipReader Reader => new(figures.Store, figures.Tenant);

    public static async Task<SegmentWorld> StartAsync(int buckets = 2) =>
        new(await FigureWorld.StartAsync(buckets));

    public async Task<SegmentDefinition> DefineAsync(
        string key, string? rule, SegmentKind kind = SegmentKind.Dynamic,
        DefinitionStatus status = DefinitionStatus.Active)
    {
        var definition = new SegmentDefinition
        {
            SegmentId = $"id-{key}", SegmentKey = key, Name = key, Kind = kind, RuleText = rule, Status = status,
            CreatedAt = figures.Clock.Now, UpdatedAt = figures.Clock.Now,
        };
        await ReplaceAsync(definition);
        return definition;
    }

    public Task ChangeAsync(string key, Func<SegmentDefinition, SegmentDefinition> change) =>
        ReplaceAsync(change(Segments[key]));

    public Task SetRuleAsync(string key, string rule) =>
        ChangeAsync(key, segment => segment.WithRule(rule, Me, figures.Clock.Now));

    public async Task RemoveAsync(string key)
    {
        await figures.Store.SaveAsync(new Batch().Delete(Segments[key]), Stop);
        Segments.Remove(key);
    }

    public async Task NameAsync(string customer, string key, bool isMember = true)
    {
        var id = Segments[key].SegmentId;
        var stored = await figures.Store.FindAsync<ManualMember>(ManualMember.KeyOf(customer, id), Stop);
        if (isMember && stored is null)
        {
            await figures.SaveAsync(
                new ManualMember { CustomerId = customer, SegmentId = id, AddedAt = figures.Clock.Now, By = Me });
            _named.Add((customer, id));
        }
        else if (!isMember && stored is not null)
        {
            await figures.Store.SaveAsync(new Batch().Delete(stored), Stop);
            _named.Remove((customer, id));
        }
    }

    /// <summary>What the workers do, figures first, on the store given.</summary>
    public async Task<DateTimeOffset?> VisitAsync(ITenantStore? store = null)
    {
        var next = await FigureVisit.RunAsync(store ?? figures.Store, figures.Clock.Now, Stop);
        var own = await SegmentVisit.RunAsync(store ?? figures.Store, figures.Clock.Now, Stop);
        return next is null || own < next ? own ?? next : next;
    }

    /// <summary>Has everybody evaluated anew.</summary>
    /// <returns>How many memberships were not as they should have been.</returns>
    public async Task<int> RecomputeAsync()
    {
        var run = $"recompute-{_requests++}";
        await figures.SaveAsync(new SegmentRequest { RunId = run, RequestedAt = figures.Clock.Now });
        await VisitAsync();
        return (await figures.Store.FindAsync<JobRun>(JobRun.KeyOf(run), Stop))!.Differences!.Value;
    }

    public async Task<IReadOnlyList<string>> MembersAsync(string segmentId)
    {
        var members = new List<string>();
        await foreach (var member in Reader.AllAsync(segmentId, null, Stop))
        {
            members.Add(member.CustomerId);
        }

        return members;
    }

    /// <summary>Stored memberships, sizes, moves and series all say what the rules say.</summary>
    public async Task CheckAsync()
    {
        var expected = await ExpectedAsync();
        var sizes = await Reader.SizesAsync(Stop);
        foreach (var (segment, members) in expected)
        {
            var stored = await MembersAsync(segment);
            Assert.True(
                members.SetEquals(stored) && stored.Count == members.Count,
                $"{segment}: expected {string.Join(',', members.Order())}, stored {string.Join(',', stored.Order())}");
            Assert.Equal(members.Count, sizes.GetValueOrDefault(segment));
        }
    }

    /// <summary>
    /// Who entered and left adds up to who is there, for every customer and for every segment's days.
    /// </summary>
    public async Task CheckMovesAsync()
    {
        var memberships = await Reader.OfCustomersAsync([.. figures.Everybody()], Stop);
        foreach (var customer in figures.Everybody())
        {
            var present = new Dictionary<string, SegmentMove>();
            foreach (var move in await Reader.HistoryAsync(customer, Stop))
            {
                Assert.True(move.Entered != present.ContainsKey(move.SegmentId), "Entered twice, or left without.");
                if (!move.Entered)
                {
                    Assert.Equal(present[move.SegmentId].At, move.Since);
                    present.Remove(move.SegmentId);
                }
                else
                {
                    present[move.SegmentId] = move;
                }
            }

            Assert.Equal(
                memberships[customer].Select(one => (one.SegmentId, one.Since, one.Cause, one.Revision)).Order(),
                present.Values.Select(move => (move.SegmentId, move.At, move.Cause, move.Revision)).Order());
        }

        foreach (var (segment, size) in await Reader.SizesAsync(Stop))
        {
            var range = (new DateOnly(2020, 1, 1), new DateOnly(2030, 1, 1));
            var years = await Reader.SeriesAsync(segment, Grain.Year, range, Stop);
            Assert.Equal(size, years.Sum(year => year.Entered - year.Left));
            Assert.Equal(size, years[^1].Size);
        }
    }

    public ValueTask DisposeAsync() => figures.DisposeAsync();

    public async Task<Dictionary<string, HashSet<string>>> ExpectedAsync()
    {
        var store = figures.Store;
        var catalog = await SegmentCatalog.LoadAsync(store, figures.Tenant, Stop);
        var attributes = await AttributeCatalog.LoadAsync(store, Stop);
        var compiler = new RuleCompiler(SegmentRuleSource.Vocabulary(figures.Tenant, attributes, catalog));
        var expected = catalog.All.ToDictionary(one => one.SegmentId, _ => new HashSet<string>());
        foreach (var customer in figures.Everybody().Where(figures.Customers.ContainsKey))
        {
            var profile = await store.FindAsync<StoredProfile>(StoredProfile.KeyOf(customer), Stop);
            var facts = new RuleFacts();
            facts.Load(figures.HistoryOf(customer));
            var subject = new RuleSubject(facts) { Profile = profile, Customer = figures.Customers[customer] };
            foreach (var definition in catalog.All.Where(one => Is(one, subject, catalog, compiler)))
            {
                expected[definition.SegmentId].Add(customer);
            }
        }

        foreach (var (segment, members) in _snapshots)
        {
            expected[segment] = [.. members.Where(figures.Customers.ContainsKey)];
        }

        return expected;
    }

    /// <summary>From now on a segment is expected to have those it has.</summary>
    public async Task FreezeAsync(string key) =>
        _snapshots[Segments[key].SegmentId] = [.. await MembersAsync(Segments[key].SegmentId)];

    public void Unfreeze(string key) => _snapshots.Remove(Segments[key].SegmentId);

    private bool Is(SegmentDefinition definition, RuleSubject subject, SegmentCatalog catalog, RuleCompiler compiler)
    {
        if (RfmSegments.GroupOf(definition.SegmentId) is { } group)
        {
            return subject.Profile!.RfmGroup == group;
        }

        if (definition.Status != DefinitionStatus.Active)
        {
            return false;
        }

        if (definition.Kind == SegmentKind.Manual)
        {
            return _named.Contains((subject.Profile!.CustomerId, definition.SegmentId));
        }

        var rule = compiler.Compile(definition.RuleText!).Value;
        var keys = rule.References.Where(key => Is(catalog.FindByKey(key)!, subject, catalog, compiler));
        return rule.Evaluate(subject with { Segments = keys.ToHashSet() }, figures.Clock.Now, new LeafCache());
    }

    private async Task ReplaceAsync(SegmentDefinition definition)
    {
        await figures.SaveAsync(definition);
        Segments[definition.SegmentKey] =
            (await figures.Store.FindAsync<SegmentDefinition>(definition.Key, Stop))!;
    }
}
