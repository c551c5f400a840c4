using System.Text.RegularExpressions;

namespace CrmCloud.Tests.PublicSchema;

/// <summary>Public members of a record become fields by themselves; these are the ones that were never meant.</summary>
public sealed partial class SchemaLeakTests
{
    private static readonly string[] Roots = ["Query", "Mutation", "Subscription"];

    [Fact]
    public void Nobody_tells_the_product_who_acts_or_what_it_audits()
    {
        var told = Inputs().Where(name => Internal().IsMatch(name)).ToList();

        Assert.True(told.Count == 0, string.Join(", ", told));
    }

    [Fact]
    public void A_field_of_an_object_takes_references_filters_and_ranges_only()
    {
        var leaked = Fields().Where(f => !Roots.Contains(f.Type) && Arguments().Matches(f.Arguments)
            .Any(a => Inputs().Contains(a.Groups[1].Value) && !Asked().IsMatch(a.Groups[1].Value))).ToList();

        Assert.True(leaked.Count == 0, string.Join(", ", leaked));
    }

    [Fact]
    public void Neither_methods_of_records_nor_their_storage_members_are_fields()
    {
        var leaked = Fields().Where(f => !Roots.Contains(f.Type) && Storage().IsMatch(f.Name)).ToList();

        Assert.True(leaked.Count == 0, string.Join(", ", leaked));
    }

    private static string Sdl() =>
        File.ReadAllText(Path.Combine(Repository.Root, "api", "CrmCloud.Api", "schema.graphql"));

    private static HashSet<string> Inputs() => [.. Input().Matches(Sdl()).Select(m => m.Groups[1].Value)];

    private static IEnumerable<(string Type, string Name, string Arguments)> Fields() =>
        Objects().Matches(Sdl()).SelectMany(type => Field().Matches(type.Groups[2].Value)
            .Select(f => (type.Groups[1].Value, f.Groups[1].Value, f.Groups[2].Value)));

    [GeneratedRegex("(?m)^input (\\w+)")]
    private static partial Regex Input();

    [GeneratedRegex("(?ms)^(?:type|interface) (\\w+)[^{\n]*\\{\n(.*?)^\\}")]
    private static partial Regex Objects();

    [GeneratedRegex("(?m)^  (\\w+)(?:\\(([^)]*)\\))?:")]
    private static partial Regex Field();

    [GeneratedRegex(":\\s*\\[?(\\w+)")]
    private static partial Regex Arguments();

    [GeneratedRegex("^Actor|Audit|Stored|^Document|Caller")]
    private static partial Regex Internal();

    [GeneratedRegex("Ref$|Filter$|Sort$|RangeInput$")]
    private static partial Regex Asked();

    [GeneratedRegex(
        "^(with|claimOn|of|to|decode|encode|parse|try|equals|get|statusAt)[A-Z]"
        + "|Minor$|[pP]acked|^stored|^localId$|^recordId$|^bucket$|^partition$|^etag$|^ruleText$|^key(Hash|Of)$")]
    private static partial Regex Storage();
}
