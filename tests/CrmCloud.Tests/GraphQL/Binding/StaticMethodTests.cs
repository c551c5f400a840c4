using CrmCloud.GraphQL.Binding;
using CrmCloud.GraphQL.Execution;
using CrmCloud.GraphQL.Types;

namespace CrmCloud.Tests.GraphQL.Binding;

/// <summary>A method that looks like a field is one: static or not.</summary>
public sealed class StaticMethodTests
{
    [Fact]
    public async Task Static_methods_make_root_fields_extensions_and_batches()
    {
        var schema = new SchemaBuilder().AddRoots(typeof(Roots)).AddRoots(typeof(BirdFields)).Build();
        var request = new GraphQLRequest
        {
            Document = "{ bird { name loud soft } }"u8.ToArray(), State = new RequestState(),
        };

        using var answer = await new Executor(schema, new() { ReportCost = false }).ExecuteAsync(request);

        Assert.Equal("""{"data":{"bird":{"name":"wren","loud":"WREN","soft":"wren..."}}}""", answer.ToString());
        Assert.DoesNotContain("hidden", SchemaPrinter.Print(schema), StringComparison.OrdinalIgnoreCase);
    }

    public sealed record Bird(string Name);

    public static class Roots
    {
        [Query]
        public static Bird Bird() => new("wren");
    }

    [ExtendObjectType(typeof(Bird))]
    public static class BirdFields
    {
        public static string Loud([Parent] Bird bird) => bird.Name.ToUpperInvariant();

        [BatchResolver]
        public static Task<IReadOnlyList<string>> SoftAsync([Parent] IReadOnlyList<Bird> birds) =>
            Task.FromResult<IReadOnlyList<string>>([.. birds.Select(bird => bird.Name + "...")]);

        [GraphQLIgnore]
        public static string Hidden(Bird bird) => bird.Name;

        internal static string HiddenToo(Bird bird) => bird.Name;
    }
}
