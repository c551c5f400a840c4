using System.ComponentModel.DataAnnotations;
using CrmCloud.Core.Shared;
using CrmCloud.GraphQL.Binding;
using CrmCloud.Store;

namespace CrmCloud.Core.Lists;

/// <summary>Tests on a text; all that are given must hold. Contains and startsWith ignore ASCII case.</summary>
public sealed record StringFilter
{
    public string? Eq { get; init; }

    public string? Ne { get; init; }

    public IReadOnlyList<string>? In { get; init; }

    public IReadOnlyList<string>? NotIn { get; init; }

    public string? StartsWith { get; init; }

    public string? Contains { get; init; }

    public bool? IsNull { get; init; }

    public bool Holds(string? text) =>
        (IsNull is null || IsNull == text is null)
        && (Eq is null || text == Eq)
        && (Ne is null || text != Ne)
        && (In is null || (text is not null && In.Contains(text)))
        && (NotIn is null || text is null || !NotIn.Contains(text))
        && (StartsWith is null || text?.StartsWith(StartsWith, StringComparison.OrdinalIgnoreCase) == true)
        && (Contains is null || text?.Contains(Contains, StringComparison.OrdinalIgnoreCase) == true);

    /// <summary>What a store can test; every match passes, and <see cref="Holds"/> decides.</summary>
    public IEnumerable<Condition> Conditions(string path)
    {
        if (Eq is not null)
        {
            yield return new(path, Comparison.Equal, Eq);
        }

        if (In is { Count: > 0 and <= 250 })
        {
            yield return new(path, Comparison.In, In);
        }

        if (StartsWith is { Length: > 0 } start && start.All(char.IsAscii))
        {
            yield return new(path, Comparison.StartsWith, start);
        }

        if (Contains is { Length: > 0 } part && part.All(char.IsAscii))
        {
            yield return new(path, Comparison.Contains, part);
        }
    }
}

public sealed record IntFilter
{
    public int? Eq { get; init; }

    public int? Gt { get; init; }

    public int? Gte { get; init; }

    public int? Lt { get; init; }

    public int? Lte { get; init; }

    public bool? IsNull { get; init; }

    public bool Holds(int? value) =>
        (IsNull is null || IsNull == value is null)
        && (Eq is null || value == Eq) && (Gt is null || value > Gt) && (Gte is null || value >= Gte)
        && (Lt is null || value < Lt) && (Lte is null || value <= Lte);
}

public sealed record DecimalFilter
{
    public decimal? Eq { get; init; }

    public decimal? Gt { get; init; }

    public decimal? Gte { get; init; }

    public decimal? Lt { get; init; }

    public decimal? Lte { get; init; }

    public bool? IsNull { get; init; }

    public bool Holds(decimal? value) =>
        (IsNull is null || IsNull == value is null)
        && (Eq is null || value == Eq) && (Gt is null || value > Gt) && (Gte is null || value >= Gte)
        && (Lt is null || value < Lt) && (Lte is null || value <= Lte);
}

public sealed record DateTimeFilter
{
    public DateTimeOffset? Gt { get; init; }

    public DateTimeOffset? Gte { get; init; }

    public DateTimeOffset? Lt { get; init; }

    public DateTimeOffset? Lte { get; init; }

    /// <summary>Not longer ago than this, and not in the future. N days are N x 24 hours.</summary>
    public TimeSpan? WithinLast { get; init; }

    public bool? IsNull { get; init; }

    public bool Holds(DateTimeOffset? value, DateTimeOffset now) =>
        (IsNull is null || IsNull == value is null)
        && (Gt is null || value > Gt) && (Gte is null || value >= Gte)
        && (Lt is null || value < Lt) && (Lte is null || value <= Lte)
        && (WithinLast is not { } span || (value <= now && now - value <= span));

    /// <summary>What a store can test on an instant kept as text.</summary>
    public IEnumerable<Condition> Conditions(string path, DateTimeOffset now)
    {
        if (Gt is { } after)
        {
            yield return new(path, Comparison.Greater, SortText.Of(after));
        }

        if (Gte is { } from)
        {
            yield return new(path, Comparison.GreaterOrEqual, SortText.Of(from));
        }

        if (Lt is { } before)
        {
            yield return new(path, Comparison.Less, SortText.Of(before));
        }

        if (Lte is { } until)
        {
            yield return new(path, Comparison.LessOrEqual, SortText.Of(until));
        }

        if (WithinLast is { } span && span < now - DateTimeOffset.MinValue)
        {
            yield return new(path, Comparison.GreaterOrEqual, SortText.Of(now - span));
        }
    }
}

public sealed record IdFilter
{
    [Id]
    public string? Eq { get; init; }

    [Id, MaxLength(250)]
    public IReadOnlyList<string>? In { get; init; }
}
