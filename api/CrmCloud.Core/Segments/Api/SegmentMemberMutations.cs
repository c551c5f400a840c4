using CrmCloud.Core.Customers;
using CrmCloud.Core.Pipeline;
using CrmCloud.Core.Shared;
using CrmCloud.Core.Tenants;
using CrmCloud.GraphQL.Binding;

namespace CrmCloud.Core.Segments.Api;

/// <summary>Names the members of manual segments.</summary>
public sealed class SegmentMemberMutations
{
    private const int Most = 500;

    /// <summary>
    /// Adds and removes members of a MANUAL segment. Each customer is a step of its own: what is there already counts
    /// as
    /// nothing, and a customer who is not found does not undo the others.
    /// </summary>
    [Mutation, RequiresScope(Scope.SegmentsWrite), Cost(100)]
    public async Task<Outcome<Change<SegmentMembersSetPayload>>> SegmentMembersSetAsync(
        SegmentMembersInput input, Caller caller, MutationItems items, CancellationToken stop)
    {
        var book = await SegmentRulebook.LoadAsync(caller, stop);
        var (adds, removes) = (input.Add ?? [], input.Remove ?? []);
        if (book.Find(input.Segment) is not { } segment)
        {
            return Problems.NotFound("segment", "input.segment");
        }

        if (Check(segment, adds.Count + removes.Count) is { } problem)
        {
            return problem;
        }

        IReadOnlyList<Step> steps =
            [.. adds.Select(who => new Step(who, true)), .. removes.Select(who => new Step(who, false))];
        var known = await CustomerLookup.ByRefsAsync(caller.Store, [.. adds, .. removes], caller.Now, stop);
        var results = await ItemRuns.RunAsync<Step, StepPayload>(
            steps, ErrorPolicy.SkipFailedRows, items,
            (step, own) => DecideAsync(segment, step, known.GetValueOrDefault(step.Who), own, stop), stop);
        var refused = results.SelectMany(one => one.UserErrors).OfType<Problem>()
            .Where(one => one.Code != UserErrorCode.NotFound).ToList();
        return new Change<SegmentMembersSetPayload>(new(
            segment,
            results.Count(one => one.Payload?.Added == true),
            results.Count(one => one.Payload?.Removed == true),
            [.. steps.Select((step, at) => (step, at)).Where(pair => !known.ContainsKey(pair.step.Who)).Select(pair =>
                new UnknownCustomer(pair.at, pair.step.Who.Id, External(pair.step.Who)))])) { Refusals = refused };
    }

    private static Problem? Check(SegmentDefinition segment, int steps)
    {
        var own = SegmentMutations.Own(segment, "input.segment");
        return !own.Succeeded ? own.Problems[0]
            : segment.Kind != SegmentKind.Manual ? new InvalidInput(UserErrorCode.WrongState,
                "Only a MANUAL segment has members that are named; the rule decides about this one.", "input.segment")
            : steps == 0 ? Problems.Required("input.add")
            : steps > Most ? Problems.OutOfRange("input", $"{steps} customers; at most {Most} are accepted at once.")
            : null;
    }

    private static async Task<Outcome<Change<StepPayload>>> DecideAsync(
        SegmentDefinition segment, Step step, Customer? customer, Caller caller, CancellationToken stop)
    {
        if (customer is null)
        {
            return Problems.NotFound("customer", step.Adds ? "input.add" : "input.remove");
        }

        var there = await caller.Store.FindAsync<ManualMember>(
            ManualMember.KeyOf(customer.CustomerId, segment.SegmentId), stop);
        if (step.Adds == there is not null)
        {
            return new Change<StepPayload>(new(false, false));
        }

        var added = step.Adds
            ? new ManualMember
            {
                CustomerId = customer.CustomerId, SegmentId = segment.SegmentId, AddedAt = caller.Now,
                By = SegmentMutations.By(caller),
            }
            : null;
        return new Change<StepPayload>(new(step.Adds, !step.Adds)).With(there, added);
    }

    private static ExternalId? External(Ref who) =>
        who.ExternalId is { } external ? new ExternalId(external.Source, external.Id) : null;

    private sealed record Step(Ref Who, bool Adds);

    private sealed record StepPayload(bool Added, bool Removed);
}
