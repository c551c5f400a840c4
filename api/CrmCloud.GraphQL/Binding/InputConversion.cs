using System.Collections.Immutable;
using System.Reflection;
using CrmCloud.GraphQL.Execution;
using CrmCloud.GraphQL.Types;

namespace CrmCloud.GraphQL.Binding;

/// <summary>
/// Coerced values as the C# types that parameters take. Compiled at startup, one function for each place.
/// </summary>
internal static class InputConversion
{
    private static readonly MethodInfo MakeOptional = Method(nameof(OptionalOf));
    private static readonly MethodInfo MakeList = Method(nameof(ListOf));

    /// <summary>From what the codec of the scalar gives; null when that fits already.</summary>
    public static Func<object?, object?>? Scalar(Type type, ScalarType scalar)
    {
        if (scalar.Codec.ClrType == type)
        {
            return null;
        }

        if (scalar == BuiltInScalars.Id)
        {
            return IdConversion(type);
        }

        if (typeof(IConvertible).IsAssignableFrom(type) && typeof(IConvertible).IsAssignableFrom(scalar.Codec.ClrType))
        {
            return value => value is null ? null : Narrow(value, type);
        }

        throw new SchemaException($"The scalar {scalar.Name} gives {scalar.Codec.ClrType}, not {type}.");
    }

    /// <summary>To an array, a list, a set or an immutable array of the item type.</summary>
    public static Func<object?, object?> List(Type type, Type item, Func<object?, object?>? convertItem) =>
        (Func<object?, object?>)MakeList.MakeGenericMethod(item).Invoke(null, [type, convertItem])!;

    /// <param name="value">The input inside; its non-nullness decides whether null may be given.</param>
    public static Func<object?, object?> Optional(Type type, BoundInput value) =>
        (Func<object?, object?>)MakeOptional.MakeGenericMethod(type.GetGenericArguments()).Invoke(null, [value])!;

    private static MethodInfo Method(string name) =>
        typeof(InputConversion).GetMethod(name, BindingFlags.NonPublic | BindingFlags.Static)!;

    private static Func<object?, object?> OptionalOf<T>(BoundInput inner)
    {
        var mayBeNull = !inner.Type.IsNonNull;
        return value =>
        {
            if (value is null && !mayBeNull)
            {
                throw new InputRejectedException($"Expected value of type \"{inner.Type}\", found null.");
            }

            var converted = inner.Convert is null ? value : inner.Convert(value);
            return new Optional<T>((T)converted!);
        };
    }

    private static Func<object?, object?> ListOf<T>(Type type, Func<object?, object?>? convertItem)
    {
        var finish = Finish<T>(type);
        return value =>
        {
            if (value is not object?[] items)
            {
                return null;
            }

            var array = new T[items.Length];
            for (var i = 0; i < items.Length; i++)
            {
                array[i] = (T)(convertItem is null ? items[i] : convertItem(items[i]))!;
            }

            return finish(array);
        };
    }

    private static Func<T[], object> Finish<T>(Type type)
    {
        if (type.IsAssignableFrom(typeof(T[])))
        {
            return array => array;
        }

        if (type == typeof(ImmutableArray<T>))
        {
            return array => ImmutableArray.Create(array);
        }

        if (type.IsAssignableFrom(typeof(List<T>)))
        {
            return array => array.ToList();
        }

        return type.IsAssignableFrom(typeof(HashSet<T>))
            ? array => array.ToHashSet()
            : throw new SchemaException($"A list argument cannot be a {type}; use an array or IReadOnlyList.");
    }

    private static Func<object?, object?> IdConversion(Type type)
    {
        Func<string, object?> parse = type switch
        {
            _ when type == typeof(Guid) => text => Guid.TryParse(text, out var id) ? id : null,
            _ when type == typeof(int) => text => int.TryParse(text, out var id) ? id : null,
            _ when type == typeof(long) => text => long.TryParse(text, out var id) ? id : null,
            _ => throw new SchemaException($"An ID cannot be a {type}; use string, Guid, int or long."),
        };
        return value => value is null
            ? null
            : parse((string)value)
                ?? throw new InputRejectedException($"ID cannot represent value: {JsonRaw.Quote((string)value)}");
    }

    private static object Narrow(object value, Type type)
    {
        try
        {
            return Convert.ChangeType(value, type, System.Globalization.CultureInfo.InvariantCulture);
        }
        catch (Exception outside) when (outside is OverflowException or FormatException or InvalidCastException)
        {
            throw new InputRejectedException($"{value} is not a {type.Name}.", outside);
        }
    }
}
