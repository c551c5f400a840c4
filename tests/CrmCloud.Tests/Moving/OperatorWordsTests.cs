using CrmCloud.Api.CommandLine;
using CrmCloud.Api.Control;
using CrmCloud.Core.Moving;
using CrmCloud.Core.Tenants;
using CrmCloud.Store;
using Microsoft.Extensions.DependencyInjection;

namespace CrmCloud.Tests.Moving;

/// <summary>What commands tell an operator of the tenants that are there.</summary>
public sealed class OperatorWordsTests : IAsyncDisposable
{
    private readonly MoveWorld _world = new();

    public ValueTask DisposeAsync() => _world.DisposeAsync();

    [Fact]
    public async Task Whoever_lists_the_tenants_or_asks_the_doctor_sees_who_is_read_only()
    {
        var cloud = await _world.EmbeddedAsync();
        var tenants = cloud.Services.GetRequiredService<TenantDirectory>();
        await tenants.CreateAsync(new("frozen", "GBP", "Europe/London"), default);
        await tenants.CreateAsync(new("thawed", "GBP", "Europe/London"), default);
        await cloud.Services.GetRequiredService<TenantFreeze>().FreezeAsync("frozen", default);

        var listed = await AskAsync(cloud, new(ControlCommands.List));
        var doctor = await AskAsync(cloud, new(ControlCommands.Check));

        var frozen = listed.Tenants!.Single(one => one.Slug == "frozen");
        Assert.Equal("read-only", frozen.State);
        Assert.Equal(Enum.GetValues<DataMode>(), frozen.ReadOnly);
        Assert.Equal("", listed.Tenants!.Single(one => one.Slug == "thawed").State);
        Assert.All([listed, doctor], answer =>
            Assert.EndsWith("Read-only until 'tenant unfreeze': frozen.", answer.Message, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_comparison_says_that_everything_is_equal_where_it_is()
    {
        var cloud = await _world.EmbeddedAsync();
        var tenants = cloud.Services.GetRequiredService<TenantDirectory>();
        await tenants.CreateAsync(new("acme", "GBP", "Europe/London"), default);
        var file = _world.File("acme.tenant");
        await MoveWorld.ExportAsync(cloud, "acme", file);

        var answer = await AskAsync(cloud, new(MoveCommands.Compare) { Path = file });

        Assert.Equal(ExitCodes.Ok, answer.ExitCode);
        Assert.Contains("Everything is equal to the file.", answer.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("mood", false)]
    [InlineData("1", false)]
    [InlineData("Sandbox", true)]
    public void A_mode_is_live_or_sandbox_and_the_refusal_says_so(string mode, bool accepted)
    {
        var errors = TenantCommand.Make().Parse(["key", "acme", "--mode", mode]).Errors;

        Assert.Equal(accepted ? [] : [$"There is no mode '{mode}'; --mode is live or sandbox."],
            errors.Select(error => error.Message));
    }

    private static Task<ControlAnswer> AskAsync(TestCloud cloud, ControlRequest request) =>
        cloud.Services.GetRequiredService<ControlCommands>().RunAsync(request, default);
}
