using CrmCloud.GraphQL.Types;

namespace CrmCloud.GraphQL.Execution;

/// <summary>What a resolver may know about the field it answers.</summary>
public class FieldContext
{
    public required Schema Schema { get; init; }

    public required Field Field { get; init; }

    public required GraphQLRequest Request { get; init; }

    /// <summary>The object the field belongs to; the root value, usually null, for a root field.</summary>
    public object? Parent { get; internal set; }

    /// <summary>Ends when the caller is gone or the request took too long.</summary>
    public CancellationToken Cancellation { get; internal init; }

    public IServiceProvider? Services => Request.Services;

    /// <summary>Aligned with the arguments of the field; <see cref="InputValue.Absent"/> where not given.</summary>
    internal object?[] ArgumentValues { get; set; } = [];

    public T Argument<T>(int index) => (T)ArgumentValues[index]!;

    /// <summary>The value of the argument, or the default of the type when it was not given.</summary>
    /// <exception cref="ArgumentException">The field has no such argument.</exception>
    public T? Argument<T>(string name)
    {
        var value = RawArgument(name);
        return ReferenceEquals(value, InputValue.Absent) ? default : (T?)value;
    }

    /// <summary>Whether the caller, or a default, gave the argument.</summary>
    public bool HasArgument(string name) => !ReferenceEquals(RawArgument(name), InputValue.Absent);

    /// <summary>The same context for another parent.</summary>
    internal FieldContext WithParent(object? parent)
    {
        var copy = (FieldContext)MemberwiseClone();
        copy.Parent = parent;
        return copy;
    }

    internal object? RawArgument(string name)
    {
        for (var i = 0; i < Field.Arguments.Count; i++)
        {
            if (Field.Arguments[i].Name == name)
            {
                return ArgumentValues[i];
            }
        }

        throw new ArgumentException($"The field {Field.Name} has no argument {name}.", nameof(name));
    }
}

/// <summary>What a batch resolver may know: one selection and all its parents.</summary>
public sealed class BatchContext
{
    private readonly Func<int, FieldContext> _forParent;

    internal BatchContext(FieldContext field, object?[] parents, Func<int, FieldContext> forParent)
    {
        Field = field;
        Parents = parents;
        _forParent = forParent;
    }

    /// <summary>Field, arguments and request; its parent and path are those of the first parent.</summary>
    public FieldContext Field { get; }

    public IReadOnlyList<object?> Parents { get; }

    internal FieldContext ForParent(int index) => _forParent(index);
}
