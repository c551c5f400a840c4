using System.Collections.Immutable;

namespace CrmCloud.GraphQL.Language;

public static partial class Printer
{
    private static string TypeSystem(TypeSystemDefinitionNode node)
    {
        var extend = node.IsExtension ? "extend " : "";
        var directives = Join(node.Directives, " ");
        return Described(node.Description, extend + node switch
        {
            SchemaDefinitionNode n => Sentence("schema", directives, Block(n.OperationTypes)),
            DirectiveDefinitionNode n => Directive(n, directives),
            ScalarTypeDefinitionNode n => Sentence("scalar", n.Name.Value, directives),
            FieldsTypeDefinitionNode n => Sentence(
                n is ObjectTypeDefinitionNode ? "type" : "interface",
                n.Name.Value,
                Wrap("implements ", Join(n.Interfaces, " & ")),
                directives,
                Block(n.Fields)),
            UnionTypeDefinitionNode n => Sentence(
                "union", n.Name.Value, directives, Wrap("= ", Join(n.Types, " | "))),
            EnumTypeDefinitionNode n => Sentence("enum", n.Name.Value, directives, Block(n.Values)),
            InputObjectTypeDefinitionNode n => Sentence("input", n.Name.Value, directives, Block(n.Fields)),
            _ => throw new ArgumentException($"{node.GetType().Name} is not a definition of this library."),
        });
    }

    private static string Directive(DirectiveDefinitionNode node, string directives) =>
        "directive @" + node.Name.Value
        + ArgumentDefinitions(node.Arguments)
        + Wrap(" ", directives)
        + (node.IsRepeatable ? " repeatable" : "")
        + (node.IsExtension ? "" : " on " + Join(node.Locations, " | "));

    private static string Member(MemberDefinitionNode member)
    {
        var directives = Join(member.Directives, " ");
        return Described(member.Description, member switch
        {
            FieldDefinitionNode n =>
                n.Name.Value + ArgumentDefinitions(n.Arguments) + ": " + Type(n.Type) + Wrap(" ", directives),
            InputValueDefinitionNode n => Sentence(
                n.Name.Value + ": " + Type(n.Type),
                Wrap("= ", n.DefaultValue is null ? "" : Value(n.DefaultValue)),
                directives),
            _ => Sentence(member.Name.Value, directives),
        });
    }

    private static string ArgumentDefinitions(ImmutableArray<InputValueDefinitionNode> arguments)
    {
        var texts = arguments.Select(Member).ToList();
        return texts.Exists(text => text.Contains('\n', StringComparison.Ordinal))
            ? Wrap("(\n", Indent(string.Join('\n', texts)), "\n)")
            : Wrap("(", string.Join(", ", texts), ")");
    }

    private static string Described(StringValueNode? description, string text) =>
        description is null ? text : Value(description) + "\n" + text;

    private static string Block<T>(ImmutableArray<T> nodes)
        where T : SyntaxNode => Wrap("{\n", Indent(Join(nodes, "\n")), "\n}");

    private static string Indent(string text) =>
        Wrap("  ", text.Replace("\n", "\n  ", StringComparison.Ordinal));

    private static string Join<T>(ImmutableArray<T> nodes, string separator)
        where T : SyntaxNode => nodes.IsEmpty ? "" : string.Join(separator, nodes.Select(Print));

    private static string Sentence(params ReadOnlySpan<string> words)
    {
        var text = words[0];
        foreach (var word in words[1..])
        {
            text += Wrap(" ", word);
        }

        return text;
    }

    private static string Wrap(string start, string text, string end = "") =>
        text.Length == 0 ? "" : start + text + end;
}
