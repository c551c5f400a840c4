using System.Runtime.CompilerServices;
using System.Text;

namespace CrmCloud.GraphQL.Language;

/// <summary>Prints a syntax tree as graphql-js 16 does; parsing the text gives an equal tree.</summary>
public static partial class Printer
{
    private const int LongestLine = 80;

    /// <exception cref="InsufficientExecutionStackException">
    /// A tree made by hand is nested deeper than the stack; a parsed one never is.
    /// </exception>
    public static string Print(SyntaxNode node)
    {
        RuntimeHelpers.EnsureSufficientExecutionStack();
        return node switch
        {
            DocumentNode n => Document(n),
            ValueNode n => Value(n),
            TypeNode n => Type(n),
            SelectionNode n => Selection(n),
            SelectionSetNode n => n.Selections.IsEmpty ? "{}" : Block(n.Selections),
            DefinitionNode n => Definition(n),
            NameNode n => n.Value,
            VariableDefinitionNode n => Variable(n),
            ArgumentNode n => $"{n.Name.Value}: {Value(n.Value)}",
            ObjectFieldNode n => $"{n.Name.Value}: {Value(n.Value)}",
            DirectiveNode n => $"@{n.Name.Value}{Wrap("(", Join(n.Arguments, ", "), ")")}",
            OperationTypeDefinitionNode n => $"{Keyword(n.Operation)}: {Type(n.Type)}",
            MemberDefinitionNode n => Member(n),
            _ => throw new ArgumentException($"{node.GetType().Name} is not a node of this library.", nameof(node)),
        };
    }

    /// <summary>A string value in quotes, with control characters escaped.</summary>
    public static string PrintString(string value)
    {
        var text = new StringBuilder(value.Length + 2).Append('"');
        foreach (var unit in value)
        {
            _ = unit switch
            {
                '"' => text.Append("\\\""),
                '\\' => text.Append("\\\\"),
                '\b' => text.Append("\\b"),
                '\f' => text.Append("\\f"),
                '\n' => text.Append("\\n"),
                '\r' => text.Append("\\r"),
                '\t' => text.Append("\\t"),
                < ' ' or (>= '\u007F' and <= '\u009F') => text.Append($"\\u{(int)unit:X4}"),
                _ => text.Append(unit),
            };
        }

        return text.Append('"').ToString();
    }

    /// <summary>A string value in triple quotes.</summary>
    public static string PrintBlockString(string value) => BlockString.Print(value);

    private static string Definition(DefinitionNode definition) => definition switch
    {
        OperationDefinitionNode n => Operation(n),
        FragmentDefinitionNode n => Described(
            n.Description,
            $"fragment {n.Name.Value}{Wrap("(", Join(n.VariableDefinitions, ", "), ")")} "
            + $"on {n.TypeCondition.Name.Value} " + Wrap("", Join(n.Directives, " "), " ") + Print(n.SelectionSet)),
        TypeSystemDefinitionNode n => TypeSystem(n),
        _ => throw new ArgumentException($"{definition.GetType().Name} is not a definition of this library."),
    };

    private static string Document(DocumentNode document)
    {
        var texts = new List<string>(document.Definitions.Length);
        foreach (var text in document.Definitions.Select(Print))
        {
            // After a type without members a shorthand query would be read as its members.
            var bare = texts.Count > 0 && !texts[^1].EndsWith('}') && text.StartsWith('{');
            texts.Add(bare ? "query " + text : text);
        }

        return string.Join("\n\n", texts);
    }

    private static string Operation(OperationDefinitionNode node)
    {
        var variables = node.VariableDefinitions.Select(Variable).ToList();
        var list = variables.Exists(text => text.Contains('\n', StringComparison.Ordinal))
            ? Wrap("(\n", string.Join('\n', variables), "\n)")
            : Wrap("(", string.Join(", ", variables), ")");
        var prefix = Sentence(Keyword(node.Operation), node.Name?.Value + list, Join(node.Directives, " "));
        return node.Description is null && prefix == "query"
            ? Print(node.SelectionSet)
            : Described(node.Description, prefix + " " + Print(node.SelectionSet));
    }

    private static string Keyword(OperationKind operation) => operation switch
    {
        OperationKind.Query => "query",
        OperationKind.Mutation => "mutation",
        _ => "subscription",
    };

    private static string Variable(VariableDefinitionNode node) => Described(
        node.Description,
        $"${node.Variable.Name.Value}: {Type(node.Type)}"
        + Wrap(" = ", node.DefaultValue is null ? "" : Value(node.DefaultValue))
        + Wrap(" ", Join(node.Directives, " ")));

    private static string Selection(SelectionNode selection)
    {
        var directives = Join(selection.Directives, " ");
        return selection switch
        {
            FieldNode n => Sentence(FieldHead(n), directives, n.SelectionSet is null ? "" : Print(n.SelectionSet)),
            FragmentSpreadNode n => "..." + n.Name.Value + Wrap(" ", directives),
            InlineFragmentNode n => Sentence(
                "...", Wrap("on ", n.TypeCondition?.Name.Value ?? ""), directives, Print(n.SelectionSet)),
            _ => throw new ArgumentException($"{selection.GetType().Name} is not a selection of this library."),
        };
    }

    private static string FieldHead(FieldNode field)
    {
        var prefix = Wrap("", field.Alias?.Value ?? "", ": ") + field.Name.Value;
        var line = prefix + Wrap("(", Join(field.Arguments, ", "), ")");
        return line.Length > LongestLine
            ? prefix + Wrap("(\n", Indent(Join(field.Arguments, "\n")), "\n)")
            : line;
    }

    private static string Value(ValueNode value)
    {
        RuntimeHelpers.EnsureSufficientExecutionStack();
        return value switch
        {
            VariableNode n => "$" + n.Name.Value,
            IntValueNode n => n.Value,
            FloatValueNode n => n.Value,
            StringValueNode n => n.IsBlock ? BlockString.Print(n.Value) : PrintString(n.Value),
            BooleanValueNode n => n.Value ? "true" : "false",
            NullValueNode => "null",
            EnumValueNode n => n.Value,
            ListValueNode n => "[" + string.Join(", ", n.Values.Select(Value)) + "]",
            ObjectValueNode n =>
                "{" + string.Join(", ", n.Fields.Select(f => $"{f.Name.Value}: {Value(f.Value)}")) + "}",
            _ => throw new ArgumentException($"{value.GetType().Name} is not a value of this library."),
        };
    }

    private static string Type(TypeNode type)
    {
        RuntimeHelpers.EnsureSufficientExecutionStack();
        return type switch
        {
            NamedTypeNode n => n.Name.Value,
            ListTypeNode n => "[" + Type(n.Type) + "]",
            NonNullTypeNode n => Type(n.Type) + "!",
            _ => throw new ArgumentException($"{type.GetType().Name} is not a type of this library."),
        };
    }
}
