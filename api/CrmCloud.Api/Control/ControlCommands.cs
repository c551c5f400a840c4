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
        var listed = new List<ListedTenant>();
        foreach (var entry in await tenants.ListAsync(stop))
        {
            listed.Add(new(entry.Slug, entry.CreatedAt, await tenants.ReadOnlyModesAsync(entry.Slug, stop)));
        }

        return new(ExitCodes.Ok, $"{Counted(listed.Count)}.{Frozen(listed)}") { Tenants = listed };
    }

    private static string Counted(int count) => count == 1 ? "1 tenant" : $"{count} tenants";

    // A freeze that its command did not undo is found by whoever looks, before a client complains.
    private static string Frozen(IEnumerable<ListedTenant> listed)
    {
        var frozen = listed.Where(one => one.ReadOnly.Count > 0).Select(one => one.Slug).ToList();
        return frozen.Count == 0 ? "" : $" Read-only until 'tenant unfreeze': {string.Join(", ", frozen)}.";
    }

    private async Task<ControlAnswer> CheckAsync(CancellationToken stop)
    {
        await stores.CheckAsync(stop);
        var listed = await ListAsync(stop);
        return listed with { Message = $"The store reads; {listed.Message}" };
    }
}
