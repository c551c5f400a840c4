namespace CrmCloud.Core.Rules;

public enum RuleOperator
{
    /// <summary>Less than.</summary>
    Lt,

    /// <summary>At most.</summary>
    Lte,

    /// <summary>Equal; of a list: one of its texts is equal.</summary>
    Eq,

    /// <summary>Not equal, and not null.</summary>
    Ne,

    /// <summary>At least.</summary>
    Gte,

    /// <summary>More than.</summary>
    Gt,
}

public enum RuleAggregate
{
    /// <summary>How many events; with a field, how many that have it. 0 where there are none.</summary>
    Count,

    /// <summary>0 where there are none.</summary>
    Sum,

    /// <summary>Null where there are none.</summary>
    Avg,
    Min,
    Max,

    /// <summary>How many different values.</summary>
    Distinct,

    /// <summary>Time since the newest event; null where there is none.</summary>
    AgeOfLast,

    /// <summary>Time since the oldest event; null where there is none.</summary>
    AgeOfFirst,
}

public enum RuleMetric
{
    /// <summary>Whole local days since the day of the last qualifying order.</summary>
    Recency,

    /// <summary>Number of qualifying orders.</summary>
    Frequency,

    /// <summary>Gross sum of qualifying orders.</summary>
    Monetary,

    /// <summary>Gross minus refunds.</summary>
    NetMonetary,
    Lifecycle,
    IdicStage,

    /// <summary>The latest satisfaction the customer gave, 1 to 5.</summary>
    Satisfaction,
}

public enum RuleScore
{
    [GraphQL.Binding.GraphQLName("R")]
    Recency,

    [GraphQL.Binding.GraphQLName("F")]
    Frequency,

    [GraphQL.Binding.GraphQLName("M")]
    Monetary,

    /// <summary>The three scores as digits: recency 5, frequency 4, monetary 3 are 543.</summary>
    [GraphQL.Binding.GraphQLName("RFM")]
    Cell,
}

public enum RulePeriod
{
    This,
    Last,
}

public enum RuleCalendarUnit
{
    Day,
    Week,
    Month,

    /// <summary>Of the fiscal year.</summary>
    Quarter,

    /// <summary>The fiscal year.</summary>
    Year,
}

public enum RuleTimeUnit
{
    Hour,

    /// <summary>24 hours.</summary>
    Day,

    /// <summary>168 hours.</summary>
    Week,

    /// <summary>A calendar month in the tenant's zone.</summary>
    Month,

    /// <summary>A calendar year in the tenant's zone.</summary>
    Year,
}

/// <summary>
/// Such as 30d. Hours, days and weeks are timers of exact length; months and years follow the tenant's calendar.
/// </summary>
/// <param name="Count">At least 1, at most <see cref="MostOf"/>.</param>
public readonly record struct RuleDuration(int Count, RuleTimeUnit Unit)
{
    public override string ToString() => $"{Count}{RuleWords.Of(Unit)}";

    /// <summary>A hundred years.</summary>
    public static int MostOf(RuleTimeUnit unit) => unit switch
    {
        RuleTimeUnit.Hour => 876_000,
        RuleTimeUnit.Day => 36_500,
        RuleTimeUnit.Week => 5_200,
        RuleTimeUnit.Month => 1_200,
        _ => 100,
    };

    /// <summary>For comparing two durations roughly: a month is 30 days and a half.</summary>
    internal double NominalHours => Count * Unit switch
    {
        RuleTimeUnit.Hour => 1,
        RuleTimeUnit.Day => 24,
        RuleTimeUnit.Week => 168,
        RuleTimeUnit.Month => 732,
        _ => 8_766.0,
    };
}

/// <summary>The words and signs of the language.</summary>
internal static class RuleWords
{
    public static readonly string[] Operators = ["<", "<=", "=", "!=", ">=", ">"];
    public static readonly string[] Aggregates =
        ["count", "sum", "avg", "min", "max", "distinct", "age_of_last", "age_of_first"];
    public static readonly string[] Metrics =
        ["recency", "frequency", "monetary", "net_monetary", "lifecycle", "idic_stage", "satisfaction"];
    public static readonly string[] Scores = ["R", "F", "M", "RFM"];
    public static readonly string[] CalendarUnits = ["day", "week", "month", "quarter", "year"];
    public static readonly string[] TimeUnits = ["h", "d", "w", "mo", "y"];

    // An attribute that is called like one of these is written in double quotes.
    private static readonly HashSet<string> Reserved = new(
        [.. Aggregates, .. Metrics, "and", "or", "not", "no", "in", "is", "null", "true", "false", "segment", "score",
            "consent", "where", "within", "between", "since", "ago", "this", "last"],
        StringComparer.Ordinal);

    public static string Of(RuleOperator op) => Operators[(int)op];

    public static string Of(RuleAggregate function) => Aggregates[(int)function];

    public static string Of(RuleMetric metric) => Metrics[(int)metric];

    public static string Of(RuleScore part) => Scores[(int)part];

    public static string Of(RuleCalendarUnit unit) => CalendarUnits[(int)unit];

    public static string Of(RuleTimeUnit unit) => TimeUnits[(int)unit];

    public static bool IsReserved(string word) => Reserved.Contains(word);

    public static bool IsWordStart(char c) => char.IsAsciiLetter(c) || c == '_';

    public static bool IsWordPart(char c) => IsWordStart(c) || char.IsAsciiDigit(c) || c == '-';

    public static bool IsPlain(string name) =>
        name.Length > 0 && IsWordStart(name[0]) && name.All(IsWordPart);
}
