using System.Globalization;
using System.Text;

namespace CrmCloud.BlackBox.Crash;

/// <summary>
/// An invented table of orders: several lines to an order, some of them far apart, refunds, 1 % bad rows.
/// </summary>
public sealed class OrderFile
{
    /// <summary>How the columns become a transaction; an `object` because it is only ever sent.</summary>
    public static readonly object Mapping = new object[]
    {
        new { field = "externalId.source", constant = "till" },
        new { field = "externalId.id", column = "order", groupBy = true },
        new { field = "customer.externalId.source", constant = "till" },
        new { field = "customer.externalId.id", column = "customer" },
        new { field = "customer.country", column = "country" },
        new { field = "kind", constant = "PURCHASE", refundWhen = new { idStartsWith = "R", negativeTotal = true } },
        new { field = "refundOf.externalId.source", constant = "till" },
        new { field = "refundOf.externalId.id", column = "refund_of" },
        new { field = "at", column = "at", timeZone = "Europe/London" },
        new { field = "items.sku", column = "sku" },
        new { field = "items.quantity", column = "quantity" },
        new { field = "items.unitPrice", column = "price" },
    };

    private static readonly string[] Countries = ["GB", "DE", "FR", "US"];
    private readonly List<string> _later = [];
    private readonly StringBuilder _text = new("order,customer,country,refund_of,at,sku,quantity,price\n");
    private readonly List<(string Id, int Customer)> _refundable = [];
    private readonly Random _random;

    private OrderFile(int seed, int orders)
    {
        _random = new(seed);
        Customers = orders / 20;
        for (var i = 0; i < orders; i++)
        {
            Add(i);
        }

        _later.ForEach(line => _text.Append(line));
        Content = Encoding.UTF8.GetBytes(_text.ToString());
    }

    public byte[] Content { get; }

    public int Customers { get; }

    /// <summary>Rows under the header.</summary>
    public int Rows { get; private set; }

    /// <summary>Orders and refunds with a bad row.</summary>
    public int BadRecords { get; private set; }

    /// <summary>What must be stored, once each: "customer order kind amount lines".</summary>
    public List<string> Good { get; } = [];

    public static OrderFile Generate(int seed, int orders) => new(seed, orders);

    public static string CustomerId(int customer) => $"K{customer}";

    private void Add(int i)
    {
        var refund = _refundable.Count > 0 && _random.Next(15) == 0;
        var (refunded, customer) = refund ? TakeRefundable() : ("", _random.Next(Customers));
        var id = refund ? $"R{i}" : $"O{i}";
        var at = new DateTime(2025, 1, 1, 9, 0, 0, DateTimeKind.Unspecified).AddMinutes(
            (60 * i) + _random.Next(400_000));
        var (lines, badLine) = (_random.Next(1, 5), _random.Next(40) == 0 ? 0 : -1);
        var amount = 0m;
        for (var line = 0; line < lines; line++)
        {
            var (quantity, price) = (_random.Next(1, 9), _random.Next(1, 10_000) / 100m);
            amount += quantity * price;
            var cells = new[]
            {
                id, CustomerId(customer), Countries[customer % Countries.Length], refunded,
                at.ToString("yyyy-MM-dd'T'HH:mm:ss", CultureInfo.InvariantCulture), $"S{_random.Next(300)}",
                (refund ? -quantity : quantity).ToString(CultureInfo.InvariantCulture),
                price.ToString(CultureInfo.InvariantCulture),
            };
            Write(line == badLine ? Spoil(cells) : cells, apart: line > 0 && i % 20 == 0);
        }

        Note((id, customer), badLine >= 0, $"{(refund ? "REFUND" : "PURCHASE")} {amount:F2} {lines}");
    }

    private void Note((string Id, int Customer) order, bool bad, string words)
    {
        if (bad)
        {
            BadRecords++;
            return;
        }

        Good.Add($"{CustomerId(order.Customer)} {order.Id} {words}");
        if (words[0] == 'P')
        {
            _refundable.Add(order);
        }
    }

    private (string Id, int Customer) TakeRefundable()
    {
        var index = _random.Next(_refundable.Count);
        var taken = _refundable[index];
        _refundable.RemoveAt(index);
        return taken;
    }

    private string[] Spoil(string[] cells)
    {
        var (column, text) = _random.Next(4) switch
        {
            0 => (7, "a lot"),
            1 => (6, "some"),
            2 => (5, ""),
            _ => (7, "1e400"),
        };
        cells[column] = text;
        return cells;
    }

    private void Write(string[] cells, bool apart)
    {
        var line = string.Join(',', cells) + "\n";
        Rows++;
        if (apart)
        {
            _later.Add(line);
        }
        else
        {
            _text.Append(line);
        }
    }
}
