using CrmCloud.GraphQL.Language;
using CrmCloud.GraphQL.Types;

namespace CrmCloud.GraphQL.Validation;

/// <summary>
/// What the rules of one validation share: the document, the place of the walk, and the errors so far.
/// </summary>
internal sealed class ValidationContext
{
    // No message repeats much of what the caller wrote, or 100 errors could each carry a 250 KB name.
    private const int LongestMessage = 2_000;
    private const int MostLocations = 100;

    private readonly List<GraphQLError> _errors = [];
    private readonly Dictionary<string, FragmentDefinitionNode> _fragments = new(StringComparer.Ordinal);
    private readonly Dictionary<SelectionSetNode, IReadOnlyList<FragmentSpreadNode>> _spreads = [];
    private readonly Dictionary<OperationDefinitionNode, IReadOnlyList<FragmentDefinitionNode>> _referenced = [];
    private readonly Dictionary<OperationDefinitionNode, IReadOnlyList<VariableUsage>> _usagesOf = [];
    private VariableUsages? _usages;
    private int _uses;

    /// <param name="schema">Null only for type-system documents that extend nothing.</param>
    public ValidationContext(Schema? schema, DocumentNode document, ValidationOptions options)
    {
        Schema = schema;
        Document = document;
        Options = options;
        foreach (var fragment in document.Definitions.OfType<FragmentDefinitionNode>())
        {
            _fragments[fragment.Name.Value] = fragment;
        }
    }

    public Schema? Schema { get; }

    public DocumentNode Document { get; }

    public ValidationOptions Options { get; }

    public IReadOnlyList<GraphQLError> Errors => _errors;

    /// <summary>Whether some fragment contains itself, found by <see cref="DocumentLimits"/>.</summary>
    public bool HasFragmentCycle { get; set; }

    /// <summary>Kept up to date by <see cref="DocumentWalk"/>.</summary>
    public TypePosition At { get; set; }

    /// <summary>The nodes around the current one, outermost first. Kept by <see cref="DocumentWalk"/>.</summary>
    public List<SyntaxNode> Ancestors { get; } = [];

    /// <exception cref="ValidationAbortedException">The limit of errors is reached.</exception>
    public void Report(string message, params IEnumerable<SyntaxNode> nodes)
    {
        if (_errors.Count >= Options.Errors)
        {
            _errors.Add(Error("Too many validation errors, error limit reached. Validation aborted.", []));
            throw new ValidationAbortedException();
        }

        _errors.Add(Error(message, nodes));
    }

    /// <summary>Refuses the document for its size, naming the limit and what was measured.</summary>
    /// <exception cref="ValidationAbortedException">Always: what is over a limit is not looked at further.</exception>
    public void Refuse(string limit, int maximum, int measured, SyntaxNode node)
    {
        var message = $"Document is over the limit \"{limit}\": {measured} found, at most {maximum} allowed.";
        _errors.Add(Error(message, [node]) with
        {
            Code = GraphQLSyntaxException.OverLimit,
            Extensions = new Dictionary<string, object?>(StringComparer.Ordinal)
            {
                ["limit"] = limit,
                ["maximum"] = maximum,
                ["measured"] = measured,
            },
        });
        throw new ValidationAbortedException();
    }

    /// <summary>" Did you mean ...?", or nothing when no name is near or suggestions are off.</summary>
    public string DidYouMean(string input, IEnumerable<string> names, string? verb = null) =>
        Options.Suggestions ? Suggestion.Sentence(Suggestion.Nearest(input, names), verb) : "";

    public FragmentDefinitionNode? FindFragment(string name) => _fragments.GetValueOrDefault(name);

    /// <summary>The spreads inside a selection set and its inline parts, but not inside other fragments.</summary>
    public IReadOnlyList<FragmentSpreadNode> SpreadsIn(SelectionSetNode set)
    {
        if (_spreads.TryGetValue(set, out var known))
        {
            return known;
        }

        var spreads = new List<FragmentSpreadNode>();
        var pending = new Stack<SelectionSetNode>([set]);
        while (pending.TryPop(out var next))
        {
            foreach (var selection in next.Selections)
            {
                if (selection is FragmentSpreadNode spread)
                {
                    spreads.Add(spread);
                }
                else if ((selection as FieldNode)?.SelectionSet is { } inField)
                {
                    pending.Push(inField);
                }
                else if (selection is InlineFragmentNode inline)
                {
                    pending.Push(inline.SelectionSet);
                }
            }
        }

        return _spreads[set] = spreads;
    }

    /// <summary>Every fragment an operation uses, directly or through others, each once.</summary>
    public IReadOnlyList<FragmentDefinitionNode> FragmentsOf(OperationDefinitionNode operation)
    {
        if (_referenced.TryGetValue(operation, out var known))
        {
            return known;
        }

        var fragments = new List<FragmentDefinitionNode>();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var pending = new Stack<SelectionSetNode>([operation.SelectionSet]);
        while (pending.TryPop(out var set))
        {
            foreach (var spread in SpreadsIn(set))
            {
                if (seen.Add(spread.Name.Value) && FindFragment(spread.Name.Value) is { } fragment)
                {
                    fragments.Add(fragment);
                    pending.Push(fragment.SelectionSet);
                }
            }
        }

        return _referenced[operation] = fragments;
    }

    /// <summary>Uses of variables in an operation and in the fragments it uses.</summary>
    /// <exception cref="ValidationAbortedException">
    /// The operations so far have too many: many of them that share one fragment would make a product.
    /// </exception>
    public IReadOnlyList<VariableUsage> UsagesOf(OperationDefinitionNode operation)
    {
        if (_usagesOf.TryGetValue(operation, out var known))
        {
            return known;
        }

        _usages ??= VariableUsages.Find(this);
        List<VariableUsage> found = [.. _usages.Of(operation), .. FragmentsOf(operation).SelectMany(_usages.Of)];
        _uses += found.Count;
        if (_uses > Options.VariableUses)
        {
            Refuse("VariableUses", Options.VariableUses, _uses, operation);
        }

        return _usagesOf[operation] = found;
    }

    private static GraphQLError Error(string message, IEnumerable<SyntaxNode> nodes) =>
        new(message.Length > LongestMessage ? string.Concat(message.AsSpan(0, LongestMessage), "...") : message)
        {
            Code = DocumentValidator.Invalid,
            Locations = [.. nodes.Take(MostLocations).Select(node => node.Span.Location).OfType<SourceLocation>()],
        };
}

/// <summary>Ends a validation whose verdict is already among the errors. Never leaves the validator.</summary>
#pragma warning disable CA1032, CA1064 // Nobody outside throws or catches it.
internal sealed class ValidationAbortedException : Exception;
#pragma warning restore CA1032, CA1064
