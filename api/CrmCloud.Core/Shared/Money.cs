using System.Collections.Frozen;

namespace CrmCloud.Core.Shared;

/// <summary>A currency of ISO 4217, with the number of decimals its smallest unit has.</summary>
public readonly record struct Currency
{
    // Everything not listed has two decimals. Source: ISO 4217 list one, column "minor unit".
    private static readonly FrozenSet<string> NoDecimals = new[]
    {
        "BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW",
        "PYG", "RWF", "UGX", "UYI", "VND", "VUV", "XAF", "XOF", "XPF",
    }.ToFrozenSet();

    private static readonly FrozenSet<string> ThreeDecimals =
        new[] { "BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND" }.ToFrozenSet();

    // Legal tenders of ISO 4217 list one; no funds, metals or codes for tests. In use in November 2026.
    private static readonly FrozenSet<string> Tenders = (
        "AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CLP "
        + "CNY COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD HNL "
        + "HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD "
        + "MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR "
        + "PLN PYG QAR RON RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND "
        + "TOP TRY TTD TWD TZS UAH UGX USD UYU UZS VED VES VND VUV WST XAF XCD XCG XOF XPF YER ZAR ZMW ZWG")
        .Split(' ').ToFrozenSet();

    private readonly string? _code;

    private Currency(string code) => _code = code;

    public string Code => _code ?? throw new InvalidOperationException("Currency was never set.");

    /// <summary>Decimals of the smallest unit: 2 for GBP, 0 for JPY, 3 for KWD.</summary>
    public int Decimals => NoDecimals.Contains(Code) ? 0 : ThreeDecimals.Contains(Code) ? 3 : 2;

    /// <summary>Minor units in one major unit: 100 for GBP.</summary>
    public long UnitsPerMajor => Decimals switch { 0 => 1, 3 => 1000, _ => 100 };

    /// <summary>
    /// Whether somebody pays in it today, so that a tenant may keep books in it. Amounts may be in others: codes end.
    /// </summary>
    public bool IsTender => Tenders.Contains(Code);

    /// <summary>Takes every code of the right form: what was stored must be read for ever.</summary>
    public static bool TryParse(string? text, out Currency currency)
    {
        var valid = text is { Length: 3 } && text.All(char.IsAsciiLetterUpper);
        currency = valid ? new Currency(text!) : default;
        return valid;
    }

    /// <exception cref="FormatException">Not three capital letters.</exception>
    public static Currency Parse(string text) =>
        TryParse(text, out var currency) ? currency : throw new FormatException($"'{text}' is not a currency code.");

    public override string ToString() => Code;
}

/// <summary>An amount in the currency's smallest unit (cents, yen). Sums overflow loudly.</summary>
public readonly record struct Money(long MinorUnits, Currency Currency)
{
    /// <summary>The amount in major units, exact, with the currency's decimals: 12.50.</summary>
    public decimal Amount => ToMajor(MinorUnits, Currency);

    /// <exception cref="InvalidOperationException">The currencies differ; convert first.</exception>
    public static Money operator +(Money left, Money right) =>
        left.Currency == right.Currency
            ? left with { MinorUnits = checked(left.MinorUnits + right.MinorUnits) }
            : throw new InvalidOperationException($"Cannot add {right.Currency} to {left.Currency}.");

    /// <summary>
    /// Whether the amount can be said in minor units without rounding. Zeros at its end do not count.
    /// </summary>
    /// <param name="amount">At most 1e18 either way.</param>
    public static bool IsExact(decimal amount, Currency currency) =>
        decimal.IsInteger(amount * currency.UnitsPerMajor);

    /// <summary>Rounds half-even to minor units; false when the amount does not fit (over 9e16 minor units).</summary>
    public static bool TryFrom(decimal amount, Currency currency, out Money money)
    {
        var minor = Math.Round(amount * currency.UnitsPerMajor, 0, MidpointRounding.ToEven);
        var fits = Math.Abs(minor) <= 90_000_000_000_000_000m;
        money = fits ? new Money((long)minor, currency) : default;
        return fits;
    }

    /// <summary>Minor units as an exact decimal of major units, keeping trailing zeros (1250 GBP is 12.50).</summary>
    public static decimal ToMajor(long minorUnits, Currency currency)
    {
        var (low, high, negative) = Split(minorUnits);
        return new decimal(low, high, 0, negative, (byte)currency.Decimals);
    }

    private static (int Low, int High, bool Negative) Split(long value)
    {
        var magnitude = value < 0 ? unchecked((ulong)-value) : (ulong)value;
        return (unchecked((int)magnitude), unchecked((int)(magnitude >> 32)), value < 0);
    }
}
