using System.Text.Json;

namespace CrmCloud.Tests.GraphQL;

/// <summary>A row that did not give what was recorded.</summary>
internal sealed record Difference(string Test, string Expected, string Actual)
{
    public override string ToString() => $"{Test}\nexpected {Expected}\nbut was  {Actual}\n";
}

/// <summary>Replays a file of recorded calls.</summary>
internal static class Replay
{
    /// <returns>How many rows there are, and those that differ. A row that throws differs.</returns>
    public static async Task<(int Rows, IReadOnlyList<Difference> Differences)> FileAsync(
        RecordedCases cases, string file)
    {
        var (language, execution) = (new LanguageReplay(cases), new ExecutionReplay(cases));
        var (count, differences) = (0, new List<Difference>());
        foreach (var row in cases.Rows(file))
        {
            count++;
            var (expected, actual) = await RunAsync(() => file.StartsWith("parse", StringComparison.Ordinal)
                || file.StartsWith("validate", StringComparison.Ordinal)
                    ? Task.FromResult(language.Run(file, row))
                    : execution.RunAsync(file, row));
            if (expected != actual)
            {
                differences.Add(
                    new(row.TryGetProperty("test", out var test) ? test.GetString()! : "?", expected, actual));
            }
        }

        return (count, differences);
    }

    private static async Task<(string Expected, string Actual)> RunAsync(Func<Task<(string, string)>> replay)
    {
        try
        {
            return await replay();
        }
#pragma warning disable CA1031 // A crash of one row is a difference, and the other rows are still worth knowing.
        catch (Exception crash)
#pragma warning restore CA1031
        {
            return ("no exception", crash.ToString());
        }
    }
}
