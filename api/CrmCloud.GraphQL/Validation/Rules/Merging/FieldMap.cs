using CrmCloud.GraphQL.Language;
using CrmCloud.GraphQL.Types;

namespace CrmCloud.GraphQL.Validation;

/// <summary>
/// The fields of one selection set by response name, and the fragments it spreads, both in the order written.
/// </summary>
internal sealed class FieldMap
{
    private readonly Dictionary<string, List<SelectedField>> _byName = new(StringComparer.Ordinal);
    private readonly HashSet<string> _fragments = new(StringComparer.Ordinal);

    public List<(string Name, List<SelectedField> Fields)> Fields { get; } = [];

    public List<string> Fragments { get; } = [];

    public List<SelectedField>? Find(string name) => _byName.GetValueOrDefault(name);

    public void Collect(MergeFields fields, NamedType? parent, SelectionSetNode set)
    {
        foreach (var selection in set.Selections)
        {
            switch (selection)
            {
                case FieldNode field:
                    Add(fields.Select(field, parent));
                    break;
                case FragmentSpreadNode { Name.Value: var name } when _fragments.Add(name):
                    Fragments.Add(name);
                    break;
                case InlineFragmentNode inline:
                    var type = inline.TypeCondition is { } condition ? fields.TypeOf(condition) : parent;
                    Collect(fields, type, inline.SelectionSet);
                    break;
            }
        }
    }

    private void Add(SelectedField field)
    {
        var name = field.Node.ResponseName;
        if (!_byName.TryGetValue(name, out var list))
        {
            _byName[name] = list = [];
            Fields.Add((name, list));
        }

        list.Add(field);
    }
}
