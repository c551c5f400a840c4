using System.Diagnostics.CodeAnalysis;

namespace CrmCloud.Core.Segments;

/// <summary>
/// Lists of memberships, each kept once: a pass lets thousands of customers in at one instant, and their lists are
/// equal. What is not a new object the garbage collector need not move. Not safe for several threads.
/// </summary>
internal sealed class MembershipLists
{
    // Where lists hardly repeat, keeping them is no gain.
    private const int Most = 20_000;

    private readonly HashSet<Membership[]> _known = new(new ByContent());

    /// <returns>An array of these memberships that nobody may change.</returns>
    public Membership[] Of(ReadOnlySpan<Membership> memberships)
    {
        if (memberships.IsEmpty)
        {
            return [];
        }

        var known = _known.GetAlternateLookup<ReadOnlySpan<Membership>>();
        if (known.TryGetValue(memberships, out var one))
        {
            return one;
        }

        one = memberships.ToArray();
        if (_known.Count < Most)
        {
            _known.Add(one);
        }

        return one;
    }

    private sealed class ByContent
        : IEqualityComparer<Membership[]>, IAlternateEqualityComparer<ReadOnlySpan<Membership>, Membership[]>
    {
        public bool Equals(Membership[]? x, Membership[]? y) => x.AsSpan().SequenceEqual(y);

        public bool Equals(ReadOnlySpan<Membership> alternate, Membership[] other) => alternate.SequenceEqual(other);

        public int GetHashCode([DisallowNull] Membership[] obj) => GetHashCode(obj.AsSpan());

        public int GetHashCode(ReadOnlySpan<Membership> alternate)
        {
            var hash = new HashCode();
            foreach (ref readonly var one in alternate)
            {
                hash.Add(one.Segment);
                hash.Add(one.Since);
            }

            return hash.ToHashCode();
        }

        public Membership[] Create(ReadOnlySpan<Membership> alternate) => alternate.ToArray();
    }
}
