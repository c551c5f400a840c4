using System.Globalization;
using System.Text;
using CrmCloud.GraphQL.Binding;
using CrmCloud.GraphQL.Execution;
using CrmCloud.GraphQL.Http;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace CrmCloud.Benchmarks;

/// <summary>
/// The GraphQL library alone behind plain ASP.NET, with the schema and data of the other servers, to be loaded from
/// outside. <c>GET /allocated</c> gives the bytes this process has allocated so far, for figures with Kestrel.
/// </summary>
internal static class GraphQLHost
{
    private const int Runs = 2_000;

    private static readonly (string Name, string Document, string? Variables)[] Requests =
    [
        ("ping", "{ ping }", null),
        ("customers", "{ customers(first: 100) { id name segment { name } kpis { name value } } }", null),
        ("variables and fragments", """
            query Q($first: Int!) { customers(first: $first) { ...C } }
            fragment C on Customer { id name segment { name } kpis { ...K } } fragment K on Kpi { name value }
            """, """{"first":100}"""),
    ];

    /// <param name="args">
    /// ASP.NET's own, such as <c>--urls</c>; <c>batched</c> as the first makes <c>kpis</c> a batch resolver;
    /// <c>allocations</c> prints what a request allocates without HTTP, and ends.
    /// </param>
    public static async Task RunAsync(string[] args)
    {
        if (args.FirstOrDefault() == "allocations")
        {
            await PrintAllocationsAsync("plain", Plain);
            await PrintAllocationsAsync("batched", Batched);
            return;
        }

        var isBatched = args.FirstOrDefault() == "batched";
        var builder = WebApplication.CreateSlimBuilder(isBatched ? args[1..] : args);
        builder.Logging.ClearProviders();
        builder.Services.AddGraphQL(isBatched ? Batched : Plain);
        var app = builder.Build();
        app.MapGraphQL();
        app.MapGet("/allocated", (HttpContext context) => context.Response.WriteAsync(
            GC.GetTotalAllocatedBytes(precise: true).ToString(CultureInfo.InvariantCulture)));
        await app.RunAsync();
    }

    private static void Plain(SchemaBuilder schema) => schema.AddRoots<PeerQueries>();

    private static void Batched(SchemaBuilder schema) => schema.AddRoots<BatchedQueries>().AddRoots<BatchedKpis>();

    private static async Task PrintAllocationsAsync(string kind, Action<SchemaBuilder> build)
    {
        var builder = new SchemaBuilder();
        build(builder);
        var executor = new Executor(builder.Build());
        foreach (var (name, document, variables) in Requests)
        {
            var request = new GraphQLRequest
            {
                Document = Encoding.UTF8.GetBytes(document),
                Variables = variables is null ? default : System.Text.Json.JsonDocument.Parse(variables).RootElement,
            };
            await AnswerAsync(executor, request);
            var before = GC.GetAllocatedBytesForCurrentThread();
            var answered = AnswerAsync(executor, request);
            var bytes = (GC.GetAllocatedBytesForCurrentThread() - before) / Runs;
            Console.WriteLine($"{kind,-8} {name,-24} {bytes,7} B allocated for an answer of {await answered} B");
        }
    }

    // Nothing here waits, so all of it runs on the thread whose bytes are counted.
    private static async Task<int> AnswerAsync(Executor executor, GraphQLRequest request)
    {
        var size = 0;
        for (var i = 0; i < Runs; i++)
        {
            using var answer = await executor.ExecuteAsync(request);
            size = answer.Json.Length;
        }

        return size;
    }
}
