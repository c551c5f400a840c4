using System.Reflection;

namespace CrmCloud.Tests.Architecture;

/// <summary>Arrows point one way: hosts to Core, Core to GraphQL and Store, features never in a circle.</summary>
public sealed class DependencyTests
{
    // What every feature may use. They may use each other, but no feature.
    private static readonly HashSet<string> Foundation =
        ["Shared", "Schema", "Pipeline", "Lists", "Tenants", "Audit", "Jobs"];

    private static readonly Assembly Core = typeof(CrmCloud.Core.Shared.Money).Assembly;
    private static readonly Assembly Store = typeof(CrmCloud.Store.ITenantStore).Assembly;
    private static readonly Assembly GraphQL = typeof(CrmCloud.GraphQL.GraphQLError).Assembly;

    [Fact]
    public void The_libraries_know_nothing_of_the_product()
    {
        Assert.DoesNotContain(Store.GetReferencedAssemblies(), IsOurs);
        Assert.DoesNotContain(GraphQL.GetReferencedAssemblies(), IsOurs);
        Assert.DoesNotContain(Core.GetReferencedAssemblies(), a => a.Name is "CrmCloud.Api" or "CrmCloud.Functions");
    }

    [Fact]
    public void The_foundation_uses_no_feature()
    {
        var wrong = FeatureUses().Where(u => Foundation.Contains(u.From) && !Foundation.Contains(u.To));

        Assert.Empty(wrong.Select(u => $"{u.Type.FullName} uses {u.To}"));
    }

    [Fact]
    public void Features_do_not_use_each_other_in_a_circle()
    {
        var arrows = FeatureUses()
            .Where(u => !Foundation.Contains(u.From) && !Foundation.Contains(u.To))
            .GroupBy(u => u.From)
            .ToDictionary(g => g.Key, g => g.Select(u => u.To).ToHashSet());

        foreach (var feature in arrows.Keys)
        {
            var circle = PathBack(feature, arrows);
            var uses = FeatureUses().Where(u => u.From == feature).Select(u => $"{u.Type.Name} -> {u.To}");
            Assert.True(circle is null, $"{circle}: {string.Join("; ", uses.Distinct())}");
        }
    }

    [Theory]
    [InlineData("Microsoft.Data.Sqlite", "CrmCloud.Store.Sqlite")]
    [InlineData("Microsoft.Azure.Cosmos", "CrmCloud.Store.Cosmos")]
    [InlineData("Stripe", "CrmCloud.Core.Billing")]
    public void A_vendors_names_stay_in_their_folder(string vendor, string folder)
    {
        var wrong = new[] { Core, Store, GraphQL, typeof(Program).Assembly }
            .SelectMany(a => a.GetTypes())
            .Where(t => t.Namespace?.StartsWith(folder, StringComparison.Ordinal) != true)
            .Where(t => TypeUse.Of(t).Any(u => u.Namespace?.StartsWith(vendor, StringComparison.Ordinal) == true));

        Assert.Empty(wrong.Select(t => t.FullName));
    }

    private static bool IsOurs(AssemblyName name) => name.Name!.StartsWith("CrmCloud", StringComparison.Ordinal);

    private static List<(Type Type, string From, string To)> FeatureUses() =>
        [.. from type in Core.GetTypes()
            let @from = Feature(type)
            where @from is not null
            from used in TypeUse.Of(type)
            let to = used.Assembly == Core ? Feature(used) : null
            where to is not null && to != @from
            select (type, @from, to)];

    // CrmCloud.Core.Kpis.Figures belongs to Kpis.
    private static string? Feature(Type type) =>
        type.Namespace?.Split('.') is ["CrmCloud", "Core", var feature, ..] ? feature : null;

    private static string? PathBack(string start, Dictionary<string, HashSet<string>> arrows)
    {
        var ways = new Queue<List<string>>([[start]]);
        var seen = new HashSet<string>();
        while (ways.TryDequeue(out var way))
        {
            foreach (var next in arrows.GetValueOrDefault(way[^1], []))
            {
                if (next == start)
                {
                    return string.Join(" -> ", [.. way, next]);
                }

                if (seen.Add(next))
                {
                    ways.Enqueue([.. way, next]);
                }
            }
        }

        return null;
    }
}
