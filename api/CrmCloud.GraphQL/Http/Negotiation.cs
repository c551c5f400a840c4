using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace CrmCloud.GraphQL.Http;

/// <summary>Which media type the caller gets.</summary>
internal static class Negotiation
{
    public const string Json = "application/json; charset=utf-8";
    public const string GraphQLJson = "application/graphql-response+json; charset=utf-8";

    public const string EventStream = "text/event-stream; charset=utf-8";

    /// <returns>Null when nothing we have is acceptable.</returns>
    public static string? Choose(IHeaderDictionary headers)
    {
        var accept = headers.Accept;
        if (accept.Count == 0)
        {
            return Json;
        }

        // What nearly every client sends needs no parsing.
        return accept.Count > 1 ? Best(accept) : accept[0] switch
        {
            null or "" or "*/*" or "application/json" => Json,
            "application/graphql-response+json" => GraphQLJson,
            "text/event-stream" => EventStream,
            _ => Best(accept),
        };
    }

    private static string? Best(IList<string?> accept)
    {
        if (!MediaTypeHeaderValue.TryParseList([.. accept.OfType<string>()], out var ranges))
        {
            return null;
        }

        // Of equal weights the one named first is taken. What is refused by name is not meant by a wider range.
        string? best = null;
        var weight = 0.0;
        var refused = ranges.Where(range => range.Quality == 0).Select(NamedBy).ToHashSet();
        foreach (var range in ranges)
        {
            var quality = range.Quality ?? 1;
            if (quality > weight && TypeFor(range, refused) is { } type)
            {
                (best, weight) = (type, quality);
            }
        }

        return best;
    }

    private static string? TypeFor(MediaTypeHeaderValue range, HashSet<string?> refused)
    {
        if (range.Charset.HasValue && !range.Charset.Equals("utf-8", StringComparison.OrdinalIgnoreCase))
        {
            return null;
        }

        string?[] offered =
            range.MatchesAllTypes || Is(range, "application/*") ? [Json, GraphQLJson] : [NamedBy(range)];
        return offered.FirstOrDefault(type => !refused.Contains(type));
    }

    private static string? NamedBy(MediaTypeHeaderValue range) =>
        Is(range, "application/json") ? Json
        : Is(range, "application/graphql-response+json") ? GraphQLJson
        : Is(range, "text/event-stream") ? EventStream
        : null;

    private static bool Is(MediaTypeHeaderValue range, string type) =>
        range.MediaType.Equals(type, StringComparison.OrdinalIgnoreCase);
}
