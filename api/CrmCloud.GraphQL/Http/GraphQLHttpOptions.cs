using System.Text.Json;
using CrmCloud.GraphQL.Execution;
using Microsoft.AspNetCore.Http;

namespace CrmCloud.GraphQL.Http;

/// <summary>Which release of GraphQL over HTTP decides on statuses of application/graphql-response+json.</summary>
public enum HttpSpec
{
    /// <summary>The draft of 2025, which today's clients and audits expect: 200 with data, 400 without.</summary>
    Draft2025,

    /// <summary>
    /// The first release, of September 2026: 294 for data with errors, 422 for a well-formed request that cannot be
    /// executed, 400 for what is not JSON or not GraphQL.
    /// </summary>
    September2026,
}

/// <summary>How GraphQL is served over HTTP.</summary>
public sealed class GraphQLHttpOptions
{
    /// <summary>
    /// Says who is calling, before the body is read: what resolvers and guards find in the request state, or why the
    /// request is refused. Null lets everybody in with an empty state.
    /// </summary>
    public Func<HttpContext, ValueTask<RequestStateOrRefusal>>? Authenticate { get; init; }

    /// <summary>Which statuses answers have. Default <see cref="HttpSpec.Draft2025"/>.</summary>
    public HttpSpec Spec { get; init; }

    /// <summary>
    /// Says who is calling over a WebSocket, from the payload of connection_init (undefined for none). Null: its
    /// member "Authorization" or "authorization" is taken as the header of that name, then
    /// <see cref="Authenticate"/> decides. Asked again while the connection lives.
    /// </summary>
    /// <remarks>
    /// A web page of anyone can open a socket with the user's cookies: who lets cookies count here checks Origin.
    /// </remarks>
    public Func<HttpContext, JsonElement, ValueTask<RequestStateOrRefusal>>? AuthenticateSocket { get; init; }

    /// <summary>
    /// Tells callers apart where connections are counted, by equality; null, or a null answer, does not.
    /// </summary>
    public Func<RequestState, object?>? CallerKey { get; init; }

    /// <summary>
    /// Makes the state of one operation or event from that of its stream or socket, so that what resolvers keep for
    /// one of them is not answered to the next. Null: all that are answered on one word on the caller share it.
    /// </summary>
    public Func<RequestState, RequestState>? StateOfEach { get; init; }

    /// <summary>Whether a browser that opens the address gets GraphiQL. Default yes.</summary>
    public bool GraphiQL { get; init; } = true;

    /// <summary>Documents that requests name instead of sending them.</summary>
    public PersistedOptions Persisted { get; init; } = PersistedOptions.Default;

    /// <summary>Bounds of event streams and WebSockets.</summary>
    public StreamLimits Streams { get; init; } = StreamLimits.Default;

    /// <summary>Size of a request body in bytes, after decompression. Default 2,097,152 (2 MB).</summary>
    public int BodyBytes { get; init; } = 2 << 20;

    /// <summary>Whether a body may be sent with Content-Encoding: gzip. Default no.</summary>
    public bool Gzip { get; init; }

    /// <summary>The name of the request in logs and errors. Default: ASP.NET's trace identifier.</summary>
    public Func<HttpContext, string> RequestId { get; init; } = context => context.TraceIdentifier;
}

/// <summary>What <see cref="GraphQLHttpOptions.Authenticate"/> decided.</summary>
public sealed class RequestStateOrRefusal
{
    private RequestStateOrRefusal()
    {
    }

    /// <summary>Null when refused.</summary>
    public RequestState? State { get; private init; }

    /// <summary>Whether answers may suggest names of the schema. Default no.</summary>
    public bool Suggestions { get; private init; }

    public int Status { get; private init; }

    public GraphQLError? Error { get; private init; }

    public IReadOnlyList<(string Name, string Value)> Headers { get; private init; } = [];

    public static RequestStateOrRefusal Allow(RequestState state, bool suggestions = false) =>
        new() { State = state, Suggestions = suggestions };

    /// <param name="status">401, 403, 429 or another HTTP status from 400.</param>
    /// <param name="code">Written as <c>extensions.code</c>, such as UNAUTHENTICATED.</param>
    /// <param name="headers">Such as Retry-After or WWW-Authenticate.</param>
    public static RequestStateOrRefusal Refuse(
        int status, string code, string message, params (string Name, string Value)[] headers) =>
        Refuse(status, new GraphQLError(message) { Code = code }, headers);

    /// <inheritdoc cref="Refuse(int, string, string, ValueTuple{string, string}[])"/>
    public static RequestStateOrRefusal Refuse(
        int status, GraphQLError error, params (string Name, string Value)[] headers) => new()
        {
            Status = status,
            Error = error,
            Headers = headers,
        };
}
