using System.Net;
using System.Text;
using System.Text.RegularExpressions;

namespace CrmCloud.Api.Http;

/// <summary>
/// Shows our own Markdown as a page: headings, tables, lists, paragraphs, <c>code</c> and **bold**; no more.
/// </summary>
public static partial class MarkdownPage
{
    private const string Style =
        "body{font:16px/1.5 system-ui,sans-serif;max-width:56rem;margin:2rem auto;padding:0 1rem}"
        + "body{color:#1b1b1f;background:#fff}table{border-collapse:collapse}"
        + "td,th{border:1px solid #c8c8d0;padding:.4rem .6rem;text-align:left;vertical-align:top}"
        + "code{background:#f0f0f4;padding:0 .25rem}tr:target{background:#fff4c2}"
        + "@media(prefers-color-scheme:dark){body{color:#e8e8ee;background:#16161a}code{background:#2a2a32}"
        + "td,th{border-color:#44444e}tr:target{background:#4a4000}a{color:#9db8ff}}";

    public static string Render(string title, string markdown)
    {
        var page = new StringBuilder();
        page.Append("<!doctype html><html lang=\"en\"><meta charset=\"utf-8\">")
            .Append("<meta name=\"viewport\" content=\"width=device-width\">")
            .Append("<title>").Append(title).Append(" - CrmCloud</title><style>")
            .Append(Style).Append("</style><body>");
        foreach (var block in markdown.ReplaceLineEndings("\n").Split("\n\n", StringSplitOptions.RemoveEmptyEntries))
        {
            Block(page, block.Trim('\n'));
        }

        return page.Append("</body></html>").ToString();
    }

    private static void Block(StringBuilder page, string block)
    {
        var hashes = block.TakeWhile(c => c == '#').Count();
        if (hashes > 0)
        {
            page.Append($"<h{hashes}>").Append(Inline(block[hashes..].Trim())).Append($"</h{hashes}>");
        }
        else if (block.StartsWith('|'))
        {
            Table(page, block.Split('\n'));
        }
        else if (block.StartsWith("- ", StringComparison.Ordinal))
        {
            var items = block[2..].Split("\n- ").Select(item => $"<li>{Inline(item)}</li>");
            page.Append("<ul>").AppendJoin("", items).Append("</ul>");
        }
        else
        {
            page.Append("<p>").Append(Inline(block)).Append("</p>");
        }
    }

    private static void Table(StringBuilder page, string[] lines)
    {
        page.Append("<table>");
        for (var row = 0; row < lines.Length; row++)
        {
            // The second line only draws the rule below the head.
            if (row != 1)
            {
                Row(page, lines[row].Trim().Trim('|').Split('|'), row == 0 ? "th" : "td");
            }
        }

        page.Append("</table>");
    }

    // A row is named by the code in its first cell, so that /docs/problems#NOT_FOUND finds it.
    private static void Row(StringBuilder page, string[] cells, string tag)
    {
        var id = cells[0].Trim().Trim('`');
        page.Append(tag == "td" ? $"<tr id=\"{WebUtility.HtmlEncode(id)}\">" : "<tr>");
        foreach (var cell in cells)
        {
            page.Append($"<{tag}>").Append(Inline(cell.Trim())).Append($"</{tag}>");
        }

        page.Append("</tr>");
    }

    private static string Inline(string text) =>
        Bold().Replace(Code().Replace(WebUtility.HtmlEncode(text), "<code>$1</code>"), "<b>$1</b>");

    [GeneratedRegex("`([^`]+)`")]
    private static partial Regex Code();

    [GeneratedRegex(@"\*\*([^*]+)\*\*")]
    private static partial Regex Bold();
}
