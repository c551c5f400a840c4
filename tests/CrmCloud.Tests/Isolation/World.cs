using System.Text;
using System.Text.Json.Nodes;
using CrmCloud.Core.Shared;

namespace CrmCloud.Tests.Isolation;

/// <summary>
/// One tenant in one mode with one of everything. Worlds have the same external ids and the same content, but a marker
/// of their own in every text; so whatever shows another world's marker is a leak.
/// </summary>
internal sealed class World(TestKey key, string marker, string phone)
{
    public TestKey Key => key;

    /// <summary>Six characters that nothing else holds.</summary>
    public string Marker => marker;

    /// <summary>One global id of each kind of object, found in this world's own answers.</summary>
    public SortedDictionary<string, string> Ids { get; } = new(StringComparer.Ordinal);

    /// <summary>Ids of objects in a state that some mutation needs, beside <see cref="Ids"/>.</summary>
    public List<string> MoreIds { get; } = [];

    /// <summary>Signed places in this world's lists.</summary>
    public SortedSet<string> Cursors { get; } = new(StringComparer.Ordinal);

    /// <summary>Every id and local id of this world that no other world has; none may show elsewhere.</summary>
    public HashSet<string> AllIds { get; } = new(StringComparer.Ordinal);

    /// <summary>Own texts by which something is found, by the name of the argument.</summary>
    public Dictionary<string, string> Texts => new() { ["value"] = Email, ["key"] = $"{marker}_key" };

    /// <summary>Texts that find something here and nothing elsewhere.</summary>
    public IReadOnlyList<string> Probes => [$"{marker}-1", Email, $"{marker}_key", phone, Ids["Customer"]];

    private string Email => $"{marker}@x.example";

    public string IdFor(IReadOnlyList<string> names, string? target)
    {
        if (target is not null && Ids.TryGetValue(target, out var wanted))
        {
            return wanted;
        }

        // Names that do not tell what they mean.
        if (Meant.TryGetValue(names[0], out var meant) && Ids.TryGetValue(meant, out var told))
        {
            return told;
        }

        // The innermost name that is a kind of object: input.customer.id is a Customer, uploadId an Upload.
        foreach (var name in names)
        {
            var plain = name.EndsWith("Id", StringComparison.Ordinal) ? name[..^2] : name.TrimEnd('s');
            if (Ids.FirstOrDefault(id => id.Key.Equals(plain, StringComparison.OrdinalIgnoreCase)).Value is { } id)
            {
                return id;
            }
        }

        // Else what the field begins with: objectiveUpdate(input.id) is an Objective.
        return Ids.Where(id => names[^1].StartsWith(id.Key, StringComparison.OrdinalIgnoreCase))
            .OrderByDescending(id => id.Key.Length).Select(id => id.Value).FirstOrDefault()
            ?? Ids.Values.FirstOrDefault() ?? "none";
    }

    // As unlike every world's marker as they are unlike each other: names that are near are suggested to their owner.
    private const string Nobody = "zqtuck";

    /// <summary>The same shape, and nobody's.</summary>
    public string Unknown(string text)
    {
        if (GlobalId.TryParse(text, out var type, out var local))
        {
            return GlobalId.Of(type, local[..^4] + string.Concat(local[^4..].Select(Other)));
        }

        return text == phone ? phone[..^4] + "9999"
            : text.Contains(marker, StringComparison.Ordinal) ? text.Replace(marker, Nobody, StringComparison.Ordinal)
            : text[..^4] + string.Concat(text[^4..].Select(Other));
    }

    /// <summary>Everything of this world that must not show in another's answer.</summary>
    public bool Shows(string answer, string except) => answer.Replace(except, "", StringComparison.Ordinal) is var rest
        && (rest.Contains(marker, StringComparison.OrdinalIgnoreCase) || rest.Contains(phone, StringComparison.Ordinal)
            || AllIds.Any(id => rest.Contains(id, StringComparison.Ordinal)
                && !except.Contains(id, StringComparison.Ordinal) && !Encodes(except, id) && !Encodes(id, except)));

    public async Task SeedAsync()
    {
        await key.DoAsync("tenantUpdate", "TenantUpdateInput",
            new
            {
                name = $"{marker} Ltd", exposureTypes = new[] { $"{marker}-offer" },
                rfmThresholds =
                    new { recencyDays = Falling, frequency = Rising, monetary = Rising.Select(n => $"{n}") },
                rfmBoxes = new[]
                {
                    new
                    {
                        group = "LOST", recencyFrom = 1, recencyTo = 5,
                        frequencyFrom = 1, frequencyTo = 5, monetaryFrom = 1, monetaryTo = 5,
                    },
                },
            }, "tenant { name }");
        foreach (var name in new[] { "diet", $"{marker}_key" })
        {
            await DefineAsync(name, $"{marker} label");
        }

        await SeedCustomersAsync();
        await SeedFactsAsync();
        await SeedAppAsync();
        await SeedImportAsync();
        await SeedActionsAsync();
        await key.WorkAsync();
        await SeedOutcomeAsync();
        await SeedObjectivesAsync();
        await SeedAlertsAsync();
        await SeedSegmentsAsync();
        await key.WorkAsync();

        // One that waits can be cancelled, and then resumed.
        MoreIds.Add(await SeedImportAsync());

        // The newest change that the audit trail shows has our words before and after it.
        key.Cloud.Clock.Advance(TimeSpan.FromSeconds(1));
        await DefineAsync($"{marker}_key", $"{marker} label anew");
    }

    private Task<JsonNode> DefineAsync(string name, string label) =>
        key.DoAsync("attributeDefinitionSet", "AttributeDefinitionInput", new
        {
            key = name, label, type = "ENUM", mergePolicy = "MOST_RECENT",
            allowed = new[] { $"{marker}-v" }, purposeLimit = new[] { $"{marker}-p" },
        }, "attributeDefinition { id }");

    private async Task SeedCustomersAsync()
    {
        await key.DoAsync("customerCreate", "CustomerInput", new
        {
            kind = "ORGANIZATION", externalIds = External("ORG-1", $"{marker}-org"),
            displayName = $"{marker} works", country = marker,
        }, "customer { id }");
        var person = await key.DoAsync("customerCreate", "CustomerInput", new
        {
            externalIds = External("C-1", $"{marker}-1"),
            displayName = $"{marker} Lovelace", email = Email, phone, country = marker,
            birthDate = "1985-12-10", organization = new { externalId = new { source = "shop", id = "ORG-1" } },
            identities = new[] { new { kind = "EMAIL", value = Email, verified = true, source = $"{marker}-form" } },
            likes = new[] { new { subject = $"{marker} tea", sentiment = "LIKES", source = $"{marker}-call" } },
            attributes = new[] { "diet", $"{marker}_key" }.Select(
                k => new { key = k, value = new { @string = $"{marker}-v" } }),
        }, "customer { id }");
        Ids["Customer"] = person["customer"]!["id"]!.GetValue<string>();
        await key.DoAsync("consentRecord", "ConsentRecordInput", new
        {
            customer = Customer, purpose = $"{marker}-news",
            channel = "EMAIL", status = "GRANTED", source = $"{marker}-form",
            maxPer = new { max = 2, per = "P7D" }, wordingVersion = $"{marker}-v1",
            proofUrl = $"https://{marker}.example/",
        }, "consent { purpose }");
    }

    private async Task SeedFactsAsync()
    {
        var orders = new[]
        {
            ("O-1", "PURCHASE"), ("O-2", "PURCHASE"), ($"{marker}-o", "PURCHASE"), ("R-1", "REFUND"),
        };
        foreach (var (id, kind) in orders)
        {
            var amount = new { amount = "12.50", currency = "GBP" };
            await key.DoAsync("transactionRecord", "TransactionInput", new
            {
                externalId = new { source = $"{marker}-till", id = $"{marker}-{id}" },
                customer = Customer, kind, amount, at = "2026-02-20T10:00:00Z",
                items = new[] { new { sku = $"{marker}-sku", quantity = "1", amount, category = $"{marker}-cat" } },
            }, "transaction { id }");
            await key.DoAsync("interactionRecord", "InteractionInput", new
            {
                externalId = new { source = $"{marker}-desk", id = $"{marker}-{id}" },
                customer = Customer, channel = "EMAIL", direction = "INBOUND",
                type = $"{marker}-call", occurredAt = "2026-02-21T10:00:00Z", summary = $"{marker} called",
                properties = new { note = $"{marker} note" }, satisfaction = 4,
            }, "interaction { id }");
        }

        // Only its id leads to a measurement, so it has to be kept.
        var measured = await key.DoAsync("measurementRecord", "MeasurementInput", new
        {
            externalId = new { source = $"{marker}-books", id = $"{marker}-m" },
            key = "net_income", at = "2026-02-28", amount = "1000",
            currency = "GBP", dimension = $"{marker}-dim",
        }, "measurement { id }");
        Ids["Measurement"] = measured["measurement"]!["id"]!.GetValue<string>();
    }

    // An app of which the walk may say what it likes: disabling it does not end the walk. It has done something, so
    // that lists by actor show it.
    private async Task SeedAppAsync()
    {
        var made = await key.DoAsync("appCreate", "AppCreateInput", new
        {
            name = $"{marker} till", scopes = new[] { "CUSTOMERS_READ", "CUSTOMERS_WRITE" },
            mode = key.Mode.ToString().ToUpperInvariant(),
        }, "secret app { id keys { id } }", new { idempotencyKey = $"{marker}-idem" });
        Ids["App"] = made["app"]!["id"]!.GetValue<string>();
        Ids["ApiKey"] = made["app"]!["keys"]![0]!["id"]!.GetValue<string>();
        await (key with { Text = made["secret"]!.GetValue<string>() }).DoAsync("customerCreate", "CustomerInput",
            new { externalIds = External("C-2", $"{marker}-2"), displayName = $"{marker} second" }, "customer { id }");
    }

    // After the figures, from which baselines are taken.
    private async Task SeedObjectivesAsync()
    {
        foreach (var (name, parentId) in new[] { ("goal", null), ("part", (string?)"") })
        {
            var made = await key.DoAsync("objectiveCreate", "ObjectiveInput", new
            {
                externalId = new { source = $"{marker}-plan", id = $"{marker}-{name}" }, beneficiary = "CUSTOMER",
                statement = "Increase revenue by 10 % by 2026-12-31", ownerName = $"{marker} owner",
                parentId = parentId is null ? null : Ids["Objective"],
            }, "objective { id kpi { id } }");
            Ids["Objective"] = made["objective"]!["id"]!.GetValue<string>();
            Ids["Kpi"] = made["objective"]!["kpi"]!["id"]!.GetValue<string>();
        }

        await key.DoAsync("objectiveStatusSet", "ObjectiveStatusInput",
            new { id = Ids["Objective"], status = "DRAFT", reason = $"{marker} reason" }, "objective { id }");
    }

    // One decision for the outcome that the walk records, and a figure that is below any hope.
    private async Task SeedAlertsAsync()
    {
        await key.DoAsync("alertRuleSet", "AlertRuleInput", new
        {
            name = $"{marker} watch", watchesId = Ids["Kpi"],
            condition = new { kind = "BELOW", threshold = "1000000", periods = 1 },
            cooldown = "P1D",
        }, "alertRule { id }");
        await key.DoAsync("decisionRecord", "DecisionInput",
            new { text = $"{marker} decides", objectiveId = Ids["Objective"] }, "decision { id }");
    }

    // A manual one with the customer; another and one with a rule that the walk may change and delete.
    private async Task SeedSegmentsAsync()
    {
        foreach (var (name, kind, rule) in new[]
            { ("seg", "MANUAL", null), ("spare", "MANUAL", null), ("rule", "DYNAMIC", $"country = '{marker}'") })
        {
            var made = await key.DoAsync("segmentCreate", "SegmentInput", new
            {
                key = $"{marker}-{name}", name = $"{marker} segment",
                description = $"{marker} words", purpose = $"{marker} aim", kind,
                rule = rule is null ? null : new { expression = rule },
            }, "segment { id }");
            var id = made["segment"]!["id"]!.GetValue<string>();
            if (!Ids.TryAdd("Segment", id))
            {
                MoreIds.Add(id);
            }
        }

        // Abandoned, so that the segment can still be deleted.
        var about = (await key.DoAsync("objectiveCreate", "ObjectiveInput", new
        {
            beneficiary = "BOTH", statement = "Increase revenue to 100 by 2026-12-31", ownerName = $"{marker} owner",
            segment = new { id = Ids["Segment"] }, baseline = new { value = "1", at = "2026-01-31" },
        }, "objective { id }"))["objective"]!["id"]!.GetValue<string>();
        await key.DoAsync("objectiveStatusSet", "ObjectiveStatusInput",
            new { id = about, status = "ABANDONED", reason = $"{marker} reason" }, "objective { id }");
        MoreIds.Add(about);

        await key.DoAsync("segmentMembersSet", "SegmentMembersInput",
            new { segment = new { id = Ids["Segment"] }, add = new[] { Customer } }, "added");
    }

    // One that suits the customer, and one that he permits nothing for.
    private async Task SeedActionsAsync()
    {
        await key.DoAsync("consentRecord", "ConsentRecordInput", new
        {
            customer = Customer, purpose = $"{marker}-news",
            channel = "WEB", status = "GRANTED", source = $"{marker}-form",
        }, "consent { purpose }");
        foreach (var purpose in new[] { $"{marker}-none", $"{marker}-news" })
        {
            var made = await key.DoAsync("actionSet", "ActionInput", new
            {
                key = purpose, name = $"{marker} offer", kind = "OFFER", channels = new[] { "WEB" }, purpose,
                audience = new { expression = $"diet = '{marker}-v'" },
                exclusions = new { expression = $"country = '{marker}-x'" },
                content = new[]
                {
                    new
                    {
                        language = $"en-x-{marker}", title = $"{marker} title",
                        body = $"{marker} body", payload = new { note = marker },
                    },
                },
            }, "action { id }");
            Ids["Action"] = made["action"]!["id"]!.GetValue<string>();
            await key.DoAsync("actionStatusSet", "DefinitionStatusInput",
                new { id = Ids["Action"], status = "ACTIVE" }, "action { id }");
        }
    }

    private async Task SeedOutcomeAsync()
    {
        var set = await key.GetAsync(
            "query($c: Ref!) { recommend(customer: $c, channel: WEB) { recommendations { id } } }",
            new { c = Customer });
        Ids["Recommendation"] = set["recommend"]!["recommendations"]![0]!["id"]!.GetValue<string>();
        await key.DoAsync("recommendationOutcomeRecord", "OutcomeInput",
            new { recommendationId = Ids["Recommendation"], kind = "SHOWN", at = key.Cloud.Clock.Now },
            "recommendation { id }");
    }

    private async Task<string> SeedImportAsync()
    {
        var row = $$"""
            {"externalId":{"source":"shop","id":"I-1"},"displayName":"{{marker}} imported"}
            {"externalId":{"source":"shop","id":"I-2"},"email":"{{marker}} is no address"}

            """;
        using var file = new MemoryStream(Encoding.UTF8.GetBytes(row));
        var uploadId = await key.UploadAsync($"{marker}.jsonl", file);
        Ids["Upload"] = uploadId;
        var started = await key.DoAsync("bulkImport", "BulkImportInput",
            new { target = "CUSTOMERS", uploadId, format = "JSONL" }, "operation { id }");
        return started["operation"]!["id"]!.GetValue<string>();
    }

    private static readonly Dictionary<string, string> Meant = new() { ["watchesId"] = "Kpi" };
    private static readonly int[] Falling = [90, 60, 30, 10];
    private static readonly int[] Rising = [1, 2, 3, 4];

    private static object Customer => new { externalId = new { source = "shop", id = "C-1" } };

    private object[] External(params string[] ids) =>
        [new { source = "shop", id = ids[0] }, new { source = $"{marker}-src", id = ids[1] }];

    /// <summary>Whether an id is made of a text: of what the caller said himself, it tells nothing.</summary>
    public static bool Encodes(string globalId, string local) =>
        GlobalId.TryParse(globalId, out _, out var inside) && inside.Contains(local, StringComparison.Ordinal);

    private static char Other(char c) => char.IsAsciiDigit(c) ? (char)('0' + ((c - '0' + 1) % 10))
        : c is >= 'a' and <= 'f' ? (char)('a' + ((c - 'a' + 1) % 6))
        : char.IsAsciiLetterLower(c) ? 'x' : char.IsAsciiLetterUpper(c) ? 'X' : c;
}
