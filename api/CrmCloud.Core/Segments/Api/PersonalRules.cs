using CrmCloud.Core.Rules;
using CrmCloud.Core.Shared;
using CrmCloud.Core.Tenants;

namespace CrmCloud.Core.Segments.Api;

/// <summary>Who may not read personal data may not ask for it by a rule either: sizes and members would tell.</summary>
internal static class PersonalRules
{
    /// <returns>Null where the rule names nothing personal, or the caller may read it.</returns>
    public static Problem? Refuse(CompiledRule rule, SegmentRulebook book, Caller caller, string at)
    {
        var personal = rule.Names.Where(book.Compiler.Vocabulary.IsPersonal).ToList();
        return personal.Count == 0 || caller.SeesPersonalData
            ? null
            : new InvalidInput(UserErrorCode.ForbiddenField,
                $"The rule reads personal data ({string.Join(", ", personal)}); that needs CUSTOMERS_READ_PII.", at);
    }
}
