using CrmCloud.Core.Customers;
using CrmCloud.Core.Interactions;
using CrmCloud.Core.Kpis;
using CrmCloud.Core.Personalization.Deciding;
using CrmCloud.Core.Rules;
using CrmCloud.Core.Segments;
using CrmCloud.Core.Shared;
using CrmCloud.Core.Tenants;

namespace CrmCloud.Core.Personalization;

public enum SuppressionReason
{
    NotEligible,
    WrongStage,
    NoConsent,
    FrequencyCap,
    LowValueToCustomer,
    HeldOut,
    OutOfWindow,
    ChannelMismatch,
    Excluded,

    /// <summary>
    /// The customer accepted it: it comes back with its next window; without a window after the span of its cap, or
    /// after 30 days.
    /// </summary>
    AlreadyAccepted,
}

/// <summary>Why an action is not for this customer now, and the fact that says so.</summary>
internal sealed record Refusal(SuppressionReason Reason, string Text);

/// <summary>An active action with its rules ready; a rule that no longer compiles lets nobody through.</summary>
internal sealed record ReadyAction(
    ActionDefinition Action, CompiledRule? Audience, CompiledRule? Exclusions, string? Fault)
{
    public IEnumerable<CompiledRule> Rules => new[] { Audience, Exclusions }.OfType<CompiledRule>();

    public static ReadyAction Of(ActionDefinition action, RuleCompiler compiler)
    {
        var (audience, exclusions) = (Compile(action.AudienceText), Compile(action.ExclusionsText));
        var fault = (audience?.Problems ?? []).Concat(exclusions?.Problems ?? []).FirstOrDefault();
        return new(
            action, audience is { Succeeded: true } ? audience.Value.Value : null,
            exclusions is { Succeeded: true } ? exclusions.Value.Value : null, fault?.Message);

        Outcome<CompiledRule>? Compile(string? text) =>
            text is null ? (Outcome<CompiledRule>?)null : compiler.Compile(text);
    }
}

/// <summary>
/// One customer as he stands now, and whether an action is for him: the first gate that holds it back.
/// </summary>
internal sealed class Eligibility(Caller caller, CustomerSubject who, EligibilityFacts facts)
{
    private readonly LeafCache _cache = new();
    private readonly ActionGates _gates = new(caller, facts);

    public int Today => _gates.Today;

    public RfmGroup Group => who.Subject.Profile?.RfmGroup ?? RfmGroup.Prospect;

    /// <summary>Null for a candidate.</summary>
    public Refusal? Judge(ReadyAction ready, Channel channel)
    {
        var action = ready.Action;
        return _gates.Place(action, channel)
            ?? Rules(ready)
            ?? Stage(action)
            ?? _gates.Consent(action, channel)
            ?? _gates.Accepted(action)
            ?? _gates.Caps(action, channel);
    }

    private Refusal? Rules(ReadyAction ready)
    {
        if (ready.Fault is { } fault)
        {
            return new(SuppressionReason.NotEligible, $"Its rule can no longer be read: {fault}");
        }

        if (who.IsTorn && ready.Rules.Any(rule => rule.ReadsEvents))
        {
            return new(SuppressionReason.NotEligible,
                "The customer's history cannot be read now, and its rules ask for events; a recount repairs it.");
        }

        if (ready.Audience is { } audience && !audience.Evaluate(who.Subject, caller.Now, _cache))
        {
            return new(SuppressionReason.NotEligible,
                $"The customer is not in the action's audience: {Why(audience, holds: false)}");
        }

        if (ready.Exclusions is { } exclusions && exclusions.Evaluate(who.Subject, caller.Now, _cache))
        {
            return new(SuppressionReason.Excluded, $"Excluded: {Why(exclusions, holds: true)}");
        }

        return facts.Log?.Of(ready.Action.ActionId)?.ComplainedAt is { } at
            ? new(SuppressionReason.Excluded, $"The customer complained about it on {at:yyyy-MM-dd}.")
            : null;
    }

    private Refusal? Stage(ActionDefinition action)
    {
        var needed = action.Kind switch
        {
            ActionKind.IdentificationIncentive => IdicStage.Anonymous,
            ActionKind.ServiceLevel or ActionKind.ProductAdaptation => IdicStage.Interacting,
            _ => IdicStage.Differentiated,
        };
        var stage = who.Subject.Profile?.IdicStage ?? IdicStage.Anonymous;
        return stage >= needed
            ? null
            : new(SuppressionReason.WrongStage,
                $"{Name(action.Kind)} needs the stage {Name(needed)}; the customer's is {Name(stage)}.");
    }

    // The clauses that decided, with the values they saw; personal ones only for who may see such.
    private string Why(CompiledRule rule, bool holds)
    {
        var clauses = rule.Trace(who.Subject, caller.Now, _cache).Where(clause => clause.Result == holds).Take(3)
            .Select(clause => clause.Actual is { } actual
                ? $"{clause.Clause} "
                    + $"(is {(clause.IsPersonal && !caller.SeesPersonalData ? Pipeline.PiiAttribute.Mask : actual)})"
                : clause.Clause);
        return $"{(holds ? "it holds that" : "it does not hold that")} {string.Join("; ", clauses)}.";
    }

    private static string Name(Enum value) => Problem.PublicName(value);
}

/// <summary>What is recorded of a customer beside his figures; always as it is now.</summary>
internal sealed record EligibilityFacts(
    IReadOnlyList<Consent> Consents, ContactLog? Log, Contacts Contacts, FrequencyCap? Everything)
{
    public static async Task<EligibilityFacts> LoadAsync(
        Caller caller, string customerId, IEnumerable<ActionDefinition> actions, CancellationToken stop)
    {
        var consents = await CustomerFields.ConsentsOfAsync(caller.Store, customerId, stop);
        var log = await caller.Store.FindAsync<ContactLog>(ContactLog.KeyOf(customerId), stop);
        var everything = caller.Tenant.Settings.FrequencyCap;
        var purposes = actions.Select(action => action.Purpose).ToHashSet(StringComparer.Ordinal);
        var caps = consents.Where(c => purposes.Contains(c.Purpose)).Select(c => c.MaxPer).Append(everything);
        return new(consents, log, await Contacts.LoadAsync(caller, customerId, log, caps, stop), everything);
    }

    public Consent? ConsentFor(string purpose, Channel channel) =>
        Consents.FirstOrDefault(c => c.Purpose == purpose && c.Channel == channel);

    /// <summary>The caps that a contact must keep, with what counts toward each.</summary>
    public IEnumerable<(string What, FrequencyCap Cap, IEnumerable<DateTimeOffset> Contacts)> CapsOf(
        ActionDefinition action, Channel channel)
    {
        if (action.Cap is { } own)
        {
            yield return ("the action", own, Contacts.OfAction(action.ActionId));
        }

        if (ConsentFor(action.Purpose, channel)?.MaxPer is { } permitted)
        {
            var what = $"the consent for {action.Purpose} on {Problem.PublicName(channel)}";
            yield return (what, permitted, Contacts.OfChannel(channel));
        }

        if (Everything is { } all)
        {
            yield return ("all contacts", all, Contacts.All);
        }
    }
}
