using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using CrmCloud.Core.Shared;
using CrmCloud.GraphQL.Execution;
using CrmCloud.GraphQL.Types;
using Microsoft.Extensions.DependencyInjection;
using Xunit.Abstractions;

namespace CrmCloud.Tests.Isolation;

/// <summary>
/// Every field, argument and mutation of the schema, as it is built, with ids of one's own, of another tenant, of
/// nobody, and no ids at all. Nothing here lists fields: a new one is walked the day it appears.
/// </summary>
public sealed partial class IsolationTests(ITestOutputHelper output) : IAsyncLifetime
{
    private static readonly string[] Malformed = ["", "%%%", "../../x", "Q3VzdG9tZXI6", "\u0000", new('x', 1_500)];

    // Answers that only say that this test asked wrongly, and would be equal for everybody.
    private static readonly string?[] NotAsked =
    [
        "INTERNAL", "COST_LIMIT_EXCEEDED", "GRAPHQL_LIMIT_EXCEEDED",
        "GRAPHQL_VALIDATION_FAILED", "GRAPHQL_PARSE_FAILED", "FORBIDDEN",
    ];

    private TestCloud _cloud = null!;
    private int _asked;
    private SchemaWalk _walk = null!;
    private World[] _worlds = [];
    private Explorer[] _explorers = [];

    public async Task InitializeAsync()
    {
        _cloud = await TestCloud.StartAsync();
        var red = await _cloud.TenantAsync("red-shop");
        var blue = await _cloud.TenantAsync("blue-shop");
        _worlds =
        [
            new(red, "zqredx", "+447700900111"), new(blue, "zqblue", "+447700900222"),
            new(await _cloud.SandboxAsync(red), "zqsand", "+447700900333"),
        ];
        _walk = new(_cloud.Services.GetRequiredService<Executor>().Schema);
        foreach (var world in _worlds)
        {
            await world.SeedAsync();
        }

        // What is made from now on is later than everything seeded; else its place in lists would be chance.
        _cloud.Clock.Advance(TimeSpan.FromSeconds(1));
        _explorers = [.. _worlds.Select(world => new Explorer(_walk, world))];
        foreach (var explorer in _explorers)
        {
            await explorer.ExploreAsync();
        }

        // What several have (indicators, the tenant itself, attributes of one name) is nobody's.
        var shared = _worlds.SelectMany(w => w.AllIds)
            .CountBy(id => id)
            .Where(n => n.Value > 1)
            .Select(n => n.Key)
            .ToHashSet();
        foreach (var world in _worlds)
        {
            world.AllIds.RemoveWhere(id => shared.Contains(id) || id.Length < 12);
        }
    }

    public Task DisposeAsync() => _cloud.DisposeAsync().AsTask();

    [Fact]
    public void Every_type_can_be_reached_and_every_text_field_holds_the_marker_of_its_world()
    {
        var readable = _explorers[0].Reads.Keys.Select(type => type.Name);
        var unread = _walk.Schema.Types.OfType<ObjectType>().Select(t => t.Name).Except(readable)
            .Where(name => !name.StartsWith("__", StringComparison.Ordinal) && !Unreadable().IsMatch(name)).ToList();
        var unmarked = _explorers[0].Texts.Where(t => !t.Value && IsGiven(t.Key))
            .Select(t => t.Key)
            .Except(Own.PlainTexts)
            .Order()
            .ToList();

        Assert.True(unread.Count == 0, "No query leads to: " + string.Join(", ", unread));
        // Numbers alone hold no marker; foreign ones would show as a difference between foreign and unknown ids.
        var wordy = _explorers[0].Reads.Keys.Where(
            t => t.Fields.Any(f => f.Type.Named.Name is "String" or "ID" or "URL" or "JSON"));
        var unseen = wordy.Select(t => t.Name).Except(_explorers[0].Seen).Except(Own.Unseen)
            .Where(name => !Unreadable().IsMatch(name)).Order().ToList();
        Assert.True(unseen.Count == 0, "World.SeedAsync makes none of: " + string.Join(", ", unseen));
        Assert.True(unmarked.Count == 0, "World.SeedAsync puts no marker into: " + string.Join(", ", unmarked));
    }

    [Fact]
    public async Task The_same_texts_asked_by_three_worlds_at_once_never_mix()
    {
        var expected = new ConcurrentDictionary<(int, string), string>();
        for (var round = 0; round < 3; round++)
        {
            var asks = _explorers.SelectMany((e, world) => e.Reads.Values.Select(ask => (world, ask)))
                .OrderBy(a => a.ask.Text, StringComparer.Ordinal).ThenBy(a => a.world);
            await Parallel.ForEachAsync(asks, new ParallelOptions { MaxDegreeOfParallelism = 4 }, async (a, _) =>
            {
                var answer = Plain((await _worlds[a.world].Key.AskAsync(a.ask.Text, a.ask.Variables)).Text, "\0", "\0");
                AssertShowsNobodyElse(_worlds[a.world], answer, "\0", a.ask);
                Assert.Equal(expected.GetOrAdd((a.world, a.ask.Text), answer), answer);
            });
        }
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(2, 0)]
    public async Task Another_worlds_ids_are_unknown_ids_in_every_field_and_mutation(int asker, int victim)
    {
        var (own, other) = (_worlds[asker], _worlds[victim]);
        var before = Documents(other);
        var (silent, leaks) = (new ConcurrentBag<string>(), new ConcurrentQueue<string>());

        await Parallel.ForEachAsync(Places(own), new ParallelOptions { MaxDegreeOfParallelism = 4 }, async (place, _) =>
        {
            if (!await ProbeAsync(place, (own, other), leaks.Enqueue) && place.Slot.IsId)
            {
                silent.Add(place.ToString());
            }
        });

        output.WriteLine($"{_asked} requests.");
        Assert.True(leaks.IsEmpty, $"{leaks.Count} leaks:\n" + string.Join('\n', leaks.Take(20)));
        var unfilled = silent.Except(Own.SilentSlots).Order().ToList();
        Assert.True(unfilled.Count == 0, "No own id makes a difference, so the test does not know how to fill: "
            + string.Join(", ", unfilled));
        Assert.Equal(before, Documents(other));
    }

    [Fact]
    public async Task Every_root_field_is_walked_to_an_answer_and_every_mutation_to_an_effect_that_others_do_not_see()
    {
        var others = _worlds.Skip(1).Select(Documents).ToList();
        var (reached, refused) = (new List<string>(), new List<string>());
        foreach (var field in _walk.Schema.Query!.Fields.Concat(_walk.Schema.Mutation!.Fields))
        {
            var operation = _walk.Schema.Query.Fields.Contains(field) ? "query" : "mutation";
            var answer = await TryAsync(operation, field);
            AssertShowsNobodyElse(_worlds[0], answer.Text, "\0", field.Name);
            (IsSuccess(answer, field) ? reached : refused).Add(field.Name);
            output.WriteLine($"{operation} {field.Name}: {(IsSuccess(answer, field) ? "reached" : answer.Text)}");
        }

        output.WriteLine($"{reached.Count} of {reached.Count + refused.Count} root fields reached.");
        var unexpected = refused.Except(Own.Unreached).ToList();
        Assert.True(
            unexpected.Count == 0,
            "Never walked to success (World.SeedAsync, InputFiller or Own must know more): "
            + string.Join(", ", unexpected));
        await _worlds[0].Key.WorkAsync();
        Assert.Equal(others, _worlds.Skip(1).Select(Documents).ToList());
    }

    // What no input has a field for is our own wording, and the same for everybody.
    private bool IsGiven(string place) => _walk.Schema.Types.OfType<InputObjectType>()
        .SelectMany(type => type.Fields).Any(field => place.EndsWith($".{field.Name}", StringComparison.Ordinal));

    /// <summary>
    /// Asks with the least that is required, then with each place for an id in turn, until it succeeds.
    /// </summary>
    private async Task<TestAnswer> TryAsync(string operation, Field field)
    {
        TestAnswer? first = null;
        var own = _worlds[0];
        var filler = new InputFiller(own);
        var tries = InputFiller.Slots(field).Where(slot => slot.IsId).SelectMany(
            slot => own.Ids.Values.Concat(own.MoreIds),
            (slot, id) => filler.Fill(field, slot, id)).Prepend(filler.Fill(field));
        foreach (var arguments in tries)
        {
            var answer = await AskAsync(1);
            answer = answer.ErrorCode == "COST_LIMIT_EXCEEDED" ? await AskAsync(0) : answer;
            if (IsSuccess(answer, field))
            {
                return answer;
            }

            first ??= answer;

            Task<TestAnswer> AskAsync(int depth)
            {
                var selection = _walk.Select(field.Type.Named, depth, pages: depth > 0);
                var ask = SchemaWalk.Write(operation, [new(field, arguments, null)], selection);
                return own.Key.AskAsync(ask.Text, ask.Variables);
            }
        }

        return first!;
    }

    // In lists of results each has its own userErrors; one that did not work is no success.
    private static bool IsSuccess(TestAnswer answer, Field field) => answer.Json["errors"] is null
        && answer.Json["data"]?[field.Name] is not null
        && !answer.Text.Contains("\"userErrors\":[{", StringComparison.Ordinal);

    /// <summary>Every slot of every field that can be reached, and of every mutation.</summary>
    private IEnumerable<Place> Places(World own)
    {
        foreach (var (type, way) in _walk.Ways(own))
        {
            foreach (var field in type.Fields)
            {
                foreach (var slot in InputFiller.Slots(field))
                {
                    yield return new("query", way, field, slot);
                }
            }
        }

        foreach (var field in _walk.Schema.Mutation!.Fields)
        {
            foreach (var slot in InputFiller.Slots(field))
            {
                yield return new("mutation", [], field, slot);
            }
        }
    }

    /// <returns>Whether an id of one's own was answered differently from an unknown one.</returns>
    private async Task<bool> ProbeAsync(Place place, (World Own, World Other) worlds, Action<string> leak)
    {
        var ((own, other), differs) = (worlds, false);
        var isCursor = place.Slot.Path[^1] == "after";
        IEnumerable<string> theirs = isCursor ? other.Cursors : place.Slot.IsId ? other.Ids.Values : other.Probes;
        foreach (var foreign in theirs.Where(id => !own.Ids.ContainsValue(id) && !own.Cursors.Contains(id)))
        {
            var unknown = other.Unknown(foreign);
            var isReal = place.Operation == "mutation" && place.Slot.IsId;
            var answers = await Task.WhenAll(
                AskAsync(place, own, foreign, isReal), AskAsync(place, own, unknown, isReal));
            AssertShowsNobodyElse(own, answers[0], foreign, place);
            if (Plain(answers[1], unknown, foreign) != Plain(answers[0], foreign, unknown))
            {
                leak($"{place} tells {foreign} from {unknown}:\n{answers[0]}\n{answers[1]}");
            }
        }

        IEnumerable<string> mineToTry = isCursor ? own.Cursors : place.Slot.IsId ? own.Ids.Values : own.Probes;
        foreach (var id in mineToTry)
        {
            var unknown = own.Unknown(id);
            var mine = await AskAsync(place, own, id, isReal: false);
            AssertShowsNobodyElse(own, mine, "\0", place);
            differs |= Plain(mine, id, unknown) != Plain(
                await AskAsync(place, own, unknown, isReal: false), unknown, id);
        }

        foreach (var text in Malformed)
        {
            AssertShowsNobodyElse(own, await AskAsync(place, own, text, isReal: false), "\0", place);
        }

        return differs;
    }

    private async Task<string> AskAsync(Place place, World own, string value, bool isReal)
    {
        var arguments = new InputFiller(own).Fill(place.Field, place.Slot, value, null);
        if (place.Operation == "mutation" && !isReal)
        {
            arguments["options"] = new JsonObject { ["dryRun"] = true };
        }

        IReadOnlyList<Step> way = [.. place.Way, new(place.Field, arguments, null)];
        var answer = await AskAsync(place, own, way, place.Operation == "mutation" ? 2 : 0);
        if (answer.ErrorCode == "COST_LIMIT_EXCEEDED")
        {
            answer = await AskAsync(place, own, way, 1);
        }

        Assert.True(
            (int)answer.Status < 500 && !NotAsked.Contains(answer.ErrorCode), $"{place} with '{value}': {answer.Text}");
        return answer.Text;
    }

    private Task<TestAnswer> AskAsync(Place place, World own, IReadOnlyList<Step> way, int depth)
    {
        var selection = _walk.Select(place.Field.Type.Named, depth, pages: place.Operation == "query");
        var ask = SchemaWalk.Write(place.Operation, way, selection);
        Interlocked.Increment(ref _asked);
        return own.Key.AskAsync(ask.Text, ask.Variables);
    }

    private void AssertShowsNobodyElse(World own, string answer, string except, object asked)
    {
        foreach (var other in _worlds.Where(world => world != own))
        {
            Assert.False(
                other.Shows(answer, except), $"{asked} shows {own.Marker} something of {other.Marker}: {answer}");
        }
    }

    /// <summary>The answer without chance: the request's id, ids made just now, and the caller's own words.</summary>
    private string Plain(string answer, string said, string instead)
    {
        var text = Cursor().Replace(
            Chance().Replace(answer, "\"$1\":\"~\""), cursor => PlaceOf(cursor.Groups[1].Value));
        foreach (var word in new[] { said, instead }
            .SelectMany(w => new[] { JsonEncodedText.Encode(w).ToString(), w, w.Trim('+') })
            .Where(w => w.Length > 0))
        {
            text = text.Replace(word, "~said~", StringComparison.OrdinalIgnoreCase);
        }

        text = Made().Replace(text, match => _worlds.Any(w => w.AllIds.Contains(match.Value)) ? match.Value : "~made~");
        return Token().Replace(text, match => GlobalId.TryParse(match.Value, out var type, out _)
            && (World.Encodes(match.Value, said) || !_worlds.Any(w => w.AllIds.Contains(match.Value)))
                ? type
                : match.Value);
    }

    // The victim's own clockwork stands still, so any difference was made by somebody else.
    private SortedDictionary<string, string> Documents(World world) => new(_cloud.Documents()
        .Where(
            d => d.Key.StartsWith($"{world.Key.Tenant}.{world.Key.Mode}".ToLowerInvariant(), StringComparison.Ordinal))
        .ToDictionary());

    // A cursor also holds a hash of the caller's own words, signed; only where it points to counts.
    private static string PlaceOf(string cursor)
    {
        var bytes = Base64Url.DecodeFromChars(cursor);
        if (bytes.Length < 13 || bytes[12] != '{')
        {
            return $"ursor\":{cursor}";
        }

        var json = JsonNode.Parse(bytes.AsSpan(12))!;
        return $"ursor\":{json["Value"]?.ToJsonString()} {json["Id"]?.ToJsonString()}";
    }

    [GeneratedRegex("ursor\":\"([A-Za-z0-9_-]{20,})\"")]
    private static partial Regex Cursor();

    [GeneratedRegex("\"(requestId|secret|prefix|keyId|appId|url|uploadId)\":\"[^\"]*\"")]
    private static partial Regex Chance();

    // Local ids and hashes of what a mutation made or would make.
    [GeneratedRegex("\\b[0-9a-f]{12,}\\b")]
    private static partial Regex Made();

    [GeneratedRegex("[A-Za-z0-9_-]{12,}")]
    private static partial Regex Token();

    [GeneratedRegex("^Mutation$|^Subscription$|Payload$|Error$|Result$|^MutationMeta$|^StagedUpload$|^HttpHeader$"
        + "|^UnknownCustomer$|^Warning$")]
    private static partial Regex Unreadable();

    private sealed record Place(string Operation, IReadOnlyList<Step> Way, Field Field, Slot Slot)
    {
        public override string ToString() =>
            string.Join('.', Way.Select(s => s.Field.Name).Append(Field.Name)) + $"({Slot})";
    }
}
