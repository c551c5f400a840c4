namespace CrmCloud.Tests;

/// <summary>Where the checkout is, and the public data beside it.</summary>
public static class Repository
{
    public static string Root { get; } = FindRoot();

    /// <summary>
    /// The folder of public data: CRMCLOUD_SHARED, else ../shared beside the checkout; null where neither is.
    /// </summary>
    public static string? Shared { get; } = FindShared();

    /// <summary>A file of the public data, or a skipped test that says why.</summary>
    public static string SharedFile(params string[] path)
    {
        Skip.If(Shared is null, "No public data: set CRMCLOUD_SHARED or place them in ../shared.");
        var file = Path.Combine([Shared!, .. path]);
        Skip.IfNot(File.Exists(file), $"{string.Join('/', path)} is not among the public data.");
        return file;
    }

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "CrmCloud.sln")))
        {
            folder = folder.Parent;
        }

        return folder?.FullName ?? throw new InvalidOperationException("The tests run outside a checkout.");
    }

    private static string? FindShared()
    {
        var given = Environment.GetEnvironmentVariable("CRMCLOUD_SHARED");
        var beside = Path.Combine(Root, "..", "shared");
        return !string.IsNullOrEmpty(given) && Directory.Exists(given) ? given
            : Directory.Exists(beside) ? beside
            : null;
    }
}
