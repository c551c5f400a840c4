using System.Collections.Concurrent;
using System.Reflection;

namespace CrmCloud.GraphQL.Execution;

/// <summary>The events of one subscription as boxed values, read one at a time.</summary>
internal abstract class EventSource : IAsyncDisposable
{
    private static readonly ConcurrentDictionary<Type, MethodInfo?> Makers = new();

    public abstract object? Current { get; }

    /// <returns>Null when the value is no IAsyncEnumerable.</returns>
    public static EventSource? Open(object? stream, CancellationToken stop)
    {
        var make = stream is null ? null : Makers.GetOrAdd(stream.GetType(), MakerFor);
        return (EventSource?)make?.Invoke(null, [stream, stop]);
    }

    public abstract ValueTask<bool> MoveNextAsync();

    public abstract ValueTask DisposeAsync();

    private static MethodInfo? MakerFor(Type type)
    {
        var sequence = type.GetInterfaces().Append(type).FirstOrDefault(part =>
            part.IsGenericType && part.GetGenericTypeDefinition() == typeof(IAsyncEnumerable<>));
        return sequence is null ? null : typeof(EventSource)
            .GetMethod(nameof(OpenTyped), BindingFlags.NonPublic | BindingFlags.Static)!
            .MakeGenericMethod(sequence.GetGenericArguments());
    }

    private static Typed<T> OpenTyped<T>(IAsyncEnumerable<T> stream, CancellationToken stop) =>
        new(stream.GetAsyncEnumerator(stop));

    private sealed class Typed<T>(IAsyncEnumerator<T> events) : EventSource
    {
        public override object? Current => events.Current;

        public override ValueTask<bool> MoveNextAsync() => events.MoveNextAsync();

        public override ValueTask DisposeAsync() => events.DisposeAsync();
    }
}
