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
        var sentence = new Sentence(statement);
        var vague = Wording.VagueWords(sentence.Left);
        var (due, dueNote) = new Deadlines(today, fiscal).Take(sentence);
        var notes = new List<string>();
        if (Wording.TakeAsides(sentence))
        {
            notes.Add("What is said by the way ('without ...', 'while ...') is not measured.");
        }

        var indicators = IndicatorNames.Take(sentence);
        var reading = Amounts.Take(sentence, new StatementReading());
        var text = sentence.Left;
        var negation = Wording.NegationIn(text);
        if (negation is not null)
        {
            notes.Add($"'{string.Join(' ', negation.Split(' ').Select(w => w.StartsWith('~') ? "..." : w).Distinct())}' says what shall not be; say what shall be, such as 'keep ... below ...'.");
        }
        else if (Wording.Disagrees(text))
        {
            notes.Add("Words for more and for less stand side by side; one direction is needed.");
        }

        return reading with
        {
            Indicators = indicators,
            Direction = negation is null ? reading.Direction ?? Wording.DirectionOf(text) : null,
            TowardsBetter = negation is null && !Wording.Disagrees(text) && Wording.SaysBetter(text),
            Due = due,
            DueNote = dueNote,
            VagueWords = vague,
            Notes = negation is null ? notes : [.. notes, Negation],
        };
    }

    /// <summary>In the notes where a negation makes the direction unreadable.</summary>
    public const string Negation = "A negated sentence can be read in two ways.";
}
