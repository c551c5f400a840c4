namespace CrmCloud.Store;

/// <summary>What every store refuses in a query, so that none accepts what another does not.</summary>
internal static class QueryRules
{
    private const int MaxConditions = 20;
    private const int MaxChoices = 250;
    private const int MaxTake = 1_000;

    /// <exception cref="ArgumentException">
    /// The query asks for what the port does not offer: a bug in the caller.
    /// </exception>
    public static void Check(Query query)
    {
        if (!Addresses.IsPartition(query.Partition) || !Addresses.IsKind(query.Kind))
        {
            throw new ArgumentException("No documents can have this partition or kind.", nameof(query));
        }

        if (query.Take is < 1 or > MaxTake || query.Where.Count > MaxConditions)
        {
            throw new ArgumentException(
                $"A query takes 1 to {MaxTake} and at most {MaxConditions} conditions.", nameof(query));
        }

        var paths = query.Where.Select(condition => condition.Path);
        if (!(query.OrderBy is { } order ? paths.Append(order) : paths).All(Addresses.IsPath))
        {
            throw new ArgumentException("A path is members joined by '.'.", nameof(query));
        }
    }

    /// <returns>A string, long or double.</returns>
    public static object Plain(object value) => value switch
    {
        int number => (long)number,
        string or long => value,
        double number when !double.IsNaN(number) => value,
        _ => throw new ArgumentException($"A {value.GetType().Name} cannot be compared.", nameof(value)),
    };

    /// <summary>The value after which a page in an order by value begins.</summary>
    public static object SortValue(Position after) => after.SortValue is { } value
        ? Plain(value)
        : throw new ArgumentException("A place in an order by value needs the value.", nameof(after));

    public static string Text(Condition condition) => condition.Value as string
        ?? throw new ArgumentException($"'{condition.Path}' can only be searched for text.", nameof(condition));

    public static IReadOnlyList<string> Choices(Condition condition) =>
        condition.Value is IReadOnlyList<string> choices && choices.Count <= MaxChoices
            ? choices
            : throw new ArgumentException($"In takes a list of at most {MaxChoices} strings.", nameof(condition));
}
