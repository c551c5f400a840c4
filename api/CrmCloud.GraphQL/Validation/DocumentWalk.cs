using System.Collections.Immutable;
using CrmCloud.GraphQL.Language;

namespace CrmCloud.GraphQL.Validation;

/// <summary>
/// Takes all rules through a document in one pass, each node once, in the order graphql-js visits them.
/// </summary>
/// <remarks>Recursion is as deep as the syntax, which the parser bounds.</remarks>
internal sealed class DocumentWalk
{
    private readonly ValidationContext _context;
    private readonly ValidationRule[] _rules;
    private readonly SyntaxNode?[] _skipping;

    public DocumentWalk(ValidationContext context, IEnumerable<ValidationRule> rules)
    {
        _context = context;
        _rules = [.. rules];
        _skipping = new SyntaxNode?[_rules.Length];
    }

    public void Visit(SyntaxNode node)
    {
        var outside = _context.At;
        if (_context.Schema is not null)
        {
            _context.At = outside.Into(node, _context.Schema);
        }

        for (var i = 0; i < _rules.Length; i++)
        {
            if (_skipping[i] is null && !_rules[i].Enter(node))
            {
                _skipping[i] = node;
            }
        }

        _context.Ancestors.Add(node);
        VisitInside(node);
        _context.Ancestors.RemoveAt(_context.Ancestors.Count - 1);
        for (var i = 0; i < _rules.Length; i++)
        {
            if (_skipping[i] is null)
            {
                _rules[i].Leave(node);
            }
            else if (ReferenceEquals(_skipping[i], node))
            {
                _skipping[i] = null;
            }
        }

        _context.At = outside;
    }

    private void VisitAll<T>(ImmutableArray<T> nodes)
        where T : SyntaxNode
    {
        foreach (var node in nodes)
        {
            Visit(node);
        }
    }

    private void VisitOptional(SyntaxNode? node)
    {
        if (node is not null)
        {
            Visit(node);
        }
    }

    private void VisitInside(SyntaxNode node)
    {
        switch (node)
        {
            case DocumentNode n:
                VisitAll(n.Definitions);
                break;
            case SelectionSetNode n:
                VisitAll(n.Selections);
                break;
            case FieldNode n:
                VisitAll(n.Arguments);
                VisitAll(n.Directives);
                VisitOptional(n.SelectionSet);
                break;
            case FragmentSpreadNode n:
                VisitAll(n.Directives);
                break;
            case InlineFragmentNode n:
                VisitOptional(n.TypeCondition);
                VisitAll(n.Directives);
                Visit(n.SelectionSet);
                break;
            case OperationDefinitionNode n:
                VisitAll(n.VariableDefinitions);
                VisitAll(n.Directives);
                Visit(n.SelectionSet);
                break;
            case FragmentDefinitionNode n:
                VisitAll(n.VariableDefinitions);
                Visit(n.TypeCondition);
                VisitAll(n.Directives);
                Visit(n.SelectionSet);
                break;
            case VariableDefinitionNode n:
                Visit(n.Variable);
                Visit(n.Type);
                VisitOptional(n.DefaultValue);
                VisitAll(n.Directives);
                break;
            case DirectiveNode n:
                VisitAll(n.Arguments);
                break;
            case TypeSystemDefinitionNode or MemberDefinitionNode or OperationTypeDefinitionNode:
                VisitTypeSystem(node);
                break;
            default:
                VisitValueOrType(node);
                break;
        }
    }

    private void VisitValueOrType(SyntaxNode node)
    {
        switch (node)
        {
            case ArgumentNode n:
                Visit(n.Value);
                break;
            case ListValueNode n:
                VisitAll(n.Values);
                break;
            case ObjectValueNode n:
                VisitAll(n.Fields);
                break;
            case ObjectFieldNode n:
                Visit(n.Value);
                break;
            case ListTypeNode n:
                Visit(n.Type);
                break;
            case NonNullTypeNode n:
                Visit(n.Type);
                break;
        }
    }

    private void VisitTypeSystem(SyntaxNode node)
    {
        switch (node)
        {
            case SchemaDefinitionNode n:
                VisitAll(n.Directives);
                VisitAll(n.OperationTypes);
                break;
            case OperationTypeDefinitionNode n:
                Visit(n.Type);
                break;
            case DirectiveDefinitionNode n:
                VisitAll(n.Arguments);
                VisitAll(n.Directives);
                break;
            case FieldsTypeDefinitionNode n:
                VisitAll(n.Interfaces);
                VisitAll(n.Directives);
                VisitAll(n.Fields);
                break;
            case UnionTypeDefinitionNode n:
                VisitAll(n.Directives);
                VisitAll(n.Types);
                break;
            case EnumTypeDefinitionNode n:
                VisitAll(n.Directives);
                VisitAll(n.Values);
                break;
            case InputObjectTypeDefinitionNode n:
                VisitAll(n.Directives);
                VisitAll(n.Fields);
                break;
            case TypeDefinitionNode n:
                VisitAll(n.Directives);
                break;
            case FieldDefinitionNode n:
                VisitAll(n.Arguments);
                Visit(n.Type);
                VisitAll(n.Directives);
                break;
            case InputValueDefinitionNode n:
                Visit(n.Type);
                VisitOptional(n.DefaultValue);
                VisitAll(n.Directives);
                break;
            case MemberDefinitionNode n:
                VisitAll(n.Directives);
                break;
        }
    }
}
