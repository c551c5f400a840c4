using System.Globalization;
using System.Text.RegularExpressions;
using CrmCloud.Core.Shared;

namespace CrmCloud.Core.Objectives.Statements;

/// <summary>Finds what a sentence says about how much. A number counts only where a word makes it a target.</summary>
/// <remarks>
/// Every repetition in the patterns is bounded, so that a hostile sentence costs no more than a long one. "Top 10
/// customers", "phase 2", "24/7" and "in 3 countries" are no amounts, nor is a year.
/// </remarks>
public static class Amounts
{
    private const RegexOptions Options = RegexOptions.CultureInvariant;

    private const string Sign = @"(?<sign>[-+]\s?)?";
    // What the rest of a sentence says about an amount without leaving it open.
    private const string About =
        @"(exactly |precisely |a full |at least |no less than |not less than |an? minimum of |over |more than "
            + @"|just |only |another |a further "
        + @"|an additional |a total of )?";

    private const string Unit =
        @"(?<unit>[\s-]?percentage[- ]points?|[\s-]?(%|percent|per cent|pct)(\s?-?\s?(points?|pts))?"
            + @"|[\s-]?(points?|pts|pp|ppt|p\.p\.)|\s?(basis points|bps)"
        + @"|\s?(pounds|euros?|dollars|gbp|eur|usd|chf|jpy|sek|nok|dkk|pln|aud|cad|£|€|\$))";

    private static readonly string One = Quantity("a");
    private static readonly string Two = Quantity("b");

    // The sense of a number that these stand before or around is another one.
    private static readonly Regex[] NoAmounts =
    [
        new(@"\b(top|bottom|first|last|best|worst|largest|biggest|phase|step|stage|version|release|level|tier|plan"
            + @"|project|item|goal|objective|option|priority|okr|number|no\.|page|team|region|store|group|cohort"
            + @"|wave|sprint|iso|article|section)[ -]?#?\d+(\.\d+)?( %| percent|%)?", Options),
        new(@"#\s?\d+|\b\d+/\d+\b|\b\d+(st|nd|rd|th)\b|\b\d+[- ]?degrees?\b|\bb2[bc]\b|\bcrm \d+(\.\d+)?", Options),
        new(@"\b(in|at|across|of|for|with|among) (all |our |the )?\d+ [a-z]+", Options),
        new(@"\b(every|each|per|last|past|previous) \d+ [a-z]+", Options),
    ];

    private static readonly Regex FromTo = new($@"\bfrom {About}{One} (up |down )?(to|towards) {About}{Two}", Options);
    private static readonly Regex FromOnly = new($@"\bfrom {About}{One}", Options);
    private static readonly Regex Signed = new($@"(?<![\w:=.,] ?)(?<way>[-+])\s?{One}", Options);
    private static readonly Regex ByRange = new($@"\bby (between )?{One}\s?(-|to|and)\s?{Two}", Options);
    private static readonly Regex ToRange = new($@"\b(to|reach) (between )?{One}\s?(-|and)\s?{Two}", Options);
    private static readonly Regex Between = new($@"\b(between|within|in the range|in the range of"
        + $@"|inside)( of)? (of )?{One}\s?(-|to|and)\s?{Two}", Options);
    private static readonly Regex By = new($@"\bby {About}{One}", Options);
    private static readonly Regex AtMost = new($@"(\b(below|under|beneath|less than|lower than|fewer than|at most"
        + $@"|no more than|not more than|no higher than|maximum of|max\.?|not above|never above|not exceed"
        + $@"|not exceeding|not over)|<=?|≤)\s?{One}", Options);
    private static readonly Regex AtLeast = new($@"(\b(above|over|more than|higher than|at least|no less than"
        + $@"|not less than|not below|never below|no lower than|minimum of|min\.?|exceed|exceeding|beyond)|>=?"
        + $@"|≥)\s?{One}", Options);
    private static readonly Regex To = new($@"\b(up to|down to|to|towards|reach|reaching|achieve|achieving|attain"
        + $@"|hit|at|of|=) (a |an |the )?(rate of |level of |value of )?{About}{One}", Options);
    private static readonly Regex Leading = new($@"{One}( relative)? (increase|decrease|reduction|rise|growth|drop"
        + $@"|cut|more|fewer|less|higher|lower|uplift|improvement|gain|decline|better)\b", Options);
    private static readonly Regex ChangeOf = new($@"(?<=\b(increase|decrease|reduction|rise|growth|drop|cut|uplift"
        + $@"|improvement|gain|decline)( (in|of|for) [a-z~ ]{{1,40}}?)? )of {About}{One}", Options);
    private static readonly Regex UpOrDown = new($@"~ *(is |be |goes |go |to be )?(?<way>up"
        + $@"|down) {About}{One}", Options);
    private static readonly Regex Named = new($@"{One} ?(customer |of |in )?~", Options);
    private static readonly Regex Trailing = new($@"~ *(to be|is|be|should be|shall be|of|at|=|:)? ?{One}",
        Options);
    private static readonly Regex Share = new(@"\b(by )?(a |an |one |1 |(?<n>\d) )?(?<share>quarters?|thirds?|half"
        + @"|tenth|fifth)\b( of)?", Options);
    private static readonly Regex Fold = new(@"\b(?<word>double|doubling|twice|triple|tripling|treble|quadruple"
        + @"|halve|halving|(?<n>\d{1,3}(\.\d{1,2})?)(x|[- ]?fold| times)|tenfold|twofold|threefold)\b", Options);
    private static readonly Regex Relative = new(@"\(?\b(relative|relatively|in relative terms|of (its|the"
        + @"|their) (current|present|baseline|initial|starting|today's) (value|level|rate|figure))\b\)?", Options);
    private static readonly Regex Absolute = new(@"\(?\b(absolute|in absolute terms|absolutely"
        + @"|(in )?percentage points|(in )?points)\b\)?", Options);
    private static readonly Regex Monetary =
        new("^(pounds|euros?|dollars|gbp|eur|usd|chf|jpy|sek|nok|dkk|pln|aud|cad)$", Options);
    private static readonly Regex Money = new(@"[£€$]", Options);

    public static StatementReading Take(Sentence sentence, StatementReading reading)
    {
        foreach (var pattern in NoAmounts)
        {
            CrossOut(sentence, pattern);
        }

        var result = ReadPhrases(sentence, reading);
        if (result.By is null)
        {
            result = ReadWords(sentence, result);
        }

        if (!result.HasAmount)
        {
            result = ReadBare(sentence, result);
        }

        return WithTerms(sentence, result);
    }

    private static StatementReading ReadPhrases(Sentence sentence, StatementReading reading)
    {
        if (Find(sentence, FromTo) is { } path)
        {
            var to = Of(path, "b");
            reading = reading with { From = Of(path, "a", to), To = to };
        }

        reading = reading with { By = Range(sentence, ByRange) ?? Single(sentence, By) ?? Single(sentence, ChangeOf) };
        reading = reading with { To = reading.To ?? Range(sentence, ToRange) };
        reading = reading with { From = reading.From ?? Single(sentence, FromOnly) };
        reading = reading with { Between = Range(sentence, Between) };
        reading = reading with { AtMost = Single(sentence, AtMost) };
        reading = reading with { AtLeast = Single(sentence, AtLeast) };
        return reading.To is not null ? reading : ReadTo(sentence, reading);
    }

    // "up to" and "down to" say which way, too.
    private static StatementReading ReadTo(Sentence sentence, StatementReading reading)
    {
        var before = sentence.Left;
        if (Single(sentence, To) is not { } to)
        {
            return reading;
        }

        var at = before.AsSpan().CommonPrefixLength(sentence.Left);
        var way = before.AsSpan(at).StartsWith("up to") ? Kpis.Direction.Increase
            : before.AsSpan(at).StartsWith("down to") ? Kpis.Direction.Decrease : reading.Direction;
        return reading with { To = to, Direction = way };
    }

    // "by a quarter", "double": always of what there is.
    private static StatementReading ReadWords(Sentence sentence, StatementReading reading)
    {
        if (Fold.Match(sentence.Left) is { Success: true } fold)
        {
            sentence.CrossOut(fold.Index, fold.Length);
            var (percent, direction) = Times(fold);
            return reading with
            {
                By = percent > 0 ? new(percent, null, QuantityKind.Relative) : null,
                Direction = direction,
            };
        }

        if (Share.Match(sentence.Left) is { Success: true } share
            && (share.Value.StartsWith("by", StringComparison.Ordinal) || share.Groups["share"].Value is "half"))
        {
            sentence.CrossOut(share.Index, share.Length);
            return reading with { By = new(Part(share), null, QuantityKind.Relative) };
        }

        return reading;
    }

    // "75 percent retention rate", "3 % increase in net income", "retention rate: 75 %".
    private static StatementReading ReadBare(Sentence sentence, StatementReading reading)
    {
        if (Signed.Match(sentence.Left).Groups["way"].Value is { Length: 1 } sign
            && Single(sentence, Signed) is { } signed)
        {
            return WithSign(sentence, reading, signed, sign);
        }

        if (Single(sentence, Leading, keepWord: true) is { } change)
        {
            return reading with { By = change };
        }

        if (UpOrDown.Match(sentence.Left).Groups["way"].Value is { Length: > 0 } way
            && Single(sentence, UpOrDown) is { } moved)
        {
            return reading with { By = moved, Direction = WayOf(way) };
        }

        if ((Single(sentence, Named) ?? Single(sentence, Trailing)) is not { } amount)
        {
            return reading;
        }

        return Wording.DirectionOf(sentence.Left) is null ? reading with { To = amount } : reading with { By = amount };
    }

    // "+10 % orders", "churn -5 points"; a minus beside a word for more is no amount.
    private static StatementReading WithSign(Sentence sentence, StatementReading reading, Quantity amount, string sign)
    {
        var way = sign is "+" ? Kpis.Direction.Increase : Kpis.Direction.Decrease;
        return Wording.DirectionOf(sentence.Left) is { } said && said != way
            ? reading with { By = amount with { Value = -amount.Value } }
            : reading with { By = amount, Direction = way };
    }

    private static Kpis.Direction WayOf(string word) =>
        word is "up" ? Kpis.Direction.Increase : Kpis.Direction.Decrease;

    // "(relative)" and "absolute" may stand anywhere: they say what the percent are of.
    private static StatementReading WithTerms(Sentence sentence, StatementReading reading)
    {
        if (reading.By is not { Kind: QuantityKind.Percent } by)
        {
            return reading;
        }

        var (relative, absolute) = (Relative.IsMatch(sentence.Left), Absolute.IsMatch(sentence.Left));
        return (relative, absolute) switch
        {
            (true, false) => reading with { By = by with { Kind = QuantityKind.Relative } },
            (false, true) => reading with { By = by with { Kind = QuantityKind.Points } },
            _ => reading,
        };
    }

    private static string Quantity(string name) =>
        $@"(?<{name}cur>[£€$]\s?)?{Renamed(Sign, "sign", name)}(?<{name}>\d[\d,]{{0,20}}(\.\d{{1,10}})?)"
        + $@"(?<{name}scale>\s?(k|hundred|thousand|mn|mio|million|m|bn|billion)\b)?{Renamed(Unit, "unit", name)}?";

    private static string Renamed(string pattern, string group, string name) =>
        pattern.Replace($"?<{group}>", $"?<{name}{group}>", StringComparison.Ordinal);

    // "By 10 % to 700" is a change and a value, no range.
    private static bool IsUnlike(Match match) =>
        match.Value.Contains(" to ", StringComparison.Ordinal) && HasUnit(match, "a") && !HasUnit(match, "b");

    private static bool HasUnit(Match match, string name) =>
        match.Groups[name + "unit"].Length > 0 || match.Groups[name + "cur"].Length > 0;

    private static Match? Find(Sentence sentence, Regex pattern, Func<Match, bool>? isMeant = null)
    {
        foreach (var match in pattern.Matches(sentence.Left).ToList())
        {
            if (isMeant?.Invoke(match) != false && !IsOfSomethingElse(sentence.Left, match))
            {
                sentence.CrossOut(match.Index, match.Length);
                return match;
            }
        }

        return null;
    }

    // "to 5 stars", "by 3 new stores": a number with a noun of its own.
    private static bool IsOfSomethingElse(string text, Match match)
    {
        var end = match.Index + match.Length;
        if (end < text.Length && (char.IsLetterOrDigit(text[end]) || text[end] is '/' or '-' or ':'))
        {
            return true;
        }

        var last = match.Groups["b"].Success ? "b" : "a";
        if (match.Groups[last + "unit"].Length > 0 || end + 1 >= text.Length || text[end] != ' '
            || !char.IsLetter(text[end + 1]))
        {
            return false;
        }

        var word = text[(end + 1)..].Split([' ', ',', '.', ';', ')'], 2)[0];
        return !Wording.MayFollowANumber(word);
    }

    private static Quantity? Single(Sentence sentence, Regex pattern, bool keepWord = false)
    {
        if (pattern.Matches(sentence.Left).FirstOrDefault(m => keepWord
            || !IsOfSomethingElse(sentence.Left, m)) is not { } match)
        {
            return null;
        }

        // The word after it says the direction, the mark of an indicator what it is of: both stay.
        var length = keepWord || pattern == Named ? match.Groups["aunit"].Success && match.Groups["aunit"].Length > 0
            ? match.Groups["aunit"].Index + match.Groups["aunit"].Length - match.Index
            : match.Groups["a"].Index + match.Groups["a"].Length - match.Index : match.Length;
        sentence.CrossOut(match.Index, length);
        return Of(match, "a");
    }

    private static Quantity? Range(Sentence sentence, Regex pattern)
    {
        if (Find(sentence, pattern, m => !IsUnlike(m)) is not { } match)
        {
            return null;
        }

        var far = Of(match, "b");
        var near = Of(match, "a", far);
        return near with { Upper = far.Value, Kind = far.Kind, Currency = far.Currency ?? near.Currency };
    }

    /// <param name="other">Of a range: lends its unit where this end has none.</param>
    private static Quantity Of(Match match, string name, Quantity? other = null)
    {
        var value = Number(match.Groups[name].Value) * Scale(match.Groups[name + "scale"].Value.Trim());
        value = match.Groups[name + "sign"].Value.StartsWith('-') ? -value : value;
        var (unit, symbol) = (
            match.Groups[name + "unit"].Value.Trim(' ', '-'), match.Groups[name + "cur"].Value.Trim());
        var kind = KindOf(unit, symbol);
        if (unit is "bps" or "basis points")
        {
            value /= 100;
        }

        return kind == QuantityKind.Plain && other is not null
            ? new(value, null, other.Kind, other.Currency)
            : new(value, null, kind, kind == QuantityKind.Money ? CurrencyOf(symbol.Length > 0 ? symbol : unit) : null);
    }

    private static QuantityKind KindOf(string unit, string symbol) => unit switch
    {
        _ when symbol.Length > 0 || Money.IsMatch(unit) => QuantityKind.Money,
        "" => QuantityKind.Plain,
        "%" or "percent" or "per cent" or "pct" => QuantityKind.Percent,
        _ when unit.Contains("point", StringComparison.Ordinal) || unit is "pts" or "pp" or "ppt" or "p.p." or "bps"
            || unit.EndsWith("pts", StringComparison.Ordinal) => QuantityKind.Points,
        _ => QuantityKind.Money,
    };

    private static string CurrencyOf(string text) => text switch
    {
        "£" or "pounds" => "GBP",
        "€" or "euro" or "euros" => "EUR",
        "$" or "dollars" => "USD",
        _ => text.ToUpperInvariant(),
    };

    // "1,000" has a thousands mark, "2,5" a decimal comma.
    private static decimal Number(string digits)
    {
        var comma = digits.LastIndexOf(',');
        var isDecimal = comma >= 0 && digits.IndexOf(',', StringComparison.Ordinal) == comma
            && digits.Length - comma - 1 is 1 or 2
            && !digits.Contains('.', StringComparison.Ordinal);
        var plain = isDecimal ? digits.Replace(',', '.') : digits.Replace(",", "", StringComparison.Ordinal);
        return plain.Length <= 20 && decimal.TryParse(plain, NumberStyles.AllowDecimalPoint,
            CultureInfo.InvariantCulture, out var value) ? value : 1e18m;
    }

    private static decimal Scale(string word) => word switch
    {
        "hundred" => 100m,
        "k" or "thousand" => 1_000m,
        "m" or "mn" or "mio" or "million" => 1_000_000m,
        "bn" or "billion" => 1_000_000_000m,
        _ => 1,
    };

    private static (decimal Percent, Kpis.Direction Direction) Times(Match fold) => fold.Groups["word"].Value switch
    {
        "double" or "doubling" or "twice" or "twofold" => (100, Kpis.Direction.Increase),
        "triple" or "tripling" or "treble" or "threefold" => (200, Kpis.Direction.Increase),
        "quadruple" => (300, Kpis.Direction.Increase),
        "tenfold" => (900, Kpis.Direction.Increase),
        "halve" or "halving" => (50, Kpis.Direction.Decrease),
        _ => ((Number(fold.Groups["n"].Value) - 1) * 100, Kpis.Direction.Increase),
    };

    private static decimal Part(Match share)
    {
        var count = share.Groups["n"].Success ? Number(share.Groups["n"].Value) : 1;
        var part = share.Groups["share"].Value switch
        {
            "half" => 50m,
            "tenth" => 10m,
            "fifth" => 20m,
            "third" or "thirds" => 100m / 3,
            _ => 25m,
        };
        return decimal.Round(count * part, 6, MidpointRounding.ToEven);
    }

    private static void CrossOut(Sentence sentence, Regex pattern)
    {
        foreach (var match in pattern.Matches(sentence.Left).ToList())
        {
            // "of 75 %" is an amount; "of 3 stores" is none.
            if (!HasUnitOrNumberWord(sentence.Left, match))
            {
                sentence.Unmeasured.Add(match.Value.Trim());
                sentence.CrossOut(match.Index, match.Length);
            }
        }
    }

    private static bool HasUnitOrNumberWord(string text, Match match)
    {
        var lastWord = match.Value[(match.Value.LastIndexOf(' ') + 1)..];
        return (match.Value.Length > 0 && Wording.MayFollowANumber(lastWord) && !char.IsDigit(lastWord[0]))
            || lastWord is "percent" or "per" or "pct" or "points" or "point" or "pp" or "percentage" or "basis" or "k"
                or "million" or "m" or "thousand" or "bn" or "billion" or "mio" or "bps" or "pts"
            || Monetary.IsMatch(lastWord);
    }
}
