using CrmCloud.Core.Bulk;
using CrmCloud.Core.Tenants;
using CrmCloud.Store;

namespace CrmCloud.Core.Moving;

/// <summary>
/// Makes a tenant of a file, under his own name, with his own keys, in a store that does not know him.
/// </summary>
/// <remarks>
/// The order is the argument. The file is read to its end first, so that a torn one writes nothing. Then a mark in
/// the directory says that he is arriving; while it stands nobody visits him and no key opens him. Everything is
/// written and compared with the file. Only then come his entry in the directory, the pointers of his keys, and last
/// his right to write. Killed anywhere before the entry, the next import removes what lies there and begins anew;
/// after it, the next one only ends what is left.
/// </remarks>
public sealed class TenantImport(
    IDocumentStore stores, TenantComparison comparison, UploadStore uploads, TenantFreeze freeze, TimeProvider clock)
{
    /// <param name="stayReadOnly">Whether he is to stay read-only, to be looked at before he goes on.</param>
    /// <exception cref="MoveRefusedException">
    /// The file or the tenant's name cannot be taken; nothing is left of it.
    /// </exception>
    public async Task<MoveReport> RunAsync(string path, bool stayReadOnly, CancellationToken stop)
    {
        var check = FileCheck.Of(path, null);
        var slug = check.Header.Tenant;
        var arrival = await stores.Directory.FindAsync<TenantArrival>(TenantArrival.KeyOf(slug), stop);
        var arrived = await stores.Directory.FindAsync<TenantEntry>(TenantEntry.KeyOf(slug), stop) is not null;
        if (arrived && arrival?.FileSha256 != check.Sha256)
        {
            throw new MoveRefusedException($"There is a tenant '{slug}' already.");
        }

        var report = new MoveReport(slug, check.Tally.Documents, check.Indicators.Count, new FileInfo(path).Length);
        if (!arrived)
        {
            arrival = await BeginAsync(slug, check, arrival, stop);
            report = await FillAsync(path, check, arrival, stop);
        }

        await OpenAsync(slug, stop);
        if (!stayReadOnly)
        {
            await freeze.UnfreezeAsync(slug, stop);
        }

        await stores.Directory.SaveAsync(new Batch().Purge(arrival!), stop);
        return report with { IsReadOnly = stayReadOnly };
    }

    /// <summary>Removes what an import that was cut off has left.</summary>
    /// <exception cref="MoveRefusedException">No import of this tenant was cut off.</exception>
    public async Task DiscardAsync(string slug, CancellationToken stop)
    {
        var arrival = Addresses.IsTenant(slug)
            ? await stores.Directory.FindAsync<TenantArrival>(TenantArrival.KeyOf(slug), stop)
            : null;
        if (arrival is null || await stores.Directory.FindAsync<TenantEntry>(TenantEntry.KeyOf(slug), stop) is not null)
        {
            throw new MoveRefusedException($"No import of a tenant '{slug}' was cut off.");
        }

        await RemoveAsync(arrival, stop);
    }

    private async Task<TenantArrival> BeginAsync(
        string slug, FileCheck check, TenantArrival? before, CancellationToken stop)
    {
        var leftovers = new Leftovers(stores, uploads);
        if (before is null && await leftovers.AnyAsync(slug, stop))
        {
            throw new MoveRefusedException(
                $"The directory has no tenant '{slug}', but the store has documents of one; they are left alone.");
        }

        var arrival = new TenantArrival
        {
            Slug = slug, FileSha256 = check.Sha256, StartedAt = clock.GetUtcNow(), Version = before?.Version ?? 0,
        };
        await stores.Directory.SaveAsync(Batch.Of(arrival), stop);
        if (before is not null)
        {
            await leftovers.RemoveAsync(slug, stop);
        }

        return arrival with { Version = arrival.Version + 1 };
    }

    private async Task<MoveReport> FillAsync(
        string path, FileCheck check, TenantArrival arrival, CancellationToken stop)
    {
        try
        {
            await WriteAsync(path, check, stop);
            var report = await comparison.RunAsync(path, stop);
            if (report.Differences.Count > 0)
            {
                throw new MoveRefusedException(
                    $"What was written is not what the file holds: {string.Join("; ", report.Differences)}.");
            }

            await EnterAsync(check.Header, arrival, stop);
            return report;
        }
        catch (MoveRefusedException)
        {
            await RemoveAsync(arrival, stop);
            throw;
        }
    }

    private async Task WriteAsync(string path, FileCheck check, CancellationToken stop)
    {
        await using var batches = new CarryingBatches(mode => stores.Open(check.Header.Tenant, mode), clock);
        using var files = new ArrivingFiles(
            file => uploads.Open(check.Header.Tenant, file.Mode).Receive(file.Name),
            (file, _) => uploads.Open(check.Header.Tenant, file.Mode).Received(file.Name, file.ModifiedAt));
        try
        {
            var end = default(TenantFileEnd);
            foreach (var line in TenantFileReader.Read(path))
            {
                end = line.End;
                files.Take(line);
                if (line.Document is { } document)
                {
                    await batches.AddAsync(document, stop);
                }
            }

            await batches.FinishAsync(stop);
            if (end!.Sha256 != check.Sha256)
            {
                throw new MoveRefusedException("The file was replaced while it was read.");
            }
        }
        catch (Exception unfit) when (unfit is ArgumentException or FormatException)
        {
            throw new MoveRefusedException($"This store cannot hold what the file has. {unfit.Message}", unfit);
        }
    }

    private async Task EnterAsync(TenantFileHeader header, TenantArrival arrival, CancellationToken stop)
    {
        foreach (var (_, found) in await KeysAsync(header.Tenant, stop))
        {
            if (found is not null && found.Tenant != header.Tenant)
            {
                throw new MoveRefusedException(
                    $"A key of the tenant opens tenant '{found.Tenant}' here; revoke it there or in the source.");
            }
        }

        // Of two imports of one tenant at once the slower one ends here.
        if ((await stores.Directory.FindAsync<TenantArrival>(arrival.Key, stop))?.Version != arrival.Version)
        {
            throw new VersionConflictException(arrival.Key);
        }

        await stores.Directory.SaveAsync(
            Batch.Of(new TenantEntry { Slug = header.Tenant, CreatedAt = header.TenantCreatedAt }), stop);
    }

    private async Task OpenAsync(string slug, CancellationToken stop)
    {
        foreach (var (pointer, found) in await KeysAsync(slug, stop))
        {
            await stores.Directory.SaveAsync(Batch.Of(pointer with { Version = found?.Version ?? 0 }), stop);
        }
    }

    /// <summary>Where each of his keys is to point, and where it points now.</summary>
    private async Task<IReadOnlyList<(KeyPointer Wanted, KeyPointer? Found)>> KeysAsync(
        string slug, CancellationToken stop)
    {
        var pointers = new List<(KeyPointer, KeyPointer?)>();
        foreach (var mode in TenantContent.Modes)
        {
            var apps = await stores.Open(slug, mode)
                .QueryAsync<App>(new(Container.Master, "", "app") { Take = 1_000 }, stop);
            foreach (var (app, key) in apps.Items.SelectMany(app => app.Keys.Select(key => (app, key))))
            {
                var wanted = new KeyPointer
                {
                    Fingerprint = key.Fingerprint, Tenant = slug, Mode = mode, AppId = app.AppId,
                };
                pointers.Add((wanted, await stores.Directory.FindAsync<KeyPointer>(wanted.Key, stop)));
            }
        }

        return pointers;
    }

    private async Task RemoveAsync(TenantArrival arrival, CancellationToken stop)
    {
        await new Leftovers(stores, uploads).RemoveAsync(arrival.Slug, stop);
        await stores.Directory.SaveAsync(new Batch().Purge(arrival), stop);
    }
}
