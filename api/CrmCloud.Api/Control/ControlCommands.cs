using CrmCloud.Api.CommandLine;
using CrmCloud.Core.Shared;
using CrmCloud.Core.Tenants;
using CrmCloud.Store;

namespace CrmCloud.Api.Control;

/// <summary>
/// What the operator of this machine may do outside GraphQL; the same whether the server runs or not.
/// </summary>
public sealed class ControlCommands(IDocumentStore stores, TenantDirectory tenants, MoveCommands moves)
{
    public const string Create = "tenant create";
    public const string Key = "tenant key";
    public const string List = "tenant list";
    public const string Check = "doctor";

    public async Task<ControlAnswer> RunAsync(ControlRequest request, CancellationToken stop)
    {
        try
        {
            return request.Command switch
            {
                Create => await CreateAsync(request, stop),
                Key => await KeyAsync(request, stop),
                List => await ListAsync(stop),
                Check => await CheckAsync(stop),
                var move when MoveCommands.Knows(move) => await moves.RunAsync(request, stop),
                _ => new(ExitCodes.Usage, $"The server does not know '{request.Command}'; is it an older version?"),
            };
        }
        catch (StoreUnavailableException failure)
        {
            return new(ExitCodes.Failed, failure.Message);
        }
    }

    private async Task<ControlAnswer> CreateAsync(ControlRequest request, CancellationToken stop)
    {
        var wanted = new TenantRequest(request.Slug ?? "", request.Currency ?? "", request.TimeZone ?? "")
        {
            Name = request.Name,
            Mode = request.Mode,
        };
        return Answer(await tenants.CreateAsync(wanted, stop), "Made tenant");
    }

    private async Task<ControlAnswer> KeyAsync(ControlRequest request, CancellationToken stop) => Answer(
        await tenants.AddAdministrationAsync(request.Slug ?? "", request.Mode, stop),
        $"Made a {(request.Mode == DataMode.Live ? "live" : "sandbox")} key with every scope for tenant");

    private static ControlAnswer Answer(Outcome<NewTenant> outcome, string done)
    {
        if (!outcome.Succeeded)
        {
            var taken = outcome.Problems.Any(problem =>
                problem.Code is UserErrorCode.AlreadyExists or UserErrorCode.TryAgain or UserErrorCode.NotFound);
            var message = string.Join(" ", outcome.Problems.Select(problem => problem.Message));
            return new(taken ? ExitCodes.Refused : ExitCodes.Usage, message);
        }

        var (tenant, app, key) = outcome.Value;
        return new(ExitCodes.Ok, $"{done} '{tenant.Slug}'. The key is shown only now: keep it safe.")
        {
            Created = new(tenant.Slug, tenant.Name, tenant.Currency, tenant.TimeZone, app.Mode, key),
        };
    }

    private async Task<ControlAnswer> ListAsync(CancellationToken stop)
    {
        var listed = await tenants.ListAsync(stop);
        return new(ExitCodes.Ok, $"{listed.Count} tenants.")
        {
            Tenants = [.. listed.Select(entry => new ListedTenant(entry.Slug, entry.CreatedAt))],
        };
    }

    private async Task<ControlAnswer> CheckAsync(CancellationToken stop)
    {
        await stores.CheckAsync(stop);
        var listed = await tenants.ListAsync(stop);
        return new(ExitCodes.Ok, $"The store reads; {listed.Count} tenants.");
    }
}
