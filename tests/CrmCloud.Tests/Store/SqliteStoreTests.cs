using CrmCloud.Store;
using CrmCloud.Store.Sqlite;

namespace CrmCloud.Tests.Store;

public sealed class SqliteStoreTests : StoreContract, IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    protected override Task<IDocumentStore> OpenStoreAsync() =>
        Task.FromResult<IDocumentStore>(
            new SqliteDocumentStore(new() { DataDirectory = _folder.Path, Indexes = Indexes }, TimeProvider.System));
}
