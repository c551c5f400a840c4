using System.Diagnostics;

namespace CrmCloud.Tests.GraphQL;

/// <summary>Other people's JavaScript, run by node; tests are skipped where it is not installed.</summary>
public static class Npm
{
    public static string Folder { get; } = Path.Combine(Repository.Root, "tests", "CrmCloud.Tests", "npm");

    /// <summary>Starts a script of the folder; to be ended by closing its input.</summary>
    public static Process Start(string script, params string[] arguments)
    {
        Skip.If(Find("node") is null, "node is not installed.");
        Skip.IfNot(
            Directory.Exists(Path.Combine(Folder, "node_modules")),
            "The npm packages are not installed: run `npm ci` in tests/CrmCloud.Tests/npm.");
        return Process.Start(new ProcessStartInfo("node", [Path.Combine(Folder, script), .. arguments])
        {
            WorkingDirectory = Folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
    }

    /// <returns>What the script printed, trimmed.</returns>
    public static async Task<string> RunAsync(string script, params string[] arguments)
    {
        using var process = Start(script, arguments);
        var errors = process.StandardError.ReadToEndAsync();
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(5));
        try
        {
            var printed = await process.StandardOutput.ReadToEndAsync(limit.Token);
            await process.WaitForExitAsync(limit.Token);
            Assert.True(process.ExitCode == 0, await errors);
            return printed.Trim();
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill(entireProcessTree: true);
            }
        }
    }

    /// <summary>A program on the path; null when it is not installed.</summary>
    public static string? Find(string program) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
            .Select(folder => Path.Combine(folder, program)).FirstOrDefault(File.Exists);
}
