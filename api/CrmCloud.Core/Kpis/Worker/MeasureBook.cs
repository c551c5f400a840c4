using System.Text.Json;
using CrmCloud.Core.Jobs;
using CrmCloud.Store;

namespace CrmCloud.Core.Kpis;

/// <summary>Keeps the sums of measurements: each change replaces what was counted of its measurement before.</summary>
internal sealed class MeasureBook(ITenantStore store)
{
    private const int AtOnce = 30;
    private const int MostAttempts = 8;

    /// <returns>Those that could not be counted.</returns>
    public async Task<IReadOnlyList<Unprocessable>> ApplyAsync(IReadOnlyList<Change> changes, CancellationToken stop)
    {
        var failed = new List<Unprocessable>();
        var latest = changes.GroupBy(change => change.Key).Select(same => same.MaxBy(change => change.Version)!);
        foreach (var some in latest.Chunk(AtOnce))
        {
            var read = some.Select(change => Read(change, failed)).OfType<CountedMeasure>().ToList();
            await SaveAsync(read, stop);
        }

        return failed;
    }

    private static CountedMeasure? Read(Change change, List<Unprocessable> failed)
    {
        try
        {
            var factId = change.Key.Id[(change.Key.Id.IndexOf('/', StringComparison.Ordinal) + 1)..];
            var measure = new CountedMeasure { FactId = factId, SourceVersion = change.Version };
            return change.Deleted ? measure : measure with { Counted = CellOf(change) };
        }
#pragma warning disable CA1031 // The edge: one document, however broken, must not stop the others.
        catch (Exception trouble)
#pragma warning restore CA1031
        {
            failed.Add(new(change.Key, change.Version, DeadLetters.ReasonOf(trouble)));
            return null;
        }
    }

    private static MeasureCell CellOf(Change change)
    {
        var source = JsonSerializer.Deserialize<MeasurementSource>(change.Body.Span, DocumentJson.Options)!;
        var legible = source.Key == change.Key
            && source.MeasureKey.Length is > 0 and <= 100 && !source.MeasureKey.Contains('/')
            && Addresses.IsWellFormed(MeasureYear.KeyOf(source.MeasureKey, null, source.At.Year))
            && Math.Abs(source.Amount) < 1_000_000_000_000_000_000m;
        return legible
            ? MeasureCell.Of(source.MeasureKey, source.At, source.Dimension, source.Amount)
            : throw new FormatException("A measurement is outside its bounds.");
    }

    private async Task SaveAsync(List<CountedMeasure> measures, CancellationToken stop)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await TrySaveAsync(measures, stop);
                return;
            }
            catch (VersionConflictException) when (attempt < MostAttempts)
            {
                // Another worker was faster; what it counted is read and found equal.
            }
        }
    }

    private async Task TrySaveAsync(List<CountedMeasure> measures, CancellationToken stop)
    {
        var known = (await store.FindManyAsync<CountedMeasure>([.. measures.Select(m => m.Key)], stop))
            .ToDictionary(m => m.FactId);
        var moves = new List<(CountedMeasure? Before, CountedMeasure After)>();
        foreach (var measure in measures)
        {
            var before = known.GetValueOrDefault(measure.FactId);
            if (await IsNewsAsync(before, measure, stop))
            {
                moves.Add((before, measure));
            }
        }

        var cells = moves
            .SelectMany(move => new[] { (Cell: move.Before?.Counted, Sign: -1), (Cell: move.After.Counted, Sign: 1) })
            .Where(cell => cell.Cell is not null)
            .Select(cell => (Cell: cell.Cell!, cell.Sign))
            .ToList();
        var years = await YearsAsync(cells, stop);
        var batch = Batch.Of(years.Values.Select(year => (IDocument)year));
        foreach (var (before, after) in moves)
        {
            batch.Put(after with { Version = before?.Version ?? 0 });
        }

        if (batch.Writes.Count > 0)
        {
            await store.SaveAsync(batch, stop);
        }
    }

    // Below a mark of a deletion it is an old repeat, or one that came again after the tombstone was gone.
    private async Task<bool> IsNewsAsync(CountedMeasure? before, CountedMeasure measure, CancellationToken stop)
    {
        if (before is null || before.SourceVersion < measure.SourceVersion)
        {
            return true;
        }

        var doubtful = measure.Counted is not null
            && (before.Counted is null || before.SourceVersion > measure.SourceVersion);
        return doubtful && await new SourceCheck(store)
            .CurrentVersionAsync(Interactions.Measurement.KeyOf(measure.FactId), stop) == measure.SourceVersion;
    }

    private async Task<Dictionary<DocumentKey, MeasureYear>> YearsAsync(
        IReadOnlyList<(MeasureCell Cell, int Sign)> cells, CancellationToken stop)
    {
        var years = cells.Select(cell => MeasureYear.For(cell.Cell)).DistinctBy(year => year.Key)
            .ToDictionary(year => year.Key);
        foreach (var found in await store.FindManyAsync<MeasureYear>([.. years.Keys], stop))
        {
            years[found.Key] = found;
        }

        foreach (var (cell, sign) in cells)
        {
            var key = MeasureYear.For(cell).Key;
            years[key] = years[key].Add(cell, sign);
        }

        return years;
    }
}
