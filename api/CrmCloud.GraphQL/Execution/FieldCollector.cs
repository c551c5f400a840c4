using CrmCloud.GraphQL.Language;
using CrmCloud.GraphQL.Types;

namespace CrmCloud.GraphQL.Execution;

/// <summary>
/// CollectFields of the specification: which fields a selection asks of an object, grouped by response name.
/// </summary>
internal sealed class FieldCollector
{
    private readonly Schema _schema;
    private readonly ConditionSet _conditions;
    private readonly Dictionary<string, FragmentDefinitionNode> _fragments = new(StringComparer.Ordinal);

    public FieldCollector(Schema schema, DocumentNode document, ConditionSet conditions)
    {
        _schema = schema;
        _conditions = conditions;
        foreach (var fragment in document.Definitions.OfType<FragmentDefinitionNode>())
        {
            _fragments.TryAdd(fragment.Name.Value, fragment);
        }
    }

    public IEnumerable<KeyValuePair<string, List<FieldNode>>> Collect(
        ObjectType type, IEnumerable<SelectionSetNode> sets)
    {
        var groups = new OrderedDictionary<string, List<FieldNode>>(StringComparer.Ordinal);
        var visited = new HashSet<string>(StringComparer.Ordinal);
        foreach (var set in sets)
        {
            Collect(type, set, groups, visited);
        }

        return groups;
    }

    /// <summary>
    /// One object type for each way the fragments of a selection can apply, and each type a fragment names. All other
    /// possible types select like one of these.
    /// </summary>
    public IEnumerable<(ObjectType Type, bool IsNamed)> DistinctTypes(NamedType type, IEnumerable<FieldNode> nodes)
    {
        var conditions = new HashSet<NamedType>();
        var visited = new HashSet<string>(StringComparer.Ordinal);
        foreach (var node in nodes)
        {
            AddConditions(node.SelectionSet, conditions, visited);
        }

        var seen = new HashSet<string>(StringComparer.Ordinal);
        var possible = _schema.PossibleTypes(type).OfType<ObjectType>();
        foreach (var candidate in possible.OrderBy(t => t.Name, StringComparer.Ordinal))
        {
            var applying =
                conditions.Where(condition => _schema.IsPossibleType(condition, candidate)).Select(c => c.Name);
            if (seen.Add(string.Join(' ', applying)))
            {
                yield return (candidate, conditions.Contains(candidate));
            }
        }
    }

    private void Collect(
        ObjectType type,
        SelectionSetNode set,
        OrderedDictionary<string, List<FieldNode>> groups,
        HashSet<string> visited)
    {
        foreach (var selection in set.Selections)
        {
            if (!_conditions.Includes(selection))
            {
                continue;
            }

            switch (selection)
            {
                case FieldNode field:
                    Add(groups, field);
                    break;
                case InlineFragmentNode inline when Applies(inline.TypeCondition, type):
                    Collect(type, inline.SelectionSet, groups, visited);
                    break;
                case FragmentSpreadNode spread when visited.Add(spread.Name.Value)
                    && _fragments.TryGetValue(spread.Name.Value, out var fragment)
                    && Applies(fragment.TypeCondition, type):
                    Collect(type, fragment.SelectionSet, groups, visited);
                    break;
                default:
                    break;
            }
        }
    }

    private static void Add(OrderedDictionary<string, List<FieldNode>> groups, FieldNode field)
    {
        if (groups.TryGetValue(field.ResponseName, out var group))
        {
            group.Add(field);
        }
        else
        {
            groups.Add(field.ResponseName, [field]);
        }
    }

    private bool Applies(NamedTypeNode? condition, ObjectType type) =>
        condition is null
        || (_schema.FindType(condition.Name.Value) is { } named && _schema.IsPossibleType(named, type));

    private void AddConditions(SelectionSetNode? set, HashSet<NamedType> conditions, HashSet<string> visited)
    {
        foreach (var selection in set?.Selections ?? [])
        {
            if (selection is InlineFragmentNode inline)
            {
                AddCondition(inline.TypeCondition, conditions);
                AddConditions(inline.SelectionSet, conditions, visited);
            }
            else if (selection is FragmentSpreadNode spread && visited.Add(spread.Name.Value)
                && _fragments.TryGetValue(spread.Name.Value, out var fragment))
            {
                AddCondition(fragment.TypeCondition, conditions);
                AddConditions(fragment.SelectionSet, conditions, visited);
            }
        }
    }

    private void AddCondition(NamedTypeNode? condition, HashSet<NamedType> conditions)
    {
        if (condition is not null && _schema.FindType(condition.Name.Value) is { } type)
        {
            conditions.Add(type);
        }
    }
}
