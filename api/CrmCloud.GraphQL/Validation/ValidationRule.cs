using CrmCloud.GraphQL.Language;

namespace CrmCloud.GraphQL.Validation;

/// <summary>One rule of the specification during one validation. Rules report in the order graphql-js does.</summary>
internal abstract class ValidationRule(ValidationContext context)
{
    protected ValidationContext Context { get; } = context;

    /// <returns>False to leave out what is inside the node, for this rule only.</returns>
    public virtual bool Enter(SyntaxNode node) => true;

    public virtual void Leave(SyntaxNode node)
    {
    }
}
