using System.Runtime.InteropServices;
using CrmCloud.Core.Jobs;
using CrmCloud.Core.Kpis;
using CrmCloud.Core.Rules;
using CrmCloud.Store;

namespace CrmCloud.Core.Segments;

/// <summary>What is known of a customer when he is evaluated.</summary>
/// <param name="Subject">Null once he is gone: he is a member of nothing.</param>
/// <param name="Named">Local ids of the manual segments he was named for; null: they stay as stored.</param>
internal readonly record struct Evaluee(
    CustomerNumber Customer, RuleSubject? Subject, IReadOnlyDictionary<string, bool>? Named)
{
    /// <summary>What of him cannot be read; then he stays as he is stored, until it can be.</summary>
    public Unprocessable? Unreadable { get; init; }
}

/// <summary>
/// Decides what a customer is a member of, and what of it is news. Pure but for its buffers; not safe for several
/// threads.
/// </summary>
internal sealed class MemberEvaluator(SegmentSet set)
{
    // Beyond this many steps in the past the rest is taken together: somebody was away for years.
    private const int MostSteps = 1_000;

    private readonly LeafCache _cache = new();
    private readonly MembershipLists _lists = new();
    private readonly HashSet<string> _keys = new(StringComparer.Ordinal);
    private readonly List<int> _flips = [];
    private readonly List<Membership> _memberships = [];
    private readonly Dictionary<DocumentKey, Unprocessable> _trouble = [];

    /// <summary>Rules that failed on somebody, and customers who cannot be read; there nothing was changed.</summary>
    public IEnumerable<Unprocessable> Trouble => _trouble.Values;

    /// <summary>The entry as it is now; moves are added where it differs from the stored one.</summary>
    /// <param name="now">Epoch milliseconds.</param>
    /// <param name="cause">Of what a rule decides, where the rule itself is not new.</param>
    public MemberEntry Evaluate(
        Evaluee who, MemberEntry stored, SegmentSet.Scope scope, long now, MembershipCauseKind cause, List<Move> moves)
    {
        if (who.Unreadable is { } unreadable)
        {
            return Untouched(unreadable, stored, now);
        }

        if (who.Subject is not { } subject)
        {
            return Gone(stored, now, cause, moves);
        }

        _keys.Clear();
        _flips.Clear();
        subject = subject with { Segments = _keys };
        var next = scope.KeepsDue && stored.Due != 0 ? stored.Due : long.MaxValue;
        foreach (var at in scope.Matters)
        {
            var plan = set.Plans[at];
            var was = stored.Find(plan.Number) >= 0;
            var holds = scope[at] ? Holds(plan, who, subject, was, now, ref next) : was;
            if (holds && plan.IsNamed)
            {
                _keys.Add(plan.Definition!.SegmentKey);
            }

            if (holds != was)
            {
                _flips.Add(at);
            }
        }

        var due = next == long.MaxValue ? 0 : next;
        return _flips.Count == 0 && due == stored.Due ? stored : Changed(who, stored, due, (now, cause), moves);
    }

    /// <summary>Goes through every instant up to now at which time changed something, each in its turn.</summary>
    public MemberEntry Replay(Evaluee who, MemberEntry stored, SegmentSet.Scope scope, long now, List<Move> moves)
    {
        var entry = stored;
        for (var step = 0; entry.Due != 0 && entry.Due <= now; step++)
        {
            var at = step < MostSteps ? entry.Due : now;
            entry = Evaluate(who, entry, scope, at, MembershipCauseKind.TimePassed, moves);
        }

        return entry;
    }

    private bool Holds(SegmentPlan plan, in Evaluee who, in RuleSubject subject, bool was, long now, ref long next)
    {
        switch (plan.Mode)
        {
            case SegmentMode.Manual:
                return who.Named is { } named ? named.ContainsKey(plan.SegmentId) : was;
            case SegmentMode.Evaluated:
                return Evaluate(plan, subject, was, now, ref next);
            default:
                return false;
        }
    }

    private bool Evaluate(SegmentPlan plan, in RuleSubject subject, bool was, long now, ref long next)
    {
        try
        {
            var instant = DateTimeOffset.FromUnixTimeMilliseconds(now);
            var holds = plan.Rule!.Holds(subject, instant, _cache);
            if (plan.Definition!.Kind == SegmentKind.Dynamic
                && plan.Rule.NextChange(subject, instant, _cache)?.ToUnixTimeMilliseconds() is { } change)
            {
                // One that is not after now would be asked for ever.
                next = Math.Min(next, Math.Max(change, now + 1));
            }

            return holds;
        }
#pragma warning disable CA1031 // The edge: one rule that fails must not stop the others. Pure code: no I/O fails here.
        catch (Exception trouble)
#pragma warning restore CA1031
        {
            var rule = SegmentDefinition.KeyOf(plan.SegmentId);
            _trouble[rule] = new(rule, 0, DeadLetters.ReasonOf(trouble));
            return was;
        }
    }

    private MemberEntry Changed(
        in Evaluee who, MemberEntry stored, long due, (long At, MembershipCauseKind Cause) why, List<Move> moves)
    {
        if (_flips.Count == 0)
        {
            return stored with { Due = due };
        }

        _memberships.Clear();
        _memberships.AddRange(stored.Memberships);
        foreach (var at in _flips)
        {
            var plan = set.Plans[at];
            var cause = CauseOf(plan, who, why.Cause);
            var place = PlaceOf(plan.Number);
            if (place < _memberships.Count && _memberships[place].Segment == plan.Number)
            {
                var ended = _memberships[place];
                _memberships.RemoveAt(place);
                moves.Add(new(who.Customer, plan.Number, false, why.At, ended.Since, cause, plan.Revision, 0));
            }
            else
            {
                _memberships.Insert(place, new(plan.Number, why.At, cause, plan.Revision));
                moves.Add(new(who.Customer, plan.Number, true, why.At, why.At, cause, plan.Revision, 0));
            }
        }

        return new MemberEntry(who.Customer, due, _lists.Of(CollectionsMarshal.AsSpan(_memberships)));
    }

    // Where a segment's membership is, or belongs.
    private int PlaceOf(int segment)
    {
        var place = _memberships.Count;
        while (place > 0 && _memberships[place - 1].Segment >= segment)
        {
            place--;
        }

        return place;
    }

    private static MembershipCauseKind CauseOf(
        SegmentPlan plan, in Evaluee who, MembershipCauseKind cause) => plan switch
    {
        { Mode: SegmentMode.Manual } =>
            who.Named?.GetValueOrDefault(plan.SegmentId) == true
                ? MembershipCauseKind.Import
                : MembershipCauseKind.Manual,
        { IsPending: true } or { Mode: SegmentMode.Empty } => MembershipCauseKind.RuleChanged,
        _ => cause,
    };

    // What was due is given up, or it would be asked for ever; a history that was repaired is evaluated by the next
    // pass.
    private MemberEntry Untouched(Unprocessable unreadable, MemberEntry stored, long now)
    {
        _trouble[unreadable.Source] = unreadable;
        return stored.Due != 0 && stored.Due <= now ? stored with { Due = 0 } : stored;
    }

    private static MemberEntry Gone(MemberEntry stored, long now, MembershipCauseKind cause, List<Move> moves)
    {
        foreach (var ended in stored.Memberships)
        {
            moves.Add(new(stored.Customer, ended.Segment, false, now, ended.Since, cause, ended.Revision, 0));
        }

        return new MemberEntry(stored.Customer, 0, []);
    }
}
