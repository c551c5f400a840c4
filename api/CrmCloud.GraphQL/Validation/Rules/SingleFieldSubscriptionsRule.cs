using CrmCloud.GraphQL.Language;
using CrmCloud.GraphQL.Types;

namespace CrmCloud.GraphQL.Validation;

/// <summary>A subscription has one event stream, so one field at its root, whatever the variables say.</summary>
internal sealed class SingleFieldSubscriptionsRule(ValidationContext context) : ValidationRule(context)
{
    private readonly List<DirectiveNode> _conditions = [];
    private readonly HashSet<string> _fragments = new(StringComparer.Ordinal);
    private readonly List<(string Name, List<FieldNode> Nodes)> _groups = [];
    private readonly Dictionary<string, List<FieldNode>> _byName = new(StringComparer.Ordinal);

    public override bool Enter(SyntaxNode node)
    {
        if (node is OperationDefinitionNode { Operation: OperationKind.Subscription } operation
            && Context.Schema?.Subscription is { } root)
        {
            _conditions.Clear();
            _fragments.Clear();
            _groups.Clear();
            _byName.Clear();
            Collect(root, operation.SelectionSet);
            Report(operation);
        }

        return node is not DefinitionNode;
    }

    private void Report(OperationDefinitionNode operation)
    {
        var name = operation.Name is null ? "Anonymous Subscription" : $"Subscription \"{operation.Name.Value}\"";
        if (_conditions.Count > 0)
        {
            Context.Report(
                $"{name} must not use `@skip` or `@include` directives in the top level selection.", _conditions);
            return;
        }

        // Fragments that contain only themselves or are unknown select nothing either, but have errors of their own.
        if (_groups.Count == 0 && !Context.HasFragmentCycle && _fragments.All(f => Context.FindFragment(f) is not null))
        {
            Context.Report($"{name} must select one top level field.", operation.SelectionSet);
        }
        else if (_groups.Count > 1)
        {
            Context.Report(
                $"{name} must select only one top level field.", _groups.Skip(1).SelectMany(group => group.Nodes));
        }

        foreach (var group in _groups.Where(g => g.Nodes[0].Name.Value.StartsWith("__", StringComparison.Ordinal)))
        {
            Context.Report($"{name} must not select an introspection top level field.", group.Nodes);
        }
    }

    private void Collect(ObjectType root, SelectionSetNode set)
    {
        foreach (var selection in set.Selections)
        {
            _conditions.AddRange(selection.Directives.Where(d => d.Name.Value is "skip" or "include"));
            switch (selection)
            {
                case FieldNode field:
                    Add(field);
                    break;
                case InlineFragmentNode inline when Applies(root, inline.TypeCondition):
                    Collect(root, inline.SelectionSet);
                    break;
                case FragmentSpreadNode spread when _fragments.Add(spread.Name.Value)
                    && Context.FindFragment(spread.Name.Value) is { } fragment
                    && Applies(root, fragment.TypeCondition):
                    Collect(root, fragment.SelectionSet);
                    break;
            }
        }
    }

    private void Add(FieldNode field)
    {
        if (!_byName.TryGetValue(field.ResponseName, out var nodes))
        {
            _byName[field.ResponseName] = nodes = [];
            _groups.Add((field.ResponseName, nodes));
        }

        nodes.Add(field);
    }

    private bool Applies(ObjectType root, NamedTypeNode? condition) =>
        condition is null
        || (Context.Schema!.FindType(condition.Name.Value) is { } type && Context.Schema.IsSubtype(root, type));
}
