using System.Text.Json;
using CrmCloud.GraphQL;

namespace CrmCloud.Api.Http;

/// <summary>
/// The one form of an error outside a GraphQL execution: like a GraphQL answer, so that clients read one form.
/// </summary>
public static class ErrorAnswer
{
    /// <summary>An error of GraphQL, with the page that explains it and the id to quote.</summary>
    public static GraphQLError Explained(GraphQLError error, string requestId)
    {
        var given = error.Extensions ?? new Dictionary<string, object?>();
        var page = given.GetValueOrDefault("reason") ?? error.Code;
        var added = new Dictionary<string, object?>(given) { ["requestId"] = requestId };
        if (page is not null)
        {
            added["docUrl"] = DocUrl($"{page}");
        }

        return error with { Extensions = added };
    }

    /// <param name="code">Stable; explained in api/PROBLEMS.md.</param>
    /// <param name="message">For a person. Never text of an unexpected exception.</param>
    /// <param name="reason">A stable word that says more than the code; null where there is none.</param>
    public static async Task WriteAsync(
        HttpContext context, int status, string code, string message, string? reason = null)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json; charset=utf-8";
        if (HttpMethods.IsHead(context.Request.Method))
        {
            return;
        }

        await using var writer = new Utf8JsonWriter(context.Response.BodyWriter);
        writer.WriteStartObject();
        writer.WriteStartArray("errors");
        writer.WriteStartObject();
        writer.WriteString("message", message);
        writer.WriteStartObject("extensions");
        writer.WriteString("code", code);
        if (reason is not null)
        {
            writer.WriteString("reason", reason);
        }

        writer.WriteString("docUrl", DocUrl(reason ?? code));
        writer.WriteString("requestId", context.TraceIdentifier);
        writer.WriteEndObject();
        writer.WriteEndObject();
        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private static string DocUrl(string anchor) => $"/docs/problems#{anchor}";
}
