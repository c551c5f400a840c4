using System.IO.Pipes;
using CrmCloud.Api.Logging;
using Microsoft.Extensions.Options;

namespace CrmCloud.Api.Control;

/// <summary>Answers the command line while the server holds the data directory. One command at a time.</summary>
public sealed class ControlServer(
    ControlCommands commands, IOptions<CrmCloudOptions> options, TimeProvider clock, ILogger<ControlServer> log)
    : BackgroundService
{
    private static readonly TimeSpan MostPerCommand = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan AfterFailure = TimeSpan.FromSeconds(5);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var name = ControlPipe.NameFor(options.Value.DataDirectory);
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await ServeOneAsync(name, stoppingToken);
            }
            catch (OperationCanceledException)
            {
                // Asked to stop, which ends the loop, or a client that connected and said nothing: the next is served.
            }
#pragma warning disable CA1031 // The edge: trouble with one command must not end the server that others use.
            catch (Exception failure)
#pragma warning restore CA1031
            {
                log.CommandFailed(failure);
                await Task.Delay(AfterFailure, clock, stoppingToken);
            }
        }
    }

    private async Task ServeOneAsync(string name, CancellationToken stop)
    {
        await using var pipe = new NamedPipeServerStream(name, PipeDirection.InOut, 1, PipeTransmissionMode.Byte,
            PipeOptions.Asynchronous | PipeOptions.CurrentUserOnly);
        await pipe.WaitForConnectionAsync(stop);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(stop);
        limit.CancelAfter(MostPerCommand);
        if (await ControlPipe.ReceiveAsync<ControlRequest>(pipe, limit.Token) is { } request)
        {
            var answer = await commands.RunAsync(request, limit.Token);
            log.Commanded(request.Command, answer.ExitCode == 0 ? "done" : "refused");
            await ControlPipe.SendAsync(pipe, answer, limit.Token);
        }
    }
}
