using CrmCloud.GraphQL.Language;
using CrmCloud.GraphQL.Types;

namespace CrmCloud.GraphQL.Validation;

internal sealed class ValuesOfCorrectTypeRule(ValidationContext context) : ValidationRule(context)
{
    private readonly Dictionary<string, VariableDefinitionNode> _variables = new(StringComparer.Ordinal);

    public override bool Enter(SyntaxNode node)
    {
        switch (node)
        {
            case OperationDefinitionNode:
                _variables.Clear();
                break;
            case VariableDefinitionNode variable:
                _variables[variable.Variable.Name.Value] = variable;
                break;
            case ListValueNode list when Context.At.ParentInput?.Nullable is not ListType:
                CheckLeaf(list);
                return false;
            case ObjectValueNode value:
                return EnterObject(value);
            case ObjectFieldNode field:
                CheckFieldIsKnown(field);
                break;
            case NullValueNode when Context.At.Input is NonNullType type:
                Context.Report($"Expected value of type \"{type}\", found null.", node);
                break;
            case EnumValueNode or IntValueNode or FloatValueNode or StringValueNode or BooleanValueNode:
                CheckLeaf((ValueNode)node);
                break;
        }

        return true;
    }

    private bool EnterObject(ObjectValueNode node)
    {
        if (Context.At.Input?.Named is not InputObjectType type)
        {
            CheckLeaf(node);
            return false;
        }

        var given = new Dictionary<string, ValueNode>(StringComparer.Ordinal);
        foreach (var field in node.Fields)
        {
            given[field.Name.Value] = field.Value;
        }

        foreach (var field in type.Fields.Where(field => field.IsRequired && !given.ContainsKey(field.Name)))
        {
            Context.Report(
                $"Field \"{type.Name}.{field.Name}\" of required type \"{field.Type}\" was not provided.", node);
        }

        if (type.IsOneOf)
        {
            CheckOneOf(node, type, given);
        }

        return true;
    }

    private void CheckOneOf(ObjectValueNode node, InputObjectType type, Dictionary<string, ValueNode> given)
    {
        if (given.Count != 1)
        {
            Context.Report($"OneOf Input Object \"{type.Name}\" must specify exactly one key.", node);
            return;
        }

        var (key, value) = given.Single();
        if (value is NullValueNode)
        {
            Context.Report($"Field \"{type.Name}.{key}\" must be non-null.", node);
        }
        else if (value is VariableNode { Name.Value: var name }
            && _variables.TryGetValue(name, out var variable)
            && variable.Type is not NonNullTypeNode)
        {
            Context.Report(
                $"Variable \"{name}\" must be non-nullable to be used for OneOf Input Object \"{type.Name}\".", node);
        }
    }

    private void CheckFieldIsKnown(ObjectFieldNode node)
    {
        if (Context.At is { Input: null, ParentInput.Named: InputObjectType parent })
        {
            Context.Report(
                $"Field \"{node.Name.Value}\" is not defined by type \"{parent.Name}\"."
                + Context.DidYouMean(node.Name.Value, parent.Fields.Select(field => field.Name)),
                node);
        }
    }

    private void CheckLeaf(ValueNode node)
    {
        if (Context.At.Input is not { } type)
        {
            return;
        }

        var problem = type.Named switch
        {
            ScalarType scalar => CheckScalar(scalar, type, node),
            EnumType values => CheckEnum(values, node),
            _ => $"Expected value of type \"{type}\", found {node}.",
        };
        if (problem is not null)
        {
            Context.Report(problem, node);
        }
    }

    private static string? CheckScalar(ScalarType scalar, GraphQLType type, ValueNode node)
    {
        scalar.Codec.Read(new ScalarInput(node), out var error);
        return error is null || scalar.Codec.SpeaksForItself
            ? error
            : $"Expected value of type \"{type}\", found {node}; {error}";
    }

    private string? CheckEnum(EnumType type, ValueNode node)
    {
        if (node is EnumValueNode { Value: var name } && type.Values.Find(name) is not null)
        {
            return null;
        }

        var text = node.ToString();
        var problem = node is EnumValueNode
            ? $"Value \"{text}\" does not exist in \"{type.Name}\" enum."
            : $"Enum \"{type.Name}\" cannot represent non-enum value: {text}.";
        return problem + Context.DidYouMean(text, type.Values.Select(value => value.Name), "the enum value");
    }
}

internal sealed class UniqueInputFieldNamesRule(ValidationContext context) : ValidationRule(context)
{
    private readonly Stack<Dictionary<string, NameNode>> _known = new();

    public override bool Enter(SyntaxNode node)
    {
        if (node is ObjectFieldNode field && Context.Ancestors[^1] is ObjectValueNode)
        {
            var known = _known.Peek();
            if (!known.TryAdd(field.Name.Value, field.Name))
            {
                Context.Report(
                    $"There can be only one input field named \"{field.Name.Value}\".",
                    known[field.Name.Value],
                    field.Name);
            }
        }
        else if (node is ObjectValueNode)
        {
            _known.Push(new(StringComparer.Ordinal));
        }

        return true;
    }

    public override void Leave(SyntaxNode node)
    {
        if (node is ObjectValueNode)
        {
            _known.Pop();
        }
    }
}
