using System.Text.Json;

namespace CrmCloud.GraphQL.Execution;

/// <summary>One operation to execute.</summary>
public sealed class GraphQLRequest
{
    /// <summary>The document as UTF-8. Not copied; must not change until the request is answered.</summary>
    public required ReadOnlyMemory<byte> Document { get; init; }

    /// <summary>Needed when the document has several operations.</summary>
    public string? OperationName { get; init; }

    /// <summary>A JSON object, or undefined for none.</summary>
    public JsonElement Variables { get; init; }

    /// <summary>The <c>extensions</c> the caller sent; undefined for none.</summary>
    public JsonElement Extensions { get; init; }

    /// <summary>Parent of the root fields.</summary>
    public object? RootValue { get; init; }

    /// <summary>Services of the request; null outside a host.</summary>
    public IServiceProvider? Services
    {
        get => field ??= ServicesSource?.Invoke();
        init;
    }

    /// <summary>What is known about the caller, found by type; see <c>AddRequestState</c>.</summary>
    public RequestState State { get; init; } = new();

    /// <summary>Shown to the caller with an unexpected error, and given to the error hook.</summary>
    public string RequestId
    {
        get => field ??= RequestIdSource?.Invoke() ?? Guid.NewGuid().ToString("N");
        init;
    }

    /// <summary>Asked only when a resolver needs a service: a host makes a scope for that.</summary>
    internal Func<IServiceProvider>? ServicesSource { get; init; }

    /// <summary>Asked only when something needs the id.</summary>
    internal Func<string>? RequestIdSource { get; init; }

    /// <summary>Whether an unknown name is answered with similar names that exist. Default no.</summary>
    public bool Suggestions { get; init; }

    /// <summary>Only queries, as for HTTP GET.</summary>
    public bool QueriesOnly { get; init; }

    /// <summary>
    /// Asked before each event of a subscription for what is known about the caller by then; null keeps
    /// <see cref="State"/>. A <see cref="GraphQLRequestException"/> ends the subscription and is shown.
    /// </summary>
    public Func<CancellationToken, ValueTask<RequestState>>? RenewState { get; init; }

    /// <summary>The same request for one event of its stream.</summary>
    internal GraphQLRequest ForEvent(object? source, RequestState state, Func<IServiceProvider> services) => new()
    {
        Document = Document,
        OperationName = OperationName,
        Variables = Variables,
        Extensions = Extensions,
        RootValue = source,
        State = state,
        Suggestions = Suggestions,
        RequestId = RequestId,
        ServicesSource = services,
    };
}

/// <summary>Objects of one request, one for each type. Passed on explicitly; nothing is ambient.</summary>
public sealed class RequestState
{
    private Dictionary<Type, object>? _items;

    /// <summary>Keeps the object under <typeparamref name="T"/>, replacing an earlier one.</summary>
    public RequestState Set<T>(T item)
        where T : class
    {
        (_items ??= [])[typeof(T)] = item;
        return this;
    }

    /// <returns>Null when the request has none.</returns>
    public T? Find<T>()
        where T : class => _items?.GetValueOrDefault(typeof(T)) as T;

    /// <exception cref="InvalidOperationException">The request has none.</exception>
    public T Get<T>()
        where T : class =>
        Find<T>() ?? throw new InvalidOperationException($"The request carries no {typeof(T).Name}.");
}
