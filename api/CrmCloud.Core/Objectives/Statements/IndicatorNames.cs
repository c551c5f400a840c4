using CrmCloud.Core.Kpis;

namespace CrmCloud.Core.Objectives.Statements;

/// <summary>What people call the indicators.</summary>
public static class IndicatorNames
{
    private static readonly Dictionary<string, string[]> Synonyms = new(StringComparer.Ordinal)
    {
        ["churn_rate"] =
            ["rate of customer churn", "customer churn rate", "customer churn", "churn", "attrition rate",
                "attrition", "customer loss rate"],
        ["retention_rate"] = ["customer retention rate", "customer retention", "rate of retention", "retention"],
        ["repeat_purchase_rate"] =
            ["repeat purchases", "repeat rate", "repurchase rate", "repeat buying rate", "share of repeat customers",
                "repeat buying", "repeat purchasing", "repeat business"],
        ["conversion_rate"] = ["conversions", "conversion", "rate of conversion"],
        ["orders"] = ["number of orders", "order volume", "order count", "purchases"],
        ["customers"] = ["number of customers", "number of active customers", "customer count", "buying customers",
            "active buyers"],
        ["new_customers"] = ["customer acquisition", "number of new customers", "newly won customers",
            "first-time buyers", "new buyers"],
        ["revenue"] = ["gross revenue", "turnover", "sales revenue", "sales"],
        ["net_revenue"] = ["net sales"],
        ["average_order_value"] = ["aov", "average basket", "basket size", "basket value", "order value",
            "average order size"],
        ["arpu"] = ["revenue per customer", "spend per customer", "revenue per active customer", "sales per customer"],
        ["recency"] = ["days since last order", "days since the last order"],
        ["frequency"] = ["purchase frequency", "order frequency", "orders per customer", "buying frequency"],
        ["monetary"] = ["monetary value per customer", "revenue per customer so far"],
        ["net_income"] = ["net profit", "profit", "profits", "earnings"],
        ["net_income_growth"] = ["net income growth", "profit growth", "growth of profit"],
        ["acquisition_cost"] =
            ["customer acquisition cost", "customer acquisition costs", "acquisition costs", "cost per acquisition",
                "cac",
                "cost of acquiring a customer", "costs of winning a customer", "cost per new customer"],
        ["retention_cost"] = ["customer retention cost", "retention costs", "cost of retention",
            "cost per kept customer"],
    };

    // The longest first: "customer retention cost" is no "customer retention".
    private static readonly (string Name, Indicator Indicator)[] Names =
        [.. IndicatorCatalog.All.SelectMany(Of).DistinctBy(n => n.Name).OrderByDescending(n => n.Name.Length)];

    /// <summary>Words of a vague statement, and the indicators that people mean by them, nearest first.</summary>
    private static readonly (string[] Words, string[] Indicators)[] Topics =
    [
        (["win back", "winning back", "won back", "reactivat", "churned"],
            ["churn_rate", "retention_rate", "customers"]),
        (["relation", "loyal", "relationship", "stay", "keep customers", "keep our customers", "losing", "leav",
            "happ", "satisf", "trust", "bond"],
            ["churn_rate", "retention_rate", "repeat_purchase_rate"]),
        (["come back", "return", "again", "repeat"], ["repeat_purchase_rate", "retention_rate", "frequency"]),
        (["market", "campaign", "lead", "funnel", "brand", "awareness", "reach", "win", "attract", "acquir"],
            ["new_customers", "conversion_rate", "acquisition_cost"]),
        (["sell", "revenue", "growth", "grow", "business", "demand"], ["revenue", "orders", "average_order_value"]),
        (["profit", "margin", "earn", "income", "bottom line", "result"],
            ["net_income", "net_revenue", "acquisition_cost"]),
        (["cost", "efficien", "cheap", "spend", "budget"], ["acquisition_cost", "retention_cost"]),
        (["value", "basket", "upsell", "cross-sell"], ["average_order_value", "arpu", "monetary"]),
        (["service", "experience", "journey", "support", "centric", "focus"],
            ["retention_rate", "churn_rate", "repeat_purchase_rate"]),
    ];

    /// <summary>Finds the indicators named and crosses them out.</summary>
    public static IReadOnlyList<Indicator> Take(Sentence sentence)
    {
        var found = new List<(int At, Indicator Indicator)>();
        foreach (var (name, indicator) in Names)
        {
            for (var at = Find(sentence.Left, name, 0); at >= 0; at = Find(sentence.Left, name, at + 1))
            {
                found.Add((at, indicator));
                sentence.CrossOut(at, name.Length, '~');
            }
        }

        return [.. found.OrderBy(f => f.At).Select(f => f.Indicator).Distinct()];
    }

    /// <summary>
    /// Indicators that a statement may mean, nearest first; the usual ones where nothing hints at any.
    /// </summary>
    public static IReadOnlyList<string> Near(string statement)
    {
        var text = statement.ToLowerInvariant();
        string[] near = [.. Topics.Where(t =>
            t.Words.Any(w => text.Contains(w, StringComparison.Ordinal))).SelectMany(t => t.Indicators).Distinct()];
        return near.Length > 0 ? near : ["churn_rate", "repeat_purchase_rate", "revenue", "net_income"];
    }

    private static IEnumerable<(string Name, Indicator Indicator)> Of(Indicator indicator)
    {
        yield return (indicator.Name.ToLowerInvariant(), indicator);
        if (indicator.Key != "customers")
        {
            // "Make customers happier" names nobody's number of customers.
            yield return (indicator.Key, indicator);
            yield return (indicator.Key.Replace('_', ' '), indicator);
        }

        foreach (var name in Synonyms.GetValueOrDefault(indicator.Key, []))
        {
            yield return (name, indicator);
        }
    }

    // Whole words, so that "profitability" is no "profit"; a plural s belongs to the word.
    private static int Find(string text, string name, int from)
    {
        for (var at = text.IndexOf(name, from, StringComparison.Ordinal); at >= 0;
            at = text.IndexOf(name, at + 1, StringComparison.Ordinal))
        {
            var end = at + name.Length;
            if ((at == 0 || !IsWord(text[at - 1])) && (end == text.Length || !IsWord(text[end])))
            {
                return at;
            }
        }

        return -1;
    }

    private static bool IsWord(char c) => char.IsLetterOrDigit(c) || c is '_' or '-';
}
