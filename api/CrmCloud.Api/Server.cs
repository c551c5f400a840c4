using CrmCloud.Api.CommandLine;
using CrmCloud.Store;
using Microsoft.Extensions.Options;

namespace CrmCloud.Api;

/// <summary>Runs until it is asked to stop; requests under way and workers are let end.</summary>
public static class Server
{
    public static async Task<int> RunAsync(string[] args)
    {
        try
        {
            await using var app = CrmCloudHost.Build(args);
            await app.RunAsync();
            return ExitCodes.Ok;
        }
        catch (OptionsValidationException wrong)
        {
            return await RefuseAsync(ExitCodes.Usage, string.Join(Environment.NewLine, wrong.Failures));
        }
        catch (StoreUnavailableException locked)
        {
            return await RefuseAsync(ExitCodes.Refused, locked.Message);
        }
        catch (IOException busy)
        {
            // Most often: another program listens on the address.
            return await RefuseAsync(ExitCodes.Failed, busy.Message);
        }
    }

    private static async Task<int> RefuseAsync(int exitCode, string message)
    {
        await Console.Error.WriteLineAsync($"CrmCloud did not start. {message}");
        return exitCode;
    }
}
