using System.Text.RegularExpressions;
using CrmCloud.Api;
using CrmCloud.Api.CommandLine;

namespace CrmCloud.Tests.Infra;

/// <summary>What the runbooks tell an operator to type is there; what Azure's own commands do is not checked.</summary>
public sealed partial class RunbookTests
{
    private static readonly string Text = File.ReadAllText(Path.Combine(Repository.Root, "infra", "README.md"));

    [Theory]
    [InlineData("Deploy")]
    [InlineData("Run a command")]
    [InlineData("Back up")]
    [InlineData("Roll back")]
    [InlineData("Restore")]
    [InlineData("Rotate a key")]
    [InlineData("Add a region")]
    [InlineData("Move a tenant")]
    public void There_is_a_runbook(string name) =>
        Assert.Matches($"(?m)^## {name}( \\[|$)", Text);

    [Fact]
    public void Every_command_of_ours_exists()
    {
        var known = TenantCommand.Make().Subcommands.ToDictionary(command => command.Name);
        var named = TenantCommands().Matches(Text).ToList();

        Assert.Contains(named, one => one.Groups[1].Value == "import");
        Assert.Contains(named, one => one.Value.StartsWith("CrmCloud.Api.dll", StringComparison.Ordinal));
        Assert.All(named, one =>
        {
            Assert.True(known.ContainsKey(one.Groups[1].Value), one.Value);
            Assert.All(Options().Matches(one.Value), option =>
                Assert.Contains(option.Value, known[one.Groups[1].Value].Options.Select(known => known.Name)));
        });
    }

    [Fact]
    public void Every_setting_mutation_parameter_and_file_of_ours_exists()
    {
        var settings = typeof(CrmCloudOptions).GetProperties().Select(one => one.Name).ToHashSet();
        var schema = File.ReadAllText(Path.Combine(Repository.Root, "api", "CrmCloud.Api", "schema.graphql"));
        var bicep = File.ReadAllText(Path.Combine(Repository.Root, "infra", "main.bicep"));

        Assert.All(Settings().Matches(Text), one => Assert.Contains(one.Groups[1].Value, settings));
        Assert.All(new[] { "appKeyRotate", "appKeyRevoke", "deadLetters" }, one =>
        {
            Assert.Contains($"`{one}`", Text, StringComparison.Ordinal);
            Assert.Matches($"(?m)^  {one}[(:]", schema);
        });
        Assert.All(new[] { "extraCosmosRegions", "cosmosAccountName", "apiReplicas", "cosmosMaxThroughput" }, one =>
        {
            Assert.Contains(one, Text, StringComparison.Ordinal);
            Assert.Contains($"param {one} ", bicep, StringComparison.Ordinal);
        });
        Assert.All(Files().Matches(Text), one => Assert.True(
            Path.Exists(Path.Combine(Repository.Root, one.Value))
            || Path.Exists(Path.Combine(Repository.Root, "infra", one.Value)),
            one.Value));
    }

    [GeneratedRegex("""(?:crmcloud|CrmCloud\.Api\.dll|CrmCloud\.Api --) tenant ([a-z]+)[^`"]*""")]
    private static partial Regex TenantCommands();

    [GeneratedRegex("--[a-z-]+")]
    private static partial Regex Options();

    [GeneratedRegex("CrmCloud__([A-Za-z]+)")]
    private static partial Regex Settings();

    [GeneratedRegex(@"\b(infra|modules|tests|api|functions)/[A-Za-z./-]*[A-Za-z]")]
    private static partial Regex Files();
}
