using System.CommandLine;
using Microsoft.Extensions.Options;

namespace CrmCloud.Api.CommandLine;

/// <summary>The commands beside the server. Data goes to stdout, words for people to stderr.</summary>
public static class CommandLineTool
{
    private static readonly string[] Questions = ["--help", "-h", "-?", "/?", "--version"];

    /// <summary>Whether the arguments are a command; settings of the server begin with '-' or hold a '='.</summary>
    public static bool Handles(string[] args) =>
        args.Length > 0 && (Questions.Contains(args[0])
            || (args[0][..1] is not ("-" or "/") && !args[0].Contains('=')));

    /// <returns>See <see cref="ExitCodes"/>.</returns>
    public static async Task<int> RunAsync(string[] args)
    {
        var parsed = Root().Parse(args);
        if (parsed.Errors.Count > 0)
        {
            foreach (var error in parsed.Errors)
            {
                await Console.Error.WriteLineAsync(error.Message);
            }

            await Console.Error.WriteLineAsync("See --help.");
            return ExitCodes.Usage;
        }

        try
        {
            return await parsed.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false });
        }
        catch (OptionsValidationException wrong)
        {
            await Console.Error.WriteLineAsync(string.Join(Environment.NewLine, wrong.Failures));
            return ExitCodes.Usage;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            await Console.Error.WriteLineAsync(failure.Message);
            return ExitCodes.Failed;
        }
    }

    private static RootCommand Root() => new(
        "CrmCloud. Without a command it serves GraphQL on http://127.0.0.1:5080; "
            + "--urls or ASPNETCORE_URLS change that.")
    {
        TenantCommand.Make(),
        DoctorCommand.Make(),
    };
}
