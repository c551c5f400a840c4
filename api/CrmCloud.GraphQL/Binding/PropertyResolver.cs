using System.Linq.Expressions;
using System.Reflection;
using CrmCloud.GraphQL.Execution;
using CrmCloud.GraphQL.Types;

namespace CrmCloud.GraphQL.Binding;

/// <summary>Properties as resolvers; those of common leaf types are written without boxing.</summary>
internal static class PropertyResolver
{
    private static readonly MethodInfo MakePlain = Method(nameof(Plain));
    private static readonly MethodInfo MakeNullable = Method(nameof(OfNullable));

    public static Resolver Make(PropertyInfo property, GraphQLType type)
    {
        var parent = Expression.Parameter(typeof(object), "parent");
        var read = Expression.Property(Expression.Convert(parent, property.DeclaringType!), property);
        if (ClrShape.TaskResult(property.PropertyType) is not null)
        {
            var awaited = Expression.Call(TaskValues.BoxerOf(property.PropertyType), read);
            var start = Expression.Lambda<Func<object, ValueTask<object?>>>(awaited, parent).Compile();
            return new AsyncResolver(context => start(context.Parent!));
        }

        var direct =
            Expression.Lambda<Func<object, object?>>(Expression.Convert(read, typeof(object)), parent).Compile();
        return new PureResolver(context => direct(context.Parent!)) { Direct = direct, Leaf = LeafOf(property, type) };
    }

    private static LeafWriter? LeafOf(PropertyInfo property, GraphQLType type)
    {
        if (type.Nullable is not NamedType named || !type.IsLeaf || property.DeclaringType!.IsValueType)
        {
            return null;
        }

        var underlying = Nullable.GetUnderlyingType(property.PropertyType);
        var value = underlying ?? property.PropertyType;
        var write = LeafFormat.Of(value, named);
        return write is null
            ? null
            : (LeafWriter)(underlying is null ? MakePlain : MakeNullable)
                .MakeGenericMethod(property.DeclaringType, value)
                .Invoke(null, [property.GetMethod!, write])!;
    }

    private static MethodInfo Method(string name) =>
        typeof(PropertyResolver).GetMethod(name, BindingFlags.NonPublic | BindingFlags.Static)!;

    private static PlainWriter<TParent, T> Plain<TParent, T>(MethodInfo getter, Action<T, JsonBuffer> write)
        where TParent : class => new(getter.CreateDelegate<Func<TParent, T>>(), write);

    private static NullableWriter<TParent, T> OfNullable<TParent, T>(MethodInfo getter, Action<T, JsonBuffer> write)
        where TParent : class
        where T : struct => new(getter.CreateDelegate<Func<TParent, T?>>(), write);

    private sealed class PlainWriter<TParent, T>(Func<TParent, T?> get, Action<T, JsonBuffer> write) : LeafWriter
        where TParent : class
    {
        public override bool TryWrite(object parent, JsonBuffer output)
        {
            if (get((TParent)parent) is not { } value)
            {
                return false;
            }

            write(value, output);
            return true;
        }
    }

    private sealed class NullableWriter<TParent, T>(Func<TParent, T?> get, Action<T, JsonBuffer> write) : LeafWriter
        where TParent : class
        where T : struct
    {
        public override bool TryWrite(object parent, JsonBuffer output)
        {
            if (get((TParent)parent) is not { } value)
            {
                return false;
            }

            write(value, output);
            return true;
        }
    }
}

/// <summary>Leaf values as JSON, typed.</summary>
internal static class LeafFormat
{
    /// <summary>An <c>Action&lt;T, JsonBuffer&gt;</c> for the type; null when the general way must be taken.</summary>
    public static Delegate? Of(Type type, NamedType leaf) => leaf switch
    {
        EnumType named => OfEnum(type, named),
        _ when leaf == BuiltInScalars.String && type == typeof(string) => Text,
        _ when leaf == BuiltInScalars.Int && type == typeof(int) =>
            (Action<int, JsonBuffer>)((value, to) => to.WriteNumber(value)),
        _ when leaf == BuiltInScalars.Float && type == typeof(double) =>
            (Action<double, JsonBuffer>)((value, to) => WriteFinite(value, to)),
        _ when leaf == BuiltInScalars.Boolean && type == typeof(bool) =>
            (Action<bool, JsonBuffer>)((value, to) => to.WriteBoolean(value)),
        _ when leaf == BuiltInScalars.Id && type == typeof(string) => Text,
        _ when leaf == BuiltInScalars.Id && type == typeof(Guid) =>
            (Action<Guid, JsonBuffer>)((value, to) => to.WriteString(value, "D")),
        ScalarType { Codec: { } codec } when codec.ClrType == type => codec.Typed,
        _ => null,
    };

    private static Action<string, JsonBuffer> Text { get; } = (value, to) => to.WriteString(value);

    private static void WriteFinite(double value, JsonBuffer output)
    {
        if (!double.IsFinite(value))
        {
            throw new UnwritableValueException(BuiltInScalars.Float.Codec.Write(value, output)!);
        }

        output.WriteNumber(value);
    }

    private static Delegate OfEnum(Type type, EnumType named) =>
        (Delegate)typeof(LeafFormat).GetMethod(nameof(EnumFormat), BindingFlags.NonPublic | BindingFlags.Static)!
            .MakeGenericMethod(type).Invoke(null, [named])!;

    private static Action<T, JsonBuffer> EnumFormat<T>(EnumType named)
        where T : struct, Enum
    {
        var names = named.Values.ToDictionary(value => (T)value.Value, value => JsonRaw.QuotedName(value.Name));
        return (value, to) => to.WriteRaw(
            names.TryGetValue(value, out var name)
                ? name
                : throw new InvalidOperationException($"Enum \"{named.Name}\" cannot represent value: {value}"));
    }
}
