using System.Diagnostics;
using System.Text.Json;
using System.Text.RegularExpressions;
using CrmCloud.Api;
using CrmCloud.Core;
using CrmCloud.Store;
using Microsoft.Extensions.DependencyInjection;

namespace CrmCloud.Tests.Infra;

/// <summary>Bicep, code and function.json agree; nothing else would notice before a deployment.</summary>
public sealed partial class InfraTests
{
    private static readonly string Infra = Path.Combine(Repository.Root, "infra");
    private static readonly string App = Path.Combine(Repository.Root, "functions", "CrmCloud.Functions");

    // Which store, and the identity to sign in with.
    private static readonly HashSet<string> NeededByBoth =
        ["CrmCloud__Store", "CrmCloud__CosmosEndpoint", "CrmCloud__CosmosDatabase", "AZURE_CLIENT_ID"];

    // Of the offline check: versions that have no newer stable one, and typings too old for DisableLocalAuth.
    private static readonly string[] KnownWarnings =
    [
        "preview-version: logs: Microsoft.Insights/diagnosticSettings@2021-05-01-preview",
        "use-recent-api-versions: logs: Microsoft.Insights/diagnosticSettings@2021-05-01-preview",
        "use-recent-api-versions: people: Microsoft.Insights/actionGroups@2023-01-01",
        "use-recent-api-versions: throttled: Microsoft.Insights/metricAlerts@2018-03-01",
        "use-recent-api-versions: failing: Microsoft.Insights/metricAlerts@2018-03-01",
        "use-recent-api-versions: counted: Microsoft.Insights/scheduledQueryRules@2023-12-01",
        "use-recent-api-versions: budget: Microsoft.Consumption/budgets@2024-08-01",
        "use-recent-api-versions: zones: Microsoft.Network/privateDnsZones@2024-06-01",
        "use-recent-api-versions: links: Microsoft.Network/privateDnsZones/virtualNetworkLinks@2024-06-01",
        "house/ai-keys: insights: DisableLocalAuth is not true",
    ];

    [Fact]
    public void Containers_keys_lifetimes_and_indexes_are_those_of_the_code()
    {
        var path = Path.Combine(Infra, "modules", "containers.json");
        var expected = PlannedContainers.Text(new ServiceCollection().AddCrmCloud().Indexes);
        if (Environment.GetEnvironmentVariable("CRMCLOUD_WRITE_SNAPSHOT") == "1")
        {
            File.WriteAllText(path, expected);
        }

        Assert.True(expected == File.ReadAllText(path),
            "infra/modules/containers.json does not follow ContainerPlan and the features' indexes. "
            + "Rewrite it with CRMCLOUD_WRITE_SNAPSHOT=1 dotnet test --filter InfraTests, and read the change.");
        var cosmos = Read("cosmos");
        Assert.Contains("loadJsonContent('containers.json')", cosmos, StringComparison.Ordinal);
        Assert.Contains("[for one in containers: {", cosmos, StringComparison.Ordinal);
        Assert.Contains("partitionKey: { paths: [one.partitionKey], kind: 'Hash'", cosmos, StringComparison.Ordinal);
        Assert.Contains("indexingPolicy: one.indexingPolicy", cosmos, StringComparison.Ordinal);
        Assert.Contains("== null ? {} : { defaultTtl: one.defaultTtl }", cosmos, StringComparison.Ordinal);
        Assert.Equal(Enum.GetValues<Container>().Length, ContainerPlan.All.Count(one => one.Container is not null));
    }

    [Fact]
    public void Every_folder_of_the_app_is_a_function_that_the_program_answers()
    {
        var source = File.ReadAllText(Path.Combine(App, "Triggers.cs"));
        var answered = AnsweredFunction().Matches(source)
            .Select(found => (found.Groups[1].Value, found.Groups[2].Value == "true"));

        Assert.Equal(Functions().Select(one => (one.Name, one.Type == "cosmosDBTrigger")).Order(), answered.Order());
    }

    [Fact]
    public void Change_feeds_follow_planned_containers_with_leases_of_their_own_and_lose_no_batch()
    {
        var feeds = Functions().Where(one => one.Type == "cosmosDBTrigger").ToList();

        Assert.NotEmpty(feeds);
        Assert.Distinct(feeds.Select(feed => feed.Text("leaseContainerPrefix")));
        Assert.All(feeds, feed =>
        {
            var container = ContainerPlan.All.Single(one => one.Name == feed.Text("containerName"));
            // What workers write must not wake them.
            Assert.Contains(container.Container, (Container?[])[Container.Master, Container.Interactions]);
            Assert.Equal(ContainerPlan.Leases, feed.Text("leaseContainerName"));
            Assert.Equal("documents", feed.Text("name"));
            Assert.False(feed.Binding.GetProperty("createLeaseContainerIfNotExists").GetBoolean());
            Assert.InRange(feed.Binding.GetProperty("maxItemsPerInvocation").GetInt32(), 1, 100);
            // Without an endless policy the host goes past a batch that failed.
            Assert.Equal(-1, feed.Retry.GetProperty("maxRetryCount").GetInt32());
        });
        Assert.Equal("/id", ContainerPlan.All.Single(one => one.Name == ContainerPlan.Leases).PartitionKey);
    }

    [Fact]
    public void An_alert_looks_for_what_the_line_of_a_delivery_says()
    {
        var line = string.Concat(File.ReadLines(Path.Combine(App, "Triggers.cs")).Select(text => text.Trim()));
        var words = AlertWords().Match(Read("alerts")).Groups[1].Value.Split('|');

        Assert.Equal(["unreadable", "failing"], words);
        Assert.All(words, word => Assert.Matches($@"\{{[\w.]+\}} {word}\b", line));
    }

    [Theory]
    [InlineData("dev")]
    [InlineData("prod")]
    public void An_import_finds_its_upload_because_the_API_has_a_single_instance(string environment) =>
        Assert.Contains("param apiReplicas = { min: 1, max: 1 }",
            File.ReadAllText(Path.Combine(Infra, "env", environment + ".bicepparam")), StringComparison.Ordinal);

    [Fact]
    public void A_deployment_ends_the_revision_before_it_and_is_judged_by_its_own()
    {
        var deploy = File.ReadAllText(Path.Combine(Repository.Root, ".github", "workflows", "deploy.yml"));

        Assert.Contains("activeRevisionsMode: 'Single'", Read("api"), StringComparison.Ordinal);
        Assert.Contains("latestReadyRevisionName", deploy, StringComparison.Ordinal);
        Assert.Contains("name: '${name}-api'", Read("api"), StringComparison.Ordinal);
        Assert.Contains("GROUP: crmcloud-${{ inputs.environment }}", deploy, StringComparison.Ordinal);
    }

    [Fact]
    public void Timers_are_retried_and_the_host_starts_our_program_within_its_time()
    {
        var timers = Functions().Where(one => one.Type == "timerTrigger").ToList();
        Assert.NotEmpty(timers);
        Assert.All(timers, timer =>
        {
            Assert.Equal(6, timer.Text("schedule").Split(' ').Length);
            Assert.True(timer.Retry.GetProperty("maxRetryCount").GetInt32() >= 1);
        });

        var host = JsonDocument.Parse(File.ReadAllText(Path.Combine(App, "host.json"))).RootElement;
        var program = host.GetProperty("customHandler").GetProperty("description").GetProperty("defaultExecutablePath");
        Assert.Equal("CrmCloud.Functions", program.GetString());
        var timeout = TimeSpan.Parse(host.GetProperty("functionTimeout").GetString()!);
        Assert.True(timeout > Core.Jobs.VisitRounds.Budget + TimeSpan.FromMinutes(2), "The host ends rounds early.");
    }

    [Fact]
    public void The_app_is_given_every_setting_that_its_triggers_and_its_program_read()
    {
        var given = SettingName().Matches(Read("functions")).Select(found => found.Groups[1].Value).ToHashSet();

        foreach (var feed in Functions().Where(one => one.Type == "cosmosDBTrigger"))
        {
            var connection = feed.Text("connection");
            Assert.Superset(new HashSet<string>
            {
                $"{connection}__accountEndpoint", $"{connection}__credential", $"{connection}__clientId",
                feed.Text("databaseName").Trim('%'),
            }, given);
        }

        Assert.Superset(NeededByBoth, given);

        // An unknown one would stop the program at its start.
        foreach (var ours in given.Where(name => name.StartsWith("CrmCloud__", StringComparison.Ordinal)))
        {
            Assert.Contains(ours["CrmCloud__".Length..], typeof(StoreSettings).GetProperties().Select(one => one.Name));
        }
    }

    [Fact]
    public void The_API_is_given_settings_that_exist_and_leaves_figures_to_the_Functions_app()
    {
        var text = Read("api");
        var all = SettingName().Matches(text).Select(found => found.Groups[1].Value)
            .Concat(SecretVariable().Matches(text).Select(found => found.Groups[1].Value)).ToHashSet();
        var given = all.Where(name => name.StartsWith("CrmCloud__", StringComparison.Ordinal)).ToList();

        // An unknown one would stop the program at its start.
        var known = typeof(CrmCloudOptions).GetProperties().Select(one => one.Name).ToHashSet();
        Assert.All(given, name => Assert.Contains(name["CrmCloud__".Length..], known));
        Assert.Superset(NeededByBoth, all);
        Assert.Contains("{ name: 'CrmCloud__Store', value: 'Cosmos' }", text, StringComparison.Ordinal);
        Assert.Contains("{ name: 'CrmCloud__Workers', value: 'false' }", text, StringComparison.Ordinal);
        Assert.Contains("{ name: 'CrmCloud__Store', value: 'Cosmos' }", Read("functions"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("cosmos", "dataContributor", "00000000-0000-0000-0000-000000000002")]
    [InlineData("functions", "blobOwner", "b7e6dc6d-f1e8-4753-8033-0f276bb0955b")]
    [InlineData("monitoring", "publisherRole", "3913510d-42f4-4e42-8a64-420c390055eb")]
    [InlineData("secrets", "secretsUser", "4633458b-17de-408a-b874-0445c86b69e6")]
    [InlineData("registry", "pull", "7f951dda-4ed3-4680-a7ca-43fe172d538d")]
    public void Roles_are_the_least_that_is_needed_and_each_is_assigned(string module, string variable, string role)
    {
        var text = Read(module);

        Assert.Contains($"var {variable} = '{role}'", text, StringComparison.Ordinal);
        Assert.Matches($@"role(Definition)?Id.*{variable}", text);
    }

    [Fact]
    public void Nothing_is_opened_by_a_key()
    {
        var files = Directory.EnumerateFiles(Infra, "*.bicep", SearchOption.AllDirectories);
        var all = string.Concat(files.Select(File.ReadAllText));

        Assert.Contains("disableLocalAuth: true", all, StringComparison.Ordinal);
        Assert.Contains("disableKeyBasedMetadataWriteAccess: true", all, StringComparison.Ordinal);
        Assert.Contains("allowSharedKeyAccess: false", all, StringComparison.Ordinal);
        Assert.Contains("DisableLocalAuth: true", all, StringComparison.Ordinal);
        Assert.Contains("adminUserEnabled: false", all, StringComparison.Ordinal);
        Assert.DoesNotMatch(@"list\w*Keys\(|AccountKey=|SharedAccessSignature", all);
    }

    [SkippableFact]
    public async Task The_offline_check_of_Bicep_is_clean()
    {
        var (exitCode, lines) = await CheckAsync(Infra);

        Assert.True(exitCode == 0, string.Join('\n', lines));
        var warnings = lines.Where(line => line.Contains(" warn ", StringComparison.Ordinal));
        Assert.All(warnings, line => Assert.True(KnownWarnings.Any(line.Contains), line));
    }

    [SkippableFact]
    public async Task The_offline_check_of_Bicep_finds_a_wrong_property()
    {
        using var copy = new Store.TemporaryFolder();
        var module = Path.Combine(copy.Path, "cosmos.bicep");
        await File.WriteAllTextAsync(module, Read("cosmos")
            .Replace("defaultConsistencyLevel: 'Session'", "defaultConsistency: 'Session'", StringComparison.Ordinal));

        var (exitCode, lines) = await CheckAsync(copy.Path);

        Assert.Equal(1, exitCode);
        Assert.Contains(lines, line => line.Contains("defaultConsistency is not in", StringComparison.Ordinal));
    }

    private static string Read(string module) => File.ReadAllText(Path.Combine(Infra, "modules", module + ".bicep"));

    /// <summary>The check, with its packages: in CRMCLOUD_BICEP_CHECK or beside the public data.</summary>
    private static async Task<(int ExitCode, string[] Lines)> CheckAsync(string folder)
    {
        var given = Environment.GetEnvironmentVariable("CRMCLOUD_BICEP_CHECK");
        var tool = !string.IsNullOrEmpty(given) ? given
            : Repository.Shared is { } shared ? Path.Combine(shared, "tools", "bicep-check") : null;
        Skip.If(tool is null || !File.Exists(Path.Combine(tool, "bicep-check.mjs")),
            "The offline check of Bicep is not here.");
        Skip.IfNot(Directory.Exists(Path.Combine(tool!, "node_modules")),
            "The offline check has no packages: copy it, run npm ci there, and name the copy in CRMCLOUD_BICEP_CHECK.");
        var start = new ProcessStartInfo("node") { RedirectStandardOutput = true, RedirectStandardError = true };
        start.ArgumentList.Add(Path.Combine(tool!, "bicep-check.mjs"));
        start.ArgumentList.Add(folder);
        try
        {
            using var node = Process.Start(start)!;
            var error = node.StandardError.ReadToEndAsync();
            var output = await node.StandardOutput.ReadToEndAsync() + await error;
            await node.WaitForExitAsync();
            return (node.ExitCode, output.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        }
        catch (System.ComponentModel.Win32Exception)
        {
            Skip.If(true, "Node is not installed; it is needed for nothing else.");
            throw;
        }
    }

    private static List<Function> Functions() =>
    [
        .. Directory.EnumerateFiles(App, "function.json", SearchOption.AllDirectories)
            .Where(path => Path.GetDirectoryName(Path.GetDirectoryName(path)) == App)
            .Select(path => new Function(
                Path.GetFileName(Path.GetDirectoryName(path))!,
                JsonDocument.Parse(File.ReadAllText(path)).RootElement)),
    ];

    [GeneratedRegex(@"new\(nameof\((\w+)\), (true|false), \1\.RunAsync\)")]
    private static partial Regex AnsweredFunction();

    [GeneratedRegex(@"regex ""\[1-9\]\[0-9\]\* \((.+?)\)""")]
    private static partial Regex AlertWords();

    [GeneratedRegex(@"\{ name: '(\w+)', value: ")]
    private static partial Regex SettingName();

    [GeneratedRegex(@"variable: '(\w+)' \}")]
    private static partial Regex SecretVariable();

    private sealed record Function(string Name, JsonElement Root)
    {
        public JsonElement Binding => Root.GetProperty("bindings").EnumerateArray().Single();

        public JsonElement Retry => Root.GetProperty("retry");

        public string Type => Text("type");

        public string Text(string member) => Binding.GetProperty(member).GetString()!;
    }
}
