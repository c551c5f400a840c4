namespace CrmCloud.Store.Sqlite;

/// <summary>
/// Keeps a second process out of a data directory. The operating system holds it, so a kill -9 frees it.
/// </summary>
internal sealed class DirectoryLock : IDisposable
{
    private readonly FileStream _file;

    /// <exception cref="StoreUnavailableException">
    /// Another process has the directory, or it cannot be written to.
    /// </exception>
    public DirectoryLock(string directory)
    {
        try
        {
            System.IO.Directory.CreateDirectory(directory);
            var path = Path.Combine(directory, "crmcloud.lock");
            _file = new(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new StoreUnavailableException(
                $"The data directory '{directory}' is in use by another process or cannot be written to.", failure);
        }
    }

    public void Dispose() => _file.Dispose();
}
