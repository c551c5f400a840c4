namespace CrmCloud.GraphQL.Language;

/// <summary>The specification's BlockStringValue(), and its way back to text as graphql-js prints it.</summary>
internal static class BlockString
{
    /// <summary>Removes the common indentation and the blank lines at both ends.</summary>
    public static string Dedent(string raw)
    {
        var lines = raw.Split('\n');
        var (common, first, last) = (int.MaxValue, -1, -1);
        for (var i = 0; i < lines.Length; i++)
        {
            var indent = LeadingWhitespace(lines[i]);
            if (indent == lines[i].Length)
            {
                continue;
            }

            first = first < 0 ? i : first;
            last = i;
            common = i != 0 ? Math.Min(common, indent) : common;
        }

        if (first < 0)
        {
            return "";
        }

        for (var i = Math.Max(1, first); i <= last; i++)
        {
            lines[i] = lines[i][Math.Min(common, lines[i].Length)..];
        }

        return string.Join('\n', lines, first, last - first + 1);
    }

    public static string Print(string value)
    {
        var escaped = value.Replace("\"\"\"", "\\\"\"\"", StringComparison.Ordinal);
        var lines = escaped.Split(["\r\n", "\n", "\r"], StringSplitOptions.None);
        var single = lines.Length == 1;
        var forceLeading = !single && lines.Skip(1).All(line => line.Length == 0 || IsWhitespace(line[0]));
        var endsInTripleQuotes = escaped.EndsWith("\\\"\"\"", StringComparison.Ordinal);
        var forceTrailing = (value.EndsWith('"') && !endsInTripleQuotes) || value.EndsWith('\\');
        var multiple = !single || value.Length > 70 || forceTrailing || forceLeading || endsInTripleQuotes;
        var skipLeading = single && value.Length > 0 && IsWhitespace(value[0]);
        var before = (multiple && !skipLeading) || forceLeading ? "\n" : "";
        var after = multiple || forceTrailing ? "\n" : "";
        return "\"\"\"" + before + escaped + after + "\"\"\"";
    }

    private static bool IsWhitespace(char unit) => unit is ' ' or '\t';

    private static int LeadingWhitespace(string line)
    {
        var i = 0;
        while (i < line.Length && IsWhitespace(line[i]))
        {
            i++;
        }

        return i;
    }
}
