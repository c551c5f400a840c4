using CrmCloud.GraphQL.Types;

namespace CrmCloud.GraphQL.Execution;

/// <summary>What a resolver may know about the field it answers. Valid only during the call.</summary>
public class FieldContext
{
    public required Schema Schema { get; init; }
    public required Field Field { get; init; }
    public object? Parent { get; internal set; }
    internal object?[] ArgumentValues { get; set; } = [];

    public T Argument<T>(int index) => (T)ArgumentValues[index]!;
}

public sealed class BatchContext;
