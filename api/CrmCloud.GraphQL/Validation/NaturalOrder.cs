namespace CrmCloud.GraphQL.Validation;

/// <summary>Names as people order them: item2 before item10.</summary>
internal sealed class NaturalOrder : IComparer<string>
{
    public static readonly NaturalOrder Instance = new();

    public int Compare(string? x, string? y)
    {
        var (a, b) = (x ?? "", y ?? "");
        var (i, j) = (0, 0);
        while (i < a.Length && j < b.Length)
        {
            var order = char.IsAsciiDigit(a[i]) && char.IsAsciiDigit(b[j])
                ? Number(a, ref i).CompareTo(Number(b, ref j))
                : a[i++].CompareTo(b[j++]);
            if (order != 0)
            {
                return order;
            }
        }

        return (a.Length - i).CompareTo(b.Length - j);
    }

    // A leading zero is a number of its own, as in graphql-js; a double holds any run of digits.
    private static double Number(string text, ref int index)
    {
        var number = 0d;
        do
        {
            number = (number * 10) + (text[index++] - '0');
        }
        while (index < text.Length && char.IsAsciiDigit(text[index]) && number > 0);
        return number;
    }
}
