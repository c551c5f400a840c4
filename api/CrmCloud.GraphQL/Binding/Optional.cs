namespace CrmCloud.GraphQL.Binding;

/// <summary>An input that tells "not given" from "given as null".</summary>
public readonly record struct Optional<T>
{
    public Optional(T value)
    {
        Value = value;
        IsSet = true;
    }

    /// <summary>Whether the caller gave a value, be it null.</summary>
    public bool IsSet { get; }

    /// <summary>The default of the type when not given.</summary>
    public T? Value { get; }

    public static implicit operator Optional<T>(T value) => new(value);

    /// <summary>What was given, or else what is there already.</summary>
    public T? Or(T? current) => IsSet ? Value : current;
}
