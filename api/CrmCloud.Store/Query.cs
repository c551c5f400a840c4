namespace CrmCloud.Store;

public enum Comparison
{
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    StartsWith,
    Contains,
    In,
    IsNull,
    IsNotNull,
}

/// <summary>A test on one value of the document.</summary>
/// <param name="Path">Camel-case members joined by '.', such as <c>country</c> or <c>rfm.group</c>.</param>
/// <param name="Value">
/// string, long, int, double, bool; for In an <c>IReadOnlyList&lt;string&gt;</c> of at most 250. A missing or null
/// value satisfies only IsNull (and NotEqual). Text compares by code point; Contains and StartsWith ignore ASCII case.
/// </param>
public sealed record Condition(string Path, Comparison Comparison, object? Value = null);

/// <summary>
/// Documents of one kind in one partition, in a stable order, by pages that continue after a position.
/// </summary>
/// <param name="Kind">The id's first part, such as <c>customer</c>.</param>
public sealed record Query(Container Container, string Partition, string Kind)
{
    /// <summary>All must hold. At most 20.</summary>
    public IReadOnlyList<Condition> Where { get; init; } = [];

    /// <summary>The rest of the id after "{kind}/" starts with this, such as one customer's facts.</summary>
    public string IdPrefix { get; init; } = "";

    /// <summary>
    /// Member to sort by, then by id; null sorts by id alone. Every matching document must have it, not null, and of
    /// one JSON type (text or number).
    /// </summary>
    public string? OrderBy { get; init; }

    /// <summary>Turns the whole order around, the id included.</summary>
    public bool Descending { get; init; }

    /// <summary>1 to 1,000.</summary>
    public int Take { get; init; } = 100;

    /// <summary>Continue strictly after this place of the order; null for the beginning.</summary>
    public Position? After { get; init; }
}

/// <summary>
/// A place in an order. Take it from <see cref="Page{T}.Positions"/>, which has the value as it is stored.
/// </summary>
/// <param name="SortValue">A string, a long or a double, as the document's JSON has it; null when sorted by id.</param>
public sealed record Position(object? SortValue, string Id);

/// <param name="HasMore">Whether a next page would hold anything.</param>
public sealed record Page<T>(IReadOnlyList<T> Items, bool HasMore)
{
    /// <summary>Where each item stands in the order, for cursors and for merging several partitions' streams.</summary>
    public IReadOnlyList<Position> Positions { get; init; } = [];
}
