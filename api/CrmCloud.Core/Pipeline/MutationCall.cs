using CrmCloud.Core.Shared;
using CrmCloud.Core.Tenants;

namespace CrmCloud.Core.Pipeline;

/// <summary>What every mutation takes beside its input.</summary>
/// <param name="IdempotencyKey">
/// Same key + same input within 24 h returns the first result (`meta.replayed`); same key + other input is an
/// IdempotencyMismatchError. 1 to 200 characters. The header Idempotency-Key does the same for a whole document.
/// </param>
/// <param name="DryRun">Validate and show the effect (`meta.changes`) without storing anything.</param>
/// <param name="IfVersion">Write only if the stored revision is this one; else ConflictError.</param>
public sealed record MutationOptions(
    string? IdempotencyKey = null,
    bool DryRun = false,
    [property: CrmCloud.GraphQL.Binding.Scalar("Version")] long? IfVersion = null);

/// <summary>One mutation field of a request, ready to be decided.</summary>
/// <param name="Field">Name in the schema.</param>
/// <param name="ResponseKey">Alias, or the name: tells two of one field in a document apart under one header.</param>
/// <param name="Input">The coerced input, of which the input hash is made.</param>
public sealed record MutationCall(
    string Field, string ResponseKey, object Input, MutationOptions Options, Caller Caller)
{
    /// <summary>The key that makes the call repeatable; null where the caller gave none.</summary>
    public string? IdempotencyKey => Options.IdempotencyKey
        ?? (Caller.IdempotencyHeader is { } header ? $"{header}:{ResponseKey}" : null);

    /// <summary>Whether it is one item of a list.</summary>
    public bool IsItem { get; init; }

    /// <summary>The same call for one item of a list, with a key of its own.</summary>
    public MutationCall Item(int index, object input) => this with
    {
        IsItem = true,
        Input = input,
        ResponseKey = $"{ResponseKey}.{index}",
        Options = Options with
        {
            IfVersion = null,
            IdempotencyKey = Options.IdempotencyKey is { } key ? $"{key}.{index}" : null,
        },
    };
}

/// <summary>What came of a mutation.</summary>
public sealed record MutationResult<TPayload>
{
    /// <summary>Null when refused.</summary>
    public TPayload? Payload { get; init; }

    public IReadOnlyList<IUserError> UserErrors { get; init; } = [];

    public IReadOnlyList<Warning> Warnings { get; init; } = [];

    public required MutationMeta Meta { get; init; }
}

/// <param name="Replayed">The answer of an earlier request with the same idempotency key.</param>
/// <param name="Changes">What was written or, in a dry run, would be; personal values are left out.</param>
public sealed record MutationMeta(
    [property: CrmCloud.GraphQL.Binding.Id] string RequestId,
    bool DryRun, bool Replayed, IReadOnlyList<FieldChange> Changes)
{
    /// <summary>
    /// Send it as the header X-Consistency-Token with later requests: they then see this change, whichever process
    /// answers. Null where they do anyway.
    /// </summary>
    public string? ConsistencyToken { get; init; }
}
