using CrmCloud.GraphQL.Execution;
using Microsoft.AspNetCore.Http;

namespace CrmCloud.GraphQL.Http;

/// <summary>A request with what it borrows. Dispose it when it has been answered.</summary>
internal sealed class PreparedRequest(RequestParameters parameters, Action? keep) : IDisposable
{
    public required GraphQLRequest Request { get; init; }

    /// <summary>A document that was announced with its hash is kept once it is known to be valid.</summary>
    public void Answered(ExecutionStage stage)
    {
        if (stage >= ExecutionStage.Refused)
        {
            keep?.Invoke();
        }
    }

    public void Dispose() => parameters.Dispose();
}

/// <summary>From parameters, however they came, to a request.</summary>
internal sealed class RequestMaker(PersistedDocuments persisted, GraphQLHttpOptions options)
{
    /// <param name="caller">Who asks; null when refused already.</param>
    /// <param name="queriesOnly">As for GET.</param>
    /// <exception cref="GraphQLRequestException">The request names a document that is not there.</exception>
    public PreparedRequest Make(
        HttpContext context, RequestParameters parameters, CallerState caller, bool queriesOnly)
    {
        var (document, keepAs) = persisted.Find(parameters);
        return new PreparedRequest(parameters, keepAs is null ? null : () => persisted.Keep(keepAs, document))
        {
            Request = new GraphQLRequest
            {
                Document = document,
                OperationName = parameters.OperationName,
                Variables = parameters.Variables,
                Extensions = parameters.Extensions,
                ServicesSource = () => context.RequestServices,
                State = caller.State,
                Suggestions = caller.Suggestions,
                RequestIdSource = () => options.RequestId(context),
                QueriesOnly = queriesOnly,
                RenewState = caller.Renew,
            },
        };
    }

    /// <summary>Stands for a request whose document could not be found.</summary>
    public GraphQLRequest Nameless(HttpContext context, CallerState caller) => new()
    {
        Document = default,
        State = caller.State,
        RequestIdSource = () => options.RequestId(context),
    };
}

/// <summary>What is known about a caller now, and how to ask again; null when it is never asked again.</summary>
internal readonly record struct CallerState(
    RequestState State, bool Suggestions, Func<CancellationToken, ValueTask<RequestState>>? Renew = null);
