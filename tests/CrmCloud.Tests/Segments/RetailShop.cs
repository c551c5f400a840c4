using System.Text.Json.Nodes;
using CrmCloud.Tests.RealData;

namespace CrmCloud.Tests.Segments;

/// <summary>
/// The Online Retail file in the product, imported once through the public API for all tests of a class, and a second
/// reading of its lines beside it. The clock stands at the first instant after the file's last day.
/// </summary>
public sealed class RetailShop : IAsyncLifetime
{
    /// <summary>London keeps UTC in winter.</summary>
    public static readonly DateTimeOffset Now = new(2011, 12, 10, 0, 0, 0, TimeSpan.Zero);

    private TestCloud? _cloud;
    private Dictionary<string, string>? _names;

    /// <summary>Null where the shared data are absent.</summary>
    internal RetailPeople? People { get; private set; }

    internal TestKey Shop { get; private set; } = null!;

    internal TestCloud Cloud => _cloud!;

    public async Task InitializeAsync()
    {
        if (File() is not { } file)
        {
            return;
        }

        _cloud = await TestCloud.StartAsync(new FakeClock(Now));
        Shop = await _cloud.TenantAsync("retail");
        await RealShop.ImportAsync(Shop, file, null, OnlineRetailTests.Mapping);
        People = new RetailPeople(file);
    }

    public async Task DisposeAsync()
    {
        if (_cloud is not null)
        {
            await _cloud.DisposeAsync();
        }
    }

    /// <summary>The file's ids of a segment's members, page by page as a program would read them.</summary>
    public async Task<IReadOnlyList<string>> MembersAsync(string key)
    {
        var names = _names ??= (await PagesAsync(
            "query($after: String) { customers(first: 75, after: $after) "
            + "{ nodes { id externalIds { id } } pageInfo { hasNextPage endCursor } } }",
            "", data => data["customers"]!))
            .ToDictionary(node => Text(node["id"]), node => Text(node["externalIds"]![0]!["id"]));
        var members = await PagesAsync(
            "query($key: String!, $after: String) { segment(ref: { key: $key }) { members(first: 250, after: $after) "
            + "{ nodes { customer { id } } pageInfo { hasNextPage endCursor } } } }",
            key, data => data["segment"]!["members"]!);
        return [.. members.Select(node => names[Text(node["customer"]!["id"])])];
    }

    private async Task<List<JsonNode>> PagesAsync(string query, string key, Func<JsonNode, JsonNode> list)
    {
        var found = new List<JsonNode>();
        for (string? after = null; ;)
        {
            var page = list(await Shop.GetAsync(query, key.Length == 0 ? (object)new { after } : new { key, after }));
            found.AddRange(page["nodes"]!.AsArray().OfType<JsonNode>());
            if (!page["pageInfo"]!["hasNextPage"]!.GetValue<bool>())
            {
                return found;
            }

            after = Text(page["pageInfo"]!["endCursor"]);
        }
    }

    /// <summary>Makes a dynamic segment and lets its members be found.</summary>
    /// <returns>The segment's id.</returns>
    public async Task<string> DefineAsync(string key, string rule)
    {
        var made = await Shop.DoAsync("segmentCreate", "SegmentInput",
            new { key, name = key, kind = "DYNAMIC", rule = new { expression = rule } }, "segment { id }");
        await Shop.WorkAsync();
        return made["segment"]!["id"]!.GetValue<string>();
    }

    private static string Text(JsonNode? node) => node!.GetValue<string>();

    private static string? File()
    {
        try
        {
            return Repository.SharedFile("data", "online-retail", "online_retail.csv.gz");
        }
        catch (SkipException)
        {
            // The fixture is made before a test can be skipped.
            return null;
        }
    }
}

/// <summary>The customers of the file, straight from its lines; nothing of the product's code.</summary>
internal sealed class RetailPeople
{
    private readonly Dictionary<string, string> _countries;
    private readonly RetailTruth _truth;

    public RetailPeople(string file)
    {
        _truth = new RetailTruth(file);

        // Eight customers ordered from two countries; he keeps the first one.
        _countries = RetailTruth.Lines(file).GroupBy(line => line.Customer)
            .ToDictionary(lines => lines.Key, lines => lines.First().Country);
    }

    public IEnumerable<string> All => _countries.Keys;

    public RetailTruth Truth => _truth;

    public string CountryOf(string customer) => _countries[customer];

    /// <summary>
    /// Orders of more than nothing, oldest first; the times are London's, of those in winter also UTC.
    /// </summary>
    public IReadOnlyList<RetailOrder> OrdersOf(string customer) =>
        _truth.ByCustomer.TryGetValue(customer, out var orders) ? orders : [];

    public IReadOnlyList<string> Where(Func<string, IReadOnlyList<RetailOrder>, bool> test) =>
        [.. All.Where(customer => test(customer, OrdersOf(customer)))];
}
