namespace CrmCloud.Core.Rules;

/// <summary>
/// A compiled rule or part of one. Immutable; safe for several threads, each with a cache of its own.
/// </summary>
internal abstract class Clause
{
    /// <summary>An instant that never comes: time alone does not move this.</summary>
    public const long Never = long.MaxValue;

    public abstract bool Holds(in RuleSubject subject, LeafCache cache);

    /// <summary>
    /// The earliest instant after now at which time alone could move the result; or <see cref="Never"/>.
    /// </summary>
    public virtual long NextChange(in RuleSubject subject, LeafCache cache) => Never;

    public abstract void Trace(in RuleSubject subject, LeafCache cache, List<RuleTrace> into);
}

internal sealed class AllClause(Clause[] parts) : Clause
{
    public override bool Holds(in RuleSubject subject, LeafCache cache)
    {
        foreach (var part in parts)
        {
            if (!part.Holds(subject, cache))
            {
                return false;
            }
        }

        return true;
    }

    public override long NextChange(in RuleSubject subject, LeafCache cache) =>
        JoinedClauses.NextChange(parts, Holds(subject, cache), settling: true, subject, cache);

    public override void Trace(in RuleSubject subject, LeafCache cache, List<RuleTrace> into) =>
        JoinedClauses.Trace(parts, subject, cache, into);
}

internal sealed class AnyClause(Clause[] parts) : Clause
{
    public override bool Holds(in RuleSubject subject, LeafCache cache)
    {
        foreach (var part in parts)
        {
            if (part.Holds(subject, cache))
            {
                return true;
            }
        }

        return false;
    }

    public override long NextChange(in RuleSubject subject, LeafCache cache) =>
        JoinedClauses.NextChange(parts, Holds(subject, cache), settling: false, subject, cache);

    public override void Trace(in RuleSubject subject, LeafCache cache, List<RuleTrace> into) =>
        JoinedClauses.Trace(parts, subject, cache, into);
}

internal sealed class NotClause(Clause inner) : Clause
{
    public override bool Holds(in RuleSubject subject, LeafCache cache) => !inner.Holds(subject, cache);

    public override long NextChange(in RuleSubject subject, LeafCache cache) => inner.NextChange(subject, cache);

    public override void Trace(in RuleSubject subject, LeafCache cache, List<RuleTrace> into) =>
        inner.Trace(subject, cache, into);
}

/// <summary>What conjunctions and disjunctions have in common.</summary>
internal static class JoinedClauses
{
    /// <param name="settling">The result for which every part must agree: true of and, false of or.</param>
    public static long NextChange(Clause[] parts, bool result, bool settling, in RuleSubject subject, LeafCache cache)
    {
        if (result == settling)
        {
            // Any part may upset it: the first one that moves.
            var first = Clause.Never;
            foreach (var part in parts)
            {
                first = Math.Min(first, part.NextChange(subject, cache));
            }

            return first;
        }

        // Every part that stands against it must move: not before the last of them does.
        var last = long.MinValue;
        foreach (var part in parts)
        {
            if (last < Clause.Never && part.Holds(subject, cache) != settling)
            {
                last = Math.Max(last, part.NextChange(subject, cache));
            }
        }

        return last;
    }

    public static void Trace(Clause[] parts, in RuleSubject subject, LeafCache cache, List<RuleTrace> into)
    {
        foreach (var part in parts)
        {
            part.Trace(subject, cache, into);
        }
    }
}

/// <summary>A clause that compares one value. Its text and limit are kept for traces.</summary>
internal abstract class SingleClause(ClauseText text) : Clause
{
    public override void Trace(in RuleSubject subject, LeafCache cache, List<RuleTrace> into) =>
        into.Add(new RuleTrace(text.Clause, Holds(subject, cache), Actual(subject, cache), text.Expected)
        {
            IsPersonal = text.IsPersonal,
        });

    protected abstract string? Actual(in RuleSubject subject, LeafCache cache);
}

internal sealed record ClauseText(string Clause, string? Expected, bool IsPersonal = false);
