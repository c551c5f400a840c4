using CrmCloud.Core.Kpis;

namespace CrmCloud.Core.Objectives.Statements;

/// <summary>Reads an English sentence for indicator, direction, amount and deadline.</summary>
/// <remarks>
/// Parts are found one kind after the other and crossed out: dates before numbers, indicators before verbs ("net income
/// growth" is no growth), bounds before negations ("no more than 5"). What does not fit stays unread; a sentence is
/// refused for what is missing, never filled in.
/// </remarks>
public static class StatementReader
{
    public static StatementReading Read(string statement, DateOnly today, CalendarSettings fiscal)
    {
        var (text, hedges) = Hedges.Take(Sentence.Normal(statement));
        var sentence = new Sentence(text);
        var vague = Wording.VagueWords(Sentence.Normal(statement));
        var comparedWith = Wording.TakeComparison(sentence);
        var (due, dueNote) = new Deadlines(today, fiscal).Take(sentence);
        var aside = Wording.TakeAsides(sentence);
        var newcomers = Populations.TakeNewcomers(sentence);
        var indicators = IndicatorNames.Take(sentence);
        var population = newcomers ?? Populations.In(statement, sentence);
        var deed = Wording.DeedIn(sentence.Left);
        var (per, repeated) = Wording.TakePer(sentence);
        var reading = Amounts.Take(sentence, new StatementReading());
        var unread = reading.HasAmount ? Leftovers.In(statement, sentence, hedges.Count > 0) : null;
        return Directed(reading, sentence.Left) with
        {
            Indicators = indicators,
            Due = due,
            DueNote = dueNote,
            Hedges = repeated is null ? hedges : [.. hedges, repeated],
            Population = population,
            Unread = unread,
            Per = per,
            ComparedWith = comparedWith,
            Aside = aside,
            Deed = deed,
            VagueWords = vague,
            IsAboutReturn = Wording.IsAboutReturn(text),
        };
    }

    private static StatementReading Directed(StatementReading reading, string text)
    {
        var negation = Wording.NegationIn(text);
        var disagrees = negation is null && Wording.Disagrees(text);
        List<string> notes = [];
        if (negation is not null)
        {
            var words = negation.Split(' ').Select(w => w.StartsWith('~') ? "..." : w).Distinct();
            notes.Add($"'{string.Join(' ', words)}' says what shall not be; say what shall be, such as 'keep ... "
                + $"below ...'.");
            notes.Add(Negation);
        }
        else if (disagrees)
        {
            notes.Add("Words for more and for less stand side by side; one direction is needed.");
        }

        return reading with
        {
            Direction = negation is null ? reading.Direction ?? Wording.DirectionOf(text) : null,
            TowardsBetter = negation is null && !disagrees && Wording.SaysBetter(text),
            Notes = notes,
        };
    }

    /// <summary>In the notes where a negation makes the direction unreadable.</summary>
    public const string Negation = "A negated sentence can be read in two ways.";
}
