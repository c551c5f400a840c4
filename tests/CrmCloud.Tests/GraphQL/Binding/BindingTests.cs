using System.Globalization;
using CrmCloud.GraphQL.Binding;
using CrmCloud.GraphQL.Execution;
using CrmCloud.GraphQL.Language;
using CrmCloud.GraphQL.Types;
using CrmCloud.Tests.GraphQL.Execution;

namespace CrmCloud.Tests.GraphQL.Binding;

public sealed class BindingTests
{
    private const string ExpectedSdl = """"
        """A library."""
        schema {
          query: Query
        }

        """Cost points, added up and checked before execution."""
        directive @cost(weight: String!) on FIELD_DEFINITION | ARGUMENT_DEFINITION | OBJECT

        """How long a list can be; multiplies the cost of what is selected in it."""
        directive @listSize(assumedSize: Int, slicingArguments: [String!], sizedFields: [String!], requireOneSlicingArgument: Boolean = true) on FIELD_DEFINITION

        directive @onlyFor(roles: [Format!]!) on FIELD_DEFINITION | OBJECT

        interface Book {
          isbn: ID!
          title: String!
          loans(minimum: Int! = 1): [Loan!]!
        }

        type BookConnection {
          nodes: [Book!]!
        }

        """A day."""
        scalar Date

        input FilterInput {
          words: [String!]!
          from: Date
          size: Int! = 10
          format: Format! = PAPER
          extra: JSON
        }

        enum Format {
          PAPER
          E_BOOK @deprecated(reason: "Nobody reads these.")
        }

        scalar JSON

        type Loan @onlyFor(roles: [PAPER]) {
          day: Date!
          isOver: Boolean
        }

        type Novel implements Book {
          isbn: ID!
          title: String!
          cover: URL
          loans(minimum: Int! = 1): [Loan!]!
        }

        type Query {
          books(first: Int! = 20, after: String): BookConnection! @cost(weight: "2") @listSize(slicingArguments: ["first"], sizedFields: ["nodes"])
          search(filter: FilterInput!): String! @onlyFor(roles: [PAPER, E_BOOK])
        }

        scalar URL

        """";

    [Fact]
    public void A_bound_schema_prints_as_expected() =>
        Assert.Equal(ExpectedSdl, SchemaPrinter.Print(LibraryBuilder().AddType<Novel>().Build()));

    [Fact]
    public void Descriptions_come_from_the_documentation_file()
    {
        var schema = new SchemaBuilder().AddRoots<Documented>().Build();

        Assert.Equal(
            "A place in a document as people count: both start at 1; the column counts UTF-16 units, as graphql-js "
                + "does.",
            schema.FindType("SourceLocation")!.Description);
    }

    [Theory]
    [InlineData(typeof(Unknown), "Query.when: The C# type System.TimeZoneInfo has no GraphQL type.")]
    [InlineData(typeof(UnknownArgument), "Query.find(store:): The C# type System.IDisposable cannot be an argument.")]
    [InlineData(typeof(Clash), "Query.same: two members make this field")]
    [InlineData(typeof(Unmarked), "Query.thing: The C# interface")]
    public void A_mistake_stops_the_start_and_names_the_place(Type roots, string message)
    {
        var mistake = Assert.Throws<SchemaException>(() => new SchemaBuilder().AddRoots(roots).Build());

        Assert.StartsWith(message, mistake.Message);
    }

    [Fact]
    public async Task A_field_can_be_made_by_hand_from_a_method()
    {
        var builder =
            new SchemaBuilder().AddRoots<Shop>().AddRequestState<Caller>().AddFieldFactory((method, binding) =>
        {
            if (method.Name != "BuyAsync")
            {
                return null;
            }

            var invoke = binding.Invoker(method);
            var payload = binding.CreateObjectType("BuyPayload", "What came of it.", [
                new FieldBuilder("text", NonNullType.Of(BuiltInScalars.String)).ResolvePure(context => context.Parent),
                new FieldBuilder("isDry", BuiltInScalars.Boolean).ResolvePure(_ => false),
            ]);
            return new FieldBuilder("buy", NonNullType.Of(payload)) { Member = method }
                .AddArguments(binding.Arguments(method))
                .AddArgument(binding.Argument<bool?>("loud"))
                .Resolve(async context =>
                    (string?)await invoke(context) + (context.Argument<bool?>("loud") == true ? "!" : "."));
        });
        var shop = new Executor(builder.Build(), new ExecutorOptions { ReportCost = false });

        var answer = await shop.AskAsync("""mutation { buy(input: {product: "x"}, loud: true) { text isDry } }""");

        Assert.Equal("""{"data":{"buy":{"text":"Eve bought 1 of x, no note!","isDry":false}}}""", answer);
    }

    [Fact]
    public async Task Values_can_be_changed_and_resolvers_wrapped()
    {
        var calls = 0;
        var shop = ShopHost.Start(builder => builder.OnField(field => _ = field.Coordinate switch
        {
            "Product.title" => field.Map((_, value) => value is string text ? text[..1] + "***" : value),
            "Product.sold" => field.Map((context, value) => (int)value! * ((Product)context.Parent!).Sku.Length),
            "Query.ping" => field.UsePure((context, next) => next(context) + "!"),
            "Query.product" => field.Use((context, next) =>
            {
                calls++;
                return next(context);
            }),
            _ => field,
        }));

        var answer = await shop.AskAsync("""{ ping products { title sold } product(by: {sku: "one"}) { sku } }""");

        Assert.Equal(
            """{"data":{"ping":"pong!","products":[{"title":"M***","sold":9},{"title":"C***","sold":27}]"""
            + ""","product":{"sku":"one"}}}""",
            answer);
        Assert.Equal(1, calls);
    }

    [Fact]
    public async Task Inputs_become_records_with_defaults_lists_and_json()
    {
        var library =
            new Executor(LibraryBuilder().AddType<Novel>().Build(), new ExecutorOptions { ReportCost = false });

        var answer = await library.AskAsync(
            """query($json: JSON, $n: Int = 3) { """
            + """search(filter: {words: ["a", "b"], from: "2026-01-31", extra: {k: [1, $n, $json]}}) }""",
            """{"json": {"x": [true]}}""");

        Assert.Equal(
            """{"data":{"search":"a,b 31.01.2026 10 Paper {\"k\":[1,3,{\"x\":[true]}]}"}}""", answer);
    }

    [Fact]
    public async Task A_page_over_the_limit_is_an_error_and_a_page_within_it_is_priced()
    {
        var library = new Executor(LibraryBuilder().AddType<Novel>().Build());

        var refused = await library.AskAsync(
            "query($n: Int!) { books(first: $n) { nodes { isbn } } }", """{"n": 251}""");
        var priced = await library.AskAsync(
            "query($n: Int!) { books(first: $n) { nodes { isbn loans { day } } } }", """{"n": 7}""");

        Assert.Contains("\"limit\":\"PageSize\",\"maximum\":250,\"measured\":251", refused);
        Assert.Contains("\"extensions\":{\"cost\":{\"requested\":80,\"maximum\":1000}}", priced);
    }

    private static SchemaBuilder LibraryBuilder() => new SchemaBuilder { Description = "A library." }
        .AddRoots<Library>()
        .AddRoots<BookFields>()
        .AddScalar<DateOnly>("Date", "A day.", ReadDate, (day, output) => output.WriteString(day, "yyyy-MM-dd"))
        .AddScalar<string>("URL", null, ReadText, (value, output) => output.WriteString(value))
        .AddJsonScalar()
        .AddDirective<OnlyForAttribute>("FIELD_DEFINITION", "OBJECT");

    private static DateOnly ReadDate(ScalarInput input, out string? error)
    {
        error = DateOnly.TryParse(input.Text, CultureInfo.InvariantCulture, out var day) ? null : "Expected a day.";
        return day;
    }

    private static string ReadText(ScalarInput input, out string? error)
    {
        error = input.Kind == ScalarInputKind.String ? null : "Expected a text.";
        return input.Text!;
    }

    public sealed class Unknown
    {
        [Query]
        public TimeZoneInfo When() => TimeZoneInfo.Utc;
    }

    public sealed class UnknownArgument
    {
        [Query]
        public int Find(IDisposable store) => store.GetHashCode();
    }

    public interface IPlain
    {
        int Size { get; }
    }

    public sealed class Unmarked
    {
        [Query]
        public IPlain? Thing() => null;
    }

    public sealed class Clash
    {
        [Query]
        public int GetSame() => 1;

        [Query]
        public int Same() => 2;
    }

    public sealed class Documented
    {
        [Query]
        public SourceLocation Place() => new(1, 2);
    }
}
