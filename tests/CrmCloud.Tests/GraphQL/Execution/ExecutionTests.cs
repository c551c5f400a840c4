using System.Text.Json;
using CrmCloud.GraphQL;
using CrmCloud.GraphQL.Binding;
using CrmCloud.GraphQL.Execution;
using CrmCloud.GraphQL.Types;

namespace CrmCloud.Tests.GraphQL.Execution;

public sealed class ExecutionTests
{
    private readonly Executor _shop = ShopHost.Start(options: new ExecutorOptions
    {
        ReportCost = false, Limits = new QueryLimits { CostPoints = 5_000 },
    });

    [Theory]
    [InlineData("{ ping }", """{"data":{"ping":"pong"}}""")]
    [InlineData(
        "{ a: ping ...F __typename } fragment F on Query { b: ping }",
        """{"data":{"a":"pong","b":"pong","__typename":"Query"}}""")]
    [InlineData(
        "{ products { id sku title stock kind tags } }",
        """{"data":{"products":[{"id":"p-one","sku":"one","title":"Mug","stock":3,"kind":"IN_STORE","tags":["a","b"]}"""
        + """,{"id":"p-two","sku":"two","title":"Cup \"big\"","stock":null,"kind":"IN_STORE","tags":["a","b"]}]}}""")]
    [InlineData("""{ product(by: {sku: "two"}) { title } }""", """{"data":{"product":{"title":"Cup \"big\""}}}""")]
    [InlineData("""{ product(by: {id: "nope"}) { title } }""", """{"data":{"product":null}}""")]
    [InlineData("{ me }", """{"data":{"me":"Eve"}}""")]
    [InlineData("{ echo(numbers: [1,2], kind: ONLINE_ONLY) }", """{"data":{"echo":"1+2 OnlineOnly none"}}""")]
    [InlineData("{ echo(numbers: 7, text: null) }", """{"data":{"echo":"7 InStore none"}}""")]
    public async Task Answers_queries(string document, string expected) =>
        Assert.Equal(expected, await _shop.AskAsync(document));

    [Fact]
    public async Task An_argument_that_a_variable_leaves_null_is_an_error_even_where_the_value_is_read_from_data()
    {
        var executor = new Executor(
            SchemaFromSdl.Build("type Query { shop(name: String!): String }"), new() { ReportCost = false });
        using var answer = await executor.ExecuteAsync(new GraphQLRequest
        {
            Document = "query($name: String = \"a\") { shop(name: $name) }"u8.ToArray(),
            Variables = JsonSerializer.SerializeToElement(new { name = (string?)null }),
            RootValue = JsonSerializer.SerializeToElement(new { shop = "open" }),
        });

        Assert.Contains("\"String!\\\" must not be null", answer.ToString(), StringComparison.Ordinal);
        Assert.EndsWith("\"data\":{\"shop\":null}}", answer.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Objects_of_an_interface_are_told_apart_and_looked_into()
    {
        var answer = await _shop.AskAsync(
            "{ nodes { __typename id ... on Order { number lines { sku similar { sku } } } ... on Person { friend { "
                + "name } } } }");

        Assert.Equal(
            """{"data":{"nodes":[{"__typename":"Order","id":"o-1","number":1"""
            + ""","lines":[{"sku":"one","similar":[{"sku":"two"},{"sku":"bad"}]}]},"""
            + """{"__typename":"Person","id":"c-Ada","friend":{"name":"Bob"}},"""
            + """{"__typename":"Order","id":"o-2","number":2,"lines":[]}]}}""",
            answer);
    }

    [Fact]
    public async Task A_batch_resolver_is_called_once_for_all_parents_of_a_selection()
    {
        var answer = await _shop.AskAsync("{ products(first: 3) { sold(factor: 2) similar { sold } } }");

        Assert.Equal(
            """{"data":{"products":[{"sold":6,"similar":[{"sold":9},{"sold":3}]},"""
            + """{"sold":18,"similar":[{"sold":3},{"sold":3}]},"""
            + """{"sold":6,"similar":[{"sold":3},{"sold":9}]}]}}""",
            answer);
    }

    [Fact]
    public async Task An_unexpected_exception_is_hidden_and_nulls_the_nearest_nullable_position()
    {
        var reported = new List<(string, string)>();
        var shop = ShopHost.Start(options: new ExecutorOptions
        {
            ReportCost = false,
            OnUnexpected = (exception, _, path) => reported.Add((exception.Message, string.Join('/', path!))),
        });

        var answer = await shop.AskAsync("{ product(by: {sku: \"bad\"}) { sku label } me }");

        Assert.Equal(
            """{"errors":[{"message":"Unexpected error.","locations":[{"line":1,"column":35}]"""
            + ""","path":["product","label"],"extensions":{"code":"INTERNAL","requestId":"r-1"}}]"""
            + ""","data":{"product":null,"me":"Eve"}}""",
            answer);
        Assert.Equal([("secret detail", "product/label")], reported);
    }

    [Fact]
    public async Task A_failure_inside_a_non_null_list_nulls_the_whole_data()
    {
        var answer = await _shop.AskAsync("{ ping products(first: 3) { label similar { sku } } }");

        Assert.EndsWith("""}],"data":null}""", answer);
        Assert.Contains("""["products",2,"label"]""", answer);
    }

    [Fact]
    public async Task A_declared_error_is_shown_with_its_code()
    {
        var answer = await _shop.AskAsync("{ products(first: 3) { sku maybeLabel } }");

        Assert.Contains(
            """{"message":"No label.","locations":[{"line":1,"column":28}],"path":["products",2,"maybeLabel"]"""
            + ""","extensions":{"code":"TEAPOT"}}""",
            answer);
        Assert.Contains("""{"sku":"bad","maybeLabel":null}""", answer);
    }

    [Fact]
    public async Task Mutations_run_one_after_the_other_and_inputs_know_absent_from_null()
    {
        var answer = await _shop.AskAsync(
            """mutation($b: BuyInput!) { a: buy(input: {product: 1}) n: logLength b: buy(input: $b) m: logLength }""",
            """{"b": {"product": "x", "count": 2, "note": null}}""");

        Assert.Equal(
            """{"data":{"a":"Eve bought 1 of 1, no note","n":1,"b":"Eve bought 2 of x, null","m":2}}""", answer);
    }

    [Theory]
    [InlineData(true, false, """{"data":{"ping":"pong","products":[{"sku":"one"}]}}""")]
    [InlineData(false, true, """{"data":{"products":[{"title":"Mug"}],"ping":"pong"}}""")]
    [InlineData(true, true, """{"data":{"ping":"pong","products":[{"sku":"one","title":"Mug"}]}}""")]
    [InlineData(false, false, """{"data":{"ping":"pong"}}""")]
    public async Task Conditions_choose_fields_and_their_order(bool x, bool y, string expected)
    {
        var answer = await _shop.AskAsync(
            "query($x: Boolean!, $y: Boolean!) { ping @include(if: $x) products(first: 1) @include(if: $x) { sku } "
            + "products(first: 1) @include(if: $y) { title } ping }",
            $$"""{"x": {{(x ? "true" : "false")}}, "y": {{(y ? "true" : "false")}}}""");

        Assert.Equal(expected, answer);
    }

    [Fact]
    public async Task Cost_follows_the_actual_variables_and_refuses_before_execution()
    {
        var shop = ShopHost.Start(options: new ExecutorOptions { Limits = new QueryLimits { CostPoints = 200 } });

        Assert.Contains(
            "\"cost\":{\"requested\":10,\"maximum\":200}", await shop.AskAsync("{ products { sku } ping }"));
        Assert.Contains("COST_LIMIT_EXCEEDED", await shop.AskAsync("{ products { similar { similar { sku } } } }"));
    }

    [Fact]
    public async Task Guards_refuse_before_any_resolver_and_for_types_met_late()
    {
        var shop = ShopHost.Start(builder => builder
            .OnField(field =>
            {
                if (field.Name == "buy")
                {
                    field.AddGuard(context => context.Request.State.Get<Caller>().MayBuy
                        ? null
                        : new GraphQLError("Not allowed.") { Code = "FORBIDDEN" });
                }
            })
            .OnType(type =>
            {
                if (type.Name == "Person")
                {
                    type.AddGuard(_ => new GraphQLError("No people.") { Code = "FORBIDDEN" });
                }
            }));
        var caller = new Caller("Eve", false);

        Assert.Equal(
            """{"errors":[{"message":"Not allowed.","locations":[{"line":1,"column":12}],"path":["buy"]"""
            + ""","extensions":{"code":"FORBIDDEN"}}]}""",
            await shop.AskAsync("mutation { buy(input: {product: 1}) }", caller: caller));
        Assert.Contains(
            """{"errors":[{"message":"No people.",""", await shop.AskAsync("{ nodes { ... on Person { name } } }"));
        Assert.Equal(
            """{"errors":[{"message":"No people.","locations":[{"line":1,"column":3}],"path":["nodes",1]"""
            + ""","extensions":{"code":"FORBIDDEN"}}],"data":null}""",
            await shop.AskAsync("{ nodes { id } }"));
    }

    [Fact]
    public async Task Introspection_knows_the_bound_schema()
    {
        Assert.Equal(
            """{"data":{"__type":{"kind":"INTERFACE","description":"Anything with an """
            + """id.","possibleTypes":[{"name":"Order"},{"name":"Person"}]}}}""",
            await _shop.AskAsync("""{ __type(name: "Node") { kind description possibleTypes { name } } }"""));
        Assert.Equal(
            """{"data":{"__type":{"isOneOf":true,"inputFields":[{"name":"id"},{"name":"sku"}]}}}""",
            await _shop.AskAsync("""{ __type(name: "ProductRef") { isOneOf inputFields { name } } }"""));
    }
}
