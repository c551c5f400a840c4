using System.IO.Pipes;
using CrmCloud.Api.CommandLine;
using CrmCloud.Core.Tenants;
using CrmCloud.Store;
using CrmCloud.Store.Sqlite;

namespace CrmCloud.Api.Control;

/// <summary>Runs a command: in the server that holds the data directory, or here when none does.</summary>
public sealed class ControlClient(string dataDirectory, TimeProvider clock)
{
    private static readonly TimeSpan Connecting = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan MostWait = TimeSpan.FromSeconds(60);

    public async Task<ControlAnswer> RunAsync(ControlRequest request, CancellationToken stop)
    {
        try
        {
            return await AskServerAsync(request, stop) ?? await RunHereAsync(request, stop);
        }
        catch (StoreUnavailableException)
        {
            // The server may have started between the two attempts; one more question settles it.
            return await AskServerAsync(request, stop) ?? new(ExitCodes.Refused,
                $"The data directory '{dataDirectory}' is in use by a process that does not answer, or cannot be "
                + "written to. Run the command as the user who runs the server, or stop the server first.");
        }
    }

    /// <returns>Null when no server listens.</returns>
    public async Task<ControlAnswer?> AskServerAsync(ControlRequest request, CancellationToken stop)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(stop);
        limit.CancelAfter(MostWait);
        var name = ControlPipe.NameFor(dataDirectory);
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

    private async Task<ControlAnswer> RunHereAsync(ControlRequest request, CancellationToken stop)
    {
        DataFolder.Make(dataDirectory);
        await using var store = new SqliteDocumentStore(new() { DataDirectory = dataDirectory }, clock);
        return await new ControlCommands(store, new TenantDirectory(store, clock)).RunAsync(request, stop);
    }
}
