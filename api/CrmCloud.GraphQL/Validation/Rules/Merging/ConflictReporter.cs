using System.Text;
using CrmCloud.GraphQL.Language;
using CrmCloud.GraphQL.Types;

namespace CrmCloud.GraphQL.Validation;

/// <summary>Compares pairs of fields and fragments in the order of graphql-js, to say all it would say.</summary>
internal sealed class ConflictReporter(ValidationContext context, MergeFields fields)
{
    // The document is known to be invalid by now; what is beyond this many comparisons stays unsaid.
    private const int MostComparisons = 20_000;
    private const int LongestReason = 2_000;

    // Two cycles of fragments side by side nest as deep as the product of their lengths.
    private const int DeepestComparison = 300;

    private readonly Dictionary<SelectionSetNode, FieldMap> _maps = [];
    private readonly Dictionary<(FieldMap, string), bool> _comparedWithFragment = [];
    private readonly Dictionary<(string, string), bool> _comparedFragments = [];
    private int _comparisons;
    private int _depth;

    public bool HasReported { get; private set; }

    private bool IsSpent => _comparisons >= MostComparisons || _depth > DeepestComparison;

    public void Report(NamedType? parent, SelectionSetNode set)
    {
        if (IsSpent)
        {
            return;
        }

        var conflicts = new List<Conflict>();
        var map = MapOf(parent, set);
        CompareWithin(conflicts, map);
        for (var i = 0; i < map.Fragments.Count && !IsSpent; i++)
        {
            CompareWithFragment(conflicts, false, map, map.Fragments[i]);
            for (var j = i + 1; j < map.Fragments.Count; j++)
            {
                CompareFragments(conflicts, false, map.Fragments[i], map.Fragments[j]);
            }
        }

        foreach (var conflict in conflicts)
        {
            HasReported = true;
            var reason = new StringBuilder();
            conflict.AppendReason(reason);
            context.Report(
                MergeConflict.Sentence(conflict.Name, reason.ToString()), conflict.Left.Concat(conflict.Right));
        }
    }

    private void CompareWithin(List<Conflict> conflicts, FieldMap map)
    {
        foreach (var (name, list) in map.Fields)
        {
            for (var i = 0; i < list.Count && !IsSpent; i++)
            {
                for (var j = i + 1; j < list.Count; j++)
                {
                    Compare(conflicts, false, name, list[i], list[j]);
                }
            }
        }
    }

    private void CompareBetween(List<Conflict> conflicts, bool areExclusive, FieldMap left, FieldMap right)
    {
        _depth++;
        foreach (var (name, list) in left.Fields)
        {
            if (IsSpent || right.Find(name) is not { } others)
            {
                continue;
            }

            foreach (var field in list)
            {
                foreach (var other in others)
                {
                    Compare(conflicts, areExclusive, name, field, other);
                }
            }
        }

        _depth--;
    }

    private void CompareWithFragment(List<Conflict> conflicts, bool areExclusive, FieldMap map, string name)
    {
        if (IsKnown(_comparedWithFragment, (map, name), areExclusive) || context.FindFragment(name) is not { } fragment)
        {
            return;
        }

        var other = MapOf(fragment);
        if (ReferenceEquals(map, other))
        {
            return;
        }

        _depth++;
        CompareBetween(conflicts, areExclusive, map, other);
        foreach (var nested in other.Fragments)
        {
            CompareWithFragment(conflicts, areExclusive, map, nested);
        }

        _depth--;
    }

    private void CompareFragments(List<Conflict> conflicts, bool areExclusive, string left, string right)
    {
        var pair = string.CompareOrdinal(left, right) < 0 ? (left, right) : (right, left);
        if (left == right
            || IsKnown(_comparedFragments, pair, areExclusive)
            || context.FindFragment(left) is not { } leftFragment
            || context.FindFragment(right) is not { } rightFragment)
        {
            return;
        }

        _depth++;
        var (leftMap, rightMap) = (MapOf(leftFragment), MapOf(rightFragment));
        CompareBetween(conflicts, areExclusive, leftMap, rightMap);
        foreach (var nested in rightMap.Fragments)
        {
            CompareFragments(conflicts, areExclusive, left, nested);
        }

        foreach (var nested in leftMap.Fragments)
        {
            CompareFragments(conflicts, areExclusive, nested, right);
        }

        _depth--;
    }

    /// <summary>Remembers the pair. A pair found free of conflict without exclusion needs no look with it.</summary>
    private bool IsKnown<T>(Dictionary<T, bool> compared, T pair, bool areExclusive)
        where T : notnull
    {
        _comparisons++;
        if (IsSpent || (compared.TryGetValue(pair, out var known) && (areExclusive || !known)))
        {
            return true;
        }

        compared[pair] = areExclusive;
        return false;
    }

    private void Compare(
        List<Conflict> conflicts, bool areExclusive, string name, SelectedField left, SelectedField right)
    {
        if (IsSpent)
        {
            return;
        }

        _comparisons++;
        var exclusive = areExclusive
            || (!ReferenceEquals(left.Parent, right.Parent) && left.Parent is ObjectType && right.Parent is ObjectType);
        var reason = (exclusive ? null : fields.Difference(left, right)) ?? MergeFields.TypeDifference(left, right);
        if (reason is not null)
        {
            conflicts.Add(new Conflict(name, reason, [], [left.Node], [right.Node]));
        }
        else if (left.Node.SelectionSet is { } leftSet && right.Node.SelectionSet is { } rightSet)
        {
            var inside = CompareInside(
                exclusive,
                MapOf(left.Definition?.Type.Named, leftSet),
                MapOf(right.Definition?.Type.Named, rightSet));
            if (inside.Count > 0)
            {
                conflicts.Add(new Conflict(
                    name,
                    null,
                    inside,
                    [left.Node, .. inside.SelectMany(conflict => conflict.Left)],
                    [right.Node, .. inside.SelectMany(conflict => conflict.Right)]));
            }
        }
    }

    private List<Conflict> CompareInside(bool areExclusive, FieldMap left, FieldMap right)
    {
        var conflicts = new List<Conflict>();
        CompareBetween(conflicts, areExclusive, left, right);
        foreach (var name in right.Fragments)
        {
            CompareWithFragment(conflicts, areExclusive, left, name);
        }

        foreach (var name in left.Fragments)
        {
            CompareWithFragment(conflicts, areExclusive, right, name);
        }

        foreach (var name in left.Fragments.TakeWhile(_ => !IsSpent))
        {
            foreach (var other in right.Fragments)
            {
                CompareFragments(conflicts, areExclusive, name, other);
            }
        }

        return conflicts;
    }

    private FieldMap MapOf(FragmentDefinitionNode fragment) =>
        MapOf(fields.TypeOf(fragment.TypeCondition), fragment.SelectionSet);

    private FieldMap MapOf(NamedType? parent, SelectionSetNode set)
    {
        if (!_maps.TryGetValue(set, out var map))
        {
            _maps[set] = map = new FieldMap();
            map.Collect(fields, parent, set);
        }

        return map;
    }

    /// <param name="Reason">Null when the conflicts inside are the reason.</param>
    private sealed record Conflict(
        string Name,
        string? Reason,
        List<Conflict> Inside,
        IReadOnlyList<FieldNode> Left,
        IReadOnlyList<FieldNode> Right)
    {
        // As deep as the selections; stops when the text is longer than anybody reads.
        public void AppendReason(StringBuilder text)
        {
            text.Append(Reason);
            for (var i = 0; i < Inside.Count && text.Length < LongestReason; i++)
            {
                text.Append(i > 0 ? " and " : "").Append("subfields \"").Append(Inside[i].Name)
                    .Append("\" conflict because ");
                Inside[i].AppendReason(text);
            }
        }
    }
}
