using CrmCloud.GraphQL.Language;
using CrmCloud.GraphQL.Types;

namespace CrmCloud.GraphQL.Validation;

/// <summary>A variable used as a value.</summary>
/// <param name="Type">What the place asks for; null when unknown.</param>
/// <param name="HasDefault">Whether the place has a default of its own.</param>
/// <param name="Parent">The list or input object around the place.</param>
internal sealed record VariableUsage(VariableNode Node, GraphQLType? Type, bool HasDefault, GraphQLType? Parent);

/// <summary>All uses of variables of a document by definition, found in one pass.</summary>
internal sealed class VariableUsages : ValidationRule
{
    private readonly Dictionary<SyntaxNode, List<VariableUsage>> _byDefinition = [];
    private List<VariableUsage> _current = [];

    private VariableUsages(ValidationContext context)
        : base(context)
    {
    }

    public static VariableUsages Find(ValidationContext context)
    {
        var own = new ValidationContext(context.Schema, context.Document, context.Options);
        var usages = new VariableUsages(own);
        new DocumentWalk(own, [usages]).Visit(context.Document);
        return usages;
    }

    public IReadOnlyList<VariableUsage> Of(SyntaxNode definition) => _byDefinition[definition];

    public override bool Enter(SyntaxNode node)
    {
        if (node is DefinitionNode)
        {
            _byDefinition[node] = _current = [];
        }
        else if (node is VariableNode variable)
        {
            var at = Context.At;
            _current.Add(new VariableUsage(variable, at.Input, at.HasDefault, at.ParentInput));
        }

        return node is not VariableDefinitionNode;
    }
}
