using CrmCloud.GraphQL.Language;
using CrmCloud.GraphQL.Types;

namespace CrmCloud.GraphQL.Validation;

/// <summary>Finds whether any fields of a document cannot be merged, by grouping instead of comparing pairs.</summary>
/// <remarks>
/// After Simon Adameit, "Overlapping fields can be merged fast" (2019): all fields of one response name are compared
/// with
/// the first of them, once for the shape of their values, and once per object type for name and arguments; what is
/// selected inside them is merged and checked the same way. Each comparison is counted against the limit. Only for
/// documents in which no fragment contains itself: there recursion is as deep as the limits on depth allow.
/// </remarks>
internal sealed class MergeCheck(ValidationContext context, MergeFields fields)
{
    private readonly HashSet<string> _reached = new(StringComparer.Ordinal);
    private int _comparisons;

    [Flags]
    private enum Aspects
    {
        Shape = 1,
        Identity = 2,
        Both = Shape | Identity,
    }

    /// <exception cref="ValidationAbortedException">More comparisons than allowed; the refusal is reported.</exception>
    public MergeConflict? FindFirst(DocumentNode document)
    {
        foreach (var operation in document.Definitions.OfType<OperationDefinitionNode>())
        {
            var root = context.Schema!.RootOf(operation.Operation);
            if (Check([(operation.SelectionSet, root)], Aspects.Both) is { } conflict)
            {
                return conflict;
            }
        }

        foreach (var fragment in document.Definitions.OfType<FragmentDefinitionNode>())
        {
            var isHidden = !ReferenceEquals(fragment, context.FindFragment(fragment.Name.Value));
            var type = fields.TypeOf(fragment.TypeCondition);
            if ((isHidden || _reached.Add(fragment.Name.Value))
                && Check([(fragment.SelectionSet, type)], Aspects.Both) is { } conflict)
            {
                return conflict;
            }
        }

        return null;
    }

    private MergeConflict? Check(List<(SelectionSetNode Set, NamedType? Parent)> sets, Aspects aspects)
    {
        var groups = new Dictionary<string, List<SelectedField>>(StringComparer.Ordinal);
        var fragments = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (set, parent) in sets)
        {
            Collect(set, parent, groups, fragments);
        }

        foreach (var (name, group) in groups)
        {
            if (CheckGroup(name, group, aspects) is { } conflict)
            {
                return conflict;
            }
        }

        return null;
    }

    private MergeConflict? CheckGroup(string name, List<SelectedField> group, Aspects aspects)
    {
        if (group.Count == 1)
        {
            return CheckInside(group, aspects);
        }

        if (aspects.HasFlag(Aspects.Shape) && Compare(name, group, MergeFields.TypeDifference) is { } conflict)
        {
            return conflict;
        }

        if (!aspects.HasFlag(Aspects.Identity))
        {
            return CheckInside(group, Aspects.Shape);
        }

        var partitions = PartitionByObject(group);
        var isWhole = partitions.Count == 1;
        if (!isWhole && aspects.HasFlag(Aspects.Shape) && CheckInside(group, Aspects.Shape) is { } inside)
        {
            return inside;
        }

        foreach (var partition in partitions)
        {
            var found = Compare(name, partition, fields.Difference)
                ?? CheckInside(partition, isWhole ? aspects : Aspects.Identity);
            if (found is not null)
            {
                return found;
            }
        }

        return null;
    }

    // The first field may have no known type, so shapes are compared with the first that has one.
    private MergeConflict? Compare(
        string name, List<SelectedField> group, Func<SelectedField, SelectedField, string?> difference)
    {
        var first = group.Find(field => field.Definition is not null) is { Node: not null } known ? known : group[0];
        foreach (var field in group)
        {
            Spend(field.Node);
            if (!ReferenceEquals(field.Node, first.Node) && difference(first, field) is { } reason)
            {
                return new MergeConflict(name, reason, first.Node, field.Node);
            }
        }

        return null;
    }

    private MergeConflict? CheckInside(List<SelectedField> group, Aspects aspects)
    {
        var inside = new List<(SelectionSetNode, NamedType?)>();
        foreach (var field in group)
        {
            if (field.Node.SelectionSet is { } set)
            {
                inside.Add((set, field.Definition?.Type.Named));
            }
        }

        return inside.Count == 0 ? null : Check(inside, aspects);
    }

    /// <summary>
    /// The fields that can meet in one object: those of each object type with those of no object type.
    /// </summary>
    private static List<List<SelectedField>> PartitionByObject(List<SelectedField> group)
    {
        var everywhere = group.FindAll(field => field.Parent is not ObjectType);
        if (everywhere.Count == group.Count)
        {
            return [group];
        }

        return
        [
            .. group.Where(field => field.Parent is ObjectType)
                .GroupBy(field => field.Parent)
                .Select(ofType => (List<SelectedField>)[.. everywhere, .. ofType]),
        ];
    }

    // A fragment counts once per merged set, so a field is never in a set twice.
    private void Collect(
        SelectionSetNode set,
        NamedType? parent,
        Dictionary<string, List<SelectedField>> groups,
        HashSet<string> fragments)
    {
        foreach (var selection in set.Selections)
        {
            switch (selection)
            {
                case FieldNode field:
                    Add(groups, fields.Select(field, parent));
                    break;
                case InlineFragmentNode inline:
                    var type = inline.TypeCondition is { } condition ? fields.TypeOf(condition) : parent;
                    Collect(inline.SelectionSet, type, groups, fragments);
                    break;
                case FragmentSpreadNode { Name.Value: var name } when fragments.Add(name):
                    _reached.Add(name);
                    if (context.FindFragment(name) is { } fragment)
                    {
                        Collect(fragment.SelectionSet, fields.TypeOf(fragment.TypeCondition), groups, fragments);
                    }

                    break;
            }
        }
    }

    private void Add(Dictionary<string, List<SelectedField>> groups, SelectedField field)
    {
        var name = field.Node.ResponseName;
        (groups.TryGetValue(name, out var group) ? group : groups[name] = []).Add(field);
        if (group is { Count: > 1 })
        {
            Spend(field.Node);
        }
    }

    private void Spend(FieldNode node)
    {
        if (++_comparisons > context.Options.MergeComparisons)
        {
            context.Refuse("MergeComparisons", context.Options.MergeComparisons, _comparisons, node);
        }
    }
}
