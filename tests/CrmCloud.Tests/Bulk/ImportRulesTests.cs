using CrmCloud.Core.Bulk;
using CrmCloud.Core.Customers;
using CrmCloud.Core.Interactions;
using CrmCloud.Core.Jobs;
using CrmCloud.Core.Shared;
using CrmCloud.Store;

namespace CrmCloud.Tests.Bulk;

public sealed class ImportRulesTests
{
    private static readonly BulkImportInput Orders = Input(ImportTarget.Transactions,
        ("externalId.source", "=shop"), ("externalId.id", "*order"), ("customer.externalId.source", "=shop"),
        ("customer.externalId.id", "customer"), ("customer.displayName", "name"), ("at", "at"),
        ("items.sku", "sku"), ("items.quantity", "qty"), ("items.unitPrice", "price")) with
    {
        Mapping =
        [
            .. ImportBench.Map(
                ("externalId.source", "=shop"), ("externalId.id", "*order"), ("customer.externalId.source", "=shop"),
                ("customer.externalId.id", "customer"), ("customer.displayName", "name"), ("at", "at"),
                ("items.sku", "sku"), ("items.quantity", "qty"), ("items.unitPrice", "price")),
            new()
            {
                Field = "kind",
                Constant = "PURCHASE",
                RefundWhen = new() { IdStartsWith = "C", NegativeTotal = true },
            },
        ],
    };

    private const string Header = "order,customer,name,at,sku,qty,price\n";

    [Fact]
    public async Task Lines_of_one_order_become_one_transaction_with_their_sum_and_earliest_instant()
    {
        await using var bench = new ImportBench();

        var done = await bench.ImportAsync(Header + """
            1,K1,Ann,2026-01-05 10:00:00,A,2,1.005
            1,K1,Ann,2026-01-05 09:59:00,B,1,3.00
            1,K1,Ann,2026-01-05 10:00:00,B,-1,3.00
            1,K1,Ann,2026-01-05 10:00:00,A,2,1.005
            """, Orders);
        var order = Assert.Single(await bench.TransactionsAsync());

        // Identical lines are real lines, a negative one takes off, and 2.01 twice is 4.02.
        Assert.Equal((402L, TransactionKind.Purchase), (order.AmountMinor, order.Kind));
        Assert.Equal([201L, 300, -300, 201], order.StoredItems.Select(i => i.AmountMinor));
        Assert.Equal(new(2026, 1, 5, 9, 59, 0, TimeSpan.Zero), order.At);
        Assert.Equal(
            (1L, 4L, 1L), (done.Progress.Records.Created, done.Progress.Rows.Created, done.Progress.CustomersCreated));
    }

    [Fact]
    public async Task Lines_are_rounded_half_to_even_before_they_are_added()
    {
        await using var bench = new ImportBench();

        await bench.ImportAsync(Header + "1,K1,,2026-01-05,A,1,0.125\n1,K1,,2026-01-05,A,1,0.125\n", Orders);

        Assert.Equal(24, Assert.Single(await bench.TransactionsAsync()).AmountMinor);
    }

    [Theory]
    [InlineData("C1", "-2", TransactionKind.Refund, 700)]
    [InlineData("77", "-2", TransactionKind.Refund, 700)]
    [InlineData("77", "0", TransactionKind.Purchase, 0)]
    [InlineData("77", "2", TransactionKind.Purchase, 700)]
    public async Task A_refund_is_told_by_the_rule_and_positive(
        string order, string quantity, TransactionKind kind, long amount)
    {
        await using var bench = new ImportBench();

        await bench.ImportAsync(Header + $"{order},K1,,2026-01-05,A,{quantity},3.50\n", Orders);
        var stored = Assert.Single(await bench.TransactionsAsync());

        Assert.Equal((kind, amount), (stored.Kind, stored.AmountMinor));
        Assert.Equal(amount, stored.StoredItems.Sum(i => i.AmountMinor));
    }

    [Fact]
    public async Task Lines_without_a_customer_are_passed_over_and_counted()
    {
        await using var bench = new ImportBench();

        var done = await bench.ImportAsync(
            Header + "1,,,2026-01-05,A,1,1\n1,,,2026-01-05,B,1,1\n2,K1,,2026-01-05,A,1,1\n", Orders);

        ImportBench.AssertTrue(done);
        Assert.Equal(new SkipCount(RecordMapping.NoCustomer, 1, 2), Assert.Single(done.Progress.Skips));
        Assert.Equal(JobStatus.Succeeded, done.Status);
    }

    [Fact]
    public async Task Rows_of_one_order_belong_together_wherever_in_the_file_they_are()
    {
        await using var bench = new ImportBench();
        var text = Header + string.Concat(Enumerable.Range(0, 3)
            .SelectMany(
                line => Enumerable.Range(0, 500).Select(
                    order => $"{order},K{order % 7},,2026-01-0{line + 1},S{line},1,1\n")));

        var done = await bench.RunAsync(
            await bench.QueueAsync(new MemoryStream(System.Text.Encoding.UTF8.GetBytes(text)), Orders),
            bench.Store, recordsPerChunk: 60);

        ImportBench.AssertTrue(done);
        Assert.Equal((500L, 1_500L), (done.Progress.Records.Created, done.Progress.Rows.Created));
        Assert.All(
            await bench.TransactionsAsync(), t => Assert.Equal(["S0", "S1", "S2"], t.StoredItems.Select(i => i.Sku)));
    }

    [Fact]
    public async Task The_same_again_is_unchanged_other_content_is_a_new_version_and_another_customer_moves_it()
    {
        await using var bench = new ImportBench();
        const string two = Header + "1,K1,,2026-01-05,A,1,1\n2,K1,,2026-01-05,A,1,1\n3,K1,,2026-01-05,A,1,1\n";
        await bench.ImportAsync(two, Orders);

        var done = await bench.ImportAsync(
            Header + "1,K1,,2026-01-05,A,1,1\n2,K1,,2026-01-05,A,1,9\n3,K2,,2026-01-05,A,1,1\n", Orders);
        var stored = (await bench.TransactionsAsync()).ToDictionary(t => t.ExternalId.Id);

        Assert.Equal(
            (0L, 2L, 1L),
            (done.Progress.Records.Created, done.Progress.Records.Updated, done.Progress.Records.Unchanged));
        Assert.Equal((1L, 2L, 900L), (stored["1"].Version, stored["2"].Version, stored["2"].AmountMinor));
        Assert.Equal(3, stored.Count);
        Assert.NotEqual(stored["1"].CustomerId, stored["3"].CustomerId);
    }

    [Fact]
    public async Task Lines_of_one_order_that_contradict_each_other_are_refused_together()
    {
        await using var bench = new ImportBench();

        var done = await bench.ImportAsync(
            Header + "1,K1,,2026-01-05,A,1,1\n1,K2,,2026-01-05,A,1,1\n2,K1,,2026-01-05,A,1,1\n", Orders);
        var error = Assert.Single(done.Progress.Errors);

        Assert.Equal(
            (3L, 3, "customer", UserErrorCode.Conflict), (error.Line, error.Character, error.Column, error.Code));
        Assert.Equal(
            (1L, 2L, 1L), (done.Progress.Records.Rejected, done.Progress.Rows.Rejected, done.Progress.Records.Created));
    }

    [Fact]
    public async Task Customers_are_created_changed_by_what_is_given_and_found_by_their_external_id()
    {
        await using var bench = new ImportBench();
        var input = Input(ImportTarget.Customers,
            ("externalId.source", "=crm"), ("externalId.id", "id"),
            ("displayName", "name"), ("email", "mail"), ("country", "country"),
            ("organization.externalId.source", "=crm"), ("organization.externalId.id", "org"), ("kind", "kind"));
        await bench.ImportAsync(
            "id,name,mail,country,org,kind\nO1,Firm,,DE,,ORGANIZATION\n1,Ann,ann@x.com,DE,O1,\n2,Bob,,,,\n", input);

        var done = await bench.ImportAsync("id,name,mail,country,org,kind\n1,,,FR,,\n2,Bob,,,,\n3,Cid,,,O9,\n", input);
        var stored = (await bench.CustomersAsync()).ToDictionary(c => c.ExternalIds[0].Id);

        ImportBench.AssertTrue(done);
        Assert.Equal(
            (1L, 1L, 1L),
            (done.Progress.Records.Updated, done.Progress.Records.Unchanged, done.Progress.Records.Rejected));
        Assert.Equal(("Ann", "ann@x.com", "FR"), (stored["1"].DisplayName, stored["1"].Email, stored["1"].Country));
        Assert.Equal(stored["O1"].CustomerId, stored["1"].OrganizationId);
        Assert.Equal(("org", UserErrorCode.NotFound), (done.Progress.Errors[0].Column, done.Progress.Errors[0].Code));
    }

    [Fact]
    public async Task Keep_existing_fills_only_what_is_missing()
    {
        await using var bench = new ImportBench();
        var input = Input(
            ImportTarget.Customers, ("externalId.source", "=crm"),
            ("externalId.id", "id"), ("displayName", "name"), ("country", "country"));
        await bench.ImportAsync("id,name,country\n1,Ann,\n", input);

        await bench.ImportAsync("id,name,country\n1,Zoe,FR\n", input with { OnConflict = UpsertConflict.KeepExisting });
        var ann = Assert.Single(await bench.CustomersAsync());

        Assert.Equal(("Ann", "FR"), (ann.DisplayName, ann.Country));
    }

    [Fact]
    public async Task Interactions_come_in_with_their_properties_and_make_the_customers_they_name()
    {
        await using var bench = new ImportBench();
        var input = Input(ImportTarget.Interactions,
            ("externalId.source", "=web"), ("externalId.id", "#"),
            ("customer.externalId.source", "=web"), ("customer.externalId.id", "who"),
            ("channel", "channel"), ("direction", "=INBOUND"), ("type", "=visit"),
            ("occurredAt", "when"), ("properties", "props"), ("satisfaction", "csat"));
        const string file = "who,channel,when,props,csat\n"
            + "K1,CALL_CENTER,2026-01-05T10:00:00Z,\"{\"\"page\"\":\"\"/a\"\"}\",5\n"
            + "K1,web,2026-01-06T10:00:00Z,,\n";

        var first = await bench.ImportAsync(file, input);
        var again = await bench.ImportAsync(file, input);
        var stored = (await bench.AllAsync<Interaction>(Container.Interactions, "interaction"))
            .OrderBy(i => i.At)
            .ToList();

        Assert.Equal((2L, 1L), (first.Progress.Records.Created, first.Progress.CustomersCreated));
        Assert.Equal(2, again.Progress.Records.Unchanged);
        Assert.Equal(
            (Channel.CallCenter, 5, "/a"),
            (stored[0].Channel, stored[0].Satisfaction, stored[0].Properties!.Value.GetProperty("page").GetString()));
    }

    [Fact]
    public async Task Consents_follow_each_other_in_time_and_old_news_takes_nothing_back()
    {
        await using var bench = new ImportBench();
        var input = Input(ImportTarget.Consents,
            ("customer.externalId.source", "=crm"), ("customer.externalId.id", "id"),
            ("purpose", "=marketing"), ("channel", "=EMAIL"),
            ("status", "status"), ("source", "=form"), ("at", "at"));
        await bench.ImportAsync(
            "id\n1\n", Input(ImportTarget.Customers, ("externalId.source", "=crm"), ("externalId.id", "id")));
        const string file = "id,status,at\n1,GRANTED,2025-01-01\n1,REVOKED,2025-06-01\n9,GRANTED,2025-01-01\n";

        var first = await bench.ImportAsync(file, input);
        var again = await bench.ImportAsync(file, input);
        var older = await bench.ImportAsync("id,status,at\n1,GRANTED,2025-03-01\n", input);
        var consent = Assert.Single(await bench.AllAsync<Consent>(Container.Master, "consent"));

        Assert.Equal(
            (1L, 1L, 1L),
            (first.Progress.Records.Created, first.Progress.Records.Updated, first.Progress.Records.Rejected));
        Assert.Equal(2, again.Progress.Records.Unchanged);
        Assert.Equal(ConsentImport.Older, Assert.Single(older.Progress.Skips).Reason);
        Assert.Equal((ConsentStatus.Revoked, 2), (consent.Recorded, consent.History.Count));
    }

    [Fact]
    public async Task Measurements_come_in_and_are_corrected_by_their_external_id()
    {
        await using var bench = new ImportBench();
        var input = Input(ImportTarget.Measurements,
            ("externalId.source", "=erp"), ("externalId.id", "id"), ("key", "=net_income"),
            ("at", "day"), ("amount", "amount"), ("currency", "=GBP"));

        await bench.ImportAsync("id,day,amount\nq1,2026-01-31,1000.50\n", input);
        var done = await bench.ImportAsync("id,day,amount\nq1,2026-01-31,1200\nq2,2026-02-28,1\n", input);
        var stored = await bench.AllAsync<Measurement>(Container.Interactions, "measurement");

        Assert.Equal((1L, 1L), (done.Progress.Records.Created, done.Progress.Records.Updated));
        Assert.Equal(1_200m, stored.Single(m => m.ExternalId.Id == "q1").Amount);
    }

    [Fact]
    public async Task JSON_lines_have_the_members_of_the_mutation_and_nothing_unknown_passes_in_silence()
    {
        await using var bench = new ImportBench();

        var done = await bench.ImportAsync(RowTests.Gzip("""
            {"externalId":{"source":"s","id":"1"},"customer":{"externalId":{"source":"s","id":"K"}},"kind":"PURCHASE","amount":{"amount":"9.50","currency":"GBP"},"at":"2026-01-05T10:00:00Z","items":[{"sku":"A","quantity":"1","amount":{"amount":"4.50","currency":"GBP"}},{"sku":"B","quantity":2,"amount":{"amount":"5.00","currency":"GBP"}}]}
            {"externalId":{"source":"s","id":"2"},"customer":{"externalId":{"source":"s","id":"K"}},"kind":"PURCHASE","amount":{"amount":"1","currency":"GBP"},"at":"2026-01-05T10:00:00Z","colour":"red"}
            """u8.ToArray()), new() { Target = ImportTarget.Transactions, UploadId = "", Format = BulkFormat.Jsonl });
        var stored = Assert.Single(await bench.TransactionsAsync());

        Assert.Equal((950L, 2), (stored.AmountMinor, stored.StoredItems.Count));
        Assert.Equal(
            (2L, "'colour' is not a field of this import."),
            (done.Progress.Errors[0].Line, done.Progress.Errors[0].Message));
        Assert.Contains("\"rejected\":{\"line\":\"2\"", bench.Rejected(done), StringComparison.Ordinal);
    }

    [Fact]
    public void A_mapping_is_refused_with_every_problem_at_its_place()
    {
        var input = Input(
            ImportTarget.Transactions, ("externalId.id", "a"), ("colour", "b"),
            ("kind", "c"), ("at", "d"), ("items.quantity", "e"));

        var problems = ImportPlan.Of(input with
        {
            Delimiter = "ab",
            Mapping =
            [
                .. input.Mapping!,
                new() { Field = "amount", Column = "x", Constant = "y" },
                new() { Field = "margin", Column = "m", DateFormat = "yyyy" },
            ],
        }, new() { Slug = "s", Name = "S", TimeZone = "UTC", Currency = "EUR" }).Problems;

        Assert.Equal(
            [
                "input.delimiter", "input.mapping.1.field", "input.mapping.5", "input.mapping.6",
                "input.mapping", "input.mapping", "input.mapping", "input.mapping", "input.mapping",
            ],
            problems.Select(p => p.At));
    }

    internal static BulkImportInput Input(ImportTarget target, params (string Field, string From)[] fields) => new()
    {
        Target = target,
        UploadId = "",
        Format = BulkFormat.Csv,
        Mapping = ImportBench.Map(fields),
    };

    [Theory]
    [InlineData("kind", "SALE", null, "input.mapping.0.constant", "'SALE' is none of")]
    [InlineData("at", "yesterday", null, "input.mapping.0.constant", "'yesterday' is no instant")]
    [InlineData("amount", "ten", null, "input.mapping.0.constant", "'ten' is no number")]
    [InlineData("amount", "1.005", null, "input.mapping.0.constant", "GBP has 2 decimals")]
    [InlineData("currency", "EUR", null, "input.mapping.0.constant", "Amounts are recorded in GBP")]
    [InlineData("externalId.source", " ", null, "input.mapping.0.constant", "at least one character")]
    [InlineData("at", "2026-01-05", "Mars/Olympus", "input.mapping.0.timeZone", "'Mars/Olympus' is no time zone")]
    public void A_constant_or_zone_that_no_row_could_have_is_refused_with_the_mapping(
        string field, string constant, string? zone, string at, string said)
    {
        var rest = Orders.Mapping!.Where(m => m.Field != field
            && !m.Field.StartsWith("items.", StringComparison.Ordinal)
            && (field == "amount" || m.Field != "amount"));
        List<ColumnMapping> mapping =
        [
            new() { Field = field, Constant = constant, TimeZone = zone }, .. rest,
            .. field == "amount" ? [] : ImportBench.Map(("amount", "=1")),
        ];

        var plan = ImportPlan.Of(
            Orders with { Mapping = mapping }, new() { Slug = "s", Name = "S", TimeZone = "UTC", Currency = "GBP" });
        var problem = Assert.Single(plan.Problems);

        Assert.Equal(at, problem.At);
        Assert.Contains(said, problem.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("amount", "9.50", 950)]
    [InlineData("amount", "9.500", 950)]
    [InlineData("amount", "9.505", null)]
    [InlineData("items.amount", "0.250", 25)]
    [InlineData("items.amount", "0.255", null)]
    [InlineData("amount", "2.01", 201)]
    [InlineData("amount", "2.010", 201)]
    public async Task A_stated_amount_has_no_more_decimals_than_its_currency(string field, string amount, int? stored)
    {
        await using var bench = new ImportBench();
        var input = Orders with
        {
            Mapping =
            [
                .. Orders.Mapping!.Where(m => m.Field != "items.unitPrice"), .. ImportBench.Map((field, "price")),
            ],
        };

        var done = await bench.ImportAsync(Header + $"1,K1,,2026-01-05,A,1,{amount}\n",
            field == "amount"
                ? input with { Mapping = [.. input.Mapping!, .. ImportBench.Map(("items.amount", "=0"))] }
                : input);

        Assert.Equal(
            stored, (await bench.TransactionsAsync()).SingleOrDefault()?.AmountMinor is { } minor ? (int)minor : null);
        Assert.Equal(
            stored is null ? [(UserErrorCode.Invalid, "price")] : [],
            done.Progress.Errors.Select(e => (e.Code, e.Column!)));
    }

    [Theory]
    [InlineData("0.125", "0.125", 12)]
    [InlineData("0.125", "0.126", null)]
    public async Task A_stated_amount_that_is_quantity_times_price_is_rounded_as_the_lines_are(
        string price, string amount, int? stored)
    {
        await using var bench = new ImportBench();
        foreach (var field in new[] { "amount", "items.amount" })
        {
            var input = Orders with { Mapping = [.. Orders.Mapping!, .. ImportBench.Map((field, "total"))] };

            await bench.ImportAsync(
                $"order,customer,name,at,sku,qty,price,total\n{field},K1,,2026-01-05,A,1,{price},{amount}\n", input);
        }

        var amounts = (await bench.TransactionsAsync()).Select(t => (int)t.AmountMinor).ToList();
        Assert.Equal(stored is { } minor ? [minor, minor] : [], amounts);
    }
}
