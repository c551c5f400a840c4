namespace CrmCloud.GraphQL.Validation;

/// <summary>Finds the names somebody may have meant, with the distances and sentences of graphql-js.</summary>
public static class Suggestion
{
    private const int Most = 5;

    /// <summary>" Did you mean "a", "b", or "c"?", or nothing for no names.</summary>
    public static string Sentence(IReadOnlyList<string> names, string? verb = null)
    {
        var start = " Did you mean " + (verb is null ? "" : verb + " ");
        var quoted = names.Take(Most).Select(name => $"\"{name}\"").ToList();
        return quoted.Count switch
        {
            0 => "",
            1 => $"{start}{quoted[0]}?",
            2 => $"{start}{quoted[0]} or {quoted[1]}?",
            _ => $"{start}{string.Join(", ", quoted.SkipLast(1))}, or {quoted[^1]}?",
        };
    }

    /// <summary>Names within a distance of 40 % of the input's length, nearest first.</summary>
    public static IReadOnlyList<string> Nearest(string input, IEnumerable<string> names)
    {
        var threshold = (input.Length * 4 / 10) + 1;
        return
        [
            .. names.Distinct(StringComparer.Ordinal)
                .Select(name => (Name: name, Distance: Distance(input, name, threshold)))
                .Where(found => found.Distance is not null)
                .OrderBy(found => found.Distance)
                .ThenBy(found => found.Name, NaturalOrder.Instance)
                .Select(found => found.Name),
        ];
    }

    /// <summary>
    /// Damerau-Levenshtein distance where a change of case alone counts 1; null when over the threshold.
    /// </summary>
    private static int? Distance(string input, string option, int threshold)
    {
        // Before anything is made of a text that may be as long as the document.
        if (Math.Abs(input.Length - option.Length) > threshold)
        {
            return null;
        }

        var (a, b) = (option.ToLowerInvariant(), input.ToLowerInvariant());
        if (a == b)
        {
            return input == option ? 0 : 1;
        }

        (a, b) = a.Length < b.Length ? (b, a) : (a, b);
        var rows = new[] { new int[b.Length + 1], new int[b.Length + 1], new int[b.Length + 1] };
        for (var j = 0; j <= b.Length; j++)
        {
            rows[0][j] = j;
        }

        for (var i = 1; i <= a.Length; i++)
        {
            if (FillRow(rows, i, a, b) > threshold)
            {
                return null;
            }
        }

        var distance = rows[a.Length % 3][b.Length];
        return distance <= threshold ? distance : null;
    }

    private static int FillRow(int[][] rows, int i, string a, string b)
    {
        var (above, row) = (rows[(i - 1) % 3], rows[i % 3]);
        var smallest = row[0] = i;
        for (var j = 1; j <= b.Length; j++)
        {
            var cost = a[i - 1] == b[j - 1] ? 0 : 1;
            var cell = Math.Min(Math.Min(above[j] + 1, row[j - 1] + 1), above[j - 1] + cost);
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
            {
                cell = Math.Min(cell, rows[(i - 2) % 3][j - 2] + 1);
            }

            row[j] = cell;
            smallest = Math.Min(smallest, cell);
        }

        return smallest;
    }
}
