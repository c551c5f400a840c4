namespace CrmCloud.GraphQL.Execution;

/// <summary>How a field gets its value. Bound once at startup.</summary>
internal abstract class Resolver;

/// <summary>Answers at once from the parent; runs in the write phase and never becomes a task.</summary>
internal class PureResolver(Func<FieldContext, object?> get) : Resolver
{
    public Func<FieldContext, object?> Get { get; } = get;

    /// <summary>The same without a context, for properties; null when the context is needed.</summary>
    public Func<object, object?>? Direct { get; init; }

    /// <summary>Writes a leaf without boxing it; null when there is no such shortcut.</summary>
    public LeafWriter? Leaf { get; init; }
}

/// <summary>
/// A root of subscriptions: opens a stream of events once, and is answered for each event by the event itself.
/// </summary>
/// <param name="each">From the context, whose parent is the event, to the value of the field.</param>
internal sealed class StreamResolver(
    Func<FieldContext, ValueTask<object?>> open, Func<FieldContext, object?> each) : PureResolver(each)
{
    public StreamResolver(Func<FieldContext, ValueTask<object?>> open)
        : this(open, context => context.Parent)
    {
    }

    /// <summary>Gives an IAsyncEnumerable.</summary>
    public Func<FieldContext, ValueTask<object?>> Open { get; } = open;
}

/// <summary>May wait; runs in the resolve phase, all parents of one selection at a time.</summary>
internal sealed class AsyncResolver(Func<FieldContext, ValueTask<object?>> get) : Resolver
{
    public Func<FieldContext, ValueTask<object?>> Get { get; } = get;
}

/// <summary>Answers for all parents of one selection in one call.</summary>
internal sealed class BatchResolver(Func<BatchContext, ValueTask<IReadOnlyList<object?>>> get) : Resolver
{
    /// <summary>
    /// Values aligned with the parents. A value may be a <see cref="GraphQLRequestException"/>, for that parent only.
    /// </summary>
    public Func<BatchContext, ValueTask<IReadOnlyList<object?>>> Get { get; } = get;
}

/// <summary>Writes the value of a leaf field straight from its parent.</summary>
internal abstract class LeafWriter
{
    /// <summary>False when the value is null; then nothing was written.</summary>
    /// <exception cref="UnwritableValueException">The value has no place in the type of the field.</exception>
    public abstract bool TryWrite(object parent, JsonBuffer output);
}

/// <summary>
/// A value that its scalar cannot represent. The message is for the caller, in the words of graphql-js.
/// </summary>
internal sealed class UnwritableValueException(string message) : Exception(message);
