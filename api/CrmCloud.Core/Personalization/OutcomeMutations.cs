using CrmCloud.Core.Kpis;
using CrmCloud.Core.Kpis.Api;
using CrmCloud.Core.Pipeline;
using CrmCloud.Core.Shared;
using CrmCloud.Core.Tenants;
using CrmCloud.GraphQL.Binding;

namespace CrmCloud.Core.Personalization;

public sealed record RecommendationOutcomeRecordPayload(Recommendation? Recommendation);

public sealed class OutcomeMutations
{
    /// <summary>
    /// Records what became of a recommendation, each kind once; the same again, of the same instant and value, changes
    /// nothing, and the same kind with another content is refused. Record SHOWN before you show it: where the consent
    /// was taken back, the action paused, or a cap used up since, it is refused, and caps hold whoever shows at the
    /// same moment. SHOWN comes first, then one answer: an answer implies SHOWN, so a SHOWN that arrives after it
    /// changes nothing; an answer cannot be of before the show, and a second one is refused.
    /// </summary>
    [Mutation, RequiresScope(Scope.PersonalizationWrite)]
    public async Task<Outcome<Change<RecommendationOutcomeRecordPayload>>> RecommendationOutcomeRecordAsync(
        OutcomeInput input, Caller caller, CancellationToken stop)
    {
        var token = RecommendationToken.Read(caller, input.RecommendationId);
        if (await DecidedRecommendation.OfAsync(caller, token, stop) is not { } decided
            || await ActionCatalog.FindAsync(caller.Store, decided.ActionId, stop) is not { } action)
        {
            return Problems.NotFound("recommendation", "input.recommendationId");
        }

        var shown = decided.Show(caller, action);
        var record = await caller.Store.FindAsync<RecommendationRecord>(
            RecommendationRecord.KeyOf(shown.CustomerId, shown.RecordId), stop);
        var payload = new RecommendationOutcomeRecordPayload(shown);
        var earlier = new EarlierOutcome(record, input, caller.Tenant.Money);
        if (earlier.IsReplay)
        {
            return new Change<RecommendationOutcomeRecordPayload>(payload) { Unchanged = record };
        }

        var facts = await EligibilityFacts.LoadAsync(caller, shown.CustomerId, [action], stop);
        var counting = new OutcomeCounting(caller, decided, action, facts);
        if (counting.Check(input, record) is { Count: > 0 } problems)
        {
            return problems;
        }

        if (earlier.IsImplied)
        {
            return new Change<RecommendationOutcomeRecordPayload>(payload) { Unchanged = record };
        }

        var (after, log, rows) = counting.Decide(input, record, shown.LocalId);
        var month = PeriodCalendar.MonthOf(PeriodCalendar.DateOf(rows[0].Day));
        var key = ActionTotals.KeyOf(action.ActionId, month, after.Key.Partition);
        var totals = await caller.Store.FindAsync<ActionTotals>(key, stop);
        var counted = rows.Aggregate(
            totals ?? new ActionTotals
            {
                ActionId = action.ActionId, Month = month, Bucket = key.Partition, UpdatedAt = caller.Now,
            },
            (sum, row) => sum.Plus(row, caller.Now));
        return new Change<RecommendationOutcomeRecordPayload>(payload)
            .With(record, after).With(facts.Log, log).With(totals, counted);
    }
}

/// <summary>What an outcome changes: the record, the customer's log, and what is counted. Pure.</summary>
internal sealed class OutcomeCounting(
    Caller caller, DecidedRecommendation decided, ActionDefinition action, EligibilityFacts facts)
{
    // Clocks of who shows and who records differ.
    private static readonly TimeSpan Skew = TimeSpan.FromMinutes(5);

    private readonly PeriodCalendar _calendar = TenantDefinitions.CalendarOf(caller.Tenant);

    private RecommendationToken Token => decided.Token;

    public List<Problem> Check(OutcomeInput input, RecommendationRecord? record)
    {
        var problems = new List<Problem>();
        if (input.At.ToUnixTimeMilliseconds() < _calendar.StartOfDay(Token.Day) || input.At > caller.Now + Skew)
        {
            problems.Add(Problems.OutOfRange(
                "input.at",
                $"From {PeriodCalendar.DateOf(Token.Day):yyyy-MM-dd}, the day it was recommended, until now."));
        }

        if (caller.Now.ToUnixTimeMilliseconds()
            >= _calendar.StartOfDay(Token.Day + RecommendationToken.DaysForOutcomes + 1))
        {
            problems.Add(Problems.OutOfRange(
                "input.recommendationId", $"Outcomes are taken for {RecommendationToken.DaysForOutcomes} days."));
        }

        CheckValue(input, problems);
        CheckOrder(input, record, problems);
        if (problems.Count == 0 && Forbidden(input, record) is { } reason)
        {
            problems.Add(reason);
        }

        return problems;
    }

    public (RecommendationRecord Record, ContactLog Log, IReadOnlyList<TotalsRow> Rows) Decide(
        OutcomeInput input, RecommendationRecord? before, string localId)
    {
        var at = input.At.ToUniversalTime();
        var log = facts.Log ?? new ContactLog { CustomerId = Token.CustomerId };
        var known = log.Of(action.ActionId);
        var touch = known ?? new ActionTouch(action.ActionId, Token.IsHeldOut, false, null);
        var accepted = input.Kind == OutcomeKind.Accepted;
        var complained = input.Kind == OutcomeKind.Complained && !Token.IsHeldOut;
        var record = (before ?? NewRecord(localId, at)) with
        {
            Outcomes = [.. before?.Outcomes ?? Implied(input.Kind, at), new(input.Kind, at, MinorOf(input.Value))],
        };
        log = log.With(touch with
        {
            Accepted = touch.Accepted || accepted,
            ComplainedAt = touch.ComplainedAt ?? (complained ? at : null),
            AcceptedAt = accepted ? at : touch.AcceptedAt,
        });
        log = before is null && !Token.IsHeldOut ? log.With(new Show(action.ActionId, Token.Channel, at)) : log;
        var day = _calendar.DayOf(record.At.ToUnixTimeMilliseconds());
        var customer = CountedCustomer(day, known is null, accepted && !touch.Accepted, touch.Control);
        return (record, log, [Counted(day, input.Kind, before is null), customer]);
    }

    private TotalsRow Counted(int day, OutcomeKind kind, bool isFirst) => new(
        day, Token.Group, Token.IsHeldOut, isFirst ? 1 : 0, kind == OutcomeKind.Accepted ? 1 : 0,
        kind == OutcomeKind.Rejected ? 1 : 0,
        kind == OutcomeKind.Ignored ? 1 : 0, kind == OutcomeKind.Complained ? 1 : 0);

    private TotalsRow CountedCustomer(int day, bool isNew, bool isSuccess, bool control) =>
        new(day, Token.Group, control, Customers: isNew ? 1 : 0, Successes: isSuccess ? 1 : 0);

    // Who accepts or refuses was shown it, whether that was recorded or not.
    private static IReadOnlyList<StoredOutcome> Implied(OutcomeKind kind, DateTimeOffset at) =>
        kind == OutcomeKind.Shown ? [] : [new(OutcomeKind.Shown, at, null)];

    private RecommendationRecord NewRecord(string localId, DateTimeOffset at) => new()
    {
        CustomerId = Token.CustomerId,
        RecordId = DecidedRecommendation.RecordIdOf(localId),
        LocalId = localId,
        ActionId = action.ActionId,
        ActionKey = action.ActionKey,
        Channel = Token.Channel,
        Placement = Token.Placement,
        HeldOut = Token.IsHeldOut,
        At = at,
        Outcomes = [],
        Decision = decided.Decision,
    };

    private void CheckOrder(OutcomeInput input, RecommendationRecord? record, List<Problem> problems)
    {
        var earlier = new EarlierOutcome(record, input, caller.Tenant.Money);
        if (earlier.IsImplied && input.At > record!.Last.At + Skew)
        {
            problems.Add(Problems.OutOfRange(
                "input.at", $"It was answered at {record.Last.At:u}; the show came before that."));
        }
        else if (!earlier.IsImplied && earlier.Same is { } same)
        {
            problems.Add(WrongState(
                "input.kind", $"{Problem.PublicName(same.Kind)} was recorded already, of {same.At:O} and "
                    + "with what it brought then; that stays, and a repeat says the same."));
        }
        else if (earlier.Same is null && record is not null && record.Last.Kind != OutcomeKind.Shown)
        {
            problems.Add(WrongState(
                "input.kind", $"It was {Problem.PublicName(record.Last.Kind)} already; that stays."));
        }
        else if (earlier.Same is null && record is not null && input.At < record.Last.At - Skew)
        {
            problems.Add(Problems.OutOfRange(
                "input.at", $"It was shown at {record.Last.At:u}; an answer comes after that."));
        }
    }

    private void CheckValue(OutcomeInput input, List<Problem> problems)
    {
        if (input.Value is not { } value)
        {
            return;
        }

        if (input.Kind != OutcomeKind.Accepted)
        {
            problems.Add(Problems.Invalid("input.value", "Only an acceptance brings something."));
        }
        else if (value.Currency != caller.Tenant.Money)
        {
            problems.Add(Problems.Invalid(
                "input.value.currency", $"Amounts are in {caller.Tenant.Currency}.", [caller.Tenant.Currency]));
        }
        else if (!Money.TryFrom(value.Amount, value.Currency, out _) || !Money.IsExact(value.Amount, value.Currency))
        {
            problems.Add(Problems.Invalid("input.value.amount", $"At most {value.Currency.Decimals} decimals."));
        }
    }

    internal static long? MinorOf(MoneyInput? value) =>
        value is not null && Money.TryFrom(value.Amount, value.Currency, out var money) ? money.MinorUnits : null;

    // Only what is still to be shown can be kept from being shown; an answer is a fact, whatever holds it back now.
    private InvalidInput? Forbidden(OutcomeInput input, RecommendationRecord? record)
    {
        if (input.Kind != OutcomeKind.Shown || record is not null || Token.IsHeldOut)
        {
            return null;
        }

        if (action.Status != DefinitionStatus.Active)
        {
            return WrongState("input.kind", $"Do not show it. The action is {Problem.PublicName(action.Status)}.");
        }

        var gates = new ActionGates(caller, facts);
        return (gates.Place(action, Token.Channel) ?? gates.Consent(action, Token.Channel)) is { } held
            ? WrongState("input.kind", $"Do not show it. {Problem.PublicName(held.Reason)}: {held.Text}")
            : UsedUp(input.At);
    }

    private InvalidInput? UsedUp(DateTimeOffset at)
    {
        foreach (var (what, cap, contacts) in facts.CapsOf(action, Token.Channel))
        {
            if (!CapUse.HasRoom(cap, contacts, at))
            {
                return WrongState(
                    "input.kind", $"Do not show it. Cap of {what}: {CapUse.Of(cap, contacts, at).Text}.");
            }
        }

        return null;
    }

    private static InvalidInput WrongState(string at, string message) => new(UserErrorCode.WrongState, message, at);
}

/// <summary>An outcome beside what was recorded of the same recommendation before.</summary>
internal sealed class EarlierOutcome(RecommendationRecord? record, OutcomeInput input, Currency currency)
{
    /// <summary>Of the same kind.</summary>
    public StoredOutcome? Same { get; } = record?.Outcomes.FirstOrDefault(outcome => outcome.Kind == input.Kind);

    /// <summary>It says what was said before.</summary>
    public bool IsReplay => Same is { } same && same.At == input.At
        && same.ValueMinor == OutcomeCounting.MinorOf(input.Value)
        && (input.Value is null || input.Value.Currency == currency);

    /// <summary>A SHOWN of which only the answer told so far: nobody said when it was.</summary>
    public bool IsImplied => Same is { Kind: OutcomeKind.Shown } show && record!.Outcomes.Count > 1
        && show.At == record.Outcomes[1].At;
}
