using CrmCloud.GraphQL.Execution;
using Microsoft.AspNetCore.Http;

namespace CrmCloud.GraphQL.Http;

/// <summary>GraphQL over HTTP, draft of 2025: one POST or GET, one JSON answer.</summary>
internal sealed class GraphQLEndpoint(Executor executor, GraphQLHttpOptions options)
{
    public async Task HandleAsync(HttpContext context)
    {
        var type = Negotiation.Choose(context.Request.Headers);
        try
        {
            await AnswerAsync(context, type).ConfigureAwait(false);
        }
        catch (HttpRefusalException refusal)
        {
            var error = new GraphQLError(refusal.Message) { Code = refusal.Code };
            await WriteAsync(context, refusal.Status, type, error).ConfigureAwait(false);
        }
        catch (BadHttpRequestException fault)
        {
            // The server's own limits, such as a body that ends early.
            var error = new GraphQLError("The request could not be read.") { Code = "BAD_REQUEST" };
            await WriteAsync(context, fault.StatusCode, type, error).ConfigureAwait(false);
        }
    }

    // The order of the lines is the security argument: who is calling comes before anything the caller sent is parsed.
    private async Task AnswerAsync(HttpContext context, string? type)
    {
        var isGet = HttpMethods.IsGet(context.Request.Method);
        if (!isGet && !HttpMethods.IsPost(context.Request.Method))
        {
            context.Response.Headers.Allow = "GET, POST";
            throw new HttpRefusalException(405, "METHOD_NOT_ALLOWED", "GraphQL is served over GET and POST.");
        }

        var caller = options.Authenticate is { } authenticate
            ? await authenticate(context).ConfigureAwait(false)
            : RequestStateOrRefusal.Allow(new RequestState());
        if (caller.Error is { } refused)
        {
            AddHeaders(context.Response, caller.Headers);
            await WriteAsync(context, caller.Status, type, refused).ConfigureAwait(false);
            return;
        }

        if (type is null)
        {
            throw new HttpRefusalException(
                406, "NOT_ACCEPTABLE", "The answer can be application/graphql-response+json or application/json.");
        }

        using var parameters = isGet
            ? RequestParameters.FromUrl(context.Request.Query, executor.Limits.JsonDepth)
            : RequestParameters.FromBody(
                await BodyReader.ReadAsync(context.Request, options).ConfigureAwait(false), executor.Limits.JsonDepth);
        var request = Request(context, parameters, caller, isGet);
        using var result = await executor.ExecuteAsync(request, context.RequestAborted).ConfigureAwait(false);
        await WriteAsync(context.Response, result, type).ConfigureAwait(false);
    }

    private GraphQLRequest Request(
        HttpContext context, RequestParameters parameters, RequestStateOrRefusal caller, bool isGet) => new()
        {
            Document = parameters.Query,
            OperationName = parameters.OperationName,
            Variables = parameters.Variables,
            Extensions = parameters.Extensions,
            ServicesSource = () => context.RequestServices,
            State = caller.State!,
            Suggestions = caller.Suggestions,
            RequestIdSource = () => options.RequestId(context),
            QueriesOnly = isGet,
        };

    private static Task WriteAsync(HttpResponse response, ExecutionResult result, string type)
    {
        if (result.Stage == ExecutionStage.WrongMethod)
        {
            response.Headers.Allow = "POST";
        }

        // Plain application/json cannot tell a proxy's error from ours, so there the status says only that we answered.
        response.StatusCode = result.Stage switch
        {
            ExecutionStage.Executed => 200,
            ExecutionStage.WrongMethod => 405,
            _ => type == Negotiation.Json ? 200 : 400,
        };
        return WriteAsync(response, result.Json, type);
    }

    private async Task WriteAsync(HttpContext context, int status, string? type, GraphQLError error)
    {
        context.Response.StatusCode = status;
        using var json = ResponseWriter.Errors(executor.Finished([error], () => options.RequestId(context)));
        await WriteAsync(context.Response, json.Written, type ?? Negotiation.Json).ConfigureAwait(false);
    }

    private static async Task WriteAsync(HttpResponse response, ReadOnlyMemory<byte> json, string type)
    {
        response.ContentType = type;
        response.ContentLength = json.Length;
        await response.BodyWriter.WriteAsync(json, response.HttpContext.RequestAborted).ConfigureAwait(false);
    }

    private static void AddHeaders(HttpResponse response, IEnumerable<(string Name, string Value)> headers)
    {
        foreach (var (name, value) in headers)
        {
            response.Headers[name] = value;
        }
    }
}
