using CrmCloud.Store;

namespace CrmCloud.Core.Moving;

/// <summary>
/// Compares a tenant with his file: every document, tombstone and file, and every indicator, counted here.
/// </summary>
public sealed class TenantComparison(IDocumentStore stores, TenantContent content, TimeProvider clock)
{
    // What ends while we compare, or at another second in another store, is left out on both sides.
    private static readonly TimeSpan Margin = TimeSpan.FromHours(1);

    /// <param name="path">Checked to its end, as in <see cref="FileCheck"/>.</param>
    /// <remarks>Meant for a tenant who is read-only: who is in use differs from the file soon.</remarks>
    public async Task<MoveReport> RunAsync(string path, CancellationToken stop)
    {
        var check = FileCheck.Of(path, clock.GetUtcNow() + Margin);
        var slug = check.Header.Tenant;
        var differences = await DocumentsAsync(path, check, slug, stop);
        var indicators = await IndicatorReading.ReadAsync(stores, slug, check.Header.ExportedAt, stop);
        var other = indicators.Except(check.Indicators).Concat(check.Indicators.Except(indicators))
            .Select(one => $"{one.Mode.ToString().ToLowerInvariant()} indicator {one.Indicator}: "
                + "not the same in every period")
            .Distinct();
        return new(slug, check.Tally.Documents, check.Indicators.Count, new FileInfo(path).Length)
        {
            Differences = [.. differences, .. other],
        };
    }

    private async Task<IReadOnlyList<string>> DocumentsAsync(
        string path, FileCheck check, string slug, CancellationToken stop)
    {
        var differences = (await content.TallyAsync(slug, check.Horizon, stop)).DifferencesFrom(check.Tally);
        if (differences.Count == 0)
        {
            return differences;
        }

        // An end that lies at the horizon itself may be before it here and after it there; at another one it does not.
        check = FileCheck.Of(path, check.Horizon + (Margin / 2));
        return (await content.TallyAsync(slug, check.Horizon, stop)).DifferencesFrom(check.Tally);
    }
}
