namespace CrmCloud.Api;

/// <summary>The data directory holds personal data: it and the secrets in it belong to its owner alone.</summary>
public static class DataFolder
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>
    /// Makes the folder if it is missing. One that exists keeps its permissions: its owner has chosen them.
    /// </summary>
    public static void Make(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(path);
        }
        else
        {
            Directory.CreateDirectory(path, OwnerOnly | UnixFileMode.UserExecute);
        }
    }

    /// <summary>Writes a file that only its owner can read, whole or not at all.</summary>
    public static async Task WriteSecretAsync(string path, string text, CancellationToken stop)
    {
        var half = path + ".new";
        File.Delete(half);
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = OwnerOnly;
        }

        await using (var writer = new StreamWriter(half, options))
        {
            await writer.WriteLineAsync(text.AsMemory(), stop);
        }

        File.Move(half, path, overwrite: true);
    }
}
