namespace CrmCloud.Core.Predictive;

/// <summary>Gathers the customers that a model is fitted to: all of them, or an even part of very many.</summary>
/// <remarks>
/// Who is in the part depends on his key alone, so two fits of the same customers are the same. 200,000 customers give
/// every parameter to three digits; more would only take longer.
/// </remarks>
public sealed class ValueSample(int most = 200_000)
{
    /// <summary>Fewer customers than this are chance, not a pattern.</summary>
    public const int FewestCustomers = 200;

    /// <summary>Fewer with a repeat than this do not tell leaving from waiting.</summary>
    public const int FewestRepeating = 50;

    // Nearer to 1 the mean over customers is made by a few enormous ones who may not exist.
    private const double LeastQ = 1.05;

    private readonly List<(long Key, PurchaseHistory History, double Mean)> _rows = [];
    private int _halvings;

    public int Customers { get; private set; }

    public int Repeating { get; private set; }

    /// <param name="key">Spread evenly over all 64 bits.</param>
    /// <param name="mean">Of a repeat day, in major units; 0 without a repeat.</param>
    public void Add(long key, PurchaseHistory history, double mean)
    {
        Customers++;
        Repeating += history.Repeats > 0 ? 1 : 0;
        if (!IsIn(key))
        {
            return;
        }

        _rows.Add((key, history, mean));
        if (_rows.Count > most)
        {
            _halvings++;
            _rows.RemoveAll(row => !IsIn(row.Key));
        }
    }

    /// <summary>The model of what was gathered; without parameters, and saying why, where that is too little.</summary>
    public ValueModel Fit(DateTimeOffset now)
    {
        var model = new ValueModel
        {
            FittedAt = now, Customers = Customers, Repeating = Repeating, Sample = _rows.Count,
        };
        if (Customers < FewestCustomers || Repeating < FewestRepeating)
        {
            return model with
            {
                Missing = $"Too few data: {Customers} customers with an order (at least {FewestCustomers} needed), "
                    + $"{Repeating} of them on more than one day (at least {FewestRepeating}).",
            };
        }

        var (purchases, purchasesLikelihood) = BgNbdFit.Fit(_rows.Select(row => row.History));
        var (spend, spendLikelihood) = GammaGammaFit.Fit(_rows.Select(row => (row.History.Repeats, row.Mean)));
        model = model with { Purchases = purchases, PurchasesLogLikelihood = purchasesLikelihood };
        return spend.Q < LeastQ
            ? model with { Missing = "Orders are so uneven in size that a mean over customers says nothing." }
            : model with { Spend = spend, SpendLogLikelihood = spendLikelihood };
    }

    private bool IsIn(long key) => (key & ((1L << _halvings) - 1)) == 0;
}
