using System.Text;

namespace CrmCloud.Core.Bulk;

/// <summary>Where a person finds a byte of a row: physical line and character, both from 1.</summary>
public static class RowText
{
    /// <param name="firstLine">Physical line on which the row starts.</param>
    public static (long Line, int Character) Place(ReadOnlySpan<byte> raw, int at, long firstLine)
    {
        var before = raw[..at];
        var lineStart = before.LastIndexOf((byte)'\n') + 1;
        return (firstLine + before.Count((byte)'\n'), Encoding.UTF8.GetCharCount(before[lineStart..]) + 1);
    }
}
