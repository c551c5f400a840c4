using System.Reflection;
using System.Text;
using Microsoft.AspNetCore.Http.HttpResults;

namespace CrmCloud.Api.Http;

/// <summary>
/// Documentation served by the program itself, so that it is there without the internet and fits the version.
/// </summary>
public static class Docs
{
    private const string OneHour = "public, max-age=3600";

    public static void MapDocs(this IEndpointRouteBuilder routes)
    {
        var problems = MarkdownPage.Render("Problems", Embedded("PROBLEMS.md"));
        routes.MapGet("/docs/problems", (HttpResponse response) =>
        {
            // The page has one style of its own and nothing else.
            response.Headers.ContentSecurityPolicy =
                "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'";
            return Text(response, problems, "text/html");
        });
        routes.MapText("/llms.txt", Embedded("llms.txt"));
        var places = new Places("/graphql", "/schema.graphql", "/docs/problems", "/llms.txt", "/healthz", "/readyz");
        routes.MapGet("/", () => TypedResults.Json(places));
        routes.MapGet("/docs", () => TypedResults.Json(places));
    }

    public static void MapText(this IEndpointRouteBuilder routes, string path, string text) =>
        routes.MapGet(path, (HttpResponse response) => Text(response, text, "text/plain"));

    private sealed record Places(
        string Graphql, string Schema, string Problems, string LanguageModels, string Health, string Readiness);

    private static ContentHttpResult Text(HttpResponse response, string text, string type)
    {
        response.Headers.CacheControl = OneHour;
        return TypedResults.Text(text, type, Encoding.UTF8);
    }

    private static string Embedded(string name)
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream(name)!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
