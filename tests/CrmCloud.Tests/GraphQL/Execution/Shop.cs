using CrmCloud.GraphQL;
using CrmCloud.GraphQL.Binding;
using CrmCloud.GraphQL.Execution;

namespace CrmCloud.Tests.GraphQL.Execution;

/// <summary>A small shop: enough of everything to try the library on.</summary>
public sealed record Product(string Sku, string Title, int? Stock)
{
    [Id]
    public string Id => "p-" + Sku;

    public Kind Kind { get; init; } = Kind.InStore;

    public IReadOnlyList<string> Tags { get; init; } = ["a", "b"];

    /// <summary>Fails for the sku "bad", on a non-null field.</summary>
    public string Label => Sku == "bad" ? throw new InvalidOperationException("secret detail") : $"{Title}!";

    public string? MaybeLabel => Sku == "bad" ? throw new GraphQLRequestException("TEAPOT", "No label.") : Title;
}

public enum Kind
{
    InStore,

    [GraphQLDeprecated("Closed.")]
    OnlineOnly,
}

public sealed record Order(int Number, IReadOnlyList<Product> Lines) : INode
{
    public string Id => $"o-{Number}";
}

public sealed record Person(string Name) : INode
{
    public string Id => "c-" + Name;

    public Person? Friend { get; init; }
}

[InterfaceType, GraphQLDescription("Anything with an id.")]
public interface INode
{
    [Id]
    string Id { get; }
}

public sealed record Caller(string Name, bool MayBuy);

public sealed record BuyInput([property: Id] string Product, int Count = 1, Optional<string?> Note = default);

[OneOf]
public sealed record ProductRef([property: Id] string? Id = null, string? Sku = null);

public sealed class Shop
{
    public static readonly Product[] Products =
        [new("one", "Mug", 3), new("two", "Cup \"big\"", null), new("bad", "Pot", 0)];

    public List<string> Log { get; } = [];

    [Query]
    public string Ping() => "pong";

    [Query]
    public IReadOnlyList<Product> GetProducts(int first = 2) => Products.Take(first).ToArray();

    [Query]
    public async Task<Product?> GetProductAsync(ProductRef by, CancellationToken stop)
    {
        await Task.Yield();
        return Products.FirstOrDefault(product => product.Id == by.Id || product.Sku == by.Sku);
    }

    [Query]
    public async Task<IReadOnlyList<INode>> NodesAsync()
    {
        await Task.Yield();
        return [new Order(1, [Products[0]]), new Person("Ada") { Friend = new Person("Bob") }, new Order(2, [])];
    }

    [Query]
    public string Me(Caller caller) => caller.Name;

    [Query]
    public string Echo(int[] numbers, Kind kind = Kind.InStore, string? text = null) =>
        $"{string.Join('+', numbers)} {kind} {text ?? "none"}";

    [Mutation]
    public async Task<string> BuyAsync(BuyInput input, Caller caller)
    {
        await Task.Yield();
        Log.Add(input.Product);
        return $"{caller.Name} bought {input.Count} of {input.Product}, "
            + $"{(input.Note.IsSet ? input.Note.Value ?? "null" : "no note")}";
    }

    [Mutation]
    public int LogLength() => Log.Count;
}

[ExtendObjectType(typeof(Product))]
public sealed class ProductFields
{
    public int Calls { get; private set; }

    [BatchResolver]
    public Task<IReadOnlyList<int>> SoldAsync([Parent] IReadOnlyList<Product> parents, int factor = 1)
    {
        Calls++;
        return Task.FromResult<IReadOnlyList<int>>([.. parents.Select(parent => parent.Title.Length * factor)]);
    }

    public async Task<IReadOnlyList<Product>> SimilarAsync([Parent] Product parent)
    {
        await Task.Yield();
        return [.. Shop.Products.Where(product => product != parent)];
    }
}

public static class ShopHost
{
    public static Executor Start(Action<SchemaBuilder>? more = null, ExecutorOptions? options = null)
    {
        var builder = new SchemaBuilder();
        builder.AddRoots<Shop>().AddRoots<ProductFields>().AddRequestState<Caller>().AddType<Order>().AddType<Person>();
        more?.Invoke(builder);
        return new Executor(builder.Build(), options ?? new ExecutorOptions { ReportCost = false });
    }

    public static async Task<string> AskAsync(
        this Executor executor, string document, string variables = "{}", Caller? caller = null)
    {
        using var json = System.Text.Json.JsonDocument.Parse(variables);
        using var result = await executor.ExecuteAsync(new GraphQLRequest
        {
            Document = System.Text.Encoding.UTF8.GetBytes(document),
            Variables = json.RootElement,
            State = new RequestState().Set(caller ?? new Caller("Eve", true)),
            RequestId = "r-1",
        });
        return result.ToString();
    }
}
