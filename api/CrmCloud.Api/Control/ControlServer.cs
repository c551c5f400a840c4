using System.IO.Pipes;
using CrmCloud.Api.Logging;
using Microsoft.Extensions.Options;

namespace CrmCloud.Api.Control;

/// <summary>
/// Answers the command line while the server holds the data directory. Two commands at once, so that one that takes
/// hours leaves room for the others.
/// </summary>
public sealed class ControlServer(
    ControlCommands commands, IOptions<CrmCloudOptions> options, TimeProvider clock, ILogger<ControlServer> log)
    : BackgroundService
{
    private static readonly TimeSpan MostPerCommand = TimeSpan.FromSeconds(30);

    /// <summary>A tenant of some hundred gigabytes.</summary>
    internal static readonly TimeSpan MostPerMove = TimeSpan.FromHours(24);

    private const int AtOnce = 2;

    private static readonly TimeSpan AfterFailure = TimeSpan.FromSeconds(5);

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Task.WhenAll(Enumerable.Range(0, AtOnce).Select(_ => ServeAsync(stoppingToken)));

    private async Task ServeAsync(CancellationToken stoppingToken)
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
        await using var pipe = new NamedPipeServerStream(name, PipeDirection.InOut, AtOnce, PipeTransmissionMode.Byte,
            PipeOptions.Asynchronous | PipeOptions.CurrentUserOnly);
        await pipe.WaitForConnectionAsync(stop);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(stop);
        limit.CancelAfter(MostPerCommand);
        if (await ControlPipe.ReceiveAsync<ControlRequest>(pipe, limit.Token) is { } request)
        {
            limit.CancelAfter(MoveCommands.Knows(request.Command) ? MostPerMove : MostPerCommand);
            var left = CancelWhenLeftAsync(pipe, limit);
            var answer = await commands.RunAsync(request, limit.Token);
            log.Commanded(request.Command, answer.ExitCode == 0 ? "done" : "refused");
            await ControlPipe.SendAsync(pipe, answer, limit.Token);
            await left.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    // Who asked sends nothing more, so that the next read ends when he hears the answer or has gone.
    private static async Task CancelWhenLeftAsync(NamedPipeServerStream pipe, CancellationTokenSource command)
    {
        _ = await pipe.ReadAsync(new byte[1], command.Token);
        await command.CancelAsync();
    }
}
