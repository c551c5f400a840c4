using CrmCloud.GraphQL.Types;

namespace CrmCloud.GraphQL.Execution;

/// <summary>Makes the value of an input object of its coerced fields.</summary>
internal static class InputObjects
{
    /// <param name="slots">Aligned with the fields; absent ones are <see cref="InputValue.Absent"/>. Not kept.</param>
    /// <exception cref="InputRejectedException">A value does not fit the C# type behind it.</exception>
    public static object Make(InputObjectType type, object?[] slots)
    {
        if (type.Create is null)
        {
            var map = new Dictionary<string, object?>(StringComparer.Ordinal);
            for (var i = 0; i < slots.Length; i++)
            {
                if (!ReferenceEquals(slots[i], InputValue.Absent))
                {
                    map[type.Fields[i].Name] = slots[i];
                }
            }

            return map;
        }

        for (var i = 0; i < slots.Length; i++)
        {
            slots[i] = Bound(type.Fields[i], slots[i]);
        }

        return type.Create(slots);
    }

    /// <summary>The coerced value as the bound C# parameter or property takes it.</summary>
    public static object? Bound(InputValue input, object? value) =>
        input.Bind is null || ReferenceEquals(value, InputValue.Absent) ? value : input.Bind(value);
}
