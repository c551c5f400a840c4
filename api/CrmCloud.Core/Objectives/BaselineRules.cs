using CrmCloud.Core.Kpis;
using CrmCloud.Core.Objectives.Statements;

namespace CrmCloud.Core.Objectives;

/// <summary>Whether a statement starts from where the objective does.</summary>
internal static class BaselineRules
{
    /// <summary>Why what it compares with is not the baseline; null where it is, or nothing is said.</summary>
    public static string? OtherBase(StatementReading reading, DraftQuestion question, Baseline? baseline)
    {
        if (reading.ComparedWith is not { } other || question.Baseline is not null
            || baseline is null or { Source: BaselineSource.Stated } || IsLast(other, question.Grain))
        {
            return null;
        }

        return $" The change counts from there, and the statement says '{other}': leave the words out, name the value "
            + "to reach, or state the other value in `baseline`.";
    }

    // "Than last month" is the baseline where months are compared.
    private static bool IsLast(string words, Grain grain)
    {
        var unit = grain.ToString().ToLowerInvariant();
        return words.EndsWith("last " + unit, StringComparison.Ordinal)
            || words.EndsWith("previous " + unit, StringComparison.Ordinal);
    }
}
