using CrmCloud.GraphQL.Language;
using CrmCloud.GraphQL.Types;

namespace CrmCloud.GraphQL.Validation;

/// <summary>The type graph has cycles, so nested lists of it multiply; three lists deep is refused.</summary>
internal sealed class MaxIntrospectionDepthRule(ValidationContext context) : ValidationRule(context)
{
    private const int MaxLists = 3;

    // Per fragment the fewest and the most lists it is known to be too deep, or not, when entered with.
    private readonly Dictionary<string, int> _tooDeepFrom = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _fineUpTo = new(StringComparer.Ordinal);

    public override bool Enter(SyntaxNode node)
    {
        if (node is FieldNode { Name.Value: "__schema" or "__type" } && IsTooDeep((FieldNode)node, lists: 0))
        {
            Context.Report("Maximum introspection depth exceeded", node);
            return false;
        }

        return true;
    }

    private bool IsTooDeep(SelectionNode selection, int lists)
    {
        switch (selection)
        {
            case FragmentSpreadNode spread:
                return IsFragmentTooDeep(spread.Name.Value, lists);
            case InlineFragmentNode inline:
                return IsTooDeep(inline.SelectionSet, lists);
            case FieldNode field:
                var isList = field.Name.Value is "fields" or "interfaces" or "possibleTypes" or "inputFields";
                var depth = isList ? lists + 1 : lists;
                return depth >= MaxLists || (field.SelectionSet is { } inside && IsTooDeep(inside, depth));
            default:
                return false;
        }
    }

    private bool IsTooDeep(SelectionSetNode set, int lists) => set.Selections.Any(child => IsTooDeep(child, lists));

    private bool IsFragmentTooDeep(string name, int lists)
    {
        if (_tooDeepFrom.TryGetValue(name, out var from) && from <= lists)
        {
            return true;
        }

        if ((_fineUpTo.TryGetValue(name, out var upTo) && upTo >= lists)
            || Context.FindFragment(name) is not { } fragment)
        {
            return false;
        }

        // Also what stops a fragment that contains itself.
        _fineUpTo[name] = lists;
        var isTooDeep = IsTooDeep(fragment.SelectionSet, lists);
        if (isTooDeep)
        {
            _tooDeepFrom[name] = lists;
        }

        return isTooDeep;
    }
}

internal sealed class NoSchemaIntrospectionCustomRule(ValidationContext context) : ValidationRule(context)
{
    public override bool Enter(SyntaxNode node)
    {
        if (node is FieldNode field
            && Context.At.Type?.Named is { IsBuiltIn: true } type
            && type.Name.StartsWith("__", StringComparison.Ordinal))
        {
            Context.Report(
                "GraphQL introspection has been disabled, but the requested query contained the field "
                + $"\"{field.Name.Value}\".",
                node);
        }

        return true;
    }
}

internal sealed class NoDeprecatedCustomRule(ValidationContext context) : ValidationRule(context)
{
    public override bool Enter(SyntaxNode node)
    {
        if (Find(node) is { } found)
        {
            Context.Report($"{found.Subject} is deprecated. {found.Member.DeprecationReason}", node);
        }

        return true;
    }

    private (string Subject, SchemaMember Member)? Find(SyntaxNode node)
    {
        var at = Context.At;
        return node switch
        {
            FieldNode when at.Field is { IsDeprecated: true } field =>
                ($"The field {at.Parent?.Name}.{field.Name}", field),
            ArgumentNode when at.Argument is { IsDeprecated: true } argument =>
                (Subject(at, argument), argument),
            ObjectFieldNode { Name.Value: var name } when at.ParentInput?.Named is InputObjectType parent
                && parent.Fields.Find(name) is { IsDeprecated: true } field =>
                ($"The input field {parent.Name}.{field.Name}", field),
            EnumValueNode when at.EnumValue is { IsDeprecated: true } value =>
                ($"The enum value \"{at.Input?.Named.Name}.{value.Name}\"", value),
            _ => null,
        };
    }

    private static string Subject(TypePosition at, InputValue argument) => at.Directive is { } directive
        ? $"Directive \"@{directive.Name}\" argument \"{argument.Name}\""
        : $"Field \"{at.Parent?.Name}.{at.Field?.Name}\" argument \"{argument.Name}\"";
}
