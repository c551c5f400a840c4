using CrmCloud.Core.Pipeline;
using CrmCloud.Core.Shared;
using CrmCloud.Store;

namespace CrmCloud.Core.Tenants;

/// <summary>
/// Who asks, for which tenant and mode, and when. Made from the key alone, passed explicitly, never ambient.
/// </summary>
public sealed record Caller
{
    public required Tenant Tenant { get; init; }

    public required App App { get; init; }

    /// <summary>Bound to the tenant and mode of the key.</summary>
    public required ITenantStore Store { get; init; }

    /// <summary>The instant of the request; the same for everything in it.</summary>
    public required DateTimeOffset Now { get; init; }

    public required string RequestId { get; init; }

    /// <summary>Signs cursors for this tenant and mode.</summary>
    public required CursorSigner Cursors { get; init; }

    /// <summary>New ids; repeatable within a mutation that has an idempotency key.</summary>
    public IdSource Ids { get; init; } = IdSource.Unique;

    /// <summary>The header of that name, or null.</summary>
    public string? IdempotencyHeader { get; init; }

    /// <summary>The client's address, for the audit trail.</summary>
    public string? Ip { get; init; }

    public DataMode Mode => App.Mode;

    public bool Has(Scope scope) => App.Scopes.Contains(scope);

    /// <summary>Whether personal data is shown to him as it is, or masked.</summary>
    public bool SeesPersonalData => Has(Scope.CustomersReadPii) || !Tenant.Settings.MaskPii;

    public bool HasAny(IReadOnlyList<Scope> scopes) => scopes.Any(Has);
}
