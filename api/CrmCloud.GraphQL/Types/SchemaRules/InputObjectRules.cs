using CrmCloud.GraphQL.Language;

namespace CrmCloud.GraphQL.Types;

/// <summary>Rules for input objects: somebody must be able to write one down.</summary>
internal sealed class InputObjectRules(SchemaErrors errors)
{
    private readonly HashSet<InputObjectType> _finite = FindFinite(errors.Schema);
    private readonly DefaultCycleRule _defaults = new(errors);
    private readonly HashSet<InputObjectType> _visited = [];
    private readonly List<(InputObjectType Type, InputValue Field)> _path = [];
    private readonly Dictionary<InputObjectType, int> _pathIndex = [];

    public void Check(InputObjectType type)
    {
        if (type.Fields.Count == 0)
        {
            errors.Report($"Input Object type {type} must define one or more fields.", SchemaErrors.Definitions(type));
        }

        foreach (var field in type.Fields)
        {
            CheckField(type, field);
        }

        ReportCycles(type);
        _defaults.Check(type);
    }

    private void CheckField(InputObjectType type, InputValue field)
    {
        var node = field.Syntax as InputValueDefinitionNode;
        errors.CheckName(field.Name, node);
        errors.CheckInput($"{type}.{field.Name}", field, node?.Type, "input field");
        if (!type.IsOneOf)
        {
            return;
        }

        if (field.Type.IsNonNull)
        {
            errors.Report($"OneOf input field {type}.{field.Name} must be nullable.", node?.Type);
        }

        if (field.DefaultValue is not null)
        {
            errors.Report($"OneOf input field {type}.{field.Name} cannot have a default value.", node);
        }
    }

    /// <summary>What must be inside every value of the type through this field; null when nothing must.</summary>
    private static InputObjectType? Target(InputObjectType type, InputValue field) =>
        type.IsOneOf ? field.Type as InputObjectType : (field.Type as NonNullType)?.OfType as InputObjectType;

    /// <summary>The types that have a value without end, found by adding those whose needs are already met.</summary>
    private static HashSet<InputObjectType> FindFinite(Schema schema)
    {
        var open = schema.Types.OfType<InputObjectType>().ToList();
        var finite = new HashSet<InputObjectType>();
        int before;
        do
        {
            before = finite.Count;
            foreach (var type in open.Where(type => IsFinite(type, finite)))
            {
                finite.Add(type);
            }

            open.RemoveAll(finite.Contains);
        }
        while (finite.Count > before);
        return finite;
    }

    private static bool IsFinite(InputObjectType type, HashSet<InputObjectType> finite)
    {
        var isMet = type.Fields.Select(field => Target(type, field))
            .Select(target => target is null || finite.Contains(target));
        return type.IsOneOf ? type.Fields.Count == 0 || isMet.Any(met => met) : isMet.All(met => met);
    }

    // As deep as the chain of input objects, which is our own schema.
    private void ReportCycles(InputObjectType type)
    {
        if (_finite.Contains(type) || !_visited.Add(type))
        {
            return;
        }

        _pathIndex[type] = _path.Count;
        foreach (var field in type.Fields)
        {
            if (Target(type, field) is not { } target || _finite.Contains(target))
            {
                continue;
            }

            _path.Add((type, field));
            if (_pathIndex.TryGetValue(target, out var start))
            {
                ReportCycle(target, _path[start..]);
            }
            else
            {
                ReportCycles(target);
            }

            _path.RemoveAt(_path.Count - 1);
        }

        _pathIndex.Remove(type);
    }

    private void ReportCycle(InputObjectType type, List<(InputObjectType Type, InputValue Field)> cycle)
    {
        var message = cycle.Exists(step => step.Type.IsOneOf)
            ? $"Input Object {type} cannot be provided a finite value because it references itself through fields: "
                + $"{string.Join(", ", cycle.Select(step => $"{step.Type}.{step.Field.Name}"))}."
            : $"Cannot reference Input Object \"{type}\" within itself through a series of non-null fields: "
                + $"\"{string.Join('.', cycle.Select(step => step.Field.Name))}\".";
        errors.Report(message, [.. cycle.Select(step => step.Field.Syntax)]);
    }
}
