using CrmCloud.Core.Audit;
using CrmCloud.Core.Jobs;
using CrmCloud.Core.Kpis.Api;
using CrmCloud.Core.Pipeline;
using CrmCloud.Core.Rules;
using CrmCloud.Core.Shared;
using CrmCloud.Core.Tenants;
using CrmCloud.GraphQL.Binding;
using CrmCloud.Store;

namespace CrmCloud.Core.Segments.Api;

/// <summary>Defines segments. Who is a member follows within a second.</summary>
public sealed class SegmentMutations(SegmentUses uses)
{
    [Mutation, RequiresScope(Scope.SegmentsWrite)]
    public async Task<Outcome<Change<SegmentCreatePayload>>> SegmentCreateAsync(
        SegmentInput input, Caller caller, CancellationToken stop)
    {
        var book = await SegmentRulebook.LoadAsync(caller, stop);
        var (rule, problems) = RuleFor(input.Kind, input.Rule, input.Key, (book, caller));
        if (book.Catalog.FindByKey(input.Key) is not null)
        {
            problems.Add(new InvalidInput(UserErrorCode.AlreadyExists,
                $"There is a segment '{input.Key}' already.", "input.key"));
        }

        if (book.Catalog.All.Count(one => !one.IsBuiltIn) >= SegmentDefinition.Most)
        {
            problems.Add(new InvalidInput(UserErrorCode.QuotaExceeded,
                $"There are {SegmentDefinition.Most} segments, the most a tenant can have in one mode.", "input"));
        }

        if (problems.Count > 0)
        {
            return problems;
        }

        var segment = New(input, rule?.Text, caller);
        return new Change<SegmentCreatePayload>(new(segment with { Version = 1 }))
        {
            Claims = [SegmentDefinition.ClaimOn(input.Key, segment.SegmentId)],
            Warnings = rule is null ? [] : await RuleDoubts.OfAsync(rule, "input.rule", caller, stop),
        }.With(null, segment);
    }

    /// <summary>Changes what is given. With `dryRun`, `entering` and `leaving` show what a rule would do.</summary>
    [Mutation, RequiresScope(Scope.SegmentsWrite), Cost(50)]
    public async Task<Outcome<Change<SegmentUpdatePayload>>> SegmentUpdateAsync(
        SegmentUpdateInput input, Caller caller, CancellationToken stop)
    {
        var book = await SegmentRulebook.LoadAsync(caller, stop);
        var found = Own(book.FindById(input.Id), "input.id");
        if (!found.Succeeded)
        {
            return found.Problems.ToList();
        }

        var before = found.Value;
        var (rule, problems) = input.Rule is null
            ? (null, [])
            : RuleFor(before.Kind, input.Rule, before.SegmentKey, (book, caller));
        problems.AddRange(await StatusProblemsAsync(input.Status, before, book, caller, stop));
        if (problems.Count > 0)
        {
            return problems;
        }

        var after = Edited(before, input);
        after = rule is null ? after : after.WithRule(rule.Text, By(caller), caller.Now);
        if (after == before)
        {
            return new Change<SegmentUpdatePayload>(new(before, null, null)) { Unchanged = before };
        }

        var effect = rule is not null && after.Revision != before.Revision && after.Status == DefinitionStatus.Active
            ? await new SegmentPreviewer(caller.Store, caller.Tenant)
                .RunAsync(rule, before.SegmentId, sample: 0, caller.Now, stop)
            : null;
        after = after with { UpdatedAt = caller.Now };
        return new Change<SegmentUpdatePayload>(
            new(after with { Version = after.Version + 1 }, effect?.Entering, effect?.Leaving))
        {
            Warnings = rule is null ? [] : await RuleDoubts.OfAsync(rule, "input.rule", caller, stop),
        }.With(before, after);
    }

    /// <summary>
    /// Removes a segment with its memberships; InUseError names what uses it: segments, actions, and whatever else
    /// refers to it.
    /// </summary>
    [Mutation, RequiresScope(Scope.SegmentsWrite)]
    public async Task<Outcome<Change<SegmentDeletePayload>>> SegmentDeleteAsync(
        IdInput input, Caller caller, CancellationToken stop)
    {
        var book = await SegmentRulebook.LoadAsync(caller, stop);
        var found = Own(book.FindById(input.Id), "input.id");
        if (!found.Succeeded)
        {
            return found.Problems.ToList();
        }

        var users = (await uses.OfAsync([found.Value], book, caller, stop))[0];
        return users.Count > 0
            ? new InUse($"The segment is used by {Named(users)}; change those first.", "input.id", users)
            : new Change<SegmentDeletePayload>(new(found.Value.Id))
            {
                Releases = [SegmentDefinition.ClaimOn(found.Value.SegmentKey, found.Value.SegmentId)],
            }.With(found.Value, null);
    }

    /// <summary>Evaluates everybody anew and says in its run how many memberships differed.</summary>
    [Mutation, RequiresScope(Scope.SegmentsWrite)]
    public async Task<Outcome<Change<SegmentRecomputePayload>>> SegmentRecomputeAsync(
        IdInput input, Caller caller, CancellationToken stop)
    {
        var book = await SegmentRulebook.LoadAsync(caller, stop);
        if (book.FindById(input.Id) is not { } segment)
        {
            return Problems.NotFound("segment", "input.id");
        }

        if (await WaitingAsync(segment, caller, stop) is { } waiting)
        {
            return new Change<SegmentRecomputePayload>(new(waiting)) { Unchanged = waiting };
        }

        var run = JobRun.Asked(caller.Ids.Next().ToString("N"), JobKind.Segment, segment.Id, caller.Now);
        var request = new SegmentRequest { RunId = run.RunId, SegmentId = segment.SegmentId, RequestedAt = caller.Now };
        return new Change<SegmentRecomputePayload>(new(run with { Version = 1 })) { WantsVisit = true }
            .With(null, run).With(null, request);
    }

    private static string Named(IReadOnlyList<INode> users) =>
        string.Join(", ", users.Take(10).Select(user => user switch
        {
            SegmentDefinition segment => $"segment '{segment.SegmentKey}'",
            _ => GlobalId.TryParse(user.Id, out var type, out _) ? $"{type} {user.Id}" : user.Id,
        })) + (users.Count > 10 ? $" and {users.Count - 10} others" : "");

    // Everybody is evaluated for each request: one that is cheap to ask must not queue hours of work.
    private static async Task<JobRun?> WaitingAsync(SegmentDefinition segment, Caller caller, CancellationToken stop)
    {
        var query = new Query(Container.Figures, "", "segmentrequest") { Take = 1_000 };
        var requests = (await caller.Store.QueryAsync<SegmentRequest>(query, stop)).Items;
        foreach (var request in requests.Where(one => one.SegmentId == segment.SegmentId))
        {
            if (await caller.Store.FindAsync<JobRun>(JobRun.KeyOf(request.RunId), stop) is
                { Status: JobStatus.Queued } run)
            {
                return run;
            }
        }

        return null;
    }

    /// <summary>A segment that its owner may change.</summary>
    internal static Outcome<SegmentDefinition> Own(SegmentDefinition? segment, string at) => segment switch
    {
        null => Problems.NotFound("segment", at),
        { IsBuiltIn: true } => new InvalidInput(UserErrorCode.WrongState,
            "A built-in segment follows the tenant's RFM settings and cannot be changed.", at),
        _ => segment,
    };

    private static (CompiledRule? Rule, List<Problem> Problems) RuleFor(
        SegmentKind kind, SegmentRuleInput? input, string key, (SegmentRulebook Book, Caller Caller) context)
    {
        if (kind == SegmentKind.Manual || input is null)
        {
            return (null, (kind == SegmentKind.Manual) == (input is null)
                ? []
                : [kind == SegmentKind.Manual
                    ? Problems.Invalid("input.rule", "A MANUAL segment has no rule; name its members.")
                    : Problems.Required("input.rule")]);
        }

        if (RuleTree.Read(input, "input.rule") is { Succeeded: true } read && Names(read.Value, key))
        {
            return (null, [Circle([key, key])]);
        }

        var rule = context.Book.Compiler.Compile(input, "input.rule");
        if (!rule.Succeeded)
        {
            return (null, [.. rule.Problems]);
        }

        if (PersonalRules.Refuse(rule.Value, context.Book, context.Caller, "input.rule") is { } refused)
        {
            return (null, [refused]);
        }

        return context.Book.Circle(key, rule.Value) is { } circle
            ? (null, [Circle(circle)])
            : (rule.Value, []);
    }

    private static InvalidInput Circle(IReadOnlyList<string> keys) => new(
        UserErrorCode.Cycle, $"The rule leads back to its own segment: {string.Join(" -> ", keys)}.", "input.rule");

    // A new segment is not known yet, so nothing else would say that its rule names itself.
    private static bool Names(RuleNode rule, string key) => rule switch
    {
        AllOf all => all.Rules.Any(one => Names(one, key)),
        AnyOf any => any.Rules.Any(one => Names(one, key)),
        NotRule not => Names(not.Rule, key),
        SegmentRefRule segment => segment.Segment.Text == key,
        _ => false,
    };

    // What uses a segment would count nobody once it is retired, as if it were deleted.
    private async Task<IReadOnlyList<Problem>> StatusProblemsAsync(
        DefinitionStatus? status, SegmentDefinition segment,
        SegmentRulebook book, Caller caller, CancellationToken stop)
    {
        if (status is null || status == segment.Status)
        {
            return [];
        }

        if (status == DefinitionStatus.Draft)
        {
            return [new InvalidInput(UserErrorCode.WrongState,
                "A segment that was active cannot become a draft again; PAUSED or RETIRED it can.", "input.status")];
        }

        var users = status == DefinitionStatus.Retired
            ? (await uses.OfAsync([segment], book, caller, stop))[0] : [];
        return users.Count > 0
            ? [new InUse($"The segment is used by {Named(users)}; change those first.", "input.status", users)]
            : [];
    }

    private static SegmentDefinition Edited(SegmentDefinition before, SegmentUpdateInput input) => before with
    {
        Name = input.Name?.Trim() ?? before.Name,
        Description = input.Description.IsSet ? input.Description.Value : before.Description,
        Purpose = input.Purpose.IsSet ? input.Purpose.Value : before.Purpose,
        Basis = input.Basis ?? before.Basis,
        Status = input.Status ?? before.Status,
    };

    private static SegmentDefinition New(SegmentInput input, string? ruleText, Caller caller) => new()
    {
        SegmentId = caller.Ids.Next().ToString("N"),
        SegmentKey = input.Key,
        Name = input.Name.Trim(),
        Description = input.Description,
        Purpose = input.Purpose,
        Basis = input.Basis,
        Kind = input.Kind,
        Status = input.Activate ? DefinitionStatus.Active : DefinitionStatus.Draft,
        RuleText = ruleText,
        StoredRevisions = ruleText is null ? [] : [new StoredRevision(1, ruleText, caller.Now, By(caller))],
        CreatedAt = caller.Now,
        UpdatedAt = caller.Now,
    };

    internal static Actor By(Caller caller) => new(ActorKind.App, caller.App.AppId, caller.App.Name);
}
