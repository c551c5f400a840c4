using System.Collections.Immutable;
using CrmCloud.GraphQL.Language;

namespace CrmCloud.GraphQL.Validation;

/// <summary>Measures a document before any rule looks at it.</summary>
/// <remarks>
/// Operations are walked with their fragments spread out, as execution will meet them, and so is every fragment that no
/// operation reaches. The walk stops at the first limit, so it takes at most Operations x (Fields + FragmentVisits)
/// steps.
/// </remarks>
internal sealed class DocumentLimits(ValidationContext context)
{
    private readonly ValidationOptions _options = context.Options;
    private readonly HashSet<string> _path = new(StringComparer.Ordinal);
    private readonly HashSet<string> _reached = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _aliases = new(StringComparer.Ordinal);
    private int _fields;
    private int _visits;

    /// <exception cref="ValidationAbortedException">A limit is exceeded; the refusal is reported.</exception>
    public void Check()
    {
        var operations = context.Document.Definitions.OfType<OperationDefinitionNode>().ToList();
        var fragments = context.Document.Definitions.OfType<FragmentDefinitionNode>().ToList();
        Require("Operations", _options.Operations, operations.Count, context.Document);
        Require("FragmentVisits", _options.FragmentVisits, fragments.Count, context.Document);
        foreach (var operation in operations)
        {
            CheckDirectives(operation, operation.Directives);
            CheckVariables(operation.VariableDefinitions);
            Start(operation.SelectionSet);
        }

        foreach (var fragment in fragments)
        {
            CheckDirectives(fragment, fragment.Directives);
            var isHidden = !ReferenceEquals(fragment, context.FindFragment(fragment.Name.Value));
            if (isHidden || _reached.Add(fragment.Name.Value))
            {
                Start(fragment.SelectionSet);
            }
        }
    }

    private void CheckVariables(ImmutableArray<VariableDefinitionNode> variables)
    {
        foreach (var variable in variables)
        {
            CheckDirectives(variable, variable.Directives);
        }
    }

    private void Start(SelectionSetNode root)
    {
        (_fields, _visits) = (0, 0);
        _aliases.Clear();
        _path.Clear();
        Walk(root, fieldDepth: 0, fragmentDepth: 0);
    }

    private void Walk(SelectionSetNode set, int fieldDepth, int fragmentDepth)
    {
        foreach (var selection in set.Selections)
        {
            CheckDirectives(selection, selection.Directives);
            if (selection is FieldNode field)
            {
                WalkField(field, fieldDepth + 1, fragmentDepth);
                continue;
            }

            Require("FragmentVisits", _options.FragmentVisits, ++_visits, selection);
            Require("FragmentDepth", _options.FragmentDepth, fragmentDepth + 1, selection);
            if (selection is InlineFragmentNode inline)
            {
                Walk(inline.SelectionSet, fieldDepth, fragmentDepth + 1);
            }
            else if (selection is FragmentSpreadNode spread)
            {
                WalkSpread(spread.Name.Value, fieldDepth, fragmentDepth + 1);
            }
        }
    }

    private void WalkField(FieldNode field, int fieldDepth, int fragmentDepth)
    {
        Require("Fields", _options.Fields, ++_fields, field);
        Require("OperationDepth", _options.OperationDepth, fieldDepth, field);
        if (field.Alias is { } alias && alias.Value != field.Name.Value)
        {
            var count = _aliases.GetValueOrDefault(field.Name.Value) + 1;
            _aliases[field.Name.Value] = count;
            Require("AliasesOfOneField", _options.AliasesOfOneField, count, field);
        }

        if (field.SelectionSet is { } inside)
        {
            Walk(inside, fieldDepth, fragmentDepth);
        }
    }

    private void WalkSpread(string name, int fieldDepth, int fragmentDepth)
    {
        if (context.FindFragment(name) is not { } fragment)
        {
            return;
        }

        // A fragment inside itself is an error that a rule reports; here it is only not followed.
        if (!_path.Add(name))
        {
            context.HasFragmentCycle = true;
            return;
        }

        _reached.Add(name);
        Walk(fragment.SelectionSet, fieldDepth, fragmentDepth);
        _path.Remove(name);
    }

    private void CheckDirectives(SyntaxNode node, ImmutableArray<DirectiveNode> directives) =>
        Require("DirectivesPerLocation", _options.DirectivesPerLocation, directives.Length, node);

    private void Require(string limit, int maximum, int measured, SyntaxNode node)
    {
        if (measured > maximum)
        {
            context.Refuse(limit, maximum, measured, node);
        }
    }
}
