using System.Reflection;
using CrmCloud.GraphQL.Types;

namespace CrmCloud.GraphQL.Binding;

/// <summary>C# types that resolvers return, as GraphQL types.</summary>
internal sealed class OutputTypes(SchemaAssembly assembly)
{
    private readonly Dictionary<Type, NamedType> _bound = [];

    public IReadOnlyDictionary<Type, NamedType> Bound => _bound;

    /// <param name="nullability">Null: the outermost type is nullable, the items of a list are not.</param>
    /// <param name="attributes">Of the member; [Id] and [Scalar] replace the named type.</param>
    public GraphQLType TypeOf(Type type, NullabilityInfo? nullability, ICustomAttributeProvider? attributes)
    {
        var depth = 0;
        while (ClrShape.TaskResult(type) is { } result)
        {
            type = result;
            nullability = nullability?.GenericTypeArguments is [var inner] ? inner : null;
            depth++;
        }

        return Wrap(type, nullability, attributes, depth, isItem: false);
    }

    public EnumType Enum(Type type)
    {
        if (_bound.TryGetValue(type, out var known))
        {
            return (EnumType)known;
        }

        var bound =
            new EnumType(SchemaNames.Type(type, NameOf)) { ClrType = type, Description = assembly.Docs.Of(type) };
        foreach (var member in type.GetFields(BindingFlags.Public | BindingFlags.Static))
        {
            if (!member.IsDefined(typeof(GraphQLIgnoreAttribute)))
            {
                bound.Values.Add(new EnumValue(SchemaNames.EnumValue(member), member.GetValue(null)!)
                {
                    Description = assembly.Docs.Of(member),
                    DeprecationReason = Deprecation.Of(member),
                });
            }
        }

        _bound[type] = assembly.Register(bound);
        return bound;
    }

    /// <param name="depth">How many tasks and lists stand around the type.</param>
    private GraphQLType Wrap(
        Type type, NullabilityInfo? nullability, ICustomAttributeProvider? attributes, int depth, bool isItem)
    {
        var underlying = Nullable.GetUnderlyingType(type);
        var isNonNull = underlying is null && nullability switch
        {
            null => isItem,
            _ => type.IsValueType || nullability.ReadState == NullabilityState.NotNull
                || TypeParameterNullability.IsPlainParameter(attributes, depth),
        };
        var core = Core(underlying ?? type, nullability, attributes, depth);
        return isNonNull ? NonNullType.Of(core) : core;
    }

    private GraphQLType Core(Type type, NullabilityInfo? nullability, ICustomAttributeProvider? attributes, int depth)
    {
        if (!assembly.Builder.ScalarsByType.ContainsKey(type) && ClrShape.ItemOf(type) is { } item)
        {
            return new ListType(Wrap(item, ClrShape.ItemNullability(nullability), attributes, depth + 1, isItem: true));
        }

        return ScalarHint.Of(attributes, assembly.Builder) ?? NamedTypeOf(type);
    }

    private NamedType NamedTypeOf(Type type)
    {
        if (assembly.Builder.ScalarsByType.TryGetValue(type, out var scalar))
        {
            return scalar;
        }

        if (type.IsEnum)
        {
            return Enum(type);
        }

        if (_bound.TryGetValue(type, out var known))
        {
            return known;
        }

        if (type.Namespace?.StartsWith("System", StringComparison.Ordinal) == true || type == typeof(object))
        {
            throw new SchemaException(
                $"The C# type {type} has no GraphQL type. Add a scalar for it, or leave the member out.");
        }

        if (type.IsInterface && !type.IsDefined(typeof(InterfaceTypeAttribute), false)
            && !type.IsDefined(typeof(UnionTypeAttribute), false))
        {
            throw new SchemaException(
                $"The C# interface {type} is an output type: mark it [InterfaceType] or [UnionType], or use a class.");
        }

        return type.IsDefined(typeof(UnionTypeAttribute), false) ? Union(type) : WithFields(type);
    }

    private UnionType Union(Type type)
    {
        var bound = assembly.Register(
            new UnionType(SchemaNames.Type(type, NameOf)) { ClrType = type, Description = assembly.Docs.Of(type) });
        _bound[type] = bound;
        return bound;
    }

    private FieldsType WithFields(Type type)
    {
        var name = SchemaNames.Type(type, NameOf);
        FieldsType bound = type.IsDefined(typeof(InterfaceTypeAttribute), false)
            ? new InterfaceType(name)
            : new ObjectType(name);
        bound.ClrType = type;
        bound.Description = assembly.Docs.Of(type);
        _bound[type] = assembly.Register(bound);
        assembly.Later(() =>
        {
            foreach (var field in assembly.Fields.Of(type))
            {
                assembly.AddField(bound, field);
            }

            foreach (var parent in Hierarchy.InterfacesOf(type))
            {
                TypeOf(parent, null, null);
            }
        });
        return bound;
    }

    private string NameOf(Type type) => TypeOf(type, null, null).Named.Name;
}
