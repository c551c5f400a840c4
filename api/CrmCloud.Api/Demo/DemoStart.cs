using CrmCloud.Api.Http;
namespace CrmCloud.Api.Demo;
public sealed class DemoStart(Readiness readiness) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken) { readiness.Preparing(null); return Task.CompletedTask; }
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
