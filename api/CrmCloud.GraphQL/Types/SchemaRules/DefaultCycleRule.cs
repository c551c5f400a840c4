using CrmCloud.GraphQL.Language;

namespace CrmCloud.GraphQL.Types;

/// <summary>Defaults fill in defaults, and that must end.</summary>
internal sealed class DefaultCycleRule(SchemaErrors errors)
{
    private readonly HashSet<InputValue> _visited = [];
    private readonly List<(string Name, SyntaxNode? Node)> _path = [];
    private readonly Dictionary<InputValue, int> _pathIndex = [];

    public void Check(InputObjectType type) => Check(type, new ObjectValueNode { Fields = [] });

    private void Check(InputObjectType type, ValueNode value)
    {
        if (value is ListValueNode list)
        {
            foreach (var item in list.Values)
            {
                Check(type, item);
            }
        }
        else if (value is ObjectValueNode map)
        {
            foreach (var field in type.Fields)
            {
                CheckField(type, field, map);
            }
        }
    }

    private void CheckField(InputObjectType type, InputValue field, ObjectValueNode value)
    {
        if (field.Type.Named is not InputObjectType inside)
        {
            return;
        }

        if (value.Fields.LastOrDefault(given => given.Name.Value == field.Name) is { } given)
        {
            Check(inside, given.Value);
        }
        else if (field.DefaultValue is { } fallback)
        {
            Follow($"{type}.{field.Name}", field, inside, fallback);
        }
    }

    private void Follow(string name, InputValue field, InputObjectType inside, ValueNode fallback)
    {
        if (_pathIndex.TryGetValue(field, out var index))
        {
            var others = _path[(index + 1)..].ConvertAll(step => step.Name);
            var via = others.Count > 0 ? $" via the default values of: {string.Join(", ", others)}" : "";
            errors.Report(
                "Invalid circular reference. The default value of Input Object field "
                + $"{name} references itself{via}.",
                [.. _path[index..].Select(step => step.Node)]);
        }
        else if (_visited.Add(field))
        {
            _pathIndex[field] = _path.Count;
            _path.Add((name, (field.Syntax as InputValueDefinitionNode)?.DefaultValue));
            Check(inside, fallback);
            _path.RemoveAt(_path.Count - 1);
            _pathIndex.Remove(field);
        }
    }
}
