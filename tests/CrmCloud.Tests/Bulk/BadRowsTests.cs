using System.Text;
using CrmCloud.Core.Bulk;
using CrmCloud.Core.Jobs;
using CrmCloud.Core.Shared;

namespace CrmCloud.Tests.Bulk;

public sealed class BadRowsTests
{
    private const int Every = 100;

    private static readonly string[] Columns =
    [
        "order", "customer", "name", "email", "phone", "birth", "lang",
        "kind", "at", "currency", "sku", "qty", "price", "category", "margin",
    ];

    private static readonly BulkImportInput Orders = new()
    {
        Target = ImportTarget.Transactions,
        UploadId = "",
        Format = BulkFormat.Csv,
        Mapping =
        [
            .. ImportBench.Map(
                ("externalId.source", "=shop"), ("externalId.id", "order"), ("customer.externalId.source", "=shop"),
                ("customer.externalId.id", "customer"),
                ("customer.displayName", "name"), ("customer.birthDate", "birth"),
                ("customer.language", "lang"), ("kind", "kind"),
                ("at", "at"), ("currency", "currency"), ("items.sku", "sku"),
                ("items.quantity", "qty"), ("items.unitPrice", "price"),
                ("items.category", "category"), ("margin", "margin")),
            new() { Field = "customer.email", Column = "email", Transform = Normalization.Email },
            new() { Field = "customer.phone", Column = "phone", Transform = Normalization.PhoneE164 },
        ],
    };

    /// <summary>One value in one column, and what it is refused for.</summary>
    private static readonly (string Column, string Value, UserErrorCode Code)[] BadValues =
    [
        ("order", "", UserErrorCode.Required), ("order", new string('9', 201), UserErrorCode.TooLong),
        ("name", new string('x', 201), UserErrorCode.TooLong), ("email", "nobody", UserErrorCode.Invalid),
        ("email", "a@b@c.com", UserErrorCode.Invalid), ("phone", "call me", UserErrorCode.Invalid),
        ("phone", "12", UserErrorCode.Invalid), ("birth", "31.12.1990", UserErrorCode.Invalid),
        ("birth", "1700-01-01", UserErrorCode.OutOfRange), ("lang", "!!", UserErrorCode.Invalid),
        ("kind", "SALE", UserErrorCode.Invalid), ("kind", "", UserErrorCode.Required),
        ("at", "yesterday", UserErrorCode.Invalid), ("at", "2026-02-30T10:00:00Z", UserErrorCode.Invalid),
        ("at", "", UserErrorCode.Required), ("at", "1800-01-01T00:00:00Z", UserErrorCode.OutOfRange),
        ("at", "2090-01-01T00:00:00Z", UserErrorCode.OutOfRange), ("currency", "POUND", UserErrorCode.Invalid),
        ("currency", "USD", UserErrorCode.Invalid), ("sku", "", UserErrorCode.Required),
        ("sku", new string('s', 101), UserErrorCode.TooLong), ("sku", "A\u0001", UserErrorCode.Invalid),
        ("qty", "two", UserErrorCode.Invalid), ("qty", "10000000000000", UserErrorCode.OutOfRange),
        ("price", "3.5.0", UserErrorCode.Invalid), ("price", "$3.50", UserErrorCode.Invalid),
        ("price", "-3.50", UserErrorCode.OutOfRange), ("price", "999999999999", UserErrorCode.OutOfRange),
        ("category", new string('c', 101), UserErrorCode.TooLong), ("margin", "x", UserErrorCode.Invalid),
    ];

    /// <summary>A whole row that cannot be read.</summary>
    private static readonly (byte[] Row, string? Column, UserErrorCode Code)[] BadRows =
    [
        ("1,2,3"u8.ToArray(), "email", UserErrorCode.Invalid),
        (Encoding.UTF8.GetBytes(Good(1) + ",more"), null, UserErrorCode.Invalid),
        ([.. "7,K7,M"u8, 0xFC, .. "ller,,,,,,,,,,,,"u8], "name", UserErrorCode.Invalid),
        ("7,\"K7\"x,,,,,,,,,,,,,"u8.ToArray(), null, UserErrorCode.Invalid),
        ("7,\"K7,,,,,,,,,,,,,"u8.ToArray(), null, UserErrorCode.Invalid),
    ];

    [Fact]
    public async Task Every_good_row_goes_in_and_every_bad_row_is_named_with_line_column_and_reason()
    {
        await using var bench = new ImportBench();
        var (file, expected, rows) = File();

        var done = await bench.ImportAsync(file, Orders);
        var stored = await bench.TransactionsAsync();

        ImportBench.AssertTrue(done);
        Assert.Equal(JobStatus.PartiallyFailed, done.Status);
        Assert.Equal(expected, done.Progress.Errors.Select(e => (e.Line, e.Column, e.Code)));
        Assert.Equal(rows - expected.Count, stored.Count);
        Assert.Equal((rows, expected.Count), ((int)done.Progress.Records.Read, (int)done.Progress.Records.Rejected));
        Assert.Equal(expected.Count, (int)done.Summary.TopErrors.Sum(e => e.Count));
        Assert.Equal(expected.Count + 1, bench.Rejected(done).Split('\n').Count(line => line.Length > 0));
    }

    [Fact]
    public async Task With_REJECT_ALL_one_bad_row_stores_nothing_and_the_counts_say_so()
    {
        await using var bench = new ImportBench();
        var (file, expected, rows) = File();

        var done = await bench.ImportAsync(file, Orders with { ErrorPolicy = ErrorPolicy.RejectAll });

        ImportBench.AssertTrue(done);
        Assert.Equal((JobStatus.Failed, rows - expected.Count), (done.Status, (int)done.Progress.Records.Skipped));
        Assert.Empty(await bench.TransactionsAsync());
        Assert.Empty(await bench.CustomersAsync());
    }

    [Fact]
    public async Task With_REJECT_ALL_a_good_file_goes_in_whole()
    {
        await using var bench = new ImportBench();
        var text = string.Join(',', Columns) + "\n"
            + string.Concat(Enumerable.Range(0, 50).Select(i => Good(i) + "\n"));

        var done = await bench.ImportAsync(text, Orders with { ErrorPolicy = ErrorPolicy.RejectAll });

        Assert.Equal(
            (JobStatus.Succeeded, 50L, 50),
            (done.Status, done.Progress.Records.Created, (await bench.TransactionsAsync()).Count));
    }

    [Fact]
    public async Task A_dry_run_says_what_the_real_one_does_and_stores_nothing()
    {
        await using var bench = new ImportBench();
        var (bad, _, _) = File();
        // The same order twice, and once corrected, in chunks of their own.
        var again = $"{Good(1)}\n{Good(2).Replace("3.50", "9.99", StringComparison.Ordinal)}\n";
        byte[] file = [.. bad, .. Encoding.UTF8.GetBytes(again)];

        var dry = await bench.RunAsync(
            await bench.QueueAsync(new MemoryStream(file), Orders with { DryRun = true }), bench.Store, 500);
        var before = (await bench.TransactionsAsync()).Count;
        var real = await bench.RunAsync(await bench.QueueAsync(new MemoryStream(file), Orders), bench.Store, 500);

        Assert.Equal(0, before);
        Assert.Equal(real.Progress.Records, dry.Progress.Records);
        Assert.Equal(real.Progress.CustomersCreated, dry.Progress.CustomersCreated);
        Assert.Equal(real.Progress.Errors, dry.Progress.Errors);
        Assert.Equal((1L, 1L), (real.Progress.Records.Updated, real.Progress.Records.Unchanged));
    }

    [Fact]
    public async Task The_rejected_file_holds_whole_orders_and_goes_in_once_mended()
    {
        await using var bench = new ImportBench();
        var orders = ImportRulesTests.Input(ImportTarget.Transactions,
            ("externalId.source", "=s"), ("externalId.id", "*order"),
            ("customer.externalId.source", "=s"), ("customer.externalId.id", "who"),
            ("kind", "=PURCHASE"), ("at", "at"), ("items.sku", "sku"),
            ("items.unitPrice", "price")) with { Delimiter = ";" };
        var first = await bench.ImportAsync(
            "order;who;at;sku;price\n1;K;2026-01-05;\"a;b\";1.00\n1;K;2026-01-05;B;oops\n2;K;2026-01-05;C;1.00\n",
            orders);
        var rejected = bench.Rejected(first);

        var second = await bench.ImportAsync(rejected.Replace("oops", "2.00", StringComparison.Ordinal), orders);
        var third = await bench.ImportAsync(rejected, orders);
        var stored = (await bench.TransactionsAsync()).Single(t => t.ExternalId.Id == "1");

        Assert.Equal("""
            rejected_line;rejected_column;rejected_code;rejected_message;order;who;at;sku;price
            3;price;INVALID;"Belongs to the record refused in line 3.";1;K;2026-01-05;"a;b";1.00
            3;price;INVALID;"'oops' is no number like 1234.50.";1;K;2026-01-05;B;oops

            """, rejected);
        Assert.Equal((1L, 1L), (first.Progress.Records.Created, second.Progress.Records.Created));
        Assert.Equal((300L, "a;b"), (stored.AmountMinor, stored.StoredItems[0].Sku));
        Assert.Equal(rejected, bench.Rejected(third));
    }

    [Fact]
    public async Task Rows_that_cannot_be_cut_into_fields_are_refused_for_the_same_reason_until_they_are_mended()
    {
        await using var bench = new ImportBench();
        var people = ImportRulesTests.Input(ImportTarget.Customers,
            ("externalId.source", "=s"), ("externalId.id", "id"), ("displayName", "name"), ("language", "land"));
        const string bad = "id,name,land\n\"1,Ann,DE\n2,\"Bob\" B,DE\n3,Cid\n"
            + "4,Dan,DE,\"x\"\n5,\"Eve,DE\n\"6\",\"F\"\"f\",!!\n7,\"Gus,DE\n";

        var first = await bench.ImportAsync(bad, people);
        var second = await bench.ImportAsync(bench.Rejected(first), people);
        var third = await bench.ImportAsync(bench.Rejected(second), people);
        var mended = bench.Rejected(third)
            .Replace(",\"1,", ",1,", StringComparison.Ordinal)
            .Replace("\"Bob\" B", "Bob", StringComparison.Ordinal)
            .Replace("Cid", "Cid,DE", StringComparison.Ordinal).Replace(",\"x\"", "", StringComparison.Ordinal)
            .Replace("\"Eve", "Eve", StringComparison.Ordinal)
            .Replace("\"Gus", "Gus", StringComparison.Ordinal)
            .Replace("!!", "DE", StringComparison.Ordinal);
        var done = await bench.ImportAsync(mended, people);

        Assert.Equal(7, first.Progress.Records.Rejected);
        Assert.Equal(Reasons(first), Reasons(second));
        Assert.Equal(bench.Rejected(second), bench.Rejected(third));
        Assert.Equal([], done.Progress.Errors);
        Assert.Equal(["Ann", "Bob", "Cid", "Dan", "Eve", "F\"f", "Gus"],
            (await bench.CustomersAsync()).Select(c => c.DisplayName!).Order(StringComparer.Ordinal));
    }

    private static IEnumerable<(string?, UserErrorCode, string)> Reasons(BulkOperation operation) =>
        operation.Progress.Errors.Select(e => (e.Column, e.Code, e.Message));

    [Fact]
    public async Task A_record_of_too_many_lines_is_refused_row_by_row_and_not_held_in_memory()
    {
        await using var bench = new ImportBench();
        var text = "order,who,at,sku,price\n" + string.Concat(Enumerable.Range(0, BulkLimits.RowsPerRecord + 5)
            .Select(i => $"1,K,2026-01-05,S{i},1\n")) + "2,K,2026-01-05,A,1\n";

        var done = await bench.ImportAsync(text, ImportRulesTests.Input(ImportTarget.Transactions,
            ("externalId.source", "=s"), ("externalId.id", "*order"),
            ("customer.externalId.source", "=s"), ("customer.externalId.id", "who"),
            ("kind", "=PURCHASE"), ("at", "at"), ("items.sku", "sku"), ("items.unitPrice", "price")));

        ImportBench.AssertTrue(done);
        Assert.Equal((1L, 1L, BulkLimits.RowsPerRecord + 5L),
            (done.Progress.Records.Created, done.Progress.Records.Rejected, done.Progress.Rows.Rejected));
    }

    private static string Good(int i) =>
        $"O{i},K{i % 50},Ann {i % 50},ann{i % 50}@x.com,+49 30 "
            + $"1234{i % 50:000},1990-01-02,en-GB,PURCHASE,2026-01-05T10:00:00Z,GBP,A,2,3.50,cat,1.00";

    private static (byte[] File, List<(long Line, string? Column, UserErrorCode Code)> Expected, int Rows) File()
    {
        var lines = new List<byte[]> { Encoding.UTF8.GetBytes(string.Join(',', Columns)) };
        var expected = new List<(long, string?, UserErrorCode)>();
        var bad = BadValues.Select(Bad).Concat(BadRows).ToList();
        for (var i = 0; i < bad.Count * Every; i++)
        {
            var isBad = i % Every == Every / 2;
            lines.Add(isBad ? bad[i / Every].Row : Encoding.UTF8.GetBytes(Good(i)));
            if (isBad)
            {
                expected.Add((lines.Count, bad[i / Every].Column, bad[i / Every].Code));
            }
        }

        return ([.. lines.SelectMany(l => l.Append((byte)'\n'))], expected, lines.Count - 1);
    }

    private static (byte[] Row, string? Column, UserErrorCode Code) Bad(
        (string Column, string Value, UserErrorCode Code) bad, int number)
    {
        // Each bad row names a customer of its own: a good one is known already, and then is not looked at again.
        var fields = Good(1_000_000 + number).Split(',');
        fields[1] = $"bad{number}";
        fields[3] = $"bad{number}@x.com";
        fields[Array.IndexOf(Columns, bad.Column)] = bad.Value;
        if (bad.Value == "999999999999")
        {
            fields[Array.IndexOf(Columns, "qty")] = "999999999999";
        }

        return (Encoding.UTF8.GetBytes(string.Join(',', fields)), bad.Column, bad.Code);
    }
}
