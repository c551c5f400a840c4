using System.IO.Pipes;
using CrmCloud.Api.CommandLine;
using CrmCloud.Store;
using Microsoft.Extensions.Options;

namespace CrmCloud.Api.Control;

/// <summary>
/// Runs a command: in the server that holds the data directory, or here, on the store that the settings name, when none
/// does.
/// </summary>
public sealed class ControlClient(CrmCloudOptions settings, TimeProvider clock)
{
    private static readonly TimeSpan Connecting = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan MostWait = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan MostWaitForMove = ControlServer.MostPerMove + TimeSpan.FromMinutes(1);

    public async Task<ControlAnswer> RunAsync(ControlRequest request, CancellationToken stop)
    {
        try
        {
            return await AskServerAsync(request, stop) ?? await RunHereAsync(request, stop);
        }
        catch (StoreUnavailableException failure) when (settings.IsCosmos())
        {
            return new(ExitCodes.Failed, failure.Message);
        }
        catch (StoreUnavailableException)
        {
            // The server may have started between the two attempts; one more question settles it.
            return await AskServerAsync(request, stop) ?? new(ExitCodes.Refused,
                $"The data directory '{settings.DataDirectory}' is in use by a process that does not answer, "
                + "or cannot be written to. Run the command as the user who runs the server, "
                    + "or stop the server first.");
        }
    }

    /// <returns>Null when no server listens.</returns>
    public async Task<ControlAnswer?> AskServerAsync(ControlRequest request, CancellationToken stop)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(stop);
        limit.CancelAfter(MoveCommands.Knows(request.Command) ? MostWaitForMove : MostWait);
        var name = ControlPipe.NameFor(settings.DataDirectory);
        if (!OperatingSystem.IsWindows() && !File.Exists(name))
        {
            return null;
        }

        try
        {
            await using var pipe = new NamedPipeClientStream(
                ".", name, PipeDirection.InOut, PipeOptions.Asynchronous | PipeOptions.CurrentUserOnly);
            await pipe.ConnectAsync(Connecting, limit.Token);
            await ControlPipe.SendAsync(pipe, request, limit.Token);
            return await ControlPipe.ReceiveAsync<ControlAnswer>(pipe, limit.Token)
                ?? new(ExitCodes.Failed, "The server closed the connection without an answer; look into its log.");
        }
        catch (Exception failure) when (failure is TimeoutException or IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    // The same parts as the server's, so that a command means the same whether it runs or not.
    private async Task<ControlAnswer> RunHereAsync(ControlRequest request, CancellationToken stop)
    {
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddSingleton(Options.Create(settings));
        services.AddSingleton(clock);
        CrmCloudHost.AddTenants(services);
        await using var provider = services.BuildServiceProvider();
        await StoreSettings.CheckStartAsync(provider.GetRequiredService<IDocumentStore>(), withLeases: false, stop);
        return await provider.GetRequiredService<ControlCommands>().RunAsync(request, stop);
    }
}
