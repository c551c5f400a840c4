namespace CrmCloud.Core.Segments;

/// <summary>Why somebody became a member, or ceased to be one. The numbers are stored; never renumber.</summary>
public enum MembershipCauseKind : byte
{
    DataChanged,

    /// <summary>Nothing but time: a window ended, an age was reached.</summary>
    TimePassed,

    /// <summary>The rule, a setting it depends on, or the segment's status.</summary>
    RuleChanged,

    Manual,
    Merge,
    Import,
}

/// <summary>One customer's membership of one segment, as stored.</summary>
/// <param name="Segment">The segment's number in the <see cref="SegmentBook"/>.</param>
/// <param name="Since">Epoch milliseconds.</param>
/// <param name="Revision">Of the rule that let him in.</param>
internal readonly record struct Membership(int Segment, long Since, MembershipCauseKind Cause, int Revision);

/// <summary>What is stored of one customer.</summary>
/// <param name="Due">Instant at which time alone may change a membership, epoch milliseconds; 0 for never.</param>
/// <param name="Memberships">Ascending by segment; never changed. An array, since a pass reads millions.</param>
/// <remarks>A value, and its list is shared where it can be: of a million entries nothing is left to collect.</remarks>
internal readonly record struct MemberEntry(CustomerNumber Customer, long Due, Membership[] Memberships)
{
    public bool IsEmpty => Due == 0 && Memberships.Length == 0;

    public int Find(int segment)
    {
        for (var at = 0; at < Memberships.Length; at++)
        {
            if (Memberships[at].Segment == segment)
            {
                return at;
            }
        }

        return -1;
    }
}

/// <summary>Somebody entered or left a segment.</summary>
/// <param name="At">Epoch milliseconds.</param>
/// <param name="Since">Of the membership that ended; equal to <see cref="At"/> for one that began.</param>
/// <param name="Tick">
/// Version of the bucket's ledger that was saved with it: followers take what is above theirs.
/// </param>
internal readonly record struct Move(
    CustomerNumber Customer, int Segment, bool Entered, long At, long Since, MembershipCauseKind Cause, int Revision,
    long Tick);
