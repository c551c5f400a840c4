namespace CrmCloud.Tests.Store;

/// <summary>An empty folder that is gone after the test.</summary>
public sealed class TemporaryFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("crmcloud-").FullName;

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
