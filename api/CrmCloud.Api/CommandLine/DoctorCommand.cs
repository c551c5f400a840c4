using System.CommandLine;
using System.Text.Json;
using CrmCloud.Api.Control;

namespace CrmCloud.Api.CommandLine;

/// <summary><c>doctor</c>: whether this machine can run the server, and what is in the way.</summary>
public static class DoctorCommand
{
    private const long LeastFreeBytes = 100L << 20;

    public static Command Make()
    {
        var doctor = new Command("doctor", "Checks settings, disk and store, and says what is in the way.")
        {
            SharedOptions.DataDirectory, SharedOptions.Json,
        };
        doctor.SetAction(RunAsync);
        return doctor;
    }

    private static async Task<int> RunAsync(ParseResult parsed, CancellationToken stop)
    {
        var settings = SharedOptions.Settings(parsed);
        var findings = new List<Finding>
        {
            new("runtime", true, $".NET {Environment.Version}"),
            new("data directory", true, settings.DataDirectory),
            FreeSpace(settings.DataDirectory),
        };
        var client = SharedOptions.Client(parsed);
        var server = await client.AskServerAsync(new(ControlCommands.Check), stop);
        findings.Add(new("server", true, server is null ? "not running on this data directory" : "running"));
        var store = server ?? await client.RunAsync(new(ControlCommands.Check), stop);
        findings.Add(new("store", store.ExitCode == ExitCodes.Ok, store.Message));

        Print(findings, parsed.GetValue(SharedOptions.Json));
        return findings.All(finding => finding.Good) ? ExitCodes.Ok : ExitCodes.Failed;
    }

    private static Finding FreeSpace(string directory)
    {
        // The folder may not exist yet; its nearest parent lies on the same disk.
        var existing = Path.GetFullPath(directory);
        while (!Directory.Exists(existing) && Path.GetDirectoryName(existing) is { } parent)
        {
            existing = parent;
        }

        var freeBytes = new DriveInfo(existing).AvailableFreeSpace;
        return new("disk", freeBytes >= LeastFreeBytes,
            $"{freeBytes >> 20} MB free; {LeastFreeBytes >> 20} MB are the least");
    }

    private static void Print(List<Finding> findings, bool json)
    {
        if (json)
        {
            Console.WriteLine(JsonSerializer.Serialize(findings, ControlJson.Options));
            return;
        }

        foreach (var finding in findings)
        {
            Console.WriteLine($"{(finding.Good ? "ok" : "FAULT"),-6} {finding.Check,-15} {finding.Detail}");
        }
    }

    private sealed record Finding(string Check, bool Good, string Detail);
}
