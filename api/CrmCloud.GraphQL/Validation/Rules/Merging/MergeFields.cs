using CrmCloud.GraphQL.Language;
using CrmCloud.GraphQL.Types;

namespace CrmCloud.GraphQL.Validation;

/// <summary>
/// A field as selected on a type; type and definition are null where the document does not fit the schema.
/// </summary>
internal readonly record struct SelectedField(FieldNode Node, NamedType? Parent, Field? Definition);

/// <summary>What comparing fields needs to know of each, found once.</summary>
internal sealed class MergeFields(ValidationContext context)
{
    private readonly Dictionary<FieldNode, string> _arguments = [];

    public ValidationContext Context { get; } = context;

    public SelectedField Select(FieldNode node, NamedType? parent) =>
        new(node, parent, Context.Schema!.FieldOf(parent, node.Name.Value));

    public NamedType? TypeOf(NamedTypeNode condition) => Context.Schema!.FindType(condition.Name.Value);

    /// <summary>Why two fields of one object cannot share a response name; null when they can.</summary>
    public string? Difference(SelectedField left, SelectedField right)
    {
        if (left.Node.Name.Value != right.Node.Name.Value)
        {
            return $"\"{left.Node.Name.Value}\" and \"{right.Node.Name.Value}\" are different fields";
        }

        return ArgumentsOf(left.Node) == ArgumentsOf(right.Node) ? null : "they have differing arguments";
    }

    /// <summary>Why two values cannot share a response name, whatever the objects are; null when they can.</summary>
    public static string? TypeDifference(SelectedField left, SelectedField right) =>
        left.Definition?.Type is { } a && right.Definition?.Type is { } b && Conflict(a, b)
            ? $"they return conflicting types \"{a}\" and \"{b}\""
            : null;

    private static bool Conflict(GraphQLType left, GraphQLType right) => (left, right) switch
    {
        (ListType a, ListType b) => Conflict(a.OfType, b.OfType),
        (ListType, _) or (_, ListType) => true,
        (NonNullType a, NonNullType b) => Conflict(a.OfType, b.OfType),
        (NonNullType, _) or (_, NonNullType) => true,
        _ => (left.IsLeaf || right.IsLeaf) && !ReferenceEquals(left, right),
    };

    /// <summary>Arguments as text, the same for the same arguments in another order.</summary>
    private string ArgumentsOf(FieldNode node)
    {
        if (node.Arguments.IsEmpty)
        {
            return "";
        }

        if (!_arguments.TryGetValue(node, out var text))
        {
            var parts = node.Arguments.Select(argument => $"{argument.Name.Value}: {Canonical(argument.Value)}");
            _arguments[node] = text = string.Join(", ", parts.Order(StringComparer.Ordinal));
        }

        return text;
    }

    private static string Canonical(ValueNode value) => value switch
    {
        ListValueNode list => "[" + string.Join(", ", list.Values.Select(Canonical)) + "]",
        ObjectValueNode map => "{" + string.Join(
            ", ", map.Fields.Select(f => $"{f.Name.Value}: {Canonical(f.Value)}").Order(StringComparer.Ordinal)) + "}",
        _ => Printer.Print(value),
    };
}
