using System.Globalization;

namespace CrmCloud.Core.Rules;

// Conditions, windows, literals and single tokens.
internal sealed partial class RuleParser
{
    private const string DateForm = "a date such as 2026-11-21";

    private static readonly string[] LiteralForms =
        ["a number", "an amount such as 12.50 GBP", "a text in single quotes", DateForm,
            "true", "false", "a duration such as 30d"];

    private List<FieldTest> Where()
    {
        var tests = new List<FieldTest>();
        if (!Take("where"))
        {
            return tests;
        }

        do
        {
            tests.Add(new FieldTest(Name("a field"), Test(mayRange: false)));
        }
        while (AnotherField());
        return tests;
    }

    // "and", a name and a comparison belong to the condition before; anything else after "and" is the next clause.
    private bool AnotherField()
    {
        var more = Current.Is("and") && _tokens.Count - _next > 3
            && _tokens[_next + 1].Kind is TokenKind.Word or TokenKind.Quoted
            && Array.IndexOf(RuleWords.Operators, _tokens[_next + 2].Text) >= 0
            && _tokens[_next + 2].Kind == TokenKind.Sign;
        _next += more ? 1 : 0;
        return more;
    }

    private RuleWindow? Window()
    {
        var at = Current.At;
        if (Take("within"))
        {
            return new WithinWindow(Duration());
        }

        if (Take("between"))
        {
            var newer = Duration();
            Need("and");
            var older = Duration();
            Need("ago");
            return newer.NominalHours < older.NominalHours
                ? new AgoWindow(newer, older, at)
                : throw new RuleSyntaxException(
                    at, "The shorter duration comes first.", [$"between {older} and {newer} ago"]);
        }

        if (Take("since"))
        {
            return Literal() is DateLiteral date
                ? new SinceWindow(date.Value)
                : throw new RuleSyntaxException(_tokens[_next - 1].At, "Since takes a date.", [DateForm]);
        }

        if (!Take("in"))
        {
            return null;
        }

        var isThis = Take("this");
        if (!isThis)
        {
            Need("last", "this");
        }

        return new CalendarWindow(
            isThis ? RulePeriod.This : RulePeriod.Last,
            (RuleCalendarUnit)Choice(RuleWords.CalendarUnits, "a calendar period"));
    }

    private RuleTest Test(bool mayRange, params string[] others)
    {
        var at = Current.At;
        if (mayRange && Take("between"))
        {
            var low = Literal();
            Need("and");
            return new RuleTest(RuleOperator.Gte, low, Literal()) { At = at };
        }

        return new RuleTest(Operator(mayRange, others), Literal()) { At = at };
    }

    private RuleOperator Operator(bool mayRange, params string[] others)
    {
        var index = Current.Kind == TokenKind.Sign ? Array.IndexOf(RuleWords.Operators, Current.Text) : -1;
        if (index < 0)
        {
            string[] range = mayRange ? ["between"] : [];
            throw Unexpected("a comparison", [.. RuleWords.Operators, .. others, .. range]);
        }

        _next++;
        return (RuleOperator)index;
    }

    private RuleLiteral Literal()
    {
        var token = Current;
        _next++;
        RuleLiteral? literal = token.Kind switch
        {
            TokenKind.Text => new TextLiteral(token.Text),
            TokenKind.Date => new DateLiteral(DateOf(token)),
            TokenKind.Duration => new DurationLiteral(DurationOf(token)),
            TokenKind.Number => NumberOrMoney(token),
            TokenKind.Word when token.Text is "true" or "false" => new TruthLiteral(token.Text == "true"),
            _ => null,
        };
        if (literal is null)
        {
            _next--;
            throw Unexpected("a value", LiteralForms);
        }

        return literal with { At = token.At };
    }

    private RuleLiteral NumberOrMoney(Token token)
    {
        var number = RuleNumbers.Read(token.Text)
            ?? throw new RuleSyntaxException(token.At, RuleNumbers.Bounds, ["a number"]);
        var isMoney = Current is { Kind: TokenKind.Word, Text.Length: 3 }
            && Current.Text.All(char.IsAsciiLetterUpper) && Current.Text is not ("AND" or "NOT");
        return isMoney ? new MoneyLiteral(number, _tokens[_next++].Text) : new NumberLiteral(number);
    }

    private static DateOnly DateOf(Token token) => DateOnly.TryParseExact(
        token.Text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var date)
            ? date
            : throw new RuleSyntaxException(token.At, $"'{token.Text}' is no date of the calendar.", [DateForm]);

    private RuleDuration Duration()
    {
        if (Current.Kind != TokenKind.Duration)
        {
            throw Unexpected("a duration", ["12h", "30d", "4w", "3mo", "1y"]);
        }

        return DurationOf(_tokens[_next++]);
    }

    private static RuleDuration DurationOf(Token token) => RuleNumbers.ReadDuration(token.Text)
        ?? throw new RuleSyntaxException(
            token.At, RuleNumbers.DurationBounds, ["1h to 876000h", "1d to 36500d", "1mo to 1200mo"]);

    private int Choice(string[] words, string what)
    {
        var index = Current.Kind == TokenKind.Word ? Array.IndexOf(words, Current.Text) : -1;
        if (index < 0)
        {
            throw Unexpected(what, words);
        }

        _next++;
        return index;
    }

    private RuleName Name(string what)
    {
        var token = Current;
        if (token.Kind is not (TokenKind.Word or TokenKind.Quoted))
        {
            throw Unexpected(what, [what]);
        }

        if (token.Text.Length > RuleLimits.NameCharacters)
        {
            throw new RuleSyntaxException(
                token.At, $"A name has at most {RuleLimits.NameCharacters} characters.", [what]);
        }

        _next++;
        return new RuleName(token.Text, token.At);
    }

    private bool Take(string word)
    {
        var found = Current.Is(word);
        _next += found ? 1 : 0;
        return found;
    }

    private void Need(string word, params string[] others)
    {
        if (!Take(word))
        {
            throw Unexpected($"'{word}'", [word, .. others]);
        }
    }

    private void End()
    {
        if (Current.Kind != TokenKind.End)
        {
            throw Unexpected("the end of the rule", AfterClause);
        }
    }

    private RuleSyntaxException Unexpected(string what, IReadOnlyList<string> expected)
    {
        var lower = Current.Text.ToLowerInvariant();
        var isShouted = Current.Kind == TokenKind.Word && lower != Current.Text && RuleWords.IsReserved(lower);
        return new RuleSyntaxException(
            Current.At,
            isShouted ? $"'{Current.Text}' is written in lower case." : $"Expected {what}, found {Current.Shown}.",
            isShouted ? [lower] : expected);
    }
}

/// <summary>Numbers and durations as the language knows them.</summary>
internal static class RuleNumbers
{
    public const int Decimals = 6;
    public const string Bounds = "A number is below 10^15 and has at most 6 decimals.";
    public const string DurationBounds = "A duration is at least 1 and at most 100 years.";

    private const decimal Most = 1_000_000_000_000_000m;
    private const NumberStyles Style = NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint;

    public static decimal? Read(string text) =>
        text.Length <= 40 && decimal.TryParse(text, Style, CultureInfo.InvariantCulture, out var number)
        && IsAccepted(number)
            ? number
            : null;

    public static bool IsAccepted(decimal number) =>
        Math.Abs(number) < Most && number == decimal.Round(number, Decimals);

    public static string Write(decimal number) => number.ToString("0.######", CultureInfo.InvariantCulture);

    public static RuleDuration? ReadDuration(string text)
    {
        var digits = text.TakeWhile(char.IsAsciiDigit).Count();
        var unit = Array.IndexOf(RuleWords.TimeUnits, text[digits..]);
        var count = digits is > 0 and < 8 ? int.Parse(text[..digits], CultureInfo.InvariantCulture) : 0;
        return unit >= 0 && count >= 1 && count <= RuleDuration.MostOf((RuleTimeUnit)unit)
            ? new RuleDuration(count, (RuleTimeUnit)unit)
            : null;
    }
}
