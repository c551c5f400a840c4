using System.Globalization;
using CrmCloud.Core.Customers;
using CrmCloud.Core.Kpis;
using CrmCloud.Core.Shared;

namespace CrmCloud.Core.Rules;

/// <summary>A number that the profile holds: frequency, amounts, lifecycle, stage, scores.</summary>
internal sealed class ProfileClause(
    Func<StoredProfile, long?> value, NumberTest test, Func<decimal, string> show, ClauseText text) : SingleClause(text)
{
    public override bool Holds(in RuleSubject subject, LeafCache cache) =>
        value(subject.Known) is { } known && test.Holds(known);

    protected override string? Actual(in RuleSubject subject, LeafCache cache) =>
        value(subject.Known) is { } known ? show(known) : null;
}

/// <summary>Local days since the day of the last order: one more at every midnight of the tenant.</summary>
internal sealed class RecencyClause(PeriodCalendar calendar, NumberTest test, ClauseText text) : SingleClause(text)
{
    public override bool Holds(in RuleSubject subject, LeafCache cache) =>
        subject.Known.Value.RecencyDays(calendar, cache.Now) is { } days && test.Holds(days);

    public override long NextChange(in RuleSubject subject, LeafCache cache)
    {
        if (subject.Known.Value.LastOrderDay is not { } last)
        {
            return Never;
        }

        // The result can only move on the day of the limit and on the day after it.
        var holds = Holds(subject, cache);
        var limit = (long)decimal.Floor(test.Low);
        for (var days = limit; days <= limit + 1; days++)
        {
            var day = last + days;
            if (day < LastDay && test.Holds(days) != holds && StartOf(day) is var at && at > cache.Now)
            {
                return at;
            }
        }

        return Never;
    }

    protected override string? Actual(in RuleSubject subject, LeafCache cache) =>
        subject.Known.Value.RecencyDays(calendar, cache.Now)?.ToString(CultureInfo.InvariantCulture);

    private int LastDay => calendar.DayOf(DateOnly.MaxValue);

    private long StartOf(long day) => day < 0 ? long.MinValue : calendar.StartOfDay((int)day);
}

/// <summary>Permission for a purpose, on one channel or on any.</summary>
internal sealed class ConsentClause(string purpose, Channel? channel, ClauseText text) : SingleClause(text)
{
    public override bool Holds(in RuleSubject subject, LeafCache cache)
    {
        var marks = subject.Known.Consents;
        for (var i = 0; i < marks.Count; i++)
        {
            if (Means(marks[i]) && marks[i].IsGranted(cache.Now))
            {
                return true;
            }
        }

        return false;
    }

    // It ends when the last of them expires; time alone never grants any.
    public override long NextChange(in RuleSubject subject, LeafCache cache)
    {
        var end = long.MinValue;
        foreach (var mark in subject.Known.Consents)
        {
            if (Means(mark) && mark.IsGranted(cache.Now))
            {
                end = Math.Max(end, mark.ExpiresAt ?? Never);
            }
        }

        return end == long.MinValue ? Never : end;
    }

    protected override string? Actual(in RuleSubject subject, LeafCache cache) =>
        Holds(subject, cache) ? "granted" : "not granted";

    private bool Means(ConsentMark mark) =>
        (channel is null || mark.Channel == channel) && string.Equals(mark.Purpose, purpose, StringComparison.Ordinal);
}

internal sealed class SegmentClause(string key, ClauseText text) : SingleClause(text)
{
    public override bool Holds(in RuleSubject subject, LeafCache cache) => subject.Segments?.Contains(key) == true;

    protected override string? Actual(in RuleSubject subject, LeafCache cache) =>
        Holds(subject, cache) ? "member" : "not a member";
}

/// <summary>What a customer has under one name: at most one of the members is set.</summary>
internal readonly record struct AttributeValue(string? Text, decimal? Number, IReadOnlyList<string>? List)
{
    public bool IsNull => Text is null && Number is null && List is null;

    /// <summary>Dates are day numbers, truths are 1 and 0.</summary>
    public static AttributeValue Of(Customer? customer, string name)
    {
        if (customer is null)
        {
            return default;
        }

        return name switch
        {
            "kind" => new(RuleNames.Of(customer.Kind), null, null),
            "display_name" => new(customer.DisplayName, null, null),
            "email" => new(customer.Email, null, null),
            "phone" => new(customer.Phone, null, null),
            "birth_date" => new(null, customer.BirthDate?.DayNumber, null),
            "language" => new(customer.Language, null, null),
            "country" => new(customer.Country, null, null),
            _ => Stored(customer.StoredAttributes, name),
        };
    }

    public string? Show(RuleValueType type) => type switch
    {
        _ when IsNull => null,
        RuleValueType.Date when Number is { } day =>
            DateOnly.FromDayNumber((int)day).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
        RuleValueType.Boolean => Number == 1 ? "true" : "false",
        _ => Text ?? (List is null ? RuleNumbers.Write(Number!.Value) : string.Join(", ", List)),
    };

    private static AttributeValue Stored(IReadOnlyList<StoredAttribute> attributes, string name)
    {
        for (var i = 0; i < attributes.Count; i++)
        {
            var stored = attributes[i];
            if (string.Equals(stored.AttributeKey, name, StringComparison.Ordinal))
            {
                var number = stored.Number ?? stored.Date?.DayNumber;
                return new(stored.Text, stored.Boolean is { } truth ? (truth ? 1 : 0) : number, stored.List);
            }
        }

        return default;
    }
}

/// <summary>A comparison of an attribute. Without a value it is false.</summary>
internal sealed class AttributeClause(
    string name, RuleType type, AttributeTest test, ClauseText text) : SingleClause(text)
{
    public override bool Holds(in RuleSubject subject, LeafCache cache) =>
        test.Holds(AttributeValue.Of(subject.Customer, name));

    protected override string? Actual(in RuleSubject subject, LeafCache cache) =>
        AttributeValue.Of(subject.Customer, name).Show(type.Type);
}

/// <summary>
/// What is asked of an attribute: to be null or not, or to be (not) one of some values, or a comparison.
/// </summary>
internal sealed record AttributeTest
{
    /// <summary>Ask only whether there is a value.</summary>
    public bool? WantsNull { get; init; }

    /// <summary>For = and "in" false, for != and "not in" true.</summary>
    public bool Negated { get; init; }

    public IReadOnlyList<string>? Texts { get; init; }

    public IReadOnlyList<decimal>? Numbers { get; init; }

    public NumberTest? Compare { get; init; }

    public bool Holds(in AttributeValue value) => WantsNull is { } wanted
        ? value.IsNull == wanted
        : Compare is { } compare ? value.Number is { } number && compare.Holds(number)
        : IsOneOf(value) is { } isOne && isOne != Negated;

    // Null where there is nothing of the kind that is asked for: then nothing holds, "not in" neither.
    private bool? IsOneOf(in AttributeValue value)
    {
        if (Numbers is not null)
        {
            return value.Number is { } number ? Numbers.Contains(number) : null;
        }

        foreach (var text in Texts!)
        {
            if (string.Equals(value.Text, text, StringComparison.Ordinal) || value.List?.Contains(text) == true)
            {
                return true;
            }
        }

        return value.Text is null && value.List is null ? null : false;
    }
}
