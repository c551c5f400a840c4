using CrmCloud.GraphQL.Language;
using CrmCloud.GraphQL.Types;

namespace CrmCloud.GraphQL.Validation;

internal sealed class KnownFragmentNamesRule(ValidationContext context) : ValidationRule(context)
{
    public override bool Enter(SyntaxNode node)
    {
        if (node is FragmentSpreadNode { Name: var name } && Context.FindFragment(name.Value) is null)
        {
            Context.Report($"Unknown fragment \"{name.Value}\".", name);
        }

        return true;
    }
}

internal sealed class NoUnusedFragmentsRule(ValidationContext context) : ValidationRule(context)
{
    public override bool Enter(SyntaxNode node) => node is not DefinitionNode;

    public override void Leave(SyntaxNode node)
    {
        if (node is not DocumentNode document)
        {
            return;
        }

        var used = document.Definitions.OfType<OperationDefinitionNode>()
            .SelectMany(Context.FragmentsOf)
            .Select(fragment => fragment.Name.Value)
            .ToHashSet(StringComparer.Ordinal);
        foreach (var fragment in document.Definitions.OfType<FragmentDefinitionNode>())
        {
            if (!used.Contains(fragment.Name.Value))
            {
                Context.Report($"Fragment \"{fragment.Name.Value}\" is never used.", fragment);
            }
        }
    }
}

internal sealed class PossibleFragmentSpreadsRule(ValidationContext context) : ValidationRule(context)
{
    public override bool Enter(SyntaxNode node)
    {
        if (Context.At.Parent is not { } parent)
        {
            return true;
        }

        if (node is InlineFragmentNode
            && Context.At.Type is NamedType { IsComposite: true } type
            && IsImpossible(type, parent))
        {
            Context.Report(
                $"Fragment cannot be spread here as objects of type \"{parent.Name}\" can never be of type "
                + $"\"{type.Name}\".",
                node);
        }
        else if (node is FragmentSpreadNode { Name.Value: var name }
            && Context.FindFragment(name) is { } fragment
            && Context.Schema!.FindType(fragment.TypeCondition.Name.Value) is { IsComposite: true } condition
            && IsImpossible(condition, parent))
        {
            Context.Report(
                $"Fragment \"{name}\" cannot be spread here as objects of type \"{parent.Name}\" can never be of type "
                + $"\"{condition.Name}\".",
                node);
        }

        return true;
    }

    private bool IsImpossible(NamedType type, NamedType parent) => !Context.Schema!.Overlap(type, parent);
}

internal sealed class NoFragmentCyclesRule(ValidationContext context) : ValidationRule(context)
{
    private readonly HashSet<string> _visited = new(StringComparer.Ordinal);
    private readonly List<FragmentSpreadNode> _path = [];
    private readonly Dictionary<string, int> _pathIndex = new(StringComparer.Ordinal);

    public override bool Enter(SyntaxNode node)
    {
        if (node is FragmentDefinitionNode fragment)
        {
            Detect(fragment);
        }

        return node is not DefinitionNode;
    }

    // Each fragment once, and no deeper than the limit FragmentDepth.
    private void Detect(FragmentDefinitionNode fragment)
    {
        var name = fragment.Name.Value;
        if (!_visited.Add(name))
        {
            return;
        }

        _pathIndex[name] = _path.Count;
        foreach (var spread in Context.SpreadsIn(fragment.SelectionSet))
        {
            _path.Add(spread);
            if (_pathIndex.TryGetValue(spread.Name.Value, out var start))
            {
                Report(spread.Name.Value, _path.Skip(start).ToList());
            }
            else if (Context.FindFragment(spread.Name.Value) is { } next)
            {
                Detect(next);
            }

            _path.RemoveAt(_path.Count - 1);
        }

        _pathIndex.Remove(name);
    }

    private void Report(string name, List<FragmentSpreadNode> cycle)
    {
        var via = string.Join(", ", cycle.SkipLast(1).Select(spread => $"\"{spread.Name.Value}\""));
        Context.Report(
            $"Cannot spread fragment \"{name}\" within itself" + (via.Length > 0 ? $" via {via}." : "."), cycle);
    }
}
