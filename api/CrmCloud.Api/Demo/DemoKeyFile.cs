using CrmCloud.Core.Tenants;
using CrmCloud.Store;

namespace CrmCloud.Api.Demo;

/// <summary>
/// The generated demo key, in the data directory, for its owner's eyes only: stores keep keys hashed, and every start
/// is to print it.
/// </summary>
public static class DemoKeyFile
{
    public const string Name = "demo-key.txt";

    /// <summary>The key of an earlier start, or a new one, which is on disk when this returns.</summary>
    public static async Task<string> ReadOrMakeAsync(string dataDirectory, CancellationToken stop)
    {
        var path = Path.Combine(dataDirectory, Name);
        if (File.Exists(path))
        {
            var found = (await File.ReadAllTextAsync(path, stop)).Trim();
            if (found.Length >= KeyText.LeastLength && !KeyText.IsDamaged(found))
            {
                return found;
            }
        }

        var made = KeyText.New(DataMode.Live);
        await DataFolder.WriteSecretAsync(path, made, stop);
        return made;
    }
}
