using System.Collections.Concurrent;
using System.Text.Json;
using CrmCloud.GraphQL.Types;

namespace CrmCloud.GraphQL.Execution;

/// <summary>Finds the object type of a value that a field of an interface or union gave.</summary>
internal sealed class RuntimeTypes
{
    private readonly Schema _schema;
    private readonly Dictionary<Type, ObjectType> _bound;
    private readonly ConcurrentDictionary<Type, ObjectType?> _found = new();

    public RuntimeTypes(Schema schema)
    {
        _schema = schema;
        _bound = schema.Types.OfType<ObjectType>().Where(type => type.ClrType is not null)
            .ToDictionary(type => type.ClrType!);
    }

    /// <returns>The type, or what is wrong in the words of graphql-js.</returns>
    public (ObjectType? Type, string? Error) Find(NamedType place, object value, FieldPlan field)
    {
        if (_found.GetOrAdd(value.GetType(), Bound) is { } bound)
        {
            return Checked(place, bound);
        }

        var name = PropertyOfName.Get(value, "__typename") switch
        {
            string text => text,
            JsonElement { ValueKind: JsonValueKind.String } json => json.GetString(),
            _ => null,
        };
        if (name is null)
        {
            return (null, $"Abstract type \"{place}\" must resolve to an Object type at runtime for field "
                + $"\"{field.Parent}.{field.Field.Name}\". "
                + $"Either the \"{place}\" type should provide a \"resolveType\" function "
                + "or each possible type should provide an \"isTypeOf\" function.");
        }

        return _schema.FindType(name) switch
        {
            ObjectType type => Checked(place, type),
            null => (
                null,
                $"Abstract type \"{place}\" was resolved to a type \"{name}\" that does not exist inside the schema."),
            _ => (null, $"Abstract type \"{place}\" was resolved to a non-object type \"{name}\"."),
        };
    }

    private ObjectType? Bound(Type type)
    {
        for (var candidate = type; candidate is not null; candidate = candidate.BaseType)
        {
            if (_bound.TryGetValue(candidate, out var found))
            {
                return found;
            }
        }

        return null;
    }

    private (ObjectType? Type, string? Error) Checked(NamedType place, ObjectType type) =>
        _schema.IsPossibleType(place, type)
            ? (type, null)
            : (null, $"Runtime Object type \"{type}\" is not a possible type for \"{place}\".");
}
