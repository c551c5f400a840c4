using System.Runtime.CompilerServices;
using System.Threading.Channels;

namespace CrmCloud.GraphQL.Execution;

/// <summary>
/// Hands events of this process to the subscriptions that listen to their topic. Publishing never waits: each listener
/// has a buffer of its own, and one that is slower than its buffer is long is ended with an error, so that it neither
/// holds memory nor holds up others.
/// </summary>
/// <typeparam name="TTopic">
/// What listeners choose by. Where data belong to somebody, part of it says to whom.
/// </typeparam>
/// <param name="bufferedEvents">Events kept for one listener. Default 256.</param>
public sealed class EventHub<TTopic, TEvent>(int bufferedEvents = 256)
    where TTopic : notnull
{
    private readonly Lock _changing = new();
    private readonly Dictionary<TTopic, List<Channel<TEvent>>> _listeners = [];

    /// <summary>Listeners of a topic now.</summary>
    public int ListenersOf(TTopic topic)
    {
        lock (_changing)
        {
            return _listeners.TryGetValue(topic, out var listeners) ? listeners.Count : 0;
        }
    }

    /// <summary>Gives the event to everybody who listens to the topic at this moment.</summary>
    public void Publish(TTopic topic, TEvent happened)
    {
        lock (_changing)
        {
            foreach (var listener in _listeners.GetValueOrDefault(topic) ?? [])
            {
                if (!listener.Writer.TryWrite(happened))
                {
                    listener.Writer.TryComplete(TooSlow());
                }
            }
        }
    }

    /// <summary>As <see cref="Publish"/>, but waits for listeners whose buffer is full.</summary>
    /// <remarks>Events of one topic keep their order when they are published one after the other.</remarks>
    /// <param name="patience">When it ends, those who still have no room are ended.</param>
    public async ValueTask PublishAsync(TTopic topic, TEvent happened, CancellationToken patience)
    {
        foreach (var listener in FullOnes(topic, happened))
        {
            try
            {
                await listener.Writer.WriteAsync(happened, patience).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (listener.Writer.TryWrite(happened))
            {
                // It made room while another one was waited for.
            }
            catch (OperationCanceledException)
            {
                listener.Writer.TryComplete(TooSlow());
            }
            catch (ChannelClosedException)
            {
                // Ended meanwhile, with its own reason.
            }
        }
    }

    /// <summary>
    /// Events from now on: the listener is there when this returns, not when it first reads. Read it to its end or
    /// cancel it, once.
    /// </summary>
    /// <remarks>
    /// Ends with a <see cref="GraphQLRequestException"/> SUBSCRIBER_TOO_SLOW, after what was buffered.
    /// </remarks>
    public IAsyncEnumerable<TEvent> Listen(TTopic topic, CancellationToken stop)
    {
        var listener = Channel.CreateBounded<TEvent>(new BoundedChannelOptions(bufferedEvents) { SingleReader = true });
        lock (_changing)
        {
            (_listeners.TryGetValue(topic, out var listeners) ? listeners : _listeners[topic] = []).Add(listener);
        }

        // Whatever becomes of the reader, the end of the request takes the listener away.
        var ended = stop.Register(() => Remove(topic, listener));
        return ReadAsync(topic, listener, ended, stop);
    }

    /// <returns>Those who could not take it; a listener that is gone or ended takes nothing.</returns>
    private List<Channel<TEvent>> FullOnes(TTopic topic, TEvent happened)
    {
        lock (_changing)
        {
            var listeners = _listeners.GetValueOrDefault(topic) ?? [];
            return listeners.FindAll(listener => !listener.Writer.TryWrite(happened));
        }
    }

    private async IAsyncEnumerable<TEvent> ReadAsync(
        TTopic topic,
        Channel<TEvent> listener,
        CancellationTokenRegistration ended,
        [EnumeratorCancellation] CancellationToken stop)
    {
        await using var _ = ended.ConfigureAwait(false);
        try
        {
            await foreach (var happened in listener.Reader.ReadAllAsync(stop).ConfigureAwait(false))
            {
                yield return happened;
            }
        }
        finally
        {
            Remove(topic, listener);
        }
    }

    private void Remove(TTopic topic, Channel<TEvent> listener)
    {
        // Whoever waits to give it something need not.
        listener.Writer.TryComplete();
        lock (_changing)
        {
            if (_listeners.TryGetValue(topic, out var listeners) && listeners.Remove(listener) && listeners.Count == 0)
            {
                _listeners.Remove(topic);
            }
        }
    }

    private GraphQLRequestException TooSlow() => new(
        "SUBSCRIBER_TOO_SLOW",
        $"More than {bufferedEvents} events waited for this subscriber. Subscribe again and read what was missed.");
}
