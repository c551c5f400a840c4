using System.IO.Compression;
using System.Text;
using CrmCloud.Core.Bulk;

namespace CrmCloud.Tests.Bulk;

public sealed class RowTests
{
    [Fact]
    public void A_row_knows_its_line_and_each_cell_its_character()
    {
        var rows = Csv("name,note,n\n\"a\nb\",\"x, \"\"y\"\"\",1\r\n\ntwo,,2");

        var first = rows.Read()!;
        var second = rows.Read()!;

        Assert.Equal("a\nb|x, \"y\"|1", Cells(first));
        Assert.Equal((2L, 1L), (first.At.Line, first.At.Number));
        Assert.Equal((3L, 15), rows.Locate(first, 2));
        Assert.Equal("two||2", Cells(second));
        Assert.Equal((5L, 2L), (second.At.Line, second.At.Number));
        Assert.Null(rows.Read());
    }

    [Theory]
    [InlineData("a;b;c\n1;2,5;3", ";", "2,5")]
    [InlineData("a\tb\tc\n1\t2\t3", "tab", "2")]
    [InlineData("a§b§c\n1§2§3", "§", "2")]
    [InlineData("  a   b  c\n 1  2   3 \n", "whitespace", "2")]
    [InlineData("\uFEFFa,b,c\n1,2,3\n", null, "2")]
    [InlineData("a,b,c\n1,5\" pipe,3\n", null, "5\" pipe")]
    public void Columns_are_found_whatever_keeps_them_apart(string text, string? delimiter, string expected)
    {
        var rows = Csv(text, delimiter, ["a", "b"]);
        var row = rows.Read()!;

        Assert.Null(row.Fault);
        Assert.Equal("1|" + expected, Cells(row));
    }

    [Theory]
    [InlineData("1,2", "The row has 2 fields, the header 3.", "c", 2, 4)]
    [InlineData("1,2,3,4", "The row has 4 fields, the header 3.", null, 2, 7)]
    [InlineData("1,\"2\"x,3", "A quote opens a field and does not close at its end.*", null, 2, 3)]
    [InlineData("1,\"2,3", "A quote opens a field and does not close at its end.*", null, 2, 3)]
    public void A_row_that_cannot_be_read_says_why_and_the_next_one_is_read(
        string bad, string message, string? column, int line, int character)
    {
        var rows = Csv($"a,b,c\n{bad}\n7,8,9\n");

        var fault = rows.Read()!.Fault!;
        var next = rows.Read()!;

        Assert.Matches(message, fault.Message);
        Assert.Equal((column, (long)line, character), (fault.Column, fault.Line, fault.Character));
        Assert.Null(next.Fault);
        Assert.Equal("7|8|9", Cells(next));
    }

    [Fact]
    public void Bytes_that_are_not_UTF8_are_a_fault_of_their_field()
    {
        var rows = Open([.. "a,b\n1,M"u8, 0xFC, .. "ller\n2,ok\n"u8]);

        var fault = rows.Read()!.Fault!;

        Assert.Equal(("b", 2L, 3), (fault.Column, fault.Line, fault.Character));
        Assert.Equal("ok", rows.Read()!.Cells[1]);
    }

    [Fact]
    public void A_row_longer_than_accepted_is_a_fault_and_costs_bounded_memory()
    {
        var rows = Csv($"a,b,c\n{new string('x', BulkLimits.RowBytes + 10)}\n7,8,9\n");

        Assert.Equal(Core.Shared.UserErrorCode.TooLong, rows.Read()!.Fault!.Code);
        SourceRow? last = null;
        while (rows.Read() is { } row)
        {
            last = row;
        }

        Assert.Equal("7|8|9", Cells(last!));
    }

    [Fact]
    public void Reading_from_every_position_gives_the_same_rows_whatever_the_buffer_holds()
    {
        const int seed = 20261;
        var random = new Random(seed);
        var text = new StringBuilder("a,b,c\n");
        for (var i = 0; i < 5_000; i++)
        {
            var field = new string('é', random.Next(40)) + (random.Next(4) == 0 ? "\"\"\n" : "");
            text.Append(null, $"{i},\"{field}\",{random.Next()}{(random.Next(2) == 0 ? "\r\n" : "\n")}");
        }

        var bytes = Encoding.UTF8.GetBytes(text.ToString());
        var all = ReadAll(Open(bytes));
        var start = all[random.Next(all.Count)];
        var rows = Open(bytes);
        rows.MoveTo(start.At);
        var rest = ReadAll(rows);

        Assert.Equal(5_000, all.Count);
        Assert.All(all, r => Assert.Null(r.Fault));
        Assert.Equal(all.Skip((int)start.At.Number - 1).Select(Shown), rest.Select(Shown));
    }

    [Fact]
    public void Gzip_is_told_by_its_first_bytes_and_a_bomb_ends_early()
    {
        var packed = Gzip("a,b,c\n1,2,3\n"u8.ToArray());
        var bomb = Gzip(new byte[100 << 20]);

        using var content = ContentStream.Open(new MemoryStream(packed));
        var rows = new CsvRows(content, Delimiter.Parse(null));
        rows.Select(["c"]);
        using var exploding = ContentStream.Open(new MemoryStream(bomb));

        Assert.Equal("3", rows.Read()!.Cells[0]);
        Assert.Throws<UnreadableFileException>(() => exploding.CopyTo(Stream.Null));
        Assert.True(exploding.Position < 40 << 20, $"{exploding.Position} bytes were unpacked.");
    }

    [Fact]
    public void Objects_are_read_by_path_and_each_item_is_a_line()
    {
        var rows = new JsonlRows(new MemoryStream("""
            {"id":"1","amount":{"amount":"2.50"},"items":[{"sku":"a"},{"sku":"b"}],"p":{"x":[1]}}

            {"id":2,"items":[]}
            not json
            """u8.ToArray()), isKnown: null);
        rows.Select(["id", "amount", "items.sku", "p"]);

        var first = rows.Read()!;
        var second = rows.Read()!;
        var third = rows.Read()!;

        Assert.Equal("1|2.50|a|{\"x\":[1]}", Cells(first));
        Assert.Equal("1|2.50|b|{\"x\":[1]}", string.Join('|', Assert.Single(first.MoreLines)));
        Assert.Equal("2|||", Cells(second));
        Assert.Equal((3L, 2L), (second.At.Line, second.At.Number));
        Assert.Equal((4L, "The row is not one JSON object."), (third.Fault!.Line, third.Fault.Message));
        Assert.Null(rows.Read());
    }

    internal static byte[] Gzip(byte[] bytes)
    {
        using var target = new MemoryStream();
        using (var gzip = new GZipStream(target, CompressionLevel.Optimal))
        {
            gzip.Write(bytes);
        }

        return target.ToArray();
    }

    private static string Cells(SourceRow row) => string.Join('|', row.Cells);

    private static string Shown(SourceRow row) => $"{row.At} {Cells(row)}";

    private static List<SourceRow> ReadAll(CsvRows rows)
    {
        var all = new List<SourceRow>();
        while (rows.Read() is { } row)
        {
            all.Add(row);
        }

        return all;
    }

    private static CsvRows Csv(string text, string? delimiter = null, string[]? columns = null) =>
        Open(Encoding.UTF8.GetBytes(text), delimiter, columns);

    private static CsvRows Open(byte[] bytes, string? delimiter = null, string[]? columns = null)
    {
        var rows = new CsvRows(new MemoryStream(bytes), Delimiter.Parse(delimiter));
        rows.Select(columns ?? rows.Columns);
        return rows;
    }
}
