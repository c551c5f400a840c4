using CrmCloud.Core.Shared;

namespace CrmCloud.Core.Rules;

/// <summary>Checks literals against types and turns them into what clauses compare with.</summary>
internal sealed class LiteralBinder(RuleVocabulary vocabulary, RuleFaults faults)
{
    /// <param name="what">The thing compared, for messages.</param>
    /// <returns>Null after a fault.</returns>
    public NumberTest? Number(RuleTest test, RuleType type, string what)
    {
        if (!IsOperatorOf(test, type, what))
        {
            return null;
        }

        var (low, high) = (Value(test.Value, type, what), test.Upper is null ? null : Value(test.Upper, type, what));
        return low is null || (test.Upper is not null && high is null)
            ? null
            : new NumberTest(test.Operator, low.Value, high);
    }

    public bool IsOperatorOf(RuleTest test, RuleType type, string what)
    {
        var isKnown = type.Operators.Contains(test.Operator) && (type.IsOrdered || test.Upper is null);
        if (!isKnown)
        {
            faults.Add(
                test.At.Line > 0 ? test.At : test.Value.At, $"{what} is compared by = and != only.", ["=", "!="]);
        }

        return isKnown;
    }

    /// <summary>A literal of any type but text, as a number: amounts in minor units, choices by position.</summary>
    public decimal? Value(RuleLiteral literal, RuleType type, string what) => (type.Type, literal) switch
    {
        (RuleValueType.Number, NumberLiteral number) => number.Value,
        (RuleValueType.Money, MoneyLiteral money) => Minor(money),
        (RuleValueType.Date, DateLiteral date) => date.Value.DayNumber,
        (RuleValueType.Boolean, TruthLiteral truth) => truth.Value ? 1 : 0,
        (RuleValueType.Enum, TextLiteral text) => Position(text, type.Values!, what),
        _ => Wrong(literal, type, what),
    };

    public string? Text(RuleLiteral literal, RuleType type, string what)
    {
        if (literal is not TextLiteral text)
        {
            Wrong(literal, type, what);
            return null;
        }

        return type.Values is null || Position(text, type.Values, what) is not null ? text.Value : null;
    }

    public RuleDuration? Duration(RuleLiteral literal)
    {
        if (literal is DurationLiteral duration)
        {
            return duration.Value;
        }

        faults.Add(literal.At, "An age is compared with a duration.", ["a duration such as 30d"]);
        return null;
    }

    private decimal? Minor(MoneyLiteral money)
    {
        var currency = vocabulary.Currency;
        if (money.Currency != currency.Code)
        {
            faults.Add(money.At, $"Amounts are in {currency.Code}, not in {money.Currency}.",
                [$"{RuleNumbers.Write(money.Amount)} {currency.Code}"]);
            return null;
        }

        var minor = money.Amount * currency.UnitsPerMajor;
        if (minor == decimal.Truncate(minor))
        {
            return minor;
        }

        faults.Add(money.At, $"{currency.Code} has {currency.Decimals} decimals.", [$"an amount such as {Example}"]);
        return null;
    }

    private decimal? Position(TextLiteral text, IReadOnlyList<string> values, string what)
    {
        for (var i = 0; i < values.Count; i++)
        {
            if (values[i] == text.Value)
            {
                return i;
            }
        }

        var nearest = RuleNames.Nearest(text.Value, values).Select(value => $"'{value}'").ToList();
        faults.Add(text.At,
            $"{what} is never '{text.Value}'; it is one of {string.Join(", ", nearest)}"
                + (values.Count > nearest.Count ? " and others." : "."),
            nearest);
        return null;
    }

    private decimal? Wrong(RuleLiteral literal, RuleType type, string what)
    {
        var expected = type.Type switch
        {
            RuleValueType.Money => $"an amount such as {Example}",
            RuleValueType.Date => "a date such as 2026-11-21",
            RuleValueType.Boolean => "true or false",
            RuleValueType.Number => "a number",
            _ => "a text in single quotes",
        };
        faults.Add(literal.At, $"{what} is compared with {expected}.", [expected]);
        return null;
    }

    private string Example => RuleText.Print(new MoneyLiteral(12, vocabulary.Currency.Code));
}

/// <summary>What is wrong with a rule's names and types; all of it, up to 20 faults.</summary>
internal sealed class RuleFaults(string field)
{
    private const int Most = 20;

    public List<Problem> Found { get; } = [];

    public void Add(Place at, string message, IReadOnlyList<string> expected)
    {
        if (Found.Count < Most)
        {
            Found.Add(RuleError.Of(field, at, message, expected));
        }
    }

    public void Unknown(string what, RuleName name, IEnumerable<string> known)
    {
        var nearest = RuleNames.Nearest(name.Text, known);
        var alike = nearest
            .Where(one => RuleNames.Distance(one, name.Text) <= Math.Max(2, name.Text.Length / 3)).Take(3);
        var meant = string.Join(" or ", alike.Select(one => $"'{one}'"));
        Add(name.At,
            $"There is no {what} '{name.Text}'{(meant.Length > 0 ? $"; did you mean {meant}?" : ".")}", nearest);
    }
}
