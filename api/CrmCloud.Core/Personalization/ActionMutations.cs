using CrmCloud.Core.Kpis.Api;
using CrmCloud.Core.Pipeline;
using CrmCloud.Core.Segments.Api;
using CrmCloud.Core.Shared;
using CrmCloud.Core.Tenants;
using CrmCloud.GraphQL.Binding;
using CrmCloud.Store;

namespace CrmCloud.Core.Personalization;

public sealed record ActionSetPayload(ActionDefinition? Action);

public sealed record ActionStatusSetPayload(ActionDefinition? Action);

public sealed class ActionMutations
{
    /// <summary>Makes an action, as a DRAFT, or changes the one of this key.</summary>
    [Mutation, RequiresScope(Scope.PersonalizationWrite)]
    public async Task<Outcome<Change<ActionSetPayload>>> ActionSetAsync(
        ActionInput input, Caller caller, CancellationToken stop)
    {
        var (before, reserved) = await ActionCatalog.ByKeyAsync(caller.Store, input.Key, stop);
        if (input.Id is not null && before?.Id != input.Id)
        {
            return await ActionCatalog.FindAsync(caller.Store, GlobalId.Local(input.Id, "Action"), stop) is { } named
                ? Problems.Invalid("input.key", $"An action keeps its key; this one's is '{named.ActionKey}'.")
                : Problems.NotFound("action", "input.id");
        }

        if (before is null && (await ActionCatalog.LoadAsync(caller.Store, stop)).Count >= ActionDefinition.Most)
        {
            return Problems.OutOfRange("input.key", $"A tenant has at most {ActionDefinition.Most} actions.");
        }

        var checks = new ActionChecks(caller, await SegmentRulebook.LoadAsync(caller, stop));
        checks.Check(input);
        var start = before ?? New(input, reserved ?? caller.Ids.Next().ToString("N"), caller);
        var after = Apply(start, input, checks);
        if (checks.Problems.Count > 0)
        {
            return Outcome<Change<ActionSetPayload>>.Refuse(checks.Problems);
        }

        if (before is not null && DocumentJson.Write(before).AsSpan().SequenceEqual(DocumentJson.Write(after)))
        {
            return new Change<ActionSetPayload>(new(before)) { Unchanged = before };
        }

        after = after with { UpdatedAt = caller.Now };
        return new Change<ActionSetPayload>(new(after with { Version = after.Version + 1 }))
        {
            Claims = before is null ? [ActionDefinition.ClaimOn(after.ActionKey, after.ActionId)] : [],
        }.With(before, after);
    }

    /// <summary>
    /// ACTIVE shows it, PAUSED does not; a RETIRED action stays so, and what became of it stays readable.
    /// </summary>
    [Mutation, RequiresScope(Scope.PersonalizationWrite)]
    public async Task<Outcome<Change<ActionStatusSetPayload>>> ActionStatusSetAsync(
        DefinitionStatusInput input, Caller caller, CancellationToken stop)
    {
        if (await ActionCatalog.FindAsync(caller.Store, GlobalId.Local(input.Id, "Action"), stop) is not { } before)
        {
            return Problems.NotFound("action", "input.id");
        }

        if (before.Status == input.Status)
        {
            return new Change<ActionStatusSetPayload>(new(before)) { Unchanged = before };
        }

        if (before.Status == DefinitionStatus.Retired)
        {
            return new InvalidInput(
                UserErrorCode.WrongState, "A retired action stays retired; make another one.", "input.status");
        }

        if (input.Status == DefinitionStatus.Draft)
        {
            return new InvalidInput(
                UserErrorCode.WrongState, "It has left DRAFT; PAUSED keeps it from being shown.", "input.status");
        }

        var after = before with { Status = input.Status, UpdatedAt = caller.Now };
        return new Change<ActionStatusSetPayload>(new(after with { Version = after.Version + 1 })).With(before, after);
    }

    private static ActionDefinition New(ActionInput input, string id, Caller caller) => new()
    {
        ActionId = id,
        ActionKey = input.Key,
        Name = input.Name,
        Kind = input.Kind,
        Channels = input.Channels,
        Purpose = input.Purpose,
        Content = [],
        Currency = caller.Tenant.Currency,
        CreatedAt = caller.Now,
        UpdatedAt = caller.Now,
    };

    private static ActionDefinition Apply(
        ActionDefinition action, ActionInput input, ActionChecks checks) => action with
    {
        Name = input.Name.Trim(),
        Kind = input.Kind,
        Channels = input.Channels,
        Purpose = input.Purpose,
        Content = [.. input.Content.Select(c => new LocalizedContent(c.Language, c.Title, c.Body, c.Payload))],
        AudienceText = input.Audience.IsSet ? checks.Rule(input.Audience.Value, "input.audience") : action.AudienceText,
        ExclusionsText = input.Exclusions.IsSet
            ? checks.Rule(input.Exclusions.Value, "input.exclusions")
            : action.ExclusionsText,
        CostMinor = input.Cost.IsSet ? checks.Minor(input.Cost, "input.cost", 0) : action.CostMinor,
        ValueMinor = input.Value.IsSet ? checks.Minor(input.Value, "input.value", 1) : action.ValueMinor,
        Priority = input.Priority ?? action.Priority,
        Cap = input.Cap.IsSet ? input.Cap.Value?.Stored() : action.Cap,
        Window = input.Window.IsSet ? input.Window.Value is { } w ? new(w.From, w.To) : null : action.Window,
        Control = input.Control ?? action.Control,
    };
}
