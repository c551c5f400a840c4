using System.Text.Json;
using CrmCloud.GraphQL.Language;
using CrmCloud.GraphQL.Types;

namespace CrmCloud.GraphQL.Execution;

/// <summary>
/// Coerces literals of a document to input types. Gives values of the same kinds as <see cref="InputCoercion"/>.
/// </summary>
internal sealed class LiteralCoercion
{
    /// <summary>Stands for "not a value of the type", as undefined does in graphql-js.</summary>
    public static readonly object Invalid = new();

    private static readonly LiteralCoercion Constants = new(null);

    private readonly VariableValues? _variables;
    private readonly Func<string, JsonElement?>? _raw;

    /// <param name="variables">Null where variables may not stand.</param>
    public LiteralCoercion(VariableValues? variables)
    {
        _variables = variables;
        _raw = variables is null ? null : variables.Raw;
    }

    /// <summary>
    /// The coerced default of an argument or input field; <see cref="InputValue.Absent"/> without one.
    /// </summary>
    /// <remarks>A default that cannot be coerced is found by schema validation; here it is as if absent.</remarks>
    public static object? DefaultOf(InputValue input)
    {
        if (input.DefaultValue is not { } node)
        {
            return InputValue.Absent;
        }

        var value = Constants.Read(node, input.Type);
        return ReferenceEquals(value, Invalid) ? InputValue.Absent : value;
    }

    public static object? Constant(ValueNode node, GraphQLType type) => Constants.Read(node, type);

    /// <returns><see cref="Invalid"/> when the literal is no value of the type.</returns>
    public object? Read(ValueNode node, GraphQLType type)
    {
        if (node is VariableNode variable)
        {
            return _variables is null || !_variables.TryGet(variable.Name.Value, out var value)
                || (value is null && type.IsNonNull) ? Invalid : value;
        }

        if (type is NonNullType nonNull)
        {
            return node is NullValueNode ? Invalid : Read(node, nonNull.OfType);
        }

        if (node is NullValueNode)
        {
            return null;
        }

        return type switch
        {
            ListType list => ReadList(node, list),
            InputObjectType input => ReadObject(node, input),
            EnumType named => node is EnumValueNode name ? named.Values.Find(name.Value)?.Value ?? Invalid : Invalid,
            ScalarType scalar => ReadScalar(node, scalar),
            _ => Invalid,
        };
    }

    private object ReadList(ValueNode node, ListType list)
    {
        if (node is not ListValueNode items)
        {
            var only = Read(node, list.OfType);
            return ReferenceEquals(only, Invalid) ? Invalid : new[] { only };
        }

        var values = new object?[items.Values.Length];
        for (var i = 0; i < values.Length; i++)
        {
            // A variable without a value is null as an item, where null may stand.
            values[i] = IsMissing(items.Values[i]) && !list.OfType.IsNonNull
                ? null
                : Read(items.Values[i], list.OfType);
            if (ReferenceEquals(values[i], Invalid))
            {
                return Invalid;
            }
        }

        return values;
    }

    private object ReadObject(ValueNode node, InputObjectType type)
    {
        if (node is not ObjectValueNode map)
        {
            return Invalid;
        }

        var slots = new object?[type.Fields.Count];
        for (var i = 0; i < slots.Length; i++)
        {
            slots[i] = ReadField(map, type.Fields[i]);
            if (ReferenceEquals(slots[i], Invalid))
            {
                return Invalid;
            }
        }

        if (type.IsOneOf
            && (slots.Count(slot => !ReferenceEquals(slot, InputValue.Absent)) != 1 || slots.Contains(null)))
        {
            return Invalid;
        }

        try
        {
            return InputObjects.Make(type, slots);
        }
        catch (InputRejectedException)
        {
            return Invalid;
        }
    }

    private object? ReadField(ObjectValueNode map, InputValue field)
    {
        ValueNode? given = null;
        foreach (var candidate in map.Fields)
        {
            given = candidate.Name.Value == field.Name ? candidate.Value : given;
        }

        if (given is not null && !IsMissing(given))
        {
            return Read(given, field.Type);
        }

        return field.DefaultValue is not null ? DefaultOf(field) : field.Type.IsNonNull ? Invalid : InputValue.Absent;
    }

    private object? ReadScalar(ValueNode node, ScalarType type)
    {
        var value = type.Codec.Read(new ScalarInput(node, _raw), out var error);
        return error is null ? value : Invalid;
    }

    private bool IsMissing(ValueNode node) =>
        node is VariableNode variable && (_variables is null || !_variables.TryGet(variable.Name.Value, out _));
}
