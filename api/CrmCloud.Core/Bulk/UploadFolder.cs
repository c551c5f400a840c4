using System.Security.Cryptography;
using CrmCloud.Store;

namespace CrmCloud.Core.Bulk;

/// <summary>The files of bulk runs under the data directory, one folder for each tenant and mode.</summary>
/// <remarks>Names are our own ids; what a caller calls a file never becomes part of a path.</remarks>
public sealed class UploadStore(string dataDirectory)
{
    /// <param name="tenant">A slug: 3 to 40 of a-z, 0-9 and '-'.</param>
    public UploadFolder Open(string tenant, DataMode mode)
    {
        var valid = tenant.Length is >= 3 and <= 40
            && tenant.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '-');
        return valid
            ? new(Path.Combine(dataDirectory, "uploads", $"{tenant}.{(mode == DataMode.Live ? "live" : "test")}"))
            : throw new FormatException("Not a tenant.");
    }
}

/// <summary>The files of one tenant in one mode.</summary>
public sealed class UploadFolder(string directory)
{
    private const string PartSuffix = ".part";
    private const string RejectedSuffix = ".rejected";

    /// <summary>Where the files are.</summary>
    public string Path => directory;

    public string PathOf(string uploadId) => System.IO.Path.Combine(directory, Checked(uploadId));

    public string RejectedPathOf(string operationId) =>
        System.IO.Path.Combine(directory, Checked(operationId) + RejectedSuffix);

    public bool Has(string uploadId) => File.Exists(PathOf(uploadId));

    public FileStream OpenUpload(string uploadId) =>
        new(
            PathOf(uploadId), FileMode.Open, FileAccess.Read,
            FileShare.ReadWrite | FileShare.Delete, 1 << 16, FileOptions.SequentialScan);

    public FileStream? OpenRejected(string operationId) => File.Exists(RejectedPathOf(operationId))
        ? new(
            RejectedPathOf(operationId), FileMode.Open, FileAccess.Read,
            FileShare.ReadWrite | FileShare.Delete, 1 << 16)
        : null;

    public void Make() => Directory.CreateDirectory(directory);

    /// <summary>Takes in a file; it appears whole or not at all.</summary>
    /// <param name="announced">What it has to measure, and its SHA-256 where that was announced.</param>
    /// <returns>Its SHA-256 as lower-case hex; null when it is not the file that was announced.</returns>
    public async Task<string?> ReceiveAsync(
        string uploadId, Stream content, (long Bytes, string? Sha256) announced, CancellationToken stop)
    {
        Make();
        var part = $"{PathOf(uploadId)}.{Guid.NewGuid():N}{PartSuffix}";
        try
        {
            var hash = await CopyAsync(content, part, announced.Bytes, stop);
            if (hash is null || (announced.Sha256 is { } expected && expected != hash))
            {
                return null;
            }

            File.Move(part, PathOf(uploadId), overwrite: true);
            return hash;
        }
        finally
        {
            File.Delete(part);
        }
    }

    /// <summary>Every whole file, uploads and rejected rows, in the order of their names.</summary>
    public IReadOnlyList<FileInfo> Files() => !Directory.Exists(directory) ? [] :
        [.. new DirectoryInfo(directory).GetFiles()
            .Where(file => !file.Name.EndsWith(PartSuffix, StringComparison.Ordinal))
            .OrderBy(file => file.Name, StringComparer.Ordinal)];

    /// <summary>Begins a file that another folder had; it appears with <see cref="Received"/>.</summary>
    /// <param name="name">As <see cref="Files"/> gave it.</param>
    /// <exception cref="FormatException">No file of ours is called so.</exception>
    public FileStream Receive(string name)
    {
        Make();
        return new(PathOfFile(name) + PartSuffix, FileMode.Create, FileAccess.Write, FileShare.None, 1 << 16);
    }

    /// <summary>Lets a file that was begun appear, with the age that it had.</summary>
    public void Received(string name, DateTimeOffset modifiedAt)
    {
        File.SetLastWriteTimeUtc(PathOfFile(name) + PartSuffix, modifiedAt.UtcDateTime);
        File.Move(PathOfFile(name) + PartSuffix, PathOfFile(name), overwrite: true);
    }

    /// <summary>Deletes what is older than it is kept. Best called once an hour.</summary>
    public int Sweep(DateTimeOffset now)
    {
        var old = !Directory.Exists(directory) ? [] : Directory.GetFiles(directory)
            .Where(path => now - File.GetLastWriteTimeUtc(path) > BulkLimits.FilesKept).ToList();
        old.ForEach(File.Delete);
        return old.Count;
    }

    /// <summary>Deletes everything: the tenant is erased, or a person is and files may speak of him.</summary>
    public void Clear()
    {
        if (Directory.Exists(directory))
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    private static async Task<string?> CopyAsync(Stream content, string path, long bytes, CancellationToken stop)
    {
        await using var file = new FileStream(
            path, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1 << 16, useAsync: true);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = new byte[1 << 16];
        long total = 0;
        int read;
        while ((read = await content.ReadAsync(buffer, stop)) > 0)
        {
            total += read;
            if (total > bytes)
            {
                return null;
            }

            hash.AppendData(buffer, 0, read);
            await file.WriteAsync(buffer.AsMemory(0, read), stop);
        }

        file.Flush(flushToDisk: true);
        return total == bytes ? Convert.ToHexStringLower(hash.GetHashAndReset()) : null;
    }

    private string PathOfFile(string name) => name.EndsWith(RejectedSuffix, StringComparison.Ordinal)
        ? RejectedPathOf(name[..^RejectedSuffix.Length])
        : PathOf(name);

    private static string Checked(string id) =>
        id.Length == 32 && id.All(char.IsAsciiHexDigitLower) ? id : throw new FormatException("Not an id of ours.");
}
