using CrmCloud.GraphQL.Execution;
using Microsoft.AspNetCore.Http;

namespace CrmCloud.GraphQL.Http;

/// <summary>GraphQL over HTTP: one POST or GET, one JSON answer or a stream of events.</summary>
internal sealed class GraphQLEndpoint(
    Executor executor, GraphQLHttpOptions options, RequestMaker requests, EventStreamEndpoint streams)
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
            AddHeaders(context.Response, refusal.Headers);
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
            throw new HttpRefusalException(406, "NOT_ACCEPTABLE",
                "The answer can be application/graphql-response+json, application/json or text/event-stream.");
        }

        using var parameters = isGet
            ? RequestParameters.FromUrl(context.Request.Query, executor.Limits.JsonDepth)
            : RequestParameters.FromBody(
                await BodyReader.ReadAsync(context.Request, options).ConfigureAwait(false), executor.Limits.JsonDepth);
        using var result = type == Negotiation.EventStream
            ? await streams.AnswerAsync(context, parameters, caller, isGet).ConfigureAwait(false)
            : await ExecuteAsync(context, parameters, caller, isGet).ConfigureAwait(false);
        if (result is not null)
        {
            await WriteAsync(context.Response, result, type).ConfigureAwait(false);
        }
    }

    private async ValueTask<ExecutionResult> ExecuteAsync(
        HttpContext context, RequestParameters parameters, RequestStateOrRefusal caller, bool isGet)
    {
        var state = new CallerState(caller.State!, caller.Suggestions);
        PreparedRequest prepared;
        try
        {
            prepared = requests.Make(context, parameters, state, isGet);
        }
        catch (GraphQLRequestException unknown)
        {
            var error = new GraphQLError(unknown.Message) { Code = unknown.Code };
            return executor.Refuse(requests.Nameless(context, state), ExecutionStage.Refused, [error]);
        }

        var result = await executor.ExecuteAsync(prepared.Request, context.RequestAborted).ConfigureAwait(false);
        prepared.Answered(result.Stage);
        return result;
    }

    private Task WriteAsync(HttpResponse response, ExecutionResult result, string type)
    {
        if (result.Stage == ExecutionStage.WrongMethod)
        {
            response.Headers.Allow = "POST";
        }

        response.StatusCode = AnswerStatus.Of(result, type, options.Spec);
        return WriteAsync(response, result.Json, type == Negotiation.EventStream ? Negotiation.Json : type);
    }

    private async Task WriteAsync(HttpContext context, int status, string? type, GraphQLError error)
    {
        context.Response.StatusCode = status;
        using var json = ResponseWriter.Errors(executor.Finished([error], () => options.RequestId(context)));
        var plain = type is null or Negotiation.EventStream ? Negotiation.Json : type;
        await WriteAsync(context.Response, json.Written, plain).ConfigureAwait(false);
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

/// <summary>The HTTP status of an answer.</summary>
internal static class AnswerStatus
{
    public static int Of(ExecutionResult result, string type, HttpSpec spec)
    {
        if (result.Stage == ExecutionStage.WrongMethod)
        {
            return 405;
        }

        // Plain application/json cannot tell a proxy's error from ours, so there the status says only that we answered.
        if (type == Negotiation.Json)
        {
            return 200;
        }

        return (result.Stage, spec) switch
        {
            (ExecutionStage.Executed, HttpSpec.September2026) when result.Errors.Count > 0 => 294,
            (ExecutionStage.Executed, _) => 200,
            (ExecutionStage.NotParsed, _) => 400,
            (_, HttpSpec.September2026) => 422,
            _ => 400,
        };
    }
}
