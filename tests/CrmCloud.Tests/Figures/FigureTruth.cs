using CrmCloud.Core.Customers;
using CrmCloud.Core.Interactions;
using CrmCloud.Core.Kpis;
using CrmCloud.Store;

namespace CrmCloud.Tests.Figures;

/// <summary>Compares everything stored with what follows from the documents themselves.</summary>
internal static class FigureTruth
{
    public static async Task CheckAsync(FigureWorld world)
    {
        await CheckTotalsAsync(world);
        await CheckProfilesAsync(world);
        await CheckMeasuresAsync(world);
    }

    private static async Task CheckTotalsAsync(FigureWorld world)
    {
        var expected = new TotalsTable();
        foreach (var customer in world.Everybody())
        {
            expected.Add(Contribution.Of(world.HistoryOf(customer), world.Definitions, world.Now));
        }

        var actual = await world.Reader.TotalsAsync(null, FigureWorld.Stop);
        Assert.Equal(
            "", string.Join("; ", actual.DifferenceFrom(expected).Take(10).Select(cell => $"{cell.Key} {cell.Value}")));
    }

    private static async Task CheckProfilesAsync(FigureWorld world)
    {
        var people = world.Everybody();
        var stored = await StoredAsync<StoredProfile>(world, "profile");
        Assert.Equal(people.Order(), stored.Select(p => p.CustomerId).Order());
        var cuts = await world.Reader.CutsAsync(FigureWorld.Stop);
        var standings = new SortedDictionary<string, long>(StringComparer.Ordinal);
        var due = new List<(string, long)>();
        foreach (var profile in stored)
        {
            CheckProfile(world, profile, cuts);
            Standing.Add(standings, profile with { CountedAt = world.Now }, 1);
            due.AddRange(profile.Due is { } mark ? [(profile.CustomerId, mark.At)] : []);
        }

        Assert.Equal(standings, await world.Reader.StandingsAsync(FigureWorld.Stop));
        Assert.Equal(
            due.Order(), (await StoredAsync<DueRow>(world, "due")).Select(row => (row.CustomerId, row.At)).Order());
        Assert.DoesNotContain(due, row => row.Item2 <= world.Now);
    }

    private static void CheckProfile(FigureWorld world, StoredProfile profile, RfmCuts? cuts)
    {
        var history = world.HistoryOf(profile.CustomerId);
        var value = CustomerProfile.Of(history, world.Definitions, world.Now);
        Assert.Equal(value, profile.Value);
        var score = cuts?.Score(value, Fact.IdOf(profile.CustomerId));
        Assert.Equal(
            (value.LastOrderAt ?? 0, value.Orders, value.Gross, value.Net, value.Lifecycle,
                StageOf(world, profile.CustomerId, value)),
            (profile.LastOrderAt, profile.Frequency, profile.MonetaryMinor, profile.NetMinor, profile.Lifecycle,
                profile.IdicStage));
        Assert.Equal(
            score is null ? null : new RfmMark(score.Recency, score.Frequency, score.Monetary, score.CutVersion),
            profile.Rfm);
        Assert.Equal(value.Orders == 0 ? RfmGroup.Prospect : score?.Group ?? RfmGroup.Other, profile.RfmGroup);
        Assert.Equal(world.Customers.ContainsKey(profile.CustomerId), profile.Exists);
        var granted = world.Consents.Values
            .Where(c => c.CustomerId == profile.CustomerId && c.Recorded == ConsentStatus.Granted)
            .Where(c => !(c.ExpiresAt <= world.Clock.Now));
        Assert.Equal(
            granted.Select(c => $"{c.Purpose}/{c.Channel}").Order(),
            profile.Consents.Where(c => c.IsGranted(profile.CountedAt)).Select(c => $"{c.Purpose}/{c.Channel}")
                .Order());
    }

    // The stages once more, from documents instead of profiles.
    private static IdicStage StageOf(FigureWorld world, string customer, CustomerProfile value)
    {
        var known = world.Customers.TryGetValue(customer, out var c)
            && (c.Email is not null || c.Phone is not null || c.DisplayName is not null || c.ExternalIds.Count > 0);
        if (!known)
        {
            return IdicStage.Anonymous;
        }

        var met = world.Interactions.Values.Any(i => i.CustomerId == customer && i.At <= world.Clock.Now
            && (i.Direction == FlowDirection.Inbound || world.Clock.Now - i.At < world.Tenant.Settings.ChurnWindow));
        return value.Orders == 0 ? IdicStage.Identified : met ? IdicStage.Interacting : IdicStage.Differentiated;
    }

    private static async Task CheckMeasuresAsync(FigureWorld world)
    {
        var sums = await world.Reader.MeasurementsAsync(null, FigureWorld.Stop);
        var calendar = world.Definitions.Calendar;
        var months = world.Measurements.Values.Select(m => (m.MeasureKey, calendar.PeriodOf(Grain.Month, m.At)));
        foreach (var (key, month) in months.Distinct())
        {
            var same = world.Measurements.Values.Where(
                m => m.MeasureKey == key && calendar.PeriodOf(Grain.Month, m.At) == month);
            Assert.Equal(same.Sum(m => m.Amount), sums.Sum(key, calendar.Bounds(Grain.Month, month)));
        }

        var days = await StoredAsync<MeasureYear>(world, "measures", [""]);
        Assert.Equal(world.Measurements.Count, days.Sum(year => year.Days.Sum(day => day.Count)));
    }

    public static async Task<List<T>> StoredAsync<T>(
        FigureWorld world, string kind, IReadOnlyList<string>? partitions = null)
        where T : class, IDocument
    {
        var all = new List<T>();
        foreach (var partition in partitions ?? Core.Shared.Buckets.Partitions)
        {
            var query = new Query(Container.Figures, partition, kind) { Take = 1_000 };
            all.AddRange((await world.Store.QueryAsync<T>(query, FigureWorld.Stop)).Items);
        }

        return all;
    }
}
