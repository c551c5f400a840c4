using CrmCloud.GraphQL.Language;

namespace CrmCloud.GraphQL.Execution;

/// <summary>Nodes as locations for errors.</summary>
internal static class Places
{
    public static IReadOnlyList<SourceLocation> Of(params ReadOnlySpan<SyntaxNode> nodes)
    {
        var places = new List<SourceLocation>(nodes.Length);
        foreach (var node in nodes)
        {
            if (node.Span.Location is { } place)
            {
                places.Add(place);
            }
        }

        return places;
    }
}
