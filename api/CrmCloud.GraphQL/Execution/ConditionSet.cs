using System.Collections.Immutable;
using CrmCloud.GraphQL.Language;

namespace CrmCloud.GraphQL.Execution;

/// <summary>
/// The variables that stand in @skip and @include of an operation, and which of them are true in one request.
/// </summary>
/// <param name="Names">In document order; at most 64 are told apart, so a plan is named by a 64-bit mask.</param>
/// <param name="Mask">Bit n is set when the n-th variable is true.</param>
internal sealed record ConditionSet(IReadOnlyList<string> Names, ulong Mask)
{
    public const int MaximumNames = 64;

    public bool Includes(SelectionNode selection)
    {
        foreach (var directive in selection.Directives)
        {
            var isSkip = directive.Name.Value == "skip";
            if ((isSkip || directive.Name.Value == "include") && IsTrue(directive) == isSkip)
            {
                return false;
            }
        }

        return true;
    }

    /// <exception cref="GraphQLRequestException">More variables than a mask has bits.</exception>
    public static IReadOnlyList<string> NamesIn(DocumentNode document)
    {
        var names = new List<string>();
        foreach (var definition in document.Definitions)
        {
            Add((definition as OperationDefinitionNode)?.SelectionSet
                ?? (definition as FragmentDefinitionNode)?.SelectionSet, names);
        }

        return names.Count <= MaximumNames
            ? names
            : throw new GraphQLRequestException(
                "GRAPHQL_LIMIT_EXCEEDED",
                $"The document has {names.Count} variables in @skip and @include; at most {MaximumNames} are allowed.");
    }

    public static ConditionSet For(IReadOnlyList<string> names, VariableValues variables)
    {
        var mask = 0UL;
        for (var i = 0; i < names.Count; i++)
        {
            mask |= variables.IsTrue(names[i]) ? 1UL << i : 0;
        }

        return new ConditionSet(names, mask);
    }

    private static void Add(SelectionSetNode? set, List<string> names)
    {
        foreach (var selection in set?.Selections ?? [])
        {
            foreach (var variable in selection.Directives.SelectMany(Variables))
            {
                if (!names.Contains(variable))
                {
                    names.Add(variable);
                }
            }

            Add((selection as FieldNode)?.SelectionSet ?? (selection as InlineFragmentNode)?.SelectionSet, names);
        }
    }

    private static IEnumerable<string> Variables(DirectiveNode directive) =>
        directive.Name.Value is "skip" or "include"
            ? directive.Arguments.Select(argument => (argument.Value as VariableNode)?.Name.Value).OfType<string>()
            : [];

    private bool IsTrue(DirectiveNode directive)
    {
        var value = directive.Arguments is [var condition, ..] ? condition.Value : null;
        return value switch
        {
            BooleanValueNode constant => constant.Value,
            VariableNode variable => IndexOf(variable.Name.Value) is >= 0 and var index && (Mask & (1UL << index)) != 0,
            _ => false,
        };
    }

    private int IndexOf(string name)
    {
        for (var i = 0; i < Names.Count; i++)
        {
            if (Names[i] == name)
            {
                return i;
            }
        }

        return -1;
    }
}
