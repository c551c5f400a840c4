using CrmCloud.Core.Objectives.Statements;
using CrmCloud.Core.Segments;

namespace CrmCloud.Core.Objectives;

/// <summary>Whether a statement speaks of more or less than what would be measured.</summary>
internal static class ScopeRules
{
    /// <param name="isAbout">Whether an indicator is known: else nothing is restricted.</param>
    /// <returns>What would be dropped, for a person; null where everything said is measured.</returns>
    public static string? Gap(StatementReading reading, SegmentDefinition? segment, bool isAbout)
    {
        if (((isAbout ? reading.Unread : null) ?? reading.Population) is not { } words)
        {
            return null;
        }

        if (segment is null)
        {
            return $"The statement also says '{words}', which is not measured: without `segment` all customers are. "
                + "Define a segment of them and name it, or leave the words out.";
        }

        var told = $"{segment.SegmentKey} {segment.Name} {segment.Description} {segment.RuleText}".ToLowerInvariant();
        return Leftovers.Telling(words).Any(word => told.Contains(Stem(word), StringComparison.Ordinal)) ? null
            : $"The statement says '{words}', `segment` says '{segment.Name}': say it in the segment's words, name "
                + "another segment, or leave the words out.";
    }

    // "Loyal" and "loyalty", "German" and "Germany": their first five letters.
    private static string Stem(string word) => word.Length > 5 ? word[..5] : word.TrimEnd('s');
}
