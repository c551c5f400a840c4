using CrmCloud.GraphQL.Execution;

namespace CrmCloud.GraphQL.Types;

public sealed class ScalarType(string name) : NamedType(name)
{
    /// <summary>Where the format of the scalar is specified; null when nowhere.</summary>
    public string? SpecifiedBy { get; internal set; }

    /// <summary>How values are read and written. A scalar built from SDL takes and gives any JSON.</summary>
    internal ScalarCodec Codec { get; set; } = AnyValueCodec.Instance;

    /// <summary>
    /// What is wrong with a value a caller gave, in the words of graphql-js; null when it is accepted.
    /// </summary>
    public string? Check(in ScalarInput input)
    {
        Codec.Read(input, out var error);
        return error is null || Codec.SpeaksForItself
            ? error
            : $"Expected value of type \"{Name}\", found {input}; {error}";
    }
}

/// <summary>Reads a value a caller gave.</summary>
/// <param name="error">Null when the value is accepted; else a sentence for the caller.</param>
public delegate T ScalarReader<out T>(ScalarInput input, out string? error);

/// <summary>Reads and writes the values of one scalar.</summary>
internal abstract class ScalarCodec
{
    /// <summary>Whether an error of <see cref="Read"/> is a whole message, as with the built-in scalars.</summary>
    public virtual bool SpeaksForItself => false;

    /// <summary>Type of the values read.</summary>
    public abstract Type ClrType { get; }

    /// <summary>An <c>Action&lt;T, JsonBuffer&gt;</c> over <see cref="ClrType"/>; null when there is none.</summary>
    public virtual Delegate? Typed => null;

    public abstract object? Read(in ScalarInput input, out string? error);

    /// <summary>Writes exactly one JSON value.</summary>
    /// <returns>What is wrong with the value, and then nothing was written; null when it was.</returns>
    public abstract string? Write(object value, JsonBuffer output);
}

/// <summary>A scalar over one C# type.</summary>
internal sealed class ScalarCodec<T>(ScalarReader<T> read, Action<T, JsonBuffer> write) : ScalarCodec
{
    public override Type ClrType => typeof(T);

    public override Delegate Typed => write;

    public override object? Read(in ScalarInput input, out string? error) => read(input, out error);

    public override string? Write(object value, JsonBuffer output)
    {
        if (value is not T typed)
        {
            return $"cannot represent a value of {value.GetType().Name}.";
        }

        write(typed, output);
        return null;
    }
}
