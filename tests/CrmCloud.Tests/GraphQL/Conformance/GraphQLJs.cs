namespace CrmCloud.Tests.GraphQL;

/// <summary>The recorded cases that lie beside the checkout.</summary>
internal static class GraphQLJs
{
    public const string Missing = "The recorded cases are not beside the checkout; set CRMCLOUD_SHARED.";

    private static readonly string? Folder = Find();

    public static bool IsPresent => Folder is not null;

    public static RecordedCases Cases { get; } = new(Folder ?? "");

    private static string? Find()
    {
        var shared = Environment.GetEnvironmentVariable("CRMCLOUD_SHARED") ?? BesideTheCheckout();
        var folder = shared is null ? null : Path.Combine(shared, "conformance", "graphql-js");
        return Directory.Exists(folder) ? folder : null;
    }

    private static string? BesideTheCheckout()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "CrmCloud.sln")))
        {
            folder = folder.Parent;
        }

        return folder?.Parent is null ? null : Path.Combine(folder.Parent.FullName, "shared");
    }
}
