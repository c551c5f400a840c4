using CrmCloud.Core.Kpis;

namespace CrmCloud.Core.Rules;

/// <summary>
/// One customer's facts as rules read them. Reused from customer to customer; not safe for several threads.
/// </summary>
/// <remarks>
/// Facts are in the order (at, id). Removed ones are left out. An order that is taken back ends: from the instant of
/// its cancellation, or of the refund that completes its amount, it no longer qualifies.
/// </remarks>
public sealed class RuleFacts
{
    private readonly LinkTargets _links = new();
    private int[] _target = [];
    private long[] _refunded = [];

    internal long[] At = new long[32];
    internal long[] Until = new long[32];
    internal long[] Amount = new long[32];
    internal byte[] Kind = new byte[32];
    internal byte[] Channel = new byte[32];
    internal string[] Type = new string[32];

    public int Count { get; private set; }

    /// <summary>Counts the loads, so that a cache knows when it is out of date.</summary>
    internal long Stamp { get; private set; }

    /// <summary>Nobody's facts: for customers without any event.</summary>
    public void Clear()
    {
        Stamp++;
        Count = 0;
        _links.Clear();
    }

    /// <param name="chunks">The packed history of one customer, all chunks in their order.</param>
    /// <exception cref="InvalidDataException">A chunk is torn or of an unknown format.</exception>
    public void Load(IReadOnlyList<byte[]> chunks)
    {
        Clear();
        for (var i = 0; i < chunks.Count; i++)
        {
            var reader = new FactReader(chunks[i]);
            while (reader.Next())
            {
                if (reader.Kind != FactKind.Removed)
                {
                    Add(reader.Kind, reader.At, reader.Amount, reader.Type, reader.Channel);
                    _links.Add(reader.Id, reader.RefundOf);
                }
            }
        }

        End();
    }

    public void Load(CustomerHistory history)
    {
        Clear();
        foreach (var fact in history.List)
        {
            if (fact.Kind != FactKind.Removed)
            {
                Add(fact.Kind, fact.At, fact.Amount, fact.Type, fact.Channel);
                _links.Add(fact.Id, fact.RefundOf);
            }
        }

        End();
    }

    /// <summary>Position of the first fact at or after an instant.</summary>
    internal int From(long at)
    {
        // Windows mostly want the newest few.
        var i = Count;
        if (i > 16 && At[i - 16] >= at)
        {
            var found = Array.BinarySearch(At, 0, i, at);
            i = found < 0 ? ~found : found + 1;
        }

        while (i > 0 && At[i - 1] >= at)
        {
            i--;
        }

        return i;
    }

    private void Add(FactKind kind, long at, long amount, string type, byte channel)
    {
        if (Count == At.Length)
        {
            var length = 2 * Count;
            Array.Resize(ref At, length);
            Array.Resize(ref Until, length);
            Array.Resize(ref Amount, length);
            Array.Resize(ref Kind, length);
            Array.Resize(ref Channel, length);
            Array.Resize(ref Type, length);
        }

        (Kind[Count], At[Count], Until[Count]) = ((byte)kind, at, long.MaxValue);
        (Amount[Count], Type[Count], Channel[Count]) = (amount, type, channel);
        Count++;
    }

    // Refunds and cancellations end the orders they name; facts come in the order of time.
    private void End()
    {
        if (!_links.Any)
        {
            return;
        }

        if (_target.Length < Count)
        {
            (_target, _refunded) = (new int[2 * Count], new long[2 * Count]);
        }

        _refunded.AsSpan(0, Count).Clear();
        _links.Resolve(_target.AsSpan(0, Count));
        for (var i = 0; i < Count; i++)
        {
            var order = (FactKind)Kind[i] is FactKind.Refund or FactKind.Cancellation ? _target[i] : -1;
            if (order < 0 || Kind[order] > (byte)FactKind.Renewal || Amount[order] <= 0)
            {
                continue;
            }

            var isRefund = Kind[i] == (byte)FactKind.Refund;
            _refunded[order] += isRefund ? Math.Max(0, Amount[i]) : 0;
            if (!isRefund || _refunded[order] >= Amount[order])
            {
                Until[order] = Math.Min(Until[order], At[i]);
            }
        }
    }
}
