using CrmCloud.GraphQL.Language;

namespace CrmCloud.GraphQL.Validation;

/// <summary>Fields that share a response name must be one field.</summary>
/// <remarks>
/// First the document is checked as a whole by grouping fields, which costs little more than reading it. Only when that
/// finds a conflict are pairs compared the way graphql-js does, to report every conflict in its words, and then only so
/// many of them: comparing pairs is quadratic and worse, and one known server took 117 s over a document of 364 KB.
/// </remarks>
internal sealed class OverlappingFieldsCanBeMergedRule(ValidationContext context) : ValidationRule(context)
{
    private ConflictReporter? _reporter;
    private MergeConflict? _first;

    public override bool Enter(SyntaxNode node)
    {
        switch (node)
        {
            case DocumentNode document:
                // Merging what a fragment with itself inside selects would not end; the pairs of it do.
                var fields = new MergeFields(Context);
                _first = Context.HasFragmentCycle ? null : new MergeCheck(Context, fields).FindFirst(document);
                var isNeeded = _first is not null || Context.HasFragmentCycle;
                _reporter = isNeeded ? new ConflictReporter(Context, fields) : null;
                return isNeeded;
            case SelectionSetNode set:
                _reporter?.Report(Context.At.Parent, set);
                return true;
            default:
                return true;
        }
    }

    public override void Leave(SyntaxNode node)
    {
        // The pairs were too many to reach the conflict, but there is one.
        if (node is DocumentNode && _first is { } conflict && _reporter is { HasReported: false })
        {
            Context.Report(conflict.Message, conflict.Left, conflict.Right);
        }
    }
}

/// <summary>Two fields that cannot be merged.</summary>
internal sealed record MergeConflict(string Name, string Reason, FieldNode Left, FieldNode Right)
{
    public string Message => Sentence(Name, Reason);

    public static string Sentence(string name, string reason) =>
        $"Fields \"{name}\" conflict because {reason}. Use different aliases on the fields to fetch both if this was "
        + "intentional.";
}
