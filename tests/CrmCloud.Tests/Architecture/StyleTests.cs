using System.Text.RegularExpressions;

namespace CrmCloud.Tests.Architecture;

/// <summary>What anybody who reads the sources may count on: files, lines and functions of a bounded size.</summary>
public sealed partial class StyleTests
{
    private const int MostLines = 400;
    private const int MostColumns = 120;
    private const int MostLinesOfAFunction = 60;

    // What stands before the quotes that begin a raw string literal; others end a verbatim one.
    private const string BeforeRaw = " ($[{";

    private static readonly string[] NotOurs = [".git", "bin", "obj", "node_modules"];

    [Fact]
    public void Every_file_has_at_most_400_lines() => AssertNone(Files()
        .Where(file => file.Lines.Length > MostLines)
        .Select(file => $"{file.Path}: {file.Lines.Length} lines"));

    // The text of a raw string literal is data: a schema or a row of a file that must be what it is.
    [Fact]
    public void No_line_is_longer_than_120_columns_but_the_text_of_a_raw_string_literal() => AssertNone(Files()
        .SelectMany(file => LinesOfCode(file.Path, file.Lines)
            .Where(line => line.Text.Length > MostColumns)
            .Select(line => $"{file.Path}:{line.Number}: {line.Text.Length} columns")));

    [Fact]
    public void No_function_has_more_than_60_lines() => AssertNone(Files()
        .SelectMany(file => Members(file.Lines)
            .Where(member => member.Count > MostLinesOfAFunction)
            .Select(member => $"{file.Path}:{member.Number}: {member.Count} lines")));

    [Fact]
    public void A_function_is_found_with_its_length_in_a_type_and_in_a_type_within_it()
    {
        var members = Members("""
            public sealed class One
            {
                public int Two<T>(
                    int three) where T : class
                {
                    return three;
                }

                private sealed record Four(int Five)
                {
                    public int Six => Five switch
                    {
                        _ => 7,
                    };
                }
            }
            """.Split('\n'));

        Assert.Equal([(3, 5), (11, 4)], members);
    }

    private static void AssertNone(IEnumerable<string> found) =>
        Assert.True(!found.Any(), string.Join('\n', found.Order(StringComparer.Ordinal)));

    private static IEnumerable<(string Path, string[] Lines)> Files() =>
        FilesIn(new(Repository.Root)).Select(file =>
            (Path.GetRelativePath(Repository.Root, file.FullName), File.ReadAllLines(file.FullName)));

    private static IEnumerable<FileInfo> FilesIn(DirectoryInfo folder) => folder.EnumerateFiles("*.cs").Concat(
        folder.EnumerateDirectories().Where(inner => !NotOurs.Contains(inner.Name)).SelectMany(FilesIn));

    /// <summary>All lines but those that lie wholly within a raw string literal.</summary>
    private static IEnumerable<(int Number, string Text)> LinesOfCode(string path, string[] lines)
    {
        var quotes = 0;
        for (var i = 0; i < lines.Length; i++)
        {
            var before = quotes;
            foreach (var run in RawQuotes().EnumerateMatches(lines[i]))
            {
                var begins = run.Index == 0 || BeforeRaw.Contains(lines[i][run.Index - 1]);
                quotes = quotes == 0 ? (begins ? run.Length : 0) : run.Length >= quotes ? 0 : quotes;
            }

            if (before == 0 || quotes == 0)
            {
                yield return (i + 1, lines[i]);
            }
        }

        Assert.True(quotes == 0, $"{path}: a raw string literal seems not to end; teach this test how it does.");
    }

    /// <summary>
    /// Functions and properties with a body in braces. It is told by its place: types stand at the margin or, within
    /// another type, one step in; whatever else opens a brace a step within a type is a member's.
    /// </summary>
    private static IEnumerable<(int Number, int Count)> Members(string[] lines)
    {
        (int Start, bool IsType)[] open = [(0, true), default, default];
        for (var i = 0; i < lines.Length; i++)
        {
            var text = lines[i].TrimStart();
            var depth = (lines[i].Length - text.Length) / 4;
            if (depth is 0 or > 2)
            {
                continue;
            }

            if (text == "{")
            {
                var start = i;
                while (start > 0 && IsOfADeclaration(lines[start - 1].Trim()))
                {
                    start--;
                }

                open[depth] = (start, TypeDeclaration().IsMatch(lines[start].TrimStart()));
            }
            else if (text.StartsWith('}') && !open[depth].IsType && open[depth - 1].IsType)
            {
                yield return (open[depth].Start + 1, i - open[depth].Start + 1);
            }
        }
    }

    private static bool IsOfADeclaration(string line) =>
        line.Length > 0
        && line[^1] is not (';' or '}' or ']' or '{')
        && !line.StartsWith("//", StringComparison.Ordinal);

    [GeneratedRegex("\"{3,}")]
    private static partial Regex RawQuotes();

    [GeneratedRegex(@"^((public|private|protected|internal|file|sealed|static|abstract|partial|readonly|ref) )*"
        + "(class|record|struct|interface|enum) ")]
    private static partial Regex TypeDeclaration();
}
