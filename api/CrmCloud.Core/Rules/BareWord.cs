using CrmCloud.Core.Shared;

namespace CrmCloud.Core.Rules;

/// <summary>
/// A word where a value belongs: the commonest mistake. What would be right depends on what it is compared with, so
/// the rule is tried again with the word in quotes.
/// </summary>
internal sealed class BareWord(Func<string, string, Outcome<CompiledRule>> compile, string text, string field)
{
    private const string Quotes = "A text stands in single quotes.";

    // No list of values has it, so that a fault there lists them.
    private const string NoValue = " ?";

    /// <summary>The same refusal where no bare word is at fault.</summary>
    public Outcome<CompiledRule> Explain(Outcome<CompiledRule> refused)
    {
        if (refused.Problems is not [RuleError { Line: { } line, Column: { } column } fault]
            || !fault.Message.StartsWith("Expected a value", StringComparison.Ordinal))
        {
            return refused;
        }

        var start = StartOf(line) + column - 1;
        var word = start < 0 || start >= text.Length
            ? ""
            : new string([.. text[start..].TakeWhile(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-')]);
        if (word.Length == 0)
        {
            return refused;
        }

        if (AtPlace(compile(With(start, word, word), field), fault) is { } other)
        {
            return other with { Message = $"{Quotes} {other.Message}" };
        }

        var values = AtPlace(compile(With(start, word, word + NoValue), field), fault)?.Expected;
        return RuleError.Of(
            field, new(line, column), $"{Quotes} Write '{word}'.", values is { Count: > 0 } ? values : [$"'{word}'"]);
    }

    private string With(int start, string word, string quoted) =>
        $"{text[..start]}'{quoted}'{text[(start + word.Length)..]}";

    private static RuleError? AtPlace(Outcome<CompiledRule> answer, RuleError fault) => answer.Succeeded
        ? null
        : answer.Problems.OfType<RuleError>()
            .FirstOrDefault(one => one.Line == fault.Line && one.Column == fault.Column);

    private int StartOf(int line)
    {
        var start = 0;
        for (var n = 1; n < line; n++)
        {
            start = text.IndexOf('\n', start) + 1;
            if (start == 0)
            {
                return -1;
            }
        }

        return start;
    }
}
