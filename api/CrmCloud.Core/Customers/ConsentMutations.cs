using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using CrmCloud.Core.Audit;
using CrmCloud.Core.Pipeline;
using CrmCloud.Core.Shared;
using CrmCloud.Core.Tenants;
using CrmCloud.GraphQL.Binding;

namespace CrmCloud.Core.Customers;

/// <summary>What a customer said about one purpose on one channel, with the evidence for it.</summary>
public sealed record ConsentRecordInput
{
    public required Ref Customer { get; init; }

    /// <summary>1 to 60 of a-z, 0-9, '_', '-', '.'; such as marketing.</summary>
    [MaxLength(60), RegularExpression(
        "^[a-z0-9_.-]{1,60}$",
        ErrorMessage = "has 1 to 60 small letters, digits, '_', '.' and '-', such as \"news.email\"")]
    public required string Purpose { get; init; }

    public required Channel Channel { get; init; }

    /// <summary>EXPIRED cannot be recorded: it follows from expiresAt.</summary>
    public required ConsentStatus Status { get; init; }

    [DefaultValue(LawfulBasis.Consent)]
    public LawfulBasis LawfulBasis { get; init; }

    /// <summary>
    /// From when it no longer holds. Left out, a grant that still stands keeps its expiry; a new grant, after one that
    /// expired or was taken back, has none. Null removes it.
    /// </summary>
    public Optional<DateTimeOffset?> ExpiresAt { get; init; }

    public Optional<FrequencyCapInput?> MaxPer { get; init; }

    /// <summary>How much this relation is worth to the customer, 1 to 5 in his own words.</summary>
    [Range(1, 5)]
    public Optional<int?> ValueToCustomer { get; init; }

    /// <summary>Where he said it: a form, a call, a contract.</summary>
    [MaxLength(120), MinLength(1)]
    public required string Source { get; init; }

    [MaxLength(60)]
    public string? WordingVersion { get; init; }

    [Scalar("URL"), MaxLength(500)]
    public string? ProofUrl { get; init; }
}

public sealed record ConsentRecordPayload(Consent? Consent);

public sealed class ConsentMutations
{
    private const int MostHistory = 100;

    /// <summary>
    /// Records what a customer permits, refuses or takes back. Every change of status or evidence is kept in the
    /// history.
    /// </summary>
    [Mutation, RequiresScope(Scope.CustomersWrite)]
    public async Task<Outcome<Change<ConsentRecordPayload>>> ConsentRecordAsync(
        ConsentRecordInput input, Caller caller, CancellationToken stop)
    {
        var customer = await CustomerLookup.ByRefAsync(caller.Store, input.Customer, stop);
        if (customer is null)
        {
            return CustomerProblems.NotFound("input.customer");
        }

        var key = Consent.KeyOf(customer.CustomerId, input.Purpose, input.Channel);
        var before = await caller.Store.FindAsync<Consent>(key, stop);
        var by = new Actor(ActorKind.App, caller.App.AppId, caller.App.Name);
        var decided = Decide(before, customer.CustomerId, input, by, caller.Now);
        if (!decided.Succeeded)
        {
            return Outcome<Change<ConsentRecordPayload>>.Refuse(decided.Problems);
        }

        var after = decided.Value;
        return ReferenceEquals(before, after)
            ? new Change<ConsentRecordPayload>(new(after)) { Unchanged = after }
            : new Change<ConsentRecordPayload>(new(after with { Version = after.Version + 1 })).With(before, after);
    }

    /// <summary>The consent after the input; the same object when the input says nothing new.</summary>
    public static Outcome<Consent> Decide(
        Consent? before, string customerId, ConsentRecordInput input, Actor by, DateTimeOffset now,
        string path = "input")
    {
        if (Check(input, now, path) is { Count: > 0 } problems)
        {
            return problems;
        }

        var evidence = new ConsentEvidence(input.Source, input.WordingVersion, now, input.ProofUrl);
        var isNewGrant = input.Status == ConsentStatus.Granted && before?.StatusAt(now) != ConsentStatus.Granted;
        var after = (before ?? new Consent
        {
            CustomerId = customerId,
            Purpose = input.Purpose,
            Channel = input.Channel,
            Recorded = input.Status,
            Evidence = evidence,
        }) with
        {
            Recorded = input.Status,
            LawfulBasis = input.LawfulBasis,
            ExpiresAt = (input.ExpiresAt.IsSet ? input.ExpiresAt.Value : isNewGrant ? null : before?.ExpiresAt)
                ?.ToUniversalTime(),
            MaxPer = input.MaxPer.IsSet ? input.MaxPer.Value?.Stored() : before?.MaxPer,
            ValueToCustomer = input.ValueToCustomer.IsSet ? input.ValueToCustomer.Value : before?.ValueToCustomer,
        };
        var sameWords = before is not null && before.Evidence with { CapturedAt = now } == evidence;
        if (sameWords && after == before)
        {
            return before!;
        }

        return after with
        {
            Evidence = evidence,
            GrantedAt = isNewGrant ? now : after.GrantedAt,
            RevokedAt = input.Status == ConsentStatus.Revoked ? before?.RevokedAt ?? now : null,
            History = [.. after.History.TakeLast(MostHistory - 1), new ConsentEvent(now, input.Status, by, evidence)],
        };
    }

    private static List<Problem> Check(ConsentRecordInput input, DateTimeOffset now, string path)
    {
        var problems = new List<Problem>();
        if (input.Status == ConsentStatus.Expired)
        {
            problems.Add(Problems.Invalid($"{path}.status", "Expiry is not recorded; give expiresAt.",
                ["GRANTED", "DENIED", "REVOKED", "PENDING_CONFIRMATION"]));
        }

        if (input.ExpiresAt.Value is { } expires && (expires < now.AddYears(-100) || expires > now.AddYears(100)))
        {
            problems.Add(Problems.OutOfRange($"{path}.expiresAt", "Within a hundred years of now."));
        }

        if (input.MaxPer.Value?.Check($"{path}.maxPer") is { } tooLong)
        {
            problems.Add(tooLong);
        }

        return problems;
    }
}
