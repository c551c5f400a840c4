using CrmCloud.Tests.GraphQL;

namespace CrmCloud.Benchmarks;

/// <summary>Replays any folder of recorded GraphQL calls, in the form of graphql-js's, and says what passed.</summary>
internal static class ConformanceReport
{
    private const int DifferencesShown = 3;

    /// <param name="args">The folder: `*.jsonl` beside `schemas.json`.</param>
    public static async Task RunAsync(string[] args)
    {
        if (args.Length == 0 || !Directory.Exists(args[0]))
        {
            Console.Error.WriteLine("usage: conformance <folder>; the folder holds *.jsonl files and schemas.json");
            Environment.ExitCode = 2;
            return;
        }

        var cases = new RecordedCases(args[0]);
        foreach (var file in RecordedCases.Files.Where(cases.Has))
        {
            var (rows, differences) = await Replay.FileAsync(cases, file);
            Console.WriteLine($"{Path.GetFileNameWithoutExtension(file)}: {rows - differences.Count}/{rows}");
            foreach (var difference in differences.Take(DifferencesShown))
            {
                Console.WriteLine(difference);
            }
        }
    }
}
