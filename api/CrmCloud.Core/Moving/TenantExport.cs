using System.Security.Cryptography;
using CrmCloud.Core.Tenants;
using CrmCloud.Store;

namespace CrmCloud.Core.Moving;

/// <summary>Writes everything a tenant has into one file, as it is at one moment.</summary>
/// <remarks>
/// The moment: the tenant is made read-only, then read twice. Only if both readings are equal, to the last document and
/// tombstone, did nobody write meanwhile; otherwise it is done again. The second reading is the file.
/// </remarks>
public sealed class TenantExport(IDocumentStore stores, TenantContent content, TenantFreeze freeze, TimeProvider clock)
{
    private const int MostAttempts = 5;

    // What ends until then may end between the two readings, which is no writing. Doubled by each attempt, because a
    // reading may take longer than this.
    private static readonly TimeSpan Ending = TimeSpan.FromHours(1);
    private static readonly TimeSpan BetweenAttempts = TimeSpan.FromSeconds(3);

    /// <param name="path">Must not exist.</param>
    /// <param name="stayReadOnly">
    /// Whether the tenant stays read-only: he is to go on elsewhere. Otherwise he is afterwards as he was before.
    /// </param>
    /// <exception cref="MoveRefusedException">He cannot be exported now, or the file cannot be made.</exception>
    public async Task<MoveReport> RunAsync(string slug, string path, bool stayReadOnly, CancellationToken stop)
    {
        TenantFileWriter.ThrowIfTaken(path);
        var frozen = await freeze.FreezeAsync(slug, stop);
        try
        {
            var report = await WriteAsync(slug, path, stop);
            return report with { IsReadOnly = stayReadOnly || !frozen };
        }
        finally
        {
            if (frozen && !stayReadOnly)
            {
                // Also when it was cancelled: nobody else would let him go on.
                await freeze.UnfreezeAsync(slug, CancellationToken.None);
            }
        }
    }

    private async Task<MoveReport> WriteAsync(string slug, string path, CancellationToken stop)
    {
        for (var attempt = 1; attempt <= MostAttempts; attempt++)
        {
            using var file = new TenantFileWriter(path);
            if (await TryWriteAsync(slug, file, Ending * (1 << (attempt - 1)), stop) is { } report)
            {
                return report;
            }

            await Task.Delay(BetweenAttempts, clock, stop);
        }

        throw new MoveRefusedException(
            $"Tenant '{slug}' was written to although he is read-only: an import or a visit may be under way. "
            + "Try again later.");
    }

    /// <param name="ending">What lives no longer than this is written, and not compared.</param>
    /// <returns>Null when somebody wrote meanwhile.</returns>
    private async Task<MoveReport?> TryWriteAsync(
        string slug, TenantFileWriter file, TimeSpan ending, CancellationToken stop)
    {
        var entry = (await stores.Directory.FindAsync<TenantEntry>(TenantEntry.KeyOf(slug), stop))!;
        var now = clock.GetUtcNow();
        var (before, after) = (await content.TallyAsync(slug, now + ending, stop), new Tally());
        file.Write(new TenantFileLine
        {
            Header = new(
                TenantFileHeader.FormatName, TenantFileHeader.CurrentVersion, slug, entry.CreatedAt, now,
                before.Counts, now + ending),
        });
        await foreach (var document in content.DocumentsAsync(slug, stop))
        {
            file.Write(document);
            if (document.Outlives(now + ending))
            {
                after.Add(document);
            }
        }

        foreach (var (moved, from) in content.Files(slug))
        {
            after.Add(moved, await WriteFileAsync(moved, from, file, stop));
        }

        var indicators = await IndicatorReading.ReadAsync(stores, slug, now, stop);
        foreach (var indicator in indicators)
        {
            file.Write(new TenantFileLine { Indicator = indicator });
        }

        if (after.DifferencesFrom(before).Count > 0)
        {
            return null;
        }

        file.Finish();
        return new(slug, after.Documents, indicators.Count, file.Bytes);
    }

    /// <returns>Its SHA-256.</returns>
    private static async Task<string> WriteFileAsync(
        MovedFile moved, string from, TenantFileWriter file, CancellationToken stop)
    {
        file.Write(new TenantFileLine { File = moved });
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        await using var content = File.OpenRead(from);
        var buffer = new byte[TenantFileWriter.PieceBytes];
        int read;
        while ((read = await content.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, stop)) > 0)
        {
            hash.AppendData(buffer.AsSpan(0, read));
            file.Write(new TenantFileLine { Piece = buffer[..read] });
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
