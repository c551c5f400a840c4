using System.Text.Json.Nodes;
using CrmCloud.Core.Shared;
using CrmCloud.GraphQL.Types;
using CrmCloud.Tests.Live;

namespace CrmCloud.Tests.Isolation;

/// <summary>Every subscription of the schema: a new one is listened to the day it appears.</summary>
public sealed partial class IsolationTests
{
    // Of every world, and under the same id in each: what is told of it must still be one's own.
    private static string SharedSegment => GlobalId.Of("Segment", "rfm-lost");

    [Fact]
    public async Task Subscribers_hear_nothing_of_another_world_and_its_ids_are_unknown_ones()
    {
        var streams = new Dictionary<World, List<(string Name, TestStream Stream)>>();
        foreach (var world in _worlds)
        {
            streams[world] = await ListenAsync(world);
        }

        // What leaks lies before what is one's own in the same stream, whoever's turn it was before.
        foreach (var (world, turn) in new[] { 1, 2, 0, 1 }.Select((world, turn) => (_worlds[world], turn)))
        {
            await HappenAsync(world, turn);
            foreach (var (name, stream) in streams[world].Where(one => !one.Stream.IsComplete))
            {
                var told = await stream.NextAsync();
                Assert.True(told?["errors"] is null && (told is not null || turn > 0), $"{name}: {told}");
                AssertShowsNobodyElse(world, told?.ToJsonString() ?? "", "\0", name);

                // That nothing else is told would prove little if nothing was told. Runs of workers have no words.
                var isOwn = told?.ToJsonString().Contains(world.Marker, StringComparison.Ordinal) != false;
                Assert.True(isOwn || IsOfRun(name), $"{name}: {told}");
            }
        }

        foreach (var (_, stream) in streams.Values.SelectMany(all => all))
        {
            stream.Dispose();
        }
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(2, 0)]
    public async Task Another_worlds_ids_are_unknown_ids_to_every_subscription(int asker, int victim)
    {
        var (own, other) = (_worlds[asker], _worlds[victim]);
        foreach (var field in _walk.Schema.Subscription!.Fields.Where(f => f.Arguments.Any(a => a.IsRequired)))
        {
            foreach (var foreign in other.Ids.Values.Concat(other.MoreIds).Where(id => !own.Ids.ContainsValue(id)))
            {
                var unknown = other.Unknown(foreign);
                var answers = new[] { await FirstAsync(own, field, foreign), await FirstAsync(own, field, unknown) };

                Assert.Contains("NOT_FOUND", answers[0], StringComparison.Ordinal);
                Assert.Equal(Plain(answers[1], unknown, foreign), Plain(answers[0], foreign, unknown));
            }
        }
    }

    private static bool IsOfRun(string name) => name is "bulkOperationUpdated" or "jobRunUpdated";

    private async Task<List<(string Name, TestStream Stream)>> ListenAsync(World world)
    {
        var streams = new List<(string, TestStream)>();
        foreach (var field in _walk.Schema.Subscription!.Fields)
        {
            streams.Add((field.Name, await OpenAsync(world, field, new InputFiller(world).Fill(field))));
            if (field.Arguments.Any(a => a.Name == "segmentId"))
            {
                var shared = new JsonObject { ["segmentId"] = SharedSegment };
                streams.Add(($"{field.Name} of a shared id", await OpenAsync(world, field, shared)));
            }
        }

        return streams;
    }

    private Task<TestStream> OpenAsync(World world, Field field, JsonObject arguments)
    {
        var ask = SchemaWalk.Write(
            "subscription", [new(field, arguments, null)], _walk.Select(field.Type.Named, 1, pages: false));
        return TestStream.OpenAsync(world.Key, ask.Text, ask.Variables);
    }

    private async Task<string> FirstAsync(World own, Field field, string id)
    {
        var arguments = new JsonObject { [field.Arguments.Single(a => a.IsRequired).Name] = id };
        using var stream = await OpenAsync(own, field, arguments);
        return (await stream.NextAsync())?.ToJsonString() ?? "";
    }

    /// <summary>Something for every subscription of the schema to tell.</summary>
    private static async Task HappenAsync(World world, int turn)
    {
        var (key, marker) = (world.Key, world.Marker);
        var customer = new { externalId = new { source = $"{marker}-live", id = $"{marker}-live-{turn}" } };
        await key.DoAsync("customerCreate", "CustomerInput",
            new { externalIds = new[] { customer.externalId }, displayName = $"{marker} {turn}" }, "customer { id }");
        await key.DoAsync("transactionRecord", "TransactionInput", new
        {
            externalId = customer.externalId, customer, kind = "PURCHASE", at = "2026-02-22T10:00:00Z",
            amount = new { amount = "7.50", currency = "GBP" },
        }, "transaction { id }");
        await key.DoAsync("interactionRecord", "InteractionInput", new
        {
            customer = new { id = world.Ids["Customer"] }, channel = "EMAIL", direction = "INBOUND",
            type = $"{marker}-live", occurredAt = "2026-02-22T10:00:00Z", summary = $"{marker} {turn}",
        }, "interaction { id }");
        await key.DoAsync("segmentMembersSet", "SegmentMembersInput",
            new { segment = new { id = world.Ids["Segment"] }, add = new[] { customer } }, "added");
        await key.DoAsync("objectiveStatusSet", "ObjectiveStatusInput", new
        {
            id = world.Ids["Objective"], status = turn == 3 ? "DRAFT" : "ACTIVE", reason = $"{marker} {turn}",
        }, "objective { id }");
        await key.DoAsync("alertRuleSet", "AlertRuleInput", new
        {
            name = $"{marker} watch {turn}", watchesId = world.Ids["Kpi"], cooldown = "P1D",
            condition = new { kind = "BELOW", threshold = "1000000", periods = 1 },
        }, "alertRule { id }");
        await key.WorkAsync();
    }
}
