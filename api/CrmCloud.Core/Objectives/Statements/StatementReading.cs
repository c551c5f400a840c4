using System.Text.RegularExpressions;
using CrmCloud.Core.Kpis;

namespace CrmCloud.Core.Objectives.Statements;

public enum QuantityKind
{
    /// <summary>A number without a unit.</summary>
    Plain,

    /// <summary>"25 %": of the baseline or in points, the sentence does not say.</summary>
    Percent,

    /// <summary>"25 % (relative)", "a quarter", "double".</summary>
    Relative,

    /// <summary>"3 points", "3 percentage points".</summary>
    Points,

    Money,
}

/// <param name="Upper">The far end of a range; null without one.</param>
/// <param name="Currency">ISO code where one was written; null otherwise.</param>
public sealed record Quantity(decimal Value, decimal? Upper, QuantityKind Kind, string? Currency = null);

/// <summary>What a sentence says, as far as it can be read. Nothing is guessed.</summary>
public sealed record StatementReading
{
    /// <summary>In the order in which they are named.</summary>
    public IReadOnlyList<Indicator> Indicators { get; init; } = [];

    /// <summary>Null where no word says it, several disagree, or a negation stands before it.</summary>
    public Direction? Direction { get; init; }

    /// <summary>"improve": whatever is better for the indicator.</summary>
    public bool TowardsBetter { get; init; }

    /// <summary>"by ...".</summary>
    public Quantity? By { get; init; }

    /// <summary>"from ... to ...".</summary>
    public Quantity? From { get; init; }

    /// <summary>"to ...", "reach ...".</summary>
    public Quantity? To { get; init; }

    /// <summary>"below ...", "at most ...".</summary>
    public Quantity? AtMost { get; init; }

    /// <summary>"above ...", "at least ...".</summary>
    public Quantity? AtLeast { get; init; }

    /// <summary>"between ... and ...".</summary>
    public Quantity? Between { get; init; }

    public DateOnly? Due { get; init; }

    public IReadOnlyList<string> VagueWords { get; init; } = [];

    /// <summary>What could not be taken as it stands, and why, for a person.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];

    /// <summary>Why there is no deadline although something looks like one.</summary>
    public string? DueNote { get; init; }

    public bool HasAmount => (By ?? To ?? AtMost ?? AtLeast ?? Between) is not null;
}

/// <summary>A sentence whose parts are crossed out as they are understood, so that nothing is read twice.</summary>
public sealed class Sentence(string text)
{
    private static readonly Dictionary<string, string> Words = new(StringComparer.Ordinal)
    {
        ["two"] = "2", ["three"] = "3", ["four"] = "4", ["five"] = "5", ["six"] = "6", ["seven"] = "7", ["eight"] = "8",
        ["nine"] = "9", ["ten"] = "10", ["eleven"] = "11", ["twelve"] = "12", ["fifteen"] = "15", ["eighteen"] = "18",
        ["twenty-five"] = "25", ["twenty"] = "20", ["twenty-four"] = "24", ["thirty"] = "30", ["forty"] = "40",
            ["fifty"] = "50",
        ["sixty"] = "60", ["seventy-five"] = "75", ["seventy"] = "70", ["eighty"] = "80", ["ninety"] = "90",
    };

    // "two thirds" and "three quarters" are shares, read as such where amounts are.
    private static readonly Regex Numerals = new(
        @"\b(twenty-five|twenty-four|seventy-five|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|fifteen|eighteen"
        + @"|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety)\b",
        RegexOptions.CultureInvariant);

    private readonly char[] _left = [.. Normal(text)];

    /// <summary>What is left; crossed out parts are blanks, or '~' where an indicator stood.</summary>
    public string Left => new(_left);

    public void CrossOut(int at, int length, char with = ' ') => _left.AsSpan(at, length).Fill(with);

    private static string Normal(string text) => Numerals.Replace(Plain(text), m => Words[m.Value]);

    private static string Plain(string text)
    {
        var normal = text.ToLowerInvariant().ToCharArray();
        for (var i = 0; i < normal.Length; i++)
        {
            normal[i] = normal[i] switch
            {
                '\u2013' or '\u2014' or '\u2212' => '-',
                '\u2019' or '\u2018' => '\'',
                '\u00a0' or '\u202f' or '\t' or '\n' or '\r' => ' ',
                '~' => ' ',
                var c => c,
            };
        }

        return new(normal);
    }
}
